# SPDX-License-Identifier: Apache-2.0
"""`tally NAME keep`: the verb of a contract whose package has a module `keeper` beside it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tallystick.cli.installed import has_beside, module_beside
from tallystick.cli.texts.keeping import KEEP_DETAILS, KEEP_SUMMARY
from tallystick.cli.texts.words import CommandText

if TYPE_CHECKING:
    from tallystick.contracts.parts import KeepingRound

_MODULE = "keeper"


@dataclass(frozen=True, slots=True)
class KeepVerb:
    """The rounds of a keeper, as a command."""

    path: str
    """Contract and verb, separated by a space."""
    contract: str


def keep_verbs_of(contract: str, taken: Container[str]) -> Iterator[KeepVerb]:
    """Yield the verb of a contract that has a keeper; a method of that name keeps the word."""
    path = f"{contract} keep"
    if path not in taken and has_beside(contract, _MODULE):
        yield KeepVerb(path, contract)


def round_of(contract: str) -> KeepingRound:
    """Return what one round of a contract's keeper does.

    Raises:
        UnknownContract: its package has no keeper.
        InvalidContract: the module cannot be imported.
    """
    run_round: KeepingRound = module_beside(contract, _MODULE).run_round
    return run_round


def keep_verb_text(verb: KeepVerb) -> CommandText:
    """Return what the help says of it."""
    examples = (
        f"tally {verb.path} --folder ./store --as keeper",
        f"tally {verb.path} --folder ./store --source n2=https://n2.example --watch --every 10",
    )
    return CommandText(KEEP_SUMMARY, examples, KEEP_DETAILS)
