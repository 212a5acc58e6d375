# SPDX-License-Identifier: Apache-2.0
"""A ledger that one node began goes on with several: same log, old receipts, new proof."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from tallystick import verify
from tallystick.cli.main import main
from tallystick.client.trust import Trust
from tallystick.consensus import Committed
from tallystick.errors import DataFolderProblem, WrongState
from tallystick.merkle import verify_consistency
from tallystick.model import OK, Name, open_checkpoint
from tallystick.node import (
    ENTRY_FILE,
    FIRST_MEMBERS,
    Beginning,
    EntryContent,
    EntryMember,
    NodeConfig,
    OwnKeys,
    create_network,
    join_network,
    keep_keys,
    parse_invite,
    place_ledger,
    sign_entry,
    switch_invite,
    take_last_word,
)
from tallystick.storage import backup
from tallystick.units import TimeMs
from tests.networks import Network, Place, Seat, consortium_genesis, free_port, now
from tests.serving import started_node

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine_program")]

SEATS = [Seat(number) for number in range(1, 5)]


def begun_alone(base: Path) -> tuple[Network, Path]:
    """Return a network whose first organisation has ordered alone for a while."""
    network = Network(base, consortium_genesis(SEATS, validators=()), ())
    folder = base / "n1"
    create_network(folder, network.genesis, SEATS[0].log_key)
    return network, folder


def entry_of(seat: Seat, port: int) -> EntryContent:
    """Return what a seat's organisation contributes, with its test keys."""
    members = {"administrator": seat.clerk, "governor": seat.governor, "operator": seat.operator}
    return EntryContent(
        organization=seat.organization,
        name=Name(zh=f"机构{seat.number}", en=f"Org {seat.number}"),
        created=TimeMs(now()),
        members=tuple(
            EntryMember(id=one, name=called, roles=roles, public_key=members[one].public_key.hex())
            for one, (called, roles) in FIRST_MEMBERS.items()
        ),
        log_key=seat.log_key.public_key.hex(),
        validator_key=seat.validator_key.public_key.hex(),
        node_key=seat.node_key.public_key.hex(),
        p2p=f"127.0.0.1:{port}",
        api="",
    )


def make_folder(network: Network, seat: Seat, content: EntryContent) -> Path:
    """Make the folder that `tally network entry` makes."""
    folder = network.base / f"joined{seat.number}"
    keys = OwnKeys(seat.log_key, seat.validator_key, seat.node_key)
    keep_keys(folder, keys)
    members = [seat.clerk, seat.governor, seat.operator]
    (folder / ENTRY_FILE).write_bytes(sign_entry(content, keys, members).to_json())
    return folder


def hand_over(network: Network, first: Path) -> Beginning:
    """Give every organisation the ledger as it is, and let it join to go on with it."""
    copy = network.base / "ledger.backup"
    beginning = take_last_word(NodeConfig(data=first, workers=False))
    backup(first, copy)
    entries = {seat: entry_of(seat, free_port()) for seat in SEATS}
    invite = switch_invite(network.genesis_bytes, beginning, tuple(entries.values()))
    for seat, content in entries.items():
        folder = make_folder(network, seat, content)
        settings = join_network(folder, parse_invite(invite.to_json()))
        assert place_ledger(folder, copy) == beginning.height
        network.places.append(Place(seat, folder, settings.p2p_port, settings))
    return beginning


