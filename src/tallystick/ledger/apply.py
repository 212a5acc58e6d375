# SPDX-License-Identifier: Apache-2.0
"""`apply_block`: from one block to the next. Read this file to know what a block does.

- Exactly one entry for each transaction, in order; a refusal is an outcome, with its code.
- A refused transaction changes no state; an exception that is not a refusal is a fault of this
  node and stops it: no entry, no block.
- Nothing here reads a clock, a disk or a network: time and store are arguments.
"""

from __future__ import annotations

from collections.abc import Sequence

from tallystick.crypto import sha256
from tallystick.errors import Rejected, invariant
from tallystick.ledger.admission import check_admission, use_nonce
from tallystick.ledger.block_state import BlockState
from tallystick.ledger.blocks import (
    begin_block,
    close_block,
    split_writes,
    take_founding_writes,
    take_pages,
)
from tallystick.ledger.calls import execute_call
from tallystick.ledger.ports import AppliedBlock
from tallystick.ledger.state import Ledger
from tallystick.membership import BUILT_IN_CONTRACTS
from tallystick.model import (
    EMPTY_WRITE_SET,
    OK,
    Block,
    Entry,
    Execution,
    Invocation,
    Outcome,
    Transaction,
    Unusable,
    encode_entry,
    encode_write_set,
)
from tallystick.units import ENTRY_BYTES_MAX


def apply_block(
    ledger: Ledger, *, height: int, time: int, transactions: Sequence[Transaction | Unusable]
) -> AppliedBlock:
    """Execute the next block on `ledger` and return it with every change it made.

    Signatures must have been verified: what failed comes as `Unusable`. Changes the ledger; the
    caller makes the block durable and hands the changes to storage before anyone is told.

    Raises:
        InvalidBlock: not the next height, or a time before the parent's.
        Halted: an invariant broke; the ledger must not be used any more.
    """
    begin_block(ledger, height, time)
    state = BlockState(ledger.store)
    membership = take_founding_writes(ledger)
    entries: list[bytes] = []
    write_sets: list[bytes] = []
    codes: list[str] = []

    for transaction in transactions:
        execution = _execute(ledger, state, transaction, height, time)
        write_set = encode_write_set(execution.writes) if execution.writes else EMPTY_WRITE_SET
        entries.append(_encode_entry(transaction, execution, write_set, height, time))
        write_sets.append(write_set)
        codes.append(execution.code)
        if _is_built_in(transaction):
            of_membership, of_state = split_writes(execution.writes)
            ledger.register.apply(of_membership)
            membership.update(of_membership)
            state.writes.update(of_state)
        else:
            state.writes.update(execution.writes)

    header = close_block(
        ledger, height, time, entries=entries, state=state.writes, membership=membership
    )
    block = Block(
        header,
        header.encode(),
        tuple(transaction.raw for transaction in transactions),
        tuple(entries),
        tuple(write_sets),
    )
    return AppliedBlock(
        block=block,
        transaction_ids=tuple(transaction.id for transaction in transactions),
        codes=tuple(codes),
        state=state.writes,
        membership=membership,
        pages=take_pages(ledger),
        tiles=ledger.log.take_dirty(),
    )


def _execute(
    ledger: Ledger,
    state: BlockState,
    transaction: Transaction | Unusable,
    height: int,
    time: int,
) -> Execution:
    """Run one transaction. Whatever becomes of it, its nonce is used (INV: never twice)."""
    if isinstance(transaction, Unusable):
        return Execution(transaction.code, None, (), {})
    call = transaction.call
    try:
        use_nonce(ledger, transaction, time)
        signer = check_admission(ledger, transaction, time)
    except Rejected as refusal:
        return Execution(refusal.code, None, (), {})
    version = ledger.register.version_at(call.contract, height)
    parent = ledger.head.hash  # the head moves when the block is closed
    invocation = Invocation(call, signer, transaction.id, height, time, version, parent)
    return execute_call(ledger.register, ledger.genesis, ledger.host, invocation, state)


def _is_built_in(transaction: Transaction | Unusable) -> bool:
    return isinstance(transaction, Transaction) and (
        transaction.call.contract in BUILT_IN_CONTRACTS
    )


def _encode_entry(
    transaction: Transaction | Unusable,
    execution: Execution,
    write_set: bytes,
    height: int,
    time: int,
) -> bytes:
    invariant(execution.code == OK or not execution.writes, "a refused call must not write")
    outcome = Outcome(execution.code, execution.result, execution.events, sha256(write_set))
    entry = encode_entry(Entry(transaction.id, height, time, outcome))
    invariant(len(entry) <= ENTRY_BYTES_MAX, "a contract host exceeded the outcome limit")
    return entry
