# SPDX-License-Identifier: Apache-2.0
"""What the ledger says of sealed documents, as a node asks: who owns, holds, opened, erased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from tallystick.contracts import Record
from tallystick.contracts.parts import (
    DOCUMENTS_CONTRACT,
    Document,
    DocumentAddress,
    DocumentHolder,
    DocumentOpening,
    SealedCopy,
)
from tallystick.encoding import decode
from tallystick.errors import Erased, Expired, NotFound, RoleMissing, UnknownRecord
from tallystick.model import DocumentPlace

OPENING_FRESH_MS: Final = 10 * 60 * 1000
"""So long after its block a recorded opening lets a wrap be fetched, also again."""

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Declared:
    """A version of a document that is neither erased nor withdrawn."""

    document: Document
    copy: SealedCopy


@dataclass(frozen=True, slots=True)
class DocumentLedger:
    """Reads the register in the world state of the newest durable block."""

    read: Callable[[bytes], bytes | None]

    def find(self, place: DocumentPlace) -> tuple[Document, SealedCopy] | None:
        """Return a document and a version, whatever became of them; None: not declared."""
        document = self._get(Document, "documents", place.document)
        copy = self._get(SealedCopy, "copies", *place)
        return None if document is None or copy is None else (document, copy)

    def require(self, place: DocumentPlace) -> Declared:
        """Return a version that may still be had.

        Raises:
            UnknownRecord: the ledger has no such version, or not yet.
            Erased: the document was erased, or the version sealed anew.
        """
        found = self.find(place)
        if found is None:
            raise UnknownRecord(
                "the ledger has no such document, or no such version",
                field="document",
                found=f"{place.document} version {place.version}"[:80],
            )
        document, copy = found
        if document.deleted_at is not None:
            raise _gone(place, f"the document was erased at {document.deleted_at}")
        if copy.withdrawn_at is not None:
            raise _gone(place, f"the version was sealed anew at {copy.withdrawn_at}")
        return Declared(document, copy)

    def place_of(self, cid: str) -> DocumentPlace | None:
        """Return which version's ciphertext has an address; None: none that is declared."""
        found = self._get(DocumentAddress, "addresses", cid)
        return None if found is None else DocumentPlace(found.document, found.version)

    def may_hold(self, document: Document, organization: str) -> bool:
        """Say whether an organisation's node may hold the sealed copies."""
        holder = self._holder(document, organization)
        return organization == document.owner or holder.keeps or bool(holder.grants)

    def may_open(self, document: Document, organization: str) -> bool:
        """Say whether wraps for an organisation may exist: it owns, or has a grant, expired or not.

        What a grant's bounds allow, an opening decides.
        """
        return organization == document.owner or bool(self._holder(document, organization).grants)

    def check_opening(self, declared: Declared, number: int, asker: str, now: int) -> None:
        """Refuse a wrap without a fresh opening of this version by the asker.

        Raises:
            NotFound: there is no such opening, or it is another organisation's.
            Expired: it is not fresh any more.
            RoleMissing: its grant was revoked since.
        """
        copy = declared.copy
        opening = self._get(DocumentOpening, "openings", copy.document, copy.version, number)
        if opening is None or opening.organization != asker:
            raise NotFound(
                "the ledger has no such opening of this organisation",
                field="opening",
                found=str(number),
                hint="Record one first: `tally document get` does.",
            )
        if opening.at + OPENING_FRESH_MS < now:
            raise Expired(
                "the opening is not fresh any more",
                field="opening",
                expected=f"not older than {OPENING_FRESH_MS // 60_000} minutes",
                hint="Record another one: each counts as a use of the grant.",
            )
        granted = self._holder(declared.document, asker).grants
        if opening.grant is not None and opening.grant not in granted:
            raise RoleMissing(
                "the grant of this opening was revoked", field="grant", found=opening.grant
            )

    def _holder(self, document: Document, organization: str) -> DocumentHolder:
        found = self._get(DocumentHolder, "holders", document.id, organization)
        return found or DocumentHolder(document=document.id, organization=organization)

    def _get(self, record: type[R], table: str, *key: str | int) -> R | None:
        value = self.read(_state_key(table, *key))
        return None if value is None else msgspec.convert(decode(value), record)


def _state_key(table: str, *key: str | int) -> bytes:
    """Return a record's state key, escaped as `contracts.Table` does."""
    parts = [str(one) for one in key]
    if len(parts) > 1:
        parts = [one.replace("%", "%25").replace("/", "%2F") for one in parts]
    return "/".join((DOCUMENTS_CONTRACT, table, *parts)).encode()


def _gone(place: DocumentPlace, why: str) -> Erased:
    return Erased(why, field="document", found=f"{place.document} version {place.version}"[:80])
