# SPDX-License-Identifier: Apache-2.0
"""`apply_block`: from one block to the next. Read this file to know what a block does.

- Exactly one entry for each transaction, in order; a refusal is an outcome, with its code.
- A refused transaction changes no state; an exception that is not a refusal is a fault of this
  node and stops it: no entry, no block.
- Nothing here reads a clock, a disk or a network: time and store are arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from tallystick.crypto import sha256
from tallystick.errors import InvalidBlock, Rejected, Replayed, invariant
from tallystick.ledger.admission import check_admission
from tallystick.ledger.ports import AppliedBlock, Store, Tree
from tallystick.ledger.state import Head, Ledger
from tallystick.membership import MEMBERSHIP_CONTRACT, execute_membership_call
from tallystick.merkle import leaf_hash
from tallystick.model import (
    EMPTY_WRITE_SET,
    OK,
    Block,
    BlockHeader,
    Entry,
    Execution,
    Invocation,
    Outcome,
    Transaction,
    app_hash,
    decode_transaction,
    encode_entry,
    encode_write_set,
)
from tallystick.units import ENTRY_BYTES_MAX

_ABSENT = object()


class BlockState:
    """The world state while a block executes: the store, under the block's writes so far."""

    __slots__ = ("_read", "writes")

    def __init__(self, store: Store) -> None:
        """Start from the state of the block before."""
        self._read = store.get
        self.writes: dict[bytes, bytes | None] = {}

    def get(self, key: bytes, /) -> bytes | None:
        """Return the value bytes of a state key, or None."""
        value = self.writes.get(key, _ABSENT)
        if value is _ABSENT:
            return self._read(Tree.STATE, key)
        return value  # type: ignore[return-value]  # the sentinel was handled


def apply_block(
    ledger: Ledger, *, height: int, time: int, transactions: Sequence[Transaction]
) -> AppliedBlock:
    """Execute the next block on `ledger` and return it with every change it made.

    Signatures must have been verified. Changes the ledger; the caller makes the block durable and
    hands the changes to storage before anyone is told.

    Raises:
        InvalidBlock: not the next height, or a time before the parent's.
        Halted: an invariant broke; the ledger must not be used any more.
    """
    _check_position(ledger.head, height, time)
    ledger.replay_guard.forget_expired(time)
    state = BlockState(ledger.store)
    membership, ledger.pending_membership = ledger.pending_membership, {}
    entries: list[bytes] = []
    write_sets: list[bytes] = []
    codes: list[str] = []

    for transaction in transactions:
        execution = _execute(ledger, state, transaction, height, time)
        write_set = encode_write_set(execution.writes) if execution.writes else EMPTY_WRITE_SET
        entries.append(_encode_entry(transaction, execution, write_set, height, time))
        write_sets.append(write_set)
        codes.append(execution.code)
        if transaction.call.contract == MEMBERSHIP_CONTRACT:
            ledger.register.apply(execution.writes)
            membership.update(execution.writes)
        else:
            state.writes.update(execution.writes)

    ledger.log.append([leaf_hash(entry) for entry in entries])
    ledger.state_tree.update(state.writes)
    ledger.membership_tree.update(membership)
    header = _make_header(ledger, height, time)
    header_bytes = header.encode()
    ledger.head = Head(height, sha256(header_bytes), time, header.app_hash)
    block = Block(
        header,
        header_bytes,
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
        pages=_take_pages(ledger),
        tiles=ledger.log.take_dirty(),
    )


def use_nonce(ledger: Ledger, transaction: Transaction, time: int) -> None:
    """Mark a transaction's nonce as used, for as long as the transaction could execute again.

    What was refused for lying too far ahead is remembered for the usual window only.

    Raises:
        Replayed: the signer has used the nonce.
    """
    call = transaction.call
    until = min(call.valid_until, time + ledger.parameters.transaction_lifetime_ms_max)
    if not ledger.replay_guard.use(transaction.signer, call.nonce, until):
        raise Replayed("the nonce was used before", field="nonce", found=str(call.nonce))


def remember_block(ledger: Ledger, block: Block) -> None:
    """Mark the nonces of an earlier block as used: a node does this for recent blocks on start."""
    for raw in block.transactions:
        with suppress(Replayed):
            use_nonce(ledger, decode_transaction(raw), block.header.time)


def _check_position(head: Head, height: int, time: int) -> None:
    if height != head.height + 1:
        raise InvalidBlock(
            "not the next height", field="height", expected=str(head.height + 1), found=str(height)
        )
    if time < head.time:
        raise InvalidBlock(
            "block time before the parent's",
            field="time",
            expected=f">= {head.time}",
            found=str(time),
        )


def _execute(
    ledger: Ledger, state: BlockState, transaction: Transaction, height: int, time: int
) -> Execution:
    """Run one transaction. Whatever becomes of it, its nonce is used (INV: never twice)."""
    call = transaction.call
    try:
        use_nonce(ledger, transaction, time)
        signer = check_admission(ledger, transaction, time)
    except Rejected as refusal:
        return Execution(refusal.code, None, (), {})
    invocation = Invocation(call, signer, transaction.id, height, time)
    if call.contract == MEMBERSHIP_CONTRACT:
        return execute_membership_call(ledger.register, invocation)
    return ledger.host.execute(invocation, state)


def _encode_entry(
    transaction: Transaction, execution: Execution, write_set: bytes, height: int, time: int
) -> bytes:
    invariant(execution.code == OK or not execution.writes, "a refused call must not write")
    outcome = Outcome(execution.code, execution.result, execution.events, sha256(write_set))
    entry = encode_entry(Entry(transaction.id, height, time, outcome))
    invariant(len(entry) <= ENTRY_BYTES_MAX, "a contract host exceeded the outcome limit")
    return entry


def _make_header(ledger: Ledger, height: int, time: int) -> BlockHeader:
    log_root = ledger.log.root()
    roots = (ledger.log.size, log_root, ledger.state_tree.root, ledger.membership_tree.root)
    return BlockHeader(
        height=height,
        parent=ledger.head.hash,
        time=time,
        log_size=ledger.log.size,
        log_root=log_root,
        state_root=ledger.state_tree.root,
        membership_root=ledger.membership_tree.root,
        app_hash=app_hash(*roots),
    )


def _take_pages(ledger: Ledger) -> dict[tuple[Tree, bytes], bytes | None]:
    pages: dict[tuple[Tree, bytes], bytes | None] = {}
    for tree, source in (
        (Tree.STATE, ledger.state_tree),
        (Tree.MEMBERSHIP, ledger.membership_tree),
    ):
        pages.update({(tree, prefix): page for prefix, page in source.take_dirty().items()})
    return pages
