# SPDX-License-Identifier: Apache-2.0
"""A log key's record and its proof have one spelling and known bounds, in bytes and in receipts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.encoding import decode, encode
from tallystick.errors import InvalidReceipt, InvalidSignature, Malformed
from tallystick.model import (
    LogKeyProof,
    Receipt,
    RegisteredLogKey,
    decode_log_key,
    decode_log_key_proof,
    encode_log_key,
    parse_receipt,
)
from tallystick.model.finality import LOG_KEY_PROOF_BYTES_MAX
from tallystick.units import TimeMs
from tests.factories import BANK, secret

KEY = RegisteredLogKey(public_key=secret(21).public_key, organization=BANK, valid_from=TimeMs(5))
PROOF = LogKeyProof(record=encode_log_key(KEY), state_proof=b"proof")
RECEIPT = Receipt("testnet", "committed", b"t", b"e", b"r", "note", b"f", (), PROOF.encode())


def fields(data: bytes) -> dict[str, Any]:
    """Return the plain value."""
    value: Any = decode(data)
    return dict(value)


@given(st.binary(max_size=1024), st.binary(max_size=2048))
def test_a_proof_decodes_to_what_was_encoded(record: bytes, state_proof: bytes) -> None:
    """Whatever is in it: that is for the verifier."""
    proof = LogKeyProof(record=record, state_proof=state_proof)
    assert decode_log_key_proof(proof.encode()) == proof


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"record": "AA=="},
        {"record": None},
        {"record": bytes(1025)},
        {"state_proof": []},
        {"state_proof": bytes(64 * 1024 + 1)},
    ],
)
def test_a_proof_of_another_form_is_refused(change: dict[str, Any]) -> None:
    """Two byte strings of known size, nothing more."""
    with pytest.raises(InvalidReceipt):
        decode_log_key_proof(encode({**fields(PROOF.encode()), **change}))


def test_a_proof_that_lacks_a_part_or_is_too_large_is_refused() -> None:
    """The size before anything is decoded; the largest honest one fits."""
    for name in ("record", "state_proof"):
        rest = {key: value for key, value in fields(PROOF.encode()).items() if key != name}
        with pytest.raises(InvalidReceipt):
            decode_log_key_proof(encode(rest))
    for wrong in (b"", b"\xff", PROOF.encode() + b"\x00", PROOF.encode()[:-1]):
        with pytest.raises(InvalidReceipt):
            decode_log_key_proof(wrong)
    with pytest.raises(InvalidReceipt, match="too large"):
        decode_log_key_proof(bytes(LOG_KEY_PROOF_BYTES_MAX + 1))
    largest = LogKeyProof(record=bytes(1024), state_proof=bytes(64 * 1024)).encode()
    assert len(largest) <= LOG_KEY_PROOF_BYTES_MAX
    assert decode_log_key_proof(largest).encode() == largest


@given(
    st.text(max_size=30),
    st.integers(0, 2**50),
    st.none() | st.integers(0, 2**50),
)
def test_a_record_decodes_to_what_was_encoded(
    organization: str, since: int, revoked_at: int | None
) -> None:
    """Revoked or not."""
    key = RegisteredLogKey(
        public_key=secret(21).public_key,
        organization=organization,
        valid_from=TimeMs(since),
        revoked_at=None if revoked_at is None else TimeMs(revoked_at),
    )
    assert decode_log_key(encode_log_key(key)) == key


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"public_key": "A" * 43},
        {"organization": b"x"},
        {"valid_from": "5"},
        {"revoked_at": False},
    ],
)
def test_a_record_of_another_form_is_refused(change: dict[str, Any]) -> None:
    """Every field of its type, and no other."""
    with pytest.raises(Malformed):
        decode_log_key(encode({**fields(encode_log_key(KEY)), **change}))


def test_a_record_that_lacks_a_field_is_refused() -> None:
    """Also the revocation, which has a default in memory: left out, it could be overlooked."""
    for name in fields(encode_log_key(KEY)):
        rest = {key: value for key, value in fields(encode_log_key(KEY)).items() if key != name}
        with pytest.raises(Malformed):
            decode_log_key(encode(rest))


def test_a_record_of_a_weak_key_is_refused() -> None:
    """A key of small order signs everything."""
    with pytest.raises(InvalidSignature):
        decode_log_key(encode({**fields(encode_log_key(KEY)), "public_key": bytes(32)}))


def test_a_receipt_file_keeps_the_proof_and_leaves_it_out_when_there_is_none() -> None:
    """Older readers' files stay as they were."""
    assert parse_receipt(RECEIPT.to_json()) == RECEIPT
    without = Receipt("testnet", "committed", b"t", b"e", b"r", "note", b"f")
    assert "log_key" not in json.loads(without.to_json())
    assert parse_receipt(without.to_json()) == without


@pytest.mark.parametrize("wrong", [None, 1, [], "*"])
def test_a_receipt_file_with_another_kind_of_proof_is_refused(wrong: object) -> None:
    """Base64 text or nothing."""
    value = json.loads(RECEIPT.to_json())
    with pytest.raises(InvalidReceipt):
        parse_receipt(json.dumps({**value, "log_key": wrong}))
