# SPDX-License-Identifier: Apache-2.0
"""Transactions: what is signed is what is decoded, and every departure is refused."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.crypto import sha256
from tallystick.encoding import build_sign1, encode, encode_cbor
from tallystick.errors import InvalidSignature, LimitExceeded, Malformed, Rejected
from tallystick.model import (
    Call,
    decode_transaction,
    encode_call,
    protected_header,
    sign_transaction,
    verify_transaction,
)
from tallystick.units import TRANSACTION_BYTES_MAX, TimeMs
from tests.factories import CLERK, COURT, NETWORK, START, secret, sign

CALL = Call(NETWORK, "notes", "put", {"id": "a", "text": "b"}, 7, TimeMs(START))
PAYLOAD = encode_call(CALL)
PROTECTED = protected_header(NETWORK, CLERK.public_key, COURT)
FIELDS: dict[str, object] = {
    "args": {},
    "contract": "c",
    "method": "m",
    "network": NETWORK,
    "nonce": 1,
    "valid_until": 2,
}
HEADER: dict[int, object] = cbor2.loads(PROTECTED)


def message(*, fields: object = None, header: object = None) -> bytes:
    """Return an unsigned message with other fields or headers."""
    payload = PAYLOAD if fields is None else encode(fields)  # type: ignore[arg-type]
    protected = PROTECTED if header is None else encode_cbor(header)
    return build_sign1(protected, payload, bytes(64))


def test_a_signed_transaction_decodes_to_its_call() -> None:
    """Signer, organisation, call and id; and its signature verifies."""
    raw = sign_transaction(CALL, CLERK, COURT)
    transaction = decode_transaction(raw)
    verify_transaction(transaction)
    assert transaction.call == CALL
    assert (transaction.signer, transaction.organization) == (CLERK.public_key, COURT)
    assert bytes(transaction.id) == sha256(raw)
    assert transaction.raw == raw


def test_signing_twice_gives_the_same_bytes() -> None:
    """Retries are the same transaction."""
    assert sign_transaction(CALL, CLERK, COURT) == sign_transaction(CALL, CLERK, COURT)


@given(st.data())
def test_any_changed_byte_is_refused_or_unsigned(data: st.DataObject) -> None:
    """No byte of a transaction can change without it being malformed or its signature failing."""
    raw = bytearray(sign("put", {"id": "a", "text": "你好"}, nonce=3))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Rejected):
        verify_transaction(decode_transaction(bytes(raw)))


@pytest.mark.parametrize("cut", [0, 1, 2, 50, -65, -1])
def test_a_truncated_transaction_is_malformed(cut: int) -> None:
    """Cut anywhere."""
    with pytest.raises(Malformed):
        decode_transaction(sign_transaction(CALL, CLERK, COURT)[:cut])


def test_a_transaction_over_the_limit_is_refused_before_decoding() -> None:
    """At the limit it is merely malformed, one byte more is too large."""
    with pytest.raises(LimitExceeded):
        decode_transaction(b"\xd2" * (TRANSACTION_BYTES_MAX + 1))
    with pytest.raises(Malformed):
        decode_transaction(b"\xd2" * TRANSACTION_BYTES_MAX)


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": -1},
        {"nonce": 2**63},
        {"nonce": True},
        {"nonce": "1"},
        {"valid_until": None},
        {"valid_until": -5},
        {"args": []},
        {"contract": 1},
        {"method": None},
        {"network": b"x"},
        {"extra": 1},
        {"args": {"a": [[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}},
    ],
)
def test_wrong_payload_fields_are_refused(change: dict[str, object]) -> None:
    """Types, ranges, extra fields and deep arguments."""
    with pytest.raises((Malformed, LimitExceeded)):
        decode_transaction(message(fields=FIELDS | change))


@pytest.mark.parametrize("missing", sorted(FIELDS))
def test_a_missing_payload_field_is_refused(missing: str) -> None:
    """All six are needed."""
    fields = {name: value for name, value in FIELDS.items() if name != missing}
    with pytest.raises(Malformed):
        decode_transaction(message(fields=fields))


def test_arguments_nest_as_deep_as_the_payload_may() -> None:
    """What is accepted here decodes everywhere: 16 levels, the payload's own two included."""
    deepest: object = 1
    for _ in range(14):
        deepest = [deepest]
    decode_transaction(message(fields=FIELDS | {"args": {"a": deepest}}))
    with pytest.raises(LimitExceeded):
        decode_transaction(message(fields=FIELDS | {"args": {"a": [deepest]}}))


def test_a_float_argument_is_refused() -> None:
    """Ledger data has no floats, wherever they are."""
    payload = cbor2.dumps(FIELDS | {"args": {"a": [1.5]}}, canonical=True)
    with pytest.raises(Malformed):
        decode_transaction(build_sign1(PROTECTED, payload, bytes(64)))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({1: -7}, InvalidSignature),
        ({4: b"short"}, InvalidSignature),
        ({3: "text/plain"}, Malformed),
        ({15: {1: COURT, 2: "other"}}, Malformed),
        ({395: 1}, Malformed),
    ],
)
def test_wrong_header_fields_are_refused(change: dict[int, object], error: type[Rejected]) -> None:
    """Algorithm, key id, content type, network, and labels of receipts."""
    with pytest.raises(error):
        decode_transaction(message(header=HEADER | change))


def test_a_missing_content_type_is_refused() -> None:
    """Without it the message could be anything signed."""
    header = {label: value for label, value in HEADER.items() if label != 3}
    with pytest.raises(Malformed):
        decode_transaction(message(header=header))


def test_a_detached_payload_is_refused() -> None:
    """A transaction carries what was signed."""
    with pytest.raises(Malformed):
        decode_transaction(build_sign1(PROTECTED, None, bytes(64)))


def test_a_signature_by_another_key_does_not_verify() -> None:
    """The key id names the only key that counts."""
    stolen = decode_transaction(build_sign1(PROTECTED, PAYLOAD, secret(8).sign(b"anything")))
    with pytest.raises(InvalidSignature):
        verify_transaction(stolen)
