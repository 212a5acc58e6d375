# SPDX-License-Identifier: Apache-2.0
"""Figures and alerts of a history that is written by hand, event by event."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from tallystick.contracts import Contract, schema_of
from tallystick.contracts import Event as ContractEvent
from tallystick.encoding import Value
from tallystick.model import Event
from tallystick.units import TimeMs
from tallystick.views import Projector, StatisticTable, Views, specs_of
from tests.unit.views.chain import GENESIS, T0, Chain, Deed

SECOND: Final = 1_000
HOUR: Final = 3_600 * SECOND
DAY: Final = 24 * HOUR


class Told(NamedTuple):
    """Something that happened, so long after the beginning."""

    after_ms: int
    kind: type[ContractEvent]
    fields: dict[str, Any]


def told(after_ms: int, kind: type[ContractEvent], **fields: Any) -> Told:
    """Return what happened; fields that are not named have nothing to say."""
    return Told(after_ms, kind, fields)


class Figures:
    """The views of a history by hand."""

    def __init__(
        self,
        contract: type[Contract],
        history: Sequence[Told],
        folder: Path,
        *,
        until_ms: int = 0,
    ) -> None:
        """Project it, each event in a block of its own time, and nothing more until a moment."""
        schema = schema_of(contract)
        self.contract = schema.name
        self._url = f"sqlite:///{folder / 'views.sqlite'}"
        chain = Chain()
        for one in history:
            name = f"{schema.name}.{one.kind.__name__}"
            event = Event(name, {**_nothing(one.kind), **one.fields})
            chain.add(Deed(contract=schema.name, events=(event,)), time=TimeMs(T0 + one.after_ms))
        chain.add(Deed(contract=schema.name, method="tick"), time=TimeMs(T0 + until_ms))
        with Projector(self._url, GENESIS, specs_of([schema])) as projector:
            projector.apply(chain.blocks)

    def table(self, name: str, period: str = "") -> StatisticTable:
        """Return a statistic's full table."""
        with closing(Views(self._url)) as views:
            return views.statistic_table(self.contract, name, period=period, is_full=True)

    def total(self, name: str, period: str = "") -> int | None:
        """Return the total of a statistic."""
        return self.table(name, period).total.value

    def cells(self, name: str, period: str = "") -> dict[str, int | None]:
        """Return the values by the one thing they are counted by."""
        cells = self.table(name, period).cells
        return {str(*one.cell.values()): one.value for one in cells}

    def alerts(self) -> list[str]:
        """Return the alerts: the rule, and what it warns about."""
        with closing(Views(self._url)) as views:
            found = views.list_alerts(self.contract, limit=500).items
        return sorted(" ".join((one.rule, *map(str, one.about.values()))) for one in found)


def _nothing(kind: type[ContractEvent]) -> dict[str, Value]:
    """Return values for all fields of an event: no count is more than none."""
    found: dict[str, Value] = {}
    for field in msgspec.inspect.type_info(kind).fields:  # type: ignore[attr-defined]
        is_number = isinstance(field.type, msgspec.inspect.IntType)
        found[field.encode_name] = 0 if is_number else "-"
    return found
