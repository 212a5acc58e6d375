# SPDX-License-Identifier: Apache-2.0
"""Snapshots as one file: written, restored, refused; and how long the engine keeps its blocks."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import Corrupted, DataFolderProblem, FileProblem, LimitExceeded, NotFound
from tallystick.storage import (
    BlockLogReader,
    DataFolder,
    Retention,
    blocks_kept_min,
    read_retention,
    read_snapshot_file,
    restore_snapshot,
    write_retention,
    write_snapshot,
)
from tests.unit.storage.chain import GENESIS, NETWORK, OTHER_GENESIS, Chain
from tests.unit.storage.snapshot_kit import founded, grown, restored_state, with_model


def written(tmp_path: Path, chain: Chain, height: int | None = None) -> Path:
    """Return a snapshot file."""
    source = tmp_path / "source"
    if not source.exists():
        founded(source, chain)
    write_snapshot(source, tmp_path / "file", height=height)
    return tmp_path / "file"


def test_a_file_becomes_a_data_folder_of_the_network(tmp_path: Path) -> None:
    """Blocks, state and genesis document; no keys, as in a backup without them."""
    chain = with_model(grown())
    file = written(tmp_path, chain)
    told: list[tuple[int, int]] = []
    info = restore_snapshot(
        file,
        tmp_path / "data",
        app_hash=chain.blocks[-1].header.app_hash,
        progress=lambda *at: told.append(at),
    )
    assert (info.network, info.height, info.block_hash) == (NETWORK, 6, chain.blocks[-1].hash.hex())
    assert info == read_snapshot_file(file)
    assert told == [(1, 1)]
    assert restored_state(tmp_path / "data", chain)


def test_a_file_of_an_earlier_height_ends_there(tmp_path: Path) -> None:
    """Any committed height can be written, not only those on offer."""
    info = restore_snapshot(written(tmp_path, grown(), 4), tmp_path / "data")
    assert info.height == 4
    assert BlockLogReader(tmp_path / "data").committed_height() == 4


@pytest.mark.parametrize("height", [0, 7, -1])
def test_a_height_that_is_not_there_is_not_written(tmp_path: Path, height: int) -> None:
    """No file is made."""
    with pytest.raises(NotFound):
        written(tmp_path, grown(), height)
    assert not (tmp_path / "file").exists()


def test_a_file_is_not_written_over_another_or_from_nothing(tmp_path: Path) -> None:
    """Existing files stay, empty ledgers have no snapshot, a full disk leaves nothing."""
    file = written(tmp_path, grown())
    with pytest.raises(FileProblem):
        write_snapshot(tmp_path / "source", file)
    with pytest.raises(FileProblem):
        write_snapshot(tmp_path / "source", tmp_path / "no folder" / "file")
    DataFolder.create(tmp_path / "empty", GENESIS).close()
    with pytest.raises(DataFolderProblem):
        write_snapshot(tmp_path / "empty", tmp_path / "other")


@pytest.mark.parametrize(("app_hash", "digest"), [(bytes(32), None), (None, bytes(32))])
def test_a_file_other_than_the_trusted_one_is_refused(
    tmp_path: Path, app_hash: bytes | None, digest: bytes | None
) -> None:
    """Everything in it may fit together: what somebody else vouches for decides."""
    file = written(tmp_path, grown())
    with pytest.raises(Corrupted):
        restore_snapshot(file, tmp_path / "data", app_hash=app_hash, digest=digest)
    assert not (tmp_path / "data").exists() or not list((tmp_path / "data").iterdir())


def remade(file: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """Return a copy of a snapshot file with other parts."""
    with tarfile.open(file) as archive:
        files = {one.name: archive.extractfile(one) for one in archive}
        parts = {name: file.read() for name, file in files.items() if file is not None}
    change(parts)
    other = file.with_name("other")
    with tarfile.open(other, "w") as archive:
        for name, body in parts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return other


def info_with(**changes: object) -> Callable[[dict[str, bytes]], None]:
    """Return what changes fields of the first part."""

    def change(parts: dict[str, bytes]) -> None:
        fields = msgspec.json.decode(parts["snapshot.json"])
        parts["snapshot.json"] = msgspec.json.encode(fields | changes)

    return change


def _drop(name: str) -> Callable[[dict[str, bytes]], object]:
    return lambda parts: parts.pop(name)


def _put(name: str, body: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda parts: parts.update({name: body})


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (info_with(format="other"), FileProblem),
        (info_with(version=2), FileProblem),
        (info_with(network="other"), Corrupted),
        (info_with(height=5), Corrupted),
        (info_with(hash="00" * 32), Corrupted),
        (info_with(hash="no hex"), Corrupted),
        (info_with(app_hash="no hex"), Corrupted),
        (info_with(app_hash="00" * 32), Corrupted),
        (info_with(block_hash="00" * 32), Corrupted),
        (info_with(chunks=[]), Corrupted),
        (_put("snapshot.json", b"{"), FileProblem),
        (_put("genesis.cbor", OTHER_GENESIS), Corrupted),
        (_put("genesis.cbor", b"no genesis"), Corrupted),
        (_put("chunks/000000", b"no blocks"), Corrupted),
        (_drop("chunks/000000"), Corrupted),
        (_drop("genesis.cbor"), Corrupted),
        (_drop("snapshot.json"), FileProblem),
    ],
)
def test_a_file_that_contradicts_itself_leaves_nothing(
    tmp_path: Path, change: Callable[[dict[str, bytes]], object], error: type[Exception]
) -> None:
    """The target is as empty as before, and can be used again."""
    file = written(tmp_path, grown())
    with pytest.raises(error):
        restore_snapshot(remade(file, change), tmp_path / "data")
    restore_snapshot(file, tmp_path / "data")


def archive_end(file: Path) -> int:
    """Return where the last part's bytes end."""
    with tarfile.open(file) as archive:
        last = archive.getmembers()[-1]
    return last.offset_data + last.size


