# SPDX-License-Identifier: Apache-2.0
"""The depot: nothing unverified comes out, nothing half taken stays, crashes lose nothing."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Final

import pytest

from tallystick.documents import Depot, DepotLimits, FolderStore
from tallystick.encoding import Cid
from tallystick.errors import (
    Corrupted,
    HashMismatch,
    LimitExceeded,
    Malformed,
    NotFound,
    StorageFailed,
    StoreUnreachable,
    WrongOffset,
)
from tallystick.merkle import CHUNK_SIZE, Address, address_of, draw_slice, verify_slice

FILE: Final = random.Random(5).randbytes(2 * CHUNK_SIZE + 12_345)
ADDRESS: Final = address_of(FILE)
FREE: Final = DepotLimits(free_bytes_min=0)


def opened(folder: Path, limits: DepotLimits = FREE) -> Depot:
    """Open a depot, as after a restart."""
    return Depot(folder, FolderStore(folder / "content"), limits=limits)


@pytest.fixture
def depot(tmp_path: Path) -> Depot:
    """Return an empty depot."""
    return opened(tmp_path)


def files(folder: Path) -> list[str]:
    """Return the names of all files below a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def stored(folder: Path) -> Path:
    """Return the one file of the store."""
    return next(path for path in (folder / "content").rglob("b*") if path.is_file())


def test_an_upload_goes_on_after_a_restart(tmp_path: Path) -> None:
    """The offset is what is on disk, and what came before counts."""
    assert opened(tmp_path).begin(ADDRESS) == 0
    assert opened(tmp_path).append(ADDRESS, 0, FILE[:1_500_000]) == 1_500_000
    again = opened(tmp_path)
    assert again.offset(ADDRESS) == again.begin(ADDRESS) == 1_500_000
    assert again.append(ADDRESS, 1_500_000, FILE[1_500_000:]) == len(FILE)
    assert not again.holds(ADDRESS.cid)
    last = opened(tmp_path)
    last.finish(ADDRESS)
    last.finish(ADDRESS)
    assert last.offset(ADDRESS) == last.begin(ADDRESS) == len(FILE)
    assert b"".join(last.read(ADDRESS.cid)) == FILE
    assert files(tmp_path) == sorted([f"{ADDRESS.cid}", f"{ADDRESS.cid}.chunks"])


def test_a_piece_at_another_offset_is_refused_and_names_the_right_one(depot: Depot) -> None:
    """Neither a gap nor a repetition gets in."""
    depot.begin(ADDRESS)
    depot.append(ADDRESS, 0, FILE[:100])
    for offset in (0, 99, 101):
        with pytest.raises(WrongOffset) as raised:
            depot.append(ADDRESS, offset, b"x")
        assert raised.value.expected == "100"
    assert depot.offset(ADDRESS) == 100


def test_an_upload_cut_off_in_transit_is_not_finished_and_goes_on(depot: Depot) -> None:
    """What is missing can still come."""
    depot.begin(ADDRESS)
    depot.append(ADDRESS, 0, FILE[:-1])
    with pytest.raises(WrongOffset):
        depot.finish(ADDRESS)
    depot.append(ADDRESS, len(FILE) - 1, FILE[-1:])
    depot.finish(ADDRESS)
    assert depot.holds(ADDRESS.cid)


@pytest.mark.parametrize(
    "declared",
    [
        ADDRESS._replace(cid=address_of(b"other").cid),
        ADDRESS._replace(slices_root=bytes(32)),
    ],
    ids=["cid", "slices_root"],
)
def test_other_bytes_than_declared_are_refused_and_leave_nothing(
    tmp_path: Path, depot: Depot, declared: Address
) -> None:
    """A wrong address costs the upload."""
    with pytest.raises(HashMismatch) as raised:
        depot.keep(declared, [FILE])
    assert raised.value.field in {"cid", "slices_root"}
    assert files(tmp_path) == []
    with pytest.raises(NotFound):
        depot.finish(declared)


