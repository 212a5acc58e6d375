# SPDX-License-Identifier: Apache-2.0
"""The store on disk: what survives, what is refused, what is noticed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tallystick.errors import StorageFailed
from tallystick.ledger import Tree
from tallystick.storage import BlockLog, DurableStore, FlushPolicy
from tallystick.storage.policy import Decision, Pending, decide
from tallystick.storage.writers import InlineWriter
from tests.unit.storage.chain import NETWORK, Chain
from tests.unit.storage.stores import MAP_BYTES, open_store, same_as, save_all


@pytest.fixture
def chain() -> Chain:
    """Five blocks."""
    chain = Chain()
    chain.grow(5)
    return chain


@pytest.mark.parametrize("in_process", [True, False])
def test_a_closed_store_has_everything(tmp_path: Path, chain: Chain, in_process: bool) -> None:
    """Closing flushes; the next start needs no replay."""
    store = open_store(tmp_path, in_process=in_process)
    save_all(store, tmp_path, chain)
    store.close()
    store = open_store(tmp_path, in_process=not in_process)
    assert store.header == chain.blocks[-1].header_bytes
    same_as(store, chain, 5)
    store.close()


@pytest.mark.parametrize("flushed", [0, 1, 4])
def test_after_a_crash_the_store_is_at_a_whole_earlier_block(
    tmp_path: Path, chain: Chain, flushed: int
) -> None:
    """INV: what was not flushed is gone as a whole, and nothing of it is half there."""
    store = open_store(tmp_path)
    log = BlockLog.open(tmp_path, NETWORK)
    for applied in chain.applied:
        log.append(applied.block)
        store.save(applied, log.position(log.height))
        if log.height == flushed:
            store.flush()
    log.close()
    store._writer.close()  # a crash: nothing is flushed
    store = open_store(tmp_path)
    same_as(store, chain, flushed)
    save_all(store, tmp_path, chain)
    same_as(store, chain, 5)
    store.close()


def test_a_flush_begins_by_itself_when_enough_has_gathered(tmp_path: Path, chain: Chain) -> None:
    """Memory is bounded without anyone asking."""
    store = open_store(tmp_path, policy=FlushPolicy(transactions_max=6))
    log = BlockLog.open(tmp_path, NETWORK)
    flushed = []
    for applied in chain.applied:
        log.append(applied.block)
        store.save(applied, log.position(log.height))
        flushed.append(store.flushed_height)
    assert flushed == [0, 2, 2, 4, 4]
    log.close()
    store.close()


def test_a_quiet_node_flushes_and_so_does_one_that_is_never_quiet(tmp_path: Path) -> None:
    """The timer's two reasons: nothing new for a while, or the oldest has waited long."""
    chain = Chain()
    chain.grow(30, 1)
    store = open_store(
        tmp_path,
        policy=FlushPolicy(
            transactions_max=10**6, bytes_max=2**40, idle_ms_max=100, age_ms_max=250
        ),
    )
    log = BlockLog.open(tmp_path, NETWORK)
    flushed = []
    for now in range(0, 900, 90):
        applied = chain.applied[log.height]
        log.append(applied.block)
        store.save(applied, log.position(log.height))
        store.maybe_flush(now)
        flushed.append(store.flushed_height)
    assert flushed == [0, 0, 0, 4, 4, 4, 4, 8, 8, 8]
    store.maybe_flush(899)
    store.maybe_flush(909)
    assert store.flushed_height == 8
    store.maybe_flush(911)
    assert store.flushed_height == 10
    store.maybe_flush(5_000)
    assert store.flushed_height == 10
    log.close()
    store.close()


@pytest.mark.parametrize(
    ("pending", "is_flushing", "expected"),
    [
        (Pending(9, 99, idle_ms=9, age_ms=99), False, Decision.GATHER),
        (Pending(10, 0), False, Decision.FLUSH),
        (Pending(0, 100), False, Decision.FLUSH),
        (Pending(1, 1, idle_ms=10), False, Decision.FLUSH),
        (Pending(1, 1, age_ms=100), False, Decision.FLUSH),
        (Pending(9, 99, idle_ms=10, age_ms=100), True, Decision.GATHER),
        (Pending(10, 0), True, Decision.WAIT),
        (Pending(0, 100), True, Decision.WAIT),
    ],
)
def test_the_policy_decides_by_amount_and_age(
    pending: Pending, is_flushing: bool, expected: Decision
) -> None:
    """Only a full memory makes anyone wait."""
    policy = FlushPolicy(transactions_max=10, bytes_max=100, idle_ms_max=10, age_ms_max=100)
    assert decide(policy, pending, is_flushing=is_flushing) is expected


