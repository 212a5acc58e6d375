# SPDX-License-Identifier: Apache-2.0
"""Content addresses of the one kind that documents have: CIDv1, SHA-256, in base32.

Everything else that a CID may be (version 0, other hashes, other bases) is refused, so that equal
addresses are equal texts and equal bytes. Spec: https://github.com/multiformats/cid; the profile
is docs/spec/document.md section 2.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final, NamedTuple

from tallystick.errors import Malformed

CODEC_RAW: Final = 0x55
CODEC_DAG_PB: Final = 0x70
CID_SIZE: Final = 36
CID_CHARACTERS: Final = 59
_SHA2_256: Final = b"\x12\x20"
_MULTIBASE_BASE32: Final = "b"


class Cid(NamedTuple):
    """A content address: how to read the block that it names, and the block's SHA-256."""

    codec: int
    """`CODEC_RAW`: the block is the file. `CODEC_DAG_PB`: it names the file's chunks."""
    digest: bytes
    """32 bytes."""

    def __bytes__(self) -> bytes:
        """Return its binary form, 36 bytes."""
        return bytes((1, self.codec)) + _SHA2_256 + self.digest

    def __str__(self) -> str:
        """Return its text, 59 characters."""
        text = base64.b32encode(bytes(self)).decode("ascii")
        return _MULTIBASE_BASE32 + text.rstrip("=").lower()

    @classmethod
    def parse(cls, text: str) -> Cid:
        """Read the text of a content address.

        Raises:
            Malformed: it is none, or of another kind than documents have.
        """
        upper = text[1:].upper()
        try:
            data = base64.b32decode(upper + "=" * (-len(upper) % 8))
        except (binascii.Error, ValueError):
            data = b""
        if len(data) == CID_SIZE:
            cid = cls.decode(data)
            if str(cid) == text:  # no capitals, no stray bits, no other base
                return cid
        raise _malformed(text[:80])

    @classmethod
    def decode(cls, data: bytes) -> Cid:
        """Read the bytes of a content address.

        Raises:
            Malformed: it is none, or of another kind than documents have.
        """
        if len(data) == CID_SIZE and data[0] == 1 and data[1:4] in _PREFIXES:
            return cls(data[1], data[4:])
        raise _malformed(data[:CID_SIZE].hex())


def _malformed(found: str) -> Malformed:
    return Malformed(
        "not the content address of a document",
        field="cid",
        expected=f"CIDv1 in base32, SHA-256, {CID_CHARACTERS} characters",
        found=found,
    )


_PREFIXES: Final = frozenset({bytes((c,)) + _SHA2_256 for c in (CODEC_RAW, CODEC_DAG_PB)})
