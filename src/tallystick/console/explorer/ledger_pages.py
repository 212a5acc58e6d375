# SPDX-License-Identifier: Apache-2.0
"""Blocks: in a list, and one with what is in it."""

from __future__ import annotations

from starlette.responses import Response

from tallystick.console.ledger import Json, at
from tallystick.console.list_files import PAGE as FILE_PAGE
from tallystick.console.list_files import (
    Column,
    ListFile,
    give_list,
    is_file_wanted,
    moment_of,
    of,
    paged,
)
from tallystick.console.visit import Visit
from tallystick.errors import NotFound, Unavailable

_PAGE = 50


async def show_blocks(visit: Visit) -> Response:
    """Answer GET /b: blocks, newest first."""
    if is_file_wanted(visit):
        return await give_list(visit, _file(visit))
    blocks = await visit.ledger.get(at("blocks"), limit=_PAGE, cursor=visit.query.get("cursor"))
    return visit.page("explorer/blocks.html", blocks=blocks)


async def show_block(visit: Visit) -> Response:
    """Answer GET /b/{height}: one block, its transactions, and who signed it."""
    height = visit.part("height")
    block = await visit.ledger.get(at("blocks", height))
    signed = await signatures_of(visit, int(height))
    return visit.page("explorer/block.html", block=block, signed=signed)


async def signatures_of(visit: Visit, height: int) -> Json | None:
    """Return who signed a block, by organisation; None where the engine does not say.

    It does not of the newest block, and of those whose commits it has pruned.
    """
    try:
        return await visit.ledger.get(at("blocks", height, "signatures"))
    except (NotFound, Unavailable):
        return None


def _file(visit: Visit) -> ListFile:
    return ListFile(
        name="blocks",
        title=visit.say("Blocks"),
        columns=(
            Column(visit.say("Height"), of("height")),
            Column(visit.say("When"), moment_of("time_ms")),
            Column(visit.say("Transactions"), of("transaction_count")),
            Column(visit.say("Hash"), of("hash")),
            Column(visit.say("Hash of the block before"), of("parent")),
            Column(visit.say("Log size"), of("log_size")),
            Column(visit.say("Log root"), of("log_root")),
            Column(visit.say("State root"), of("state_root")),
            Column(visit.say("App hash"), of("app_hash")),
        ),
        parts=paged(lambda cursor: visit.ledger.get(at("blocks"), limit=FILE_PAGE, cursor=cursor)),
    )
