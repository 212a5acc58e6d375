# SPDX-License-Identifier: Apache-2.0
"""Backs up a data folder into one file while its node runs.

The state is not in a backup: it is rebuilt by replay, so no foreign database file is ever opened.
Secret keys are in it only if asked for, and never the key that votes on blocks: used without the
record of what it signed last, which no backup can have up to date, it may sign the opposite.
What is copied is checked on the way: a backup of damaged blocks is not made.
The console's records are no part of the ledger, so a copy of them goes in if asked for.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from tallystick.disk import PARTIAL_SUFFIX, sync_file, sync_folder
from tallystick.errors import DataFolderProblem, FileProblem
from tallystick.model import Block
from tallystick.storage.backup_format import (
    CONSOLE_PART,
    COPY_BYTES,
    INFO_PART,
    KEY_PART,
    MANIFEST_PART,
    TAR_BLOCK,
    VAULT_KEY_PART,
    BackupInfo,
    BackupManifest,
    BackupPart,
    Progress,
)
from tallystick.storage.console_records import copy_records
from tallystick.storage.data_folder import read_format, read_genesis
from tallystick.storage.layout import BLOCKS_FOLDER, GENESIS_FILE, KEYS_FOLDER, VALIDATOR_KEY_FILE
from tallystick.storage.log_reader import BlockLogReader
from tallystick.storage.records import damaged
from tallystick.storage.segments import SEGMENT_HEADER_SIZE, Segment, list_segments, segment_path


def backup(
    data: Path,
    target: Path,
    *,
    include_keys: bool = False,
    include_console: bool = False,
    progress: Progress | None = None,
) -> BackupManifest:
    """Write a backup of a data folder, whose node may be running.

    The file appears under its name only when it is complete and on disk.

    Args:
        data: the data folder.
        target: a file that does not exist yet.
        include_keys: whether to put the node's secret keys into it, but the validator's.
        include_console: whether to put the console's records into it, if the folder has any;
            the key of its vault is one of the secret keys.
        progress: told how far it has come.

    Raises:
        Corrupted: the block log or the console's records are damaged; there is then no backup.
        DataFolderProblem: it is no data folder, or has no blocks yet.
        FileProblem: the target exists or cannot be written.
    """
    if target.exists():
        raise FileProblem(f"{target} exists already", field="target")
    network = read_format(data).network
    read_genesis(data, network)  # or it is no folder of this network
    has_console = include_console and (data / CONSOLE_PART).is_file()
    info = _describe(data, network, has_keys=include_keys, has_console=has_console)
    partial = target.with_name(f".{target.name}{PARTIAL_SUFFIX}")
    copy = target.with_name(f".{target.name}.console{PARTIAL_SUFFIX}")
    try:
        if has_console:
            copy_records(data / CONSOLE_PART, copy)
        manifest = _write(partial, data, info, copy, progress)
        partial.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        what = error.strerror or str(error)
        raise FileProblem(f"{target} cannot be written: {what}", field="target") from error
    finally:
        partial.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
    return manifest


def _describe(data: Path, network: str, *, has_keys: bool, has_console: bool) -> BackupInfo:
    reader = BlockLogReader(data, network=network)
    height = reader.committed_height()
    if height == 0:
        raise DataFolderProblem("there is nothing to back up: no block is committed yet")
    (last,) = reader.blocks(height, height)
    return BackupInfo(
        network=network,
        height=height,
        block_hash=last.hash.hex(),
        app_hash=last.header.app_hash.hex(),
        block_time=last.header.time,
        log_size=last.header.log_size,
        has_keys=has_keys,
        has_console=has_console,
    )


def _write(
    path: Path,
    data: Path,
    info: BackupInfo,
    records: Path,
    progress: Progress | None,
) -> BackupManifest:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        archive = _Archive(file)
        archive.add(INFO_PART, [msgspec.json.format(msgspec.json.encode(info))])
        archive.add(GENESIS_FILE, [read_genesis(data, info.network)])
        if info.has_keys:
            for name, key in _key_files(data):
                archive.add(name, [key.read_bytes()])
        if info.has_console:
            archive.add_file(CONSOLE_PART, records)
        log = _LogCopy(data, info, progress)
        for start, last, size in log.segments():
            name = f"{BLOCKS_FOLDER}/{segment_path(data, start).name}"
            archive.add_stream(name, size, log.pieces(start, last))
        manifest = BackupManifest(info, list(archive.parts))
        archive.add(MANIFEST_PART, [msgspec.json.format(msgspec.json.encode(manifest))])
        archive.end()
        file.flush()
        sync_file(file.fileno())
    return manifest


def _key_files(data: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted((data / KEYS_FOLDER).iterdir()):
        if path.name == VALIDATOR_KEY_FILE:
            continue
        name = f"{KEYS_FOLDER}/{path.name}"
        if not KEY_PART.fullmatch(name) or not path.is_file():
            raise DataFolderProblem(
                f"{name} is not the name of a key file", hint="Move it out of the data folder."
            )
        yield name, path
    vault_key = data / VAULT_KEY_PART
    if vault_key.is_file():
        yield VAULT_KEY_PART, vault_key


class _Archive:
    """Writes a tar archive part by part, and remembers their hashes."""

    def __init__(self, file: BinaryIO) -> None:
        self.parts: list[BackupPart] = []
        self._file = file

    def add(self, name: str, pieces: list[bytes]) -> None:
        self.add_stream(name, sum(map(len, pieces)), pieces)

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            pieces = iter(lambda: source.read(COPY_BYTES), b"")
            self.add_stream(name, path.stat().st_size, pieces)

    def add_stream(self, name: str, size: int, pieces: Iterable[bytes]) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = size
        entry.mode = 0o600
        self._file.write(entry.tobuf(tarfile.GNU_FORMAT))
        digest = hashlib.sha256()
        written = 0
        for piece in pieces:
            self._file.write(piece)
            digest.update(piece)
            written += len(piece)
        if written != size:
            raise damaged(name, f"it has {size} bytes, but its blocks have {written}")
        self._file.write(bytes(-size % TAR_BLOCK))
        self.parts.append(BackupPart(name, size, digest.hexdigest()))

    def end(self) -> None:
        self._file.write(bytes(2 * TAR_BLOCK))


class _LogCopy:
    """The bytes of the block log up to one height, each record checked and linked to its parent."""

    def __init__(self, data: Path, info: BackupInfo, progress: Progress | None) -> None:
        self._reader = BlockLogReader(data, network=info.network)
        self._height = info.height
        self._parent: Block | None = None
        self._progress = progress
        self._done = 0
        self._total = 0

    def segments(self) -> list[tuple[int, int, int]]:
        """Return first height, last height and bytes of each segment."""
        folder = self._reader.folder
        starts = [start for start in list_segments(folder) if start <= self._height]
        lasts = [*(start - 1 for start in starts[1:]), self._height]
        sizes = [segment_path(folder, start).stat().st_size for start in starts]
        # The last one may have grown since: it counts up to the end of the last block.
        for _, position in self._reader.places(starts[-1], self._height):
            sizes[-1] = position.end
        self._total = sum(sizes)
        return list(zip(starts, lasts, sizes, strict=True))

    def pieces(self, start: int, last: int) -> Iterator[bytes]:
        """Yield the header of a segment and its records."""
        with Segment(self._reader.folder, start) as segment:
            yield segment.read(0, SEGMENT_HEADER_SIZE)
        for segment, position in self._reader.places(start, last):
            record = segment.read_record(position)
            block = segment.decode(position, record)
            if self._parent is not None and block.header.parent != self._parent.hash:
                what = f"block {position.height} does not follow from the block before"
                raise damaged(segment.at(position.offset), what)
            self._parent = block
            yield record
            self._done += len(record)
            if self._progress is not None:
                self._progress(self._done, self._total)
