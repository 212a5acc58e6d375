# SPDX-License-Identifier: Apache-2.0
"""Backup and restore: complete, checked, never trusted before it is checked."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tallystick.crypto import sha256
from tallystick.errors import Corrupted, DataFolderProblem, FileProblem
from tallystick.model import Block
from tallystick.storage import BackupManifest, BlockLog, DataFolder, backup, check_storage, restore
from tallystick.storage.backup_format import BACKUP_VERSION, BackupInfo, BackupPart
from tests.unit.storage.chain import GENESIS, NETWORK, OTHER_GENESIS, SECRET, Chain, last_segment

Parts = dict[str, bytes]


def read_all(data: Path) -> list[object]:
    """Return all blocks of a folder."""
    log = BlockLog.open(data, NETWORK)
    blocks: list[object] = list(log.blocks(1))
    log.close()
    return blocks


def test_a_restored_folder_continues_the_chain(tmp_path: Path, data: Path, chain: Chain) -> None:
    """P14: same blocks, same hashes, and the next block follows."""
    manifest = backup(data, tmp_path / "backup.tar")
    assert manifest.info.height == 7
    assert manifest.info.block_hash == chain.blocks[-1].hash.hex()
    assert manifest.info.app_hash == chain.blocks[-1].header.app_hash.hex()
    assert restore(tmp_path / "backup.tar", tmp_path / "restored") == manifest
    assert read_all(tmp_path / "restored") == chain.blocks
    chain.grow(1)
    log = BlockLog.open(tmp_path / "restored", NETWORK)
    log.append(chain.blocks[-1])
    log.close()
    findings = check_storage(tmp_path / "restored")
    assert [finding.text_en for finding in findings] == ["there is no store; the node rebuilds it"]


def test_a_backup_is_taken_while_the_node_writes(tmp_path: Path, data: Path, chain: Chain) -> None:
    """P14: it ends at a committed block, whatever is appended or half written meanwhile."""
    folder = DataFolder.open(data)
    log = BlockLog.open(data, NETWORK, segment_bytes=1_500)
    chain.grow(20)
    following = iter(chain.blocks[7:])

    def meanwhile(done: int, total: int) -> None:
        assert 0 < done <= total
        log.append(next(following))

    manifest = backup(data, tmp_path / "backup.tar", progress=meanwhile)
    assert manifest.info.height == 7
    assert log.height == 14
    log.close()
    folder.close()
    with last_segment(data).open("ab") as file:
        file.write(log._marker + b"half a record")
    assert backup(data, tmp_path / "later.tar").info.height == 14
    for name, height in (("backup", 7), ("later", 14)):
        restore(tmp_path / f"{name}.tar", tmp_path / name)
        assert read_all(tmp_path / name) == chain.blocks[:height]


def test_secret_keys_are_in_it_only_if_asked_for(tmp_path: Path, data: Path) -> None:
    """I9: the key's bytes occur nowhere in an ordinary backup."""
    assert not backup(data, tmp_path / "plain.tar").info.has_keys
    assert SECRET not in (tmp_path / "plain.tar").read_bytes()
    assert backup(data, tmp_path / "keys.tar", include_keys=True).info.has_keys
    assert SECRET in (tmp_path / "keys.tar").read_bytes()
    for name in ("plain", "keys"):
        assert stat.S_IMODE((tmp_path / f"{name}.tar").stat().st_mode) == 0o600
        restore(tmp_path / f"{name}.tar", tmp_path / name)
    assert list((tmp_path / "plain" / "keys").iterdir()) == []
    key = tmp_path / "keys" / "keys" / "node.key"
    assert key.read_bytes() == SECRET
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


def test_a_stray_file_among_the_keys_is_named(tmp_path: Path, data: Path) -> None:
    """What could not be restored is not backed up silently, or left out silently."""
    (data / "keys" / ".hidden").write_bytes(b"x")
    with pytest.raises(DataFolderProblem, match="hidden"):
        backup(data, tmp_path / "backup.tar", include_keys=True)
    assert not (tmp_path / "backup.tar").exists()


