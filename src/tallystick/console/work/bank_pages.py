# SPDX-License-Identifier: Apache-2.0
"""Payments to the bank, as `tally payments` does it: the file, its note, the bank's answers.

Every step may be the last before a crash; who takes it again gets the same file, nothing twice.
Private files and the bank's are read in memory and kept nowhere (docs/decisions/0063).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from tallystick.console.audit import Kind, note
from tallystick.console.bank_files import BankFiles, MadeFile, PrivateFiles
from tallystick.console.ledger import Json, at
from tallystick.console.problems import FORBIDDEN_ROLE, problem_page
from tallystick.console.records import Records
from tallystick.console.visit import Visit
from tallystick.console.work.bank_answers import (
    begin_reading,
    forget_reading,
    keep_settled,
    report_rest,
    settled,
)
from tallystick.console.work.bank_journal import (
    Journal,
    KeptFile,
    Outbox,
    Reading,
    begin_file,
    change_file,
    load_journal,
    moved_on,
)
from tallystick.console.work.bank_outboxes import (
    NOTE,
    end_to_end_id,
    outbox_of,
    ready_rows,
    works_with_bank,
)
from tallystick.console.work.batch_pages import begin_batch
from tallystick.console.work.batches import BatchRow, NewBatch
from tallystick.crypto import sha256
from tallystick.errors import IdempotencyConflict, InvalidArguments, Rejected

FORM_BYTES_MAX: Final = 1024 * 1024
"""Longer forms lie in a temporary file while they are read; names and accounts must not."""
_UNPROCESSABLE: Final = 422
_SHOWN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One outbox as it stands when a request comes."""

    contract: Json
    outbox: Outbox
    files: BankFiles
    kept: Journal
    """As the last step left it."""
    reading: Reading | None
    """The one that is kept, without what the ledger has of it by now."""
    journal: Journal
    """As it is now."""
    ready: list[Json]
    """Orders that wait for a file."""


async def show_payments(visit: Visit) -> Response:
    """Answer GET /bank/{contract}: orders that are ready, files, answers, and what became of them.

    Raises:
        NotFound: the contract has no outbox, or nothing here makes its files.
    """
    desk = await _desk(visit)
    return await _refused(visit) if desk is None else _page(visit, desk)


async def take_step(visit: Visit) -> Response:
    """Answer POST /bank/{contract}: check, make, note, read, report, forget.

    Raises:
        InvalidArguments: a file is missing or is not as it must be, or there is no such step.
        Rejected: another step comes first.
        TallystickError: no bank would take the payments, or a file is none of a bank.
    """
    sent = await visit.form(bytes_max=FORM_BYTES_MAX)
    desk = await _desk(visit)
    if desk is None:
        return await _refused(visit)
    step = _STEPS.get(str(sent.get("step", "")))
    if step is None:
        raise InvalidArguments("there is no such step", field="step")
    await asyncio.to_thread(_keep, visit.records, desk, visit.now_ms)
    return await step(visit, desk, sent)


async def _check(visit: Visit, desk: Desk, sent: FormData) -> Response:
    """Show what a file would pay, and what waits, and why; nothing is made."""
    made = await _made(visit, desk, desk.ready, sent, visit.now_ms)
    return _page(visit, desk, checked=made)


async def _make(visit: Visit, desk: Desk, sent: FormData) -> Response:
    """Give the payment file; the one that is on its way comes first, and is the same again.

    Raises:
        IdempotencyConflict: these private files do not make the file that is on its way.
        InvalidArguments: a private file is not as it must be.
        Rejected: somebody else was quicker.
        TallystickError: no bank would take the payments.
    """
    known = desk.journal.on_its_way
    if known is not None:
        again = await _made(visit, desk, known.rows, sent, known.created_ms)
        if sha256(again.data).hex() != known.sha256:
            raise IdempotencyConflict(
                "these private files do not make the payment file that is on its way",
                field="payees",
                expected=known.sha256,
                found=sha256(again.data).hex(),
                hint="Take the payer's and payees' files with which it was made.",
            )
        return await _download(visit, desk, again)
    now = visit.now_ms
    made = await _made(visit, desk, desk.ready, sent, now)
    if not made.data:
        return _page(visit, desk, checked=made, http_status=_UNPROCESSABLE)
    file = KeptFile(
        message_id=made.message_id,
        sha256=sha256(made.data).hex(),
        created_ms=now,
        made_by=visit.somebody().name,
        rows=made.rows,
    )
    before = desk.journal.state
    after = await asyncio.to_thread(desk.files.sending, before, made.data)
    await asyncio.to_thread(begin_file, visit.records, desk.outbox, file, before, after)
    return await _download(visit, desk, made)


