# SPDX-License-Identifier: Apache-2.0
"""Fetches a kept file for a reader, and finds out which slice of other bytes is damaged (AFC-1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from tallystick.contracts.parts import KeptFile, SealedSources
from tallystick.crypto import sha256
from tallystick.merkle import CHUNK_SIZE, SLICE_SIZE


@dataclass(slots=True)
class WatchedSources:
    """Sources that remember the hash of each chunk that a holder gave; see `SealedSources`."""

    sources: SealedSources
    _chunks: dict[str, list[bytes]] = field(default_factory=dict)

    def fetch(self, holder: str, file: KeptFile) -> Iterable[bytes] | None:
        """See `SealedSources.fetch`."""
        pieces = self.sources.fetch(holder, file)
        return None if pieces is None else self._watched(holder, pieces)

    def damaged(self, wrong: Iterable[str], right: Iterable[bytes]) -> tuple[tuple[str, int], ...]:
        """Return the first slice of the chunk in which each holder's bytes differ.

        Args:
            wrong: holders who gave other bytes.
            right: the right bytes.
        """
        good = list(_hashes(right))
        return tuple((one, _first(good, self._chunks.get(one, []))) for one in wrong)

    def _watched(self, holder: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
        seen: list[bytes] = []
        self._chunks[holder] = seen
        buffer = bytearray()
        for piece in pieces:
            buffer += piece
            while len(buffer) >= CHUNK_SIZE:
                seen.append(sha256(bytes(buffer[:CHUNK_SIZE])))
                del buffer[:CHUNK_SIZE]
            yield piece
        if buffer:
            seen.append(sha256(bytes(buffer)))


def _hashes(pieces: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        while len(buffer) >= CHUNK_SIZE:
            yield sha256(bytes(buffer[:CHUNK_SIZE]))
            del buffer[:CHUNK_SIZE]
    if buffer:
        yield sha256(bytes(buffer))


def _first(good: list[bytes], found: list[bytes]) -> int:
    """Return the first slice of the first chunk that differs; of the last one if all agree."""
    pairs = enumerate(zip_longest(good, found))
    differing = (place for place, (one, other) in pairs if one != other)
    chunk = min(next(differing, len(good) - 1), len(good) - 1)
    return chunk * (CHUNK_SIZE // SLICE_SIZE)
