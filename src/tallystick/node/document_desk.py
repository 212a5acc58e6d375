# SPDX-License-Identifier: Apache-2.0
"""Documents at a node: takes, gives out and destroys sealed files, as the ledger says.

The ledger decides all of it: which ciphertext belongs to a document, who may hold and open it, and
whether it was erased. The node has no key to any of them. It holds what its own organisation owns,
was granted or was asked to keep; where one node orders alone, everybody's.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tallystick.contracts.parts import (
    DOCUMENTS_CONTRACT,
    Document,
    DocumentDeleted,
    DocumentGrantRevoked,
    DocumentRotated,
    KeeperDismissed,
    SealedCopy,
)
from tallystick.documents import Depot, Wraps
from tallystick.encoding import Cid
from tallystick.errors import HashMismatch, Malformed, NotFound, RoleMissing
from tallystick.merkle import Address
from tallystick.model import Block, DocumentPlace, UploadState, decode_entry
from tallystick.node.document_rights import DocumentRights
from tallystick.units import DAY_MS

_OBEYED: Final = frozenset(
    f"{DOCUMENTS_CONTRACT}.{kind.__name__}"
    for kind in (DocumentDeleted, DocumentRotated, DocumentGrantRevoked, KeeperDismissed)
)
_OF_REGISTER: Final = f"{DOCUMENTS_CONTRACT}.".encode()
_DISMISSED: Final = f".{KeeperDismissed.__name__}"
"""Also by a contract that had named the keeper itself; its events have its own name."""
_DISMISSAL: Final = _DISMISSED.encode()
_SEALED_HEAD: Final = b"age-encryption.org/v1\n"
UPLOAD_LIFETIME_MS: Final = DAY_MS
"""An upload that gets no piece for so long is given up, and its bytes are removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDeskParts:
    """What is needed to look after documents."""

    clock: Callable[[], int]
    rights: DocumentRights
    depot: Depot
    wraps: Wraps


