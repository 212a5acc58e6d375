# SPDX-License-Identifier: Apache-2.0
"""What is done with a batch: every row is tried, and after one word of its signer every row sent.

Both go on after the page was answered, a few rows at a time; what has become of a row is kept
before the next ones begin. A row is prepared once, so sending again ends in the same transaction.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from tallystick.console.confirmations import Confirmation, keep_confirmation, keep_together
from tallystick.console.ledger import Json
from tallystick.console.problem_texts import CHINESE_TEXTS
from tallystick.console.signing.pending import (
    digests_of,
    find_pending,
    prepare,
    preview_of,
    send,
)
from tallystick.console.visit import Visit
from tallystick.console.work.batches import (
    Batch,
    BatchRow,
    change_rows,
    done_before,
    move_on,
    rows_of,
)
from tallystick.crypto import sha256
from tallystick.errors import TallystickError

_LOG: Final = logging.getLogger("tallystick.console")
_AT_ONCE: Final = 20
_IN_ORDER: Final = frozenset({"add_rows"})
"""Methods whose calls build on one another: sent one by one, and no more after one that failed."""
_SHOWN: Final = ("sentence", "changes", "events")
"""Of a preview, what the page of a batch shows."""

_Change = dict[str, Json]


async def try_rows(visit: Visit, batch: Batch) -> None:
    """Try every row that waits; those that were done before are skipped."""
    done = await asyncio.to_thread(done_before, visit.records, batch)

    async def tried(row: BatchRow) -> _Change:
        if row.digest in done:
            return {"state": "skipped", "transaction": done[row.digest]}
        return await _tried(visit, batch, row)

    await _through(visit, batch, "waiting", tried)
    move_on(visit.records, batch.id, "checking", "ready", visit.now_ms)


def digest_of(visit: Visit, batch: Batch) -> bytes:
    """Return what a signer confirms: the SHA-256 of the digests of all ready rows in order."""
    return sha256(b"".join(_ready_digests(visit, batch)))


def keep_what_was_confirmed(visit: Visit, batch: Batch) -> None:
    """Keep the digests beside the challenge that is made of them, for who checks it later."""
    keep_together(visit.records, digest_of(visit, batch), _ready_digests(visit, batch))


def _ready_digests(visit: Visit, batch: Batch) -> list[bytes]:
    digests = digests_of(visit.records, batch.account)
    ready = rows_of(visit.records, batch.id, states=["ready"])
    return [digests[str(row.pending)] for row in ready if str(row.pending) in digests]


async def send_rows(visit: Visit, batch: Batch, given: Confirmation) -> None:
    """Sign and send every row that is ready; its signer's word is kept beside each."""

    async def sent(row: BatchRow) -> _Change:
        keep_confirmation(visit.records, str(row.pending), given)
        return await _sent(visit, batch, row)

    await _through(visit, batch, "ready", sent)
    move_on(visit.records, batch.id, "sending", "done", visit.now_ms)


async def _through(
    visit: Visit, batch: Batch, state: str, step: Callable[[BatchRow], Awaitable[_Change]]
) -> None:
    """Take a step with all rows of a state, a few at once."""
    rows = await asyncio.to_thread(rows_of, visit.records, batch.id, states=[state])
    is_in_order = batch.method in _IN_ORDER and state == "ready"
    at_once = 1 if is_in_order else _AT_ONCE
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        changes = await asyncio.gather(*(step(row) for row in some))
        by_number = {row.number: change for row, change in zip(some, changes, strict=True)}
        await asyncio.to_thread(change_rows, visit.records, batch.id, by_number, visit.now_ms)
        if is_in_order and changes[-1]["state"] == "failed":
            return


async def _tried(visit: Visit, batch: Batch, row: BatchRow) -> _Change:
    try:
        name = await prepare(
            visit, batch.contract, batch.method, row.args, back=f"/batch/{batch.id}"
        )
        pending = find_pending(visit.records, name, batch.account)
        preview = await preview_of(visit, pending)
    except TallystickError as error:
        return {"state": "bad", "problem": problem_of_error(error)}
    if preview["error"] is not None:
        return {"state": "refused", "problem": problem_of_preview(preview["error"])}
    shown = {name: preview[name] for name in _SHOWN}
    return {"state": "ready", "preview": shown, "pending": name}


async def _sent(visit: Visit, batch: Batch, row: BatchRow) -> _Change:
    try:
        pending = await send(visit, find_pending(visit.records, str(row.pending), batch.account))
        transaction = await visit.ledger.get(f"/v1/transactions/{pending.transaction}")
    except TallystickError as error:
        _LOG.info("row %d of batch %s was not sent: %s", row.number, batch.id, error.code)
        return {"state": "failed", "problem": problem_of_error(error)}
    change: _Change = {"transaction": transaction["id"]}
    if transaction["code"] == "ok":
        return {**change, "state": "done"}
    return {**change, "state": "failed", "problem": _problem_of_refusal(transaction)}


def problem_of_error(error: TallystickError) -> Json:
    """Return what a row says of an error."""
    return _problem(error.code, error.field, str(error), CHINESE_TEXTS.said(error).message)


def problem_of_preview(error: Mapping[str, Json]) -> Json:
    """Return what a row says of a preview's refusal."""
    said = error["sentence"] or error["title"]
    return _problem(error["code"], error["field"], said["en"], said["zh"])


def _problem_of_refusal(transaction: Mapping[str, Json]) -> Json:
    said = transaction["sentence"] or {"en": transaction["code"], "zh": transaction["code"]}
    return _problem(transaction["code"], None, said["en"], said["zh"])


def _problem(code: str, field: str | None, english: str, chinese: str) -> Json:
    return {"code": code, "field": field or "", "en": english, "zh": chinese}
