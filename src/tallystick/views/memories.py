# SPDX-License-Identifier: Apache-2.0
"""What warning rules remember of earlier events: counts, windows, last times and last values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from tallystick.contracts import (
    Counted,
    Figure,
    Latest,
    Since,
    StatisticSchema,
    WarningSchema,
    every_node,
)
from tallystick.views.conditions import Leaves
from tallystick.views.counting_events import ALL_TIME, cell_key, statistic_id
from tallystick.views.figure_events import Happening
from tallystick.views.figure_store import FigureStore, key_text

WINDOW_EVENTS_MAX: Final = 1_000
"""A count within a window stops here; the oldest events leave it first."""
_ADDING: Final = frozenset({"count", "sum", "distinct", "gauge"})
"""Statistics that are 0 where nothing was counted."""


Remembering: TypeAlias = Counted | Since | Latest
"""Nodes for which something is kept; a fact whose key has a missing part is not."""


class Memories:
    """What the rules of one contract remember."""

    def __init__(
        self,
        contract: str,
        statistics: Iterable[StatisticSchema],
        rules: Iterable[WarningSchema],
        store: FigureStore,
    ) -> None:
        """Find what must be remembered; rules that ask the same share it."""
        nodes = [node for rule in rules for node in every_node(rule.when)]
        kept = dict.fromkeys(one for one in nodes if isinstance(one, Counted | Since | Latest))
        self._numbers: Mapping[Remembering, int] = {node: at for at, node in enumerate(kept)}
        self._statistics = {one.name: one for one in statistics}
        self._contract = contract
        self._store = store
        self.events = frozenset(node.event for node in kept)
        """Class names of the events to take note of."""

    def before_judging(self, happening: Happening, time: int) -> None:
        """Take note of an event that counts for the rules judged at it."""
        for node in self._numbers:
            if node.event != happening.event or None in happening.values(_by(node)):
                continue
            if isinstance(node, Counted):
                self._count(node, happening, time)
            elif isinstance(node, Latest) and happening.integer(node.field) is not None:
                fact = [happening.integer(node.field), happening.leaf]
                self._store.keep(self._key(node, happening), fact)

    def after_judging(self, happening: Happening, time: int) -> None:
        """Take note of an event that is an earlier one for those that follow."""
        for node in self._numbers:
            if isinstance(node, Since) and node.event == happening.event:
                self._store.keep(self._key(node, happening), [time, happening.leaf])

    def recall(
        self, node: Remembering | Figure, happening: Happening, time: int, inputs: Leaves
    ) -> int | None:
        """Return the value of a node, and add the transactions that it rests on."""
        if isinstance(node, Figure):
            return self._figure(node, happening, inputs)
        if None in happening.values(_by(node)):
            return None
        if isinstance(node, Counted):
            return self._counted(node, happening, time, inputs)
        found = self._store.fact(self._key(node, happening))
        if found is None:
            return node.default if isinstance(node, Latest) else None
        inputs.append(found[1])
        return int(found[0] if isinstance(node, Latest) else time - found[0])

    def _key(self, node: Remembering, happening: Happening) -> str:
        values = happening.values(_by(node))
        return key_text("memory", self._contract, self._numbers[node], *values)

    def _count(self, node: Counted, happening: Happening, time: int) -> None:
        member = None if node.distinct is None else happening.plain(node.distinct)
        if node.distinct is not None and member is None:
            return
        key = self._key(node, happening)
        if node.within_ms is None:
            more = 1
            if node.distinct is not None:
                member_key = key_text("met", key, member)
                more = 0 if self._store.fact(member_key) else 1
                self._store.keep(member_key, 1)
            number, first, _ = self._store.fact(key) or (0, happening.leaf, 0)
            self._store.keep(key, [number + more, first, happening.leaf])
            return
        window = self._window(node, key, time)
        if node.distinct is not None:
            window = [one for one in window if one[2] != member]
        window.append([time, happening.leaf, member])
        self._store.keep(key, window[-WINDOW_EVENTS_MAX:])

    def _window(self, node: Counted, key: str, time: int) -> list[list[object]]:
        """Return the events of a window that are still young enough."""
        within = node.within_ms or 0
        return [one for one in self._store.fact(key) or () if time - one[0] < within]

    def _counted(self, node: Counted, happening: Happening, time: int, inputs: Leaves) -> int:
        key = self._key(node, happening)
        if node.within_ms is None:
            found = self._store.fact(key)
            if found is None:
                return 0
            inputs += found[1:]
            return int(found[0])
        window = self._window(node, key, time)
        inputs += [leaf for _, leaf, _ in window if isinstance(leaf, int)]
        return len(window)

    def _figure(self, node: Figure, happening: Happening, inputs: Leaves) -> int | None:
        statistic = self._statistics[node.statistic]
        cell = happening.values(node.by) or None
        name = statistic_id(self._contract, node.statistic)
        row = self._store.cell(cell_key(name, ALL_TIME, cell))
        if row is None or row[3] is None:
            return 0 if statistic.kind in _ADDING else None
        inputs += row[6:8]
        return int(row[3])


def _by(node: Remembering) -> tuple[str, ...]:
    return () if isinstance(node, Latest) else node.by
