# SPDX-License-Identifier: Apache-2.0
"""The LMDB environment of the store: opened with safe flags only, and checked.

- Never `sync=False`, `metasync=False`, `map_async` or `writemap`: measured, each of the first
  three loses acknowledged commits at a power cut, and the last kills the process on a full disk.
- One process writes. It holds the writer's lock file, so that the writer of a node that was
  killed has ended before the next one looks at the height.
- The map is as large as it will ever be: growing it while others have it open can corrupt it.
"""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import lmdb

from tallystick.disk import failing_storage, make_folder, sync_folder
from tallystick.errors import DataFolderProblem, StorageFailed, TallystickError, invariant
from tallystick.storage.databases import (
    META_HEADER,
    META_HEIGHT,
    META_NETWORK,
    META_VERSION,
    NUMBER,
    Database,
    seal,
    store_damaged,
    unseal,
)
from tallystick.storage.layout import STATE_FOLDER

MAP_BYTES: Final = 2**38 if sys.maxsize > 2**32 else 2**30
"""256 GiB of addresses, not of disk: the file grows as it is filled."""
STORE_VERSION: Final = 1
WRITER_LOCK: Final = "writer.lock"
WRITER_WAIT_S: Final = 60.0
_SAFE_FLAGS = {"sync": True, "metasync": True, "writemap": False, "map_async": False, "lock": True}


def failed_write(what: str, error: lmdb.Error) -> StorageFailed:
    """Return the error for a write, or a sync, that LMDB did not do."""
    hint = None
    if isinstance(error, lmdb.MapFullError):
        hint = "The store is as large as it was allowed to become: start with a larger map size."
    return StorageFailed(f"{what}: {error}", hint=hint)


def failed_read(what: str, error: lmdb.Error) -> TallystickError:
    """Return the error for a read that LMDB could not do: the disk failed, or the file is bad."""
    if isinstance(error, lmdb.DiskError | lmdb.MemoryError | lmdb.LockError):
        return StorageFailed(f"{what}: {error}")
    return store_damaged(f"{what}: {error}")


