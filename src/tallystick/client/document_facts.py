# SPDX-License-Identifier: Apache-2.0
"""What the ledger says of a document, each part proven by the state."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from tallystick.client.exchange import Flow
from tallystick.client.reading import fetch_proven
from tallystick.client.session import Session
from tallystick.encoding import Value
from tallystick.errors import Erased, UnknownRecord
from tallystick.model import DocumentPlace

CONTRACT: Final = "documents"


class DocumentFacts(Struct, frozen=True, kw_only=True):
    """What the ledger says of a version of a document."""

    id: str
    owner: str
    version: int
    newest: int
    sha256: str
    media_type: str
    cid: str
    size: int
    """Of the ciphertext."""
    slices_root: str
    openings: int
    legal_holds: int
    retain_until: int | None
    added_at: int
    withdrawn_at: int | None
    erased_at: int | None
    erased_by: str | None
    active_content: bool = False
    """Its owner says that opening it could run something, and keeps it as it is."""

    @property
    def place(self) -> DocumentPlace:
        """Where nodes have it."""
        return DocumentPlace(self.id, self.version)


def facts(session: Session, document: str, *, version: int | None = None) -> Flow[DocumentFacts]:
    """Return what the ledger says of a version, the newest by default, proven by the state.

    Raises:
        UnknownRecord: it is proven that there is none.
        InvalidProof, InvalidCheckpoint: the node's proof does not hold.
    """
    head = yield from proven(session, "documents", document)
    newest = head["version"]
    number = version if version is not None or not isinstance(newest, int) else newest
    file = yield from proven(session, "versions", f"{document}/{number}")
    copy = yield from proven(session, "copies", f"{document}/{number}")
    found = {
        **{name: file[name] for name in ("sha256", "media_type", "added_at")},
        **{name: copy[name] for name in ("cid", "size", "slices_root", "openings")},
        **{name: head[name] for name in ("id", "owner", "legal_holds", "retain_until")},
        "version": number,
        "newest": head["version"],
        "withdrawn_at": copy["withdrawn_at"],
        "erased_at": head["deleted_at"],
        "erased_by": head["deleted_by"],
        "active_content": copy.get("active_content", False),
    }
    return msgspec.convert(found, DocumentFacts)


def check_there(known: DocumentFacts) -> None:
    """Refuse a version that is known to be gone; raises `Erased`."""
    if known.erased_at is not None:
        raise Erased(
            f"the document was erased at {known.erased_at} by {known.erased_by}",
            field="document",
            found=known.id,
        )
    if known.withdrawn_at is not None:
        raise Erased(
            f"version {known.version} was sealed anew at {known.withdrawn_at}",
            field="version",
            found=str(known.version),
        )


def proven(session: Session, table: str, key: str) -> Flow[dict[str, Value]]:
    """Return a record of the register; raises `UnknownRecord`, also for what is no record."""
    found = (yield from fetch_proven(session, CONTRACT, table, key, None)).value
    if isinstance(found, dict):
        return found
    raise UnknownRecord(
        "the ledger has no such document, or no such version", field="document", found=key[:80]
    )


def has_grant(session: Session, document: str, organization: str) -> Flow[bool]:
    """Tell whether an organisation has a grant for a document, proven by the state."""
    try:
        found = yield from proven(session, "holders", f"{document}/{organization}")
    except UnknownRecord:
        return False
    return bool(found["grants"])
