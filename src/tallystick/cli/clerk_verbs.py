# SPDX-License-Identifier: Apache-2.0
"""Verbs of a module `clerking` beside a contract: what a clerk of the owner does.

`tally NAME put`, `declare`, `commit`, `archive-day` and `show-lines`.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from tallystick.cli.installed import has_beside, module_beside
from tallystick.cli.texts.clerking import CLERK_TEXTS
from tallystick.cli.texts.words import CommandText

if TYPE_CHECKING:
    from tallystick.contracts import TableReader

_MODULE = "clerking"
Kind = Literal["put", "declare", "commit", "archive-day", "show-lines"]
KINDS: Final[tuple[Kind, ...]] = ("put", "declare", "commit", "archive-day", "show-lines")


class Clerking(Protocol):
    """The module `clerking` beside a contract."""

    def commitment(self, name: str, sha256: str, salt: bytes) -> str:
        """Return what stands on the ledger for a plaintext."""
        ...

    def commitment_on_ledger(self, tables: TableReader, name: str) -> str | None:
        """Return what the ledger has for the plaintext of an object."""
        ...

    def day_of_lines(
        self,
        tables: TableReader,
        owner: str,
        directory: bytes,
        causes: Mapping[tuple[str, int], tuple[int, str]],
    ) -> Mapping[str, Any]:
        """Return what a day is anchored with, from its lines."""
        ...

    def missing_in(
        self,
        tables: TableReader,
        owner: str,
        directory: bytes,
        causes: Mapping[tuple[str, int], tuple[int, str]],
    ) -> list[tuple[str, int, int]]:
        """Return which numbers have neither line nor cause: terminal, first and last of a run."""
        ...

    def lines_to_show(
        self, tables: TableReader, audit: str, directory: bytes
    ) -> list[list[dict[str, Any]]]:
        """Return the lines that an audit still asks for, so many for each call."""
        ...


@dataclass(frozen=True, slots=True)
class ClerkVerb:
    """A clerk's act, as a command."""

    path: str
    """Contract and verb, separated by a space."""
    contract: str
    kind: Kind


def clerk_verbs_of(contract: str, taken: Container[str]) -> Iterator[ClerkVerb]:
    """Yield the verbs of a contract that has clerks; a method of that name keeps the word."""
    if has_beside(contract, _MODULE):
        for kind in KINDS:
            if f"{contract} {kind}" not in taken:
                yield ClerkVerb(f"{contract} {kind}", contract, kind)


def clerking_of(contract: str) -> Clerking:
    """Return what a contract's package says of its clerks.

    Raises:
        UnknownContract: it has none.
        InvalidContract: the module cannot be imported.
    """
    found: Clerking = module_beside(contract, _MODULE)
    return found


def clerk_verb_text(verb: ClerkVerb) -> CommandText:
    """Return what the help says of it."""
    summary, details, words = CLERK_TEXTS[verb.kind]
    return CommandText(summary, (f"tally {verb.path} {words}",), details)
