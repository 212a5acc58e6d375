# SPDX-License-Identifier: Apache-2.0
"""Histories of the demonstration on a ledger in memory: the contracts, without a node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType, ModuleType
from typing import Any

from tallystick.cli.demo.chapter import Chapter
from tallystick.cli.demo.consortium import CONSORTIUM
from tallystick.cli.demo.everybody import stories, whole_cast
from tallystick.cli.demo.history import Agenda, beginning
from tallystick.client import Identity
from tallystick.contracts import Definition, Life
from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import Value
from tallystick.execution import load_contracts
from tallystick.model import Event, Organization, Outcome
from tallystick.testing.memory_chain import BLOCK_MS, MemoryChain
from tallystick.testing.people import Person


class _NoNet:
    """What a `Person` is made with; here people act through a `Chapter` only."""

    definitions: Mapping[str, Definition] = MappingProxyType({})

    def perform(
        self, person: Person, contract: str, method: str, /, *args: object, **named: object
    ) -> Any:
        """Nobody acts by attributes."""
        raise NotImplementedError

    def enrol(self, person: Person) -> None:
        """Nothing to do."""


@dataclass
class MemoryDesk:
    """Hands in to a ledger in memory; implements `chapter.Desk`."""

    agenda: Agenda
    chain: MemoryChain
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    times: list[int] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    _people: dict[tuple[str, str], Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Know everybody in the demonstration."""
        for one in whole_cast().people:
            member = one.member
            organization = Organization(id=member.organization, name=member.name)
            acting = Person(_NoNet(), organization, member.id, member.roles)
            self._people[member.organization, member.id] = acting

    @property
    def now(self) -> int:
        """The time of what happens next."""
        return self.agenda.now

    @property
    def chance(self) -> Random:
        """The history's own."""
        return self.agenda.chance

    @property
    def days_left(self) -> int:
        """How many days are left."""
        return self.agenda.days_left

    def begin(self, life: Life) -> None:
        """Let another matter begin now."""
        self.agenda.put(life)

    def take(
        self, identity: Identity, contract: str, method: str, args: Mapping[str, Value]
    ) -> Outcome:
        """Carry a call out, and count what became of it."""
        self.agenda.spend()
        self.chain.now_ms = self.now - BLOCK_MS
        person = self._people[identity.organization, identity.member]
        done = self.chain.submit(person, contract, method, dict(args)).execution
        self.codes[contract, done.code] += 1
        self.times.append(self.now)
        self.events += done.events
        return Outcome(done.code, done.result, done.events, b"")

    def query(self, contract: str, method: str, args: Mapping[str, Value]) -> Value:
        """Return what a query answers."""
        return self.chain.query(contract, method, dict(args))


def tell_alone(story: ModuleType, ends: int) -> MemoryDesk:
    """Let one story's history happen, and return where it did."""
    keys = {
        one.member: Identity(one.code, one.member, SecretKey(sha256(one.member.encode())))
        for one in story.parts()
    }
    return _told(story, keys, ends)


def tell_evidence(story: ModuleType, ends: int) -> MemoryDesk:
    """Let the history of evidence happen, whose people are the consortium's."""
    keys = {
        one.member.id: Identity(
            one.member.organization, one.member.id, SecretKey(sha256(one.key_name.encode()))
        )
        for one in CONSORTIUM.people
    }
    return _told(story, keys, ends)


def _told(story: ModuleType, keys: Mapping[str, Identity], ends: int) -> MemoryDesk:
    agenda = Agenda(beginning(ends), ends)
    desk = MemoryDesk(agenda, MemoryChain(load_contracts()))
    agenda.put(story.history(Chapter(desk, story.CONTRACT, keys)))
    agenda.run()
    return desk


STORIES = stories()
