# SPDX-License-Identifier: Apache-2.0
"""Typed records of what a node answers; fields a newer node adds are ignored."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from tallystick.client.files import FileFacts
from tallystick.client.home import write_file
from tallystick.client.problems import Placed
from tallystick.client.verification import Verification
from tallystick.encoding import Value, format_json
from tallystick.errors import UsageError
from tallystick.model import Event, Receipt


class Answered(Struct, frozen=True, kw_only=True):
    """Base of the records: plain values on request."""

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    def json(self) -> str:
        """Return the record as JSON text."""
        return format_json(self.to_dict(), indent=2)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>"
            for name, value in self.to_dict().items()
        )
        return f"<table>{rows}</table>"


class BilingualText(Struct, frozen=True, kw_only=True):
    """A name or sentence in two languages."""

    zh: str
    en: str


class Status(Answered, frozen=True, kw_only=True):
    """How a node stands."""

    network: str
    height: int
    log_size: int
    block_time_ms: int = 0
    app_hash: str = ""
    engine: str = ""
    version: str = ""
    organizations: int = 0
    views_height: int = 0
    started_at_ms: int = 0
    transaction_lifetime_ms_max: int = 0


class EventRecord(Answered, frozen=True, kw_only=True):
    """A fact that a contract announced."""

    name: str
    fields: dict[str, Any] = {}
    position: int = 0
    sentence: BilingualText | None = None


class DecodedValue(Struct, frozen=True, kw_only=True):
    """A named value, with what people call and how they read it."""

    name: str
    label: BilingualText
    value: Any = None
    text: BilingualText
    fields: list[DecodedValue] = []
    """Of a record."""


class DecodedRefusal(Struct, frozen=True, kw_only=True):
    """Why a rule said no."""

    code: str
    sentence: BilingualText
    facts: list[DecodedValue] = []


class DecodedCall(Struct, frozen=True, kw_only=True):
    """What was asked for and what came of it, in the words of the contract."""

    contract: BilingualText
    method: BilingualText
    arguments: list[DecodedValue] = []
    result: DecodedValue | None = None
    refusal: DecodedRefusal | None = None


class TransactionRecord(Answered, frozen=True, kw_only=True):
    """A committed transaction; the fields below `event_count` only when asked for by id."""

    id: str
    height: int
    index: int = 0
    leaf_index: int
    level: str = "committed"
    code: str
    time: datetime
    time_ms: int = 0
    contract: str | None = None
    method: str | None = None
    organization: str | None = None
    member: str | None = None
    signer: str | None = None
    sentence: BilingualText | None = None
    event_count: int = 0
    args: dict[str, Any] = {}
    call: DecodedCall | None = None
    result: Any = None
    events: list[EventRecord] = []
    nonce: int | None = None
    valid_until_ms: int | None = None
    size: int | None = None


class BlockRecord(Answered, frozen=True, kw_only=True):
    """A committed block; its transactions only when asked for by height."""

    height: int
    hash: str
    parent: str
    time: datetime
    time_ms: int = 0
    transaction_count: int
    log_size: int
    log_root: str
    state_root: str
    membership_root: str
    app_hash: str
    transactions: list[TransactionRecord] = []


class KeyRecord(Answered, frozen=True, kw_only=True):
    """A public key that acts for a member."""

    public_key: str
    valid_from_ms: int
    valid_until_ms: int
    revoked_at_ms: int | None = None
    certificate: str | None = None
    """SHA-256 of the certificate that enrolled it."""


class AuthorityRecord(Answered, frozen=True, kw_only=True):
    """A certification authority of an organisation."""

    fingerprint: str
    subject: str = ""
    valid_until_ms: int = 0
    added_at_ms: int = 0
    revoked_at_ms: int | None = None
    certificate: str = ""
    """DER, base64."""


class MemberRecord(Answered, frozen=True, kw_only=True):
    """A person or service acting for an organisation."""

    id: str
    name: BilingualText
    roles: list[str] = []
    active: bool = True
    keys: list[KeyRecord] = []


class OrganizationRecord(Answered, frozen=True, kw_only=True):
    """An organisation; its members only when asked for by id."""

    id: str
    name: BilingualText
    active: bool = True
    state: str = "active"
    """`active`, `suspended` or `removed`."""
    validator_power: int | None = None
    members: list[MemberRecord] = []
    authorities: list[AuthorityRecord] = []


class Item(Mapping[str, Any]):
    """A record of a contract's table: a mapping whose fields are attributes too."""

    __slots__ = ("_fields",)

    def __init__(self, fields: dict[str, Any]) -> None:
        """Take the fields."""
        self._fields = fields

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # the contract decides
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # the contract decides
        try:
            return self._fields[name]
        except KeyError:
            raise AttributeError(f"the record has no field {name}") from None

    def __repr__(self) -> str:
        return f"Item({', '.join(f'{n}={v!r}' for n, v in self._fields.items())})"

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return dict(self._fields)

    def json(self) -> str:
        """Return the record as JSON text."""
        return format_json(self._fields, indent=2)


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Part of a list."""

    items: tuple[Row, ...]
    next_cursor: str | None
    """Where the next page starts; None after the last."""


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """A receipt that was checked against the trust file before it was handed out."""

    record: Receipt
    verification: Verification

    @property
    def level(self) -> str:
        """`committed` or `witnessed`."""
        return self.record.level

    def save(self, path: str | Path) -> Path:
        """Write the receipt file, or with the suffix `.cose` the transparent statement.

        Raises:
            FileProblem: the path cannot be written.
        """
        place = Path(path)
        is_statement = place.suffix == ".cose"
        content = self.record.statement() if is_statement else self.record.to_json().encode()
        write_file(place, content)
        return place

    def json(self) -> str:
        """Return the receipt file's text."""
        return self.record.to_json()

    def __repr__(self) -> str:
        subject = self.verification.subject
        name = subject.transaction_id if subject else "?"
        return f"<VerifiedReceipt {name} {self.level}>"


@dataclass(frozen=True, slots=True)
class Committed:
    """A transaction that took effect, with its verified receipt."""

    transaction: Placed
    receipt: VerifiedReceipt
    result: Value
    """What the method returned, from the verified log entry."""
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Deposit(Committed):
    """A file whose hash is on the ledger."""

    facts: FileFacts
    path: Path | None = None
    """Where the original is, if it came from a file."""

    @property
    def id(self) -> str | None:
        """Number of the deposit, such as `EV-2026-000001`, if the contract returned one."""
        if isinstance(self.result, dict):
            found = self.result.get("id")
            return found if isinstance(found, str) else None
        return self.result if isinstance(self.result, str) else None

    def save(self, path: str | Path | None = None) -> Path:
        """Write the receipt, by default beside the original as `NAME.receipt.json`.

        Raises:
            UsageError: there is no original to lie beside, and no path was given.
            FileProblem: the path cannot be written.
        """
        if path is None:
            if self.path is None:
                raise UsageError("say where to save the receipt", field="path")
            path = self.path.with_name(self.path.name + ".receipt.json")
        return self.receipt.save(path)