def test_ordinary_tar_programs_can_read_a_backup(tmp_path: Path, data: Path) -> None:
    """An open format: parts have their names, and the segments are those of the log."""
    backup(data, tmp_path / "backup.tar")
    with tarfile.open(tmp_path / "backup.tar") as archive:
        names = archive.getnames()
        assert names[:2] == ["backup.json", "genesis.cbor"]
        assert names[-1] == "manifest.json"
        for name in names[2:-1]:
            content = archive.extractfile(name)
            assert content is not None
            assert content.read() == (data / name).read_bytes()


def test_damaged_blocks_make_no_backup(tmp_path: Path, data: Path) -> None:
    """A backup that could not be restored would be worse than none."""
    path = sorted((data / "blocks").glob("*.log"))[1]
    content = bytearray(path.read_bytes())
    content[300] ^= 1
    path.write_bytes(content)
    with pytest.raises(Corrupted):
        backup(data, tmp_path / "backup.tar")
    path.write_bytes(content[:300])
    with pytest.raises(Corrupted):
        backup(data, tmp_path / "backup.tar")
    assert [inside.name for inside in tmp_path.iterdir()] == ["data"]


def test_blocks_of_two_chains_make_no_backup(tmp_path: Path) -> None:
    """The links between blocks are checked on the way."""
    path = tmp_path / "data"
    DataFolder.create(path, GENESIS).close()
    one, other = Chain(1), Chain(2)
    one.grow(1)
    other.grow(2)
    log = BlockLog.open(path, NETWORK)
    log.append(one.blocks[0])
    log.append(other.blocks[1])
    log.close()
    with pytest.raises(Corrupted, match="does not follow"):
        backup(path, tmp_path / "backup.tar")


def test_bytes_between_blocks_make_no_backup(tmp_path: Path, data: Path) -> None:
    """A segment holds its header and its blocks, and nothing else."""
    with min((data / "blocks").glob("*.log")).open("ab") as file:
        file.write(b"x")
    with pytest.raises(Corrupted):
        backup(data, tmp_path / "backup.tar")


def test_nothing_is_overwritten(tmp_path: Path, data: Path) -> None:
    """Neither an older backup nor a folder with something in it."""
    backup(data, tmp_path / "backup.tar")
    with pytest.raises(FileProblem, match="exists already"):
        backup(data, tmp_path / "backup.tar")
    with pytest.raises(DataFolderProblem, match="not empty"):
        restore(tmp_path / "backup.tar", data)
    assert read_all(data)


def test_a_folder_without_blocks_has_no_backup(tmp_path: Path) -> None:
    """There is nothing that a new folder would not have."""
    DataFolder.create(tmp_path / "a", GENESIS).close()
    with pytest.raises(DataFolderProblem, match="nothing to back up"):
        backup(tmp_path / "a", tmp_path / "backup.tar")


