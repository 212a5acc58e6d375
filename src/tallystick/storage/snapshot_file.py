# SPDX-License-Identifier: Apache-2.0
"""A snapshot as one file, to carry it to a machine that cannot reach the network yet.

An uncompressed tar archive: what it is with the hashes of all chunks, the genesis document, the
chunks. Spec: docs/spec/snapshot.md section 4.
"""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

import msgspec

from tallystick.crypto import sha256
from tallystick.disk import PARTIAL_SUFFIX, make_folder, sync_file, sync_folder, write_file
from tallystick.errors import (
    Corrupted,
    DataFolderProblem,
    FileProblem,
    InvalidBlock,
    Malformed,
    NotFound,
)
from tallystick.model import SNAPSHOT_FORMAT, Snapshot, decode_genesis, network_id, read_snapshot
from tallystick.storage.backup_format import Progress
from tallystick.storage.chunks import ChunkIndex, make_snapshot, read_chunk
from tallystick.storage.data_folder import prepare_folder, read_format, read_genesis, write_format
from tallystick.storage.layout import BLOCKS_FOLDER, GENESIS_FILE, KEYS_FOLDER
from tallystick.storage.log_reader import BlockLogReader
from tallystick.storage.settling import settle
from tallystick.storage.staging import StagedRestore

FILE_FORMAT: Final = "tallystick.snapshot"
INFO_PART: Final = "snapshot.json"
_SMALL_PART_BYTES_MAX: Final = 64 * 2**20
"""Parts other than chunks; the list of all chunks that there can be is below 7 MB."""
_CHUNK_PART_BYTES_MAX: Final = 16 * 2**20


class SnapshotFileInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The first part of a snapshot file: what it holds."""

    format: str = FILE_FORMAT
    version: int = SNAPSHOT_FORMAT
    network: str
    height: int
    hash: str
    """Names all its bytes; the same on every node."""
    block_hash: str
    """Of the last block; it stands for the whole chain up to it."""
    app_hash: str
    chunks: list[str]
    """SHA-256 of each chunk."""


def write_snapshot(
    data: Path, target: Path, *, height: int | None = None, progress: Progress | None = None
) -> SnapshotFileInfo:
    """Write the blocks 1 to `height` of a data folder, whose node may be running, into a file.

    Args:
        data: the data folder.
        target: a file that does not exist yet; it appears when it is complete and on disk.
        height: the last block in it; None means the newest.
        progress: told how far it has come, in blocks and then in chunks.

    Raises:
        Corrupted: the block log is damaged.
        DataFolderProblem: it is no data folder, or has no blocks yet.
        FileProblem: the target exists or cannot be written.
        NotFound: there is no such block.
    """
    if target.exists():
        raise FileProblem(f"{target} exists already", field="target")
    network = read_format(data).network
    genesis = read_genesis(data, network)
    reader = BlockLogReader(data, network=network)
    newest = reader.committed_height()
    if newest == 0:
        raise DataFolderProblem("there is no snapshot: no block is committed yet")
    if height is not None and not 1 <= height <= newest:
        raise NotFound(f"there is no block {height}", field="height", found=str(height))
    last = height or newest
    index = ChunkIndex.load(data / BLOCKS_FOLDER)
    tell = progress or (lambda _, __: None)
    snapshot = make_snapshot(reader, index, last, progress=lambda block: tell(block, last))
    (block,) = reader.blocks(last, last)
    info = SnapshotFileInfo(
        network=network,
        height=last,
        hash=snapshot.hash.hex(),
        block_hash=block.hash.hex(),
        app_hash=block.header.app_hash.hex(),
        chunks=[one.hex() for one in snapshot.chunk_hashes],
    )
    chunks = (
        read_chunk(reader, index, last, number) for number in range(len(snapshot.chunk_hashes))
    )
    _write(target, info, genesis, chunks)
    return info


def _write(target: Path, info: SnapshotFileInfo, genesis: bytes, chunks: Iterator[bytes]) -> None:
    partial = target.with_name(f".{target.name}{PARTIAL_SUFFIX}")
    try:
        with partial.open("wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
                _add(archive, INFO_PART, msgspec.json.format(msgspec.json.encode(info)))
                _add(archive, GENESIS_FILE, genesis)
                for number, chunk in enumerate(chunks):
                    _add(archive, _chunk_part(number), chunk)
            file.flush()
            sync_file(file.fileno())
        partial.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        what = error.strerror or str(error)
        raise FileProblem(f"{target} cannot be written: {what}", field="target") from error
    finally:
        partial.unlink(missing_ok=True)


def _add(archive: tarfile.TarFile, name: str, body: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(body)
    archive.addfile(entry, BytesIO(body))


def _chunk_part(number: int) -> str:
    return f"chunks/{number:06}"


def read_snapshot_file(source: Path) -> SnapshotFileInfo:
    """Return what a snapshot file says it holds; its chunks are not looked at.

    Raises:
        FileProblem: it cannot be read, or is no snapshot.
        Corrupted: it contradicts itself.
    """
    with _opened(source) as archive:
        return _read_info(archive)[0]


def restore_snapshot(
    source: Path,
    data: Path,
    *,
    app_hash: bytes | None = None,
    digest: bytes | None = None,
    progress: Progress | None = None,
) -> SnapshotFileInfo:
    """Make a data folder from a snapshot file, without executing anything.

    Every chunk is compared with its hash, every block with its chain and its roots, and the last
    one with what the caller trusts. If anything does not fit, the folder is emptied again.

    Args:
        source: the snapshot file.
        data: a folder that does not exist yet, or is empty.
        app_hash: the app hash that the last block must have; None means the one in the file.
        digest: the hash that the snapshot must have; None means the one in the file.
        progress: told how far it has come, in chunks.

    Raises:
        Corrupted: the snapshot is damaged, contradicts itself, or is not the one that is trusted.
        DataFolderProblem: the folder is not empty.
        FileProblem: the file cannot be read, or is no snapshot.
        StorageFailed: the folder cannot be written.
    """
    with _opened(source) as archive:
        info, genesis = _read_info(archive)
        if digest is not None and digest.hex() != info.hash:
            raise Corrupted(
                "the file holds another snapshot than the one that is trusted",
                field="hash",
                expected=digest.hex(),
                found=info.hash,
            )
        prepare_folder(data)
        try:
            make_folder(data / KEYS_FOLDER, mode=0o700)
            write_file(data / GENESIS_FILE, genesis)
            _restore(archive, data, info, genesis, app_hash=app_hash, progress=progress)
            settle(data)
            write_format(data, info.network)
        except BaseException:
            for inside in data.iterdir():
                shutil.rmtree(inside) if inside.is_dir() else inside.unlink()
            raise
    return info


def _restore(
    archive: tarfile.TarFile,
    data: Path,
    info: SnapshotFileInfo,
    genesis: bytes,
    *,
    app_hash: bytes | None,
    progress: Progress | None,
) -> None:
    snapshot = Snapshot(info.height, tuple(map(bytes.fromhex, info.chunks)))
    staged = StagedRestore(data, genesis, snapshot, in_process=True)
    try:
        for number, expected in enumerate(snapshot.chunk_hashes):
            chunk = _read_part(archive, _chunk_part(number), _CHUNK_PART_BYTES_MAX)
            if sha256(chunk) != expected:
                raise _bad(f"chunk {number} differs from its SHA-256")
            staged.take(chunk)
            if progress is not None:
                progress(number + 1, len(snapshot.chunk_hashes))
        if staged.block_hash.hex() != info.block_hash:
            raise _bad(f"block {info.height} is not the one that it names")
        staged.finish(app_hash if app_hash is not None else bytes.fromhex(info.app_hash))
    except (Malformed, InvalidBlock) as error:
        staged.abandon()
        raise Corrupted(
            f"the snapshot cannot be trusted: {error.message}",
            field=error.field,
            expected=error.expected,
            found=error.found,
            hint=_HINT,
        ) from error
    except BaseException:
        staged.abandon()
        raise


def _opened(source: Path) -> tarfile.TarFile:
    if not source.is_file():
        raise FileProblem(f"there is no snapshot file {source}", field="source")
    try:
        return tarfile.open(source, "r:")  # closed by whoever asked for it
    except (tarfile.TarError, EOFError) as error:
        raise FileProblem(f"{source} is not a snapshot", field="source") from error
    except OSError as error:
        raise FileProblem(f"{source} cannot be read: {error}", field="source") from error


def _read_info(archive: tarfile.TarFile) -> tuple[SnapshotFileInfo, bytes]:
    try:
        body = _read_part(archive, INFO_PART, _SMALL_PART_BYTES_MAX)
        info = msgspec.json.decode(body, type=SnapshotFileInfo)
    except (Corrupted, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise FileProblem("the file is not a snapshot", field="source") from error
    if info.format != FILE_FORMAT:
        raise FileProblem("the file is not a snapshot", field="source")
    if info.version != SNAPSHOT_FORMAT:
        raise FileProblem(
            "the snapshot is of another version",
            expected=f"snapshot format {SNAPSHOT_FORMAT}",
            found=str(info.version),
            hint="Install the version that wrote it.",
        )
    genesis = _read_part(archive, GENESIS_FILE, _SMALL_PART_BYTES_MAX)
    try:
        network = network_id(decode_genesis(genesis).name, genesis)
        metadata = bytes.fromhex("".join(info.chunks))
        read_snapshot(info.height, len(info.chunks), bytes.fromhex(info.hash), metadata)
        bytes.fromhex(info.app_hash)
    except (Malformed, ValueError) as error:
        raise _bad(str(error)) from error
    if network != info.network:
        raise _bad("its genesis document is another network's")
    return info, genesis


def _read_part(archive: tarfile.TarFile, name: str, bytes_max: int) -> bytes:
    """Return the next part, which must have this name."""
    try:
        entry = archive.next()
        content = archive.extractfile(entry) if entry is not None else None
        if entry is None or content is None or entry.name != name or entry.size > bytes_max:
            raise _bad(f"{name} is missing")
        body = content.read()
        if len(body) != entry.size:
            raise _bad(f"{name} is cut off")
    except (tarfile.TarError, EOFError) as error:
        raise _bad(f"the archive cannot be read: {error}") from error
    except OSError as error:
        raise FileProblem(f"the snapshot cannot be read: {error}", field="source") from error
    return body


_HINT: Final = "Use another copy or another snapshot; the target folder was left empty."


def _bad(what: str) -> Corrupted:
    return Corrupted(f"the snapshot cannot be trusted: {what}", hint=_HINT)