class Environment:
    """An open environment and its databases; in one process, open it once."""

    def __init__(self, folder: Path, *, map_bytes: int, is_writer: bool) -> None:
        """Open the files in `folder`.

        Raises:
            Corrupted: they are damaged.
            StorageFailed: the system refused.
        """
        try:
            self.lmdb = lmdb.open(
                str(folder),
                map_size=map_bytes,
                max_dbs=len(Database),
                readonly=not is_writer,
                create=is_writer,
                readahead=False,
                mode=0o640,
            )
        except lmdb.Error as error:
            raise failed_read("opening the store", error) from error
        except OSError as error:
            # The binding makes the folder itself, and lets the system's own error through.
            raise StorageFailed(f"opening the store: {error.strerror or error}") from error
        try:
            self._check_flags()
            self._check_length(folder)
            self.lmdb.reader_check()
            self.handles = [
                self.lmdb.open_db(database.stored_name, create=is_writer) for database in Database
            ]
        except lmdb.Error as error:
            self.lmdb.close()
            raise failed_read("opening the store", error) from error
        except TallystickError:
            self.lmdb.close()
            raise

    def _check_length(self, folder: Path) -> None:
        """Refuse a file shorter than its pages: reading beyond it would kill the process."""
        needed = (self.lmdb.info()["last_pgno"] + 1) * self.lmdb.stat()["psize"]
        found = (folder / "data.mdb").stat().st_size
        if found < needed:
            raise store_damaged(f"data.mdb has {found} bytes, and should have {needed}")

    def _check_flags(self) -> None:
        flags = self.lmdb.flags()
        for name, safe in _SAFE_FLAGS.items():
            invariant(flags.get(name) is safe, f"the store was opened with {name}={not safe}")

    def get(self, database: Database, key: bytes) -> bytes | None:
        """Return the newest value, checked against its checksum (INV-P8). Any thread may ask.

        Raises:
            Corrupted: it, or the way to it, is damaged.
        """
        try:
            transaction = self.lmdb.begin()
            stored = transaction.get(key, None, self.handles[database])
            transaction.abort()
        except lmdb.Error as error:
            raise failed_read(f"reading {database.name.lower()}", error) from error
        return None if stored is None else unseal(database, key, stored)

    def get_or_check_absent(self, database: Database, key: bytes) -> bytes | None:
        """Return the newest value; when there is none, look at the neighbours as well.

        A flipped bit in a stored key, or on the way to it, makes the key look absent. Then one of
        the two entries around the place fails its checksum or is out of order.

        Raises:
            Corrupted: the value, an entry beside its place, or the way to it, is damaged.
        """
        value = self.get(database, key)
        if value is None:
            self._check_absent(database, key)
        return value

    def _check_absent(self, database: Database, key: bytes) -> None:
        try:
            with (
                self.lmdb.begin() as transaction,
                transaction.cursor(self.handles[database]) as cursor,
            ):
                after = cursor.item() if cursor.set_range(key) else None
                is_found = cursor.prev() if after else cursor.last()
                before = cursor.item() if is_found else None
        except lmdb.Error as error:
            raise failed_read(f"reading {database.name.lower()}", error) from error
        for neighbour in (before, after):
            if neighbour is not None:
                unseal(database, *neighbour)
        # The key itself may have been written since: a flush is never waited for.
        if (before and before[0] >= key) or (after and after[0] < key):
            raise store_damaged(f"keys of {database.name.lower()} are out of order")

    def scan(
        self, transaction: lmdb.Transaction[bytes], database: Database, *, start: bytes = b""
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield keys and values in the order of keys from `start` on, as the transaction sees them.

        Raises:
            Corrupted: one of them, or the way to it, is damaged.
        """
        try:
            with transaction.cursor(self.handles[database]) as cursor:
                if cursor.set_range(start) if start else cursor.first():
                    for key, stored in cursor.iternext():
                        yield key, unseal(database, key, stored)
        except lmdb.Error as error:
            raise failed_read(f"reading {database.name.lower()}", error) from error

    def floor(self, database: Database, key: bytes) -> int | None:
        """Return the number stored under the last key not after `key`; None if there is none.

        Raises:
            Corrupted: it, or the way to it, is damaged.
        """
        try:
            with (
                self.lmdb.begin() as transaction,
                transaction.cursor(self.handles[database]) as cursor,
            ):
                # Forward to the key or the next one; if that is beyond, one back.
                is_found = cursor.set_range(key) or cursor.last()
                if is_found and cursor.key() > key:
                    is_found = cursor.prev()
                found = cursor.item() if is_found else None
        except lmdb.Error as error:
            raise failed_read(f"reading {database.name.lower()}", error) from error
        return None if found is None else int(NUMBER.unpack(unseal(database, *found))[0])

    def is_empty(self) -> bool:
        """Say whether nothing has ever been written."""
        with self.lmdb.begin() as transaction:
            return transaction.stat(self.handles[Database.META])["entries"] == 0

    def close(self) -> None:
        """Close the files; transactions of it must have ended."""
        self.lmdb.close()


def read_head(environment: Environment, network: str) -> tuple[int, bytes]:
    """Return height and header bytes of the last block in the store; 0 and none at the start.

    Raises:
        Corrupted: they are missing or damaged.
        DataFolderProblem: the store is of another network or a newer version.
    """
    version, owner, height, header = (
        environment.get(Database.META, key)
        for key in (META_VERSION, META_NETWORK, META_HEIGHT, META_HEADER)
    )
    if version is None or owner is None or height is None or header is None:
        raise store_damaged("its description is incomplete")
    if NUMBER.unpack(version)[0] > STORE_VERSION:
        raise DataFolderProblem(
            "the store was written by a newer version",
            expected=f"store version {STORE_VERSION}",
            found=str(NUMBER.unpack(version)[0]),
            hint="Install the version that wrote it, or a newer one.",
        )
    if owner != network.encode():
        raise DataFolderProblem(
            "the store belongs to another network", expected=network, found=owner.decode()
        )
    return NUMBER.unpack(height)[0], header


def write_head(
    environment: Environment, transaction: lmdb.Transaction[bytes], height: int, header: bytes
) -> None:
    """Put height and header bytes of the last block, within a write transaction."""
    for key, value in ((META_HEIGHT, NUMBER.pack(height)), (META_HEADER, header)):
        sealed = seal(Database.META, key, value)
        transaction.put(key, sealed, db=environment.handles[Database.META])


class WriterLock:
    """Held by the one process that writes to the store, for as long as it lives."""

    def __init__(self, folder: Path, *, wait_s: float | None = None) -> None:
        """Wait until the writer of an earlier node, if it is still busy, has ended.

        Raises:
            DataFolderProblem: it does not end.
            StorageFailed: the system refused.
        """
        with failing_storage("opening the writer's lock"):
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(folder / WRITER_LOCK, flags, 0o640)
        deadline = time.monotonic() + (WRITER_WAIT_S if wait_s is None else wait_s)
        while not self._try():
            if time.monotonic() > deadline:
                os.close(self._descriptor)
                raise DataFolderProblem(
                    "another process writes to the store",
                    found=str(folder / WRITER_LOCK),
                    hint="Find it with `fuser` on that file; wait for it or end it.",
                )
            threading.Event().wait(0.02)

    def _try(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let the next writer in."""
        os.close(self._descriptor)


def open_for_writing(data: Path, network: str, map_bytes: int) -> Environment:
    """Open the store of a data folder, make it if there is none; the caller holds the lock.

    Raises:
        Corrupted: it is damaged.
        DataFolderProblem: it is of another network or a newer version.
        StorageFailed: the system refused.
    """
    folder = data / STATE_FOLDER
    environment = Environment(folder, map_bytes=map_bytes, is_writer=True)
    try:
        if environment.is_empty():
            _describe(environment, network)
            with failing_storage("syncing the store's folder"):
                sync_folder(folder)
        read_head(environment, network)
    except BaseException:
        environment.close()
        raise
    return environment


def make_store_folder(data: Path) -> Path:
    """Make the store's folder if there is none, and return it."""
    make_folder(data / STATE_FOLDER, mode=0o750)
    return data / STATE_FOLDER


def _describe(environment: Environment, network: str) -> None:
    """Write, once, what the store is."""
    try:
        with environment.lmdb.begin(write=True) as transaction:
            write_head(environment, transaction, 0, b"")
            for key, value in (
                (META_VERSION, NUMBER.pack(STORE_VERSION)),
                (META_NETWORK, network.encode()),
            ):
                sealed = seal(Database.META, key, value)
                transaction.put(key, sealed, db=environment.handles[Database.META])
    except lmdb.Error as error:
        raise failed_write("making the store", error) from error
