# SPDX-License-Identifier: Apache-2.0
"""Answers remembered by Idempotency-Key, so that a client may repeat a request without thinking.

It is a convenience: the ledger itself gives the same bytes the same outcome, because a
transaction's id is its hash. So forgetting an entry early is harmless.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tallystick.api.answer import Answer
from tallystick.api.limits import IDEMPOTENCY_KEY_CHARACTERS_MAX
from tallystick.crypto import sha256
from tallystick.errors import IdempotencyConflict, Rejected

_KEPT_STATUSES = frozenset({201, 409})
"""Final outcomes. What may come out otherwise the next time is asked again."""
_REPLAYED = (b"idempotency-replayed", b"true")


@dataclass(slots=True)
class _Entry:
    digest: bytes
    expires_at: int
    answer: Answer | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Requests with one key go one after the other."""


class IdempotencyKeys:
    """A bounded memory of keys; the oldest are forgotten first, and all after their lifetime."""

    def __init__(self, *, entries_max: int, lifetime_ms: int, clock: Callable[[], int]) -> None:
        """Begin empty; `clock` gives milliseconds that never go back."""
        self._entries_max = entries_max
        self._lifetime_ms = lifetime_ms
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._entries)

    async def answer(
        self, key: str, path: str, body: bytes, work: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Return the answer given before under `key`, or the one that `work` gives now.

        Raises:
            Rejected: the key is too long or not plain characters.
            IdempotencyConflict: the key was used with another body or at another path.
        """
        check_key(key)
        entry = self._entry(key, sha256(path.encode() + b"\n" + body))
        async with entry.turn:
            if entry.answer is not None:
                stored = entry.answer
                headers = (*stored.headers, _REPLAYED)
                return Answer(stored.status, stored.body, stored.media_type, headers, stored.height)
            answer = await work()
            if answer.status in _KEPT_STATUSES:
                entry.answer = answer
            return answer

    def _entry(self, key: str, digest: bytes) -> _Entry:
        now = self._clock()
        self._forget_expired(now)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry(digest, now + self._lifetime_ms)
            if len(self._entries) > self._entries_max:
                self._entries.popitem(last=False)
        elif entry.digest != digest:
            raise IdempotencyConflict(
                "the key was used for another request", field="Idempotency-Key", found=key[:80]
            )
        return entry

    def _forget_expired(self, now: int) -> None:
        while self._entries:
            key, entry = next(iter(self._entries.items()))
            if entry.expires_at > now:
                return
            del self._entries[key]


def check_key(key: str) -> None:
    """Refuse a key that is too long or not printable ASCII.

    Raises:
        Rejected: it is.
    """
    is_plain = key.isascii() and key.isprintable()
    if not (is_plain and 0 < len(key) <= IDEMPOTENCY_KEY_CHARACTERS_MAX):
        raise Rejected(
            "the idempotency key is not usable",
            field="Idempotency-Key",
            expected=f"1 to {IDEMPOTENCY_KEY_CHARACTERS_MAX} printable ASCII characters",
            found=ascii(key[:80]),
        )