class DocumentDesk:
    """The sealed files at one node. Any thread may call."""

    def __init__(self, parts: DocumentDeskParts) -> None:
        """Look after the store; `reconcile` must follow before anybody asks."""
        self._parts = parts
        self._lock = threading.Lock()
        """Held from a look at the ledger to the end of what follows from it."""
        self._destroying = threading.Lock()
        self._to_obey: deque[str] = deque()

    def begin(self, asker: str, place: DocumentPlace, size: int) -> UploadState:
        """Begin an upload of a declared copy, or say how far the one that was begun is.

        Raises:
            UnknownRecord, Erased: as the ledger says.
            RoleMissing: not for this asker, or not for this node.
            HashMismatch: the ledger declares another size.
            LimitExceeded: it is too large, or there is no room.
            StorageFailed: the disk refused.
        """
        copy = self._parts.rights.require(asker, place).copy
        if size != copy.size:
            raise _other_size(copy, size)
        offset = self._parts.depot.begin(address_of_copy(copy))
        if offset == size:  # a crash came before the end was acknowledged
            self._finish(copy)
        return self._state(copy, offset)

    def upload(self, asker: str, place: DocumentPlace) -> UploadState:
        """Say how far an upload is; one that is whole has all its bytes.

        Raises:
            NotFound: none was begun, or it was given up.
            UnknownRecord, Erased, RoleMissing: as `begin`.
        """
        copy = self._parts.rights.require(asker, place).copy
        return self._state(copy, self._parts.depot.offset(address_of_copy(copy)))

    def receive(self, asker: str, place: DocumentPlace, offset: int, piece: bytes) -> UploadState:
        """Keep the next piece of an upload; with the last one the whole is checked and kept.

        Raises:
            WrongOffset: it does not begin where the upload stands.
            Malformed: it does not begin as a sealed file does; nothing of it is kept.
            HashMismatch: the whole is not what the ledger declares; nothing of it is kept.
            NotFound, UnknownRecord, Erased, RoleMissing, StorageFailed: as above.
        """
        copy = self._parts.rights.require(asker, place).copy
        address = address_of_copy(copy)
        if not _may_be_sealed(offset, piece) and self._parts.depot.offset(address) == offset:
            self._parts.depot.abandon(address.cid)
            raise Malformed(
                "what was uploaded is not sealed; nothing of it was kept",
                field="body",
                expected="an age file, version 1",
                hint="Seal it with `tally document put`, or with the SDK.",
            )
        done = self._parts.depot.append(address, offset, piece)
        if done == copy.size:
            self._finish(copy)
        return self._state(copy, done)

    def sealed(self, asker: str, place: DocumentPlace) -> SealedCopy:
        """Return what is known of a sealed copy that the asker may fetch.

        Raises:
            UnknownRecord, Erased: as the ledger says.
            RoleMissing: the asker neither owns it, nor has a grant, nor keeps it.
            NotFound: it is not held here.
        """
        copy = self._parts.rights.require_asker(asker, place).copy
        if not self._parts.depot.holds(_cid(copy)):
            raise NotFound(
                "the sealed file is not held here",
                field="document",
                found=place.document[:80],
                hint="Name a node that has it: `tally document fetch --source URL`.",
            )
        return copy

    def read(self, copy: SealedCopy, start: int, size: int) -> bytes:
        """Return checked bytes of a copy that `sealed` returned.

        Raises:
            Corrupted: they are damaged here.
            NotFound: it was erased meanwhile.
            StorageFailed: the system refused.
        """
        return b"".join(self._parts.depot.read(_cid(copy), start, start + size))

    def put_wrap(self, asker: str, place: DocumentPlace, organization: str, wrap: bytes) -> None:
        """Keep the wrap of an organisation; on disk when this returns.

        Raises:
            UnknownRecord, Erased: as the ledger says.
            RoleMissing: not from this asker, for this organisation, or at this node.
            StorageFailed: the disk refused.
        """
        with self._lock:
            declared = self._parts.rights.require(asker, place)
            self._check_wrap_right(declared.document, asker, organization)
            self._parts.wraps.keep(place.document, place.version, organization, wrap)

    def check_wrap(self, asker: str, place: DocumentPlace, organization: str) -> None:
        """Say whether a wrap is here, before an opening is recorded for it.

        Raises:
            UnknownRecord, Erased: as the ledger says.
            RoleMissing: not for this asker, or the organisation may not open the document.
            NotFound: none was handed over.
            StorageFailed: the system refused.
        """
        with self._lock:
            document = self._parts.rights.require_asker(asker, place).document
            self._check_wrap_right(document, asker, organization)
            self._parts.wraps.get(place.document, place.version, organization)

    def open(self, asker: str, place: DocumentPlace, number: int) -> bytes:
        """Return the asker's wrap, by an opening that the ledger has recorded just now.

        Raises:
            UnknownRecord, Erased: as the ledger says.
            NotFound: there is no such opening of theirs, or no wrap for them here.
            Expired: the opening is not fresh.
            RoleMissing: its grant was revoked.
        """
        with self._lock:
            declared = self._parts.rights.ledger.require(place)
            self._parts.rights.ledger.check_opening(declared, number, asker, self._parts.clock())
            return self._parts.wraps.get(place.document, place.version, asker)

    def note(self, block: Block) -> None:
        """Take note of what a durable block forbids to keep; quick, on the commit thread."""
        for entry in block.entries:
            # Decoding each entry would cost too much.
            if _OF_REGISTER not in entry and _DISMISSAL not in entry:
                continue
            for event in decode_entry(entry).outcome.events:
                if event.name in _OBEYED or event.name.endswith(_DISMISSED):
                    self._note(event.fields.get("document"), event.fields.get("documents"))

    def destroy_noted(self) -> None:
        """Destroy what was noted; when it returns all of that is gone. For the node's upkeep.

        Raises:
            StorageFailed: it could not be destroyed: then the node must not go on.
        """
        with self._destroying:
            while self._to_obey:
                self._obey(self._to_obey.popleft())

    def give_up_idle(self) -> None:
        """Remove what has come in of uploads that nobody goes on with.

        Raises:
            StorageFailed: the system refused.
        """
        self._parts.depot.tidy(idle_before=(self._parts.clock() - UPLOAD_LIFETIME_MS) / 1000)

    def reconcile(self) -> None:
        """Destroy what the ledger forbade while nobody looked, and what a crash left half done.

        Raises:
            StorageFailed, Corrupted: it cannot be told or done.
        """
        self.give_up_idle()
        ledger = self._parts.rights.ledger
        places = [ledger.place_of(str(cid)) for cid in self._parts.depot.cids()]
        documents = {place.document for place in places if place is not None}
        documents |= {document for document, _ in self._parts.wraps.places()}
        for document in sorted(documents):
            self._obey(document)

    def _note(self, one: object, several: object) -> None:
        named = [one, *(several if isinstance(several, list | tuple) else ())]
        self._to_obey.extend(name for name in named if isinstance(name, str))

    def _obey(self, document: str) -> None:
        """Destroy of a document what this node may not hold any more, version by version."""
        version = 1
        while found := self._parts.rights.ledger.find(DocumentPlace(document, version)):
            with self._lock:
                self._obey_version(*found)
            version += 1

    def _obey_version(self, document: Document, copy: SealedCopy) -> None:
        wraps, ledger = self._parts.wraps, self._parts.rights.ledger
        is_gone = document.deleted_at is not None or copy.withdrawn_at is not None
        if is_gone or not self._parts.rights.is_for_this_node(document):
            wraps.destroy(document.id, copy.version)  # without it, the rest opens for nobody
            self._parts.depot.remove(_cid(copy))
            return
        for organization in wraps.organizations(document.id, copy.version):
            if not ledger.may_open(document, organization):
                wraps.remove(document.id, copy.version, organization)

    def _check_wrap_right(self, document: Document, asker: str, organization: str) -> None:
        may_open = self._parts.rights.ledger.may_open(document, organization)
        if not may_open or asker not in {document.owner, organization}:
            raise RoleMissing(
                "a wrap is for who may open the document, from its owner or from themselves",
                field="organization",
                found=organization,
            )

    def _finish(self, copy: SealedCopy) -> None:
        self._parts.depot.finish(address_of_copy(copy))
        self._obey(copy.document)  # it may have been erased meanwhile

    def _state(self, copy: SealedCopy, offset: int) -> UploadState:
        is_whole = offset == copy.size
        expires = None if is_whole else self._parts.clock() + UPLOAD_LIFETIME_MS
        return UploadState(offset, copy.size, expires)


def _cid(copy: SealedCopy) -> Cid:
    return Cid.parse(copy.cid)


def address_of_copy(copy: SealedCopy) -> Address:
    """Return the address that the ledger declares."""
    return Address(_cid(copy), copy.size, bytes.fromhex(copy.slices_root))


def _may_be_sealed(offset: int, piece: bytes) -> bool:
    """Return whether a piece is what a sealed file has there, as far as that can be seen."""
    return piece.startswith(_SEALED_HEAD[offset : offset + len(piece)])


def _other_size(copy: SealedCopy, size: int) -> HashMismatch:
    return HashMismatch(
        "the ledger declares a sealed file of another size",
        field="Upload-Length",
        expected=str(copy.size),
        found=str(size),
    )
