# SPDX-License-Identifier: Apache-2.0
"""Flows of documents: seal and upload, open and download, against what the ledger says.

Nothing that a node says is believed: the register is read with proofs of the state, ciphertext must
have the address and plaintext the hash that stand there. Keys and plaintext never leave this
process. Each opening is a transaction, and its receipt is verified.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from tallystick.client.document_copies import obtain
from tallystick.client.document_facts import CONTRACT, DocumentFacts, check_there, facts
from tallystick.client.document_files import (
    AsEvidence,
    Outgoing,
    SealedFacts,
    check_free,
    find_outgoing,
    open_file,
    outgoing_of,
    seal_file,
)
from tallystick.client.document_requests import (
    PIECE_BYTES,
    Progress,
    asked,
    identity_of,
    once_declared,
)
from tallystick.client.exchange import Flow
from tallystick.client.files import digest_file
from tallystick.client.home import file_problem, write_file
from tallystick.client.private_data import sealing_key
from tallystick.client.records import Committed
from tallystick.client.session import Session
from tallystick.client.submission import call
from tallystick.crypto import SealingKey, unseal
from tallystick.encoding import Value
from tallystick.errors import HashMismatch, Refused, RoleMissing, UnknownRecord, UsageError
from tallystick.model import DocumentPlace, DocumentSecret

MEDIA_PIECE: Final = "application/offset+octet-stream"
_TUS: Final = ("Tus-Resumable", "1.0.0")
_ID_BYTES: Final = 6
_WRAP_SUFFIX: Final = ".wrap"


class Use(Struct, frozen=True, kw_only=True):
    """Why a document is opened."""

    grant: str | None = None
    """By which grant; the owner needs none."""
    purpose: str = "own use"
    """Exactly that of the grant."""


OWN_USE: Final = Use()


class PutDocument(Struct, frozen=True, kw_only=True):
    """A document that is registered and at a node."""

    document: str
    version: int
    facts: SealedFacts
    committed: Committed | None
    """The registration with its receipt; None: it was registered before, the upload went on."""


class GotDocument(Struct, frozen=True, kw_only=True):
    """A document that was opened."""

    facts: DocumentFacts
    name: str
    """The file's name, which its owner gave it."""
    path: Path
    size: int
    opening: Committed
    """The record of the opening with its receipt."""


class ExportedDocument(Struct, frozen=True, kw_only=True):
    """A document and its key, still sealed, for any age tool."""

    facts: DocumentFacts
    sealed: Path
    """The ciphertext."""
    key: Path
    """Its identity file, sealed to the own organisation's sealing key."""
    opening: Committed
    """The record of the opening with its receipt."""


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
    path, size = f"{place.path}/upload", sealed.stat().st_size
    begun = (_TUS, ("Upload-Length", str(size)))
    yield from once_declared(session, "POST", path, headers=begun)
    answer = yield from asked(session, "GET", path, headers=(_TUS,))
    offset = int(msgspec.json.decode(answer.body)["offset"])
    with sealed.open("rb") as file:
        file.seek(offset)
        while piece := file.read(PIECE_BYTES):
            headers = (_TUS, ("Upload-Offset", str(offset)))
            yield from asked(
                session, "PATCH", path, body=piece, content_type=MEDIA_PIECE, headers=headers
            )
            offset += len(piece)
            if progress is not None:
                progress(offset, size)


def put_wrap(session: Session, place: DocumentPlace, organization: str, wrap: bytes) -> Flow[None]:
    """Hand a wrap to the node.

    Raises:
        RoleMissing: the organisation may not open the document.
        Erased, UnknownRecord, Unavailable: as they say.
    """
    path = f"{place.path}/wraps/{organization}"
    yield from once_declared(
        session, "PUT", path, body=wrap, content_type="application/octet-stream"
    )


def get(
    session: Session,
    document: str,
    out: str | Path,
    keys: Sequence[SealingKey],
    *,
    version: int | None = None,
    use: Use = OWN_USE,
    progress: Progress | None = None,
) -> Flow[GotDocument]:
    """Record an opening, fetch a version, open it into `out`, and check it against the ledger.

    Args:
        session: Of a member of the owner, or of a grantee.
        document: Which.
        out: A file that does not exist, or a folder: then the name is the owner's.
        keys: The own organisation's sealing keys, old ones too.
        version: The newest by default.
        use: By which grant and what for; the owner needs no grant.
        progress: Called as the download goes on.

    Raises:
        Refused: the grant does not allow it.
        Erased: the document was erased, or that version sealed anew.
        NotFound: neither this node nor those that it knows have it, or no key was handed over
            for this version; the grant is not used then.
        WrongSealingKey: none of the keys opens it.
        InvalidProof: what came, or what was in it, is not what the ledger says.
        FileProblem: the file exists or cannot be written.
    """
    known = yield from facts(session, document, version=version)
    check_there(known)
    place = Path(out)
    if not place.is_dir():
        check_free(place)
    sealed, opening, wrap = yield from _opened(session, known, use, progress)
    secret = DocumentSecret.decode(unseal(wrap, keys))
    target = place / secret.name if place.is_dir() else place
    size = open_file(sealed, target, secret, known.sha256)
    sealed.unlink(missing_ok=True)
    return GotDocument(facts=known, name=secret.name, path=target, size=size, opening=opening)


