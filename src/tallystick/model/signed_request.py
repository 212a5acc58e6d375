# SPDX-License-Identifier: Apache-2.0
"""A signed request: a member's word, good for minutes, that they ask a node for one thing.

For what changes no ledger state and yet is not for everybody, such as reading sealed bytes. It is
a COSE_Sign1 like a transaction, of another content type, so neither can pass for the other. It
binds network, method, path and body; who overhears one can repeat only the same question, while
it lasts. Spec: docs/spec/private-data.md section 4.
"""

from __future__ import annotations

from typing import Final, Protocol

from msgspec import Struct

from tallystick.crypto import ALGORITHM_EDDSA, sha256, verify_signature
from tallystick.encoding import (
    Header,
    build_sign1,
    decode_header,
    decode_structure,
    encode,
    encode_header,
    parse_sign1,
    to_be_signed,
)
from tallystick.errors import Expired, InvalidSignature, Malformed, TooFarAhead, WrongNetwork
from tallystick.units import HASH_SIZE

REQUEST_CONTENT_TYPE: Final = "application/tallystick-request+cbor"
REQUEST_LIFETIME_MS: Final = 60_000
REQUEST_LIFETIME_MS_MAX: Final = 5 * 60_000
"""Clocks differ: so far ahead may `valid_until` lie."""
_FIELDS: Final = frozenset({"body", "method", "network", "path", "valid_until"})


class Question(Struct, frozen=True):
    """What is asked for: of which network, how, where, with what."""

    network: str
    method: str
    """As in HTTP: `GET`, `PUT`."""
    path: str
    """Percent-decoded."""
    body: bytes = b""


class RequestSigner(Protocol):
    """A key that signs requests: a `SecretKey`, or one that is kept elsewhere."""

    @property
    def public_key(self) -> bytes:
        """32 bytes of Ed25519."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""


class SignedBy(Struct, frozen=True):
    """Whose signature a request has; whether they are a member is membership's business."""

    public_key: bytes
    organization: str


def sign_request(
    question: Question, secret: RequestSigner, organization: str, *, valid_until: int
) -> bytes:
    """Return a request signed in the name of an organisation, good until a time in unix ms."""
    header = Header(
        algorithm=ALGORITHM_EDDSA,
        key_id=secret.public_key,
        issuer=organization,
        subject=question.network,
        content_type=REQUEST_CONTENT_TYPE,
    )
    protected = encode_header(header)
    payload = encode(
        {
            "body": sha256(question.body),
            "method": question.method,
            "network": question.network,
            "path": question.path,
            "valid_until": valid_until,
        }
    )
    return build_sign1(protected, payload, secret.sign(to_be_signed(protected, payload)))


def open_request(signed: bytes, question: Question, *, now: int) -> SignedBy:
    """Return who signed, if it was signed for exactly this question and is still good.

    Raises:
        Malformed: not a signed request.
        WrongNetwork: signed for another network.
        Expired, TooFarAhead: not good now.
        InvalidSignature: signed for another question, or the signature does not verify.
    """
    message = parse_sign1(signed)
    header = decode_header(message.protected)
    fields = decode_structure(message.payload, name="payload")
    if header.content_type != REQUEST_CONTENT_TYPE:
        raise Malformed("not a signed request", field="protected.content_type")
    if type(fields) is not dict or fields.keys() != _FIELDS:
        raise Malformed("payload: wrong fields", field="payload")
    if header.algorithm != ALGORITHM_EDDSA or len(header.key_id) != HASH_SIZE:
        raise InvalidSignature("not a key of Ed25519", field="protected.kid")
    if question.network != header.subject or question.network != fields["network"]:
        raise WrongNetwork(
            "the request is for another network",
            field="network",
            expected=question.network,
            found=header.subject[:100],
        )
    _check_time(fields["valid_until"], now)
    asked = {
        "body": sha256(question.body),
        "method": question.method,
        "path": question.path,
    }
    for name, value in asked.items():
        if fields[name] != value:
            raise InvalidSignature("signed for another request", field=name)
    signed_bytes = to_be_signed(message.protected, message.payload)
    verify_signature(header.key_id, signed_bytes, message.signature)
    return SignedBy(header.key_id, header.issuer)


def _check_time(valid_until: object, now: int) -> None:
    if type(valid_until) is not int:
        raise Malformed("valid_until is not a time", field="valid_until")
    if valid_until < now:
        raise Expired(
            "the request has expired",
            field="valid_until",
            expected=f"at least {now}",
            found=str(valid_until),
        )
    if valid_until > now + REQUEST_LIFETIME_MS_MAX:
        raise TooFarAhead(
            "the request would be good for too long",
            field="valid_until",
            expected=f"at most {now + REQUEST_LIFETIME_MS_MAX}",
            found=str(valid_until),
        )
