# SPDX-License-Identifier: Apache-2.0
"""Flows of private data: seal for proven keys, hand over, fetch, and open against the ledger.

Nothing that a node says is believed: sealing keys and records are read with proofs of the state,
and what was fetched must have the digest, and what was opened the commitment, that stand there.
Keys and plaintext never leave this process.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import msgspec
from msgspec import Struct

from tallystick.client.exchange import MEDIA_CBOR, Ask, Flow, Pause, fetch, not_a_node
from tallystick.client.keystore import Asker, Identity
from tallystick.client.reading import fetch_proven
from tallystick.client.session import Session
from tallystick.crypto import SealingKey, check_sealing_key, seal, sha256, unseal
from tallystick.encoding import Value, format_base64url
from tallystick.errors import (
    Erased,
    InvalidProof,
    LimitExceeded,
    Malformed,
    NotFound,
    UnknownRecord,
    UsageError,
)
from tallystick.model import (
    NONCE_SIZE,
    SEALED_BYTES_MAX,
    PrivatePackage,
    PrivatePlace,
    Question,
    WrapSecret,
    private_commitment,
    sign_request,
)

SEALING_KEYS_CONTRACT: Final = "sealing_keys"
_BEHIND_PAUSES_MS: Final = (100, 400, 1_600)
"""A node may be some blocks behind the one where the record was declared."""


class PrivateFacts(Struct, frozen=True, kw_only=True):
    """What the ledger says of a private record."""

    id: str
    owner: str
    recipients: tuple[str, ...]
    ciphertext: str
    plaintext: str
    size: int
    declared_at: int
    erased_at: int | None = None
    erased_by: str | None = None


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A record that was sealed: the package for stores, and what its contract is to declare."""

    package: PrivatePackage
    declaration: dict[str, Value]
    """`ciphertext`, `plaintext`, `size`: the argument that `PrivateRecords.declare` takes."""


def seal_record(record: str, plaintext: bytes, public_keys: Mapping[str, str]) -> SealedRecord:
    """Seal a record's plaintext to a fresh data key, and that to the key of each organisation.

    Args:
        record: The id under which it will be declared; the commitment binds it.
        plaintext: Whatever bytes.
        public_keys: Sealing keys by organisation, the owner's among them.

    Raises:
        Malformed: one is no sealing key.
        LimitExceeded: it is too large for a private record.
    """
    data_key, nonce = SealingKey.generate(), secrets.token_bytes(NONCE_SIZE)
    sealed = seal(plaintext, [data_key.public_key])
    if len(sealed) > SEALED_BYTES_MAX:
        raise LimitExceeded(
            "the data is too large for a private record",
            field="plaintext",
            expected=f"at most {SEALED_BYTES_MAX} bytes when sealed",
            found=f"{len(sealed)} bytes",
        )
    secret = WrapSecret(data_key.text, nonce).encode()
    wraps = {who: seal(secret, [key]) for who, key in public_keys.items()}
    declaration: dict[str, Value] = {
        "ciphertext": sha256(sealed).hex(),
        "plaintext": private_commitment(record, plaintext, nonce),
        "size": len(sealed),
    }
    return SealedRecord(PrivatePackage(sealed, wraps), declaration)


def open_record(
    facts: PrivateFacts, package: PrivatePackage, organization: str, keys: Sequence[SealingKey]
) -> bytes:
    """Return the plaintext of a record, checked against what the ledger says of it.

    Raises:
        NotFound: there is no wrap for the organisation.
        WrongSealingKey: none of the keys opens it.
        InvalidProof: the bytes, or what is in them, are not what was declared.
    """
    secret = _open_wrap(package, organization, keys)
    _check_sealed(facts, package.sealed)
    plaintext = unseal(package.sealed, [SealingKey(secret.data_key)])
    if private_commitment(facts.id, plaintext, secret.nonce) != facts.plaintext:
        raise InvalidProof(
            "the opened data is not what its owner committed to on the ledger",
            field="plaintext",
            expected=facts.plaintext,
            hint="Its owner sealed something else than was declared: keep the bytes as evidence.",
        )
    return plaintext


def sealing_key(session: Session, organization: str) -> Flow[str]:
    """Return the sealing key that an organisation has in force, proven by the state.

    Raises:
        UnknownRecord: it has published none, or retired it.
        InvalidProof, InvalidCheckpoint: the node's proof does not hold.
    """
    table = SEALING_KEYS_CONTRACT
    newest = (yield from fetch_proven(session, table, "newest", organization, None)).value
    match newest:
        case {"version": int(version)}:
            key = f"{organization}/{version}"
            found = (yield from fetch_proven(session, table, "keys", key, None)).value
            match found:
                case {"public_key": str(text), "retired_at": None}:
                    return check_sealing_key(text)
    raise UnknownRecord(
        f"{organization} has no sealing key in force",
        field="organization",
        found=organization,
        hint="Its administrator publishes one: `tally private publish`.",
    )


def seal_for(
    session: Session, record: str, plaintext: bytes, recipients: Iterable[str]
) -> Flow[SealedRecord]:
    """Seal a record for the signer's own organisation and recipients, to their proven keys.

    Raises:
        UsageError: the session has no identity.
        UnknownRecord: one of them has no sealing key in force.
        LimitExceeded: it is too large.
    """
    organizations = {_identity(session).organization, *recipients}
    public_keys = {}
    for organization in sorted(organizations):
        public_keys[organization] = yield from sealing_key(session, organization)
    return seal_record(record, plaintext, public_keys)


