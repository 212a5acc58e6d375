# SPDX-License-Identifier: Apache-2.0
"""The verdict cache: each signature once, facts only, never more than its limits."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.consensus.cometbft.verdicts import VerdictCache
from tallystick.crypto import sha256
from tallystick.model import Transaction, Unusable
from tallystick.units import TransactionId


class Reader:
    """Reads bytes as unusable, and counts how often it is asked for each."""

    def __init__(self) -> None:
        self.asked: list[list[bytes]] = []

    def read(self, transactions: Sequence[bytes]) -> list[Transaction | Unusable]:
        self.asked.append(list(transactions))
        return [Unusable(TransactionId(sha256(raw)), raw, "E_FORMAT") for raw in transactions]


def raws(verdicts: Sequence[Transaction | Unusable]) -> list[bytes]:
    """Return what verdicts are about."""
    return [one.raw for one in verdicts]


def test_only_what_is_not_known_is_read_and_together() -> None:
    """One batch for all that is new, in its order."""
    reader = Reader()
    cache = VerdictCache(reader.read)
    assert raws(cache.read([b"a", b"b"])) == [b"a", b"b"]
    assert raws(cache.read([b"c", b"a", b"d", b"b"])) == [b"c", b"a", b"d", b"b"]
    assert raws(cache.read([b"d"])) == [b"d"]
    assert cache.read([]) == []
    assert reader.asked == [[b"a", b"b"], [b"c", b"d"]]


def test_what_somebody_else_verified_is_not_read_again() -> None:
    """The door has verified what comes back from the engine."""
    reader = Reader()
    cache = VerdictCache(reader.read)
    cache.add(Reader().read([b"a"]))
    cache.read([b"a"])
    assert reader.asked == []


def test_what_is_durable_is_forgotten() -> None:
    """Unknown bytes are no fault: a block may hold what was never asked for."""
    reader = Reader()
    cache = VerdictCache(reader.read)
    cache.read([b"a", b"b"])
    cache.forget([b"a", b"never seen"])
    cache.read([b"a", b"b"])
    assert reader.asked == [[b"a", b"b"], [b"a"]]


@pytest.mark.parametrize("limits", [{"size": 2}, {"bytes_max": 8}])
def test_the_oldest_go_first(limits: dict[str, Any]) -> None:
    """At the limit of count or of bytes; answers are complete all the same."""
    reader = Reader()
    cache = VerdictCache(reader.read, **limits)
    assert raws(cache.read([b"aaaa", b"bbbb", b"cccc"])) == [b"aaaa", b"bbbb", b"cccc"]
    cache.read([b"bbbb", b"cccc"])
    cache.read([b"aaaa"])
    assert reader.asked == [[b"aaaa", b"bbbb", b"cccc"], [b"aaaa"]]


def test_what_is_larger_than_the_memory_is_read_each_time() -> None:
    """And nothing else is lost because of it for ever."""
    reader = Reader()
    cache = VerdictCache(reader.read, bytes_max=3)
    assert raws(cache.read([b"too long"])) == [b"too long"]
    assert raws(cache.read([b"too long", b"ab"])) == [b"too long", b"ab"]
    assert raws(cache.read([b"ab"])) == [b"ab"]
    assert reader.asked == [[b"too long"], [b"too long", b"ab"]]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["read", "add", "forget"]), st.lists(st.binary(max_size=3), max_size=5)
    ),
    max_size=20,
)


@given(STEPS, st.integers(0, 4), st.integers(0, 9))
def test_answers_do_not_depend_on_what_is_remembered(
    steps: list[tuple[str, list[bytes]]], size: int, bytes_max: int
) -> None:
    """And the bytes are counted right, whatever comes and goes (INV-I8)."""
    reader = Reader()
    cache = VerdictCache(reader.read, size=size, bytes_max=bytes_max)
    for kind, texts in steps:
        if kind == "read":
            assert raws(cache.read(texts)) == texts
        elif kind == "add":
            cache.add(Reader().read(texts))
        else:
            cache.forget([sha256(one) for one in texts])
        assert cache._bytes == sum(len(one.raw) for one in cache._known.values()) <= bytes_max
        assert len(cache._known) <= size


def test_threads_may_read_and_forget_at_once() -> None:
    """The mempool's thread and the block's share it; each answer is whole."""
    cache = VerdictCache(Reader().read, size=50)
    texts = [b"%d" % number for number in range(100)]
    wrong: list[object] = []

    def work() -> None:
        for start in range(60):
            part = texts[start : start + 40]
            if raws(cache.read(part)) != part:
                wrong.append(start)
            cache.forget([sha256(one) for one in part[::3]])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