def test_a_ledger_begun_alone_goes_on_with_several_organisations(tmp_path: Path) -> None:
    """The log grows from the same tree, old receipts verify, new ones name who agreed."""
    network, folder = begun_alone(tmp_path)
    with started_node(NodeConfig(data=folder, workers=False)) as node:
        (old,) = node.submit([network.deposit(SEATS[0])]).result(60)
        assert isinstance(old, Committed)
        for seat in SEATS:
            network.decide(node, SEATS[:3], network.validator_action(seat))
        old_receipt = node.receipt(old.transaction_id)
        before = open_checkpoint(node.checkpoint(), SEATS[0].log_key.public_key, origin=network.id)

    beginning = hand_over(network, folder)
    assert beginning.height == before.height
    assert {one.organization for one in beginning.validators} == {s.organization for s in SEATS}

    with ExitStack() as stack:
        stack.callback(network.stop)
        for place in network.places:
            place.start()
        (new,) = network.commit(2, network.deposit(SEATS[2]))
        assert new.code == OK
        network.agree()
        trust = Trust.of_genesis(network.genesis_bytes)
        for running in network.nodes:
            assert running.find(old.transaction_id) == old
            receipt = running.receipt(new.transaction_id)
            results = {c.name: c.result.value for c in verify(receipt, trust=trust).checks}
            assert results["finality"] == results["validators"] == "passed"
        old_results = {c.name: c.result.value for c in verify(old_receipt, trust=trust).checks}
        for name in ("signature", "inclusion", "receipt_signature", "checkpoint", "level"):
            assert old_results[name] == "passed"
        again = network.nodes[0].receipt(old.transaction_id)
        assert again.finality is not None
        after = open_checkpoint(
            network.nodes[0].checkpoint(), SEATS[0].log_key.public_key, origin=network.id
        )
        path = network.nodes[0].consistency_proof(before.size, after.size)
        verify_consistency(before.size, after.size, path, before.root, after.root)


def test_a_ledger_without_validators_cannot_be_handed_over(tmp_path: Path) -> None:
    """There would be nobody to decide."""
    network, folder = begun_alone(tmp_path)
    with started_node(NodeConfig(data=folder, workers=False)) as node:
        node.submit([network.deposit(SEATS[0])]).result(60)
    with pytest.raises(WrongState):
        take_last_word(NodeConfig(data=folder, workers=False))


def test_a_ledger_that_went_on_alone_is_not_taken(tmp_path: Path) -> None:
    """It would have another app hash than the others from the first block on."""
    network, folder = begun_alone(tmp_path)
    with started_node(NodeConfig(data=folder, workers=False)) as node:
        network.decide(node, SEATS[:3], network.validator_action(SEATS[0]))
    beginning = take_last_word(NodeConfig(data=folder, workers=False))
    with started_node(NodeConfig(data=folder, workers=False)) as node:
        node.submit([network.deposit(SEATS[0])]).result(60)
    backup(folder, tmp_path / "late.backup")
    content = entry_of(SEATS[0], free_port())
    joined = make_folder(network, SEATS[0], content)
    join_network(joined, switch_invite(network.genesis_bytes, beginning, (content,)))
    with pytest.raises(DataFolderProblem):
        place_ledger(joined, tmp_path / "late.backup")
    with pytest.raises(DataFolderProblem):
        place_ledger(folder, tmp_path / "late.backup")


def test_the_command_writes_an_invite_and_the_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`tally network switch`: what it writes is what the others join with; nothing is replaced."""
    network, folder = begun_alone(tmp_path)
    with started_node(NodeConfig(data=folder, workers=False)) as node:
        for seat in SEATS:
            network.decide(node, SEATS[:3], network.validator_action(seat))
    folders = [make_folder(network, seat, entry_of(seat, free_port())) for seat in SEATS]
    invite, ledger = tmp_path / "switch.json", tmp_path / "ledger.backup"
    words = ["network", "switch", *(str(one / ENTRY_FILE) for one in folders), "--json"]
    words += ["--data", str(folder), "--out", str(invite), "--ledger-out", str(ledger)]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert set(said["validators"]) == {seat.organization for seat in SEATS}
    for joining in folders:
        join_network(joining, parse_invite(invite.read_bytes()))
        assert place_ledger(joining, ledger) == said["height"]
    before = (invite.read_bytes(), ledger.read_bytes())
    assert main(words) == 2
    assert json.loads(capsys.readouterr().out)["error"]["field"] == "--out"
    assert (invite.read_bytes(), ledger.read_bytes()) == before
