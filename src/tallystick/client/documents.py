# SPDX-License-Identifier: Apache-2.0
"""Flows of documents: seal and upload, open and download, against what the ledger says.

Nothing that a node says is believed: the register is read with proofs of the state, ciphertext must
have the address and plaintext the hash that stand there. Keys and plaintext never leave this
process. Each opening is a transaction, and its receipt is verified.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec
from msgspec import Struct

from tallystick.client.document_files import (
    Outgoing,
    SealedFacts,
    address_of_file,
    find_outgoing,
    open_file,
    outgoing_of,
    seal_file,
)
from tallystick.client.exchange import Answer, Ask, Flow, Pause, fetch
from tallystick.client.files import digest_file
from tallystick.client.home import tally_home
from tallystick.client.keystore import Identity
from tallystick.client.private_data import sealing_key
from tallystick.client.reading import fetch_proven
from tallystick.client.records import Committed
from tallystick.client.session import Session
from tallystick.client.submission import call
from tallystick.crypto import SealingKey, unseal
from tallystick.encoding import Value, format_base64url
from tallystick.errors import (
    Erased,
    HashMismatch,
    InvalidProof,
    NotFound,
    TallystickError,
    UnknownRecord,
    UsageError,
)
from tallystick.model import DocumentPlace, DocumentSecret, Question, sign_request

CONTRACT: Final = "documents"
MEDIA_PIECE: Final = "application/offset+octet-stream"
PIECE_BYTES: Final = 4 * 1024 * 1024
_TUS: Final = ("Tus-Resumable", "1.0.0")
_BEHIND_PAUSES_MS: Final = (100, 400, 1_600)
"""A node may be some blocks behind the one where the document was declared."""
_ID_BYTES: Final = 6

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""


class Use(Struct, frozen=True, kw_only=True):
    """Why a document is opened."""

    grant: str | None = None
    """By which grant; the owner needs none."""
    purpose: str = "own use"
    """Exactly that of the grant."""


OWN_USE: Final = Use()


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

    @property
    def place(self) -> DocumentPlace:
        """Where nodes have it."""
        return DocumentPlace(self.id, self.version)


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


def facts(session: Session, document: str, *, version: int | None = None) -> Flow[DocumentFacts]:
    """Return what the ledger says of a version, the newest by default, proven by the state.

    Raises:
        UnknownRecord: it is proven that there is none.
        InvalidProof, InvalidCheckpoint: the node's proof does not hold.
    """
    head = yield from _proven(session, "documents", document)
    newest = head["version"]
    number = version if version is not None or not isinstance(newest, int) else newest
    file = yield from _proven(session, "versions", f"{document}/{number}")
    copy = yield from _proven(session, "copies", f"{document}/{number}")
    found = {
        **{name: file[name] for name in ("sha256", "media_type", "added_at")},
        **{name: copy[name] for name in ("cid", "size", "slices_root", "openings")},
        **{name: head[name] for name in ("id", "owner", "legal_holds", "retain_until")},
        "version": number,
        "newest": head["version"],
        "withdrawn_at": copy["withdrawn_at"],
        "erased_at": head["deleted_at"],
        "erased_by": head["deleted_by"],
    }
    return msgspec.convert(found, DocumentFacts)


def put(
    session: Session,
    file: str | Path,
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
        file: What to seal; it is only read.
        document: Id; by default a new one by chance. A file name has no place in it.
        version: 1 for a new document, the next number for another content of it.
        media_type: Stands on the ledger.
        retain_until: Not erased before, unix milliseconds.
        progress: Called as the upload goes on.

    Raises:
        UnknownRecord: the own organisation has no sealing key in force.
        FileProblem: the file cannot be read.
        HashMismatch, WrongOffset, LimitExceeded, RoleMissing: the node does not take it.
    """
    trust = yield from session.contact()
    own = identity_of(session).organization
    chosen = document or f"D-{secrets.token_hex(_ID_BYTES)}"
    folder = outgoing_of(trust.network, chosen, version)
    outgoing = find_outgoing(folder)
    if outgoing is None:
        key = yield from sealing_key(session, own)
        outgoing = seal_file(Path(file), folder, media_type=media_type, public_key=key)
    elif digest_file(file).sha256.hex() != outgoing.facts.sha256:
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
    yield from _once_declared(session, "POST", path, headers=begun)
    answer = yield from _asked(session, "GET", path, headers=(_TUS,))
    offset = int(msgspec.json.decode(answer.body)["offset"])
    with sealed.open("rb") as file:
        file.seek(offset)
        while piece := file.read(PIECE_BYTES):
            headers = (_TUS, ("Upload-Offset", str(offset)))
            yield from _asked(
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
    yield from _once_declared(
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
        NotFound: this node does not have it.
        WrongSealingKey: none of the keys opens it.
        InvalidProof: what came, or what was in it, is not what the ledger says.
        FileProblem: the file exists or cannot be written.
    """
    known = yield from facts(session, document, version=version)
    _check_there(known)
    opening, secret = yield from open_secret(session, known.place, keys, use)
    sealed = yield from download(session, known, progress=progress)
    place = Path(out)
    target = place / secret.name if place.is_dir() else place
    size = open_file(sealed, target, secret, known.sha256)
    sealed.unlink(missing_ok=True)
    return GotDocument(facts=known, name=secret.name, path=target, size=size, opening=opening)


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
    args: dict[str, Value] = {
        "document": place.document,
        "version": place.version,
        "purpose": use.purpose,
        "grant": use.grant,
    }
    opening = yield from call(session, CONTRACT, "open", args)
    result = opening.result
    number = int(str(result["number"])) if isinstance(result, dict) else 0
    answer = yield from _once_declared(session, "GET", f"{place.path}/openings/{number}")
    return opening, DocumentSecret.decode(unseal(answer, keys))


def download(
    session: Session, known: DocumentFacts, *, progress: Progress | None = None
) -> Flow[Path]:
    """Fetch the ciphertext of a version into the user's own folder; what is there goes on.

    Raises:
        InvalidProof: what came is not what the ledger says; it is removed.
        NotFound, Erased, RoleMissing, Unavailable: as the node says.
    """
    folder = tally_home() / "documents" / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / known.cid
    path = f"{known.place.path}/content"
    with target.open("ab") as file:
        offset = file.tell()
        while offset < known.size:
            last = min(offset + PIECE_BYTES, known.size) - 1
            headers = (("Range", f"bytes={offset}-{last}"),)
            answer = yield from _asked(session, "GET", path, headers=headers)
            if not answer.body:
                break  # what came is too short: found out below
            file.write(answer.body)
            offset += len(answer.body)
            if progress is not None:
                progress(offset, known.size)
    address = address_of_file(target)
    if str(address.cid) != known.cid:
        target.unlink()
        raise InvalidProof(
            "the sealed file is not the one that the ledger names",
            field="cid",
            expected=known.cid,
            found=str(address.cid),
            hint="Fetch it from another node that holds it.",
        )
    return target


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


def identity_of(session: Session) -> Identity:
    """Return who signs; raises `UsageError` if nobody does."""
    if session.identity is None:
        raise UsageError(
            "documents are for members: name a key",
            field="identity",
            hint="connect(identity=...), or `--as NAME`.",
        )
    return session.identity


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


def _proven(session: Session, table: str, key: str) -> Flow[dict[str, Value]]:
    found = (yield from fetch_proven(session, CONTRACT, table, key, None)).value
    if isinstance(found, dict):
        return found
    raise UnknownRecord(
        "the ledger has no such document, or no such version", field="document", found=key[:80]
    )


def _check_there(known: DocumentFacts) -> None:
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


def _once_declared(
    session: Session,
    method: str,
    path: str,
    *,
    body: bytes = b"",
    content_type: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Flow[bytes]:
    """Ask for something that follows from a block that this node may not have yet."""
    for pause_ms in (*_BEHIND_PAUSES_MS, None):
        try:
            answer = yield from _asked(
                session, method, path, body=body, content_type=content_type, headers=headers
            )
        except (UnknownRecord, NotFound) as error:
            if pause_ms is None or isinstance(error, Erased):
                raise
            yield Pause(pause_ms)
        else:
            return answer.body
    raise TallystickError("unreachable")


def _asked(
    session: Session,
    method: str,
    path: str,
    *,
    body: bytes = b"",
    content_type: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Flow[Answer]:
    """Ask as the session's identity, which signs."""
    identity = identity_of(session)
    trust = yield from session.contact()
    question = Question(trust.network, method, path, body)
    signed = sign_request(
        question,
        identity.secret,
        identity.organization,
        valid_until=session.request_valid_until(),
    )
    ask = Ask(
        method,
        quote(path),
        body=body or None,
        content_type=content_type,
        accept="*/*",
        headers=(("Tally-Request", format_base64url(signed)), *headers),
    )
    return (yield from fetch(ask))
