# SPDX-License-Identifier: Apache-2.0
"""The part of `Views` that answers for the register of members."""

from __future__ import annotations

from tallystick.model import Member, MemberKey, Organization
from tallystick.views.shapes import key_of, member_of, organization_of
from tallystick.views.snapshot import Reader


class RegisterViews:
    """Reads who belongs; see `Views`."""

    _reader: Reader

    def organizations(self) -> tuple[Organization, ...]:
        """Return all organisations, by id."""
        with self._reader.snapshot() as snapshot:
            found = map(organization_of, snapshot.members_table("organizations"))
            return tuple(one for one in found if one is not None)

    def members(self, organization: str | None = None) -> tuple[Member, ...]:
        """Return the members of one organisation or of all, by organisation and id."""
        with self._reader.snapshot() as snapshot:
            found = map(member_of, snapshot.members_table("members", organization=organization))
            return tuple(one for one in found if one is not None)

    def keys(
        self, organization: str | None = None, member: str | None = None
    ) -> tuple[MemberKey, ...]:
        """Return the keys of one member, of one organisation, or of all, by key."""
        with self._reader.snapshot() as snapshot:
            records = snapshot.members_table("keys", organization=organization, member=member)
            return tuple(one for one in map(key_of, records) if one is not None)
