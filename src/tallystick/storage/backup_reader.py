# SPDX-License-Identifier: Apache-2.0
"""Restores a data folder from a backup; nothing of it is trusted before everything is checked.

The folder becomes a data folder only at the very end: the format file is written last. The state
is not in a backup; the node rebuilds it by replay when it starts.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Final

import msgspec

from tallystick.disk import (
    failing_storage,
    make_folder,
    sync_file,
    sync_folder,
    write_all,
    write_file,
)
from tallystick.errors import Corrupted, DataFolderProblem, FileProblem
from tallystick.storage.backup_format import (
    BACKUP_FORMAT,
    BACKUP_VERSION,
    CONSOLE_PART,
    CONSOLE_VERSION,
    COPY_BYTES,
    INFO_PART,
    KEY_PART,
    MANIFEST_PART,
    SEGMENT_PART,
    SMALL_PART_BYTES_MAX,
    VAULT_KEY_PART,
    BackupInfo,
    BackupManifest,
    BackupPart,
    Progress,
)
from tallystick.storage.committed import CommitMark
from tallystick.storage.console_records import check_records
from tallystick.storage.data_folder import prepare_folder, read_genesis, write_format
from tallystick.storage.layout import (
    BLOCKS_FOLDER,
    CONSOLE_FOLDER,
    GENESIS_FILE,
    KEYS_FOLDER,
    STATE_FOLDER,
    VALIDATOR_KEY_FILE,
)
from tallystick.storage.log_reader import BlockLogReader
from tallystick.storage.verification import BlockVerifier

_NEVER_RESTORED: Final = f"{KEYS_FOLDER}/{VALIDATOR_KEY_FILE}"
_CONSOLE_PARTS: Final = frozenset({CONSOLE_PART, VAULT_KEY_PART})


def restore(
    source: Path,
    data: Path,
    *,
    include_console: bool = False,
    progress: Progress | None = None,
) -> BackupManifest:
    """Make a data folder from a backup.

    Every part is compared with its SHA-256, and every block with its chain: transactions, entries,
    write sets, log root, app hash, up to the block that the backup names. If anything does not
    fit, the folder is emptied again.

    Args:
        source: the backup file.
        data: a folder that does not exist yet, or is empty.
        include_console: whether to restore the console's records too. Nothing proves them but
            the backup's own list: who made the backup decides who may sign in.
        progress: told how far the checking has come, in blocks.

    Raises:
        Corrupted: the backup is damaged, cut off, or contradicts itself.
        DataFolderProblem: the folder is not empty.
        FileProblem: the file cannot be read, is no backup, or of a newer version.
        StorageFailed: the folder cannot be written.
    """
    if not source.is_file():
        raise FileProblem(f"there is no backup file {source}", field="source")
    prepare_folder(data)
    try:
        manifest = _extract(source, data, include_console=include_console)
        _verify(data, manifest.info, progress)
        if include_console and manifest.info.has_console:
            _check_console(data)
        CommitMark(data / BLOCKS_FOLDER, manifest.info.height).close()
        with failing_storage("syncing the data folder"):
            sync_folder(data / BLOCKS_FOLDER)
        write_format(data, manifest.info.network)
    except BaseException:
        for inside in data.iterdir():
            shutil.rmtree(inside) if inside.is_dir() else inside.unlink()
        raise
    return manifest


def read_backup_info(source: Path) -> BackupInfo:
    """Return what a backup says that it holds; nothing of it is checked.

    Raises:
        FileProblem: the file cannot be read, is no backup, or of a newer version.
    """
    reading = _Reading(source.parent, left_out=frozenset())
    try:
        with tarfile.open(source, "r:") as archive:
            entry = archive.next()
            content = None if entry is None else archive.extractfile(entry)
            if entry is not None and content is not None:
                reading.take(entry.name, entry.size, content)
    except (tarfile.TarError, EOFError) as error:
        raise FileProblem(f"{source} is not a backup", field="source") from error
    except OSError as error:
        raise FileProblem(f"{source} cannot be read: {error}", field="source") from error
    if reading.info is None:
        raise FileProblem(f"{source} is not a backup", field="source")
    return reading.info


def _check_console(data: Path) -> None:
    try:
        check_records(data / CONSOLE_PART)
    except Corrupted as error:
        raise _bad(error.message) from error
    with failing_storage("syncing the data folder"):
        sync_folder(data / CONSOLE_FOLDER)


def _extract(source: Path, data: Path, *, include_console: bool) -> BackupManifest:
    for name, mode in ((KEYS_FOLDER, 0o700), (BLOCKS_FOLDER, 0o755), (STATE_FOLDER, 0o750)):
        make_folder(data / name, mode=mode)
    reading = _Reading(data, left_out=frozenset() if include_console else _CONSOLE_PARTS)
    try:
        with tarfile.open(source, "r|", bufsize=COPY_BYTES) as archive:
            for entry in archive:
                content = archive.extractfile(entry)
                if reading.manifest is not None or content is None:
                    raise _bad(f"an unexpected part {entry.name[:100]!r}")
                reading.take(entry.name, entry.size, content)
    except (tarfile.TarError, EOFError) as error:
        if reading.info is None:
            raise FileProblem(f"{source} is not a backup", field="source") from error
        raise _bad(f"the archive cannot be read: {error}") from error
    except OSError as error:
        raise FileProblem(f"{source} cannot be read: {error}", field="source") from error
    if reading.manifest is None:
        raise _bad("it is cut off: the list of its parts is missing")
    return reading.manifest


def _bad(what: str) -> Corrupted:
    return Corrupted(
        f"the backup cannot be trusted: {what}",
        hint="Use another copy or another backup; the target folder was left empty.",
    )


class _Reading:
    """Takes the parts of a backup in their order: info, genesis, keys, console, segments, list."""

    def __init__(self, data: Path, *, left_out: frozenset[str]) -> None:
        self.info: BackupInfo | None = None
        self.manifest: BackupManifest | None = None
        self._data = data
        self._left_out = left_out
        self._parts: list[BackupPart] = []

    def take(self, name: str, size: int, content: IO[bytes]) -> None:
        """Take the next part; only known names are ever written."""
        if self.info is None:
            self._take_info(name, _read_small(name, size, content))
        elif name == MANIFEST_PART:
            self._take_manifest(_read_small(name, size, content))
        elif name in _CONSOLE_PARTS and self.info.version < CONSOLE_VERSION:
            raise _bad(f"an unexpected part {name[:100]!r}")
        elif name in self._left_out:
            self._parts.append(_hashed(name, content, lambda _: None))
        elif SEGMENT_PART.fullmatch(name):
            self._copy(name, content, mode=0o644)
        elif name == CONSOLE_PART and self.info.has_console:
            self._make_console_folder()
            self._copy(name, content, mode=0o600)
        elif name == GENESIS_FILE:
            self._write(name, _read_small(name, size, content), mode=0o644)
        elif name == _NEVER_RESTORED and self.info.has_keys:
            # No backup of ours has it; see `backup`. One from elsewhere must not bring it either.
            self._note(name, _read_small(name, size, content))
        elif name == VAULT_KEY_PART and self.info.has_keys:
            self._make_console_folder()
            self._write(name, _read_small(name, size, content), mode=0o600)
        elif KEY_PART.fullmatch(name) and self.info.has_keys:
            self._write(name, _read_small(name, size, content), mode=0o600)
        else:
            raise _bad(f"an unexpected part {name[:100]!r}")

    def _take_info(self, name: str, body: bytes) -> None:
        try:
            info = msgspec.json.decode(body, type=BackupInfo) if name == INFO_PART else None
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _bad(f"{INFO_PART}: {error}") from error
        if info is None or info.format != BACKUP_FORMAT:
            raise FileProblem("the file is not a backup of a data folder", field="source")
        if info.version > BACKUP_VERSION:
            raise FileProblem(
                "the backup was written by a newer version",
                expected=f"backup version {BACKUP_VERSION}",
                found=str(info.version),
                hint="Install the version that wrote it, or a newer one.",
            )
        if info.version < 1 or (info.has_console and info.version < CONSOLE_VERSION):
            raise _bad(f"version {info.version} cannot be so, or hold what it names")
        self.info = info
        self._note(name, body)

    def _take_manifest(self, body: bytes) -> None:
        try:
            manifest = msgspec.json.decode(body, type=BackupManifest)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _bad(f"{MANIFEST_PART}: {error}") from error
        if manifest.info != self.info:
            raise _bad("its first and its last part contradict each other")
        if manifest.parts != self._parts:
            listed = {part.name: part for part in manifest.parts}
            wrong = [part.name for part in self._parts if listed.get(part.name) != part]
            raise _bad(f"parts differ from their SHA-256: {', '.join(wrong)[:200] or 'missing'}")
        if manifest.info.has_console and all(part.name != CONSOLE_PART for part in self._parts):
            raise _bad("the console's records are missing")
        self.manifest = manifest

    def _make_console_folder(self) -> None:
        """Make the folder for a console's part: there is none where a backup has no such part."""
        if not (self._data / CONSOLE_FOLDER).exists():
            make_folder(self._data / CONSOLE_FOLDER, mode=0o700)

    def _write(self, name: str, body: bytes, *, mode: int) -> None:
        write_file(self._data / name, body, mode=mode)
        self._note(name, body)

    def _copy(self, name: str, content: IO[bytes], *, mode: int) -> None:
        with failing_storage(f"writing {name}"):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(self._data / name, flags, mode)
            try:
                part = _hashed(name, content, partial(write_all, descriptor))
                sync_file(descriptor)
            finally:
                os.close(descriptor)
        self._parts.append(part)

    def _note(self, name: str, body: bytes) -> None:
        self._parts.append(BackupPart(name, len(body), hashlib.sha256(body).hexdigest()))


