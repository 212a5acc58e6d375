# SPDX-License-Identifier: Apache-2.0
"""Storage as a state machine: whatever happens in whatever order, a plain dictionary agrees."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tallystick.errors import StorageFailed
from tallystick.ledger import Tree
from tallystick.model import Block
from tallystick.storage import BlockLogReader, DataFolder, FlushPolicy, Storage, open_storage
from tallystick.storage.records import decode_head, decode_record, encode_record, is_whole
from tests.unit.storage.chain import GENESIS, Chain, Writes

KEYS = [b"bank/accounts/%d" % number for number in range(12)]
WRITES = st.dictionaries(st.sampled_from(KEYS), st.none() | st.binary(max_size=700), max_size=4)


class StorageMachine(RuleBasedStateMachine):
    """Commits, flushes, stops and crashes; the model is a dictionary and a list of blocks."""

    @initialize(segment_bytes=st.sampled_from([1, 3_000, 2**20]), flush=st.sampled_from([1, 4, 99]))
    def open_new(self, segment_bytes: int, flush: int) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.segment_bytes = segment_bytes
        self.policy = FlushPolicy(transactions_max=flush, idle_ms_max=50, age_ms_max=120)
        self.chain = Chain()
        self.blocks: list[Block] = []
        self.model: dict[bytes, bytes] = {}
        self.now = 0
        self.folder = DataFolder.create(self.root / "data", GENESIS)
        self.storage = self._open()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self._crash()
            shutil.rmtree(self.root)

    def _open(self) -> Storage:
        """Open and replay, as the engine does."""
        storage = open_storage(
            self.folder,
            in_process=True,
            policy=self.policy,
            map_bytes=2**26,
            segment_bytes=self.segment_bytes,
        )
        for block in storage.log.blocks(storage.store.height + 1):
            applied = self.chain.applied[block.header.height - 1]
            storage.store.save(applied, storage.log.position(block.header.height))
        return storage

    def _crash(self) -> None:
        """Lose everything that is only in memory."""
        self.storage.store._writer.close()
        self.storage.log.close()
        self.folder.close()

    def _reopen(self) -> None:
        self.folder = DataFolder.open(self.root / "data")
        self.storage = self._open()

    def _note(self, block: Block) -> None:
        self.blocks.append(block)
        for key, value in self.chain.applied[-1].state.items():
            self.model.pop(key, None)
            self.model.update({key: value} if value is not None else {})

    @rule(write_sets=st.lists(WRITES, max_size=5))
    def commit(self, write_sets: list[Writes]) -> None:
        applied = self.chain.add(write_sets)
        self.storage.log.append(applied.block)
        self._note(applied.block)
        self.storage.store.save(applied, self.storage.log.position(len(self.blocks)))

    @rule(write_sets=st.lists(WRITES, max_size=5))
    def crash_between_log_and_store(self, write_sets: list[Writes]) -> None:
        applied = self.chain.add(write_sets)
        self.storage.log.append(applied.block)
        self._note(applied.block)
        self._crash()
        self._reopen()

    @rule(write_sets=st.lists(WRITES, min_size=1, max_size=5), share=st.floats(0, 0.999))
    def crash_within_an_append(self, write_sets: list[Writes], share: float) -> None:
        applied = self.chain.add(write_sets)
        write = os.write

        def write_some(descriptor: int, data: memoryview) -> int:
            write(descriptor, data[: int(len(data) * share)])
            raise OSError(5, "the power went")

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(os, "write", write_some)
            with pytest.raises(StorageFailed):
                self.storage.log.append(applied.block)
        self._crash()
        self._reopen()
        assert self.storage.log.height == len(self.blocks)
        # It was never confirmed, so the client sends it again.
        self.storage.log.append(applied.block)
        self._note(applied.block)
        self.storage.store.save(applied, self.storage.log.position(len(self.blocks)))

    @rule()
    def flush(self) -> None:
        self.storage.store.flush()
        assert self.storage.store.flushed_height == len(self.blocks)

    @rule(pause=st.integers(0, 100))
    def tick(self, pause: int) -> None:
        self.now += pause
        self.storage.store.maybe_flush(self.now)

    @rule()
    def crash(self) -> None:
        self._crash()
        self._reopen()

    @rule()
    def stop_and_start(self) -> None:
        self.storage.close()
        self.folder.close()
        self._reopen()

    @precondition(lambda self: self.blocks)
    @rule()
    def lose_the_store(self) -> None:
        self._crash()
        shutil.rmtree(self.root / "data" / "state")
        self._reopen()

    @invariant()
    def log_and_store_are_what_was_committed(self) -> None:
        if not hasattr(self, "storage"):
            return
        log, store = self.storage
        assert log.height == store.height == len(self.blocks)
        assert list(log.blocks(1)) == self.blocks
        assert list(BlockLogReader(self.root / "data").follow(1)) == self.blocks
        assert list(store.items(Tree.STATE)) == sorted(self.model.items())
        assert [store.get(Tree.STATE, key) for key in KEYS] == [self.model.get(k) for k in KEYS]
        leaves = [
            block.header.height for block in self.blocks for _ in range(len(block.transactions))
        ]
        assert [store.height_of_leaf(leaf) for leaf in range(len(leaves))] == leaves
        assert store.flushed_height <= store.height


TestStorage = StorageMachine.TestCase
TestStorage.settings = settings(
    max_examples=20, stateful_step_count=15, suppress_health_check=list(HealthCheck), deadline=None
)
TestStorage = pytest.mark.usefixtures("without_syncs")(TestStorage)


@pytest.fixture
def without_syncs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip our own syncs: no power is cut here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "fdatasync", lambda _: None)


@given(
    write_sets=st.lists(WRITES, max_size=5),
    offset=st.integers(64, 2_000),
    marker=st.binary(min_size=8, max_size=8),
)
def test_any_block_comes_back_from_its_record(
    write_sets: list[Writes], offset: int, marker: bytes
) -> None:
    """Wherever a record stands and whatever is in it."""
    block = Chain().add(write_sets).block
    record = bytes(encode_record(block, marker, offset))
    head = decode_head(record, marker)
    assert head is not None
    assert is_whole(head, record)
    assert decode_record(head.count, record) == block
