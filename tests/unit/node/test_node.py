# SPDX-License-Identifier: Apache-2.0
"""The node: everything joined, on a real folder, shows only what is durable, and comes back.

What holds for a node holds whichever engine orders its transactions: alone, or with CometBFT.
"""

from __future__ import annotations

import dataclasses
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from tallystick.consensus import Committed
from tallystick.crypto import sha256
from tallystick.encoding import decode
from tallystick.errors import (
    Corrupted,
    DataFolderProblem,
    InvalidArguments,
    InvalidSignature,
    Malformed,
    NotFinal,
    NotFound,
    Replayed,
    StorageFailed,
    TallystickError,
    Unavailable,
    UnknownContract,
)
from tallystick.merkle import (
    leaf_hash,
    log_root,
    verify_consistency,
    verify_inclusion,
    verify_value,
)
from tallystick.model import (
    GenesisDocument,
    Parameters,
    decode_entry,
    decode_log_receipt,
    network_id,
    open_checkpoint,
)
from tallystick.node import Node, NodeConfig, create_network, open_node
from tallystick.node.comet import engine_genesis, found_engine
from tallystick.node.engine_file import EngineFile, write_engine_file
from tallystick.storage import DataFolder
from tests.factories import COURT, LIFETIME, LOG_KEY, START, make_genesis, secret, sign
from tests.networks import Seat, free_port

WAIT_SECONDS = 30
GENESIS: GenesisDocument = msgspec.structs.replace(make_genesis(), contracts=("evidence",))
NETWORK = network_id(GENESIS.name, GENESIS.encode())

Open = Callable[..., Node]


class Clock:
    """A clock that tests set; under CometBFT the machine's, which decides the time of blocks."""

    def __init__(self) -> None:
        self.now = START + 1_000

    def __call__(self) -> int:
        return self.now


class MachineClock(Clock):
    """The machine's own clock, which may be asked for but not set."""

    def __init__(self) -> None:
        self.ahead = 0

    @property
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    @now.setter
    def now(self, _: int) -> None:
        """Time passes by itself."""


SEAT = Seat(1)


@pytest.fixture(
    params=["solo", pytest.param("cometbft", marks=pytest.mark.engine)],
)
def engine(request: pytest.FixtureRequest) -> str:
    """Name the engine that orders."""
    name: str = request.param
    if name == "cometbft":
        request.getfixturevalue("engine_program")
    return name


solo_only = pytest.mark.parametrize("engine", ["solo"], indirect=True)
"""For what is about heights without empty blocks, or about the engine that orders alone."""


@pytest.fixture
def clock(engine: str) -> Iterator[Clock]:
    """Stand at the beginning; deposits are good for as long as the network allows."""
    clock = Clock() if engine == "solo" else MachineClock()
    PERIOD.end = START + LIFETIME if engine == "solo" else clock.now + LIFETIME // 2
    yield clock
    PERIOD.end = START + LIFETIME


class _Period:
    """Until when what tests sign is good."""

    end = START + LIFETIME


PERIOD = _Period()


def found(folder: Path, engine: str, genesis: GenesisDocument = GENESIS) -> None:
    """Make a data folder for an engine; under CometBFT the node is the only validator."""
    create_network(folder, genesis, LOG_KEY)
    if engine == "solo":
        return
    data = genesis.encode()
    with DataFolder.open(folder) as opened:
        found_engine(
            opened,
            engine_genesis(genesis, data, validators=(SEAT.validator,)),
            node_key=SEAT.node_key,
            validator_key=SEAT.validator_key,
        )
    write_engine_file(folder, EngineFile(profile="machine", p2p_port=free_port()))


@pytest.fixture
def folder(tmp_path: Path, engine: str) -> Path:
    """Return the data folder of a new network."""
    path = tmp_path / "node"
    found(path, engine)
    return path


@pytest.fixture
def start(folder: Path, clock: Clock) -> Iterator[Open]:
    """Start nodes on the folder, and stop them at the end."""
    started: list[Node] = []

    def opened(**options: object) -> Node:
        config = NodeConfig(data=folder, workers=False, clock=clock)
        node = open_node(dataclasses.replace(config, **options))  # type: ignore[arg-type]
        started.append(node)
        node.start()
        return node

    yield opened
    for node in started:
        node.stop()


def deposit(number: int, *, nonce: int | None = None, **options: object) -> bytes:
    """Return a signed deposit of a file whose content is the number."""
    args = {
        "sha256": sha256(str(number).encode()).hex(),
        "size": len(str(number)),
        "media_type": "text/plain",
        "title": f"文件 {number}",
        "captured_at": START,
        "method": "upload",
    }
    return sign(
        "deposit",
        args,  # type: ignore[arg-type]
        nonce=number if nonce is None else nonce,
        contract="evidence",
        network=NETWORK,
        **{"valid_until": PERIOD.end, **options},  # type: ignore[arg-type]
    )


