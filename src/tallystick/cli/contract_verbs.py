# SPDX-License-Identifier: Apache-2.0
"""The verbs of installed contracts: `tally NAME METHOD`, made from the contract's schema.

A contract is imported when its noun is asked for. A command of ours with the same words wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from tallystick.cli.bundle_verbs import BundleVerb, bundle_verb_text, bundle_verbs_of
from tallystick.cli.catalogue import command_text
from tallystick.cli.clerk_verbs import ClerkVerb, clerk_verb_text, clerk_verbs_of
from tallystick.cli.counter_verbs import CounterVerb, counter_verb_text, counter_verbs_of
from tallystick.cli.export_verbs import ExportVerb, export_verb_text, export_verbs_of
from tallystick.cli.installed import contract_names, installed_schema, is_contract
from tallystick.cli.keep_verbs import KeepVerb, keep_verb_text, keep_verbs_of
from tallystick.cli.restore_verbs import RestoreVerb, restore_verb_text, restore_verbs_of
from tallystick.cli.table_verbs import TableVerb, table_verb_text, table_verbs_of
from tallystick.cli.texts.commands import COMMANDS
from tallystick.cli.texts.exports import EXPORT_SUMMARY
from tallystick.cli.texts.words import CommandText, Text

if TYPE_CHECKING:
    from tallystick.contracts import Label, MethodSchema

CALLS: Final = "tallystick.cli.verb_commands"


@dataclass(frozen=True, slots=True)
class Verb:
    """A method as a command."""

    path: str
    """Contract and verb, separated by a space."""
    contract: str
    method: MethodSchema


DoorVerb: TypeAlias = ExportVerb | BundleVerb | KeepVerb | CounterVerb | RestoreVerb | ClerkVerb
AnyVerb: TypeAlias = Verb | TableVerb | DoorVerb


@cache
def verbs_of(contract: str) -> Mapping[str, AnyVerb]:
    """Return the verbs of an installed contract by path: methods in order, tables, files.

    Raises:
        InvalidContract: it cannot be imported, or breaks a rule.
    """
    schema = installed_schema(contract)
    verbs = [
        Verb(f"{contract} {one.name.replace('_', '-')}", contract, one) for one in schema.methods
    ]
    made: dict[str, AnyVerb] = {verb.path: verb for verb in verbs}
    made |= {verb.path: verb for verb in counter_verbs_of(schema)}
    made |= {verb.path: verb for verb in table_verbs_of(schema, {*made, *COMMANDS})}
    made |= {verb.path: verb for verb in export_verbs_of(contract, {*made, *COMMANDS})}
    made |= {verb.path: verb for verb in bundle_verbs_of(contract, {*made, *COMMANDS})}
    made |= {verb.path: verb for verb in keep_verbs_of(contract, {*made, *COMMANDS})}
    made |= {verb.path: verb for verb in restore_verbs_of(contract, {*made, *COMMANDS})}
    return made | {verb.path: verb for verb in clerk_verbs_of(contract, {*made, *COMMANDS})}


def text_at(path: str) -> CommandText:
    """Return what the help says of a command, of ours or of a contract."""
    if path in COMMANDS:
        return command_text(path)
    if " " not in path:
        schema = installed_schema(path)
        examples = tuple(f"tally {one} --help" for one in list(verbs_of(path))[:2])
        return CommandText(_text(schema.label), examples, _text(schema.description))
    verb = verbs_of(path.partition(" ")[0])[path]
    if isinstance(verb, Verb):
        label, description = verb.method.label, verb.method.description
        return CommandText(_text(label), (_example(verb),), _text(description))
    if isinstance(verb, TableVerb):
        return table_verb_text(verb)
    return _door_text(verb)


def _door_text(verb: DoorVerb) -> CommandText:
    """Return the help of a verb that a module beside the contract brings."""
    if isinstance(verb, ExportVerb):
        return export_verb_text(verb)
    if isinstance(verb, CounterVerb):
        return counter_verb_text(verb)
    if isinstance(verb, RestoreVerb):
        return restore_verb_text(verb)
    if isinstance(verb, ClerkVerb):
        return clerk_verb_text(verb)
    return bundle_verb_text(verb) if isinstance(verb, BundleVerb) else keep_verb_text(verb)


def summary_of(verb: AnyVerb) -> Text:
    """Return a verb in one line; the files of a contract are not loaded for it."""
    if isinstance(verb, BundleVerb):
        return verb.summary
    return EXPORT_SUMMARY if isinstance(verb, ExportVerb) else text_at(verb.path).summary


def nouns_among(words: Sequence[str]) -> tuple[str, ...]:
    """Return the contract that a command line begins with, if it is one."""
    return tuple(
        word
        for word in words[:1]
        if word in contract_names() or (word not in COMMANDS and is_contract(word))
    )


def _text(label: Label) -> Text:
    return Text(label.en, label.zh)


def _example(verb: Verb) -> str:
    from tallystick.cli.examples import example_words
    from tallystick.cli.schema_options import options_of

    words = example_words(options_of(verb.method.arguments))
    return " ".join((f"tally {verb.path}", *words))
