# SPDX-License-Identifier: Apache-2.0
"""Blocks that were decided and recorded before: read again, remembered, or taken over.

A recorded block carries the write set of every transaction, bound by its entry, which the log
root binds. So a node can be brought to a block either by executing it again (`apply_block`) or by
taking over what it wrote (`adopt_block`); both end in the same commitments, which are checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from tallystick.crypto import is_valid_signature, sha256
from tallystick.errors import InvalidBlock, InvalidSignature, Malformed, Rejected, Replayed
from tallystick.ledger.admission import use_nonce
from tallystick.ledger.blocks import (
    begin_block,
    close_block,
    split_writes,
    take_founding_writes,
    take_pages,
)
from tallystick.ledger.ports import AppliedBlock
from tallystick.ledger.replay_guard import BUCKET_MS
from tallystick.ledger.state import Ledger
from tallystick.model import (
    Block,
    Entry,
    Transaction,
    Unusable,
    decode_entry,
    decode_write_set,
    read_transaction,
)
from tallystick.units import TransactionId


def recorded_transactions(block: Block) -> Iterator[Transaction | Unusable]:
    """Yield a recorded block's transactions as they were executed, in order.

    Signatures were verified when the block was decided and are not verified again, except where
    the entry says that one failed.

    Raises:
        Malformed: an entry cannot be read.
    """
    for raw, entry in zip(block.transactions, block.entries, strict=True):
        yield _as_executed(raw, decode_entry(entry).outcome.code)


def oldest_remembered_time(ledger: Ledger) -> int:
    """Return the time from which on nonces must be remembered by a ledger at its head.

    A node that never stopped forgets whole buckets of nonces; one that was started anew must know
    exactly as many, or the two would answer a repeated nonce differently.
    """
    lifetime = ledger.genesis.parameters.transaction_lifetime_ms_max
    return ledger.head.time - lifetime - BUCKET_MS


def remember_block(ledger: Ledger, block: Block) -> None:
    """Mark the nonces of an earlier block as used: a node does this for recent blocks on start.

    Block by block, in order: what executing them would have forgotten is forgotten here too.
    """
    ledger.replay_guard.forget_expired(block.header.time)
    for transaction in recorded_transactions(block):
        _remember(ledger, transaction, block.header.time)


def adopt_block(ledger: Ledger, block: Block) -> AppliedBlock:
    """Bring `ledger` to the next recorded block by its write sets, without executing anything.

    Whoever calls has the app hash that this or a later block must have from a source that it
    believes. The result is the same as that of `apply_block` for the same block.

    Raises:
        InvalidBlock: not the next block, or its header, entries and write sets do not belong
            together; the ledger must not be used any more.
    """
    header = block.header
    try:
        begin_block(ledger, header.height, header.time)
        membership = take_founding_writes(ledger)
        state: dict[bytes, bytes | None] = {}
        ids: list[bytes] = []
        codes: list[str] = []
        for raw, entry_bytes, write_set in zip(
            block.transactions, block.entries, block.write_sets, strict=True
        ):
            entry = decode_entry(entry_bytes)
            _check_entry(entry, block, raw, write_set)
            of_membership, of_state = split_writes(decode_write_set(write_set))
            ledger.register.apply(of_membership)
            membership.update(of_membership)
            state.update(of_state)
            _remember(ledger, _as_executed(raw, entry.outcome.code), header.time)
            ids.append(entry.transaction_id)
            codes.append(entry.outcome.code)
    except (Rejected, ValueError) as error:
        raise InvalidBlock(f"block {header.height} cannot be read: {error}") from error
    made = close_block(
        ledger,
        header.height,
        header.time,
        entries=block.entries,
        state=state,
        membership=membership,
    )
    if made.encode() != block.header_bytes:
        raise InvalidBlock(
            f"block {header.height}: its records do not lead to its header",
            field="app_hash",
            expected=header.app_hash.hex(),
            found=made.app_hash.hex(),
        )
    return AppliedBlock(
        block=block,
        transaction_ids=tuple(ids),
        codes=tuple(codes),
        state=state,
        membership=membership,
        pages=take_pages(ledger),
        tiles=ledger.log.take_dirty(),
    )


def _as_executed(raw: bytes, code: str) -> Transaction | Unusable:
    transaction = read_transaction(raw)
    if transaction is None:
        return Unusable(TransactionId(sha256(raw)), raw, Malformed.code)
    if code == InvalidSignature.code and not is_valid_signature(
        transaction.signer, transaction.signed_bytes, transaction.signature
    ):
        return Unusable(transaction.id, raw, code)
    return transaction


def _remember(ledger: Ledger, transaction: Transaction | Unusable, time: int) -> None:
    if isinstance(transaction, Transaction):
        with suppress(Replayed):
            use_nonce(ledger, transaction, time)


def _check_entry(entry: Entry, block: Block, raw: bytes, write_set: bytes) -> None:
    header = block.header
    if (
        entry.transaction_id != sha256(raw)
        or (entry.height, entry.block_time) != (header.height, header.time)
        or entry.outcome.write_set_digest != sha256(write_set)
    ):
        raise InvalidBlock(
            f"block {header.height}: an entry is not that of its transaction and write set",
            field="entries",
            found=entry.transaction_id.hex(),
        )
