# SPDX-License-Identifier: Apache-2.0
"""The node when something is wrong: faults, damage, other histories, missing contracts."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from tallystick.crypto import sha256
from tallystick.errors import (
    Corrupted,
    DataFolderProblem,
    NotFinal,
    StorageFailed,
    TallystickError,
    Unavailable,
    UnknownContract,
)
from tallystick.model import Parameters
from tallystick.node import NodeConfig, create_network, open_node
from tests.factories import LIFETIME, LOG_KEY, sign
from tests.unit.node.node_kit import (
    GENESIS,
    WAIT_SECONDS,
    Clock,
    Open,
    commit,
    deposit,
    solo_only,
    submit,
)


def test_a_storage_fault_halts_the_node_and_acknowledges_nothing(
    start: Open, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise P9: the owner is told once; the answer is unknown; a restart has what was durable."""
    faults: list[BaseException] = []
    told = threading.Event()

    def on_halt(fault: BaseException) -> None:
        faults.append(fault)
        told.set()

    node = start(on_halt=on_halt)
    commit(node, deposit(1))

    def fail(*_: object) -> None:
        raise StorageFailed("planted")

    monkeypatch.setattr("tallystick.storage.block_log.BlockLog.append", fail)
    (answer,) = submit(node, deposit(2))
    assert isinstance(answer, NotFinal)
    assert told.wait(WAIT_SECONDS)
    assert [type(fault) for fault in faults] == [StorageFailed]
    monkeypatch.undo()
    node.stop()
    again = start()
    # CometBFT decided the second block before it failed here, and hands it in again.
    assert again.status().log_size in ((1,) if engine == "solo" else (1, 2))
    commit(again, deposit(2))


def test_who_reads_the_state_of_a_halted_node_is_told_at_once(
    start: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The block log fails between execution and commit: nobody waits for a commit to come."""
    told = threading.Event()
    waiting: Future[object] = Future()
    node = start(on_halt=lambda _: told.set())
    commit(node, deposit(1))

    def read() -> None:
        try:
            waiting.set_result(node.prove_state(b"evidence/deposits/none"))
        except TallystickError as error:
            waiting.set_result(error)

    reader = threading.Thread(target=read)

    def fail(*_: object) -> None:
        reader.start()
        raise StorageFailed("planted")

    monkeypatch.setattr("tallystick.storage.block_log.BlockLog.append", fail)
    submit(node, deposit(2))
    assert isinstance(waiting.result(WAIT_SECONDS), Unavailable)
    reader.join()
    assert told.wait(WAIT_SECONDS)
    with pytest.raises(Unavailable):
        node.prove_state(b"evidence/deposits/none")


def test_who_reads_the_state_of_a_node_that_did_not_start_is_told_at_once(
    start: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replay that fails leaves the trees inside a block."""
    node = start()
    commit(node, deposit(1))
    node.stop()
    for path in sorted((folder / "state").iterdir()):
        path.unlink()
    monkeypatch.setattr("tallystick.ledger.apply.sha256", lambda _: bytes(32))
    broken = open_node(NodeConfig(data=folder, workers=False))
    try:
        with pytest.raises(Corrupted):
            broken.start()
        with pytest.raises(Unavailable):
            broken.prove_state(b"evidence/deposits/none")
    finally:
        broken.stop()


def test_code_that_computes_another_result_stops_at_replay(
    start: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node whose contracts changed does not guess: it names the difference."""
    node = start()
    commit(node, deposit(1))
    node.stop()
    for path in sorted((folder / "state").iterdir()):
        path.unlink()
    monkeypatch.setattr("tallystick.ledger.apply.sha256", lambda _: bytes(32))
    with pytest.raises(Corrupted):
        start()


@solo_only
def test_block_transactions_max_of_the_network_holds(tmp_path: Path, clock: Clock) -> None:
    """The parameter in genesis bounds every block."""
    genesis = msgspec.structs.replace(
        GENESIS,
        parameters=Parameters(transaction_lifetime_ms_max=LIFETIME, block_transactions_max=2),
    )
    create_network(tmp_path / "small", genesis, LOG_KEY)
    node = open_node(NodeConfig(data=tmp_path / "small", workers=False, clock=clock))
    node.start()
    try:
        network = node.network
        raw = [sign("put", {}, nonce=n, contract="membership", network=network) for n in range(5)]
        assert [answer.code for answer in submit(node, *raw)] == ["E_CONTRACT"] * 5
        assert len(node.block(1).transactions) == 2
    finally:
        node.stop()


def test_a_store_cut_short_is_refused_and_can_be_rebuilt(start: Open, folder: Path) -> None:
    """Mapping a file that is shorter than its pages would kill the process (found by torture)."""
    node = start()
    commit(node, *(deposit(n) for n in range(200)))
    node.stop()
    data = folder / "state" / "data.mdb"
    with data.open("r+b") as file:
        file.truncate(data.stat().st_size // 2)
    with pytest.raises(Corrupted):
        start()
    data.unlink()
    assert start().status().height >= node.status().height


def test_damaged_views_are_named_and_rebuilt(start: Open, folder: Path) -> None:
    """A flipped byte in the views' own description is no crash without a code."""
    node = start()
    commit(node, deposit(1))
    node.stop()
    with closing(sqlite3.connect(folder / "views.sqlite")) as views:
        views.execute("UPDATE meta SET specs = '{1:2}'")
        views.commit()
    again = start()
    with pytest.raises(Corrupted):
        again.views.counts()


@solo_only
def test_only_the_networks_contracts_can_be_called(tmp_path: Path, clock: Clock) -> None:
    """What else is installed on a node is nobody's business: nodes must agree on what runs."""
    bare = msgspec.structs.replace(GENESIS, contracts=())
    create_network(tmp_path / "bare", bare, LOG_KEY)
    node = open_node(NodeConfig(data=tmp_path / "bare", workers=False, clock=clock))
    node.start()
    try:
        raw = sign("deposit", {}, nonce=1, contract="evidence", network=node.network)
        (answer,) = submit(node, raw)
        assert answer.code == UnknownContract.code
        assert node.contracts() == []
    finally:
        node.stop()


def test_a_node_without_a_contract_of_its_network_does_not_start(tmp_path: Path) -> None:
    """It could not execute what the others execute."""
    other = msgspec.structs.replace(GENESIS, contracts=("evidence", "loans"))
    create_network(tmp_path / "other", other, LOG_KEY)
    with pytest.raises(DataFolderProblem, match="loans"):
        open_node(NodeConfig(data=tmp_path / "other", workers=False))


def test_views_of_another_history_begin_again(start: Open, folder: Path) -> None:
    """After a restore the views left from before must not show what the ledger does not have."""
    node = start()
    commit(node, deposit(1))
    commit(node, deposit(2))
    node.stop()
    old_views = (folder / "views.sqlite").read_bytes()
    shutil.rmtree(folder)
    create_network(folder, GENESIS, LOG_KEY)
    (folder / "views.sqlite").write_bytes(old_views)
    again = start()
    assert again.views.height() == 0
    (place,) = commit(again, deposit(3))
    assert again.views.find_transaction(place.transaction_id) is not None
    assert again.views.find_transaction(sha256(deposit(1))) is None
