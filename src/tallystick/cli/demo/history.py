# SPDX-License-Identifier: Apache-2.0
"""Writes the history of a demonstration: ninety days of its people's work, before it is served.

Everything is signed by its people's keys and taken by the folder's own node, in this process, with
its clock set to the past; so history is checked as all that comes later. What happens, when, and
by whose hand comes from one seed.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

from tallystick.cli.demo.chapter import Chapter
from tallystick.cli.demo.working_hours import HOUR_MS, working_time
from tallystick.client import Identity
from tallystick.contracts import DAY_MS, Life, Past
from tallystick.encoding import Value
from tallystick.errors import TallystickError, Unverified
from tallystick.model import Call, Outcome, decode_entry
from tallystick.node import Node, NodeConfig, open_node
from tallystick.units import TimeMs

SEED: Final = 42
DAYS: Final = 90
_QUIET_MS: Final = 15 * 60_000
"""Between the last of the history and the beginning of what is real."""
_LIFETIME_MS: Final = 60_000
_LEAST_MS, _MOST_MS = 2_000, 90_000
"""Between two things that one person does."""

Tale = Callable[[Past], Life]
"""The history of one system."""


@dataclass(frozen=True, slots=True)
class Told:
    """One system's history, and whose keys sign in it."""

    contract: str
    keys: Mapping[str, Identity]
    """By the name that its story has for each."""
    tale: Tale


@dataclass(frozen=True, slots=True)
class Act:
    """One call, and by whose hand."""

    identity: Identity
    contract: str
    method: str
    args: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Written:
    """What a history has come to."""

    transactions: int
    faults: tuple[Unverified, ...]
    """What was refused and should not have been; each ended the matter it was in."""


@dataclass
class Agenda:
    """What goes on when; of two at the same time, what was put down first."""

    now: int
    """The time in the past, unix milliseconds; only what is done moves it."""
    ends: int
    chance: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311  # a story
    faults: list[Unverified] = field(default_factory=list)
    """What was refused and should not have been."""
    _entries: list[tuple[int, int, Life]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def days_left(self) -> int:
        """How many days are left."""
        return (self.ends - self.now) // DAY_MS

    def put(self, life: Life, hours: int = 0) -> None:
        """Let a life go on in some hours, or when people are at work again."""
        due = working_time(self.now + hours * HOUR_MS, self.chance)
        heapq.heappush(self._entries, (due, next(self._numbers), life))

    def spend(self) -> None:
        """Let the time pass that one thing takes."""
        self.now += self.chance.randrange(_LEAST_MS, _MOST_MS)

    def run(self) -> None:
        """Let time pass; what has not ended when it is over stays as it is."""
        while self._entries and self._entries[0][0] < self.ends:
            due, _, life = heapq.heappop(self._entries)
            self.now = max(self.now, due)
            self._go_on(life)
        for _, _, life in self._entries:
            life.close()

    def _go_on(self, life: Life) -> None:
        """Let a life act; one that met a refusal ends there, as a matter does that goes wrong.

        Weekends fall elsewhere in each history, so a deadline may be missed that seldom is; a
        demonstration is not refused to anybody for that. Tests hold `faults` to be empty.
        """
        try:
            hours = next(life, None)
        except Unverified as fault:
            self.faults.append(fault)
            return
        if hours is not None:
            self.put(life, hours)


class NodeDesk:
    """Hands in to a node of this process; implements `chapter.Desk`."""

    def __init__(self, node: Node, agenda: Agenda) -> None:
        """Use a node whose clock is the agenda's."""
        self._node = node
        self._agenda = agenda
        self.count = 0
        """Of what was handed in."""

    @property
    def now(self) -> int:
        """The time of what happens next."""
        return self._agenda.now

    @property
    def chance(self) -> Random:
        """The history's own."""
        return self._agenda.chance

    @property
    def days_left(self) -> int:
        """How many days are left."""
        return self._agenda.days_left

    def begin(self, life: Life) -> None:
        """Let another matter begin now."""
        self._agenda.put(life)

    def take(
        self, identity: Identity, contract: str, method: str, args: Mapping[str, Value]
    ) -> Outcome:
        """Sign a call, have it taken, and return what came of it.

        Raises:
            TallystickError: it did not come into a block.
        """
        self._agenda.spend()
        (outcome,) = self._taken([self._signed(Act(identity, contract, method, args))])
        return outcome

    def take_together(self, acts: Iterable[Act]) -> None:
        """Have calls taken at once, in no time, so that nothing after them is moved by them.

        Raises:
            TallystickError: one did not come into a block.
            Unverified: one was refused.
        """
        for outcome in self._taken([self._signed(act) for act in acts]):
            if not outcome.is_ok:
                raise Unverified(f"{outcome.code} {outcome.result!r}")

    def _signed(self, act: Act) -> bytes:
        self.count += 1
        call = Call(
            network=self._node.network,
            contract=act.contract,
            method=act.method,
            args=dict(act.args),
            nonce=self.count,
            valid_until=TimeMs(self.now + _LIFETIME_MS),
        )
        return act.identity.sign(call)

    def _taken(self, signed: list[bytes]) -> Iterator[Outcome]:
        for answer in self._node.submit(signed).result():
            if isinstance(answer, TallystickError):
                raise answer
            yield decode_entry(self._node.block(answer.height).entries[answer.index]).outcome

    def query(self, contract: str, method: str, args: Mapping[str, Value]) -> Value:
        """Return what a query answers."""
        return self._node.query(contract, method, dict(args))


def write_history(
    data: Path, tales: Iterable[Told], *, first: Iterable[Act] = (), began: int, ends: int
) -> Written:
    """Write a history into the folder of a network that has only been founded.

    Args:
        data: the folder.
        tales: one for each system.
        first: what is done before all else.
        began: when the network was founded, unix milliseconds.
        ends: when the demonstration begins; everything is before that.

    Raises:
        TallystickError: the node could not take it.
    """
    agenda = Agenda(began, ends - _QUIET_MS)
    # Whoever writes it throws the folder away unless all of it came to its end, so one sync does.
    # One signature at a time is verified sooner here than in a process of its own.
    config = NodeConfig(
        data=data, clock=lambda: agenda.now, syncs_at_end=True, verifier_processes=0
    )
    node = open_node(config)
    node.start()
    try:
        desk = NodeDesk(node, agenda)
        desk.take_together(first)
        for told in tales:
            agenda.put(told.tale(Chapter(desk, told.contract, told.keys)))
        agenda.run()
    finally:
        node.stop()
    return Written(desk.count, tuple(agenda.faults))


def beginning(now: int) -> int:
    """Return when a network must have been founded whose history ends now."""
    return now - DAYS * DAY_MS
