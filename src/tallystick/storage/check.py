# SPDX-License-Identifier: Apache-2.0
"""Checks a data folder: every byte of the block log, and the store against it.

Reads only, whatever it finds; what to do about it is in docs/operator/repair.md. While a node
runs on the folder, only what is committed is checked, and the store, which changes all the time,
is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tallystick.errors import Corrupted, DataFolderProblem, StorageFailed, TallystickError
from tallystick.storage.check_store import StoreCheck
from tallystick.storage.data_folder import (
    DataFolder,
    file_system_findings,
    read_format,
    read_genesis,
)
from tallystick.storage.findings import Finding, Severity, from_error
from tallystick.storage.layout import BLOCKS_FOLDER, GENESIS_FILE, STATE_FOLDER
from tallystick.storage.log_reader import BlockLogReader
from tallystick.storage.records import Position
from tallystick.storage.segments import Segment
from tallystick.storage.tail import Tail, scan_tail
from tallystick.storage.verification import BlockVerifier

Progress = Callable[[int, int], None]
"""Told how many blocks of how many are done."""


def check_storage(
    data: Path, *, with_state: bool = True, progress: Progress | None = None
) -> list[Finding]:
    """Return what is wrong with a data folder; nothing, if all is well.

    Args:
        data: the data folder; best with its node stopped.
        with_state: whether to recompute the state trees, which takes memory for all keys.
        progress: told how far it has come.

    Raises:
        DataFolderProblem: it is no data folder, or of a newer version.
    """
    network = read_format(data).network
    findings = file_system_findings(data)
    try:
        genesis = read_genesis(data, network)
    except Corrupted as error:
        return [*findings, from_error(error, Severity.DAMAGE, GENESIS_FILE)]
    try:
        folder: DataFolder | None = DataFolder.open(data)
    except DataFolderProblem as error:
        folder = None
        findings.append(_running(error))
    try:
        store = StoreCheck(data, network, findings, with_state=with_state) if folder else None
        _LogCheck(data, network, genesis, findings, progress).run(store)
        if store is not None:
            store.finish()
    finally:
        if folder is not None:
            folder.close()
    return findings


def _running(error: DataFolderProblem) -> Finding:
    return Finding(
        Severity.NOTE,
        STATE_FOLDER,
        f"only the committed blocks were checked: {error.message}",
        f"目录正在使用（进程 {error.found}），仅检查了已提交的区块",
    )


class _LogCheck:
    """Reads the whole block log and goes on after damage as far as the heads of records lead."""

    def __init__(
        self,
        data: Path,
        network: str,
        genesis: bytes,
        findings: list[Finding],
        progress: Progress | None,
    ) -> None:
        self._data = data
        self._network = network
        self._findings = findings
        self._progress = progress
        self._verifier: BlockVerifier | None = BlockVerifier(genesis)

    def run(self, store: StoreCheck | None) -> None:
        """Check all blocks, and show each to the check of the store."""
        reader = BlockLogReader(self._data, network=self._network)
        try:
            last = reader.committed_height() if store is None else self._check_tail().height
        except TallystickError as error:
            self._add(error)
            last = reader.committed_height()
        try:
            for segment, position in reader.places(1, last):
                self._check_block(segment, position, store)
                if self._progress is not None:
                    self._progress(position.height, last)
        except (Corrupted, DataFolderProblem, StorageFailed) as error:
            self._add(error)

    def _check_tail(self) -> Tail:
        folder = self._data / BLOCKS_FOLDER
        committed = BlockLogReader(self._data).committed_height()
        tail = scan_tail(folder, self._network, None, committed)
        if tail.torn_bytes:
            self._findings.append(
                Finding(
                    Severity.NOTE,
                    f"{tail.segment:020}.log offset {tail.end}",
                    f"an interrupted, unconfirmed write of {tail.torn_bytes} bytes; the next start "
                    "cuts it",
                    f"一次被中断且未确认的写入（{tail.torn_bytes} 字节），下次启动时会被清除",
                )
            )
        return tail

    def _check_block(self, segment: Segment, position: Position, store: StoreCheck | None) -> None:
        try:
            block = segment.read_block(position)
            if self._verifier is not None:
                self._verifier.verify_block(block)
        except Corrupted as error:
            # What follows can still be compared with its checksums, though not with its chain.
            self._verifier = None
            self._add(error)
            return
        if store is not None:
            tiles = self._verifier.take_tiles() if self._verifier is not None else None
            store.see(block, position, tiles)

    def _add(self, error: TallystickError) -> None:
        finding = from_error(error, Severity.DAMAGE, BLOCKS_FOLDER)
        if finding not in self._findings:
            self._findings.append(finding)
