# SPDX-License-Identifier: Apache-2.0
"""What is the same for all readers is counted once for those who ask within five seconds."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from tallystick.console.keeping import KEPT_S, Kept
from tallystick.errors import InvalidArguments


class Counting:
    """Counts how often it was asked, and answers when it may."""

    def __init__(self) -> None:
        """Begin unasked; answers wait until `may_answer` is set."""
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.time = 0.0

    async def count(self) -> int:
        """Return how often it was asked."""
        self.asked += 1
        number = self.asked
        await self.may_answer.wait()
        return number

    async def fail(self) -> int:
        """Refuse."""
        self.asked += 1
        raise InvalidArguments("no such figure", field="only")

    def now(self) -> float:
        """Return the time."""
        return self.time


def test_many_who_ask_at_once_are_answered_by_one_count() -> None:
    """However long it takes; another key is another question."""

    async def asked() -> tuple[list[int], int]:
        counting = Counting()
        kept = Kept(counting.now)
        readers = [asyncio.create_task(kept.of("a", counting.count)) for _ in range(20)]
        await asyncio.sleep(0)
        counting.time += 10 * KEPT_S
        readers += [asyncio.create_task(kept.of(key, counting.count)) for key in ("a", "b")]
        await asyncio.sleep(0)
        counting.may_answer.set()
        return await asyncio.gather(*readers), counting.asked

    found, asked_count = asyncio.run(asked())
    assert (found, asked_count) == ([1] * 21 + [2], 2)


def test_what_is_two_seconds_old_is_counted_again() -> None:
    """Up to then the same answer is given, and nothing that is older stays in memory."""

    async def asked() -> list[int]:
        counting = Counting()
        counting.may_answer.set()
        kept = Kept(counting.now)
        found = [await kept.of("a", counting.count)]
        for after_s in (KEPT_S, KEPT_S / 2):
            counting.time += after_s
            found.append(await kept.of("a", counting.count))
        return found

    assert asyncio.run(asked()) == [1, 1, 2]


def test_a_refusal_is_told_to_all_who_waited_and_not_kept() -> None:
    """Who asks next is answered anew."""

    async def asked() -> tuple[int, int]:
        counting = Counting()
        kept = Kept(counting.now)
        ask = partial(kept.of, "a", counting.fail)
        refused = await asyncio.gather(ask(), ask(), return_exceptions=True)
        with pytest.raises(InvalidArguments):
            await ask()
        return sum(isinstance(one, InvalidArguments) for one in refused), counting.asked

    assert asyncio.run(asked()) == (2, 2)


def test_who_goes_away_leaves_the_others_their_answer() -> None:
    """The count belongs to all who wait for it, not to who asked first."""

    async def asked() -> int:
        counting = Counting()
        kept = Kept(counting.now)
        first = asyncio.create_task(kept.of("a", counting.count))
        second = asyncio.create_task(kept.of("a", counting.count))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        counting.may_answer.set()
        return await second

    assert asyncio.run(asked()) == 1
