# SPDX-License-Identifier: Apache-2.0
"""Read alerts, with the ids of the transactions that they cite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, select

from tallystick.contracts import Label
from tallystick.views.figure_results import AlertRow
from tallystick.views.figure_tables import ALERTS
from tallystick.views.filters import TimeRange
from tallystick.views.pages import Condition, Listing, Rows
from tallystick.views.tables import LOG

_LEAVES_MAX: Final = 500
"""Log entries asked for at once; databases bound the number of values in a statement."""


class AlertFilter(Struct, frozen=True, kw_only=True):
    """Which alerts; every field that is given must hold."""

    rule: str | None = None
    level: str | None = None
    state: str | None = None
    during: TimeRange = TimeRange()


def alert_listing(contract: str, wanted: AlertFilter) -> Listing:
    """Return the list of a contract's alerts, newest first."""
    conditions: list[Condition] = []
    for name in ("rule", "level", "state"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(ALERTS.c[name] == value)
    if wanted.during.from_ms is not None:
        conditions.append(ALERTS.c.time >= wanted.during.from_ms)
    if wanted.during.to_ms is not None:
        conditions.append(ALERTS.c.time < wanted.during.to_ms)
    return Listing(
        query=select(ALERTS),
        number=ALERTS.c.number,
        alternatives=(ALERTS.c.contract == contract,),
        others=tuple(conditions),
    )


def alert_rows(connection: Connection, rows: Rows) -> tuple[AlertRow, ...]:
    """Return alerts with the ids of the transactions that they cite."""
    inputs: dict[int, list[int]] = {row.number: msgspec.json.decode(row.inputs) for row in rows}
    leaves = {leaf for found in inputs.values() for leaf in found}
    leaves |= {leaf for row in rows for leaf in (row.first_leaf, row.last_leaf)}
    ids = _transaction_ids(connection, sorted(leaves))
    return tuple(_alert_row(row, inputs[row.number], ids) for row in rows)


def _transaction_ids(connection: Connection, leaves: list[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for start in range(0, len(leaves), _LEAVES_MAX):
        part = leaves[start : start + _LEAVES_MAX]
        query = select(LOG.c.leaf_index, LOG.c.id).where(LOG.c.leaf_index.in_(part))
        found |= {row.leaf_index: row.id for row in connection.execute(query)}
    return found


def _alert_row(row: Row[Any], inputs: Iterable[int], ids: Mapping[int, bytes]) -> AlertRow:
    return AlertRow(
        number=row.number,
        contract=row.contract,
        rule=row.rule,
        version=row.version,
        level=row.level,
        about=msgspec.json.decode(row.about),
        state=row.state,
        height=row.height,
        time=row.time,
        closed_height=row.closed_height,
        closed_time=row.closed_time,
        count=row.times,
        first_transaction=ids[row.first_leaf],
        last_transaction=ids[row.last_leaf],
        transactions=tuple(ids[leaf] for leaf in inputs),
        sentence=Label(zh=row.zh, en=row.en),
    )
