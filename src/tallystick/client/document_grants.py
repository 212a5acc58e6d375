# SPDX-License-Identifier: Apache-2.0
"""Flows of grants: let others open documents, take that back, and seal anew for the future."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, to_builtins

from tallystick.client.document_copies import download, obtain
from tallystick.client.document_facts import CONTRACT, facts, has_grant
from tallystick.client.document_files import find_outgoing, outgoing_of, reseal_file
from tallystick.client.document_requests import Progress, identity_of
from tallystick.client.document_uploads import deliver, put_wrap
from tallystick.client.documents import Use, open_secret
from tallystick.client.exchange import Flow
from tallystick.client.private_data import sealing_key
from tallystick.client.records import Committed
from tallystick.client.session import Session
from tallystick.client.submission import call
from tallystick.crypto import SealingKey, seal
from tallystick.encoding import Value
from tallystick.errors import Erased
from tallystick.model import DocumentPlace

_FOR_GRANT: Final = Use(purpose="grant")
_FOR_ROTATION: Final = Use(purpose="rotation")


class Revoked(Struct, frozen=True, kw_only=True):
    """A grant that was taken back."""

    committed: Committed
    rotated: dict[str, int]
    """The new version of each document that was sealed anew."""


def grant(
    session: Session,
    grant: str,
    terms: dict[str, Value],
    keys: Sequence[SealingKey],
) -> Flow[Committed]:
    """Grant on the ledger, and wrap the newest version of each document for the grantee.

    Args:
        session: Of a member of the owner.
        grant: Id of the grant.
        terms: `grantee`, `documents`, `purpose`, `valid_from`, `valid_until`, and `max_uses`.
        keys: The own organisation's sealing keys.

    Raises:
        UnknownRecord: the grantee has no sealing key in force, or there is no such document.
        Refused: the ledger does not allow it.
    """
    grantee, documents = str(terms["grantee"]), terms["documents"]
    yield from sealing_key(session, grantee)  # known before anything is granted
    done = yield from call(session, CONTRACT, "grant", {"grant": grant, "terms": terms})
    for document in dict.fromkeys(documents if isinstance(documents, list | tuple) else ()):
        yield from share(session, str(document), grantee, keys)
    return done


def share(
    session: Session,
    document: str,
    organization: str,
    keys: Sequence[SealingKey],
    *,
    version: int | None = None,
) -> Flow[None]:
    """Wrap a version, the newest by default, for an organisation that has a grant.

    Raises:
        RoleMissing: it has none.
        UnknownRecord: it has no sealing key in force.
    """
    known = yield from facts(session, document, version=version)
    wrap = yield from make_wrap(session, document, organization, keys, version=known.version)
    yield from put_wrap(session, known.place, organization, wrap)


def make_wrap(
    session: Session,
    document: str,
    organization: str,
    keys: Sequence[SealingKey],
    *,
    version: int,
) -> Flow[bytes]:
    """Record an opening, and return the key of a version sealed for an organisation.

    Raises:
        UnknownRecord: it has no sealing key in force, or there is no such version.
        Refused, NotFound, Erased, WrongSealingKey: the own key to it is not to be had.
    """
    public_key = yield from sealing_key(session, organization)
    place = DocumentPlace(document, version)
    _, secret = yield from open_secret(session, place, keys, _FOR_GRANT)
    return seal(secret.encode(), [public_key])


def hand_wrap(
    session: Session, document: str, organization: str, wrap: bytes, *, version: int
) -> Flow[None]:
    """Hand a wrap that was made elsewhere to this node.

    Raises:
        RoleMissing: the organisation may not open the document, or the node may not hold it.
        Erased: it was erased.
    """
    yield from put_wrap(session, DocumentPlace(document, version), organization, wrap)


def fetch_sealed(
    session: Session,
    document: str,
    *,
    version: int | None = None,
    progress: Progress | None = None,
) -> Flow[Path]:
    """Fetch the ciphertext of a version, to hand it to another node; it opens for nobody.

    Raises:
        NotFound: this node does not hold it.
        RoleMissing: the own organisation may not hold it.
        InvalidProof: what came is not what the ledger says.
        Erased: it was erased.
    """
    known = yield from facts(session, document, version=version)
    return (yield from download(session, known, progress=progress))


def revoke(
    session: Session,
    grant: str,
    keys: Sequence[SealingKey],
    *,
    others: Sequence[str] = (),
    is_rotated: bool = True,
) -> Flow[Revoked]:
    """Take a grant back, and seal its documents anew so that a kept key opens nothing stored.

    What the grantee has opened before it may have copied: nothing takes that back.

    Args:
        session: Of a member of the owner.
        grant: Which.
        keys: The own organisation's sealing keys.
        others: Organisations that have other grants of the documents: they get new wraps.
        is_rotated: Whether the documents are sealed anew.

    Raises:
        Refused: the ledger does not allow it.
        NotFound: the node does not hold one of the documents.
    """
    done = yield from call(session, CONTRACT, "revoke", {"grant": grant})
    named = done.result["documents"] if isinstance(done.result, dict) else ()
    rotated = {}
    for document in dict.fromkeys(named if is_rotated and isinstance(named, list | tuple) else ()):
        try:
            rotated[str(document)] = yield from rotate(session, str(document), keys, others=others)
        except Erased:
            continue  # nothing is left to protect
    return Revoked(committed=done, rotated=rotated)


def rotate(
    session: Session,
    document: str,
    keys: Sequence[SealingKey],
    *,
    others: Sequence[str] = (),
) -> Flow[int]:
    """Seal the newest version anew as the next one; return its number.

    The copy before is withdrawn: nodes destroy it. Organisations among `others` that have a grant,
    proven by the state, get a wrap of the new one.

    Raises:
        Erased, NotFound, WrongSealingKey, InvalidProof: it cannot be opened.
        Refused: the ledger does not allow it.
    """
    trust = yield from session.contact()
    known = yield from facts(session, document)
    place = DocumentPlace(document, known.version + 1)
    folder = outgoing_of(trust.network, *place)
    _, secret = yield from open_secret(session, known.place, keys, _FOR_ROTATION)
    outgoing = find_outgoing(folder)
    if outgoing is None:
        sealed = yield from obtain(session, known)
        own_key = yield from sealing_key(session, identity_of(session).organization)
        outgoing = reseal_file(
            sealed, folder, secret, media_type=known.media_type, public_key=own_key
        )
        sealed.unlink(missing_ok=True)
    args: dict[str, Value] = {
        "document": document,
        "version": known.version,
        "file": to_builtins(outgoing.facts),
    }
    yield from call(session, CONTRACT, "rotate", args)
    yield from deliver(session, place, outgoing)
    outgoing.discard()
    for organization in others:
        if (yield from has_grant(session, document, organization)):
            yield from share(session, document, organization, keys)
    return place.version
