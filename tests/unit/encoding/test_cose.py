# SPDX-License-Identifier: Apache-2.0
"""COSE_Sign1: every byte accounted for (RFC 9052; vectors of the COSE working group)."""

from __future__ import annotations

import json
from pathlib import Path

import cbor2
import pytest

from tallystick.crypto import is_valid_signature
from tallystick.encoding import (
    Header,
    build_sign1,
    decode_cbor,
    decode_header,
    encode_cbor,
    encode_header,
    parse_sign1,
    to_be_signed,
)
from tallystick.errors import LimitExceeded, Malformed
from tallystick.units import VALUE_DEPTH_MAX

COSE = Path(__file__).parents[2] / "vectors" / "cose"
HEADER = Header(algorithm=-8, key_id=b"k" * 32, issuer="org", subject="net", content_type="a/b")
PROTECTED = encode_header(HEADER)
SIGNATURE = bytes(64)


@pytest.mark.parametrize("name", ["eddsa-sig-01"])
def test_the_signed_bytes_are_those_of_the_working_group(name: str) -> None:
    """Sig_structure and signature of a published Ed25519 example (RFC 9052 section 4.4)."""
    case = json.loads((COSE / "eddsa-examples" / f"{name}.json").read_text())
    message = cbor2.loads(bytes.fromhex(case["output"]["cbor"]))
    protected, _, payload, signature = message.value
    signed = to_be_signed(protected, payload)
    assert signed.hex().upper() == case["intermediates"]["ToBeSign_hex"]
    key = bytes.fromhex(case["input"]["sign0"]["key"]["x_hex"])
    assert is_valid_signature(key, signed, signature)


SIGN1_TESTS = sorted((COSE / "sign1-tests").glob("*.json"))


@pytest.mark.parametrize("path", SIGN1_TESTS, ids=lambda path: path.stem)
def test_working_group_messages_with_unprotected_headers_are_refused(path: Path) -> None:
    """Our profile allows no unprotected header, other algorithms or untagged messages."""
    case = json.loads(path.read_text())
    with pytest.raises(Malformed):
        parse_sign1(bytes.fromhex(case["output"]["cbor"]))


@pytest.mark.parametrize("size", [0, 1, 23, 24, 255, 256, 65_535, 65_536])
def test_a_message_comes_apart_as_it_was_built(size: int) -> None:
    """Shortest heads at every boundary of RFC 8949 section 3."""
    payload = b"p" * size
    message = build_sign1(PROTECTED, payload, SIGNATURE)
    parts = parse_sign1(message)
    assert (parts.protected, parts.payload, parts.signature) == (PROTECTED, payload, SIGNATURE)
    assert cbor2.loads(message).value[2] == payload
    signed = cbor2.loads(to_be_signed(PROTECTED, payload))
    assert signed == ["Signature1", PROTECTED, b"", payload]


def message_of(*parts: object, tag: int = 18) -> bytes:
    """Return a tagged message of any parts."""
    return encode_cbor(cbor2.CBORTag(tag, list(parts)))


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xd2",
        message_of(PROTECTED, {}, b"p", SIGNATURE, tag=17),
        message_of(PROTECTED, {}, b"p"),
        message_of(PROTECTED, {4: b"k"}, b"p", SIGNATURE),
        message_of(PROTECTED, [], b"p", SIGNATURE),
        message_of(PROTECTED, {}, None, SIGNATURE),
        message_of(PROTECTED, {}, b"p", b"short"),
        message_of("text", {}, b"p", SIGNATURE),
        message_of(PROTECTED, {}, b"p", SIGNATURE) + b"\x00",
        message_of(PROTECTED, {}, b"p", SIGNATURE)[:-1],
        build_sign1(PROTECTED, b"p", SIGNATURE).replace(b"\xa0Ap", b"\xb8\x00Ap"),
        encode_cbor(cbor2.CBORTag(18, {"a": 1})),
    ],
)
def test_other_structures_are_refused(message: bytes) -> None:
    """Tag, count, types, emptiness, canonical form."""
    with pytest.raises(Malformed):
        parse_sign1(message)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {1: -8, 4: b"k"},
        {1: "EdDSA", 4: b"k", 15: {1: "o", 2: "n"}},
        {4: b"k", 15: {1: "o", 2: "n"}},
        {1: -8, 4: "k", 15: {1: "o", 2: "n"}},
        {1: -8, 15: {1: "o", 2: "n"}},
        {1: -8, 4: b"k", 15: {1: "o"}},
        {1: -8, 4: b"k", 15: {1: "o", 2: 3}},
        {1: -8, 4: b"k", 15: {1: "o", 2: "n", 6: 1}},
        {1: -8, 2: [99], 4: b"k", 15: {1: "o", 2: "n"}},
        {1: -8, 3: 0, 4: b"k", 15: {1: "o", 2: "n"}},
        {1: -8, 4: b"k", 15: {1: "o", 2: "n"}, 395: "1"},
        [1],
    ],
)
def test_other_headers_are_refused(fields: object) -> None:
    """Unknown labels (crit too), missing ones, wrong types."""
    with pytest.raises(Malformed):
        decode_header(encode_cbor(fields))


def test_a_header_comes_back() -> None:
    """All fields, and their absence."""
    assert decode_header(PROTECTED) == HEADER
    receipt = Header(algorithm=-8, key_id=b"k", issuer="o", subject="s", proof_structure=1)
    assert decode_header(encode_header(receipt)) == receipt


def test_a_header_that_is_too_large_is_refused_before_decoding() -> None:
    """Limits come first."""
    with pytest.raises(LimitExceeded):
        decode_header(b"\xa1" * 1025)


def test_a_header_that_is_nested_too_deeply_is_refused_before_it_is_compared() -> None:
    """A hundred bytes from anyone may not cost time that doubles with each level."""
    value: object = 0
    for _ in range(VALUE_DEPTH_MAX):
        value = [value]
    with pytest.raises(Malformed, match="not CBOR") as caught:
        decode_cbor(encode_cbor(value))
    assert "nested too deeply" in str(caught.value.found)
