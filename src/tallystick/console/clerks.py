# SPDX-License-Identifier: Apache-2.0
"""What clerks' files say, as pages ask for it: whoever serves the console gives who reads them.

A contract with a module `clerking` beside it has clerks: who anchor a day of an archive, show lines
of it to an audit, and declare files that others keep sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias
from urllib.parse import quote

from tallystick.console.ledger import Json

Causes: TypeAlias = Mapping[tuple[str, int], tuple[int, str]]
"""Last number and cause of a gap, by its terminal and first number."""
ANCHOR: Final = "anchor_day"
"""By convention the action that anchors a day: `day`, and what the lines say."""
SHOW: Final = "show_entries"
"""By convention the action that shows lines: `audit`, `shown`."""

OBJECTS: Final = "objects"
"""By convention the table of what is kept sealed, each with a commitment to its plaintext."""
DECLARE: Final = "declare_object"
"""By convention the action that declares a sealed file."""
_PAGES: Final[Mapping[str, str]] = {ANCHOR: "day", SHOW: "lines", DECLARE: "put"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfLines:
    """What the file of a day's lines says, or why it does not fit."""

    args: Mapping[str, Json] = field(default_factory=dict)
    """Arguments for the action that anchors the day, beside the day itself."""
    missing: Sequence[tuple[str, int, int]] = ()
    """Numbers with neither line nor cause: terminal, first and last of each run."""
    problem: Json = None
    """Code, and text in both languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLines:
    """The lines that an audit asks for, so many for each call, or why there are none."""

    calls: Sequence[Sequence[Json]] = ()
    problem: Json = None


class Clerks(Protocol):
    """Reads clerks' files for contracts that have clerks."""

    def serves(self, contract: str) -> bool:
        """Tell whether a contract has clerks."""

    def day(self, contract: str, owner: str, directory: bytes, causes: Causes) -> DayOfLines:
        """Return what a day is anchored with; raises `TallystickError` if the node fails."""

    def address(self, sealed: bytes) -> dict[str, Json]:
        """Return `cid`, `size` and `slices_root` of sealed bytes."""

    def commitment(self, contract: str, name: str) -> str | None:
        """Return what the ledger has for the plaintext of an object, proven; None if there is none.

        Raises:
            TallystickError: the node fails, or its proof does not hold.
        """

    def lines(self, contract: str, audit: str, directory: bytes) -> ShownLines:
        """Return what an audit still asks for; raises `TallystickError` if the node fails."""


def form_at(clerks: Clerks | None, contract: str, method: str) -> str:
    """Return the page on which an action is filled in: that where a file does it, if there is one.

    Args:
        clerks: Of this console, if it has any.
        contract: The contract's name.
        method: The action's.
    """
    page = _PAGES.get(method)
    if page is not None and clerks is not None and clerks.serves(contract):
        return f"/archive/{contract}/{page}"
    return f"/do/{contract}/{method}"


def original_at(clerks: Clerks | None, contract: str, table: str, key: str) -> str:
    """Return the page on which a file is compared with a record's commitment; nothing if none."""
    if table != OBJECTS or clerks is None or not clerks.serves(contract):
        return ""
    return f"/archive/{contract}/original?object={quote(key)}"
