# SPDX-License-Identifier: Apache-2.0
"""Both canonical encoders: the same bytes for every value, the same verdict on every input.

Nodes of one network may run either, so a difference would be a fork (decision record 0004).
"""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.encoding import by_cbor2, by_cbrrr

ENCODERS = pytest.mark.parametrize("encoder", [by_cbor2, by_cbrrr], ids=lambda room: room.NAME)
REFUSALS = (ValueError, TypeError, OverflowError, RecursionError)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=40)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=30), inner, max_size=5)
    ),
    max_leaves=15,
)
fragments = st.sampled_from(
    [bytes([head]) for head in (*range(28), *range(0x40, 0x46), *range(0x60, 0x66))]
    + [b"\x80", b"\x81", b"\x82", b"\xa0", b"\xa1", b"\xa2", b"\xf4", b"\xf5", b"\xf6", b"\xf7"]
    + [b"\x18\x20", b"\x19\x01\x00", b"\x20", b"\x38\x20", b"\x61a", b"\x61b", b"\x62aa", b"a"]
    + [b"\xfb\x3f\xf8\0\0\0\0\0\0", b"\xf9\x3c\0", b"\xd8\x2a", b"\xc2", b"\x9f", b"\xff", b"\x5f"]
)
inputs = st.lists(fragments, max_size=12).map(b"".join) | st.binary(max_size=24)


def outcome(decode: Callable[[bytes], object], data: bytes) -> object:
    """Return the value, or what stands for a refusal; floats are refused one room up."""
    try:
        value = decode(data)
    except REFUSALS:
        return "refused"
    return "refused" if _has_float(value) else (value, repr(value))


def _has_float(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_float, value))
    if isinstance(value, dict):
        return any(map(_has_float, value.values()))
    return isinstance(value, float) and not math.isinf(value)


@given(values)
def test_both_write_the_same_bytes(value: object) -> None:
    """And each reads what the other wrote."""
    data = by_cbor2.encode_value(value)
    assert by_cbrrr.encode_value(value) == data
    assert by_cbrrr.decode_value(data) == value
    assert by_cbor2.decode_value(data) == value


@settings(max_examples=2_000)
@given(inputs)
def test_both_give_the_same_verdict_on_any_bytes(data: bytes) -> None:
    """Accepted with an equal value, or refused, by both."""
    assert outcome(by_cbor2.decode_value, data) == outcome(by_cbrrr.decode_value, data)


@ENCODERS
@pytest.mark.parametrize("value", [{1, 2}, 2**64, -(2**64) - 1, {1: 2}, "\ud800", (1,), object()])
def test_each_refuses_what_the_subset_cannot_hold(encoder: ModuleType, value: object) -> None:
    """No library-specific extras."""
    with pytest.raises(REFUSALS):
        encoder.encode_value(value)


@ENCODERS
@pytest.mark.parametrize("depth", [10_000, 65_000])
def test_each_survives_a_depth_bomb(encoder: ModuleType, depth: int) -> None:
    """Refused or decoded, never a crash of the process."""
    assert outcome(encoder.decode_value, b"\x81" * depth)


def test_without_the_fast_encoder_the_other_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a compiler has the same ledger."""
    from tallystick.encoding import canonical

    monkeypatch.setitem(sys.modules, "cbrrr", None)
    monkeypatch.delitem(sys.modules, "tallystick.encoding.by_cbrrr")
    spec = canonical.__spec__
    assert spec is not None
    assert spec.loader is not None
    plain = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plain)
    assert plain.ENCODER == "cbor2"
    value: canonical.Value = {"b": [1, b"x"], "a": None}
    assert plain.encode(value) == canonical.encode(value)
