# SPDX-License-Identifier: Apache-2.0
"""The bank's answers: read, reported by transactions of the reader, and dealt with only then."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.bank_files import BankFiles
from tallystick.console.records import Records
from tallystick.console.visit import Visit
from tallystick.console.work.bank_journal import (
    Journal,
    Outbox,
    Reading,
    finish_reading,
    keep_reading,
)
from tallystick.console.work.bank_outboxes import REPORT
from tallystick.console.work.batch_pages import begin_batch
from tallystick.console.work.batches import BatchRow, NewBatch, rows_of
from tallystick.errors import NotFound, TallystickError

_SEE_OTHER: Final = 303
_TOLD: Final = frozenset({"done", "skipped"})
_NOT_TAKEN: Final = frozenset({"refused", "failed"})
_CONTRADICTION: Final = "E_STATE"
"""The ledger knows otherwise: a person looks at it, and the rest goes on."""
_CELLS: Final = ("order", "attempt", "state", "reference", "reason")
_BOOKED, _RETURNED = "BOOKED", "RETURNED"


async def begin_reading(
    visit: Visit, outbox: Outbox, journal: Journal, files: list[tuple[str, bytes]]
) -> Response:
    """Read files of the bank in order; what they newly say is kept, and its batch begun.

    A file that cannot be read is named for a person to look at, if another one can be.

    Raises:
        NotFound: nothing here reads them.
        Rejected: somebody else was quicker.
        TallystickError: none of them can be read.
    """
    if visit.bank_files is None:
        raise NotFound("this system has no payments for a bank", field="contract")
    reading = await asyncio.to_thread(
        _read, visit.bank_files, journal.state, files, visit.somebody().name
    )
    await asyncio.to_thread(keep_reading, visit.records, outbox, None, reading)
    if not reading.reports:
        await asyncio.to_thread(finish_reading, visit.records, outbox, reading, reading)
        return RedirectResponse(visit.here, _SEE_OTHER)
    return await report_rest(visit, outbox, reading)


async def report_rest(visit: Visit, outbox: Outbox, reading: Reading | None) -> Response:
    """Begin a batch of the results that the ledger does not have yet.

    Raises:
        NotFound: nothing was read.
        Rejected: somebody else was quicker.
    """
    if reading is None:
        raise NotFound("nothing was read that waits to be reported", field="step")
    rows = [
        BatchRow(
            number=number,
            state="waiting",
            cells=[str(report[name] or "") for name in _CELLS],
            args=report,
        )
        for number, report in enumerate(_next(reading.reports), 1)
    ]
    new = NewBatch(
        contract=outbox.contract,
        method=REPORT,
        name=", ".join(reading.files),
        header=[
            visit.say("Order"),
            visit.say("Try"),
            visit.say("State"),
            visit.say("Bank's reference"),
            visit.say("Reason"),
        ],
        rows=rows,
        back=visit.here,
    )
    answer = await begin_batch(visit, new)
    batch = answer.headers["location"].rsplit("/", 1)[1]
    await asyncio.to_thread(
        keep_reading, visit.records, outbox, reading, replace(reading, batch=batch)
    )
    return answer


async def forget_reading(visit: Visit, outbox: Outbox, reading: Reading | None) -> None:
    """Forget a reading: nothing of it counts until it is read again.

    Raises:
        NotFound: nothing was read.
        Rejected: somebody else was quicker.
    """
    if reading is None:
        raise NotFound("nothing was read that waits to be reported", field="step")
    await asyncio.to_thread(keep_reading, visit.records, outbox, reading, None)


def settled(records: Records, reading: Reading) -> Reading:
    """Return a reading without the results that the ledger has by now; nothing is kept."""
    if reading.batch is None:
        return reading
    left, attention = list(reading.reports), list(reading.attention)
    for row in rows_of(records, reading.batch):
        is_contradiction = (
            row.state in _NOT_TAKEN and (row.problem or {}).get("code") == _CONTRADICTION
        )
        if row.args not in left or not (row.state in _TOLD or is_contradiction):
            continue
        left.remove(row.args)
        if is_contradiction:
            order = f"{row.args['order']}-{row.args['attempt']}"
            why = {"why": _CONTRADICTION, "file": ", ".join(reading.files), "place": ""}
            attention.append({**why, "order": order})
    return replace(reading, reports=left, attention=attention)


def keep_settled(records: Records, outbox: Outbox, before: Reading, after: Reading) -> None:
    """Keep how a reading stands; with the last result it is dealt with.

    Raises:
        Rejected: somebody else was quicker.
    """
    if after.is_told:
        finish_reading(records, outbox, before, after)
    elif after != before:
        keep_reading(records, outbox, before, after)


def _read(bank: BankFiles, state: str, files: list[tuple[str, bytes]], name: str) -> Reading:
    reports: list[dict[str, Any]] = []
    attention: list[dict[str, Any]] = []
    faults: list[TallystickError] = []
    for file, data in bank.in_order(files):
        try:
            answer = bank.read(state, file, data)
        except TallystickError as error:
            faults.append(error)
            place = str(error.field or "")
            attention.append({"why": error.code, "file": file, "order": None, "place": place})
            continue
        state = answer.state
        reports += answer.reports
        attention += answer.attention
    if len(faults) == len(files):
        raise faults[0]
    return Reading(
        state=state,
        files=[file for file, _ in files],
        reports=reports,
        attention=attention,
        count=len(reports),
        read_by=name,
    )


def _next(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what can be tried now: a return is tried once its booking is on the ledger."""
    booked = {(one["order"], one["attempt"]) for one in reports if one["state"] == _BOOKED}
    return [
        one
        for one in reports
        if one["state"] != _RETURNED or (one["order"], one["attempt"]) not in booked
    ]