class SlowWriter(InlineWriter):
    """Writes in another thread, when it is allowed to."""

    is_inline = False

    def __init__(self, data: Path) -> None:
        super().__init__(data, NETWORK, map_bytes=MAP_BYTES)
        self.may_write = threading.Event()
        self.writes = threading.Semaphore(0)

    def write(self, messages: object) -> int:
        self.writes.release()
        assert self.may_write.wait(30)
        return super().write(messages)  # type: ignore[arg-type]  # as the store gave it


def test_reads_see_saved_blocks_before_during_and_after_their_flush(tmp_path: Path) -> None:
    """A flush changes nothing that a reader can see."""
    chain = Chain()
    writer = SlowWriter(tmp_path)
    store = DurableStore(writer, NETWORK, policy=FlushPolicy(transactions_max=2))
    log = BlockLog.open(tmp_path, NETWORK)
    key = b"a/b/c"
    for value in (b"1", b"2", b"3"):
        log.append(chain.add([{key: value, b"a/b/" + value: value}]).block)
        store.save(chain.applied[-1], log.position(log.height))
    # Blocks 1 and 2 are being written, block 3 has gathered.
    assert writer.writes.acquire(timeout=30)
    assert store.flushed_height == 0
    expected = [(b"a/b/1", b"1"), (b"a/b/2", b"2"), (b"a/b/3", b"3"), (key, b"3")]
    assert list(store.items(Tree.STATE)) == expected
    assert [store.get(Tree.STATE, k) for k, _ in expected] == [v for _, v in expected]
    assert [store.position(height) for height in (1, 2, 3)] == [log.position(h) for h in (1, 2, 3)]
    assert store.read_tile(0, 0, 3) == next(iter(chain.applied[-1].tiles.values()))
    assert [store.height_of_leaf(leaf) for leaf in range(4)] == [1, 2, 3, None]
    writer.may_write.set()
    store.flush()
    assert store.flushed_height == 3
    assert list(store.items(Tree.STATE)) == expected
    log.close()
    store.close()


def test_a_full_memory_waits_for_the_flush_before(tmp_path: Path) -> None:
    """Back-pressure: two overlays at most, then the committing thread waits."""
    chain = Chain()
    writer = SlowWriter(tmp_path)
    store = DurableStore(writer, NETWORK, policy=FlushPolicy(transactions_max=1))
    log = BlockLog.open(tmp_path, NETWORK)
    for applied in chain.grow(2, 1):
        log.append(applied.block)
    saved: list[int] = []

    def save() -> None:
        for applied in chain.applied:
            store.save(applied, log.position(applied.block.header.height))
            saved.append(store.height)

    thread = threading.Thread(target=save)
    thread.start()
    assert writer.writes.acquire(timeout=30)
    thread.join(0.05)
    assert thread.is_alive()
    assert saved == [1]
    writer.may_write.set()
    thread.join(30)
    assert saved == [1, 2]
    store.close()
    log.close()


@pytest.mark.parametrize("in_process", [True, False])
def test_a_store_that_is_full_fails_for_good_and_keeps_answering(
    tmp_path: Path, chain: Chain, in_process: bool
) -> None:
    """S9, INV-P9: writes are refused for ever, reads go on, nothing on disk is harmed."""
    store = open_store(tmp_path, in_process=in_process, map_bytes=2**17)
    save_all(store, tmp_path, chain)
    store.flush()
    chain.add([{b"a/b/%d" % at: bytes(500)} for at in range(1000)])
    save_all(store, tmp_path, chain)
    for _ in range(2):
        with pytest.raises(StorageFailed):
            store.flush()
    for _ in range(2):
        with pytest.raises(StorageFailed):
            store.maybe_flush(10**9)
    same_as(store, chain, 6)
    assert store.flushed_height == 5
    chain.grow(1)
    with pytest.raises(StorageFailed):
        save_all(store, tmp_path, chain)
    store.close()
    larger = open_store(tmp_path)
    same_as(larger, chain, 5)
    save_all(larger, tmp_path, chain)
    same_as(larger, chain, 7)
    larger.close()
