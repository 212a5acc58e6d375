# SPDX-License-Identifier: Apache-2.0
"""When to write gathered blocks to the store: a pure decision, no clock and no disk."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Decision(Enum):
    """What to do now."""

    GATHER = "gather"
    """Nothing yet."""
    FLUSH = "flush"
    """Start to write what has gathered."""
    WAIT = "wait"
    """Wait for the write under way, then start the next: memory is full."""


class Pending(Struct, frozen=True):
    """What has gathered since the last flush began."""

    transactions: int
    bytes: int
    """About; what is overwritten within the flush is counted each time."""
    idle_ms: int = 0
    """Since the last block was added."""
    age_ms: int = 0
    """Since the first block was added."""


class FlushPolicy(Struct, frozen=True):
    """How much may gather. Larger flushes cost less per transaction and more memory."""

    transactions_max: int = 50_000
    bytes_max: int = 256 * 2**20
    idle_ms_max: int = 1_000
    """A quiet node writes what it has."""
    age_ms_max: int = 10_000
    """A node that is never quiet does so too: it bounds the replay after a crash."""


def decide(policy: FlushPolicy, pending: Pending, *, is_flushing: bool) -> Decision:
    """Return what to do with what has gathered."""
    is_full = pending.transactions >= policy.transactions_max or pending.bytes >= policy.bytes_max
    is_due = pending.idle_ms >= policy.idle_ms_max or pending.age_ms >= policy.age_ms_max
    if is_flushing:
        return Decision.WAIT if is_full else Decision.GATHER
    return Decision.FLUSH if is_full or is_due else Decision.GATHER
