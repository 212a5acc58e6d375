# SPDX-License-Identifier: Apache-2.0
"""One suite for every store of documents, and for the depot that stands before each of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from obstore.store import MemoryStore

from tallystick.documents import Depot, DepotLimits, FolderStore, ObjectStore, Store
from tallystick.errors import NotFound
from tallystick.merkle import CHUNK_SIZE, address_of
from tests.document_stores import kubo, needs_kubo, needs_s3, s3_server

StoreMaker: TypeAlias = Callable[[Path], AbstractContextManager[Store]]

FILE: Final = random.Random(11).randbytes(CHUNK_SIZE + 5_000)
SMALL: Final = b"a sealed voucher"


def folder(path: Path) -> AbstractContextManager[Store]:
    """Make the store that needs nothing."""
    return nullcontext(FolderStore(path / "content"))


def memory(_: Path) -> AbstractContextManager[Store]:
    """Make the store of objects, on a bucket that forgets."""
    return nullcontext(ObjectStore(MemoryStore()))


STORES: Final[dict[str, StoreMaker]] = {
    "folder": folder,
    "objects in memory": memory,
    "s3": s3_server,
    "kubo": kubo,
}
MARKS: Final = {
    "s3": [pytest.mark.slow, needs_s3],
    "kubo": [pytest.mark.slow, needs_kubo],
}


@pytest.fixture(
    params=[pytest.param(make, id=name, marks=MARKS.get(name, ())) for name, make in STORES.items()]
)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each store in turn."""
    with request.param(tmp_path) as made:
        yield made


@pytest.mark.parametrize("data", [SMALL, FILE], ids=["one chunk", "two chunks"])
def test_what_was_put_can_be_read_in_parts_and_is_gone_when_removed(
    store: Store, tmp_path: Path, data: bytes
) -> None:
    """The whole life of a file; putting and removing again are no errors."""
    cid = address_of(data).cid
    source = tmp_path / "source"
    source.write_bytes(data)
    assert store.size(cid) is None
    with pytest.raises(NotFound):
        store.read(cid, 0, 1)
    store.put(cid, source)
    store.put(cid, source)
    assert source.read_bytes() == data
    assert store.size(cid) == len(data)
    assert store.read(cid, 3, 10) == data[3:13]
    assert store.read(cid, len(data) - 4, 100) == data[-4:]
    assert store.remove(cid)
    assert store.size(cid) is None
    with pytest.raises(NotFound):
        store.read(cid, 0, 1)
    assert not store.remove(cid)


def test_removing_one_file_leaves_the_others(store: Store, tmp_path: Path) -> None:
    """Files that share a chunk are not one file."""
    other = FILE[:CHUNK_SIZE] + b"another end"
    source = tmp_path / "source"
    for data in (FILE, other):
        source.write_bytes(data)
        store.put(address_of(data).cid, source)
        source.unlink()
    store.remove(address_of(FILE).cid)
    assert store.read(address_of(other).cid, 0, CHUNK_SIZE) == FILE[:CHUNK_SIZE]


def test_a_depot_before_it_keeps_reads_proves_and_destroys(store: Store, tmp_path: Path) -> None:
    """The same on every store, also by a depot that is opened again."""
    limits = DepotLimits(free_bytes_min=0)
    address = address_of(FILE)
    Depot(tmp_path / "depot", store, limits=limits).keep(address, [FILE[:77], FILE[77:]])
    depot = Depot(tmp_path / "depot", store, limits=limits)
    assert depot.cids() == [address.cid]
    assert depot.address(address.cid) == address
    assert b"".join(depot.read(address.cid, 1_000, CHUNK_SIZE + 9)) == FILE[1_000 : CHUNK_SIZE + 9]
    assert depot.prove(address.cid, 1024).data == FILE[CHUNK_SIZE : CHUNK_SIZE + 1024]
    depot.verify_document(address.cid)
    assert depot.remove(address.cid)
    assert store.size(address.cid) is None
    assert not depot.remove(address.cid)
