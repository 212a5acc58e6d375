# SPDX-License-Identifier: Apache-2.0
"""The check of a data folder: silent when all is well, exact when it is not."""

from __future__ import annotations

from pathlib import Path

import lmdb
import pytest

from tallystick.errors import Corrupted, DataFolderProblem
from tallystick.ledger import Tree
from tallystick.storage import (
    BlockLog,
    BlockLogReader,
    DataFolder,
    DurableStore,
    Finding,
    Severity,
    check_storage,
    give_up_after,
    open_storage,
)
from tallystick.storage.committed import CommitMark
from tallystick.storage.databases import NUMBER, Database, seal, tile_key
from tallystick.storage.environment import Environment
from tests.unit.storage.chain import GENESIS, NETWORK, OTHER_GENESIS, Chain, last_segment

MAP_BYTES = 2**28


@pytest.fixture
def chain() -> Chain:
    """Eight blocks, more than one log tile, one of them empty."""
    chain = Chain()
    chain.grow(3, 100)
    chain.grow(1, 0)
    chain.grow(3, 2)
    chain.add([{b"a/b/c": b"x"}], membership={b"membership/organizations/x": b"\xa0"})
    return chain


@pytest.fixture
def data(tmp_path: Path, chain: Chain) -> Path:
    """A data folder whose store is at its last block."""
    path = tmp_path / "data"
    with DataFolder.create(path, GENESIS) as folder:
        storage = open_storage(folder, in_process=True, map_bytes=MAP_BYTES, segment_bytes=60_000)
        for applied in chain.applied:
            storage.log.append(applied.block)
            storage.store.save(applied, storage.log.position(applied.block.header.height))
        storage.close()
    return path


def kinds(findings: list[Finding]) -> list[Severity]:
    """Return how bad the findings are."""
    return [finding.severity for finding in findings]


def test_a_sound_folder_has_no_findings(data: Path) -> None:
    """Nothing is reported where nothing is wrong; and every block was looked at."""
    told: list[tuple[int, int]] = []
    assert check_storage(data, progress=lambda done, total: told.append((done, total))) == []
    assert told == [(height, 8) for height in range(1, 9)]
    assert check_storage(data, with_state=False) == []
    DataFolder.open(data).close()


def test_a_folder_in_use_is_checked_as_far_as_it_is_committed(data: Path) -> None:
    """`tally doctor` beside a running node says what it could not look at."""
    with DataFolder.open(data):
        with last_segment(data).open("ab") as file:
            file.write(b"being written")
        (finding,) = check_storage(data)
    assert finding.severity is Severity.NOTE
    assert "in use" in finding.text_en


def test_an_interrupted_write_is_a_note(data: Path) -> None:
    """It is no damage, and the check does not cut it."""
    path = last_segment(data)
    path.write_bytes(path.read_bytes()[:-10])
    CommitMark(data / "blocks", 7).close()
    store_gone(data)
    size = path.stat().st_size
    findings = check_storage(data)
    assert kinds(findings) == [Severity.NOTE, Severity.NOTE]
    assert "interrupted" in findings[1].text_en
    assert path.stat().st_size == size


def store_gone(data: Path) -> None:
    """Delete the store."""
    for path in (data / "state").iterdir():
        path.unlink()


def test_damage_is_placed_and_what_follows_is_checked_as_well(data: Path) -> None:
    """Two damaged blocks are two findings, with file and offset."""
    positions = [position for _, position in BlockLogReader(data).places(1, 8)]
    for height in (2, 6):
        position = positions[height - 1]
        path = data / "blocks" / f"{position.segment:020}.log"
        content = bytearray(path.read_bytes())
        content[position.offset + 300] ^= 8
        path.write_bytes(content)
    findings = [one for one in check_storage(data) if one.severity is Severity.DAMAGE]
    assert [finding.place for finding in findings] == [
        f"{positions[height - 1].segment:020}.log offset {positions[height - 1].offset}"
        for height in (2, 6)
    ]
    assert all("校验" in one.text_zh or "损坏" in one.text_zh for one in findings)


def test_a_damaged_head_ends_the_check_with_a_finding(data: Path) -> None:
    """Where the way to the next block is lost, this is said once."""
    positions = [position for _, position in BlockLogReader(data).places(1, 8)]
    path = data / "blocks" / f"{positions[1].segment:020}.log"
    content = bytearray(path.read_bytes())
    content[positions[1].offset + 3] ^= 8
    path.write_bytes(content)
    findings = check_storage(data)
    assert Severity.DAMAGE in kinds(findings)


def test_a_bad_genesis_document_is_the_only_finding(data: Path) -> None:
    """Without it nothing else can be judged."""
    (data / "genesis.cbor").write_bytes(OTHER_GENESIS)
    assert kinds(check_storage(data)) == [Severity.DAMAGE]


def test_what_is_no_data_folder_is_refused(tmp_path: Path) -> None:
    """A check of nothing is not a clean bill."""
    with pytest.raises(DataFolderProblem):
        check_storage(tmp_path)


def change(data: Path, database: Database, key: bytes, value: bytes | None) -> None:
    """Put a sealed value into the store, or delete it: damage that checksums do not show."""
    environment = Environment(data / "state", map_bytes=MAP_BYTES, is_writer=True)
    with environment.lmdb.begin(write=True) as transaction:
        handle = environment.handles[database]
        if value is None:
            transaction.delete(key, db=handle)
        else:
            transaction.put(key, seal(database, key, value), db=handle)
    environment.close()