def submit(node: Node, *raw: bytes) -> list[Committed | TallystickError]:
    """Submit and wait."""
    return node.submit(raw).result(WAIT_SECONDS)


def commit(node: Node, *raw: bytes) -> list[Committed]:
    """Submit what must be committed, and wait."""
    answers = submit(node, *raw)
    committed = [answer for answer in answers if isinstance(answer, Committed)]
    assert len(committed) == len(raw), answers
    return committed


def test_a_deposit_has_a_receipt_that_verifies_without_the_node(start: Open) -> None:
    """Entry, path, root, and both signatures hold (docs/spec/receipt.md)."""
    node = start()
    places = commit(node, *(deposit(n) for n in range(5)))
    receipt = node.receipt(places[2].transaction_id)
    found = decode_log_receipt(receipt.log_receipt)
    checkpoint = open_checkpoint(receipt.checkpoint, LOG_KEY.public_key, origin=NETWORK)
    assert (found.size, found.index) == (checkpoint.size, places[2].leaf_index)
    verify_inclusion(leaf_hash(receipt.entry), found.index, found.size, found.path, checkpoint.root)
    found.verify_root(checkpoint.root)
    assert decode_entry(receipt.entry).transaction_id == sha256(receipt.transaction)


def test_the_log_can_be_followed_from_outside(start: Open) -> None:
    """Tiles, entries and both kinds of proof agree with the signed root."""
    node = start()
    commit(node, *(deposit(n) for n in range(300)))
    first = open_checkpoint(node.checkpoint(), LOG_KEY.public_key, origin=NETWORK)
    commit(node, *(deposit(n) for n in range(300, 310)))
    second = open_checkpoint(node.checkpoint(), LOG_KEY.public_key, origin=NETWORK)
    leaves = [leaf_hash(entry) for entry in node.entries(0, second.size)]
    assert log_root(leaves) == second.root
    assert log_root(leaves[: first.size]) == first.root
    assert node.tile(0, 0, 256) == b"".join(leaves[:256])
    assert node.tile(0, 1, 54) == b"".join(leaves[256:310])
    path = node.consistency_proof(first.size, second.size)
    verify_consistency(first.size, second.size, path, first.root, second.root)
    verify_inclusion(leaves[7], 7, second.size, node.inclusion_proof(7, second.size), second.root)
    with pytest.raises(NotFound):
        node.tile(0, 1, 55)
    with pytest.raises(NotFound):
        node.tile(3, 0, 1)
    with pytest.raises(NotFound):
        node.entries(300, 11)
    with pytest.raises(NotFound):
        node.inclusion_proof(0, 311)


def test_state_is_proven_under_the_signed_checkpoint(start: Open) -> None:
    """The value of a key verifies against the state root that the checkpoint carries."""
    node = start()
    commit(node, deposit(1))
    result = decode_entry(node.entries(0, 1)[0]).outcome.result
    assert isinstance(result, dict)
    key = f"evidence/deposits/{result['id']!s}".encode()
    proved = node.prove_state(key)
    checkpoint = open_checkpoint(proved.checkpoint, LOG_KEY.public_key, origin=NETWORK)
    assert proved.value is not None
    verify_value(checkpoint.state_root, key, proved.value, proved.proof)
    record = decode(proved.value)
    assert isinstance(record, dict)
    assert record["organization"] == COURT
    assert node.prove_state(b"evidence/deposits/none").value is None


def test_queries_read_the_newest_durable_state(start: Open) -> None:
    """And answer unknown ones with typed errors."""
    node = start()
    commit(node, deposit(1))
    result = decode_entry(node.entries(0, 1)[0]).outcome.result
    assert isinstance(result, dict)
    shown = node.query("evidence", "show", {"id": result["id"]})
    assert isinstance(shown, dict)
    assert shown["title"] == "文件 1"
    with pytest.raises(UnknownContract):
        node.query("evidence", "nothing", {})
    with pytest.raises(InvalidArguments):
        node.query("evidence", "show", {})
    with pytest.raises(NotFound):
        node.query("evidence", "show", {"id": "EV-1999-000001"})


