# SPDX-License-Identifier: Apache-2.0
"""What a page shows to everybody alike and takes long to count is counted once for all who ask.

A wall or a regulator's overview asks for dozens of statistics; shown to a room of people, each of
them would make the node count the same again, and all other pages wait for it meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Final, TypeVar

_Made = TypeVar("_Made")
KEPT_S: Final = 5.0
"""So old may a figure be that was counted for somebody else."""
FORGOTTEN_MS: Final = int(KEPT_S * 1000) + 1_000
"""Pages are told to ask once more so long after a block: then nothing from before it is left."""


class Kept:
    """Answers of the last seconds (`KEPT_S`); who asks while one is being made waits for it.

    Give it nothing that depends on who asks: pages do so by `Visit.counted`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing; the clock gives seconds."""
        self._clock = clock
        self._answers: dict[Hashable, tuple[float, asyncio.Task[Any]]] = {}

    async def of(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, _Made]]) -> _Made:
        """Return what stands under a key, made now if there is nothing new enough.

        A reader who goes away does not end what others wait for; what failed is not kept. Raises
        whatever `make` raises.
        """
        self._forget_old()
        if key not in self._answers:
            self._answers[key] = self._clock(), asyncio.create_task(make())
        made: _Made = await asyncio.shield(self._answers[key][1])
        return made

    def _forget_old(self) -> None:
        oldest = self._clock() - KEPT_S
        self._answers = {
            key: (begun, task)
            for key, (begun, task) in self._answers.items()
            if not task.done() or (begun >= oldest and _is_good(task))
        }


def _is_good(task: asyncio.Task[Any]) -> bool:
    return not task.cancelled() and task.exception() is None
