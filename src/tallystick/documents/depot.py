# SPDX-License-Identifier: Apache-2.0
"""The depot: takes documents in, gives back only what verifies, proves possession, destroys.

    FOLDER/incoming/...                       uploads, see `intake`
    FOLDER/index/<content address>.chunks     hashes of the chunks; written last: now it is held
    FOLDER/index/<content address>.removing   the same, while the store forgets the content

- The store is not trusted: each chunk is hashed before a byte of it is returned, and the index
  itself is checked against the content address that it stands for.
- A crash leaves a document held, or an upload that can go on, or a removal that `tidy` completes.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tallystick.disk import (
    failing_storage,
    make_private_folder,
)
from tallystick.documents.indexes import Indexes
from tallystick.documents.intake import Intake
from tallystick.documents.ports import Store
from tallystick.documents.verified import read_chunk, read_range
from tallystick.encoding import Cid
from tallystick.errors import LimitExceeded, Malformed, NotFound
from tallystick.merkle import CHUNK_SIZE, SLICE_SIZE, Address, ChunkHashes, prove_slice
from tallystick.units import DOCUMENT_BYTES_MAX

_INCOMING: Final = "incoming"
_INDEX: Final = "index"
_LOCKS: Final = 64


@dataclass(frozen=True, slots=True)
class DepotLimits:
    """What a depot takes."""

    document_bytes_max: int = DOCUMENT_BYTES_MAX
    """Of one document, sealed."""
    total_bytes_max: int | None = None
    """Of all documents and begun uploads together; None: what the disk has."""
    free_bytes_min: int = 1 << 30
    """That the disk must have left when an upload is complete."""


@dataclass(frozen=True, slots=True)
class SliceProof:
    """A slice of a document and its path to the root over all slices."""

    index: int
    data: bytes
    path: tuple[bytes, ...]


class Depot:
    """The documents that one node has; one process, any threads."""

    def __init__(self, folder: Path, store: Store, *, limits: DepotLimits | None = None) -> None:
        """Use a folder for uploads and indexes, and a store for what is complete."""
        self._indexes = Indexes(folder / _INDEX)
        self._store = store
        self._limits = limits or DepotLimits()
        self._intake = Intake(folder / _INCOMING)
        self._folder = folder
        self._counting = threading.Lock()
        self._held_bytes: int | None = None
        """Counted when it is first asked for, and again after a removal."""
        self._locks = tuple(threading.RLock() for _ in range(_LOCKS))

    # --- taking in

    def begin(self, address: Address) -> int:
        """Begin an upload, or find one again; return the offset at which it goes on.

        It is the document's size when the document is held already, or only wants finishing.

        Raises:
            LimitExceeded: the document, or all together, would be too large; nothing was made.
            Malformed: an empty document, which nothing sealed is.
            StorageFailed: the system refused.
            StoreUnreachable: the store still has to forget it, and cannot be reached.
        """
        with self._alone(address.cid):
            if self.holds(address.cid):
                return address.size
            offset = self._intake.offset(address)
            if offset is not None:
                return offset
            self._check_size(address)
            self._end_removal(address.cid)
            self._intake.begin(address)
            return 0

    def offset(self, address: Address) -> int:
        """Return how many bytes of an upload are here; all of them when it is held.

        Raises:
            NotFound: the upload has not begun, or was given up.
        """
        offset = address.size if self.holds(address.cid) else self._intake.offset(address)
        if offset is None:
            raise NotFound("no such upload has begun", field="cid", found=str(address.cid))
        return offset

    def append(self, address: Address, offset: int, data: bytes) -> int:
        """Take the bytes from `offset` on; return where the next ones begin.

        Raises:
            NotFound: the upload has not begun, or was given up.
            WrongOffset: the last piece ended elsewhere; nothing was taken.
            LimitExceeded: more than was declared; nothing was taken.
            StorageFailed: the system refused; ask for the offset.
        """
        with self._alone(address.cid):
            return self._intake.append(address, offset, data)

    def finish(self, address: Address) -> None:
        """Hold a complete upload from now on; it is durable when this returns.

        Raises:
            NotFound: the upload has not begun, or was given up.
            WrongOffset: bytes are missing; it can go on.
            HashMismatch: it is not what was declared, and was removed.
            StoreUnreachable: the store cannot take it now; finish it again later.
            StorageFailed: the system refused.
        """
        with self._alone(address.cid):
            if self.holds(address.cid):
                return
            file, hashes = self._intake.finish(address)
            self._store.put(address.cid, file)
            self._indexes.write(address.cid, hashes)
            self._intake.abandon(address.cid)
            with self._counting:
                if self._held_bytes is not None:
                    self._held_bytes += address.size

    def keep(self, address: Address, pieces: Iterable[bytes]) -> None:
        """Take a whole document at once; nothing of it stays if that fails.

        Raises:
            LimitExceeded: it is too large, or there is more of it than declared.
            WrongOffset: there is less of it than declared.
            HashMismatch: it is not what was declared.
            StoreUnreachable: the store cannot take it now.
            StorageFailed: the system refused.
        """
        if self.holds(address.cid):
            return
        self.abandon(address.cid)
        offset = self.begin(address)
        with contextlib.ExitStack() as failed:
            failed.callback(self.abandon, address.cid)
            for piece in pieces:
                offset = self.append(address, offset, piece)
            self.finish(address)
            failed.pop_all()

    def abandon(self, cid: Cid) -> bool:
        """Give an upload up; return whether there was one. What is held stays.

        Raises:
            StorageFailed: the system refused.
        """
        with self._alone(cid):
            found = self._intake.abandon(cid)
            if found and not self.holds(cid):
                self._store.remove(cid)  # a crash may have come between store and index
            return found

    # --- giving back

    def holds(self, cid: Cid) -> bool:
        """Say whether a document is here."""
        return self._indexes.holds(cid)

    def address(self, cid: Cid) -> Address:
        """Return the address of a document that is here.

        Raises:
            NotFound: it is not held here.
            Corrupted: its index is damaged.
        """
        return self.hashes(cid).address

    def hashes(self, cid: Cid) -> ChunkHashes:
        """Return the hashes of the chunks of a document that is here.

        Raises:
            NotFound: it is not held here.
            Corrupted: its index is damaged.
        """
        return self._indexes.read(cid)

    def read(self, cid: Cid, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the bytes from `start` to `stop`, the end by default, each checked before.

        Raises:
            NotFound: it is not held here.
            Corrupted: the store has lost it, or returns other bytes; none of these are yielded.
            StoreUnreachable: the store cannot be reached.
            StorageFailed: the system refused.
        """
        hashes = self.hashes(cid)
        end = hashes.size if stop is None else min(stop, hashes.size)
        return read_range(self._store, cid, hashes, start, end)

    def verify_document(self, cid: Cid) -> None:
        """Read all of a document and check each chunk.

        Raises:
            NotFound: it is not held here.
            Corrupted: the store has lost it or changed it: fetch another copy.
            StoreUnreachable: the store cannot be reached.
        """
        for _ in self.read(cid):
            pass

    def prove(self, cid: Cid, index: int) -> SliceProof:
        """Return the proof that the slice at `index` is here.

        Raises:
            NotFound: the document is not held here, or has no such slice.
            Corrupted: the store has lost it, or changed the chunk that the slice is in.
            StoreUnreachable: the store cannot be reached.
        """
        hashes = self.hashes(cid)
        start = index * SLICE_SIZE
        if not 0 <= start < hashes.size:
            raise NotFound("the document has no such slice", field="index", found=str(index))
        chunk = read_chunk(self._store, cid, hashes, start // CHUNK_SIZE)
        data, path = prove_slice(index, chunk, hashes.roots)
        return SliceProof(index, data, tuple(path))

    def cids(self) -> list[Cid]:
        """Return what is held, in order of the addresses' texts."""
        return self._indexes.held()

    @property
    def used_bytes(self) -> int:
        """Bytes of all documents that are held, and of uploads that have begun."""
        with self._counting:
            if self._held_bytes is None:
                self._held_bytes = sum(self.hashes(cid).size for cid in self.cids())
            return self._held_bytes + self._intake.reserved_bytes

    # --- destroying

    def remove(self, cid: Cid) -> bool:
        """Destroy a document, or its upload; return whether there was anything.

        Raises:
            StoreUnreachable: the store cannot be reached. The document is no longer held, and
                `tidy` makes the store forget it.
            StorageFailed: the system refused; run it again.
        """
        with self._alone(cid):
            found = self.abandon(cid)
            if self.holds(cid):
                self._indexes.begin_removal(cid)
                with self._counting:
                    self._held_bytes = None
            return self._end_removal(cid) or found

    def tidy(self, *, idle_before: float | None = None) -> list[Cid]:
        """Complete removals that a crash cut short, and give up uploads that rest since a moment.

        Args:
            idle_before: A moment of the system's clock, in seconds; none: uploads are kept.

        Returns:
            Addresses whose uploads were given up.

        Raises:
            StoreUnreachable: the store cannot be reached.
            StorageFailed: the system refused.
        """
        for cid in self._indexes.removing():
            with self._alone(cid):
                self._end_removal(cid)
        idle = [] if idle_before is None else self._intake.idle_since(idle_before)
        for cid in idle:
            self.abandon(cid)
        return idle

    def _end_removal(self, cid: Cid) -> bool:
        if not self._indexes.is_removing(cid):
            return False
        self._store.remove(cid)
        self._indexes.end_removal(cid)
        return True

    def _alone(self, cid: Cid) -> threading.RLock:
        """Return the lock of an address, which some others share: other uploads go on."""
        return self._locks[cid.digest[0] % _LOCKS]

    def _check_size(self, address: Address) -> None:
        limits = self._limits
        if not address.size:
            raise Malformed("an empty document", field="size", expected="at least 1 byte")
        if address.size > limits.document_bytes_max:
            raise _too_large("the document is too large", limits.document_bytes_max, address.size)
        if limits.total_bytes_max is not None:
            left = limits.total_bytes_max - self.used_bytes
            if address.size > left:
                raise _too_large("the depot's quota has no room for it", max(left, 0), address.size)
        make_private_folder(self._folder)
        with failing_storage("asking for free space"):
            free = shutil.disk_usage(self._folder).free - limits.free_bytes_min
        if address.size > free:
            raise _too_large("the disk has no room for it", max(free, 0), address.size)


def _too_large(why: str, most: int, size: int) -> LimitExceeded:
    return LimitExceeded(why, field="size", expected=f"at most {most} bytes", found=f"{size} bytes")
