# SPDX-License-Identifier: Apache-2.0
"""Flows of documents on their way to a node: sealed, registered, uploaded from where it has them.

Keys and plaintext never leave this process.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from tallystick.client.document_delivery import (
    Delivery,
    file_delivery,
    next_request,
    wrap_delivery,
)
from tallystick.client.document_facts import CONTRACT, facts
from tallystick.client.document_files import (
    AsEvidence,
    Outgoing,
    SealedFacts,
    find_outgoing,
    outgoing_of,
    seal_file,
)
from tallystick.client.document_requests import Progress, identity_of, once_declared
from tallystick.client.exchange import Flow
from tallystick.client.files import digest_file
from tallystick.client.private_data import sealing_key
from tallystick.client.records import Committed
from tallystick.client.session import Session
from tallystick.client.submission import call
from tallystick.encoding import Value
from tallystick.errors import UnknownRecord, UsageError
from tallystick.model import DocumentPlace

_ID_BYTES: Final = 6


class PutDocument(Struct, frozen=True, kw_only=True):
    """A document that is registered and at a node."""

    document: str
    version: int
    facts: SealedFacts
    committed: Committed | None
    """The registration with its receipt; None: it was registered before, the upload went on."""


def put(
    session: Session,
    file: str | Path | AsEvidence,
    *,
    document: str | None = None,
    version: int = 1,
    media_type: str = "application/octet-stream",
    retain_until: int | None = None,
    progress: Progress | None = None,
) -> Flow[PutDocument]:
    """Seal a file, register it, and upload it; called again, an upload that broke off goes on.

    Args:
        session: Of a member of the owner.
        file: What to seal; it is only read. A PDF with scripts is refused unless it is
            `AsEvidence`.
        document: Id; by default a new one by chance. A file name has no place in it.
        version: 1 for a new document, the next number for another content of it.
        media_type: Stands on the ledger.
        retain_until: Not erased before, unix milliseconds.
        progress: Called as the upload goes on.

    Raises:
        UnknownRecord: the own organisation has no sealing key in force.
        FileProblem: the file cannot be read.
        ActiveFile: it is a PDF with a script, an action or a program inside.
        HashMismatch, WrongOffset, LimitExceeded, RoleMissing: the node does not take it.
    """
    source = Path(file.path if isinstance(file, AsEvidence) else file)
    trust = yield from session.contact()
    own = identity_of(session).organization
    chosen = document or f"D-{secrets.token_hex(_ID_BYTES)}"
    folder = outgoing_of(trust.network, chosen, version)
    outgoing = find_outgoing(folder)
    if outgoing is None:
        key = yield from sealing_key(session, own)
        outgoing = seal_file(file, folder, media_type=media_type, public_key=key)
    elif digest_file(source).sha256.hex() != outgoing.facts.sha256:
        raise UsageError(
            "another file was being uploaded as this document", field="document", found=chosen
        )
    place = DocumentPlace(chosen, version)
    args: dict[str, Value] = {"document": chosen, "file": msgspec.to_builtins(outgoing.facts)}
    if version == 1 and retain_until is not None:
        args["retain_until"] = retain_until
    committed = yield from _declare(session, place, "put" if version == 1 else "put_version", args)
    yield from deliver(session, place, outgoing, progress=progress)
    facts = outgoing.facts
    outgoing.discard()
    return PutDocument(document=chosen, version=version, facts=facts, committed=committed)


def deliver(
    session: Session, place: DocumentPlace, outgoing: Outgoing, *, progress: Progress | None = None
) -> Flow[None]:
    """Upload a sealed file that is registered, from where the node has it on, and the own wrap.

    Raises:
        HashMismatch: it is not what the ledger declares; the node has kept nothing.
        WrongOffset, LimitExceeded, RoleMissing, Erased, Unavailable: as they say.
    """
    yield from upload(session, place, outgoing.sealed, progress=progress)
    own = identity_of(session).organization
    yield from put_wrap(session, place, own, outgoing.wrap)


def upload(
    session: Session, place: DocumentPlace, sealed: Path, *, progress: Progress | None = None
) -> Flow[None]:
    """Upload ciphertext by tus, from where the node has it on.

    Raises:
        HashMismatch, WrongOffset, LimitExceeded, RoleMissing, Erased, Unavailable: as they say.
    """
    yield from _delivered(session, file_delivery(place, sealed, progress))


def put_wrap(session: Session, place: DocumentPlace, organization: str, wrap: bytes) -> Flow[None]:
    """Hand a wrap to the node.

    Raises:
        RoleMissing: the organisation may not open the document.
        Erased, UnknownRecord, Unavailable: as they say.
    """
    yield from _delivered(session, wrap_delivery(place, organization, wrap))


def hand_over(session: Session, document: str, sealed: str | Path, *, version: int) -> Flow[None]:
    """Upload ciphertext that was fetched elsewhere, to the node of a grantee or keeper.

    Raises:
        HashMismatch, RoleMissing, Erased, LimitExceeded: the node does not take it.
    """
    yield from upload(session, DocumentPlace(document, version), Path(sealed))


def _delivered(session: Session, delivery: Delivery) -> Flow[None]:
    request = next_request(delivery)
    while request is not None:
        answer = yield from once_declared(
            session,
            request.method,
            request.path,
            body=request.body,
            content_type=request.content_type,
            headers=request.headers,
        )
        request = next_request(delivery, answer)


def _declare(
    session: Session, place: DocumentPlace, method: str, args: dict[str, Value]
) -> Flow[Committed | None]:
    """Register a version unless an earlier run has done so."""
    try:
        known = yield from facts(session, place.document, version=place.version)
    except UnknownRecord:
        return (yield from call(session, CONTRACT, method, args))
    file = args["file"]
    if isinstance(file, dict) and file["cid"] == known.cid:
        return None
    raise UsageError("there is another document of this id", field="document", found=place.document)
