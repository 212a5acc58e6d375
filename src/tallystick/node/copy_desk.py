# SPDX-License-Identifier: Apache-2.0
"""Copies of documents among nodes: a node that lacks one, or lost it, has it from others.

Whom it asks its operator wrote down: the nodes of `engine.json`. It asks in the name of its
organisation, by its log key, and believes nothing: the hashes of the chunks must give the address
that the ledger has, and each chunk must have its hash before a byte of it reaches the disk. A fetch
goes on piece by piece, as an upload does, and may go on at another node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from tallystick.contracts.parts import SealedCopy
from tallystick.crypto import sha256
from tallystick.documents import Depot
from tallystick.encoding import Cid, format_base64url
from tallystick.errors import Corrupted, HashMismatch, Malformed, NotFound, WrongOffset
from tallystick.merkle import CHUNK_SIZE, ChunkHashes, draw_slice
from tallystick.model import (
    UPLOAD_PIECE_BYTES_MAX,
    DocumentPlace,
    Question,
    ShownSlice,
    UploadState,
)
from tallystick.node.document_desk import DocumentDesk, address_of_copy
from tallystick.node.document_rights import DocumentRights

_ROW_BYTES: Final = 64
_KNOWN_MAX: Final = 16
"""Fetches at a time of which the chunk hashes are kept in memory."""


class CopySource(Protocol):
    """Another organisation's node."""

    def fetch(self, path: str, headers: Mapping[str, str], size_max: int) -> bytes | None:
        """Return a body of at most `size_max` bytes; None if there is no such answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyDeskParts:
    """What is needed to have copies from others."""

    network: str
    rights: DocumentRights
    depot: Depot
    desk: DocumentDesk
    """Takes pieces, as those of uploads."""
    sources: Sequence[CopySource]
    sign: Callable[[Question], bytes]
    """In the name of this node's organisation."""


