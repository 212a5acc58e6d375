# SPDX-License-Identifier: Apache-2.0
"""Routes for the statistics and alerts of contracts, with small cells hidden.

HTTP knows no roles of those who read, so what it serves is what the public may see; full figures
are read on the node's own machine.
"""

from __future__ import annotations

from typing import Final

from tallystick.api.answer import MEDIA_JSON, NO_STORE, Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.api.equal_stretches import STRETCHES
from tallystick.api.event_lists import EventPage, list_counted
from tallystick.api.figure_ports import AlertFilter
from tallystick.api.figure_records import (
    MEDIA_CSV,
    AlertPage,
    StatisticList,
    StatisticRecord,
    alerts_csv,
    show_alert,
    show_summary,
    show_table,
    table_csv,
)
from tallystick.api.language import Bilingual
from tallystick.api.negotiate import preferred_media_type
from tallystick.api.parameters import (
    CURSOR,
    FROM,
    LIMIT,
    NAME_PATTERN,
    TO,
    Kind,
    Parameter,
    path_text,
)
from tallystick.api.table import Lists, Policy, Reply, Route
from tallystick.api.timed_statistics import TimedStatistic, show_stretches
from tallystick.api.view_ports import TimeRange
from tallystick.errors import InvalidArguments, LimitExceeded, NotFound, UnknownContract, Withheld

_CONTRACT: Final = path_text("contract", "Name of the contract.", "evidence")
_FORMS: Final = (MEDIA_JSON, "text/csv")
_HIDING: Final = (
    "Cells that few subjects stand behind are hidden (`<5`), and with them the smallest of the "
    "others, so that subtraction from the total does not give them away."
)


