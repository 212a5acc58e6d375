# SPDX-License-Identifier: Apache-2.0
"""Documents as CAR files: written for any IPFS tool, and taken in with every hash checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from tallystick.documents.car_reader import CarReader, invalid
from tallystick.documents.depot import Depot
from tallystick.encoding import (
    CODEC_DAG_PB,
    CODEC_RAW,
    Cid,
    decode_links,
    encode_varint,
)
from tallystick.errors import HashMismatch, Malformed
from tallystick.merkle import Address, ContentHasher, content_nodes
from tallystick.units import DOCUMENT_BYTES_MAX

_HEADER_HEAD: Final = bytes.fromhex("a265726f6f747381d82a582500")
"""DAG-CBOR: {"roots": [a link of 37 bytes, which begins with 0."""
_HEADER_TAIL: Final = bytes.fromhex("6776657273696f6e01")
""", "version": 1}."""
_VISITS_MAX: Final = 20_000
"""Nodes and chunks of one document; more only in a file built to keep us busy."""


def write_car(depot: Depot, cid: Cid) -> Iterator[bytes]:
    """Yield a document as CARv1: its nodes, root first, then its chunks, each checked before.

    Raises:
        NotFound: it is not held here.
        Corrupted: the store has lost it, or returns other bytes.
        StoreUnreachable: the store cannot be reached.
    """
    hashes = depot.hashes(cid)
    header = _HEADER_HEAD + bytes(cid) + _HEADER_TAIL
    yield encode_varint(len(header)) + header
    for node, block in content_nodes(hashes.digests, hashes.size):
        if block:
            yield _section(node, block)
    # A depot reads chunk by chunk.
    for digest, chunk in zip(hashes.digests, depot.read(cid), strict=True):
        yield _section(Cid(CODEC_RAW, digest), chunk)


def take_car(depot: Depot, file: BinaryIO, *, expected: Address | None = None) -> Address:
    """Keep the document that a CAR file has; return its address.

    Args:
        depot: Where it is kept.
        file: Can be read at any place; it is read two or three times.
        expected: What the ledger says of it; none: whatever the CAR's only root is.

    Raises:
        InvalidContentArchive: the file is damaged or misbuilt, or its root is no document.
        HashMismatch: its content has another address: it was cut otherwise, or is another file.
        LimitExceeded: it is too large.
        StoreUnreachable: the store cannot take it now.
        StorageFailed: the system refused.
    """
    document = _Document(file)
    if expected is None or document.root != expected.cid:
        found = document.address()
        if found.cid != document.root or expected is not None:
            raise HashMismatch(
                "the CAR has another document",
                field="cid",
                expected=str(document.root if expected is None else expected.cid),
                found=str(found.cid),
            )
        expected = found
    depot.keep(expected, document.pieces())
    return expected


def root_of(file: BinaryIO) -> Cid:
    """Return the address of the document that a CAR file says it has; `take_car` checks it.

    Raises:
        InvalidContentArchive: it is no CAR, or not about one document.
    """
    return _root_of(CarReader(file))


def _root_of(reader: CarReader) -> Cid:
    if len(reader.roots) != 1:
        raise invalid("one root")
    try:
        return Cid.decode(reader.roots[0])
    except Malformed as error:
        raise invalid("a root that is the address of a document") from error


class _Document:
    """The file that the only root of a CAR stands for."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        reader = CarReader(file)
        self.root = _root_of(reader)
        self._places: dict[bytes, tuple[int, int]] = {}
        for block in reader.blocks():
            if block.codec in {CODEC_RAW, CODEC_DAG_PB}:
                self._places[block.cid] = (block.offset, len(block.data))

    def address(self) -> Address:
        """Compute the address of the content."""
        hasher = ContentHasher()
        for piece in self.pieces():
            hasher.update(piece)
            if hasher.size > DOCUMENT_BYTES_MAX:
                raise invalid(f"a document of at most {DOCUMENT_BYTES_MAX} bytes")
        return hasher.finish().address

    def pieces(self) -> Iterator[bytes]:
        """Yield the content, chunk by chunk, in the order of the links."""
        waiting = [bytes(self.root)]
        visits = 0
        while waiting:
            visits += 1
            if visits + len(waiting) > _VISITS_MAX:
                raise invalid(f"at most {_VISITS_MAX} parts of one document")
            cid = waiting.pop()
            block = self._block(cid)
            if cid[:2] == bytes((1, CODEC_RAW)):
                yield block
                continue
            try:
                links = decode_links(block)
            except Malformed as error:
                raise invalid("nodes in dag-pb") from error
            waiting.extend(link.cid for link in reversed(links))

    def _block(self, cid: bytes) -> bytes:
        place = self._places.get(cid)
        if place is None:
            raise invalid("all blocks of the document")
        self._file.seek(place[0])
        return self._file.read(place[1])


def _section(cid: Cid, block: bytes) -> bytes:
    name = bytes(cid)
    return encode_varint(len(name) + len(block)) + name + block
