# SPDX-License-Identifier: Apache-2.0
"""Text forms are parsed strictly: one spelling for one value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.encoding import (
    format_base64,
    format_base64url,
    format_json,
    parse_base64,
    parse_base64url,
    parse_hex,
    parse_json,
)
from tallystick.errors import LimitExceeded, Malformed


@given(st.binary(max_size=80))
def test_base64_and_hex_come_back(data: bytes) -> None:
    """Round trips."""
    assert parse_base64(format_base64(data)) == data
    assert parse_base64url(format_base64url(data)) == data
    assert parse_hex(data.hex()) == data


@pytest.mark.parametrize(
    "text", ["aGVs*bG8=", "aGVsbG8", "aGVsbG9=", "aGVs bG8=", "值", "aGVsbG8=\n"]
)
def test_loose_base64_is_refused(text: str) -> None:
    """Python's decoder forgives stray characters and bits; this one does not."""
    with pytest.raises(Malformed):
        parse_base64(text)


@pytest.mark.parametrize("text", ["aGVsbG8=", "aG-", "a+b/", "aGVsbG9"])
def test_loose_base64url_is_refused(text: str) -> None:
    """No padding, no other alphabet, no stray bits."""
    with pytest.raises(Malformed):
        parse_base64url(text)


@pytest.mark.parametrize("text", ["0", "zz", "00 11", "00\n"])
def test_loose_hex_is_refused(text: str) -> None:
    """Digits only, in pairs."""
    with pytest.raises(Malformed):
        parse_hex(text)


def test_hex_of_wrong_size_is_refused() -> None:
    """A size that is asked for is exact."""
    assert parse_hex("aa" * 32, size=32) == b"\xaa" * 32
    with pytest.raises(Malformed):
        parse_hex("aa" * 31, size=32)


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":2}', "NaN", "[Infinity]", "{", "", b"\xff\xfe", '{"a":1}x', "'a'"]
)
def test_ambiguous_json_is_refused(text: str | bytes) -> None:
    """Duplicate keys, constants that are no JSON, broken text."""
    with pytest.raises(Malformed):
        parse_json(text)


def test_deep_json_is_refused_before_it_is_parsed() -> None:
    """Nesting is bounded; brackets inside strings do not count."""
    assert parse_json("[" * 64 + "]" * 64)
    with pytest.raises(LimitExceeded):
        parse_json("[" * 65 + "]" * 65)
    assert parse_json('["' + "[" * 500 + '\\"{"]')


def test_json_keeps_chinese_readable() -> None:
    """Characters stay characters."""
    assert format_json({"名": "法院"}) == '{"名": "法院"}'
    assert parse_json('{"名": "法院"}') == {"名": "法院"}


@pytest.mark.parametrize("text", ["1e400", "[-1e400]"])
def test_numbers_too_large_for_json_are_refused(text: str) -> None:
    """Python would make infinity of them."""
    with pytest.raises(Malformed):
        parse_json(text)
