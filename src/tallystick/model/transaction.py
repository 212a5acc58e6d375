# SPDX-License-Identifier: Apache-2.0
"""The transaction: a signed request to change state, kept as the exact bytes received.

A COSE_Sign1 whose protected header names signer, organisation and network, so that it is also a
SCITT signed statement (RFC 9943); spec: docs/spec/transaction.md. Nothing here knows whether the
signer is a member or the signature valid: `signed_items` hands out what a verifier needs.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from tallystick.crypto import ALGORITHM_EDDSA, SecretKey, sha256, verify_signature
from tallystick.encoding import (
    Header,
    Value,
    build_sign1,
    check_plain,
    decode_header,
    decode_structure,
    encode,
    encode_header,
    parse_sign1,
    to_be_signed,
)
from tallystick.errors import InvalidSignature, LimitExceeded, Malformed, Rejected
from tallystick.units import (
    INTEGER_MAX,
    TRANSACTION_BYTES_MAX,
    VALUE_DEPTH_MAX,
    TimeMs,
    TransactionId,
)

CONTENT_TYPE: Final = "application/tallystick-transaction+cbor"
_ARGUMENT_DEPTH_MAX: Final = VALUE_DEPTH_MAX - 2
"""An argument stands inside the payload and its map of arguments."""
_FIELDS = frozenset({"args", "contract", "method", "network", "nonce", "valid_until"})


class Call(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What the signer asks for: the payload of a transaction."""

    network: str
    """Network id the signer means."""
    contract: str
    method: str
    args: dict[str, Value]
    """Arguments by name; checked against the method's schema at execution."""
    nonce: int
    """0 to 2^63-1, never used twice by one signer; random is fine."""
    valid_until: TimeMs
    """Last block time at which it may execute."""


class Transaction(Struct, frozen=True, gc=False):
    """A decoded transaction; immutable, bytes as received."""

    id: TransactionId
    """SHA-256 of `raw`."""
    raw: bytes
    signer: bytes
    """Public key of the signer, 32 bytes: the header's key id."""
    organization: str
    """Organisation the signer claims: the header's issuer. Membership checks it."""
    call: Call
    signed_bytes: bytes
    """The Sig_structure the signature covers."""
    signature: bytes


class Unusable(Struct, frozen=True, gc=False):
    """Bytes in a decided block that are no valid transaction; the log records that they came.

    Only a faulty orderer puts such bytes into a block. They take no effect and use no nonce, but
    they get an entry like every other, so that all nodes go on alike.
    """

    id: TransactionId
    """SHA-256 of `raw`."""
    raw: bytes
    code: str
    """`E_FORMAT` or `E_SIG`: whatever else is wrong is found by executing."""


def decode_transaction(raw: bytes) -> Transaction:
    """Return the transaction in `raw`; the signature is not checked here.

    Raises:
        LimitExceeded: larger than `TRANSACTION_BYTES_MAX`.
        Malformed: not a canonical transaction; the field says where.
        InvalidSignature: another algorithm than EdDSA, or a key id that is not 32 bytes.
    """
    if len(raw) > TRANSACTION_BYTES_MAX:
        raise LimitExceeded(
            "the transaction is too large",
            field="transaction",
            expected=f"at most {TRANSACTION_BYTES_MAX} bytes",
            found=f"{len(raw)} bytes",
        )
    message = parse_sign1(raw)
    header = decode_header(message.protected)
    _check_header(header)
    payload = message.payload
    call = decode_call(payload)
    if header.subject != call.network:
        raise Malformed(
            "header and payload name different networks",
            field="protected.claims.sub",
            expected=call.network,
            found=header.subject,
        )
    return Transaction(
        id=TransactionId(sha256(raw)),
        raw=raw,
        signer=header.key_id,
        organization=header.issuer,
        call=call,
        signed_bytes=to_be_signed(message.protected, payload),
        signature=message.signature,
    )


def read_transaction(raw: bytes) -> Transaction | None:
    """Return the transaction in bytes of a decided block; None if they are none (`Unusable`)."""
    try:
        return decode_transaction(raw)
    except Rejected:
        return None


def decode_call(payload: bytes) -> Call:
    """Return the call in canonical `payload`.

    Whether the arguments fit the method is its typed schema's business, at execution.

    Raises:
        Malformed: not canonical, a field missing, unknown, or of the wrong type.
    """
    fields = decode_structure(payload, name="payload")
    if type(fields) is not dict or fields.keys() != _FIELDS:
        raise Malformed(
            "payload: wrong fields", field="payload", expected=", ".join(sorted(_FIELDS))
        )
    call = Call(**fields)  # type: ignore[arg-type]  # every field is checked below
    if (
        type(call.args) is not dict
        or type(call.contract) is not str
        or type(call.method) is not str
        or type(call.network) is not str
    ):
        raise Malformed(
            "payload: wrong types", field="payload", expected="text names and a map of args"
        )
    _check_integer(call.nonce, "nonce")
    _check_integer(call.valid_until, "valid_until")
    for argument in call.args.values():
        check_plain(argument, name="payload.args", depth_max=_ARGUMENT_DEPTH_MAX)
    return call


def sign_transaction(call: Call, secret: SecretKey, organization: str) -> bytes:
    """Return the bytes of `call` signed by `secret` in the name of `organization`."""
    protected = protected_header(call.network, secret.public_key, organization)
    payload = encode_call(call)
    return build_sign1(protected, payload, secret.sign(to_be_signed(protected, payload)))


def protected_header(network: str, public_key: bytes, organization: str) -> bytes:
    """Return the protected header bytes that a signer of `network` uses for every transaction."""
    return encode_header(
        Header(
            algorithm=ALGORITHM_EDDSA,
            key_id=public_key,
            issuer=organization,
            subject=network,
            content_type=CONTENT_TYPE,
        )
    )


def encode_call(call: Call) -> bytes:
    """Return the canonical payload bytes of `call`."""
    return encode(
        {
            "args": call.args,
            "contract": call.contract,
            "method": call.method,
            "network": call.network,
            "nonce": call.nonce,
            "valid_until": call.valid_until,
        }
    )


def verify_transaction(transaction: Transaction) -> None:
    """Raise `InvalidSignature` unless the transaction's signature is its signer's (ZIP 215)."""
    verify_signature(transaction.signer, transaction.signed_bytes, transaction.signature)


def _check_header(header: Header) -> None:
    if header.algorithm != ALGORITHM_EDDSA:
        raise InvalidSignature(
            "the algorithm is not supported",
            field="protected.alg",
            expected="-8 (EdDSA)",
            found=str(header.algorithm),
        )
    if len(header.key_id) != 32:  # Ed25519 public key
        raise InvalidSignature(
            "the key id is not an Ed25519 public key", field="protected.kid", expected="32 bytes"
        )
    if header.content_type != CONTENT_TYPE:
        raise Malformed(
            "the content type is not a transaction's",
            field="protected.content_type",
            expected=CONTENT_TYPE,
            found=header.content_type or "none",
        )
    if header.proof_structure is not None:
        raise Malformed("a transaction has no proof structure", field="protected.vds")


def _check_integer(number: object, field: str) -> None:
    if type(number) is not int or not 0 <= number <= INTEGER_MAX:
        raise Malformed(
            f"{field}: not an integer in range",
            field=field,
            expected="0 to 2^63-1",
            found=str(number)[:40],
        )
