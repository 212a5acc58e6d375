# SPDX-License-Identifier: Apache-2.0
"""Many calls of one method from a file: its template, its rows tried, one confirmation, results."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from tallystick.console.account.passkeys import ask_to_confirm
from tallystick.console.choices import safe_return
from tallystick.console.confirmations import Confirmation
from tallystick.console.ledger import Json, at
from tallystick.console.signing.confirming import word_of
from tallystick.console.spreadsheets import spreadsheet
from tallystick.console.visit import Visit
from tallystick.console.work.batch_steps import (
    digest_of,
    keep_what_was_confirmed,
    send_rows,
    try_rows,
)
from tallystick.console.work.batches import (
    Batch,
    BatchRow,
    NewBatch,
    batches_of,
    counts_of,
    find_batch,
    keep_batch,
    move_on,
    rows_of,
    take_over,
)
from tallystick.console.work.file_columns import (
    FILE_BYTES_MAX,
    NOTES,
    ROWS_MAX,
    CellFlaw,
    FileColumn,
    FileRow,
    columns_of,
    read_rows,
)
from tallystick.errors import InvalidArguments, Rejected

_SEE_OTHER: Final = 303
_UNAUTHORIZED: Final = 401
_FORM_BYTES: Final = FILE_BYTES_MAX + 64 * 1024
_PAGE: Final = 100
_REST_MS: Final = 30_000
"""A batch that did not go on for so long was left by a server that ended."""
_NOT_DONE: Final = ("waiting", "bad", "refused", "failed")


async def show_upload(visit: Visit) -> Response:
    """Answer GET /do/{contract}/{method}/batch; as .csv or .xlsx it is the file to fill in."""
    form = await _form(visit)
    columns = columns_of(form.get("fields", []))
    if visit.wanted_form in {"csv", "xlsx"}:
        return await _template(visit, form, columns)
    person = visit.person
    earlier = (
        []
        if person is None
        else batches_of(visit.records, person.account, form["contract"], form["method"])
    )
    return visit.page(
        "work/upload.html",
        form=form,
        columns=[
            {"path": one.path, "title": one.titles, "field": one.field, "needed": one.is_required}
            for one in columns
        ],
        earlier=earlier,
        rows_max=ROWS_MAX,
        back=safe_return(visit.query.get("back", "/")),
    )


async def take_upload(visit: Visit) -> Response:
    """Answer POST /do/{contract}/{method}/batch: the rows are kept, and tried from now on.

    Raises:
        InvalidArguments: no file came.
        TallystickError: the file is no table, or not the table of this form.
    """
    form = await _form(visit)
    sent = await visit.form(bytes_max=_FORM_BYTES)
    file = sent.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidArguments("choose a file", field="file", expected="CSV or XLSX")
    data = await file.read()
    fields = form.get("fields", [])
    rows = await asyncio.to_thread(read_rows, data, fields)
    columns = columns_of(fields)
    new = NewBatch(
        contract=form["contract"],
        method=form["method"],
        name=file.filename,
        header=[one.titles[visit.language] for one in columns],
        rows=[_of_file(row, columns) for row in rows],
        back=f"/do/{form['contract']}/{form['method']}/batch",
    )
    return await begin_batch(visit, new)


async def begin_batch(visit: Visit, new: NewBatch) -> Response:
    """Keep a batch, lead to its page, and try its rows meanwhile."""
    person = visit.somebody()
    name = await asyncio.to_thread(keep_batch, visit.records, person, new, visit.now_ms)
    batch = find_batch(visit.records, name, person.account)
    return RedirectResponse(
        f"/batch/{name}", _SEE_OTHER, background=BackgroundTask(try_rows, visit, batch)
    )


async def show_batch(visit: Visit) -> Response:
    """Answer GET /batch/{id}; as .csv or .xlsx it is the rows that were not done, with reasons."""
    batch = find_batch(visit.records, visit.part("id"), visit.somebody().account)
    if visit.wanted_form in {"csv", "xlsx"}:
        return await _error_file(visit, batch)
    return await _page(visit, batch)


async def confirm_batch(visit: Visit) -> Response:
    """Answer POST /batch/{id}: after one word of the signer all rows are signed and sent.

    A batch whose server ended in the middle goes on where it was.

    Raises:
        Rejected: it is not ready.
    """
    form = await visit.form()
    batch = find_batch(visit.records, visit.part("id"), visit.somebody().account)
    if batch.state == "done":
        return RedirectResponse(f"/batch/{batch.id}", _SEE_OTHER)
    given = await word_of(visit, form, await asyncio.to_thread(digest_of, visit, batch))
    if given is None:
        return await _page(visit, batch, was_wrong=True)
    await asyncio.to_thread(keep_what_was_confirmed, visit, batch)
    return RedirectResponse(
        f"/batch/{batch.id}", _SEE_OTHER, background=_next_step(visit, batch, given)
    )


def _next_step(visit: Visit, batch: Batch, given: Confirmation) -> BackgroundTask | None:
    """Return what is to go on with a batch now; None while another server or page does it.

    Raises:
        Rejected: not every row has been tried yet.
    """
    now = visit.now_ms
    if batch.state == "ready":
        won = move_on(visit.records, batch.id, "ready", "sending", now)
    else:
        won = take_over(visit.records, batch.id, now - _REST_MS, now)
    if batch.state == "checking":
        if won:
            return BackgroundTask(try_rows, visit, batch)
        raise Rejected("not every row has been tried yet", hint=f"/batch/{batch.id}")
    return BackgroundTask(send_rows, visit, batch, given) if won else None


async def _page(visit: Visit, batch: Batch, *, was_wrong: bool = False) -> Response:
    counts = counts_of(visit.records, batch.id)
    show = "all" if visit.query.get("show") == "all" else ""
    after = visit.query.get("cursor", "0")
    rows = rows_of(
        visit.records,
        batch.id,
        states=None if show else _NOT_DONE,
        after=int(after) if after.isdecimal() else 0,
        limit=_PAGE + 1,
    )
    response = visit.page(
        "work/batch.html",
        http_status=_UNAUTHORIZED if was_wrong else 200,
        batch=batch,
        form=await visit.ledger.get(at("contracts", batch.contract, "forms", batch.method)),
        counts=counts,
        total=sum(counts.values()),
        not_done=sum(counts.get(state, 0) for state in _NOT_DONE[1:]),
        rows=rows[:_PAGE],
        next_cursor=str(rows[_PAGE - 1].number) if len(rows) > _PAGE else None,
        show=show,
        is_resting=visit.now_ms - batch.touched_at > _REST_MS,
        was_wrong=was_wrong,
        question=await _question(visit, batch),
    )
    if batch.state in {"ready", "done"} and "hx-request" in visit.request.headers:
        response.headers["hx-refresh"] = "true"  # followed to its end: the page is opened anew
    return response


async def _question(visit: Visit, batch: Batch) -> str | None:
    """Return what a passkey is asked for all ready rows; None before they are, or without one."""
    if batch.state not in {"ready", "sending"}:
        return None
    return ask_to_confirm(visit, await asyncio.to_thread(digest_of, visit, batch))


async def _template(visit: Visit, form: Json, columns: Sequence[FileColumn]) -> Response:
    """Answer with an empty file whose header is the form's, and what each column takes."""
    about = [
        (
            one.titles[visit.language],
            " · ".join(
                part
                for part in (
                    visit.say("required") if one.is_required else visit.say("optional"),
                    visit.read(one.field.get("help")),
                    ", ".join(str(choice) for choice in one.field.get("choices", ())),
                )
                if part
            ),
        )
        for one in columns
    ]
    return await spreadsheet(
        f"{form['contract']}-{form['method']}",
        visit.wanted_form,
        [one.titles[visit.language] for one in columns],
        [],
        title=visit.read(form["label"]),
        about=about,
    )


