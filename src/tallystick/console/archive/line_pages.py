# SPDX-License-Identifier: Apache-2.0
"""The lines of a day that an audit asks for, from the file of that day: as `tally NAME show-lines`.

One call shows so many lines; where an audit asks for more, they are signed together as a batch.
"""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.archive.desks import (
    DIRECTORY_BYTES_MAX,
    desk_of,
    desk_page,
    file_in,
    no_file,
    texts_in_form,
)
from tallystick.console.choices import safe_return
from tallystick.console.clerks import SHOW
from tallystick.console.signing.pending import propose
from tallystick.console.visit import Visit
from tallystick.console.work.batch_pages import begin_batch
from tallystick.console.work.batches import BatchRow, NewBatch
from tallystick.console.work.entered import Entered, filled

_FILLED_IN: Final = frozenset({"shown"})
_TEMPLATE: Final = "archive/lines.html"
_SEE_OTHER: Final = 303


async def show_lines(visit: Visit) -> Response:
    """Answer GET /archive/{contract}/lines; `audit` may be in the query."""
    desk = await desk_of(visit, SHOW, _FILLED_IN)
    values = {**filled(desk.fields, {}), **visit.query}
    return await desk_page(visit, _TEMPLATE, desk, values, is_done=False)


async def take_lines(visit: Visit) -> Response:
    """Answer POST /archive/{contract}/lines: the preview of what is shown, or what is wrong."""
    desk = await desk_of(visit, SHOW, _FILLED_IN)
    sent = await visit.form(bytes_max=DIRECTORY_BYTES_MAX)
    values, data = texts_in_form(sent), await file_in(sent)
    entered = Entered(values)
    args = entered.read(desk.fields)
    flaws = entered.flaws if data else [*entered.flaws, no_file()]
    if flaws:
        return await desk_page(visit, _TEMPLATE, desk, values, flaws=flaws, is_done=False)
    read = await asyncio.to_thread(desk.clerks.lines, desk.name, args["audit"], data)
    if not read.calls:
        is_done = read.problem is None
        return await desk_page(
            visit, _TEMPLATE, desk, values, problem=read.problem, is_done=is_done
        )
    back = safe_return(values.get("back", "/"))
    first, *others = read.calls
    if not others:
        place = await propose(visit, desk.name, SHOW, {**args, "shown": first}, back=back)
        return RedirectResponse(place, _SEE_OTHER)
    rows = [
        BatchRow(
            number=number,
            state="waiting",
            cells=[", ".join(str(one["index"] + 1) for one in call)],
            args={**args, "shown": call},
        )
        for number, call in enumerate(read.calls, 1)
    ]
    new = NewBatch(
        contract=desk.name,
        method=SHOW,
        name=str(args["audit"]),
        header=[visit.say("Lines")],
        rows=rows,
        back=back,
    )
    return await begin_batch(visit, new)