def test_too_much_too_little_and_nothing_are_refused_and_leave_nothing(
    tmp_path: Path, depot: Depot
) -> None:
    """The declared size holds to the byte."""
    with pytest.raises(LimitExceeded):
        depot.keep(ADDRESS, [FILE, b"x"])
    with pytest.raises(WrongOffset):
        depot.keep(ADDRESS, [FILE[:-1]])
    with pytest.raises(Malformed):
        depot.begin(address_of(b""))
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        (DepotLimits(), 5 * 2**30),
        (DepotLimits(total_bytes_max=1_000, free_bytes_min=0), 1_001),
        (DepotLimits(free_bytes_min=2**60), 1),
    ],
    ids=["5 GiB", "quota", "disk"],
)
def test_what_has_no_room_is_refused_before_a_byte_comes(
    tmp_path: Path, limits: DepotLimits, size: int
) -> None:
    """A limit speaks when the upload begins."""
    with pytest.raises(LimitExceeded):
        opened(tmp_path, limits).begin(ADDRESS._replace(size=size))
    assert files(tmp_path) == []


def test_the_quota_counts_what_is_held_and_what_was_begun(tmp_path: Path) -> None:
    """A removal gives room again."""
    depot = opened(tmp_path, DepotLimits(total_bytes_max=1_000, free_bytes_min=0))
    one, other = address_of(bytes(600)), address_of(b"1" * 500)
    depot.begin(one)
    assert depot.used_bytes == 600
    with pytest.raises(LimitExceeded):
        depot.begin(other)
    depot.append(one, 0, bytes(600))
    depot.finish(one)
    assert depot.used_bytes == 600
    depot.remove(one.cid)
    assert depot.used_bytes == 0
    assert depot.begin(other) == 0


