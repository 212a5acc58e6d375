# SPDX-License-Identifier: Apache-2.0
"""`tally node snapshot`, `restore` and `prune`: what a node keeps, and hands over to who joins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tallystick.cli.answers import Answer, Listing, Row, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.hashes import hash_option
from tallystick.cli.local import keep_trust_file, open_block_log
from tallystick.cli.locate import existing_data_folder
from tallystick.cli.options import OUTPUT, PLACE, Output, Place
from tallystick.cli.talk import note, step, warn
from tallystick.cli.talk import progress as bar
from tallystick.errors import UsageError

_COLUMNS = ("height", "chunks", "bytes", "hash")


def snapshot(
    *,
    out: Path | None = None,
    height: int | None = None,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """List the snapshots that a node offers, or write one into a file.

    Raises:
        UsageError: a height without a file.
        Corrupted: the block log is damaged.
        DataFolderProblem: there is no network in the folder, or no block.
        FileProblem: the file exists or cannot be written.
        NotFound: there is no such block.
    """
    folder = existing_data_folder(place.data)
    if out is not None:
        return _write(folder, out, height)
    if height is not None:
        raise UsageError(say("usage.missing", name="--out"), field="--out")
    return Listing(tuple(_offered(folder)), _COLUMNS)


def _offered(folder: Path) -> Iterator[Row]:
    from tallystick.model import SNAPSHOT_INTERVAL
    from tallystick.storage import ChunkIndex, make_snapshot, offered_heights, read_chunk

    reader = open_block_log(folder).reader
    index = ChunkIndex.load(reader.folder)
    heights = offered_heights(reader.committed_height(), SNAPSHOT_INTERVAL)
    if not heights:
        note(say("snapshot.none", interval=SNAPSHOT_INTERVAL))
    for height in heights:
        with bar(say("snapshot.hashing"), None) as advance:
            made = make_snapshot(reader, index, height, progress=partial(_one_more, advance))
        last = len(made.chunk_hashes) - 1
        size = last * index.chunk_bytes + len(read_chunk(reader, index, height, last))
        yield {
            "height": height,
            "chunks": last + 1,
            "bytes": size,
            "hash": made.hash.hex(),
        }


def _one_more(advance: Callable[[int], None], _height: int) -> None:
    advance(1)


def _write(folder: Path, out: Path, height: int | None) -> Sheet:
    from tallystick.storage import write_snapshot

    open_block_log(folder)
    with _shown(say("snapshot.hashing")) as told:
        info = write_snapshot(folder, out, height=height, progress=told)
    step(say("snapshot.written", path=out))
    return Sheet(
        {
            "path": str(out),
            "network": info.network,
            "height": info.height,
            "chunks": len(info.chunks),
            "bytes": out.stat().st_size,
            "hash": info.hash,
            "block_hash": info.block_hash,
            "app_hash": info.app_hash,
        }
    )


def restore(
    source: Path,
    /,
    *,
    app_hash: str | None = None,
    snapshot_hash: str | None = None,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Restore a snapshot file into a new data folder.

    Raises:
        UsageError: no folder is named, or what is trusted is no hash.
        Corrupted: the snapshot is damaged, or not the one that is trusted; nothing is left behind.
        DataFolderProblem: the folder is not empty.
        FileProblem: the file cannot be read, or is no snapshot.
    """
    from tallystick.storage import restore_snapshot

    if place.data is None:
        raise UsageError(
            say("usage.missing", name="--data"), field="--data", hint=say("restore.where")
        )
    trusted_app_hash = None if app_hash is None else hash_option(app_hash, "--app-hash")
    digest = None if snapshot_hash is None else hash_option(snapshot_hash, "--snapshot-hash")
    if trusted_app_hash is None and digest is None:
        warn(say("snapshot.unverified"))
    with _shown(say("snapshot.restoring")) as told:
        info = restore_snapshot(
            source, place.data, app_hash=trusted_app_hash, digest=digest, progress=told
        )
    keep_trust_file(place.data)
    step(say("restore.done", path=place.data))
    note(say("restore.no_keys", path=place.data / "keys"))
    return Sheet(
        {
            "data": str(place.data),
            "network": info.network,
            "height": info.height,
            "hash": info.hash,
            "block_hash": info.block_hash,
            "app_hash": info.app_hash,
            "verified": trusted_app_hash is not None or digest is not None,
        }
    )


def prune(*, keep: int | None = None, place: Place = PLACE, _output: Output = OUTPUT) -> Answer:
    """Say, or set, how many of its own blocks the engine keeps; the ledger's are never pruned.

    Raises:
        DataFolderProblem: there is no network in the folder.
        LimitExceeded: the engine would drop blocks that it still needs.
    """
    from tallystick.storage import Retention, blocks_kept_min, read_retention, write_retention

    folder = existing_data_folder(place.data)
    committed = open_block_log(folder).reader.committed_height()
    if keep is not None:
        write_retention(folder, Retention(blocks=keep))
        step(say("prune.set"))
    retention = read_retention(folder)
    note(say("prune.log_stays"))
    return Sheet(
        {
            "data": str(folder),
            "height": committed,
            "engine_blocks_kept": retention.blocks,
            "engine_blocks_min": blocks_kept_min(),
            "engine_blocks_from": max(1, retention.retain_from(committed)),
        }
    )


@contextmanager
def _shown(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for those who report how much of how much is done."""
    with bar(label, None) as advance:
        done = 0

        def told(now: int, _total: int) -> None:
            nonlocal done
            advance(now - done)
            done = now

        yield told
