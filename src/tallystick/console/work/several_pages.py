# SPDX-License-Identifier: Apache-2.0
"""The same step with several records: selected in the inbox, previewed together, confirmed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from tallystick.console.ledger import Json, at, table_of
from tallystick.console.sealed_packages import states_sealed
from tallystick.console.visit import Visit
from tallystick.console.work.batch_pages import begin_batch
from tallystick.console.work.batches import BatchRow, NewBatch
from tallystick.console.work.calling import changed_by_button
from tallystick.console.work.entered import Entered, Flaw, filled
from tallystick.console.work.looking_up import look_ups
from tallystick.console.work.standing import argument_for
from tallystick.errors import InvalidArguments

_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
SEVERAL_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class _Selection:
    """Records of one table, and what is to be done with each."""

    form: Json
    table: Json
    argument: str
    """Of the method, that names the record."""
    keys: list[str]

    @property
    def others(self) -> list[Json]:
        """The fields that are the same for all records."""
        return [one for one in self.form["fields"] if one["name"] != self.argument]


async def take_selection(visit: Visit) -> Response:
    """Answer POST /inbox: the previews, or first what is to be asked for all of them.

    Raises:
        InvalidArguments: no step or no record was selected, or they do not fit together.
    """
    sent = await visit.form()
    step, records = str(sent.get("step", "")), [str(one) for one in sent.getlist("record")]
    selection = await _selection(visit, step, records)
    if not selection.others:
        return await _begin(visit, selection, {})
    query = urlencode([("step", step), *(("record", one) for one in records)])
    return RedirectResponse(f"/several?{query}", _SEE_OTHER)


async def show_several(visit: Visit) -> Response:
    """Answer GET /several: what is the same for all records; raises as `take_selection`."""
    selection = await _asked(visit)
    return await _page(visit, selection, filled(selection.others, {}), [])


async def take_several(visit: Visit) -> Response:
    """Answer POST /several: the previews; raises as `take_selection`."""
    sent = await visit.form()
    selection = await _asked(visit)
    values = {name: value for name, value in sent.multi_items() if isinstance(value, str)}
    if changed := changed_by_button(values, visit.now_ms):
        return await _page(visit, selection, changed, [])
    entered = Entered(values)
    args = entered.read(selection.others)
    if entered.flaws:
        return await _page(visit, selection, values, entered.flaws)
    return await _begin(visit, selection, args)


async def _asked(visit: Visit) -> _Selection:
    return await _selection(visit, visit.query.get("step", ""), visit.query.getlist("record"))


async def _selection(visit: Visit, step: str, records: Sequence[str]) -> _Selection:
    """Return what is to be done with which: `contract/table/method`, `contract/table/key`."""
    contract, _, rest = step.partition("/")
    name, _, method = rest.partition("/")
    if not (contract and name and method):
        raise InvalidArguments("choose what to do with the records", field="step")
    known = await visit.ledger.schema(contract)
    table = table_of(known, name)
    form = await visit.ledger.get(at("contracts", contract, "forms", method))
    stated = next(one for one in known["methods"] if one["name"] == method)
    argument = argument_for(table, stated.get("arguments", []))
    if argument is None:
        raise InvalidArguments("this step is not taken with such records", field="step")
    if any(states_sealed(one["type"]) for one in stated["arguments"]):
        raise InvalidArguments(
            "this step is taken with one record at a time: what is sealed is bound to it",
            field="step",
            hint="Open the page of each record.",
        )
    prefix = f"{contract}/{name}/"
    keys = [one.removeprefix(prefix) for one in dict.fromkeys(records) if one.startswith(prefix)]
    if not 0 < len(keys) <= SEVERAL_MAX:
        raise InvalidArguments(
            "select records that this step is taken with",
            field="record",
            expected=f"1 to {SEVERAL_MAX}",
            found=str(len(keys)),
        )
    return _Selection(form, table, argument, keys)


async def _begin(visit: Visit, selection: _Selection, args: dict[str, Json]) -> Response:
    contract, table = selection.form["contract"], selection.table["name"]
    rows = [
        BatchRow(
            number=number,
            state="waiting",
            cells=[key],
            subject=[contract, table, key],
            args={selection.argument: key, **args},
        )
        for number, key in enumerate(selection.keys, 1)
    ]
    new = NewBatch(
        contract=contract,
        method=selection.form["method"],
        name="",
        header=[visit.say("Record")],
        rows=rows,
        back="/inbox",
    )
    return await begin_batch(visit, new)


async def _page(
    visit: Visit, selection: _Selection, values: dict[str, str], flaws: list[Flaw]
) -> Response:
    return visit.page(
        "work/several.html",
        http_status=_UNPROCESSABLE if flaws else 200,
        form=selection.form,
        fields=selection.others,
        table=selection.table,
        keys=selection.keys,
        values=values,
        look_ups=await look_ups(visit, {**selection.form, "fields": selection.others}),
        to_sign={},
        flaws={flaw.path: visit.say(flaw.text, **flaw.facts) for flaw in flaws},
    )
