# SPDX-License-Identifier: Apache-2.0
"""The store's files: refused when unsafe, foreign or newer; damage in them shows."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lmdb
import pytest

from tallystick.errors import Corrupted, DataFolderProblem, Halted, StorageFailed
from tallystick.ledger import Tree
from tallystick.storage import DurableStore
from tallystick.storage import environment as environment_module
from tallystick.storage.databases import NUMBER, Database, seal
from tallystick.storage.environment import STORE_VERSION, Environment
from tallystick.storage.flush import Finish, apply_messages
from tests.unit.storage.chain import NETWORK, Chain
from tests.unit.storage.stores import MAP_BYTES, open_store, same_as, save_all


@pytest.fixture
def chain() -> Chain:
    """Five blocks."""
    chain = Chain()
    chain.grow(5)
    return chain


def test_two_writers_never_share_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S12: the second waits for the first, and gives up with a name for the trouble."""
    monkeypatch.setattr(environment_module, "WRITER_WAIT_S", 0.05)
    first = open_store(tmp_path)
    with pytest.raises(DataFolderProblem, match="another process"):
        open_store(tmp_path)
    first.close()
    open_store(tmp_path).close()


def test_a_store_that_moved_meanwhile_is_not_written(tmp_path: Path, chain: Chain) -> None:
    """A flush begins from the height it was made for, or not at all."""
    store = open_store(tmp_path)
    save_all(store, tmp_path, chain)
    store.flush()
    environment = store._environment
    with pytest.raises(Halted, match="someone else"):
        apply_messages(environment, iter([Finish(4, 6, b"")]), NETWORK)
    with pytest.raises(Halted, match="without its end"):
        apply_messages(environment, iter([]), NETWORK)
    same_as(store, chain, 5)
    store.close()


@pytest.mark.parametrize(
    ("flag", "value"),
    [("sync", False), ("metasync", False), ("writemap", True), ("map_async", True)],
)
def test_unsafe_flags_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: str, value: bool
) -> None:
    """The self-check: a store opened in a way that can lose commits is not used."""
    open_lmdb = lmdb.open

    def unsafe(path: str, **options: object) -> object:
        return open_lmdb(path, **{**options, flag: value})  # type: ignore[arg-type]

    monkeypatch.setattr(lmdb, "open", unsafe)
    with pytest.raises(Halted, match=flag):
        open_store(tmp_path)
    monkeypatch.undo()
    open_store(tmp_path).close()


@pytest.mark.parametrize("in_process", [True, False])
def test_another_networks_store_is_refused(tmp_path: Path, in_process: bool) -> None:
    """S8: folders of two networks do not mix."""
    DurableStore.open(tmp_path, "other.0000", in_process=True, map_bytes=MAP_BYTES).close()
    with pytest.raises(DataFolderProblem, match="another network"):
        open_store(tmp_path, in_process=in_process)


def change_meta(data: Path, change: Callable[[lmdb.Transaction[bytes], Any], object]) -> None:
    """Change the store's description behind its back."""
    environment = Environment(data / "state", map_bytes=MAP_BYTES, is_writer=True)
    with environment.lmdb.begin(write=True) as transaction:
        change(transaction, environment.handles[Database.META])
    environment.close()


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    """INV-P13: no guessing at what a later version wrote."""
    open_store(tmp_path).close()
    newer = seal(Database.META, b"version", NUMBER.pack(STORE_VERSION + 1))
    change_meta(
        tmp_path,
        lambda transaction, handle: transaction.put(b"version", newer, db=handle),
    )
    with pytest.raises(DataFolderProblem, match="newer"):
        open_store(tmp_path)


@pytest.mark.parametrize("key", [b"version", b"network", b"height", b"header"])
def test_a_store_without_its_description_is_damaged(tmp_path: Path, key: bytes) -> None:
    """Half a description is none."""
    open_store(tmp_path).close()
    change_meta(
        tmp_path,
        lambda transaction, handle: transaction.delete(key, db=handle),
    )
    with pytest.raises(Corrupted, match="incomplete"):
        open_store(tmp_path)


@pytest.mark.parametrize("in_process", [True, False])
def test_a_file_that_is_no_store_is_damage(tmp_path: Path, in_process: bool) -> None:
    """The engine's own refusals come out as damage that can be rebuilt."""
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "data.mdb").write_bytes(b"x" * 8192)
    with pytest.raises(Corrupted) as raised:
        open_store(tmp_path, in_process=in_process)
    assert "delete the folder `state`" in raised.value.hint


