# SPDX-License-Identifier: Apache-2.0
"""Documents off the ledger: where a node has one, and what opens it.

A document's file is sealed to an age identity of its own. For each organisation that may open it
the identity and the file name are sealed again, to that organisation's key: a *wrap*. What a wrap
holds is an age identity file, so any age tool opens both in two steps. Spec: docs/spec/document.md.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, NamedTuple

from tallystick.encoding import format_base64url, parse_base64url
from tallystick.errors import Malformed

UPLOAD_PIECE_BYTES_MAX: Final = 8 * 1024 * 1024
"""Of one request of an upload, and of one answer with a part of a document."""
DOCUMENT_WRAP_BYTES_MAX: Final = 4096
FILE_NAME_CHARACTERS_MAX: Final = 255
_SECRET: Final = re.compile(
    r"# tallystick document, name ([A-Za-z0-9_-]{0,1400})\n(AGE-SECRET-KEY-1[0-9A-Z]{58})\n"
)
_NOT_IN_NAMES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Control and bidirectional characters: a name would be shown as another."""


class DocumentPlace(NamedTuple):
    """Which version of which document."""

    document: str
    version: int

    @property
    def path(self) -> str:
        """Where nodes have it, not percent-encoded."""
        return f"/v1/documents/{self.document}/{self.version}"


class UploadState(NamedTuple):
    """How far an upload is."""

    offset: int
    """Bytes that are on the node's disk."""
    size: int
    """Bytes in all."""
    expires_at: int | None = None
    """When it is given up unless it goes on, unix milliseconds; None: it is whole."""

    @property
    def is_whole(self) -> bool:
        """Whether all of it is there, and was checked."""
        return self.offset == self.size


@dataclass(frozen=True, slots=True)
class ShownSlice:
    """A node's answer to the question whether it has a document: docs/spec/document.md section 3.

    That it is the slice that was asked for, who asked must check.
    """

    node: str
    """Code of its organisation."""
    index: int
    data: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class DocumentSecret:
    """What a wrap keeps for one organisation."""

    identity: str
    """An age identity, of this version alone."""
    name: str
    """The file's name, without a folder."""

    def encode(self) -> bytes:
        """Return an age identity file, the file name in its comment."""
        name = format_base64url(self.name.encode())
        return f"# tallystick document, name {name}\n{self.identity}\n".encode()

    @classmethod
    def decode(cls, data: bytes) -> DocumentSecret:
        """Return the secrets in an opened wrap; the error repeats nothing of it.

        Raises:
            Malformed: it is none, or the name is not one of a file.
        """
        found = _SECRET.fullmatch(data.decode("ascii", "replace"))
        if found is None:
            raise Malformed("the wrap does not hold a name and an identity", field="wrap")
        try:
            name = parse_base64url(found[1], name="name").decode() if found[1] else ""
        except UnicodeDecodeError:
            raise Malformed("the name in the wrap is no text", field="wrap") from None
        return cls(found[2], check_file_name(name))

    def __repr__(self) -> str:
        """Show nothing."""
        return "DocumentSecret()"


def check_file_name(name: str) -> str:
    """Return `name` if it is one of a file in whatever folder; the error does not repeat it.

    Raises:
        Malformed: empty, too long, a path, or with characters that nobody sees.
    """
    hidden = any(unicodedata.category(character) in _NOT_IN_NAMES for character in name)
    is_path = name in {"", ".", ".."} or "/" in name or "\\" in name
    if hidden or is_path or len(name) > FILE_NAME_CHARACTERS_MAX:
        raise Malformed(
            "not the name of a file",
            field="name",
            expected=f"1 to {FILE_NAME_CHARACTERS_MAX} characters; no path, no hidden ones",
        )
    return name
