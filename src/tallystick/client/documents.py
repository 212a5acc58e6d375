# SPDX-License-Identifier: Apache-2.0
"""Flows of documents that come back: opened, downloaded, compared with what the ledger says.

Nothing that a node says is believed: the register is read with proofs of the state, ciphertext must
have the address and plaintext the hash that stand there. Keys and plaintext never leave this
process. Each opening is a transaction, and its receipt is verified.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from tallystick.client.document_copies import obtain
from tallystick.client.document_facts import CONTRACT, DocumentFacts, check_there, facts
from tallystick.client.document_files import (
    check_free,
    open_file,
)
from tallystick.client.document_requests import Progress, identity_of, once_declared
from tallystick.client.exchange import Flow
from tallystick.client.files import digest_file
from tallystick.client.home import file_problem, write_file
from tallystick.client.records import Committed
from tallystick.client.session import Session
from tallystick.client.submission import call
from tallystick.crypto import SealingKey, unseal
from tallystick.encoding import Value
from tallystick.errors import HashMismatch, Refused, RoleMissing
from tallystick.model import DocumentPlace, DocumentSecret

_WRAP_SUFFIX: Final = ".wrap"


class Use(Struct, frozen=True, kw_only=True):
    """Why a document is opened."""

    grant: str | None = None
    """By which grant; the owner needs none."""
    purpose: str = "own use"
    """Exactly that of the grant."""


OWN_USE: Final = Use()


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