def test_every_flipped_bit_of_a_value_is_noticed(tmp_path: Path) -> None:
    """INV-P8: whichever bit of a stored value flips, the value is not returned."""
    chain = Chain()
    value = bytes(range(1, 60))
    chain.add([{b"bank/accounts/x": value}])
    store = open_store(tmp_path)
    save_all(store, tmp_path, chain)
    store.close()
    path = tmp_path / "state" / "data.mdb"
    content = path.read_bytes()
    sealed = seal(Database.STATE, b"bank/accounts/x", value)
    assert content.count(sealed) == 1
    at = content.index(sealed)
    with path.open("r+b") as file:
        for bit in range(8 * len(sealed)):
            file.seek(at + bit // 8)
            file.write(bytes([content[at + bit // 8] ^ 1 << bit % 8]))
            file.flush()
            reader = Environment(tmp_path / "state", map_bytes=MAP_BYTES, is_writer=False)
            with pytest.raises(Corrupted, match="fails its checksum"):
                reader.get(Database.STATE, b"bank/accounts/x")
            reader.close()
            file.seek(at + bit // 8)
            file.write(content[at + bit // 8 : at + bit // 8 + 1])
            file.flush()


def test_a_value_under_another_key_is_noticed(tmp_path: Path) -> None:
    """INV-P8: two values that changed places have their checksums, and are still refused."""
    open_store(tmp_path).close()
    environment = Environment(tmp_path / "state", map_bytes=MAP_BYTES, is_writer=True)
    with environment.lmdb.begin(write=True) as transaction:
        sealed = seal(Database.STATE, b"one", b"value")
        transaction.put(b"other", sealed, db=environment.handles[Database.STATE])
        transaction.put(b"one", sealed, db=environment.handles[Database.MEMBERSHIP])
    for database, key in ((Database.STATE, b"other"), (Database.MEMBERSHIP, b"one")):
        with pytest.raises(Corrupted):
            environment.get(database, key)
        with (
            environment.lmdb.begin() as transaction,
            pytest.raises(Corrupted),
        ):
            list(environment.scan(transaction, database))
    environment.close()


def test_reading_a_closed_environment_is_a_typed_error(tmp_path: Path) -> None:
    """A reader that comes too late gets one of our errors, whatever the engine says."""
    store = open_store(tmp_path)
    store.close()
    reads: tuple[Callable[[], object], ...] = (
        lambda: store.get(Tree.STATE, b"x"),
        lambda: store.read_tile(0, 0, 1),
        lambda: store.read_page(Tree.STATE, b""),
    )
    for read in reads:
        with pytest.raises((Corrupted, StorageFailed)):
            read()


def test_a_full_disk_under_the_store_is_an_error_and_no_more(tmp_path: Path, chain: Chain) -> None:
    """S9: the engine reports it, nothing on disk is harmed, and there is no fatal signal."""
    store = open_store(tmp_path)
    save_all(store, tmp_path, chain)
    store.flush()
    chain.add([{b"a/b/%d" % at: bytes(500)} for at in range(1000)])
    save_all(store, tmp_path, chain)
    size = (tmp_path / "state" / "data.mdb").stat().st_size
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, hard))
    try:
        with pytest.raises(StorageFailed):
            store.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    with pytest.raises(StorageFailed):
        store.flush()
    same_as(store, chain, 6)
    store.close()
    store = open_store(tmp_path)
    same_as(store, chain, 5)
    store.close()


def test_a_key_that_only_seems_absent_is_noticed(tmp_path: Path) -> None:
    """INV-P8: a flipped bit in a stored key hides its value; its neighbours give it away."""
    chain = Chain()
    keys = [b"bank/accounts/%04d" % number for number in range(0, 600, 2)]
    chain.add([dict.fromkeys(keys, b"v" * 40)])
    store = open_store(tmp_path)
    save_all(store, tmp_path, chain)
    store.close()
    path = tmp_path / "state" / "data.mdb"
    content = path.read_bytes()
    hidden = 0
    for key in keys[::9]:
        sealed = key + seal(Database.STATE, key, b"v" * 40)
        at = content.index(sealed) + len(key) - 1
        with path.open("r+b") as file:
            file.seek(at)
            file.write(bytes([content[at] ^ 64]))
            file.flush()
            reader = Environment(tmp_path / "state", map_bytes=MAP_BYTES, is_writer=False)
            if reader.get(Database.STATE, key) is None:
                hidden += 1
                with pytest.raises(Corrupted):
                    reader.get_or_check_absent(Database.STATE, key)
            reader.close()
            file.seek(at)
            file.write(content[at : at + 1])
    assert hidden == len(keys[::9])
    reader = Environment(tmp_path / "state", map_bytes=MAP_BYTES, is_writer=False)
    for absent in (b"a", b"bank/accounts/0003", b"z"):
        assert reader.get_or_check_absent(Database.STATE, absent) is None
        assert reader.get_or_check_absent(Database.MEMBERSHIP, absent) is None
    reader.close()


@pytest.mark.parametrize("leaf", [0, 4])
def test_an_index_that_lost_an_entry_is_damage(tmp_path: Path, chain: Chain, leaf: int) -> None:
    """What must be in the index and is not is never reported as not existing."""
    store = open_store(tmp_path)
    save_all(store, tmp_path, chain)
    store.close()
    environment = Environment(tmp_path / "state", map_bytes=MAP_BYTES, is_writer=True)
    with environment.lmdb.begin(write=True) as transaction:
        first = leaf - leaf % 3
        transaction.delete(NUMBER.pack(first), db=environment.handles[Database.LEAVES])
    environment.close()
    store = open_store(tmp_path)
    with pytest.raises(Corrupted, match=f"leaf {leaf}"):
        store.height_of_leaf(leaf)
    assert store.height_of_leaf(8) == 3
    store.close()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (lmdb.DiskError("mdb_get", 5), StorageFailed),
        (lmdb.CorruptedError("mdb_get", -30796), Corrupted),
    ],
)
def test_errors_of_the_engine_while_reading_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: lmdb.Error, kind: type[Exception]
) -> None:
    """A disk that fails is not a damaged file, and the other way round."""
    store = open_store(tmp_path)
    environment = store._environment

    class Broken:
        def begin(self) -> object:
            raise error

    with monkeypatch.context() as patched:
        patched.setattr(environment, "lmdb", Broken())
        for read in (
            lambda: environment.get(Database.STATE, b"x"),
            lambda: environment.floor(Database.LEAVES, b"x"),
            lambda: environment._check_absent(Database.STATE, b"x"),
        ):
            with pytest.raises(kind):
                read()
    store.close()


def test_what_cannot_be_described_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store whose first write fails is no store; the next start makes it."""
    with monkeypatch.context() as patched:

        def fail(*_: object) -> None:
            raise lmdb.DiskError("mdb_put", 28)

        patched.setattr(environment_module, "write_head", fail)
        with pytest.raises(StorageFailed):
            open_store(tmp_path)
    open_store(tmp_path).close()