class CopyDesk:
    """What a node gives to and gets from other nodes. Any thread may call."""

    def __init__(self, parts: CopyDeskParts) -> None:
        """Know whom to ask; nothing is asked yet."""
        self._parts = parts
        self._known: dict[str, ChunkHashes] = {}
        """Of copies that are being fetched, checked against their addresses."""

    def chunk_hashes(self, asker: str, place: DocumentPlace) -> bytes:
        """Return the index of a copy that the asker may fetch: section 4 of the specification.

        Raises:
            UnknownRecord, Erased: as the ledger says.
            RoleMissing: the asker neither owns it, nor has a grant, nor keeps it.
            NotFound: it is not held here.
            Corrupted: the index is damaged here.
        """
        copy = self._parts.desk.sealed(asker, place)
        return self._parts.depot.hashes(Cid.parse(copy.cid)).to_bytes()

    def prove(self, asker: str, place: DocumentPlace, seed: bytes) -> ShownSlice:
        """Show the slice of a copy that a seed asks this node for, from the bytes themselves.

        Raises:
            UnknownRecord, Erased: as the ledger says.
            RoleMissing: the asker neither owns it, nor has a grant, nor keeps it.
            NotFound: it is not held here.
            Corrupted: it is damaged here, where it was to be shown.
        """
        copy, node = self._parts.desk.sealed(asker, place), self._parts.rights.organization()
        cid = Cid.parse(copy.cid)
        index = draw_slice(seed, node.encode(), bytes(cid), copy.size)
        proof = self._parts.depot.prove(cid, index)
        return ShownSlice(node, index, proof.data, proof.path)

    def fetch(self, asker: str, place: DocumentPlace) -> UploadState:
        """Have the next piece of a copy from another node; return how far it is.

        A copy that is held is read through first, and fetched anew if it is damaged.

        Raises:
            UnknownRecord, Erased: as the ledger says.
            RoleMissing: not for this asker, or not for this node.
            NotFound: no other node gave what it takes; what came before stays for a day.
            LimitExceeded: it is too large, or there is no room.
            StoreUnreachable, StorageFailed: the system refused.
        """
        copy = self._parts.rights.require(asker, place).copy
        desk, is_damaged = self._parts.desk, self._is_damaged(copy)
        offset = 0 if is_damaged else self._offset(copy)
        if offset == copy.size:  # held, or wants finishing
            return desk.begin(asker, place, copy.size)
        hashes, piece = self._next(copy, place, offset)
        if is_damaged:  # not before there is another
            self._parts.depot.remove(Cid.parse(copy.cid))
        desk.begin(asker, place, copy.size)
        try:
            state = desk.receive(asker, place, offset, piece)
        except WrongOffset:  # somebody else has had the same piece
            return desk.upload(asker, place)
        except HashMismatch:  # what an upload had left here before was not of this copy
            return desk.begin(asker, place, copy.size)
        self._remember(copy, hashes, is_done=state.is_whole)
        return state

    def _offset(self, copy: SealedCopy) -> int:
        """Return how much of a copy is here; nothing is begun before there is a good piece."""
        try:
            return self._parts.depot.offset(address_of_copy(copy))
        except NotFound:
            return 0

    def _is_damaged(self, copy: SealedCopy) -> bool:
        """Say whether a copy is held that is not what it was; it is read through."""
        cid = Cid.parse(copy.cid)
        if not self._parts.depot.holds(cid):
            return False
        try:
            self._parts.depot.verify_document(cid)
        except Corrupted:
            return True
        return False

    def _next(
        self, copy: SealedCopy, place: DocumentPlace, offset: int
    ) -> tuple[ChunkHashes, bytes]:
        """Return checked bytes from `offset` on, at least one, and by which hashes."""
        for source in self._parts.sources:
            hashes = self._known.get(copy.cid) or self._hashes(source, copy, place)
            if hashes is not None:
                piece = self._piece(source, hashes, place, offset)
                if piece:
                    return hashes, piece
        raise NotFound(
            "none of the other nodes that this one knows gave the sealed file",
            field="document",
            found=place.document[:80],
            expected=f"one of {len(self._parts.sources)} nodes with `api` in engine.json",
            hint="Name a node that has it: `tally document fetch --source URL`.",
        )

    def _hashes(
        self, source: CopySource, copy: SealedCopy, place: DocumentPlace
    ) -> ChunkHashes | None:
        size_max = 8 + _ROW_BYTES * -(-copy.size // CHUNK_SIZE)
        path = f"{place.path}/chunks"
        data = source.fetch(path, self._headers(path), size_max)
        try:
            hashes = None if data is None else ChunkHashes.from_bytes(data)
        except Malformed:
            return None
        is_right = hashes is not None and hashes.address == address_of_copy(copy)
        return hashes if is_right else None

    def _piece(
        self, source: CopySource, hashes: ChunkHashes, place: DocumentPlace, offset: int
    ) -> bytes:
        """Return what a source gives from `offset` on, whole chunks; nothing if any is wrong."""
        start = offset // CHUNK_SIZE * CHUNK_SIZE
        stop = min(start + UPLOAD_PIECE_BYTES_MAX, hashes.size)
        path = f"{place.path}/content"
        headers = {**self._headers(path), "Range": f"bytes={start}-{stop - 1}"}
        data = source.fetch(path, headers, stop - start) or b""
        first = start // CHUNK_SIZE
        for number, at in enumerate(range(0, len(data), CHUNK_SIZE)):
            if sha256(data[at : at + CHUNK_SIZE]) != hashes.digests[first + number]:
                return b""
        return data[offset - start :]

    def _headers(self, path: str) -> dict[str, str]:
        signed = self._parts.sign(Question(self._parts.network, "GET", path))
        return {"Tally-Request": format_base64url(signed)}

    def _remember(self, copy: SealedCopy, hashes: ChunkHashes, *, is_done: bool) -> None:
        self._known.pop(copy.cid, None)
        if not is_done:
            while len(self._known) >= _KNOWN_MAX:
                self._known.pop(next(iter(self._known)), None)
            self._known[copy.cid] = hashes