def _hashed(name: str, content: IO[bytes], sink: Callable[[bytes], object]) -> BackupPart:
    """Give the pieces of a part to a sink, and return what the part is."""
    digest = hashlib.sha256()
    size = 0
    while piece := content.read(COPY_BYTES):
        digest.update(piece)
        size += len(piece)
        sink(piece)
    return BackupPart(name, size, digest.hexdigest())


def _read_small(name: str, size: int, content: IO[bytes]) -> bytes:
    if size > SMALL_PART_BYTES_MAX:
        raise _bad(f"{name[:100]!r} has {size} bytes")
    return content.read()


def _verify(data: Path, info: BackupInfo, progress: Progress | None) -> None:
    """Check that the blocks are the network's chain up to the block that the backup names."""
    try:
        genesis = read_genesis(data, info.network)
        verifier = BlockVerifier(genesis)
        last = None
        for block in BlockLogReader(data, network=info.network).blocks(1, info.height):
            verifier.verify_block(block)
            last = block
            if progress is not None:
                progress(verifier.height, info.height)
    except (Corrupted, DataFolderProblem) as error:
        raise _bad(error.message) from error
    if last is None or (last.hash.hex(), last.header.app_hash.hex()) != (
        info.block_hash,
        info.app_hash,
    ):
        raise _bad(f"block {info.height} is not the one that it names")
