# SPDX-License-Identifier: Apache-2.0
"""Planted bugs: each experiment must catch those that it is there for.

They exist in the tortured process only, put in by replacing functions before the node opens.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final
from unittest import mock

from tallystick.consensus import Proposal, SoloEngine
from tallystick.model import Block
from tallystick.storage.block_log import BlockLog
from tallystick.storage.records import encode_record

DELAY_S: Final = 0.03


def _replace(target: str, replacement: Any) -> None:
    mock.patch(target, replacement).start()


def _do_nothing(*_: object, **__: object) -> None:
    return None


def no_data_sync() -> None:
    """The block log forgets `fdatasync`: only a power cut can tell."""
    _replace("tallystick.storage.block_log.sync_data", _do_nothing)


def no_folder_sync() -> None:
    """New files are synced, but not the folder that names them."""
    _replace("tallystick.disk.files.sync_folder", _do_nothing)
    _replace("tallystick.storage.environment.sync_folder", _do_nothing)


def ack_before_write() -> None:
    """Answers are given while the record still waits in memory."""
    gathered: list[tuple[BlockLog, Block]] = []
    lock = threading.Lock()
    append = BlockLog.append

    def later() -> None:
        while True:
            time.sleep(DELAY_S)
            with lock:
                waiting, gathered[:] = gathered[:], []
            for log, block in waiting:
                _write_only(log, block)

    def note(log: BlockLog, block: Block) -> None:
        with lock:
            record = encode_record(block, log._marker, log._end)
            if log._end >= log._segment_bytes:
                append(log, block)
                return
            log._note(block, len(record))
            gathered.append((log, block))

    _replace("tallystick.storage.block_log.BlockLog.append", note)
    threading.Thread(target=later, daemon=True).start()


def _write_only(log: BlockLog, block: Block) -> None:
    from tallystick.disk.files import sync_data, write_all

    place = log.position(block.header.height)
    write_all(log._descriptor, encode_record(block, log._marker, place.offset))
    sync_data(log._descriptor)
    log._mark.move(block.header.height)


def store_ahead() -> None:
    """The store is written, and synced, before the block log."""

    def commit(engine: SoloEngine, chosen: list[Any]) -> None:
        application: Any = engine._application
        log: Any = engine._block_log
        executed = application.execute(
            Proposal(
                height=application.height + 1,
                time=max(engine._clock(), application.block_time),
                transactions=tuple(waiting.transaction for waiting in chosen),
            )
        )
        block = executed.block
        log._note(block, len(encode_record(block, log._marker, log._end)))
        application.commit(block)
        application.ledger.store.flush()
        time.sleep(DELAY_S)
        _write_only(log, block)
        engine._intake.answer(executed)

    _replace("tallystick.consensus.solo.SoloEngine._commit", commit)


def no_replay_guard() -> None:
    """The nonces of recent blocks are forgotten at a restart."""
    _replace("tallystick.node.wiring.remember_recent", _do_nothing)


def no_checksums() -> None:
    """What is read from disk is believed."""

    def unseal(_: object, __: bytes, stored: bytes) -> bytes:
        return stored[4:]

    def is_whole(*_: object) -> bool:
        return True

    _replace("tallystick.storage.environment.unseal", unseal)
    _replace("tallystick.storage.segments.is_whole", is_whole)
    _replace("tallystick.storage.tail.is_whole", is_whole)


def ignores_faults() -> None:
    """A failed sync is tried again and then forgotten."""
    from tallystick.disk.files import sync_data, write_all

    def stubborn(work: Callable[..., None]) -> Callable[..., None]:
        def run(*arguments: object) -> None:
            try:
                work(*arguments)
            except OSError:
                return

        return run

    _replace("tallystick.storage.block_log.sync_data", stubborn(sync_data))
    _replace("tallystick.storage.block_log.write_all", stubborn(write_all))


def no_lock() -> None:
    """The data folder is not locked."""
    _replace("tallystick.storage.data_folder.fcntl.flock", _do_nothing)


PLANTS: Final[dict[str, Callable[[], None]]] = {
    plant.__name__: plant
    for plant in (
        no_data_sync,
        no_folder_sync,
        ack_before_write,
        store_ahead,
        no_replay_guard,
        no_checksums,
        ignores_faults,
        no_lock,
    )
}