def test_a_restarted_node_continues_where_it_stopped(start: Open, clock: Clock) -> None:
    """Same head, same answers to the same bytes, and the log goes on from the old checkpoint."""
    node = start()
    places = commit(node, *(deposit(n) for n in range(40)))
    before = open_checkpoint(node.checkpoint(), LOG_KEY.public_key, origin=NETWORK)
    node.stop()
    clock.now += 5_000
    again = start()
    assert again.status().app_hash == node.status().app_hash
    assert submit(again, deposit(3)) == [places[3]]
    (refused,) = submit(again, deposit(99, nonce=3))
    assert isinstance(refused, Replayed)
    commit(again, deposit(41))
    after = open_checkpoint(again.checkpoint(), LOG_KEY.public_key, origin=NETWORK)
    path = again.consistency_proof(before.size, after.size)
    verify_consistency(before.size, after.size, path, before.root, after.root)
    assert again.receipt(places[0].transaction_id).transaction == deposit(0)


def test_a_node_without_its_store_rebuilds_it_from_the_block_log(start: Open, folder: Path) -> None:
    """The block log is the truth: state and trees follow from it, with the same roots."""
    node = start()
    places = commit(node, *(deposit(n) for n in range(30)))
    head = node.status()
    node.stop()
    for path in sorted((folder / "state").iterdir()):
        path.unlink()
    again = start()
    assert again.status().app_hash == head.app_hash
    assert again.status().height >= head.height  # an engine may add the block that proves it
    assert submit(again, deposit(3)) == [places[3]]


def test_refusals_at_the_door_are_typed_and_change_nothing(start: Open, clock: Clock) -> None:
    """Malformed, forged, of strangers, expired, too far ahead, unknown, wrong arguments."""
    node = start()
    good, end = deposit(1), PERIOD.end
    answers = submit(
        node,
        b"garbage",
        good[:-1] + bytes([good[-1] ^ 1]),
        deposit(2, key=secret(77)),
        deposit(3, valid_until=clock.now - 1),
        deposit(4, valid_until=clock.now + LIFETIME + 60_000),
        sign("deposit", {}, nonce=5, contract="evidence", network=NETWORK, valid_until=end),
        sign("put", {}, nonce=6, contract="nothing", network=NETWORK, valid_until=end),
        sign("put", {}, nonce=7, contract="evidence", valid_until=end),
    )
    codes = [answer.code for answer in answers]
    assert codes == [
        Malformed.code,
        InvalidSignature.code,
        "E_MEMBER",
        "E_EXPIRED",
        "E_EARLY",
        "E_ARGUMENT",
        "E_CONTRACT",
        "E_NETWORK",
    ]
    assert node.status().log_size == 0
    assert node.status().height == 0


def test_a_genesis_node_shows_an_empty_log(start: Open) -> None:
    """Before the first block there is a checkpoint of size 0 and nothing else."""
    node = start()
    checkpoint = open_checkpoint(node.checkpoint(), LOG_KEY.public_key, origin=NETWORK)
    assert (checkpoint.size, checkpoint.height) == (0, 0)
    with pytest.raises(NotFound):
        node.block(1)
    with pytest.raises(NotFound):
        node.find(bytes(32))
    with pytest.raises(NotFound):
        node.tile(0, 0, 1)
    assert node.entries(0, 0) == []


@solo_only
def test_subscribers_hear_of_each_block_until_they_leave(start: Open) -> None:
    """In order, after it is durable."""
    node = start()
    heights: list[int] = []
    leave = node.subscribe(lambda block: heights.append(block.header.height))
    commit(node, deposit(1))
    commit(node, deposit(2))
    leave()
    leave()
    commit(node, deposit(3))
    assert heights == [1, 2]


def test_a_folder_in_use_is_refused(start: Open, folder: Path) -> None:
    """One node for one folder."""
    start()
    with pytest.raises(DataFolderProblem):
        open_node(NodeConfig(data=folder, workers=False))


@solo_only
def test_a_node_key_of_another_network_is_refused(folder: Path) -> None:
    """A node that orders alone never signs with a key that the trust file does not name."""
    (folder / "keys" / "log.key").write_text(secret(123).seed.hex())
    with pytest.raises(DataFolderProblem):
        open_node(NodeConfig(data=folder, workers=False))


def test_a_node_without_a_readable_key_is_refused(folder: Path) -> None:
    """It could not sign; under CometBFT the ledger knows later keys, so any key may be right."""
    key_file = folder / "keys" / "log.key"
    key_file.write_text("no key")
    with pytest.raises(DataFolderProblem):
        open_node(NodeConfig(data=folder, workers=False))
    key_file.unlink()
    with pytest.raises(DataFolderProblem):
        open_node(NodeConfig(data=folder, workers=False))


def test_founding_with_a_key_that_genesis_does_not_name_is_refused(tmp_path: Path) -> None:
    """Nothing is written."""
    with pytest.raises(DataFolderProblem):
        create_network(tmp_path / "x", GENESIS, secret(123))
    assert not (tmp_path / "x").exists()


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
