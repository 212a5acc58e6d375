# SPDX-License-Identifier: Apache-2.0
"""Number what repeats in every transaction, in the order of first appearance, and count it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, NamedTuple, TypeVar

Name = TypeVar("Name", bound=Hashable)


class Numbers(dict[Name, int], Generic[Name]):
    """Looks up a name's number by `numbers[name]`; a name never seen gets the next one."""

    def __init__(self, known: Iterable[Name] = ()) -> None:
        """Take over the names that have been written, in the order of their numbers."""
        super().__init__((name, number) for number, name in enumerate(known, 1))
        self._fresh: list[tuple[int, Name]] = []

    def __missing__(self, name: Name) -> int:
        """Give the next number, from 1 on."""
        number = self[name] = len(self) + 1
        self._fresh.append((number, name))
        return number

    def take_fresh(self) -> list[tuple[int, Name]]:
        """Return, once, the numbers that have been given and not been written."""
        fresh, self._fresh = self._fresh, []
        return fresh


class Numbering(NamedTuple):
    """The numbers of everything that repeats."""

    classes: Numbers[tuple[str | None, str | None, str | None, str]]
    """By organisation, contract, method (None where they cannot be read) and code."""
    signers: Numbers[bytes]
    """By public key."""
    event_names: Numbers[str]
    """By `contract.Event`."""
