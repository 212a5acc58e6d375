# SPDX-License-Identifier: Apache-2.0
"""The JSON shapes of statistics and alerts, and the same as rows of CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Annotated, Final

from msgspec import Meta, Struct

from tallystick.api.figure_ports import AlertRow, CellRow, StatisticTable
from tallystick.api.records import Sentence
from tallystick.api.wire_types import Count, Hash, Json, Time, TimeMs, format_time
from tallystick.contracts import StatisticSchema
from tallystick.interchange.languages import Language

MEDIA_CSV: Final = "text/csv; charset=utf-8"
_MEANT_AS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""Spreadsheets run a text that begins so."""
_ALERT_COLUMNS: Final = (
    *("number", "rule", "version", "level", "state", "about", "time", "height", "closed_time"),
    *("count", "first_transaction", "last_transaction", "sentence"),
)


class CellRecord(Struct, frozen=True, kw_only=True):
    """A cell of a statistic."""

    cell: Annotated[dict[str, Json], Meta(description="Values that name it; empty: the total.")]
    shown: Annotated[str, Meta(description="The figure as people read it; `<5` if it is small.")]
    hidden: Annotated[
        str | None,
        Meta(
            description="`small`: fewer subjects than are published; `withheld`: another cell "
            "could be worked out from it; null: shown.",
        ),
    ]
    value: Annotated[int | None, Meta(description="Null if hidden, or there is none.")]
    count: int | None
    subjects: int | None
    percentiles: Annotated[dict[str, int], Meta(description="Of a duration, by per mille.")]
    numerator: int | None
    denominator: int | None


class StatisticSummary(Struct, frozen=True, kw_only=True):
    """A statistic and its total over all time."""

    name: str
    kind: str
    label: Sentence
    by: list[str]
    unit: str | None
    period: str
    total: CellRecord


class StatisticList(Struct, frozen=True, kw_only=True):
    """The statistics of a contract."""

    items: list[StatisticSummary]
    next_cursor: str | None
    height: Count


class StatisticRecord(StatisticSummary, frozen=True, kw_only=True):
    """A statistic with all cells of one period."""

    contract: str
    shown_period: Annotated[str, Meta(description="A day, a month, or empty for all time.")]
    periods: Annotated[list[str], Meta(description="Those that there are, newest first.")]
    subjects_min: Annotated[
        int | None, Meta(description="Cells with fewer subjects are hidden; null: none is.")
    ]
    cells: list[CellRecord]
    height: Count


class AlertRecord(Struct, frozen=True, kw_only=True):
    """An alert that a rule of a contract raised."""

    number: Count
    rule: str
    version: Annotated[int, Meta(description="Version of the rule.")]
    level: str
    about: dict[str, Json]
    state: str
    height: Count
    time: Time
    time_ms: TimeMs
    closed_height: int | None
    closed_time: Time | None
    closed_time_ms: TimeMs | None
    count: Count
    first_transaction: Hash
    last_transaction: Hash
    transactions: Annotated[
        list[Hash], Meta(description="Ids of the transactions it rests on, at most 100.")
    ]
    sentence: Sentence


class AlertPage(Struct, frozen=True, kw_only=True):
    """Alerts, newest first."""

    items: list[AlertRecord]
    next_cursor: str | None
    height: Count


def show_summary(table: StatisticTable) -> StatisticSummary:
    """Return a statistic with its total."""
    statistic = table.statistic
    return StatisticSummary(
        name=statistic.name,
        kind=statistic.kind,
        label=Sentence(statistic.label.zh, statistic.label.en),
        by=list(statistic.by),
        unit=statistic.unit,
        period=statistic.period,
        total=show_cell(table.total, statistic),
    )


def show_table(contract: str, table: StatisticTable) -> StatisticRecord:
    """Return a statistic with its cells."""
    statistic = table.statistic
    summary = show_summary(table)
    return StatisticRecord(
        **{name: getattr(summary, name) for name in StatisticSummary.__struct_fields__},
        contract=contract,
        shown_period=table.period,
        periods=list(table.periods),
        subjects_min=None if statistic.subject is None else statistic.subjects_min,
        cells=[show_cell(one, statistic) for one in table.cells],
        height=table.height,
    )


def show_alert(row: AlertRow) -> AlertRecord:
    """Return an alert."""
    closed = row.closed_time
    return AlertRecord(
        number=row.number,
        rule=row.rule,
        version=row.version,
        level=row.level,
        about=dict(row.about),
        state=row.state,
        height=row.height,
        time=format_time(row.time),
        time_ms=row.time,
        closed_height=row.closed_height,
        closed_time=None if closed is None else format_time(closed),
        closed_time_ms=closed,
        count=row.count,
        first_transaction=row.first_transaction.hex(),
        last_transaction=row.last_transaction.hex(),
        transactions=[one.hex() for one in row.transactions],
        sentence=Sentence(row.sentence.zh, row.sentence.en),
    )


def table_csv(record: StatisticRecord) -> bytes:
    """Return the cells of a statistic, and the total last, as CSV (RFC 4180)."""
    names = list(dict.fromkeys(name for cell in record.cells for name in cell.cell))
    percentiles = sorted({one for cell in record.cells for one in cell.percentiles}, key=int)
    heads = [f"p{one}" for one in percentiles]
    rows: list[Sequence[object]] = [
        [
            *(cell.cell.get(name, "") for name in names),
            *(cell.shown, cell.count, cell.numerator, cell.denominator),
            *(cell.percentiles.get(one) for one in percentiles),
        ]
        for cell in (*record.cells, record.total)
    ]
    return _csv([*names, "value", "count", "numerator", "denominator", *heads], rows)


def alerts_csv(page: AlertPage, language: Language) -> bytes:
    """Return a page of alerts as CSV (RFC 4180), sentences in one language."""
    rows = [
        [
            ";".join(f"{name}={value}" for name, value in alert.about.items())
            if column == "about"
            else getattr(alert.sentence, language)
            if column == "sentence"
            else getattr(alert, column)
            for column in _ALERT_COLUMNS
        ]
        for alert in page.items
    ]
    return _csv(_ALERT_COLUMNS, rows)


def show_cell(cell: CellRow, statistic: StatisticSchema) -> CellRecord:
    """Return a cell of a statistic."""
    return CellRecord(
        cell=dict(cell.cell),
        shown=_shown(cell, statistic),
        hidden=cell.hidden,
        value=cell.value,
        count=cell.count,
        subjects=cell.subjects,
        percentiles=dict(cell.percentiles),
        numerator=cell.numerator,
        denominator=cell.denominator,
    )


def _shown(cell: CellRow, statistic: StatisticSchema) -> str:
    """Return a figure as text: `<5` where too few are behind it, a dash where there is none."""
    if cell.hidden == "small":
        return f"<{statistic.subjects_min}"
    if cell.hidden is not None:
        return cell.hidden
    return "—" if cell.value is None else str(cell.value)


def _csv(heads: Iterable[object], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([_safe(one) for one in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _safe(value: object) -> object:
    """Return a value that a spreadsheet shows rather than runs."""
    is_formula = isinstance(value, str) and value.startswith(_MEANT_AS_FORMULA)
    return f"'{value}" if is_formula and not _is_number(str(value)) else value


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdecimal()
