# SPDX-License-Identifier: Apache-2.0
"""Organisations that take part in a genesis ceremony, with keys of their own, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tallystick.cli.demo.consortium import ORGANIZATIONS
from tallystick.crypto import SecretKey
from tallystick.model import GovernanceRules, Organization
from tallystick.node import (
    ENTRY_FILE,
    FIRST_MEMBERS,
    Entry,
    EntryContent,
    EntryMember,
    Invite,
    OwnKeys,
    compose_genesis,
    found_invite,
    keep_keys,
    sign_entry,
)
from tallystick.units import TimeMs

CREATED = TimeMs(1_800_000_000_000)


@dataclass(frozen=True)
class Founder:
    """One organisation's keys and what it contributes."""

    organization: Organization
    keys: OwnKeys
    people: dict[str, SecretKey]
    content: EntryContent

    @property
    def entry(self) -> Entry:
        """The entry, signed by all of its keys."""
        return sign_entry(self.content, self.keys, list(self.people.values()))

    def keep(self, data: Path) -> None:
        """Put keys and entry where `tally network entry` puts them."""
        keep_keys(data, self.keys)
        (data / ENTRY_FILE).write_bytes(self.entry.to_json())


def founder(number: int, *, port: int = 26_656) -> Founder:
    """Return an organisation of the demonstration with fresh keys."""
    organization = ORGANIZATIONS[number]
    keys = OwnKeys.generate()
    people = {member: SecretKey.generate() for member in FIRST_MEMBERS}
    content = EntryContent(
        organization=organization.id,
        name=organization.name,
        created=CREATED,
        members=tuple(
            EntryMember(
                id=member, name=name, roles=roles, public_key=people[member].public_key.hex()
            )
            for member, (name, roles) in FIRST_MEMBERS.items()
        ),
        log_key=keys.log.public_key.hex(),
        validator_key=keys.validator.public_key.hex(),
        node_key=keys.node.public_key.hex(),
        p2p=f"127.0.0.1:{port + number}",
        api=f"http://127.0.0.1:{port + 100 + number}",
    )
    return Founder(organization, keys, people, content)


def invite_of(*founders: Founder, created: TimeMs = CREATED) -> Invite:
    """Return the invite to a network of these founders."""
    contents = tuple(one.content for one in founders)
    genesis = compose_genesis(
        "four", contents, created=created, governance=GovernanceRules(), contracts=["evidence"]
    )
    return found_invite(genesis, contents)
