# SPDX-License-Identifier: Apache-2.0
"""The memory of idempotency keys is bounded in number and time."""

from __future__ import annotations

import asyncio

import pytest

from tallystick.api.answer import Answer
from tallystick.api.idempotency import IdempotencyKeys
from tallystick.errors import IdempotencyConflict, Unavailable


class Clock:
    """Milliseconds, told by the test."""

    now = 0

    def __call__(self) -> int:
        return self.now


def committed() -> Answer:
    """Return a final answer."""
    return Answer(201, b"{}", "application/json")


async def use(keys: IdempotencyKeys, key: str, body: bytes = b"") -> Answer:
    """Ask under a key."""

    async def work() -> Answer:
        return committed()

    return await keys.answer(key, "/v1/transactions", body, work)


def test_the_oldest_key_is_forgotten_first() -> None:
    """The number of keys is bounded."""
    keys = IdempotencyKeys(entries_max=2, lifetime_ms=1_000, clock=Clock())

    async def scene() -> None:
        for key in ("a", "b", "c"):
            await use(keys, key)
        assert len(keys) == 2
        await use(keys, "a", b"another body")  # forgotten, so it is new
        with pytest.raises(IdempotencyConflict):
            await use(keys, "c", b"another body")

    asyncio.run(scene())


def test_a_key_is_forgotten_after_its_lifetime() -> None:
    """And the memory it took is given back."""
    clock = Clock()
    keys = IdempotencyKeys(entries_max=9, lifetime_ms=1_000, clock=clock)

    async def scene() -> None:
        await use(keys, "a")
        clock.now = 999
        with pytest.raises(IdempotencyConflict):
            await use(keys, "a", b"another body")
        clock.now = 1_000
        await use(keys, "b")
        assert len(keys) == 1

    asyncio.run(scene())


def test_requests_with_one_key_go_one_after_the_other() -> None:
    """Two at once do the work once."""
    keys = IdempotencyKeys(entries_max=9, lifetime_ms=1_000, clock=Clock())
    done: list[int] = []

    async def work() -> Answer:
        await asyncio.sleep(0)
        done.append(1)
        return committed()

    async def scene() -> None:
        answers = [keys.answer("k", "/p", b"", work) for _ in range(3)]
        assert [one.status for one in await asyncio.gather(*answers)] == [201] * 3

    asyncio.run(scene())
    assert len(done) == 1


def test_work_that_fails_is_not_remembered() -> None:
    """The next request with the key tries again."""
    keys = IdempotencyKeys(entries_max=9, lifetime_ms=1_000, clock=Clock())

    async def fail() -> Answer:
        raise Unavailable("busy")

    async def scene() -> None:
        with pytest.raises(Unavailable):
            await keys.answer("k", "/v1/transactions", b"", fail)
        assert (await use(keys, "k")).status == 201

    asyncio.run(scene())
