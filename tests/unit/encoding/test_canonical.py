# SPDX-License-Identifier: Apache-2.0
"""Canonical bytes: one encoding for one value, everything else refused (docs/spec/encoding.md)."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.encoding import check_plain, decode, decode_cbor, encode, encode_cbor
from tallystick.encoding.canonical import Value
from tallystick.errors import LimitExceeded, Malformed
from tallystick.units import VALUE_DEPTH_MAX

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.binary(max_size=40),
    st.text(max_size=20),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_every_value_comes_back_and_another_library_agrees(value: Value) -> None:
    """Round trip, and byte equality with cbor2's canonical form (RFC 8949 4.2.1)."""
    data = encode(value)
    assert decode(data) == value
    assert cbor2.dumps(value, canonical=True) == data


@given(st.binary(max_size=60))
def test_whatever_decodes_encodes_to_the_same_bytes(data: bytes) -> None:
    """There is one byte string for one value."""
    try:
        value = decode(data)
    except Malformed:
        return
    assert encode(value) == data


@given(st.binary(min_size=4, max_size=70))
def test_bytes_that_look_like_a_content_id_stay_bytes(data: bytes) -> None:
    """A library that turned such bytes into tags was rejected for it (decision record 0004)."""
    for prefix in (b"\x01\x79\x06\x1a", b"\x01\x71\x12\x20", b"\x12\x20"):
        assert decode(encode([prefix + data])) == [prefix + data]


@pytest.mark.parametrize(
    "wrong",
    {
        "nothing": "",
        "integer not shortest": "1801",
        "length not shortest": "5801aa",
        "duplicate key": "a2616101616102",
        "keys unsorted": "a2626161016162 02",
        "indefinite list": "9f01ff",
        "trailing byte": "0101",
        "float": "fb3ff8000000000000",
        "float inside": "81fb3ff8000000000000",
        "half float": "f93e00",
        "tag 42": "d82a450001550000",
        "tag 1": "c101",
        "big integer tag": "c249010000000000000000",
        "integer key": "a10102",
        "undefined": "f7",
        "text that is not UTF-8": "61ff",
        "truncated": "8261",
    }.values(),
)
def test_other_encodings_are_refused(wrong: str) -> None:
    """Strictness, case by case."""
    with pytest.raises(Malformed):
        decode(bytes.fromhex(wrong))


def test_nesting_is_limited_at_exactly_the_limit() -> None:
    """At the limit accepted, one deeper refused; a bomb of the largest size is refused too."""
    assert decode(b"\x81" * VALUE_DEPTH_MAX + b"\x01")
    for depth in (VALUE_DEPTH_MAX + 1, 60_000):
        with pytest.raises((LimitExceeded, Malformed)):
            decode(b"\x81" * depth + b"\x01")


@pytest.mark.parametrize("value", [{1, 2}, 2**64, object(), {1: 2}, "\ud800", (1, 2)])
def test_values_outside_the_subset_have_no_bytes(value: object) -> None:
    """Sets, large integers, records, integer keys and lone surrogates are refused."""
    with pytest.raises(Malformed):
        encode(value)  # type: ignore[arg-type]


def test_a_float_is_found_wherever_it_hides() -> None:
    """The hot path checks plain values after decoding."""
    with pytest.raises(Malformed):
        check_plain([{"a": [1.5]}], name="args")  # type: ignore[list-item]
    check_plain({"a": [1, {"b": None}]}, name="args")


@pytest.mark.parametrize(
    "wrong", ["", "1801", "0101", "a201010101", "9f01ff", "a2020101 01", "ff", "81" * 2000]
)
def test_cose_headers_are_held_to_the_same_form(wrong: str) -> None:
    """cbor2 alone accepts most of these; the wrapper refuses them."""
    with pytest.raises(Malformed):
        decode_cbor(bytes.fromhex(wrong))


def test_cose_headers_may_have_integer_keys_and_tags() -> None:
    """What the strict decoder gives is plain lists and maps, inside tags too."""
    message = cbor2.CBORTag(18, [b"", {396: {-1: [b"x"]}}, None, b"s"])
    found = decode_cbor(encode_cbor(message))
    assert isinstance(found, cbor2.CBORTag)
    assert found.value == [b"", {396: {-1: [b"x"]}}, None, b"s"]
    assert type(found.value[1]) is dict


@pytest.mark.timeout(20)
@pytest.mark.parametrize("levels", [24, 200])
def test_maps_as_keys_of_maps_cost_nothing(levels: int) -> None:
    """Found by fuzzing: re-encoding such a header to compare took a minute at 24 levels."""
    with pytest.raises(Malformed):
        decode_cbor(b"\xa1" * levels + b"\x00" + b"\x00" * levels)


@pytest.mark.parametrize(
    "wrong", ["c11a00000000", "d9010280", "c482010a", "f93e00", "f7", "d81c80"]
)
def test_what_no_header_needs_is_refused(wrong: str) -> None:
    """Dates, sets, decimals, floats, undefined and shared values."""
    with pytest.raises(Malformed):
        decode_cbor(bytes.fromhex(wrong))