def test_a_full_disk_leaves_no_half_backup(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under its name there is a complete file or none."""

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(FileProblem, match="No space left"):
            backup(data, tmp_path / "backup.tar")
    assert [inside.name for inside in tmp_path.iterdir()] == ["data"]
    with pytest.raises(FileProblem):
        backup(data, tmp_path / "no" / "backup.tar")


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"x" * 5_000, None])
def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path, content: bytes | None) -> None:
    """A wrong file is the caller's mistake."""
    if content is not None:
        (tmp_path / "backup.tar").write_bytes(content)
    with pytest.raises(FileProblem):
        restore(tmp_path / "backup.tar", tmp_path / "restored")
    assert not list((tmp_path / "restored").iterdir()) if content is not None else True


def refused(tmp_path: Path, match: str, kind: type[Exception] = Corrupted) -> None:
    """Restore, and check that it fails and leaves nothing behind."""
    with pytest.raises(kind, match=match):
        restore(tmp_path / "backup.tar", tmp_path / "restored")
    assert list((tmp_path / "restored").iterdir()) == []


@pytest.mark.usefixtures("without_syncs")
def test_a_backup_cut_off_anywhere_is_refused(tmp_path: Path, data: Path) -> None:
    """U6: detected before use, wherever it ends before its list is complete."""
    backup(data, tmp_path / "whole.tar")
    content = (tmp_path / "whole.tar").read_bytes()
    end = content.rindex(b"]")
    for size in [*range(0, end, 997), end]:
        (tmp_path / "backup.tar").write_bytes(content[:size])
        with pytest.raises((Corrupted, FileProblem)):
            restore(tmp_path / "backup.tar", tmp_path / "restored")
        assert list((tmp_path / "restored").iterdir()) == []


@pytest.mark.usefixtures("without_syncs")
def test_no_flipped_bit_of_a_backup_gets_through(tmp_path: Path, data: Path, chain: Chain) -> None:
    """U6, S7: every flip is refused, or changes nothing that is restored."""
    backup(data, tmp_path / "whole.tar", include_keys=True)
    content = bytearray((tmp_path / "whole.tar").read_bytes())
    flips = refusals = 0
    for bit in range(0, 8 * len(content), 8 * 37 + 3):
        flips += 1
        content[bit // 8] ^= 1 << bit % 8
        (tmp_path / "backup.tar").write_bytes(content)
        content[bit // 8] ^= 1 << bit % 8
        target = tmp_path / "restored"
        try:
            restore(tmp_path / "backup.tar", target)
        except (Corrupted, FileProblem):
            refusals += 1
            assert list(target.iterdir()) == []
        else:
            # Padding of the archive: nothing reads it.
            assert read_all(target) == chain.blocks
            assert (target / "keys" / "node.key").read_bytes() == SECRET
            target.rename(tmp_path / f"restored-{bit}")
    assert flips > 200
    assert refusals > flips * 0.6


def rebuilt(tmp_path: Path, data: Path, change: Callable[[Parts], Parts]) -> None:
    """Write a backup with changed parts and a list that fits them: the forger's way."""
    backup(data, tmp_path / "whole.tar")
    with tarfile.open(tmp_path / "whole.tar") as archive:
        members = {name: archive.extractfile(name) for name in archive.getnames()}
        parts = {name: content.read() for name, content in members.items() if content}
    listed_before = parts["manifest.json"]
    parts = change(parts)
    if parts.get("manifest.json") is listed_before:
        del parts["manifest.json"]
        info = msgspec.json.decode(parts["backup.json"], type=BackupInfo)
        listed = [BackupPart(name, len(body), sha256(body).hex()) for name, body in parts.items()]
        parts["manifest.json"] = msgspec.json.encode(BackupManifest(info, listed))
    with tarfile.open(tmp_path / "backup.tar", "w") as archive:
        for name, body in parts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))


def info_with(parts: Parts, **changes: object) -> Parts:
    """Return the parts with another description."""
    fields = msgspec.json.decode(parts["backup.json"])
    return {**parts, "backup.json": msgspec.json.encode({**fields, **changes})}


FORGERIES: dict[str, tuple[Callable[[Parts], Parts], str, type[Exception]]] = {
    "fewer blocks than named": (
        lambda parts: info_with(parts, height=8),
        "missing",
        Corrupted,
    ),
    "another block than named": (
        lambda parts: info_with(parts, block_hash="00" * 32),
        "not the one that it names",
        Corrupted,
    ),
    "no blocks at all": (
        lambda parts: info_with(parts, height=0),
        "not the one that it names",
        Corrupted,
    ),
    "another network's genesis": (
        lambda parts: {**parts, "genesis.cbor": OTHER_GENESIS},
        "not the network's",
        Corrupted,
    ),
    "another network's name": (
        lambda parts: info_with(parts, network="other.0000"),
        "not the network's",
        Corrupted,
    ),
    "no genesis": (
        lambda parts: {name: body for name, body in parts.items() if name != "genesis.cbor"},
        "genesis.cbor",
        Corrupted,
    ),
    "a segment too few": (
        lambda parts: {name: body for name, body in parts.items() if not name.endswith("1.log")},
        "missing",
        Corrupted,
    ),
    "a path outside": (
        lambda parts: {**parts, "../evil": b"x"},
        "unexpected part",
        Corrupted,
    ),
    "keys that were not announced": (
        lambda parts: {**parts, "keys/node.key": b"x"},
        "unexpected part",
        Corrupted,
    ),
    "a list that is none": (
        lambda parts: {**parts, "manifest.json": b"! not json"},
        "manifest.json",
        Corrupted,
    ),
    "first and last part differ": (
        lambda parts: {
            **info_with(parts, log_size=1),
            "manifest.json": parts["manifest.json"] + b" ",
        },
        "contradict each other",
        Corrupted,
    ),
    "no description first": (
        lambda _: {"genesis.cbor": GENESIS},
        "not a backup",
        FileProblem,
    ),
    "a description that is none": (
        lambda _: {"backup.json": b"[]"},
        "backup.json",
        Corrupted,
    ),
    "another kind of file": (
        lambda parts: info_with(parts, format="else"),
        "not a backup",
        FileProblem,
    ),
    "a newer version": (
        lambda parts: info_with(parts, version=BACKUP_VERSION + 1),
        "newer version",
        FileProblem,
    ),
}


@pytest.mark.usefixtures("without_syncs")
@pytest.mark.parametrize("name", FORGERIES)
def test_a_backup_that_contradicts_itself_is_refused(tmp_path: Path, data: Path, name: str) -> None:
    """U6: swapped, shortened or forged parts are noticed although their list fits them."""
    change, match, kind = FORGERIES[name]
    rebuilt(tmp_path, data, change)
    refused(tmp_path, match, kind)


def swap_blocks(tmp_path: Path, blocks: list[Block]) -> Callable[[Parts], Parts]:
    """Return a change of a backup's parts: other blocks, in segments with good checksums."""
    other = tmp_path / "other"
    DataFolder.create(other, GENESIS).close()
    log = BlockLog.open(other, NETWORK, segment_bytes=1_500)
    for block in blocks:
        log.append(block)
    log.close()

    def swap(parts: Parts) -> Parts:
        segments = {
            f"blocks/{path.name}": path.read_bytes() for path in (other / "blocks").glob("*.log")
        }
        kept = {name: body for name, body in parts.items() if not name.startswith("blocks/")}
        manifest = kept.pop("manifest.json")
        return {**kept, **dict(sorted(segments.items())), "manifest.json": manifest}

    return swap


def test_the_blocks_of_another_chain_are_refused(tmp_path: Path, data: Path) -> None:
    """U6: swapped between organisations, with checksums and list that fit."""
    chain = Chain(9)
    chain.grow(7)
    rebuilt(tmp_path, data, swap_blocks(tmp_path, chain.blocks))
    refused(tmp_path, "not the one that it names")


@pytest.mark.parametrize("name", ["transactions", "entries", "write_sets"])
def test_a_block_altered_together_with_its_checksum_is_refused(
    tmp_path: Path, data: Path, chain: Chain, name: str
) -> None:
    """What no checksum and no block hash shows, the entries' digests and the log root do."""
    blocks = chain.blocks
    parts = getattr(blocks[2], name)
    blocks[2] = replace(blocks[2], **{name: (*parts[:-1], parts[0])})  # type: ignore[arg-type]
    rebuilt(tmp_path, data, swap_blocks(tmp_path, blocks))
    refused(tmp_path, "block 3 contradicts")


def test_parts_that_differ_from_their_list_are_named(tmp_path: Path, data: Path) -> None:
    """The message says which part of the file is bad."""
    backup(data, tmp_path / "backup.tar")
    content = bytearray((tmp_path / "backup.tar").read_bytes())
    content[content.index(GENESIS)] ^= 1
    (tmp_path / "backup.tar").write_bytes(content)
    refused(tmp_path, r"differ from their SHA-256: genesis\.cbor")
