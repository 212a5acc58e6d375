# SPDX-License-Identifier: Apache-2.0
"""Judge warning rules in the order of events, and keep the alerts that they raise.

For each rule and each value of its dedupe fields there is one alert until the cool-down since it
was raised is over: what comes before that instant is counted in it, what comes at it or later is
a new one. An alert is open until the rule is judged again for the same fields and does not hold.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from tallystick.contracts import MEASURED, Label, Overdue, Silent, WarningSchema
from tallystick.views.conditions import Leaves, Remembered, judge
from tallystick.views.figure_events import Happening, Moment, Plain
from tallystick.views.figure_store import FigureStore, key_text
from tallystick.views.figure_texts import RuleTexts

OPEN: Final = "open"
CLOSED: Final = "closed"
INPUTS_MAX: Final = 100
"""Transactions that an alert lists; the first and the last are known beyond that."""
_MINUTE_MS: Final = 60_000


class AlertBook:
    """Raises, repeats and closes alerts."""

    def __init__(self, store: FigureStore) -> None:
        """Keep alerts in a store."""
        self._store = store
        self._last = 0

    def load(self, connection: Connection) -> None:
        """Go on after the alerts that are written."""
        self._last = self._store.last_alert(connection)

    def raise_(
        self,
        contract: str,
        rule: WarningSchema,
        about: Mapping[str, Plain],
        moment: Moment,
        inputs: Leaves,
        *,
        said: Label,
    ) -> None:
        """Raise an alert, or count one more reason for the one that stands."""
        key = _alert_key(contract, rule, about)
        standing = self._store.fact(key)
        if standing is not None and moment.time < standing[1] + rule.cool_down_ms:
            self._repeat(standing[0], inputs)
            return
        self._last += 1
        self._store.keep(key, [self._last, moment.time])
        self._store.put_alert(
            self._last,
            {
                "contract": contract,
                "rule": rule.id,
                "version": rule.version,
                "level": rule.level,
                "about": msgspec.json.encode(about).decode(),
                "state": OPEN,
                "height": moment.height,
                "time": moment.time,
                "closed_height": None,
                "closed_time": None,
                "times": 1,
                "first_leaf": inputs[0],
                "last_leaf": inputs[-1],
                "inputs": msgspec.json.encode(_cited(inputs)).decode(),
                "zh": said.zh,
                "en": said.en,
            },
        )

    def close(
        self, contract: str, rule: WarningSchema, about: Mapping[str, Plain], moment: Moment
    ) -> None:
        """Close the alert that stands, if one is open."""
        standing = self._store.fact(_alert_key(contract, rule, about))
        if standing is None:
            return
        alert = self._store.alert(standing[0])
        if alert["state"] != OPEN:
            return
        closed = {"closed_height": moment.height, "closed_time": moment.time}
        self._store.put_alert(standing[0], {**alert, "state": CLOSED, **closed})

    def _repeat(self, number: int, inputs: Leaves) -> None:
        alert = self._store.alert(number)
        known: list[int] = msgspec.json.decode(alert["inputs"])
        more = sorted({*known, *inputs})
        self._store.put_alert(
            number,
            {
                **alert,
                "state": OPEN,
                "closed_height": None,
                "closed_time": None,
                "times": alert["times"] + 1,
                "first_leaf": min(alert["first_leaf"], inputs[0]),
                "last_leaf": max(alert["last_leaf"], inputs[-1]),
                "inputs": msgspec.json.encode(_cited(more)).decode(),
            },
        )


class EventRule:
    """A rule that is judged at events."""

    def __init__(
        self,
        contract: str,
        rule: WarningSchema,
        memory: Remembered,
        texts: RuleTexts,
        book: AlertBook,
    ) -> None:
        """Judge with what `memory` knows, and tell `book`."""
        self._contract = contract
        self.rule = rule
        self._memory = memory
        self._texts = texts
        self._book = book

    def judge(self, happening: Happening, moment: Moment) -> None:
        """Raise, repeat or close the alert that the event is about."""
        rule = self.rule
        if not in_force(rule, moment.time):
            return
        about = {name: happening.plain(name) for name in rule.dedupe}
        holds, measured, inputs = judge(rule.when, happening, moment.time, self._memory)
        if not holds:
            self._book.close(self._contract, rule, about, moment)
            return
        fields = {**happening.fields, MEASURED: measured}
        said = self._texts.sentence(rule, happening.event, fields)
        self._book.raise_(self._contract, rule, about, moment, inputs, said=said)


class Clock:
    """Rules that come true while nothing happens: each key waits until a time is reached."""

    def __init__(
        self,
        contract: str,
        rules: Iterable[WarningSchema],
        texts: RuleTexts,
        book: AlertBook,
        store: FigureStore,
    ) -> None:
        """Watch for the rules of one contract."""
        self._contract = contract
        self._rules = [
            (rule, rule.when) for rule in rules if isinstance(rule.when, Silent | Overdue)
        ]
        self._texts = texts
        self._book = book
        self._store = store
        self._heap: list[tuple[int, str]] = []

    @property
    def events(self) -> frozenset[str]:
        """Class names of the events that start or end a wait."""
        ends = (node.until for _, node in self._rules if isinstance(node, Overdue))
        return frozenset({*(node.event for _, node in self._rules), *ends})

    def load(self, waiting: Iterable[tuple[str, int]]) -> None:
        """Go on waiting for what was waited for."""
        prefix = key_text(self._contract)[:-1]
        self._heap = [(due, key) for key, due in waiting if key.startswith(f"{prefix},")]
        heapq.heapify(self._heap)

    def strike(self, moment: Moment) -> None:
        """Raise the alerts that are due at a block, before what happens in it."""
        while self._heap and self._heap[0][0] <= moment.time:
            due, key = heapq.heappop(self._heap)
            watched = self._store.watched(key)
            if watched is not None and watched[0] == due:
                self._store.watch(key, None)
                self._raise(key, moment, watched[1])

    def notice(self, happening: Happening, moment: Moment) -> None:
        """Let an event start or end waits."""
        for at, (rule, node) in enumerate(self._rules):
            if None in happening.values(node.by):
                continue
            key = key_text(self._contract, at, *happening.values(node.by))
            if isinstance(node, Overdue):
                if happening.event == node.until:
                    self._end(key, rule, happening, moment)
                elif happening.event == node.event and self._store.watched(key) is None:
                    self._wait(key, rule, happening, moment.time, node.after_ms)
            elif happening.event == node.event:
                self._end(key, rule, happening, moment)
                self._wait(key, rule, happening, moment.time, node.for_ms)

    def _wait(
        self, key: str, rule: WarningSchema, happening: Happening, time: int, length: int
    ) -> None:
        names = {*rule.dedupe, *self._texts.places(rule)}
        fields = {name: happening.plain(name) for name in sorted(names)}
        self._store.watch(key, time + length, [happening.leaf, happening.event, time, fields])
        heapq.heappush(self._heap, (time + length, key))

    def _end(self, key: str, rule: WarningSchema, happening: Happening, moment: Moment) -> None:
        if self._store.watched(key) is not None:
            self._store.watch(key, None)
        about = {name: happening.plain(name) for name in rule.dedupe}
        self._book.close(self._contract, rule, about, moment)

    def _raise(self, key: str, moment: Moment, fact: list[Any]) -> None:
        rule, _ = self._rules[msgspec.json.decode(key)[1]]
        if not in_force(rule, moment.time):
            return
        leaf, event, began, fields = fact
        about = {name: fields[name] for name in rule.dedupe}
        waited = (moment.time - began) // _MINUTE_MS
        said = self._texts.sentence(rule, event, {**fields, MEASURED: waited})
        self._book.raise_(self._contract, rule, about, moment, [leaf], said=said)


def in_force(rule: WarningSchema, time: int) -> bool:
    """Say whether a version of a rule is in force at a block time."""
    starts, ends = rule.valid_from_ms, rule.valid_until_ms
    return (starts is None or starts <= time) and (ends is None or time < ends)


def _alert_key(contract: str, rule: WarningSchema, about: Mapping[str, Plain]) -> str:
    return key_text("alert", contract, rule.id, rule.version, *about.values())


def _cited(inputs: Leaves) -> Leaves:
    """Return as many transactions as an alert lists: the first ones, and the last."""
    if len(inputs) <= INPUTS_MAX:
        return inputs
    return [*inputs[: INPUTS_MAX - 1], inputs[-1]]
