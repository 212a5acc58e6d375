# SPDX-License-Identifier: Apache-2.0
"""Private data off the ledger: how it is sealed, wrapped for its readers, and committed to.

Spec: docs/spec/private-data.md. A record's plaintext is sealed to a data key of its own. For each
reader the data key and the nonce of the commitment are sealed again, to the reader's own key: that
is a *wrap*. What a wrap holds is an age identity file, so any age tool opens both in two steps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from tallystick.crypto import sha256
from tallystick.encoding import decode_structure, encode
from tallystick.errors import InvalidValue, LimitExceeded, Malformed
from tallystick.model.organization import check_organization_id

SEALED_BYTES_MAX: Final = 8 * 1024 * 1024
"""Sealed bytes of one private record: it is held in memory whole. Larger things are documents."""
WRAP_BYTES_MAX: Final = 4096
WRAPS_MAX: Final = 101
"""The owner and a hundred recipients."""
PACKAGE_BYTES_MAX: Final = SEALED_BYTES_MAX + WRAPS_MAX * (WRAP_BYTES_MAX + 64) + 64
NONCE_SIZE: Final = 32

_PART_TABLE: Final = "_records"
_LEAF_PREFIX: Final = b"\x00"
_WRAP_SECRET: Final = re.compile(
    r"# tallystick private data, nonce ([0-9a-f]{64})\n(AGE-SECRET-KEY-1[0-9A-Z]{58})\n"
)


class PrivatePlace(NamedTuple):
    """Which private record: `vault`, `secrets`, `P-1`."""

    contract: str
    part: str
    """What the contract calls its part of private records."""
    record: str

    @property
    def table(self) -> str:
        """The contract's table that has it."""
        return f"{self.part}{_PART_TABLE}"

    @property
    def path(self) -> str:
        """Where nodes have it, not percent-encoded."""
        return f"/v1/private/{self.contract}/{self.part}/{self.record}"


def private_commitment(record: str, plaintext: bytes, nonce: bytes) -> str:
    """Return the digest that binds a record's plaintext and hides it; for its owner and readers.

    It is that of a `digest_of("private", ...)`. The nonce is random, stays with the data and is
    destroyed with it.

    Raises:
        InvalidValue: the nonce has fewer than 32 bytes.
    """
    if len(nonce) < NONCE_SIZE:
        raise InvalidValue("the nonce is too short", field="nonce", found=f"{len(nonce)} bytes")
    return sha256(_LEAF_PREFIX + encode(["private", record, plaintext, nonce])).hex()


@dataclass(frozen=True, slots=True)
class WrapSecret:
    """What a wrap keeps for one reader."""

    data_key: str
    """An age identity."""
    nonce: bytes

    def encode(self) -> bytes:
        """Return an age identity file, the nonce in its comment."""
        text = f"# tallystick private data, nonce {self.nonce.hex()}\n{self.data_key}\n"
        return text.encode()

    @classmethod
    def decode(cls, data: bytes) -> WrapSecret:
        """Return the secrets in an opened wrap; the error repeats nothing of it.

        Raises:
            Malformed: it is none.
        """
        found = _WRAP_SECRET.fullmatch(data.decode("ascii", "replace"))
        if found is None:
            raise Malformed("the wrap does not hold a data key and a nonce", field="wrap")
        return cls(found[2], bytes.fromhex(found[1]))

    def __repr__(self) -> str:
        """Show nothing."""
        return "WrapSecret()"


@dataclass(frozen=True, slots=True)
class PrivatePackage:
    """Sealed bytes and wraps by organisation: what is handed to a store. Nothing in clear."""

    sealed: bytes
    """Empty if only wraps are handed over."""
    wraps: Mapping[str, bytes]

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode({"sealed": self.sealed, "wraps": dict(self.wraps)})

    @classmethod
    def decode(cls, data: bytes) -> PrivatePackage:
        """Return the package in canonical bytes.

        Raises:
            Malformed: not one, or an organisation's code is wrong.
            LimitExceeded: larger than a private record may be.
        """
        if len(data) > PACKAGE_BYTES_MAX:
            raise _too_large("package", PACKAGE_BYTES_MAX)
        match decode_structure(data, name="package"):
            case {"sealed": bytes() as sealed, "wraps": dict() as wraps, **others} if not others:
                package = cls(sealed, _checked(wraps))
            case _:
                raise Malformed("not a package of private data", field="package")
        if len(sealed) > SEALED_BYTES_MAX:
            raise _too_large("sealed", SEALED_BYTES_MAX)
        return package


def _checked(wraps: Mapping[object, object]) -> dict[str, bytes]:
    if len(wraps) > WRAPS_MAX:
        raise LimitExceeded("too many wraps", field="wraps", expected=f"at most {WRAPS_MAX}")
    found: dict[str, bytes] = {}
    for organization, wrap in wraps.items():
        if not isinstance(organization, str) or not isinstance(wrap, bytes):
            raise Malformed("wraps are bytes by organisation", field="wraps")
        if len(wrap) > WRAP_BYTES_MAX:
            raise _too_large("wraps", WRAP_BYTES_MAX)
        found[check_organization_id(organization)] = wrap
    return found


def _too_large(field: str, size_max: int) -> LimitExceeded:
    return LimitExceeded(
        f"the {field} of a private record are too large",
        field=field,
        expected=f"at most {size_max} bytes",
    )
