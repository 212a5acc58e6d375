# SPDX-License-Identifier: Apache-2.0
"""Verbs of a module `restoring` beside a contract: `export-car`, `restore`, `drill`, `read`."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from tallystick.cli.catalogue import say
from tallystick.cli.installed import has_beside, module_beside
from tallystick.cli.texts.restoring import (
    CAR_DETAILS,
    CAR_SUMMARY,
    DRILL_DETAILS,
    DRILL_SUMMARY,
    READ_DETAILS,
    READ_SUMMARY,
    RESTORE_DETAILS,
    RESTORE_SUMMARY,
)
from tallystick.cli.texts.words import CommandText, Text
from tallystick.errors import NotFound

if TYPE_CHECKING:
    from tallystick.contracts.parts import Restoring, SealedObject

_MODULE = "restoring"
Kind = Literal["export-car", "restore", "drill", "read"]
_TEXTS: Final[Mapping[Kind, tuple[Text, Text, str]]] = {
    "export-car": (CAR_SUMMARY, CAR_DETAILS, "OBJECT --out object.car"),
    "restore": (RESTORE_SUMMARY, RESTORE_DETAILS, "object.car --out object.age"),
    "drill": (DRILL_SUMMARY, DRILL_DETAILS, "DAY --directory day.jsonl --as auditor"),
    "read": (READ_SUMMARY, READ_DETAILS, "GRANT --purpose audit --out object.age --as reader"),
}


@dataclass(frozen=True, slots=True)
class RestoreVerb:
    """A kept file taken out or brought back, as a command."""

    path: str
    """Contract and verb, separated by a space."""
    contract: str
    kind: Kind


def restore_verbs_of(contract: str, taken: Container[str]) -> Iterator[RestoreVerb]:
    """Yield the verbs of a contract that keeps sealed files; a method of that name keeps it."""
    if has_beside(contract, _MODULE):
        for kind in _TEXTS:
            if f"{contract} {kind}" not in taken:
                yield RestoreVerb(f"{contract} {kind}", contract, kind)


def restoring_of(contract: str) -> Restoring:
    """Return what a contract's package says of the files that it keeps.

    Raises:
        UnknownContract: it keeps none.
        InvalidContract: the module cannot be imported.
    """
    found: Restoring = module_beside(contract, _MODULE, missing="restore.none")
    return found


def required_object(contract: str, found: SealedObject | None, name: str) -> SealedObject:
    """Return an object.

    Raises:
        NotFound: there is none.
    """
    if found is None:
        raise NotFound(say("restore.no_object", contract=contract, name=name), found=name[:80])
    return found


def restore_verb_text(verb: RestoreVerb) -> CommandText:
    """Return what the help says of it."""
    summary, details, words = _TEXTS[verb.kind]
    return CommandText(summary, (f"tally {verb.path} {words}",), details)
