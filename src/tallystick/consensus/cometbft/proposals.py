# SPDX-License-Identifier: Apache-2.0
"""Which transactions a proposal may hold: what this node proposes, and what it accepts of others.

What `choose` returns is accepted by every correct node at the same state (INV-I7), and `accepts`
depends on the proposal and the state before it alone, never on mempool, cache or clock (INV-I8).
"""

from __future__ import annotations

from collections.abc import Sequence

from tallystick.consensus.ports import ReplicatedApplication
from tallystick.model import Transaction, Unusable


def choose(
    application: ReplicatedApplication,
    transactions: Sequence[Transaction | Unusable],
    *,
    time: int,
    bytes_max: int,
) -> list[bytes]:
    """Return those that the next block should hold, in the order given.

    Left out: what could not execute at `time`, a second transaction with the same nonce, and
    what does not fit. What is left out for good fails its next check and so leaves the mempool.

    Args:
        application: knows the state after the last block.
        transactions: read ones, from the mempool.
        time: of the block, unix milliseconds.
        bytes_max: the most that the proposal may take, as the engine counts it.
    """
    chosen: list[bytes] = []
    nonces: set[tuple[bytes, int]] = set()
    for one in transactions:
        if isinstance(one, Unusable) or (one.signer, one.call.nonce) in nonces:
            continue
        if application.admit(one, time) is not None:
            continue
        size = encoded_size(one.raw)
        if size > bytes_max:
            continue
        bytes_max -= size
        nonces.add((one.signer, one.call.nonce))
        chosen.append(one.raw)
        if len(chosen) == application.block_transactions_max:
            break
    return chosen


def accepts(
    application: ReplicatedApplication, transactions: Sequence[Transaction | Unusable], *, time: int
) -> bool:
    """Say whether a correct node could have proposed these, for a block of `time`.

    Whatever permissions say is left to execution. But no nonce comes twice, and nothing comes
    outside its period: its nonce may be forgotten then, and it could stand in the log again.
    """
    if len(transactions) > application.block_transactions_max:
        return False
    nonces: set[tuple[bytes, int]] = set()
    for one in transactions:
        if isinstance(one, Unusable) or not application.may_propose(one, time):
            return False
        nonces.add((one.signer, one.call.nonce))
    return len(nonces) == len(transactions)


def encoded_size(raw: bytes) -> int:
    """Return the bytes that a transaction takes in the engine's encoding of a block."""
    prefix = 2  # tag, and at least one byte of length
    length = len(raw)
    while length > 0x7F:
        length >>= 7
        prefix += 1
    return prefix + len(raw)


def changed_validators(
    before: Sequence[tuple[bytes, int]], after: Sequence[tuple[bytes, int]]
) -> list[tuple[bytes, int]]:
    """Return the changes from one set of validators to another, sorted by key (INV-I11).

    Power 0 removes a key. Each key comes once: the engine stops every node if one comes twice or
    if an unknown one is removed.
    """
    old, new = dict(before), dict(after)
    changes = {key: power for key, power in new.items() if old.get(key) != power}
    changes |= dict.fromkeys(old.keys() - new.keys(), 0)
    return sorted(changes.items())