def facts(session: Session, place: PrivatePlace) -> Flow[PrivateFacts]:
    """Return what the ledger says of a private record, proven by the state.

    Raises:
        UnknownRecord: it is proven that there is none.
        InvalidProof, InvalidCheckpoint: the node's proof does not hold.
    """
    found = (
        yield from fetch_proven(session, place.contract, place.table, place.record, None)
    ).value
    if found is None:
        raise UnknownRecord(
            "the ledger has no such private record", field="record", found=place.record[:80]
        )
    try:
        return msgspec.convert(found, PrivateFacts)
    except msgspec.ValidationError as error:
        raise UnknownRecord(
            "what the ledger has there is no private record",
            field="part",
            found=f"{place.contract}.{place.part}"[:80],
        ) from error


def put(session: Session, place: PrivatePlace, package: PrivatePackage) -> Flow[None]:
    """Hand sealed bytes and wraps to the node; they are on its disk when this returns.

    Raises:
        UnknownRecord: the record is not declared, also not after a while.
        HashMismatch, RoleMissing, Erased: the node does not take them, as the ledger says.
    """
    body, pauses = package.encode(), iter(_BEHIND_PAUSES_MS)
    while True:
        asked = yield from _asked(session, "PUT", place, body)
        try:
            yield from fetch(asked)
        except UnknownRecord:
            pause_ms = next(pauses, None)
            if pause_ms is None:
                raise
            yield Pause(pause_ms)
        else:
            return


def fetch_sealed(session: Session, place: PrivatePlace) -> Flow[PrivatePackage]:
    """Return the sealed bytes, as the ledger declares them, and the own organisation's wrap.

    Raises:
        UnknownRecord: there is no such record.
        Erased: it was erased.
        RoleMissing: the own organisation is no reader.
        NotFound: this node does not hold it; another reader's may.
        InvalidProof: the node sent other bytes.
    """
    known = yield from facts(session, place)
    if known.erased_at is not None:
        raise Erased(
            f"the private record was erased at {known.erased_at} by {known.erased_by}",
            field="record",
            found=place.record[:80],
        )
    asked = yield from _asked(session, "GET", place, b"")
    answer = yield from fetch(asked)
    try:
        package = PrivatePackage.decode(answer.body)
    except Malformed as error:
        raise not_a_node(place.path, error.message) from error
    _check_sealed(known, package.sealed)
    return package


def get(session: Session, place: PrivatePlace, keys: Sequence[SealingKey]) -> Flow[bytes]:
    """Return a private record's plaintext, checked against the ledger.

    Args:
        session: Of a member of the owner or a recipient.
        place: Which record.
        keys: The own organisation's sealing keys, old ones too.

    Raises:
        WrongSealingKey: none of the keys opens it.
        InvalidProof: what was sealed is not what was declared.
        TallystickError: as `fetch_sealed`.
    """
    package = yield from fetch_sealed(session, place)
    known = yield from facts(session, place)
    return open_record(known, package, _identity(session).organization, keys)


def share(
    session: Session, place: PrivatePlace, keys: Sequence[SealingKey], organization: str
) -> Flow[PrivatePackage]:
    """Wrap a record's data key for one more reader, hand that to the node, and return a package.

    The contract adds the recipient first. For the own organisation it is how a record follows to
    a new sealing key. The package is for the other's node, see `put`.

    Raises:
        UnknownRecord: the organisation has no sealing key in force.
        RoleMissing: the ledger does not name it as a reader, or the signer may not.
        TallystickError: as `get`.
    """
    package = yield from fetch_sealed(session, place)
    secret = _open_wrap(package, _identity(session).organization, keys)
    public_key = yield from sealing_key(session, organization)
    wraps = {organization: seal(secret.encode(), [public_key])}
    yield from put(session, place, PrivatePackage(b"", wraps))
    return PrivatePackage(package.sealed, wraps)


def _open_wrap(
    package: PrivatePackage, organization: str, keys: Sequence[SealingKey]
) -> WrapSecret:
    wrap = package.wraps.get(organization)
    if wrap is None:
        raise NotFound(
            f"there is no wrap for {organization} here",
            field="organization",
            found=organization,
            hint="The record's owner hands it over: `tally private share`.",
        )
    return WrapSecret.decode(unseal(wrap, keys))


def _check_sealed(known: PrivateFacts, sealed: bytes) -> None:
    found = sha256(sealed).hex()
    if found != known.ciphertext:
        raise InvalidProof(
            "the sealed bytes are not those that the ledger declares",
            field="sealed",
            expected=known.ciphertext,
            found=found,
            hint="Fetch them from another reader's node.",
        )


def _asked(session: Session, method: str, place: PrivatePlace, body: bytes) -> Flow[Ask]:
    """Return a request that the session's identity signed."""
    identity = _identity(session)
    trust = yield from session.contact()
    question = Question(trust.network, method, place.path, body)
    signed = sign_request(
        question,
        identity.secret,
        identity.organization,
        valid_until=session.request_valid_until(),
    )
    path = f"/v1/private/{'/'.join(quote(part, safe='') for part in place)}"
    return Ask(
        method,
        path,
        body=body or None,
        content_type=MEDIA_CBOR if body else None,
        accept=MEDIA_CBOR,
        headers=(("Tally-Request", format_base64url(signed)),),
    )


def _identity(session: Session) -> Identity | Asker:
    if session.identity is None:
        raise UsageError(
            "private data is for members: name a key",
            field="identity",
            hint="connect(identity=...), or `--as NAME`.",
        )
    return session.identity
