# SPDX-License-Identifier: Apache-2.0
"""Who acts in a test: organisations and their people, whose attributes are the contracts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Protocol, TypeAlias

from tallystick.contracts import Definition
from tallystick.crypto import sha256
from tallystick.model import Organization, Signer

FIRST_MEMBER = "clerk"
"""The person who acts for an organisation if the test names nobody."""

Path: TypeAlias = tuple[str, ...]


class Desk(Protocol):
    """Where people hand in their calls: the net of the test."""

    @property
    def definitions(self) -> Mapping[str, Definition]:
        """The contracts by name."""
        ...

    def perform(
        self, person: Person, contract: str, method: str, /, *args: object, **named: object
    ) -> Any:  # noqa: ANN401  # whatever the method returns
        """Run one action or query for a person."""
        ...

    def enrol(self, person: Person) -> None:
        """Take note of a new person."""
        ...


class Person:
    """A member of an organisation. `person.notes.write(...)` calls a contract in their name.

    A contract whose name has several words is reached word by word (`person.scf.receivable`), a
    hyphen is written `_`. `person.contract(name)` reaches any.
    """

    def __init__(
        self, desk: Desk, organization: Organization, member: str, roles: Iterable[str]
    ) -> None:
        """Act for an organisation."""
        self._desk = desk
        self.organization = organization
        self.member = member
        self.roles = tuple(sorted(set(roles)))
        self.signer = Signer(
            organization=organization.id,
            member=member,
            roles=self.roles,
            public_key=sha256(f"{organization.id}/{member}".encode()),
        )
        """As contracts see the person."""

    @property
    def code(self) -> str:
        """The organisation's unified social credit code; what stands for it in arguments."""
        return self.organization.id

    @property
    def name(self) -> str:
        """The organisation's name in the test."""
        return self.organization.name.en

    def contract(self, name: str) -> Calls:
        """Return the calls of a contract by its exact name."""
        return Calls(self._desk, self, _path(self._desk.definitions[name].schema.name))

    def __getattr__(self, name: str) -> Calls:
        """Return the calls of a contract, or the first word of its name."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Calls(self._desk, self, ()).at(name)

    def __repr__(self) -> str:
        return f"{self.name}/{self.member}"


class Party(Person):
    """An organisation, and its first member, who acts for it."""

    def person(self, member: str, *, roles: Iterable[str] | None = None) -> Person:
        """Return another person of the organisation, with the same roles unless others are named.

        Four-eyes rules want two of them.
        """
        found = Person(
            self._desk, self.organization, member, self.roles if roles is None else roles
        )
        self._desk.enrol(found)
        return found


class Calls:
    """The methods of a contract as one person calls them, or the beginning of contracts' names."""

    def __init__(self, desk: Desk, person: Person, path: Path) -> None:
        """Stand at the words of a contract's name that were given so far."""
        self._desk = desk
        self._person = person
        self._path = path

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # a method, or the next word
        """Return the method called `name`; it takes arguments by place or name."""
        if name.startswith("_"):
            raise AttributeError(name)
        definition = self._contracts().get(self._path)
        if definition is not None and name in definition.methods:
            return self._call(definition, name)
        return self.at(name)

    def at(self, name: str) -> Calls:
        """Return the calls one word further.

        Raises:
            AttributeError: no contract's name begins so, and it is no method.
        """
        path = (*self._path, name)
        contracts = self._contracts()
        if not any(known[: len(path)] == path for known in contracts):
            here = contracts.get(self._path)
            known = [".".join(one) for one in contracts] if here is None else list(here.methods)
            place = ".".join(self._path) or "the net"
            raise AttributeError(f"{place} has no {name!r}; there is {', '.join(sorted(known))}")
        return Calls(self._desk, self._person, path)

    def _call(self, definition: Definition, method: str) -> Callable[..., Any]:
        return partial(self._desk.perform, self._person, definition.schema.name, method)

    def _contracts(self) -> dict[Path, Definition]:
        return {_path(name): one for name, one in self._desk.definitions.items()}


def _path(contract: str) -> Path:
    return tuple(re.sub("-", "_", contract).split("."))
