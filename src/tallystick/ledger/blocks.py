# SPDX-License-Identifier: Apache-2.0
"""Where a block begins and ends, whether it is executed or taken over from a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tallystick.crypto import sha256
from tallystick.errors import InvalidBlock
from tallystick.ledger.ports import Tree
from tallystick.ledger.state import Head, Ledger
from tallystick.membership import MEMBERSHIP_PREFIX
from tallystick.merkle import leaf_hash
from tallystick.model import BlockHeader, app_hash


def begin_block(ledger: Ledger, height: int, time: int) -> None:
    """Check that a block comes next, and forget the nonces that have expired by its time.

    Raises:
        InvalidBlock: not the next height, or a time before the parent's.
    """
    head = ledger.head
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
    ledger.replay_guard.forget_expired(time)


def take_founding_writes(ledger: Ledger) -> dict[bytes, bytes | None]:
    """Return the founding records if this is the first block, which carries them to storage."""
    writes, ledger.pending_membership = ledger.pending_membership, {}
    return writes


def split_writes(
    writes: Mapping[bytes, bytes | None],
) -> tuple[dict[bytes, bytes | None], dict[bytes, bytes | None]]:
    """Return the writes of the membership tree, and those of the state tree."""
    membership: dict[bytes, bytes | None] = {}
    state: dict[bytes, bytes | None] = {}
    for key, value in writes.items():
        (membership if key.startswith(MEMBERSHIP_PREFIX) else state)[key] = value
    return membership, state


def close_block(
    ledger: Ledger,
    height: int,
    time: int,
    *,
    entries: Sequence[bytes],
    state: dict[bytes, bytes | None],
    membership: dict[bytes, bytes | None],
) -> BlockHeader:
    """Bring the three trees up to the block and return its header: the ledger is at it now."""
    ledger.log.append([leaf_hash(entry) for entry in entries])
    ledger.state_tree.update(state)
    ledger.membership_tree.update(membership)
    header = _make_header(ledger, height, time)
    ledger.head = Head(height, sha256(header.encode()), time, header.app_hash)
    ledger.parameters = ledger.register.effective_parameters(ledger.genesis.parameters)
    return header


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


def take_pages(ledger: Ledger) -> dict[tuple[Tree, bytes], bytes | None]:
    """Return the changed records of both state trees, once."""
    pages: dict[tuple[Tree, bytes], bytes | None] = {}
    for tree, source in (
        (Tree.STATE, ledger.state_tree),
        (Tree.MEMBERSHIP, ledger.membership_tree),
    ):
        pages.update({(tree, prefix): page for prefix, page in source.take_dirty().items()})
    return pages