async def _note(visit: Visit, desk: Desk, _sent: FormData) -> Response:
    """Begin the transactions that tell the ledger in which file the orders went to the bank.

    Raises:
        Rejected: no file is on its way.
    """
    known = desk.journal.on_its_way
    if known is None:
        raise Rejected("no payment file waits to be noted", hint=visit.place)
    ids = [row["id"] for row in known.rows]
    size = desk.files.noted_at_once
    parts = [
        BatchRow(
            number=number,
            state="waiting",
            cells=[", ".join(ids[start : start + size])],
            args={"orders": ids[start : start + size], "file": known.sha256},
        )
        for number, start in enumerate(range(0, len(ids), size), 1)
    ]
    new = NewBatch(
        contract=desk.outbox.contract,
        method=NOTE,
        name=f"{known.message_id}.xml",
        header=[visit.say("Payment orders")],
        rows=parts,
        back=visit.here,
    )
    answer = await begin_batch(visit, new)
    batch = answer.headers["location"].rsplit("/", 1)[1]
    await asyncio.to_thread(
        change_file, visit.records, desk.outbox, known.message_id, {"batch": batch}
    )
    return answer


async def _read(visit: Visit, desk: Desk, sent: FormData) -> Response:
    """Read the bank's answers and begin the transactions that report what they newly say.

    Raises:
        InvalidArguments: no file was chosen.
        Rejected: the note of a file, or an earlier reading, comes first.
        TallystickError: none of the files can be read.
    """
    if desk.journal.on_its_way is not None:
        raise Rejected("first note on the ledger that the payment file was sent", hint=visit.place)
    if desk.journal.reading is not None:
        raise Rejected("first report what was read before", hint=visit.place)
    files = [
        (str(one.filename), await one.read())
        for one in sent.getlist("answers")
        if isinstance(one, UploadFile) and one.filename
    ]
    if not files:
        raise InvalidArguments("choose a file", field="answers", expected="pain.002, camt.054")
    return await begin_reading(visit, desk.outbox, desk.journal, files)


async def _report(visit: Visit, desk: Desk, _sent: FormData) -> Response:
    """Begin the transactions of what was read and is not on the ledger yet."""
    return await report_rest(visit, desk.outbox, desk.journal.reading)


async def _forget(visit: Visit, desk: Desk, _sent: FormData) -> Response:
    """Forget what was read: it can be read again, and what was reported is not reported twice."""
    await forget_reading(visit, desk.outbox, desk.journal.reading)
    return RedirectResponse(visit.here, 303)


_Step = Callable[[Visit, Desk, FormData], Awaitable[Response]]
_STEPS: Final[dict[str, _Step]] = {
    "check": _check,
    "make": _make,
    "note": _note,
    "read": _read,
    "report": _report,
    "forget": _forget,
}


async def _desk(visit: Visit) -> Desk | None:
    """Return what the page works with, as it is now; None for whom it is not. Nothing is kept."""
    contract = await visit.ledger.schema(visit.part("contract"))
    outbox, files = outbox_of(visit, contract), visit.bank_files
    if files is None or not works_with_bank(visit, contract):
        return None
    ready = await ready_rows(visit, outbox)
    kept = await asyncio.to_thread(load_journal, visit.records, outbox)
    reading, journal = kept.reading, _as_noted(kept, ready, visit.now_ms)
    if reading is not None:
        reading = await asyncio.to_thread(settled, visit.records, reading)
        journal = moved_on(journal, reading)
    sent = {one["id"] for one in files.sent_orders(journal.state)}
    return Desk(
        contract=contract,
        outbox=outbox,
        files=files,
        kept=kept,
        reading=reading,
        journal=journal,
        ready=[one for one in ready if end_to_end_id(one) not in sent],
    )


