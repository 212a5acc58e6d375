# SPDX-License-Identifier: Apache-2.0
"""Restores a snapshot beside the data folder's own blocks, and moves it into place when it holds.

Nothing is seen of it before all of it was compared with the app hash that somebody trusts:

    incoming/   blocks and state as far as they have come. Worth nothing after a crash: removed.
    restored/   the same, complete, compared and synced. After a crash the move is completed.

So blocks need no sync each while they come in: what a crash could lose of them nobody was promised.
The state is folded from the write sets in the blocks; nothing is executed, no signature verified.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

from tallystick.disk import failing_storage, make_folder, sync_folder
from tallystick.errors import Halted, InvalidBlock, Malformed, StorageFailed
from tallystick.ledger import Invocation, StateReader, StateScanner, adopt_block, open_ledger
from tallystick.model import CHUNK_BYTES, Block, MigrationStep, Snapshot, decode_genesis, network_id
from tallystick.storage.block_log import BlockLog
from tallystick.storage.durable_store import DurableStore
from tallystick.storage.layout import INCOMING_FOLDER, RESTORED_FOLDER
from tallystick.storage.records import (
    HEAD_SIZE,
    PORTABLE_MARKER,
    RECORD_BYTES_MAX,
    RecordHead,
    decode_head,
    decode_record,
    is_whole,
)
from tallystick.storage.settling import remove_folder

ANYTIME: Final = 2**63 - 1


class StagedRestore:
    """One snapshot on its way into a data folder without blocks; one thread at a time."""

    def __init__(
        self,
        data: Path,
        genesis_bytes: bytes,
        snapshot: Snapshot,
        *,
        in_process: bool = False,
        chunk_bytes: int = CHUNK_BYTES,
        time_max: int = ANYTIME,
    ) -> None:
        """Begin: whatever came in before is thrown away.

        Args:
            data: the data folder, whose lock the caller holds.
            genesis_bytes: of the network.
            snapshot: what is to come; its chunks were compared with its hashes by the caller.
            in_process: write the store in this process.
            chunk_bytes: the size of whole chunks.
            time_max: unix milliseconds; no block can be later than this.

        Raises:
            StorageFailed: the system refused.
        """
        self._data = data
        self._folder = data / INCOMING_FOLDER
        self._snapshot = snapshot
        self._chunk_bytes = chunk_bytes
        self._time_max = time_max
        self._rest = bytearray()
        """The beginning of a record that ends in the next chunk."""
        self._chunk_count = 0
        remove_folder(self._folder)
        make_folder(self._folder, mode=0o750)
        network = network_id(decode_genesis(genesis_bytes).name, genesis_bytes)
        store = DurableStore.open(self._folder, network, in_process=in_process)
        try:
            log = BlockLog.open(self._folder, network, index=store.position)
        except BaseException:
            store.close()
            raise
        self._log, self._store = log, store
        self._is_open = True
        self._ledger = open_ledger(genesis_bytes, store, None, _NoContracts())

    @property
    def height(self) -> int:
        """Height of the last block that came in."""
        return self._ledger.head.height

    @property
    def block_hash(self) -> bytes:
        """Hash of the last block that came in."""
        return self._ledger.head.hash

    def take(self, chunk: bytes) -> None:
        """Take the next chunk in order.

        Raises:
            Malformed: it holds something else than blocks.
            InvalidBlock: a block does not follow from what came before.
            StorageFailed: the system refused; the node must stop.
        """
        self._chunk_count += 1
        is_last = self._chunk_count == len(self._snapshot.chunk_hashes)
        if len(chunk) != self._chunk_bytes and not (is_last and 0 < len(chunk) < self._chunk_bytes):
            raise Malformed("snapshot: a chunk of a wrong size", field="chunk")
        self._rest += chunk
        at = 0
        while head := _head_at(self._rest, at):
            if at + head.size > len(self._rest):
                break
            with memoryview(self._rest) as stream:
                record = bytes(stream[at : at + head.size])
            self._adopt(_read(head, record))
            at += head.size
        del self._rest[:at]

    def finish(self, app_hash: bytes) -> None:
        """Compare the whole with the app hash that is trusted, and make it durable.

        What remains is to move it into place: `settle`.

        Raises:
            InvalidBlock: it is another ledger's, or not complete.
            StorageFailed: the system refused; the node must stop.
        """
        head = self._ledger.head
        if self._rest or head.height != self._snapshot.height:
            raise InvalidBlock(
                "the snapshot ends too early",
                field="height",
                expected=str(self._snapshot.height),
                found=str(head.height),
            )
        if head.app_hash != app_hash:
            raise InvalidBlock(
                "the snapshot does not lead to the app hash that is trusted",
                field="app_hash",
                expected=app_hash.hex(),
                found=head.app_hash.hex(),
            )
        self._log.sync()
        self._close()
        with failing_storage("naming the restored blocks"):
            sync_folder(self._folder)
            self._folder.rename(self._data / RESTORED_FOLDER)
            sync_folder(self._data)

    def abandon(self) -> None:
        """Throw away what came in; again does no harm."""
        with suppress(StorageFailed):  # what it could not write is removed below
            self._close()
        remove_folder(self._folder)

    def _adopt(self, block: Block) -> None:
        header = block.header
        if header.height > self._snapshot.height:
            raise InvalidBlock("the snapshot goes on after its end", found=str(header.height))
        if header.time > self._time_max:
            raise InvalidBlock(
                f"block {header.height} of the snapshot is from the future",
                field="time",
                expected=f"at most {self._time_max}",
                found=str(header.time),
                hint="Check this machine's clock.",
            )
        applied = adopt_block(self._ledger, block)
        self._log.gather(block)
        self._store.save(applied, self._log.position(header.height))

    def _close(self) -> None:
        was_open, self._is_open = self._is_open, False
        if was_open:
            try:
                self._store.close()
            finally:
                self._log.close()


def _head_at(stream: bytearray, at: int) -> RecordHead | None:
    """Return the head of a record; None if it has not come whole yet.

    Raises:
        Malformed: something else stands there.
    """
    start = bytes(stream[at : at + HEAD_SIZE])
    if len(start) < HEAD_SIZE:
        return None
    head = decode_head(start, PORTABLE_MARKER)
    if head is None or head.zero_sectors or head.size > RECORD_BYTES_MAX:
        raise Malformed("snapshot: something else than a block", field="chunk")
    return head


def _read(head: RecordHead, record: bytes) -> Block:
    if not is_whole(head, record):
        raise Malformed("snapshot: a block fails its checksum", field="chunk")
    block = decode_record(head.count, record)
    if (block.header.height, block.first_leaf) != (head.height, head.first_leaf):
        raise Malformed("snapshot: a block is not the one that its head names", field="chunk")
    return block


class _NoContracts:
    """The host where nothing is executed."""

    def execute(self, invocation: Invocation, state: StateReader) -> NoReturn:
        """Refuse."""
        raise Halted("restoring a snapshot executes nothing")

    def migrate(self, step: MigrationStep, state: StateScanner) -> NoReturn:
        """Refuse."""
        raise Halted("restoring a snapshot executes nothing")
