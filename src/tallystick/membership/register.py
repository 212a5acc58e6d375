# SPDX-License-Identifier: Apache-2.0
"""The register of organisations, members and keys, as of the newest executed transaction.

It mirrors the membership tree in memory, because every transaction asks it. Keys of the tree:
`membership/organizations/<id>`, `membership/members/<organization>/<id>`,
`membership/keys/<public key>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import msgspec

from tallystick.encoding import decode, encode
from tallystick.errors import Halted, NotAMember, invariant
from tallystick.model import (
    ROLE_ADMINISTRATOR,
    GenesisDocument,
    Member,
    MemberKey,
    Organization,
    Signer,
    to_value,
)

MEMBERSHIP_PREFIX: Final = b"membership/"
_ORGANIZATIONS: Final = b"membership/organizations/"
_MEMBERS: Final = b"membership/members/"
_KEYS: Final = b"membership/keys/"

RecordType = TypeVar("RecordType", Organization, Member, MemberKey)


class Register:
    """Organisations, members and keys; changed only by applying write sets."""

    def __init__(self, items: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Load the register from the membership tree's keys and values."""
        self.organizations: dict[str, Organization] = {}
        self.members: dict[tuple[str, str], Member] = {}
        self.keys: dict[bytes, MemberKey] = {}
        self._signers: dict[bytes, Signer] = {}
        self.apply(dict(items))

    def resolve(self, public_key: bytes, organization: str, block_time: int) -> Signer:
        """Return who signs with `public_key` at `block_time`.

        Raises:
            NotAMember: unknown, of another organisation, not yet valid, expired, revoked, or of an
                inactive member or organisation.
        """
        key = self.keys.get(public_key)
        if key is None:
            raise _not_a_member("the key is not enrolled", public_key)
        if key.organization != organization:
            raise _not_a_member("the key belongs to another organisation", public_key)
        if key.revoked_at is not None:
            raise _not_a_member("the key was revoked", public_key)
        if not key.valid_from <= block_time <= key.valid_until:
            raise _not_a_member("the key is not valid at this time", public_key)
        signer = self._signers.get(public_key) or self._load_signer(key)
        if signer is None:
            raise _not_a_member("the member or organisation is not active", public_key)
        return signer

    def apply(self, writes: Mapping[bytes, bytes | None]) -> None:
        """Take over the membership writes of an executed transaction."""
        if not writes:
            return
        for key, value in writes.items():
            # Membership records are never deleted: history must stay explainable.
            invariant(value is not None, "a membership record must not be deleted")
            self._put(key, value or b"")
        self._signers.clear()

    def administrators(self, organization: str) -> list[Member]:
        """Return the active administrators of an organisation."""
        return [
            member
            for member in self.members.values()
            if member.organization == organization
            and member.active
            and ROLE_ADMINISTRATOR in member.roles
        ]

    def _put(self, key: bytes, value: bytes) -> None:
        if key.startswith(_ORGANIZATIONS):
            organization = _load(value, Organization)
            self.organizations[organization.id] = organization
        elif key.startswith(_MEMBERS):
            member = _load(value, Member)
            self.members[member.organization, member.id] = member
        elif key.startswith(_KEYS):
            member_key = _load(value, MemberKey)
            self.keys[member_key.public_key] = member_key
        else:
            raise Halted(f"unknown membership key {key[:60]!r}")

    def _load_signer(self, key: MemberKey) -> Signer | None:
        """Remember the signer until the register changes; most transactions reuse it."""
        member = self.members[key.organization, key.member]
        if not member.active or not self.organizations[key.organization].active:
            return None
        signer = Signer(key.organization, key.member, member.roles, key.public_key)
        self._signers[key.public_key] = signer
        return signer


def record_key(record: Organization | Member | MemberKey) -> bytes:
    """Return the membership tree key of a record."""
    match record:
        case Organization():
            return _ORGANIZATIONS + record.id.encode()
        case Member():
            return _MEMBERS + f"{record.organization}/{record.id}".encode()
        case _:
            return _KEYS + record.public_key


def record_write(record: Organization | Member | MemberKey) -> tuple[bytes, bytes]:
    """Return the (key, value) that stores a record."""
    return record_key(record), encode(to_value(record))


def genesis_writes(genesis: GenesisDocument) -> dict[bytes, bytes | None]:
    """Return the membership tree as the genesis document founds it."""
    records: tuple[Organization | Member | MemberKey, ...] = (
        *genesis.organizations,
        *genesis.members,
        *genesis.keys,
    )
    return dict(record_write(record) for record in records)


def _load(value: bytes, kind: type[RecordType]) -> RecordType:
    return msgspec.convert(decode(value, name="membership record"), kind, builtin_types=(bytes,))


def _not_a_member(message: str, public_key: bytes) -> NotAMember:
    return NotAMember(message, field="signer", found=public_key.hex())
