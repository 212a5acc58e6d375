# SPDX-License-Identifier: Apache-2.0
"""One system's place in the past: its people sign, and the node takes it in a block of its own."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from random import Random
from typing import Any, Protocol

from tallystick.cli.demo.person_key import PersonKey
from tallystick.cli.payments.parties import account_digest
from tallystick.client import Identity
from tallystick.contracts import Label, Life
from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import Value
from tallystick.errors import Unverified
from tallystick.model import Outcome


class Desk(Protocol):
    """Where everybody hands in: the ledger, and what time it is there."""

    @property
    def now(self) -> int:
        """The time of what happens next, unix milliseconds."""
        ...

    @property
    def chance(self) -> Random:
        """The history's own."""
        ...

    @property
    def days_left(self) -> int:
        """How many days are left."""
        ...

    def begin(self, life: Life) -> None:
        """Let another matter begin now."""
        ...

    def take(
        self, identity: Identity, contract: str, method: str, args: Mapping[str, Value]
    ) -> Outcome:
        """Sign a call, have it taken, and return what came of it.

        Raises:
            TallystickError: it did not come into a block.
        """
        ...

    def query(self, contract: str, method: str, args: Mapping[str, Value]) -> Value:
        """Return what a query answers."""
        ...


class Chapter:
    """What one system's history needs of the past; implements `contracts.Past`."""

    def __init__(self, desk: Desk, contract: str, keys: Mapping[str, Identity]) -> None:
        """Let the people of a system act at a desk."""
        self._desk = desk
        self._contract = contract
        self._keys = keys
        self._news: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self.secret = sha256(f"the demonstration's secret of {contract}".encode())

    @property
    def now(self) -> int:
        """The time of what happens next."""
        return self._desk.now

    @property
    def chance(self) -> Random:
        """The history's own."""
        return self._desk.chance

    @property
    def days_left(self) -> int:
        """How many days are left."""
        return self._desk.days_left

    def begin(self, life: Life) -> None:
        """Let another matter begin now."""
        self._desk.begin(life)

    def news(self, event: str) -> list[Mapping[str, Any]]:
        """Return the fields of the contract's events of a name since it was last asked."""
        return self._news.pop(event, [])

    def say(self, text: Label) -> None:
        """Nobody listens in the past."""

    def act(self, member: str, method: str, **arguments: Any) -> Any:  # noqa: ANN401
        """Let a member call an action and return its result.

        Raises:
            Unverified: the contract refused it.
        """
        outcome = self._call(member, method, arguments)
        if not outcome.is_ok:
            raise Unverified(f"{member} {method}: {outcome.code} {outcome.result!r}")
        return outcome.result

    def refused(
        self,
        code: str,
        member: str,
        method: str,
        **arguments: Any,  # noqa: ANN401
    ) -> None:
        """Let a member call what the contract must refuse with this code.

        Raises:
            Unverified: it did not.
        """
        outcome = self._call(member, method, arguments)
        if outcome.code != code:
            raise Unverified(f"{member} {method}: {outcome.code} instead of {code}")

    def ask(self, method: str, **arguments: Any) -> Any:  # noqa: ANN401
        """Return what a query answers."""
        return self._desk.query(*self._words(method), arguments)

    def check(self, *, holds: bool, claim: Label) -> None:
        """Go on only if a claim holds.

        Raises:
            Unverified: it does not.
        """
        if not holds:
            raise Unverified(claim.en)

    def key(self, person: str) -> PersonKey:
        """Return the key of a person outside the network."""
        return PersonKey(SecretKey(sha256(f"{self._contract} {person}".encode())))

    def account_digest(self, payee: Mapping[str, str]) -> str:
        """Return what the ledger knows of a payee's account."""
        return account_digest(payee["salt"], payee["account"])

    def keep_original(self, name: str, content: bytes) -> str:
        """Return the hash of a file that is deposited; the past keeps no files."""
        return hashlib.sha256(content).hexdigest()

    def _call(self, member: str, method: str, arguments: Mapping[str, Value]) -> Outcome:
        outcome = self._desk.take(self._keys[member], *self._words(method), arguments)
        for event in outcome.events:
            contract, _, name = event.name.partition(".")
            if contract == self._contract:
                self._news[name].append(event.fields)
        return outcome

    def _words(self, method: str) -> tuple[str, str]:
        """Return contract and method; a name with a dot is of another contract."""
        contract, _, name = method.rpartition(".")
        return contract or self._contract, name
