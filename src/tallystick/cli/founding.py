# SPDX-License-Identifier: Apache-2.0
"""Founds a network in a data folder: the demonstration's, or one organisation's own."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tallystick.cli.catalogue import say
from tallystick.cli.demo.consortium import CONSORTIUM, Cast, build_genesis, member_key
from tallystick.cli.demo.names import KEYS_FOLDER
from tallystick.cli.local import keep_trust_file
from tallystick.client import Identity, KeyStore
from tallystick.crypto import SecretKey
from tallystick.errors import UsageError
from tallystick.model import (
    ROLE_ADMINISTRATOR,
    GenesisDocument,
    LogKey,
    Member,
    Name,
    Organization,
    check_organization_id,
    network_id,
)
from tallystick.node import create_network, find_installed_contracts
from tallystick.units import TimeMs

ADMINISTRATOR = "administrator"
_ROLES = (ROLE_ADMINISTRATOR, "auditor", "depositor")


def found_demo(
    folder: Path, cast: Cast = CONSORTIUM, *, created: TimeMs | None = None
) -> GenesisDocument:
    """Make a demonstration network with new keys; they are kept in the data folder.

    Args:
        folder: its data folder.
        cast: who is in it.
        created: when it is said to have been founded, unix milliseconds; now, if not given.
    """
    keys = {person.key_name: SecretKey.generate() for person in cast.people}
    log_secret = SecretKey.generate()
    founded = now_ms() if created is None else created
    genesis = build_genesis(cast, keys, log_secret.public_key, founded, installed_contracts())
    create_network(folder, genesis, log_secret)
    store = KeyStore(folder / KEYS_FOLDER)
    for person in cast.people:
        member = person.member
        identity = Identity(member.organization, member.id, keys[person.key_name])
        store.save(person.key_name, identity)
    keep_trust_file(folder)
    return genesis


@dataclass(frozen=True, slots=True)
class Founded:
    """A new network and where its administrator's key is."""

    network: str
    key_name: str
    key_folder: Path


def found_own(folder: Path, *, network: str, organization: str, name: str) -> Founded:
    """Make a network of one organisation, and put its administrator's key into the user's store.

    Raises:
        Malformed: the organisation's code is not one, or the network's name is not plain.
        UsageError: the key store has a key of that name already.
    """
    now = now_ms()
    owner = Organization(id=check_organization_id(organization), name=Name(zh=name, en=name))
    member = Member(
        organization=owner.id,
        id=ADMINISTRATOR,
        name=Name(zh="管理员", en="Administrator"),
        roles=_ROLES,
    )
    secret, log_secret = SecretKey.generate(), SecretKey.generate()
    genesis = GenesisDocument(
        name=network,
        created=now,
        organizations=(owner,),
        members=(member,),
        keys=(member_key(member, secret.public_key, now),),
        log_keys=(LogKey(organization=owner.id, public_key=log_secret.public_key),),
        contracts=tuple(sorted(installed_contracts())),
    )
    # The key first: a network whose administrator's key is lost would be of no use.
    store = KeyStore()
    key_name = f"{network}-{ADMINISTRATOR}"
    if key_name in store.names():
        hint = say("usage.give", option="--network NAME")
        raise UsageError(say("key.exists", name=key_name), field="--network", hint=hint)
    store.save(key_name, Identity(owner.id, member.id, secret))
    create_network(folder, genesis, log_secret)
    keep_trust_file(folder)
    return Founded(network_id(genesis.name, genesis.encode()), key_name, store.folder)


def installed_contracts() -> list[str]:
    """Return the names of the contracts that this installation can run."""
    return sorted({one.name for one in find_installed_contracts()})


def now_ms() -> TimeMs:
    """Return unix time in milliseconds."""
    return TimeMs(time.time_ns() // 1_000_000)
