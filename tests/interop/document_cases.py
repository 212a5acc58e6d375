# SPDX-License-Identifier: Apache-2.0
"""Addresses and CAR files of documents for judges, and altered copies of each."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tallystick.documents import Depot, FolderStore, write_car
from tallystick.merkle import CHUNK_SIZE, Address, ContentHasher

SIZES: Final = (
    0,
    1,
    CHUNK_SIZE - 1,
    CHUNK_SIZE,
    CHUNK_SIZE + 1,
    3 * CHUNK_SIZE + 5,
    1024 * CHUNK_SIZE + 1,
)
"""No chunk, one, more than one, and one more than a node has links."""
CAR_SIZE: Final = 3 * CHUNK_SIZE + 5
_FILLS: Final = 251


def content(size: int) -> Iterator[bytes]:
    """Yield a file's chunks; chunk number n is filled with the byte n mod 251."""
    for start in range(0, size, CHUNK_SIZE):
        fill = start // CHUNK_SIZE % _FILLS
        yield bytes((fill,)) * min(CHUNK_SIZE, size - start)


def address(size: int) -> Address:
    """Return the address of the content of a size."""
    hasher = ContentHasher()
    for chunk in content(size):
        hasher.update(chunk)
    return hasher.finish().address


def car_file() -> tuple[bytes, Address, str]:
    """Return a document as a CAR, its address, and the SHA-256 of its content."""
    found = address(CAR_SIZE)
    with tempfile.TemporaryDirectory() as folder:
        depot = Depot(Path(folder) / "depot", FolderStore(Path(folder) / "store"))
        depot.keep(found, content(CAR_SIZE))
        archive = b"".join(write_car(depot, found.cid))
    return archive, found, hashlib.sha256(b"".join(content(CAR_SIZE))).hexdigest()


def altered_cars(archive: bytes, address: Address) -> Iterator[tuple[str, bytes]]:
    """Yield archives that must be refused, with what was altered."""
    chunk = archive.rindex(bytes((3,)) * 5)  # the last chunk of the content
    yield "a block", archive[:chunk] + b"x" + archive[chunk + 1 :]
    yield "a block left out", archive[: chunk - 1 - 36]
    yield "cut off", archive[:-1]
    yield "the root", archive.replace(bytes(address.cid), bytes(address.cid)[:-1] + b"x", 1)