def list_statistics(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/statistics."""
    contract = asked.server.catalogue.contract(asked.required_text("contract"))
    views = asked.server.node.views
    height = views.height()  # before reading: what is shown is of this block or a newer one
    names = [one.name for one in contract.statistics]
    tables = views.statistic_tables(contract.name, names)
    items = [show_summary(table) for table in tables]
    return _json(StatisticList(items=items, next_cursor=None, height=height), height)


def show_statistic(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/statistics/{statistic}."""
    contract = asked.server.catalogue.contract(asked.required_text("contract"))
    name, period = asked.required_text("statistic"), asked.text("period") or ""
    views = asked.server.node.views
    (table,) = views.statistic_tables(contract.name, [name], period=period)
    record = show_table(contract.name, table)
    if _wants_csv(asked):
        return _csv(table_csv(record), table.height)
    return _json(record, table.height)


def list_alerts(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/alerts."""
    contract = asked.server.catalogue.contract(asked.required_text("contract"))
    wanted = AlertFilter(
        rule=asked.text("rule"),
        level=asked.text("level"),
        state=asked.text("state"),
        during=TimeRange(asked.integer("from"), asked.integer("to")),
    )
    page = asked.server.node.views.list_alerts(
        contract.name, wanted, cursor=asked.text("cursor"), limit=asked.required_integer("limit")
    )
    items = [show_alert(row) for row in page.items]
    record = AlertPage(items=items, next_cursor=page.cursor, height=page.height)
    if _wants_csv(asked):
        return _csv(alerts_csv(record, asked.language), page.height)
    return _json(record, page.height)


def _wants_csv(asked: Asked) -> bool:
    form = asked.text("form")
    return form == "csv" or (
        form is None and preferred_media_type(asked.accept, _FORMS) != MEDIA_JSON
    )


def _json(record: object, height: int) -> Answer:
    answer = json_answer(record)
    return Answer(answer.status, answer.body, answer.media_type, answer.headers, height)


def _csv(body: bytes, height: int) -> Answer:
    return Answer(200, body, MEDIA_CSV, (NO_STORE,), height)


_FORM: Final = Parameter(
    name="form",
    kind=Kind.CHOICE,
    choices=("json", "csv"),
    description="Which form, whatever Accept says.",
)
_PERIOD: Final = Parameter(
    name="period",
    size_max=10,
    description="A day or month of those that `periods` lists; absent: all time.",
    example="2026-11",
)

ROUTES: Final = (
    Route(
        method="GET",
        path="/v1/contracts/{contract}/statistics",
        name="list_statistics",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="A contract's statistics", zh="合约的统计指标"),
        description="Each with its total over all time. They follow from events alone. " + _HIDING,
        parameters=(_CONTRACT,),
        replies=(Reply(200, "All of them.", StatisticList),),
        errors=(UnknownContract, LimitExceeded),
        lists=Lists.YES,
        reader=list_statistics,
    ),
    Route(
        method="GET",
        path="/v1/contracts/{contract}/statistics/{statistic}",
        name="show_statistic",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="One statistic with its cells", zh="单项统计及其分组"),
        description="JSON, or with `Accept: text/csv` a table. " + _HIDING,
        parameters=(
            _CONTRACT,
            path_text("statistic", "Name of the statistic.", "raised", pattern=NAME_PATTERN),
            _PERIOD,
            _FORM,
        ),
        replies=(Reply(200, "The table.", StatisticRecord, (MEDIA_JSON, MEDIA_CSV)),),
        errors=(UnknownContract, NotFound, LimitExceeded),
        lists=Lists.YES,
        reader=show_statistic,
    ),
    Route(
        method="GET",
        path="/v1/contracts/{contract}/statistics/{statistic}/events",
        name="list_counted_events",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="The events behind a figure", zh="统计数字背后的事件"),
        description="Newest first. Which cell is said by its values, as further parameters of the "
        "names that `by` lists (of a histogram also `bin`); none of them: the total. Of a gauge "
        "they are the events that moved it. What is hidden as a figure has no list. In place of a "
        "period any time can be asked for, unless people are counted; then some values are enough.",
        parameters=(
            _CONTRACT,
            path_text("statistic", "Name of the statistic.", "raised", pattern=NAME_PATTERN),
            _PERIOD,
            FROM,
            TO,
            CURSOR,
            LIMIT,
        ),
        replies=(Reply(200, "A page.", EventPage),),
        errors=(UnknownContract, NotFound, Withheld, InvalidArguments, LimitExceeded),
        lists=Lists.YES,
        reader=list_counted,
        is_open=True,
    ),
    Route(
        method="GET",
        path="/v1/contracts/{contract}/statistics/{statistic}/stretches",
        name="show_timed_statistic",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="One statistic over time", zh="单项统计的时段变化"),
        description="The time from `from` to `to` in equal stretches, by the times of blocks, "
        "counted anew from the events. Of a level each stretch has that at its end. Values of "
        "`by`, as further parameters, choose some of its cells. A statistic that says who is "
        "counted is refused: from times that overlap, single people could be worked out.",
        parameters=(
            _CONTRACT,
            path_text("statistic", "Name of the statistic.", "raised", pattern=NAME_PATTERN),
            *STRETCHES,
        ),
        replies=(Reply(200, "One item a stretch, oldest first.", TimedStatistic),),
        errors=(UnknownContract, NotFound, Withheld, InvalidArguments, LimitExceeded),
        lists=Lists.YES,
        reader=show_stretches,
        is_open=True,
    ),
    Route(
        method="GET",
        path="/v1/contracts/{contract}/alerts",
        name="list_alerts",
        tag="contracts",
        policy=Policy.PUBLIC,
        summary=Bilingual(
            en="Alerts of a contract's rules, newest first", zh="合约预警（由新到旧）"
        ),
        description="Each cites its rule's version and the transactions it rests on. JSON, or "
        "with `Accept: text/csv` a table, sentences in the caller's language.",
        parameters=(
            _CONTRACT,
            Parameter(name="rule", description="Only of the rule with this id.", example="CHAR-W1"),
            Parameter(
                name="level",
                kind=Kind.CHOICE,
                choices=("notice", "warning", "critical"),
                description="Only of this level.",
            ),
            Parameter(
                name="state",
                kind=Kind.CHOICE,
                choices=("open", "closed"),
                description="Only in this state.",
            ),
            FROM,
            TO,
            CURSOR,
            LIMIT,
            _FORM,
        ),
        replies=(Reply(200, "A page.", AlertPage, (MEDIA_JSON, MEDIA_CSV)),),
        errors=(UnknownContract,),
        lists=Lists.YES,
        reader=list_alerts,
    ),
)
