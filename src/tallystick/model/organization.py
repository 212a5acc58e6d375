# SPDX-License-Identifier: Apache-2.0
"""Organisations, their members and their keys, as the membership tree stores them."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, Struct, UnsetType

from tallystick.errors import Malformed
from tallystick.units import TimeMs

ROLE_ADMINISTRATOR: Final = "administrator"
"""May enrol, change and revoke members and keys of the own organisation."""

_CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


class Name(Struct, frozen=True, forbid_unknown_fields=True):
    """A name in the two languages that users read."""

    zh: str
    en: str


class Organization(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A legal entity admitted to the network."""

    id: str
    """Unified social credit code (GB 32100): 18 characters with a check character."""
    name: Name
    active: bool = True
    """False while it is suspended, and for good after its removal."""
    removed_at: TimeMs | UnsetType = UNSET
    """Block time at which it left for good; left out until then."""


class Member(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person or service acting for an organisation."""

    organization: str
    id: str
    """Unique within the organisation: lower-case letters, digits, hyphen."""
    name: Name
    roles: tuple[str, ...]
    """Sorted, without duplicates."""
    active: bool = True


class MemberKey(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A public key that acts for one member during a period."""

    public_key: bytes
    """32 bytes; also the key id."""
    organization: str
    member: str
    valid_from: TimeMs
    valid_until: TimeMs
    revoked_at: TimeMs | None = None
    """Block time of the revocation; from then on the key is refused."""
    certificate: bytes | UnsetType = UNSET
    """SHA-256 of the certificate by which it was enrolled; left out if there was none."""


class Authority(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A certification authority by whose certificates an organisation's members are enrolled."""

    organization: str
    certificate: bytes
    """DER (RFC 5280)."""
    added_at: TimeMs
    """Block time of the registration."""
    revoked_at: TimeMs | None = None
    """Block time since which it enrols nobody; keys enrolled before stay."""


def check_organization_id(code: str) -> str:
    """Return `code` if it is a valid unified social credit code (GB 32100).

    Raises:
        Malformed: wrong length, a character outside the alphabet, or a wrong check character.
    """
    if len(code) != len(_CODE_WEIGHTS) + 1 or any(c not in _CODE_CHARACTERS for c in code):
        raise Malformed(
            f"{code[:40]!r} is not a unified social credit code",
            field="organization",
            expected="18 characters of 0-9 and A-Z without I, O, S, V, Z",
        )
    total = sum(_CODE_CHARACTERS.index(c) * w for c, w in zip(code, _CODE_WEIGHTS, strict=False))
    check = _CODE_CHARACTERS[-total % 31]
    if code[-1] != check:
        raise Malformed(
            f"{code} has a wrong check character",
            field="organization",
            expected=f"{code[:-1]}{check}",
            found=code,
        )
    return code
