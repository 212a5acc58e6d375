# SPDX-License-Identifier: Apache-2.0
"""What a committed transaction changed, and what genesis founded: each record before and after.

A write set says what stands under a key afterwards. What stood there before is the write set of
the transaction that wrote the key last; the views know which one that was, for every key.
"""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import Annotated

from msgspec import Meta, Struct

from tallystick.api.answer import BRIEFLY, Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.api.changes import CHANGES_MAX, RecordChange, show_changes
from tallystick.api.ports import LedgerNode
from tallystick.api.readers import Readers, readers_of
from tallystick.api.transaction_rows import list_answer
from tallystick.api.view_rows import EarlierWrite
from tallystick.api.wire_types import Code, Count, Hash
from tallystick.errors import Corrupted
from tallystick.membership import MEMBERSHIP_PREFIX, genesis_writes
from tallystick.model import Block, decode_entry, decode_write_set

_DAMAGED = "Stop the node, then run `tally views rebuild`."


class TransactionChanges(Struct, frozen=True, kw_only=True):
    """What a transaction changed."""

    transaction: Hash
    height: Count
    index: Count
    code: Code
    changes: Annotated[list[RecordChange], Meta(description="None of a refused transaction.")]
    change_count: Annotated[int, Meta(ge=0, description="More than are listed, if it is large.")]
    readers: Readers


class FoundingChanges(Struct, frozen=True, kw_only=True):
    """What genesis put into the register."""

    changes: list[RecordChange]
    change_count: Count


async def show_transaction_changes(asked: Asked) -> Answer:
    """Answer GET /v1/transactions/{id}/changes."""
    server = asked.server
    block, index = await asyncio.to_thread(server.node.transaction, asked.required_hash("id"))
    await server.wait_for_views(block.header.height)
    return await asyncio.to_thread(_answer, asked, block, index)


def show_founding_changes(asked: Asked) -> Answer:
    """Answer GET /v1/genesis/changes."""
    writes = genesis_writes(asked.server.node.genesis)
    changes = show_changes({}, writes, asked.server.catalogue)
    record = FoundingChanges(changes=changes, change_count=len(writes))
    return json_answer(record, headers=(BRIEFLY,))


def _answer(asked: Asked, block: Block, index: int) -> Answer:
    node, catalogue = asked.server.node, asked.server.catalogue
    views_height = node.views.height()
    entry = decode_entry(block.entries[index])
    writes = decode_write_set(block.write_sets[index])
    changes = show_changes(_before(node, block, index, writes), writes, catalogue)
    organizations = node.register().register.organizations
    record = TransactionChanges(
        transaction=entry.transaction_id.hex(),
        height=block.header.height,
        index=index,
        code=entry.outcome.code,
        changes=changes,
        change_count=len(writes),
        readers=readers_of(changes, catalogue, organizations),
    )
    return list_answer(record, views_height)


def _before(
    node: LedgerNode, block: Block, index: int, writes: dict[bytes, bytes | None]
) -> dict[bytes, bytes | None]:
    """Return what stood under the keys of a write set before; keys made by it are left out."""
    if not writes:
        return {}
    earlier = node.views.previous_writes(block.first_leaf + index)
    founding = genesis_writes(node.genesis) if _is_of_membership(writes) else {}
    blocks: dict[int, Block] = {block.header.height: block}
    found: dict[bytes, bytes | None] = {}
    for place, key in enumerate(islice(writes, CHANGES_MAX)):
        follows = earlier.get(place)
        if follows is None:
            found[key] = founding.get(key)
            continue
        height = follows.height
        if height not in blocks:
            blocks[height] = node.block(height)
        found[key] = _written(blocks[height], follows, key)
    return found


def _written(block: Block, earlier: EarlierWrite, key: bytes) -> bytes | None:
    """Return what an earlier transaction wrote under a key.

    Raises:
        Corrupted: it did not write this key.
    """
    writes = decode_write_set(block.write_sets[earlier.leaf_index - block.first_leaf])
    place = next(islice(writes, earlier.place, None), None)
    if place != key:
        raise Corrupted(
            f"the views are damaged: transaction {earlier.leaf_index} did not write the key",
            field=key.decode(errors="replace")[:80],
            hint=_DAMAGED,
        )
    return writes[key]


def _is_of_membership(writes: dict[bytes, bytes | None]) -> bool:
    return any(key.startswith(MEMBERSHIP_PREFIX) for key in writes)