def export(
    session: Session,
    document: str,
    out: str | Path,
    *,
    version: int | None = None,
    use: Use = OWN_USE,
    progress: Progress | None = None,
) -> Flow[ExportedDocument]:
    """Record an opening, and keep a version sealed as it is in `out`, its wrap in `out.wrap`.

    Any age tool opens the first with the second: docs/spec/document-exchange.md.

    Args:
        session: Of a member of the owner, or of a grantee.
        document: Which.
        out: A file that does not exist.
        version: The newest by default.
        use: By which grant and what for; the owner needs no grant.
        progress: Called as the download goes on.

    Raises:
        Refused, Erased, NotFound, InvalidProof: as `get`.
        FileProblem: a file exists or cannot be written.
    """
    known = yield from facts(session, document, version=version)
    check_there(known)
    sealed, key = Path(out), Path(f"{out}{_WRAP_SUFFIX}")
    for path in (sealed, key):
        check_free(path)
    fetched, opening, wrap = yield from _opened(session, known, use, progress)
    try:
        shutil.move(fetched, sealed)
    except OSError as error:
        raise file_problem(sealed, error) from error
    write_file(key, wrap, private=True, exclusive=True)
    return ExportedDocument(facts=known, sealed=sealed, key=key, opening=opening)


def _opened(
    session: Session, known: DocumentFacts, use: Use, progress: Progress | None
) -> Flow[tuple[Path, Committed, bytes]]:
    """Return ciphertext, opening and wrap; recorded only when there is something to be had by it.

    An opening counts as a use of the grant, so what may be missing or break off comes before it.
    """
    try:
        own = identity_of(session).organization
        yield from once_declared(session, "GET", f"{known.place.path}/wraps/{own}")
    except RoleMissing:  # the ledger says why, and has it on record that somebody tried
        opening, wrap = yield from open_wrap(session, known.place, use)
        return (yield from obtain(session, known, progress=progress)), opening, wrap
    sealed = yield from obtain(session, known, progress=progress)
    try:
        opening, wrap = yield from open_wrap(session, known.place, use)
    except Refused:
        sealed.unlink(missing_ok=True)
        raise
    return sealed, opening, wrap


def open_secret(
    session: Session,
    place: DocumentPlace,
    keys: Sequence[SealingKey],
    use: Use,
) -> Flow[tuple[Committed, DocumentSecret]]:
    """Record an opening and return it with the key and name that it lets out.

    Raises:
        Refused, NotFound, Erased, WrongSealingKey: as `get`.
    """
    opening, wrap = yield from open_wrap(session, place, use)
    return opening, DocumentSecret.decode(unseal(wrap, keys))


def open_wrap(session: Session, place: DocumentPlace, use: Use) -> Flow[tuple[Committed, bytes]]:
    """Record an opening and return it with the wrap that it lets out.

    Raises:
        Refused, NotFound, Erased: as `get`.
    """
    args: dict[str, Value] = {
        "document": place.document,
        "version": place.version,
        "purpose": use.purpose,
        "grant": use.grant,
    }
    opening = yield from call(session, CONTRACT, "open", args)
    result = opening.result
    number = int(str(result["number"])) if isinstance(result, dict) else 0
    wrap = yield from once_declared(session, "GET", f"{place.path}/openings/{number}")
    return opening, wrap


def hand_over(session: Session, document: str, sealed: str | Path, *, version: int) -> Flow[None]:
    """Upload ciphertext that was fetched elsewhere, to the node of a grantee or keeper.

    Raises:
        HashMismatch, RoleMissing, Erased, LimitExceeded: the node does not take it.
    """
    yield from upload(session, DocumentPlace(document, version), Path(sealed))


def verify(
    session: Session, file: str | Path, document: str, *, version: int | None = None
) -> Flow[DocumentFacts]:
    """Compare a plaintext at hand with what the ledger says; erased documents too.

    Raises:
        HashMismatch: it is another content.
        UnknownRecord: there is no such document or version.
        FileProblem: the file cannot be read.
    """
    known = yield from facts(session, document, version=version)
    found = digest_file(file).sha256.hex()
    if found != known.sha256:
        raise HashMismatch(
            f"this file is not version {known.version} of {document}",
            field="sha256",
            expected=known.sha256,
            found=found,
        )
    return known


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
