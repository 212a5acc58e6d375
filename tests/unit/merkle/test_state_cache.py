# SPDX-License-Identifier: Apache-2.0
"""The cache of records: bounded by bytes, and what is used stays."""

from __future__ import annotations

import pytest

from tallystick.merkle.state_cache import OVERHEAD, RecordCache

RECORD = bytes(1_000 - OVERHEAD)


def test_what_is_used_stays_and_what_is_not_goes() -> None:
    """Two generations: a record survives if it was used since the last change of generation."""
    cache = RecordCache()
    cache.put_all({b"used": RECORD, b"idle": RECORD})
    for number in range(10):
        cache.add(b"%d" % number, RECORD)
        cache.trim(5_000)
        assert cache.get(b"used") == RECORD
    assert cache.get(b"idle") is None
    assert cache.get(b"9") == RECORD


@pytest.mark.parametrize("bytes_max", [0, 999, 1_000, 2_500, 10_000, 60_000])
def test_never_more_remains_than_is_allowed(bytes_max: int) -> None:
    """Whatever came in between, however much at a time, and also when less is allowed later."""
    cache = RecordCache()
    for number in range(100):
        cache.put_all({b"%d" % other: RECORD for other in range(number, 2 * number)})
        cache.get(b"%d" % (number // 2))
        allowed = bytes_max >> (number % 3)
        cache.trim(allowed)
        assert cache.size <= allowed


def test_an_aged_generation_makes_room_for_a_small_fresh_one() -> None:
    """Both together stay within what is allowed."""
    cache = RecordCache()
    cache.put_all({b"%d" % number: RECORD for number in range(9)})
    cache.trim(10_000)
    cache.put_all({b"new": RECORD, b"newer": RECORD})
    cache.trim(10_000)
    assert cache.size == 2_000
    assert cache.get(b"new") == RECORD


def test_bytes_are_counted_once() -> None:
    """Replaced, aged, used again and discarded records leave no bytes behind."""
    cache = RecordCache()
    cache.put_all({b"a": RECORD, b"b": RECORD})
    cache.put_all({b"a": RECORD[:100]})
    assert cache.size == 1_000 + 100 + OVERHEAD
    cache.trim(cache.size)
    assert cache.fresh == {}
    assert cache.get(b"a") == RECORD[:100]
    assert cache.size == 1_000 + 100 + OVERHEAD
    cache.put_all({b"b": RECORD[:10]})
    cache.discard_all([b"a", b"b", b"absent"])
    assert cache.size == 0
    assert cache.get(b"a") is None
    assert cache.get(b"b") is None
