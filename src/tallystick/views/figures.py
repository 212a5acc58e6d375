# SPDX-License-Identifier: Apache-2.0
"""Fold events into statistics and alerts: a function of the blocks alone, in their order.

No clock is read: time is the time of blocks, and a rule that waits for a time is judged when a
block reaches it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Engine

from tallystick.views.alerts import AlertBook, Clock, EventRule
from tallystick.views.counting_events import Counter
from tallystick.views.figure_events import Happening, Moment
from tallystick.views.figure_store import FigureStore
from tallystick.views.figure_texts import RuleTexts
from tallystick.views.memories import Memories
from tallystick.views.specs import FigureSpec, ViewSpecs


class Figures:
    """The statistics and rules of all contracts."""

    def __init__(self, engine: Engine, specs: ViewSpecs) -> None:
        """Prepare to fold."""
        self._store = FigureStore(engine)
        self._book = AlertBook(self._store)
        self._contracts = {
            spec.contract: _ContractFigures(spec, specs, self._book, self._store)
            for spec in specs.figures
        }
        self.watched = frozenset(
            f"{name}.{event}" for name, one in self._contracts.items() for event in one.events
        )
        """Full names of the events to hand over."""

    def load(self, connection: Connection) -> None:
        """Go on from what the database holds, whatever was folded without being written."""
        self._store.forget()
        self._book.load(connection)
        waiting = list(self._store.watches(connection))
        for contract in self._contracts.values():
            contract.clock.load(waiting)

    def fold(self, connection: Connection, moments: Iterable[Moment]) -> None:
        """Fold blocks in order, and write what they changed."""
        self._store.begin(connection)
        for moment in moments:
            for contract in self._contracts.values():
                contract.clock.strike(moment)
            for happening in moment.happenings:
                self._contracts[happening.contract].take(happening, moment)
        self._store.write()


class _ContractFigures:
    """The statistics and rules of one contract."""

    def __init__(
        self, spec: FigureSpec, specs: ViewSpecs, book: AlertBook, store: FigureStore
    ) -> None:
        texts = RuleTexts(spec.contract, specs.events)
        self._memories = Memories(spec.contract, spec.statistics, spec.warnings, store)
        self.clock = Clock(spec.contract, spec.warnings, texts, book, store)
        self._counters: dict[str, list[Counter]] = {}
        for statistic in spec.statistics:
            counter = Counter(spec.contract, statistic, store)
            for event in {statistic.event, statistic.until} - {"", None}:
                self._counters.setdefault(str(event), []).append(counter)
        self._rules: dict[str, list[EventRule]] = {}
        for rule in spec.warnings:
            judged = EventRule(spec.contract, rule, self._memories, texts, book)
            for event in dict.fromkeys(rule.on):
                self._rules.setdefault(event, []).append(judged)
        self.events = frozenset(
            {*self._counters, *self._rules, *self._memories.events, *self.clock.events}
        )

    def take(self, happening: Happening, moment: Moment) -> None:
        """Count an event, then judge the rules that look at it."""
        event = happening.event
        for counter in self._counters.get(event, ()):
            counter.count(happening, moment.time)
        if event in self._memories.events:
            self._memories.before_judging(happening, moment.time)
        for rule in self._rules.get(event, ()):
            rule.judge(happening, moment)
        if event in self._memories.events:
            self._memories.after_judging(happening, moment.time)
        self.clock.notice(happening, moment)
