# SPDX-License-Identifier: Apache-2.0
"""Lets a saved version with a migration take over as on a real network: by votes, at a height.

The organisations of a development network vote by themselves. The votes name no digest: the author
goes on changing the sources of that version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from msgspec import UNSET, UnsetType

from tallystick.cli.dev.changes import Migrations
from tallystick.cli.dev.names import KEYS_FOLDER
from tallystick.cli.dev.network import ORGANIZATIONS
from tallystick.cli.local import keep_trust_file
from tallystick.cli.serving import Serving
from tallystick.client import ContractRecord, KeyStore, Net, connect
from tallystick.contracts import ContractSchema
from tallystick.model import ActivateContract

_VOTES: Final = 3
"""Of the four organisations; the proposal is the first of them."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A contract whose next version the network has to vote for."""

    name: str
    version: int
    migrate_from: int | None


def upgrades(
    before: Iterable[ContractSchema],
    after: Iterable[ContractSchema],
    migrations: Migrations,
    voted: Mapping[str, ContractRecord],
) -> list[Upgrade]:
    """Return the contracts that need a vote: they move records, or their version was voted before.

    Any other version simply takes over, because a network runs what it was founded with in the
    version that is there.
    """
    new = {schema.name: schema.version for schema in after}
    found = []
    for old in before:
        version, record = new.get(old.name, old.version), voted.get(old.name)
        if version <= old.version:
            continue
        start = old.version
        if record is not None and record.migration is not None and not _is_finished(record):
            start = record.migration.from_version
        moves = any((one.contract, one.from_version) == (old.name, start) for one in migrations)
        if moves or record is not None:
            found.append(Upgrade(old.name, version, start if moves else None))
    return found


def vote(serving: Serving, wanted: Iterable[Upgrade]) -> None:
    """Let the network decide that the versions run from the block after the last vote.

    Raises:
        TallystickError: whatever the node said, as when somebody else's transaction came between.
    """
    listed = tuple(wanted)
    with _net(serving, "core") as net:
        height = net.status().height + _VOTES * len(listed) + 1
    for one in listed:
        _vote(serving, one, height)


def move_records(serving: Serving) -> int | None:
    """Move the records that wait for it, transaction by transaction.

    Returns:
        How many were moved; None if no contract waits.

    Raises:
        TallystickError: the contract's migration failed; what was moved stays so.
    """
    moved: int | None = None
    with _net(serving, "core") as net:
        for record in net.governance.overview().contracts:
            is_waiting = not _is_finished(record)
            while is_waiting:
                result: Any = net.governance.migrate(record.name).result
                moved, is_waiting = (moved or 0) + result["moved"], not result["finished"]
    return moved


def voted_contracts(serving: Serving) -> dict[str, ContractRecord]:
    """Return what the network has voted on contracts, by name."""
    with _net(serving, "core") as net:
        return {one.name: one for one in net.governance.overview().contracts if one.version}


def _vote(serving: Serving, one: Upgrade, height: int) -> None:
    start: int | UnsetType = UNSET if one.migrate_from is None else one.migrate_from
    action = ActivateContract(one.name, one.version, height, migrate_from=start)
    first, *others = list(ORGANIZATIONS)[:_VOTES]
    with _net(serving, first) as net:
        proposal = net.governance.propose(action).id
    for name in others:
        with _net(serving, name) as net:
            net.governance.vote(proposal, approve=True)


def _is_finished(record: ContractRecord) -> bool:
    return record.migration is None or record.migration.finished_at is not None


def _net(serving: Serving, key: str) -> Net:
    store = KeyStore(serving.folder / KEYS_FOLDER)
    trust = keep_trust_file(serving.folder)
    return connect(serving.url, identity=store.load(key), trust=trust)
