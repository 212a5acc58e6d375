# SPDX-License-Identifier: Apache-2.0
"""`tally NAME export`: the verb of a contract whose package has a module `exports` beside it.

That there is one is seen without importing it; it is loaded for help and for making a file.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tallystick.cli.installed import exports_of, has_exports
from tallystick.cli.texts.exports import EXPORT_DETAILS, EXPORT_SUMMARY
from tallystick.cli.texts.words import CommandText, Text

if TYPE_CHECKING:
    from tallystick.contracts import TakeAway

_WORDS: Final = ("export", "save")
"""A method of the contract that has the first word keeps it."""


@dataclass(frozen=True, slots=True)
class ExportVerb:
    """What can be taken away from a contract, as a command."""

    path: str
    """Contract and verb, separated by a space."""
    contract: str


def export_verbs_of(contract: str, taken: Container[str]) -> Iterator[ExportVerb]:
    """Yield the verb of a contract that has files to take away."""
    path = next((one for word in _WORDS if (one := f"{contract} {word}") not in taken), None)
    if path is not None and has_exports(contract):
        yield ExportVerb(path, contract)


def kinds_of(contract: str) -> Mapping[str, TakeAway]:
    """Return what can be taken away from a contract, by name.

    Raises:
        UnknownContract: its package has nothing of the kind.
        InvalidContract: the module cannot be imported.
    """
    kinds: Mapping[str, TakeAway] = exports_of(contract).TAKE_AWAYS
    return kinds


def export_verb_text(verb: ExportVerb) -> CommandText:
    """Return what the help says of it: the files, and what each is about."""
    kinds = kinds_of(verb.contract)
    examples = tuple(f"tally {verb.path} {kind} SUBJECT --out FILE" for kind in list(kinds)[:2])
    return CommandText(
        EXPORT_SUMMARY,
        examples,
        Text(
            "\n".join([EXPORT_DETAILS.en, *(f"{name}: {_en(one)}" for name, one in kinds.items())]),
            "\n".join([EXPORT_DETAILS.zh, *(f"{name}：{_zh(one)}" for name, one in kinds.items())]),
        ),
    )


def _en(kind: TakeAway) -> str:
    return f"{kind.label.en}; {kind.table}" if kind.table else kind.label.en


def _zh(kind: TakeAway) -> str:
    return f"{kind.label.zh}；{kind.table}" if kind.table else kind.label.zh
