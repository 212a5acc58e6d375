# SPDX-License-Identifier: Apache-2.0
"""The verb by which a counter checks a paper: of a contract with a module `counter` beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tallystick.cli.installed import has_beside, module_beside
from tallystick.cli.texts.counters import COUNTER_DETAILS
from tallystick.cli.texts.words import CommandText, Text

if TYPE_CHECKING:
    from tallystick.contracts import ContractSchema, Counter, MethodSchema

_MODULE: Final = "counter"


@dataclass(frozen=True, slots=True)
class CounterVerb:
    """A query that takes what somebody shows, as a command."""

    path: str
    """Contract and verb, separated by a space; the query's own."""
    contract: str
    method: MethodSchema


def counter_verbs_of(schema: ContractSchema) -> Iterator[CounterVerb]:
    """Yield the verb of a contract whose package has a counter; it stands for the bare query."""
    if has_beside(schema.name, _MODULE):
        query = counter_of(schema.name).query
        for method in schema.methods:
            if method.name == query:
                path = f"{schema.name} {query.replace('_', '-')}"
                yield CounterVerb(path, schema.name, method)


def counter_of(contract: str) -> Counter:
    """Return what a contract's package says of the paper that is shown.

    Raises:
        UnknownContract: its package has no counter.
        InvalidContract: the module cannot be imported.
    """
    found: Counter = module_beside(contract, _MODULE).COUNTER
    return found


def counter_verb_text(verb: CounterVerb) -> CommandText:
    """Return what the help says of it."""
    label = verb.method.label
    examples = (f"tally {verb.path} shown.pdf", f"tally {verb.path} 'tally:...'")
    return CommandText(Text(label.en, label.zh), examples, COUNTER_DETAILS)