async def _error_file(visit: Visit, batch: Batch) -> Response:
    place = 1 if visit.language == "zh" else 0
    number, why = (titles[place] for titles in NOTES)
    rows = await asyncio.to_thread(rows_of, visit.records, batch.id, states=_NOT_DONE)
    return await spreadsheet(
        f"{batch.contract}-{batch.method}-not-done",
        visit.wanted_form,
        [number, *batch.header, why],
        [[str(row.number), *row.cells, _why(row, visit.language)] for row in rows],
        title=why,
    )


def _why(row: BatchRow, language: str) -> str:
    return "" if row.problem is None else f"{row.problem['code']}: {row.problem[language]}"


def _of_file(row: FileRow, columns: Sequence[FileColumn]) -> BatchRow:
    return BatchRow(
        number=row.number,
        state="bad" if row.flaws else "waiting",
        cells=row.cells,
        args=row.args,
        problem=_problem(row.flaws, columns) if row.flaws else None,
    )


def _problem(flaws: Sequence[CellFlaw], columns: Sequence[FileColumn]) -> Json:
    """Return what a row says of its cells: the first code and field, and all texts."""
    titles = {one.path: one.titles for one in columns}

    def said(flaw: CellFlaw, language: str, colon: str) -> str:
        title = titles.get(flaw.path)
        return (
            flaw.texts[language]
            if title is None
            else f"{title[language]}{colon}{flaw.texts[language]}"
        )

    return {
        "code": flaws[0].code,
        "field": flaws[0].path,
        "en": " ".join(said(flaw, "en", ": ") for flaw in flaws),
        "zh": "；".join(said(flaw, "zh", "：") for flaw in flaws),
    }


async def _form(visit: Visit) -> Json:
    return await visit.ledger.get(
        at("contracts", visit.part("contract"), "forms", visit.part("method"))
    )