CHANGES = {
    "a position": (Database.POSITIONS, NUMBER.pack(3), b"x" * 32),
    "no position": (Database.POSITIONS, NUMBER.pack(3), None),
    "a leaf": (Database.LEAVES, NUMBER.pack(100), NUMBER.pack(7)),
    "a full tile": (Database.TILES, tile_key(0, 0), bytes(8192)),
    "the last tile": (Database.TILES, tile_key(0, 1), bytes(64)),
    "a value": (Database.STATE, b"a/b/c", b"y"),
    "a value too few": (Database.STATE, b"a/b/c", None),
    "a value too many": (Database.STATE, b"a/b/d", b"y"),
    "a member": (Database.MEMBERSHIP, b"membership/organizations/x", b"y"),
    "a page": (Database.STATE_PAGES, b"/", b"y"),
    "a page too many": (Database.STATE_PAGES, b"ffff", b"y"),
    "a page too few": (Database.MEMBERSHIP_PAGES, b"/", None),
    "the header": (Database.META, b"header", None),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_store_that_contradicts_the_log_is_noticed(data: Path, name: str) -> None:
    """I8: indexes equal a rebuild from the log; so do tiles, values and pages."""
    change(data, *CHANGES[name])
    findings = check_storage(data)
    assert set(kinds(findings)) == {Severity.REBUILD}
    assert all(finding.place.startswith("state") for finding in findings)


def test_a_store_with_another_last_block_is_noticed(data: Path, chain: Chain) -> None:
    """The header in the store is that of the log."""
    change(data, Database.META, b"header", chain.blocks[6].header_bytes)
    assert any("is not that of the log" in finding.text_en for finding in check_storage(data))


def test_a_store_ahead_of_the_log_is_noticed(data: Path) -> None:
    """S8: blocks are missing that were committed."""
    change(data, Database.META, b"height", NUMBER.pack(9))
    assert any("beyond block 8" in finding.text_en for finding in check_storage(data))


def test_a_store_that_was_never_flushed_is_fine(tmp_path: Path) -> None:
    """A new node has an empty store beside its log."""
    with DataFolder.create(tmp_path / "a", GENESIS) as folder:
        open_storage(folder, in_process=True, map_bytes=MAP_BYTES).close()
    assert check_storage(tmp_path / "a") == []


def test_a_missing_store_is_a_note(data: Path) -> None:
    """It is rebuilt at the next start."""
    store_gone(data)
    assert kinds(check_storage(data)) == [Severity.NOTE]


def test_a_flipped_bit_of_a_stored_value_is_found(data: Path) -> None:
    """S14: the check reads every value, with its checksum."""
    path = data / "state" / "data.mdb"
    content = bytearray(path.read_bytes())
    sealed = seal(Database.MEMBERSHIP, b"membership/organizations/x", b"\xa0")
    assert sealed in content
    content[content.index(sealed) + 4] ^= 1
    path.write_bytes(content)
    for with_state in (True, False):
        findings = check_storage(data, with_state=with_state)
        assert [finding.severity for finding in findings] == [Severity.REBUILD]
        assert "checksum" in findings[0].text_en


@pytest.mark.parametrize("content", [b"", b"x" * 20_000])
def test_a_file_that_is_no_database_is_not_opened(
    data: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged file can crash the engine: it is verified first, by other means."""
    (data / "state" / "data.mdb").write_bytes(content)

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(lmdb, "open", never)
    findings = check_storage(data)
    assert set(kinds(findings)) == {Severity.REBUILD}


def test_giving_up_blocks_keeps_what_is_before_and_what_is_taken_out(
    data: Path, chain: Chain
) -> None:
    """Repair: the node can start again at an earlier block, and nothing is deleted."""
    before = {path.name: path.read_bytes() for path in (data / "blocks").glob("*.log")}
    with DataFolder.open(data) as folder:
        aside = give_up_after(folder, 2)
        with pytest.raises(DataFolderProblem, match="exists already"):
            give_up_after(folder, 2)
        storage = open_storage(folder, in_process=True, map_bytes=MAP_BYTES)
        assert (storage.log.height, storage.store.height) == (2, 0)
        assert list(storage.log.blocks(1)) == chain.blocks[:2]
        storage.close()
    kept = {path.name: path.read_bytes() for path in aside.glob("*.log")}
    assert kept.items() <= before.items()
    assert (aside / "state" / "data.mdb").exists()
    assert check_storage(data) == []


def test_giving_up_needs_a_sound_last_block(data: Path) -> None:
    """The block that is to be the last one must be whole."""
    with DataFolder.open(data) as folder:
        for height in (0, 9):
            with pytest.raises(Corrupted):
                give_up_after(folder, height)
        assert check_storage(data)[0].severity is Severity.NOTE
    assert check_storage(data) == []


def test_giving_up_twice_goes_further_back(data: Path, chain: Chain) -> None:
    """Each time into a folder of its own; there need not be a store."""
    with DataFolder.open(data) as folder:
        give_up_after(folder, 6)
        give_up_after(folder, 5)
    log = BlockLog.open(data, NETWORK)
    assert list(log.blocks(1)) == chain.blocks[:5]
    log.close()
    store = DurableStore.open(data, NETWORK, in_process=True, map_bytes=MAP_BYTES)
    assert list(store.items(Tree.STATE)) == []
    store.close()
