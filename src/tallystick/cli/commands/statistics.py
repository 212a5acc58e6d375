# SPDX-License-Identifier: Apache-2.0
"""`tally contract statistics` and `alerts`: what a contract counts and warns of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Listing, Plain, Row
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, PAGE, PLACE, Address, Output, Page, Place
from tallystick.cli.stage import stage
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.views import CellRow, StatisticTable

_OVERVIEW: Final = ("name", "label", "shown", "by", "kind")
_FIGURES: Final = ("shown", "count", "numerator", "denominator", "percentiles")
_STRETCH: Final = ("begin", "end", "shown", "count")
_STRETCHES: Final = 24
_TIMES: Final = frozenset({"from", "from_", "to", "stretches", "period"})
"""Words of the question itself, by which no cell is named."""
_ALERTS: Final = ("number", "time", "level", "rule", "version", "state", "count", "sentence")


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Of what time a statistic is shown: a kept period, or any time in equal stretches."""

    period: str | None = None
    since: str | None = None
    until: str | None = None
    stretches: int | None = None
    cell: Annotated[tuple[str, ...], Parameter(negative=())] = ()

    @property
    def is_over_time(self) -> bool:
        """Whether any time was asked for."""
        return bool(self.since or self.until or self.stretches is not None or self.cell)


_WHEN: Final = When()


def statistics(
    contract: str,
    statistic: str | None = None,
    /,
    *,
    when: When = _WHEN,
    full: bool = False,
    address: Address = ADDRESS,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Show a contract's statistics, the cells of one, or one over time.

    Raises:
        NotFound: there is no such statistic.
        Withheld: over any time it would say who is counted.
        InvalidArguments: no such cell, or too short a time.
        UsageError: a time, or full figures, without a statistic; a time that is none or half.
    """
    if statistic is None:
        if when != _WHEN or full:
            raise UsageError(say("statistics.which"), field="STATISTIC")
        return _overview(contract, address)
    if when.is_over_time:
        if when.period is not None or full:
            raise UsageError(say("statistics.one_time"), field="--since")
        return _over_time(contract, statistic, when, address)
    if full:
        return _full(contract, statistic, when.period or "", place)
    from tallystick.cli.linking import open_net

    with open_net(address) as net:
        found = net.statistic(contract, statistic, period=when.period)
    rows = [_row(cell) for cell in (*found["cells"], found["total"])]
    return _listing(rows, found["cells"])


def alerts(
    contract: str,
    /,
    *,
    rule: str | None = None,
    level: Literal["notice", "warning", "critical"] | None = None,
    state: Literal["open", "closed"] | None = None,
    page: Page = PAGE,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """List a contract's alerts, newest first."""
    from tallystick.cli.linking import listing, open_net

    with open_net(address) as net:
        rows = net.alerts(contract, rule=rule, level=level, state=state)
        return listing(rows, page, _ALERTS)


def _overview(contract: str, address: Address) -> Listing:
    from tallystick.cli.linking import open_net

    language = stage().language
    with open_net(address) as net:
        rows = tuple(
            {
                **{name: one[name] for name in ("name", "kind", "by", "period")},
                "label": one["label"][language],
                **_row(one["total"]),
            }
            for one in net.statistics(contract)
        )
    return Listing(rows, _OVERVIEW)


def _over_time(contract: str, statistic: str, when: When, address: Address) -> Listing:
    """Return a statistic over a time in equal stretches, oldest first."""
    from tallystick.cli.linking import open_net
    from tallystick.cli.times import parse_time

    for option, text in (("--since", when.since), ("--until", when.until)):
        if text is None:
            raise UsageError(say("statistics.from_when"), field=option)
    wrong = [one for one in when.cell if "=" not in one or one.split("=")[0] in _TIMES]
    if wrong:
        message = say("usage.value", name="--cell", value=wrong[0])
        raise UsageError(message, field="--cell", expected="NAME=VALUE")
    cell = dict(one.split("=", 1) for one in when.cell)
    filters: dict[str, str | int] = {
        **cell,
        "from_": parse_time(when.since or "", "--since"),
        "to": parse_time(when.until or "", "--until"),
    }
    count = _STRETCHES if when.stretches is None else when.stretches
    with open_net(address) as net:
        found = net.statistic_stretches(contract, statistic, stretches=count, **filters)
    rows: tuple[Row, ...] = tuple(
        {
            "begin": one["begin"],
            "end": one["end"],
            "shown": "—" if one["value"] is None else str(one["value"]),
            "value": one["value"],
            "count": one["count"],
        }
        for one in found["items"]
    )
    return Listing(rows, _STRETCH)


def _full(contract: str, statistic: str, period: str, place: Place) -> Listing:
    """Return every cell as the views of this machine hold it."""
    from contextlib import closing

    from tallystick.cli.local import VIEWS_FILE, check_founded
    from tallystick.cli.locate import existing_data_folder
    from tallystick.views import Views

    folder = existing_data_folder(place.data)
    check_founded(folder)
    with closing(Views(f"sqlite:///{(folder / VIEWS_FILE).absolute()}")) as views:
        table = views.statistic_table(contract, statistic, period=period, is_full=True)
    return _listing(
        [_row(_plain(one)) for one in _all(table)], [_plain(one) for one in _all(table)]
    )


def _all(table: StatisticTable) -> tuple[CellRow, ...]:
    return (*table.cells, table.total)


def _plain(cell: CellRow) -> dict[str, Any]:
    fields = {name: getattr(cell, name) for name in cell.__struct_fields__}
    return {**fields, "shown": "—" if cell.value is None else str(cell.value)}


def _row(cell: Mapping[str, Any]) -> dict[str, Plain]:
    """Return a cell as a row: what names it, then its figures."""
    figures: dict[str, Plain] = {name: cell[name] for name in cell if name != "cell"}
    return {**cell["cell"], **figures}


def _listing(rows: list[dict[str, Plain]], cells: list[Mapping[str, Any]]) -> Listing:
    """Return rows with the columns in which any of them has something."""
    names = tuple(dict.fromkeys(name for cell in cells for name in cell["cell"]))
    used = tuple(name for name in _FIGURES if any(row.get(name) for row in rows))
    found: tuple[Row, ...] = tuple(rows)
    return Listing(found, (*names, *(used or _FIGURES[:1])))
