# SPDX-License-Identifier: Apache-2.0
"""How far other organisations' nodes are and how much room they have, by their own word.

They are asked through their HTTP APIs, all at once. What was answered is kept for a few seconds; a
reader then gets what is known and the nodes are asked again behind it, so that one that does not
answer makes nobody wait but the first reader.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeAlias

import msgspec

from tallystick.node.peer_api import PeerApi

KEPT_S: Final = 5.0
_AT_ONCE: Final = 32


class PeerStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What a node says of itself in its status; a node before this version says less."""

    height: int
    disk_free_bytes: int | None = None
    disk_size_bytes: int | None = None


Ask: TypeAlias = Callable[[str], PeerStanding | None]


def ask_peer(url: str) -> PeerStanding | None:
    """Return how the node behind a URL stands; None if it gives no such answer."""
    body = PeerApi(url).status()
    try:
        return None if body is None else msgspec.json.decode(body, type=PeerStanding)
    except msgspec.DecodeError:
        return None


class PeerStandings:
    """What other nodes said last. Safe for many threads."""

    def __init__(self, ask: Ask = ask_peer, clock: Callable[[], float] = time.monotonic) -> None:
        """Know nothing yet."""
        self._ask = ask
        self._clock = clock
        self._known: Mapping[str, PeerStanding] = {}
        self._asked: frozenset[str] = frozenset()
        self._asked_at = 0.0
        self._is_asking = threading.Lock()

    def of(self, urls: Collection[str]) -> Mapping[str, PeerStanding]:
        """Return what the nodes behind these URLs said last; those that did not answer are absent.

        Whoever asks of a node for the first time waits for its answer.
        """
        wanted = frozenset(sorted(url for url in urls if url)[:_AT_ONCE])
        if not wanted <= self._asked:
            with self._is_asking:
                if not wanted <= self._asked:
                    self._ask_all(wanted)
        elif self._clock() - self._asked_at >= KEPT_S and self._is_asking.acquire(blocking=False):
            threading.Thread(target=self._ask_again, args=(wanted,), daemon=True).start()
        return {url: one for url, one in self._known.items() if url in wanted}

    def _ask_again(self, wanted: frozenset[str]) -> None:
        try:
            self._ask_all(wanted)
        finally:
            self._is_asking.release()

    def _ask_all(self, wanted: frozenset[str]) -> None:
        urls = sorted(wanted)
        with ThreadPoolExecutor(max(1, len(urls)), "tally-standing") as threads:
            answers = list(threads.map(self._ask, urls))
        found = zip(urls, answers, strict=True)
        self._known = {url: one for url, one in found if one is not None}
        self._asked, self._asked_at = wanted, self._clock()
