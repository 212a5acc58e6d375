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


def addresses() -> Iterator[tuple[str, bool, dict[str, object]]]:
    """Yield each size with its address, and two with another's: what, whether right, the facts."""
    cids = [str(address(size).cid) for size in SIZES]
    for size, cid in zip(SIZES, cids, strict=True):
        yield f"{size} bytes", True, {"size": size, "cid": cid}
    for size, cid in ((SIZES[1], cids[2]), (SIZES[4], cids[3])):
        yield f"{size} bytes, another's address", False, {"size": size, "cid": cid}


def archives() -> Iterator[tuple[str, bytes, dict[str, object]]]:
    """Yield a document as a CAR, `whole`, and altered copies of it by what was altered."""
    found = address(CAR_SIZE)
    with tempfile.TemporaryDirectory() as folder:
        depot = Depot(Path(folder) / "depot", FolderStore(Path(folder) / "store"))
        depot.keep(found, content(CAR_SIZE))
        archive = b"".join(write_car(depot, found.cid))
    digest = hashlib.sha256(b"".join(content(CAR_SIZE))).hexdigest()
    facts: dict[str, object] = {"cid": str(found.cid), "sha256": digest}
    yield "whole", archive, facts
    chunk = archive.rindex(bytes((3,)) * 5)  # the last chunk of the content
    yield "a block", archive[:chunk] + b"x" + archive[chunk + 1 :], facts
    yield "a block left out", archive[: chunk - 1 - 36], facts
    yield "cut off", archive[:-1], facts
    root = bytes(found.cid)
    yield "the root", archive.replace(root, root[:-1] + b"x", 1), facts
