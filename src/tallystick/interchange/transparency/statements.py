# SPDX-License-Identifier: Apache-2.0
"""A signed statement of whomever (RFC 9943): what it says, about what, and who signed it.

The payload is inside, detached, or the digest of the original (COSE hash envelope, RFC 9995).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tallystick.crypto import ForeignKey
from tallystick.encoding import (
    ForeignSign1,
    build_sign1,
    parse_foreign_sign1,
    to_be_signed,
)
from tallystick.errors import InvalidReceipt, InvalidSignature, LimitExceeded, Malformed
from tallystick.interchange.transparency.parties import Party
from tallystick.model import CONTENT_TYPE as OWN_CONTENT_TYPE

STATEMENT_BYTES_MAX: Final = 8 * 1024 * 1024
_RECEIPTS_MAX: Final = 16
_CRITICAL, _MEDIA_TYPE, _KEY_ID, _CLAIMS, _CHAIN = 2, 3, 4, 15, 33
_ISSUER, _SUBJECT = 1, 2
_HASH, _PREIMAGE_TYPE, _LOCATION, _RECEIPTS = 258, 259, 260, 394
_UNDERSTOOD: Final = frozenset(
    {1, _CRITICAL, _MEDIA_TYPE, _KEY_ID, _CLAIMS, 16, _CHAIN, 34}
    | {_HASH, _PREIMAGE_TYPE, _LOCATION}
)
_HASHES: Final[Mapping[object, tuple[str, int]]] = {
    -16: ("sha256", 32),
    -43: ("sha384", 48),
    -44: ("sha512", 64),
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a hash envelope says of the original."""

    algorithm: str
    """`sha256`, `sha384` or `sha512`."""
    media_type: str | None
    location: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A signed statement; nothing of it is believed yet."""

    message: ForeignSign1
    issuer: str
    subject: str
    media_type: str | None
    """Of the payload, or of the original of a hash envelope."""
    envelope: Envelope | None
    receipts: tuple[bytes, ...]

    @property
    def registered(self) -> bytes:
        """What was registered: the statement without what was added since."""
        one = self.message
        return build_sign1(one.protected, one.payload, one.signature)

    @property
    def certificate(self) -> bytes | None:
        """The certificate of the signer that is inside (x5chain, DER); None without one."""
        chain = self.message.header.get(_CHAIN)
        first = chain[0] if isinstance(chain, list | tuple) and chain else chain
        return first if isinstance(first, bytes) else None


def is_foreign_statement(data: bytes) -> bool:
    """Say whether this is a COSE_Sign1 that is no transaction of a ledger of ours."""
    try:
        return parse_foreign_sign1(data).header.get(_MEDIA_TYPE) != OWN_CONTENT_TYPE
    except Malformed:
        return False


def read_statement(data: bytes) -> Statement:
    """Return the statement in a message.

    Raises:
        InvalidReceipt: another form; labels that are critical and unknown; a hash envelope that
            breaks its rules.
        LimitExceeded: too large, or too many receipts.
    """
    if len(data) > STATEMENT_BYTES_MAX:
        raise LimitExceeded("the statement is too large", field="statement")
    try:
        message = parse_foreign_sign1(data, name="statement")
    except Malformed as error:
        raise InvalidReceipt(error.message, field=error.field) from error
    header = message.header
    _check_critical(header)
    claims = header.get(_CLAIMS)
    claims = claims if isinstance(claims, Mapping) else {}
    issuer, subject = claims.get(_ISSUER), claims.get(_SUBJECT, "")
    media_type = header.get(_MEDIA_TYPE)
    if not isinstance(issuer, str) or not isinstance(subject, str):
        raise _malformed("statement.claims", "CWT claims with an issuer")
    envelope = _envelope(message)
    if envelope is not None:
        media_type = envelope.media_type
    return Statement(
        message=message,
        issuer=issuer,
        subject=subject,
        media_type=media_type if isinstance(media_type, str) else None,
        envelope=envelope,
        receipts=_receipts(message.unprotected.get(_RECEIPTS, ())),
    )


def check_issuer(statement: Statement, payload: bytes, party: Party | None) -> bool:
    """Check the signature of a statement; say whether the signer is somebody who is believed.

    Args:
        statement: The statement.
        payload: What it is over: its payload, or the original if that is detached.
        party: Whose keys are believed; None if nobody knows the issuer, so that only the
            certificate inside can speak for it.

    Raises:
        InvalidSignature: it does not verify.
        InvalidReceipt: nobody knows the issuer, and there is no certificate inside.
        Malformed: the certificate is none.
    """
    header = statement.message.header
    signed = to_be_signed(statement.message.protected, payload)
    keys: tuple[ForeignKey, ...]
    if party is not None:
        keys = party.keys_named(header.get(_KEY_ID))
    elif statement.certificate is not None:
        keys = (ForeignKey.of_certificate(statement.certificate),)
    else:
        raise InvalidReceipt("no key of the issuer is known", field="issuer")
    failure = InvalidSignature("no key of the issuer has this name", field="statement.kid")
    for key in keys:
        try:
            key.verify(header.get(1), signed, statement.message.signature)
        except InvalidSignature as error:
            failure = error
        else:
            return party is not None
    raise failure


def _envelope(message: ForeignSign1) -> Envelope | None:
    """Return the hash envelope of a message; raises `InvalidReceipt` if it breaks the rules."""
    header = message.header
    if any(label in message.unprotected for label in (_HASH, _PREIMAGE_TYPE, _LOCATION)):
        raise _malformed("statement.unprotected", "a hash envelope in the protected header only")
    if _HASH not in header:
        return None
    known = _HASHES.get(header[_HASH]) if isinstance(header[_HASH], int) else None
    if known is None:
        raise _malformed("statement.payload_hash_alg", "SHA-256, SHA-384 or SHA-512")
    name, size = known
    if _MEDIA_TYPE in header or _MEDIA_TYPE in message.unprotected:
        raise _malformed("statement.content_type", "no content type beside a payload hash")
    if message.payload is not None and len(message.payload) != size:
        raise _malformed("statement.payload", f"a digest of {size} bytes")
    media_type, location = header.get(_PREIMAGE_TYPE), header.get(_LOCATION)
    if not isinstance(media_type, str | int | None) or not isinstance(location, str | None):
        raise _malformed("statement.preimage", "texts")
    return Envelope(name, media_type if isinstance(media_type, str) else None, location)


def _check_critical(header: Mapping[object, object]) -> None:
    critical = header.get(_CRITICAL, ())
    if not isinstance(critical, list | tuple):
        raise _malformed("statement.crit", "a list of labels")
    for label in critical:
        if label not in _UNDERSTOOD or label not in header:
            raise _malformed("statement.crit", "labels that are known here", str(label)[:40])


def _receipts(listed: object) -> tuple[bytes, ...]:
    if not isinstance(listed, list | tuple):
        raise _malformed("statement.receipts", "a list of receipts")
    if len(listed) > _RECEIPTS_MAX:
        raise LimitExceeded(
            "a statement with so many receipts is not read",
            field="statement.receipts",
            expected=f"at most {_RECEIPTS_MAX}",
        )
    found = tuple(one for one in listed if isinstance(one, bytes))
    if len(found) != len(listed):
        raise _malformed("statement.receipts", "byte strings")
    return found


def _malformed(field: str, expected: str, found: str | None = None) -> InvalidReceipt:
    return InvalidReceipt(
        f"{field}: expected {expected}", field=field, expected=expected, found=found
    )