def _as_noted(kept: Journal, ready: list[Json], now_ms: int) -> Journal:
    """Return a journal whose payment file is on its way no more if the ledger was told of it."""
    known = kept.on_its_way
    # Lists may be behind, but what they showed as ready and show so no longer has been noted.
    if known is None or {*map(end_to_end_id, known.rows)} & {*map(end_to_end_id, ready)}:
        return kept
    noted = replace(known, noted_at=now_ms)
    return replace(kept, files=[noted if one == known else one for one in kept.files])


def _keep(records: Records, desk: Desk, now_ms: int) -> None:
    """Keep what came to be known since the last step, before somebody takes the next one."""
    known, before = desk.kept.on_its_way, desk.kept.reading
    if known is not None and desk.journal.on_its_way is None:
        change_file(records, desk.outbox, known.message_id, {"noted_at": now_ms})
    if before is not None and desk.reading is not None:
        keep_settled(records, desk.outbox, before, desk.reading)


async def _made(
    visit: Visit, desk: Desk, rows: list[Json], sent: FormData, now_ms: int
) -> MadeFile:
    """Return the payment file for rows; errors are those of `BankFiles.make`."""
    private = PrivateFiles(payer=await _file(sent, "payer"), payees=await _file(sent, "payees"))
    network = (await visit.ledger.get(at("status")))["network"]
    return await asyncio.to_thread(desk.files.make, rows, private, network=network, now_ms=now_ms)


async def _download(visit: Visit, desk: Desk, made: MadeFile) -> Response:
    await note(visit, Kind.EXPORTED, f"{desk.outbox.contract} {made.message_id}.xml")
    headers = {"content-disposition": f'attachment; filename="{made.message_id}.xml"'}
    return Response(made.data, media_type="application/xml", headers=headers)


async def _refused(visit: Visit) -> Response:
    await note(visit, Kind.REFUSED, visit.place)
    return problem_page(visit, FORBIDDEN_ROLE)


async def _file(sent: FormData, name: str) -> bytes:
    file = sent.get(name)
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidArguments("choose a file", field=name)
    return await file.read()


def _page(
    visit: Visit, desk: Desk, *, checked: MadeFile | None = None, http_status: int = 200
) -> Response:
    orders = desk.files.sent_orders(desk.journal.state)
    reading = desk.journal.reading
    return visit.page(
        "work/bank.html",
        http_status=http_status,
        contract=desk.contract,
        outbox=desk.outbox.outbox.removesuffix("_orders"),
        table=desk.outbox.outbox,
        ready=desk.ready[:_SHOWN],
        ready_count=len(desk.ready),
        totals=_totals(desk.ready),
        on_its_way=_shown(desk.journal.on_its_way),
        files=[_shown(one) for one in desk.journal.files if one.noted_at is not None],
        reading=None if reading is None else {**asdict(reading), "left": len(reading.reports)},
        stages=dict(Counter(one["stage"] for one in orders)),
        orders=orders[:_SHOWN],
        order_count=len(orders),
        attention=desk.journal.attention[::-1][:_SHOWN],
        checked=None if checked is None else _told(checked),
    )


def _totals(rows: list[Json]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in rows:
        found[row["currency"]] += int(row["amount"])
    return dict(found)


def _told(made: MadeFile) -> dict[str, Any]:
    """Return what a check says: never a name."""
    return {
        "message_id": made.message_id,
        "count": len(made.rows),
        "totals": _totals(made.rows),
        "waiting": made.waiting[:_SHOWN],
        "waiting_count": len(made.waiting),
    }


def _shown(file: KeptFile | None) -> dict[str, Any] | None:
    if file is None:
        return None
    told = {name: value for name, value in asdict(file).items() if name not in {"rows", "state"}}
    return {**told, "count": len(file.rows), "totals": _totals(file.rows)}