def test_what_is_no_file_of_ours_is_said_to_be_none(tmp_path: Path) -> None:
    """Missing, not an archive, cut off."""
    file = written(tmp_path, grown())
    (tmp_path / "text").write_bytes(b"text" * 1000)
    (tmp_path / "cut").write_bytes(file.read_bytes()[: archive_end(file) - 100])
    for name, error in (("missing", FileProblem), ("text", FileProblem), ("cut", Corrupted)):
        with pytest.raises(error):
            restore_snapshot(tmp_path / name, tmp_path / "data")


# --- retention ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blocks", "height", "first"),
    [(0, 10**9, 0), (100_000, 0, 0), (100_000, 99_999, 0), (100_000, 100_000, 1),
     (100_000, 250_000, 150_001), (1, 7, 7)],
)  # fmt: skip
def test_the_engine_keeps_so_many_blocks(blocks: int, height: int, first: int) -> None:
    """The newest `blocks`, and never less than there are; 0 is all of them."""
    assert Retention(blocks=blocks).retain_from(height) == first


@given(blocks=st.integers(0, 2**40), height=st.integers(0, 2**40))
def test_what_is_kept_never_exceeds_the_newest_block(blocks: int, height: int) -> None:
    """The engine must not be told to drop a block that is not there yet."""
    first = Retention(blocks=blocks).retain_from(height)
    assert 0 <= first <= max(height, 0)
    assert blocks == 0 or height - max(first, 1) + 1 <= blocks


def test_retention_is_kept_in_the_folder(tmp_path: Path) -> None:
    """Without a choice the least that is allowed is kept."""
    assert read_retention(tmp_path) == Retention(blocks=blocks_kept_min())
    assert blocks_kept_min(200_000) == 400_000
    for blocks in (0, 100_000, 10**9):
        write_retention(tmp_path, Retention(blocks=blocks))
        assert read_retention(tmp_path).blocks == blocks
    for blocks in (1, 99_999, -1):
        with pytest.raises(LimitExceeded):
            write_retention(tmp_path, Retention(blocks=blocks))
    assert read_retention(tmp_path).blocks == 10**9
    (tmp_path / "retention.json").write_text("[]")
    with pytest.raises(DataFolderProblem):
        read_retention(tmp_path)
    (tmp_path / "retention.json").write_text('{"blocks": 5}')
    with pytest.raises(LimitExceeded):
        read_retention(tmp_path)
