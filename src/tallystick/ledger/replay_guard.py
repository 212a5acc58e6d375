# SPDX-License-Identifier: Apache-2.0
"""Remembers which (signer, nonce) pairs have executed, for as long as they could execute again.

A transaction is refused as expired once block time has passed its `valid_until`, so its nonce
need not be remembered longer (INV: the same signer and nonce never execute twice).
"""

from __future__ import annotations

from typing import Final

BUCKET_MS: Final = 10_000
"""Pairs are forgotten by whole buckets of this width, up to so much after they expired."""
_NONCE_SIZE = 8


class ReplayGuard:
    """A set of used nonces that forgets those that have expired."""

    def __init__(self) -> None:
        """Start with nothing used."""
        self._used: set[bytes] = set()
        self._by_expiry: dict[int, list[bytes]] = {}

    def __len__(self) -> int:
        """Count the pairs remembered."""
        return len(self._used)

    def is_used(self, signer: bytes, nonce: int) -> bool:
        """Say whether the pair has executed and may not be forgotten yet."""
        return signer + nonce.to_bytes(_NONCE_SIZE, "big") in self._used

    def use(self, signer: bytes, nonce: int, valid_until: int) -> bool:
        """Mark the pair as used; return False if it was used before."""
        pair = signer + nonce.to_bytes(_NONCE_SIZE, "big")
        if pair in self._used:
            return False
        self._used.add(pair)
        bucket = valid_until // BUCKET_MS
        listed = self._by_expiry.get(bucket)
        if listed is None:
            self._by_expiry[bucket] = [pair]
        else:
            listed.append(pair)
        return True

    def forget_expired(self, block_time: int) -> None:
        """Forget the pairs whose `valid_until` lies before `block_time`."""
        oldest_kept = block_time // BUCKET_MS
        for bucket in [bucket for bucket in self._by_expiry if bucket < oldest_kept]:
            self._used.difference_update(self._by_expiry.pop(bucket))
