# SPDX-License-Identifier: Apache-2.0
"""A node runs the sources that were voted, under either engine, or it does not run at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tallystick.encoding import Value
from tallystick.errors import ContractMigrating, ContractMissing
from tallystick.execution import InstalledContract, contract_digest
from tallystick.membership import Register
from tallystick.model import (
    OK,
    ROLE_ADMINISTRATOR,
    Call,
    ContractActivation,
    GenesisDocument,
    decode_write_set,
    network_id,
)
from tallystick.node import Caller as Signatory
from tallystick.node import Node, NodeConfig, Previewed, open_node
from tallystick.node.contracts_needed import missing_at, missing_later
from tallystick.units import TimeMs
from tests.factories import ADMINISTRATOR, CLERK, COURT, make_genesis, member, sign
from tests.unit.execution.versions import NotesOne, NotesTwo
from tests.unit.node import node_kit
from tests.unit.node.node_kit import PERIOD, clock, engine, start

__all__ = ["clock", "engine", "start"]

WAIT_S = 60


def genesis() -> GenesisDocument:
    """Return a network of the court alone, which runs notes as founded."""
    found = make_genesis()
    people = (
        member(COURT, "clerk", "depositor"),
        member(COURT, "head", ROLE_ADMINISTRATOR, "governor"),
    )
    return msgspec.structs.replace(
        found,
        organizations=found.organizations[:1],
        members=people,
        keys=found.keys[:2],
        contracts=("notes",),
    )


NETWORK = network_id(genesis().name, genesis().encode())


@pytest.fixture
def folder(tmp_path: Path, engine: str) -> Path:
    """Return the data folder of that network."""
    path = tmp_path / "node"
    node_kit.found(path, engine, genesis())
    return path


class Caller:
    """Submits calls to a node, one block each."""

    def __init__(self) -> None:
        """Begin with the first nonce."""
        self.nonce = 0

    def __call__(self, node: Node, contract: str, method: str, /, **args: Value) -> str:
        """Return the code with which a call was committed, or refused at the door."""
        self.nonce += 1
        governs = contract == "governance" and method == "propose"
        raw = sign(
            method,
            args,
            nonce=self.nonce,
            contract=contract,
            key=ADMINISTRATOR if governs else CLERK,
            network=NETWORK,
            valid_until=PERIOD.end,
        )
        (found,) = node.submit([raw]).result(WAIT_S)
        return found.code


def preview(node: Node, contract: str, method: str, /, **args: Value) -> Previewed:
    """Return what a call by the clerk would do."""
    call = Call(NETWORK, contract, method, args, 0, TimeMs(PERIOD.end))
    return node.contract_desk.previews.preview(call, Signatory(COURT, CLERK.public_key))


def upgrade(height: int, **changed: Value) -> dict[str, Value]:
    """Return the action that lets version 2 run from a height on."""
    digest = contract_digest(NotesTwo)
    action: dict[str, Value] = {"name": "notes", "version": 2, "height": height}
    return {"type": "activate_contract", **action, "digest": digest, "migrate_from": 1} | changed


def test_a_node_upgrades_at_the_height_and_replays_across_it(
    start: Callable[..., Node],
) -> None:
    """Version 1 until the height, then the migration, then version 2; a restart changes nothing."""
    both, call = (NotesTwo, NotesOne), Caller()
    node = start(contracts=both)
    for note in "abc":  # more than the first step of the migration moves
        assert call(node, "notes", "write", id=note, text="one") == OK
    assert [schema.version for schema in node.contracts()] == [1]
    height = node.status().height + 6
    assert call(node, "governance", "propose", action=upgrade(height)) == OK
    written = 0
    while (code := call(node, "notes", "write", id=f"n{written}", text="one")) == OK:
        written += 1
    assert code == "E_MIGRATING"
    with pytest.raises(ContractMigrating):
        node.query("notes", "read", {"id": "a"})
    assert preview(node, "notes", "write", id="z", text="new").execution.code == "E_MIGRATING"
    for limit in (2, 500):
        told = preview(node, "governance", "migrate_contract", contract="notes", limit=limit)
        assert call(node, "governance", "migrate_contract", contract="notes", limit=limit) == OK
        block = node.block(node.status().height)
        written_down = decode_write_set(block.write_sets[-1])
        assert written_down.keys() == told.execution.writes.keys()
        moved = {key for key in written_down if key.startswith(b"notes/")}
        assert moved
        assert all(written_down[key] == told.execution.writes[key] for key in moved)
    assert call(node, "notes", "write", id="z", text="new", colour="red") == OK
    assert node.query("notes", "read", {"id": "a"}) == "one grey"
    assert [schema.version for schema in node.contracts()] == [2]
    assert [one.version for one in node.contract_desk.known()] == [1, 2]
    app_hash = node.status().app_hash
    node.stop()
    again = start(contracts=both)
    assert again.status().app_hash == app_hash
    assert again.query("notes", "read", {"id": "z"}) == "new red"


@node_kit.solo_only
def test_a_node_without_the_sources_warns_stops_and_does_not_start(
    start: Callable[..., Node],
) -> None:
    """Nothing is lost: with the right package it goes on."""
    call, faults = Caller(), list[BaseException]()
    node = start(contracts=(NotesOne,), on_halt=faults.append)
    assert call(node, "governance", "propose", action=upgrade(3)) == OK
    (needed,) = node.contract_desk.needed()
    assert (needed.version, needed.height, needed.found) == (2, 3, "version 1")
    assert call(node, "notes", "write", id="a", text="one") == OK
    assert call(node, "notes", "write", id="b", text="one") == "E_MIGRATING"
    assert call(node, "governance", "migrate_contract", contract="notes") != OK
    assert [type(fault) for fault in faults] == [ContractMissing]
    node.stop()
    with pytest.raises(ContractMissing) as refused:
        start(contracts=(NotesOne,))
    assert contract_digest(NotesTwo).hex() in str(refused.value.expected)
    assert start(contracts=(NotesOne, NotesTwo)).status().height == 2


@node_kit.solo_only
def test_a_node_that_replays_up_to_what_it_lacks_does_not_start(
    start: Callable[..., Node], folder: Path
) -> None:
    """The check holds for the block after the last one of the log, wherever the store is."""
    call = Caller()
    node = start(contracts=(NotesOne, NotesTwo))
    assert call(node, "governance", "propose", action=upgrade(2)) == OK
    node.stop()
    with pytest.raises(ContractMissing):
        open_node(NodeConfig(data=folder, workers=False, contracts=(NotesOne,)))


def register(**fields: object) -> Register:
    """Return a register in which a version of notes was activated."""
    found = Register()
    base = {"name": "notes", "version": 2, "height": 10, "callable_from": 5, "version_before": 1}
    found.contracts["notes"] = ContractActivation(**(base | fields))  # type: ignore[arg-type]
    return found


def installed(*versions: tuple[int, bytes]) -> list[InstalledContract]:
    """Return versions of notes that are installed."""
    return [InstalledContract("notes", version, digest, ()) for version, digest in versions]


@pytest.mark.parametrize(
    ("present", "height", "found"),
    [
        ([(1, b"1"), (2, b"2")], 10, []),
        ([(1, b"1")], 9, []),
        ([(1, b"1")], 10, ["version 1"]),
        ([(2, b"x")], 10, ["version 2, digest 78"]),
        ([], 10, ["not installed"]),
        ([(1, b"x")], 9, ["version 1, digest 78"]),
    ],
)
def test_version_and_digest_are_compared_at_a_height(
    present: list[tuple[int, bytes]], height: int, found: list[str]
) -> None:
    """A version of the right number with other sources is as good as none."""
    asked = register(digest=b"2", digest_before=b"1")
    assert [one.found for one in missing_at(asked, installed(*present), height)] == found


def test_without_a_digest_the_version_is_enough() -> None:
    """What was decided before there were digests still holds."""
    assert missing_at(register(), installed((2, b"any")), 10) == []
    assert missing_at(register(version_before=None), [], 9) == []


def test_what_will_be_missing_is_known_from_the_vote_on() -> None:
    """Each version is named once, the nearest height first."""
    later = missing_later(register(), installed(), 7)
    assert [(one.version, one.height) for one in later] == [(1, 7), (2, 10)]
    assert missing_later(register(), installed((1, b""), (2, b"")), 7) == []
    assert str(later[1].error().expected) == "version 2"
