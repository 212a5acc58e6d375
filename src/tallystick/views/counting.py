# SPDX-License-Identifier: Apache-2.0
"""Read the counts that are kept while projecting."""

from __future__ import annotations

from sqlalchemy import func, select

from tallystick.model import OK
from tallystick.views import specs as kinds
from tallystick.views.results import Counts, MethodCount
from tallystick.views.snapshot import Snapshot
from tallystick.views.tables import CLASSES, EVENT_NAMES, RECORD_COUNTS


def read_counts(snapshot: Snapshot) -> Counts:
    """Return how much there is of everything."""
    records = {
        (contract, table): count
        for contract, table, count in snapshot.connection.execute(select(RECORD_COUNTS))
    }
    methods = _methods(snapshot)
    events = _events(snapshot)
    return Counts(
        height=snapshot.meta.height,
        block_time=snapshot.meta.block_time,
        transactions=snapshot.meta.log_size,
        refused=sum(found.count for found in methods if found.code != OK),
        events=sum(events.values()),
        organizations=records.get((kinds.MEMBERSHIP, "organizations"), 0),
        members=records.get((kinds.MEMBERSHIP, "members"), 0),
        keys=records.get((kinds.MEMBERSHIP, "keys"), 0),
        methods=methods,
        events_by_name=events,
        records={
            spec.name: records.get((spec.contract, spec.table), 0)
            for spec in snapshot.form.tables.specs.tables
        },
    )


def _methods(snapshot: Snapshot) -> tuple[MethodCount, ...]:
    names = (CLASSES.c.contract, CLASSES.c.method, CLASSES.c.code)
    total = func.sum(CLASSES.c["count"])
    query = select(*names, total).group_by(*names).order_by(func.min(CLASSES.c.id))
    return tuple(
        MethodCount(contract, method, code, int(count))
        for contract, method, code, count in snapshot.connection.execute(query)
    )


def _events(snapshot: Snapshot) -> dict[str, int]:
    query = select(EVENT_NAMES.c.name, EVENT_NAMES.c["count"]).order_by(EVENT_NAMES.c.name)
    return {row.name: row[1] for row in snapshot.connection.execute(query)}