@pytest.mark.parametrize("place", [0, CHUNK_SIZE, len(FILE) - 1])
def test_a_changed_chunk_is_never_returned(tmp_path: Path, depot: Depot, place: int) -> None:
    """AFC-1: the chunks before it are whole, and none of it comes out."""
    depot.keep(ADDRESS, [FILE])
    path = stored(tmp_path)
    changed = bytearray(FILE)
    changed[place] ^= 1
    path.write_bytes(changed)
    came: list[bytes] = []
    with pytest.raises(Corrupted):
        came.extend(depot.read(ADDRESS.cid))
    assert b"".join(came) == FILE[: place // CHUNK_SIZE * CHUNK_SIZE]
    with pytest.raises(Corrupted):
        depot.prove(ADDRESS.cid, place // 1024)
    with pytest.raises(Corrupted):
        depot.verify_document(ADDRESS.cid)


@pytest.mark.parametrize("size", [0, CHUNK_SIZE, len(FILE) - 1])
def test_a_shortened_or_lost_file_is_told(tmp_path: Path, depot: Depot, size: int) -> None:
    """The index remembers what the store forgot."""
    depot.keep(ADDRESS, [FILE])
    path = stored(tmp_path)
    os.truncate(path, size)
    with pytest.raises(Corrupted):
        list(depot.read(ADDRESS.cid))
    path.unlink()
    with pytest.raises(Corrupted):
        depot.verify_document(ADDRESS.cid)
    assert depot.holds(ADDRESS.cid)


@pytest.mark.parametrize("place", [0, 35, 45, 80])
def test_a_changed_index_is_told(tmp_path: Path, depot: Depot, place: int) -> None:
    """Checksum, size, digests and roots: no byte of it counts unproved."""
    depot.keep(ADDRESS, [FILE])
    path = tmp_path / "index" / f"{ADDRESS.cid}.chunks"
    changed = bytearray(path.read_bytes())
    changed[place] ^= 1
    path.write_bytes(changed)
    with pytest.raises(Corrupted):
        depot.address(ADDRESS.cid)
    path.write_bytes(b"")
    with pytest.raises(Corrupted):
        depot.read(ADDRESS.cid)


def test_an_index_of_another_document_is_told(tmp_path: Path, depot: Depot) -> None:
    """A whole index under a wrong name is damage too."""
    other = address_of(b"other")
    depot.keep(ADDRESS, [FILE])
    depot.keep(other, [b"other"])
    folder = tmp_path / "index"
    (folder / f"{ADDRESS.cid}.chunks").write_bytes((folder / f"{other.cid}.chunks").read_bytes())
    with pytest.raises(Corrupted):
        depot.address(ADDRESS.cid)


def test_possession_is_proved_from_what_is_held(depot: Depot) -> None:
    """The proof leads to the root that the ledger has."""
    depot.keep(ADDRESS, [FILE])
    index = draw_slice(b"\x07" * 32, b"node", bytes(ADDRESS.cid), ADDRESS.size)
    proof = depot.prove(ADDRESS.cid, index)
    verify_slice(proof.data, proof.index, ADDRESS.size, proof.path, ADDRESS.slices_root)
    for wrong in (-1, 1 << 40):
        with pytest.raises(NotFound):
            depot.prove(ADDRESS.cid, wrong)


def test_what_is_not_held_is_not_found(depot: Depot) -> None:
    """Reading, proving and asking for the offset say so."""
    assert depot.cids() == []
    assert depot.tidy() == []
    for ask in (depot.read, depot.address, depot.verify_document, lambda cid: depot.prove(cid, 0)):
        with pytest.raises(NotFound):
            ask(ADDRESS.cid)
    for push in (depot.offset, depot.finish, lambda address: depot.append(address, 0, b"x")):
        with pytest.raises(NotFound):
            push(ADDRESS)


def test_uploads_that_rest_are_given_up_and_others_stay(tmp_path: Path, depot: Depot) -> None:
    """The moment comes in from outside."""
    other = address_of(b"other")
    depot.begin(ADDRESS)
    depot.begin(other)
    (resting,) = (tmp_path / "incoming").glob(f"{other.cid}*")
    os.utime(resting, (1_000, 1_000))
    assert depot.tidy(idle_before=2_000) == [other.cid]
    assert depot.offset(ADDRESS) == 0
    with pytest.raises(NotFound):
        depot.offset(other)


class Unreachable(FolderStore):
    """A store that can be switched off."""

    off = False

    def remove(self, cid: Cid) -> bool:
        """Remove, if it can be reached."""
        if self.off:
            raise StoreUnreachable("off")
        return super().remove(cid)


def test_a_removal_that_was_cut_short_is_completed(tmp_path: Path) -> None:
    """From the first step on the document is gone for everybody; tidying destroys its bytes."""
    store = Unreachable(tmp_path / "content")
    depot = Depot(tmp_path, store, limits=FREE)
    depot.keep(ADDRESS, [FILE])
    store.off = True
    with pytest.raises(StoreUnreachable):
        depot.remove(ADDRESS.cid)
    assert not depot.holds(ADDRESS.cid)
    with pytest.raises(StoreUnreachable):
        depot.begin(ADDRESS)
    store.off = False
    again = Depot(tmp_path, store, limits=FREE)
    assert again.tidy() == []
    assert files(tmp_path) == []
    again.keep(ADDRESS, [FILE])
    again.keep(ADDRESS, [])
    assert again.holds(ADDRESS.cid)


def test_an_upload_that_a_crash_left_in_the_store_is_finished_or_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between store and index the upload is still there, so either way is open."""
    depot = opened(tmp_path)
    depot.begin(ADDRESS)
    depot.append(ADDRESS, 0, FILE)
    with monkeypatch.context() as patched:
        patched.setattr("tallystick.documents.indexes.write_file", _fail)
        with pytest.raises(StorageFailed):
            depot.finish(ADDRESS)
    assert len(files(tmp_path)) == 2
    opened(tmp_path).finish(ADDRESS)
    assert opened(tmp_path).holds(ADDRESS.cid)
    opened(tmp_path).remove(ADDRESS.cid)

    depot.begin(ADDRESS)
    depot.append(ADDRESS, 0, FILE)
    with monkeypatch.context() as patched:
        patched.setattr("tallystick.documents.indexes.write_file", _fail)
        with pytest.raises(StorageFailed):
            depot.finish(ADDRESS)
    assert opened(tmp_path).abandon(ADDRESS.cid)
    assert files(tmp_path) == []


def _fail(*_: object, **__: object) -> None:
    raise StorageFailed("the power went")


def test_without_links_the_folder_store_copies(
    tmp_path: Path, depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another file system is no reason to fail."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    depot.keep(ADDRESS, [FILE])
    assert b"".join(depot.read(ADDRESS.cid)) == FILE
    assert len(files(tmp_path)) == 2


def test_documents_are_for_this_user_only(tmp_path: Path, depot: Depot) -> None:
    """Ciphertext too: its size and time tell something."""
    depot.keep(ADDRESS, [FILE])
    depot.begin(address_of(b"other"))
    paths = [path for path in tmp_path.rglob("*") if path != tmp_path]
    assert {path.stat().st_mode & 0o077 for path in paths} == {0}
