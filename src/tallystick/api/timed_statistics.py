# SPDX-License-Identifier: Apache-2.0
"""A statistic over any stretches of time, as JSON."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from msgspec import Meta, Struct

from tallystick.api.answer import Answer
from tallystick.api.asked import Asked
from tallystick.api.equal_stretches import cell_in, equal_stretches
from tallystick.api.figure_records import CellRecord, show_cell
from tallystick.api.records import Sentence
from tallystick.api.transaction_rows import list_answer
from tallystick.api.wire_types import Count, Time, TimeMs, format_time


class TimedStretch(Struct, frozen=True, kw_only=True):
    """A figure of one stretch of time, by the times of blocks."""

    begin: Time
    begin_ms: TimeMs
    end: Time
    end_ms: Annotated[int, Meta(description="Exclusive.")]
    value: Annotated[int | None, Meta(description="Null where there is no figure.")]
    count: Annotated[int | None, Meta(description="Events in it; of a ratio null.")]


class TimedStatistic(Struct, frozen=True, kw_only=True):
    """A statistic over stretches of time, oldest first."""

    contract: str
    name: str
    kind: str
    label: Sentence
    by: list[str]
    unit: str | None
    items: list[TimedStretch]
    total: Annotated[
        CellRecord, Meta(description="Of the whole time; of a level, that at its end.")
    ]
    cells: Annotated[list[CellRecord], Meta(description="Of the whole time.")]
    height: Count


def show_stretches(asked: Asked) -> Answer:
    """Answer GET /v1/contracts/{contract}/statistics/{statistic}/stretches."""
    contract = asked.server.catalogue.contract(asked.required_text("contract"))
    name, moments = asked.required_text("statistic"), equal_stretches(asked)
    figure = asked.server.node.views.timed_figure(contract.name, name, moments, cell_in(asked))
    statistic = figure.statistic
    items = [
        TimedStretch(
            begin=format_time(begin),
            begin_ms=begin,
            end=format_time(end),
            end_ms=end,
            value=row.value,
            count=row.count,
        )
        for (begin, end), row in zip(pairwise(figure.moments), figure.rows, strict=True)
    ]
    record = TimedStatistic(
        contract=contract.name,
        name=statistic.name,
        kind=statistic.kind,
        label=Sentence(statistic.label.zh, statistic.label.en),
        by=list(statistic.by),
        unit=statistic.unit,
        items=items,
        total=show_cell(figure.total, statistic),
        cells=[show_cell(one, statistic) for one in figure.cells],
        height=figure.height,
    )
    return list_answer(record, figure.height)
