# SPDX-License-Identifier: Apache-2.0
"""What a certificate is made of: the names of its facts, what stands behind it, its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

CERTIFICATE_FORMAT: Final = "tallystick.certificate.v1"
LISTING_FORMAT: Final = "tallystick.listing.v1"
EXTRACT_FILE: Final = "extract.json"
"""The attachment with the facts and what proves them."""
CERTIFICATE_FILE: Final = "certificate.json"
"""The attachment that says how the page was made, and whose seal it bears."""


class Text(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str


class Worded(Protocol):
    """A text in both languages, as a contract's label is."""

    @property
    def zh(self) -> str:
        """Chinese."""
        ...

    @property
    def en(self) -> str:
        """English."""
        ...


class Named(Protocol):
    """What a fact is called and how it is written, as a contract's label of a fact says it."""

    @property
    def label(self) -> Worded:
        """What it is called."""
        ...

    @property
    def form(self) -> str:
        """`plain`, `state`, `money`, `time`, `digest` or `hidden`."""
        ...

    @property
    def words(self) -> Mapping[str, Worded]:
        """A state's values in words."""
        ...


class FactName(NamedTuple):
    """What a fact is called, as a certificate carries it."""

    label: Text
    form: str
    words: Mapping[str, Text]


Names = Mapping[str, FactName]
"""By path, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Paper:
    """How a kind of certificate looks: its title, and the names of its facts."""

    title: Text
    names: Names

    @classmethod
    def of(cls, title: Worded, labels: Mapping[str, Named]) -> Paper:
        """Return the paper of a contract's take-away."""
        return cls(
            Text(title.zh, title.en),
            {
                path: FactName(
                    Text(one.label.zh, one.label.en),
                    str(one.form),
                    {word: Text(said.zh, said.en) for word, said in one.words.items()},
                )
                for path, one in labels.items()
            },
        )

    def to_plain(self) -> dict[str, Any]:
        """Return it as JSON values; names are a list, because their order counts."""
        return {
            "title": self.title._asdict(),
            "names": [
                {
                    "path": path,
                    "label": one.label._asdict(),
                    "form": one.form,
                    "words": {word: said._asdict() for word, said in one.words.items()},
                }
                for path, one in self.names.items()
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the facts of a page stand on: where on which ledger."""

    network: str
    contract: str
    kind: str
    subject: str
    height: int
    time_ms: int
    """Block time: the page is dated by the ledger, not by who makes it."""
    link: str
    """What the QR code says."""
    names: Mapping[str, Text] = field(default_factory=dict)
    """What the ledger's membership has organisations called, by code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Place):
    """The same of a certificate, and whose seal is set."""

    organization: str
    """Code of the organisation whose seal it bears."""
    organization_name: str
    seal_fingerprint: str
    """SHA-256 of the seal's certificate."""

    @property
    def sealed_by(self) -> Text:
        """Who set the seal: as registered, else as the seal's own certificate says."""
        own = Text(self.organization_name, self.organization_name)
        return self.names.get(self.organization, own)


def named(code: str, names: Mapping[str, Text]) -> Text:
    """Return an organisation's name with its code; the code alone if it has no name here."""
    name = names.get(code)
    return Text(code, code) if name is None else Text(f"{name.zh}（{code}）", f"{name.en} ({code})")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file inside a certificate."""

    name: str
    content: bytes
    description: str
    relationship: str = "source"


@dataclass(frozen=True, slots=True)
class Page:
    """A page that can be set: plain values, and the files that go inside."""

    content: Mapping[str, Any]
    files: Sequence[Attached]
