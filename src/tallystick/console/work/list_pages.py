# SPDX-License-Identifier: Apache-2.0
"""Lists of people from a file, as `tally lists` does it: imported, gone on with, compared.

By convention the contract has the actions `import_list(count, total, list_digest, ...)` and
`add_rows(batch, rows)`. Names, accounts and the secret are read in memory and kept nowhere; rows
have commitments instead, and are kept until the ledger has all of them.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from tallystick.console.ledger import Json, at, case_at
from tallystick.console.signing.pending import propose
from tallystick.console.visit import ListReader, ReadList, Visit
from tallystick.console.work.batch_pages import begin_batch
from tallystick.console.work.batches import BatchRow, NewBatch
from tallystick.console.work.entered import Entered, Flaw, filled
from tallystick.console.work.kept_lists import drop_list, keep_list, kept_lists
from tallystick.console.work.looking_up import look_ups
from tallystick.console.work.standing import argument_for, may_call
from tallystick.errors import InvalidArguments, NotFound

_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
FORM_BYTES_MAX: Final = 1024 * 1024
"""Longer forms lie in a temporary file while they are read; a list with names must not."""
_BEGIN, _ADD, _BATCH = "import_list", "add_rows", "batch"
_COMPUTED: Final = frozenset({"count", "total", "list_digest"})
"""What the list itself says of an import."""
_RECORDS: Final = 500
_LISTS: Final = 100
PROBLEMS_MAX: Final = 200
"""Shown at once."""


def takes_lists(visit: Visit, contract: Json) -> bool:
    """Tell whether lists for a contract are read here, and the reader could do something."""
    reader, person = visit.list_reader, visit.person
    if reader is None or person is None or not reader.takes(contract["name"]):
        return False
    takers = (one for one in contract["methods"] if _takes_list(one))
    return any(may_call(one, person.roles) for one in takers)


async def show_lists(visit: Visit) -> Response:
    """Answer GET /lists/{contract}: what to hand in, and lists that are not whole yet."""
    desk = await _desk(visit)
    return await _page(visit, desk, filled(desk["fields"], {}))


async def take_list(visit: Visit) -> Response:
    """Answer POST /lists/{contract}: import, payees' file, rows that are missing, or comparison.

    Raises:
        InvalidArguments: a file is missing, or the secret is none.
        TallystickError: the file is no list.
    """
    desk = await _desk(visit)
    sent = await visit.form(bytes_max=FORM_BYTES_MAX)
    step = str(sent.get("step", ""))
    if step == "rows":
        return await _add_rows(visit, desk, str(sent.get("digest", "")))
    if step == "forget":
        person = visit.somebody()
        drop_list(visit.records, person.account, desk["name"], str(sent.get("digest", "")))
        return RedirectResponse(visit.place, _SEE_OTHER)
    values = {name: text for name, text in sent.multi_items() if isinstance(text, str)}
    data, secret = (
        await _file(sent, "file"),
        (await _file(sent, "secret")).decode("ascii", "replace"),
    )
    read = await asyncio.to_thread(desk["reader"].read, desk["name"], data, secret)
    if read.problems:
        return await _page(visit, desk, values, problems=read.problems)
    if step == "payees":
        headers = {"content-disposition": 'attachment; filename="payees.json"'}
        return Response(read.payees, media_type="application/json", headers=headers)
    if step == "compare":
        return await _compared(visit, desk, values, read, (data, secret))
    return await _begun(visit, desk, values, read)


async def _begun(visit: Visit, desk: Json, values: dict[str, str], read: ReadList) -> Response:
    """Keep the rows and lead to the preview of the import; a list that has begun goes on."""
    person = visit.somebody()
    begun, whole_lists = await _on_ledger(visit, desk, read.digest, len(read.rows))
    if begun is None:
        entered = Entered(values)
        args = entered.read(desk["fields"])
        if entered.flaws:
            return await _page(visit, desk, values, flaws=entered.flaws)
        whole = {"count": len(read.rows), "total": read.total, "list_digest": read.digest}
        place = await propose(visit, desk["name"], _BEGIN, {**args, **whole}, back=visit.place)
    else:
        place = visit.place
    await asyncio.to_thread(
        keep_list,
        visit.records,
        person.account,
        desk["name"],
        read,
        known=whole_lists,
        now_ms=visit.now_ms,
    )
    return RedirectResponse(place, _SEE_OTHER)


async def _add_rows(visit: Visit, desk: Json, digest: str) -> Response:
    """Begin a batch of the rows that the ledger does not have yet, in order.

    Raises:
        NotFound: there is no such list here, or it has not begun.
    """
    kept = kept_lists(visit.records, visit.somebody().account, desk["name"])
    found = next((one for one in kept if one["digest"] == digest), None)
    begun = None
    if found is not None:
        begun, _ = await _on_ledger(visit, desk, digest, len(found["rows"]))
    if found is None or begun is None:
        raise NotFound("you have no such list that waits for rows", field="digest")
    rows, size = found["rows"], found["at_once"]
    parts = [
        BatchRow(
            number=number,
            state="waiting",
            cells=[f"{start + 1}–{min(start + size, len(rows))}"],
            args={_BATCH: begun["_key"], "rows": rows[start : start + size]},
        )
        for number, start in enumerate(range(int(begun["rows"]), len(rows), size), 1)
    ]
    new = NewBatch(
        contract=desk["name"],
        method=_ADD,
        name=str(begun["_key"]),
        header=[visit.say("Rows")],
        rows=parts,
        back=visit.place,
    )
    return await begin_batch(visit, new)


async def _compared(
    visit: Visit, desk: Json, values: dict[str, str], read: ReadList, source: tuple[bytes, str]
) -> Response:
    """Show whether a list agrees with one on the ledger, or in which rows it does not."""
    number = values.get("number", "").strip()
    place = at("contracts", desk["name"], "tables", desk["table"], number)
    kept = await visit.ledger.find(place) if number else None
    if kept is None:
        raise NotFound("there is no such list", field="number", found=number[:80])
    records = await _records(visit, desk["name"], read.records, number)
    reader: ListReader = desk["reader"]
    found = await asyncio.to_thread(reader.differences, desk["name"], *source, records)
    is_same = not found and kept["list_digest"] == read.digest
    compared = {
        "number": number,
        "case": case_at(desk["name"], desk["table"], number),
        "digest": read.digest,
        "is_same": is_same,
        "differences": found[:PROBLEMS_MAX],
        "count": len(found),
        "methods": _confirming(visit, desk["contract"]) if is_same else [],
    }
    return await _page(visit, desk, values, compared=compared)


async def _records(visit: Visit, contract: str, table: str, number: str) -> list[Json]:
    """Return all records of a list."""
    rows: list[Json] = []
    cursor: str | None = None
    while True:
        page = await visit.ledger.get(
            at("contracts", contract, "tables", table), limit=_RECORDS, cursor=cursor, batch=number
        )
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


async def _on_ledger(visit: Visit, desk: Json, digest: str, count: int) -> tuple[Json | None, int]:
    """Return the newest list of this digest that waits for rows, and how many are whole."""
    place = at("contracts", desk["name"], "tables", desk["table"])
    page = await visit.ledger.get(place, limit=_LISTS, list_digest=digest)
    waiting = [one for one in page["items"] if int(one["rows"]) < count]
    return next(iter(waiting), None), len(page["items"]) - len(waiting)


async def _desk(visit: Visit) -> Json:
    """Return what the page works with.

    Raises:
        NotFound: no lists for this contract are read here.
    """
    contract = await visit.ledger.schema(visit.part("contract"))
    reader = visit.list_reader
    if reader is None or not reader.takes(contract["name"]):
        raise NotFound("nothing here reads lists for this contract", field="contract")
    form = await visit.ledger.get(at("contracts", contract["name"], "forms", _BEGIN))
    adding = next(one for one in contract["methods"] if one["name"] == _ADD)
    tables = (
        one["name"]
        for one in contract["tables"]
        if argument_for(one, adding["arguments"]) == _BATCH
    )
    return {
        "name": contract["name"],
        "contract": contract,
        "reader": reader,
        "form": form,
        "fields": [one for one in form["fields"] if one["name"] not in _COMPUTED],
        "table": next(tables),
    }


async def _page(
    visit: Visit,
    desk: Json,
    values: dict[str, str],
    *,
    flaws: list[Flaw] | None = None,
    problems: list[dict[str, Any]] | None = None,
    compared: Json = None,
) -> Response:
    form = {**desk["form"], "fields": desk["fields"]}
    return visit.page(
        "work/lists.html",
        http_status=_UNPROCESSABLE if flaws or problems else 200,
        contract=desk["contract"],
        form=form,
        fields=desk["fields"],
        values=values,
        look_ups=await look_ups(visit, form),
        to_sign={},
        flaws={one.path: visit.say(one.text, **one.facts) for one in flaws or []},
        problems=(problems or [])[:PROBLEMS_MAX],
        problem_count=len(problems or []),
        waiting=await _waiting(visit, desk),
        table=desk["table"],
        compared=compared,
    )


async def _waiting(visit: Visit, desk: Json) -> list[Json]:
    """Return the reader's lists that are not whole on the ledger; those that are, are forgotten."""
    person, shown = visit.somebody(), []
    for one in kept_lists(visit.records, person.account, desk["name"]):
        count = len(one["rows"])
        begun, whole_lists = await _on_ledger(visit, desk, one["digest"], count)
        if begun is None and whole_lists > one["known"]:
            drop_list(visit.records, person.account, desk["name"], one["digest"])
            continue
        shown.append(
            {
                "digest": one["digest"],
                "count": count,
                "kept_at": one["kept_at"],
                "number": None if begun is None else begun["_key"],
                "there": 0 if begun is None else int(begun["rows"]),
            }
        )
    return shown


def _takes_list(method: Json) -> bool:
    names = {one["name"] for one in method.get("arguments", [])}
    return method["kind"] == "action" and (method["name"] == _BEGIN or _is_confirming(names))


def _is_confirming(names: set[str]) -> bool:
    return {_BATCH, "list_digest"} <= names


def _confirming(visit: Visit, contract: Json) -> list[Json]:
    """Return what the reader may do with a list by stating its digest."""
    return [
        {"name": one["name"], "label": one["label"]}
        for one in contract["methods"]
        if one["kind"] == "action"
        and _is_confirming({inner["name"] for inner in one.get("arguments", [])})
        and may_call(one, visit.somebody().roles)
    ]


async def _file(sent: FormData, name: str) -> bytes:
    file = sent.get(name)
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidArguments("choose a file", field=name)
    return await file.read()
