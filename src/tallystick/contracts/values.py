# SPDX-License-Identifier: Apache-2.0
"""Constrained types for fields and arguments, so that authors need not write the rules again.

Every text that reaches a contract has also passed `text.check_arguments`. Patterns use only what
Python and JSON Schema (ECMA 262) read alike; each has a size limit, because `$` also matches
before a final newline in Python.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from msgspec import Meta

from tallystick.contracts.label import Format
from tallystick.units import INTEGER_MAX, NAME_CHARACTERS_MAX, TEXT_CHARACTERS_MAX

TIMESTAMP_MS_MAX: Final = 253_402_300_799_999
"""The last millisecond of the year 9999, the last that RFC 3339 can write."""

INTEGER_MIN: Final = -INTEGER_MAX - 1

Digest: TypeAlias = Annotated[
    str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64), Format("sha256")
]
"""The SHA-256 digest of a file, as 64 lower-case hexadecimal digits."""

ValueDigest: TypeAlias = Annotated[Digest, Format("digest")]
"""A SHA-256 digest of which there is no file to open or check: of values (`digest_of`), the root of
a tree, a commitment, a seed, sealed bytes."""

SM3Digest: TypeAlias = Annotated[
    str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64), Format("sm3")
]
"""An SM3 digest (GB/T 32905) as 64 lower-case hexadecimal digits."""

PublicKey: TypeAlias = Annotated[
    str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64), Format("public-key")
]
"""An Ed25519 public key as 64 lower-case hexadecimal digits."""

Signature: TypeAlias = Annotated[
    str, Meta(pattern="^[0-9a-f]{128}$", min_length=128, max_length=128), Format("signature")
]
"""An Ed25519 signature as 128 lower-case hexadecimal digits."""

Name: TypeAlias = Annotated[
    str, Meta(pattern=r"^(?![\s\S]*\n)", min_length=1, max_length=NAME_CHARACTERS_MAX)
]
"""One line of text: a title, a name, a number given by others; 1 to 200 characters."""

BoundedText: TypeAlias = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]
"""Text of at most 2,000 characters; newlines are allowed."""

Identifier: TypeAlias = Annotated[
    str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]*(?!\n)$", max_length=64), Format("identifier")
]
"""1 to 64 letters, digits, dots, hyphens and underscores."""

OrganizationCode: TypeAlias = Annotated[
    str,
    Meta(pattern="^[0-9A-HJ-NPQRTUWXY]{18}$", min_length=18, max_length=18),
    Format("organization"),
]
"""A unified social credit code (GB 32100): the id of an organisation, 18 characters."""

MediaType: TypeAlias = Annotated[
    str,
    Meta(pattern=r"^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*(?!\n)$", max_length=127),
    Format("media-type"),
]
"""A media type without parameters (RFC 6838), lower case, for example `application/pdf`."""

ContentAddress: TypeAlias = Annotated[
    str,
    Meta(pattern="^baf(kre|ybe)i[a-h][a-z2-7]{51}$", min_length=59, max_length=59),
    Format("cid"),
]
"""A CID version 1 in base32, of one raw block or of a tree of them, by SHA-256."""

Timestamp: TypeAlias = Annotated[int, Meta(ge=0, le=TIMESTAMP_MS_MAX), Format("timestamp-ms")]
"""Unix time in milliseconds, UTC."""

Integer: TypeAlias = Annotated[int, Meta(ge=INTEGER_MIN, le=INTEGER_MAX)]
"""A signed 64-bit integer, which is also what a bare `int` means."""

Count: TypeAlias = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
"""A number of things, 0 to 2^63-1."""

ByteCount: TypeAlias = Annotated[int, Meta(ge=0, le=INTEGER_MAX), Format("bytes")]
"""A size in bytes."""

Amount: TypeAlias = Annotated[int, Meta(ge=0, le=INTEGER_MAX), Format("amount")]
"""Money in its smallest unit (fen, cent): never a float."""
