# SPDX-License-Identifier: Apache-2.0
"""Clerks' files, and kept files brought back: whoever serves the console gives who does it.

A contract with a module `clerking` beside it has clerks: who anchor a day of an archive, show lines
of it to an audit, and declare files that others keep sealed. One with a module `restoring` keeps
such files at nodes of several organisations: they come to this server sealed, are checked against
the ledger, and stay sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, TypeAlias
from urllib.parse import quote

from tallystick.client import Asker
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
DRAW: Final = "draw_drill"
"""By convention the action that draws a drill: `manifest`."""
REPORT_DRILL: Final = "report_drill"
"""By convention the action that reports what came of it."""
OPEN_READ: Final = "open_read"
"""By convention the action that begins a read: `grant`, `purpose`."""
FINISH_READ: Final = "finish_read"
"""By convention the action that reports who gave the right bytes."""
KEPT_BYTES_MAX: Final = 64 * 1024 * 1024
"""Of a file that pages bring back; larger ones go by the command line."""
_RESTORING: Final[Mapping[str, str]] = {
    DRAW: "drill",
    REPORT_DRILL: "drill",
    OPEN_READ: "read",
    FINISH_READ: "read",
}


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

    def registered_hash(self, document: str) -> str | None:
        """Return the hash of a registered document's content, proven; None if there is none."""

    def registered(self, document: str, asker: Asker) -> dict[str, Json]:
        """Return what a registered document is declared with, but for its commitment.

        Raises:
            LimitExceeded: it is too large for pages.
            TallystickError: there is no such document, or the node does not give it.
        """

    def lines(self, contract: str, audit: str, directory: bytes) -> ShownLines:
        """Return what an audit still asks for; raises `TallystickError` if the node fails."""


@dataclass(frozen=True, slots=True)
class AskedNode:
    """Where a file was asked for, and what came."""

    holder: str
    operator: str
    """Code of the organisation that keeps it."""
    place: str
    """Address of its ledger node; empty: this node was asked for it."""
    answer: str
    """`right`, `other` or `none`."""
    differs_at: int | None = None
    """The first slice that is not as it should be, where another node's bytes told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of asking for a file."""

    object: str = ""
    cid: str = ""
    size: int = 0
    holder: str | None = None
    """Who gave the right bytes; None: nobody."""
    asked: tuple[AskedNode, ...] = ()
    report: Mapping[str, Json] | None = None
    """Arguments of the action that reports it; None: there is nothing to report."""
    problem: Json = None
    """Code, and text in both languages: why nothing was asked for."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Who asks nodes for sealed bytes, and where the others' are."""

    asker: Asker
    own: str = ""
    """Code of the organisation whose node this is."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Address of a ledger node by the code of its organisation, or by the name of a holder."""


class Restorer(Protocol):
    """Brings kept files back, for contracts that keep them; every way blocks while nodes answer.

    Each raises `TallystickError` where this node fails or a proof of it does not hold,
    `LimitExceeded` where a file is too large for pages.
    """

    def serves(self, contract: str) -> bool:
        """Tell whether a contract keeps files."""

    def directory_problem(self, contract: str, day: str, directory: bytes) -> Json:
        """Return why these are not the lines of a day; None if they are."""

    def drill(self, contract: str, drill: str, directory: bytes, fetcher: Fetcher) -> Restored:
        """Bring back what a drill has drawn, and let go of it."""

    def read(self, contract: str, read: str, out: Path, fetcher: Fetcher) -> Restored:
        """Bring back what a read is of, and save it sealed at `out` if somebody had it."""

    def car(self, contract: str, name: str, out: Path, fetcher: Fetcher) -> Restored:
        """Bring an object back, and save it as a CAR at `out` if somebody had it."""

    def from_car(self, contract: str, car: bytes, out: Path) -> Restored:
        """Save the sealed file out of a CAR at `out`, if it is one that the ledger knows."""


def form_at(clerks: Clerks | None, restorer: Restorer | None, contract: str, method: str) -> str:
    """Return the page on which an action is done: that of a file, if there is one, else its form.

    Args:
        clerks: Of this console, if it has any.
        restorer: Of this console, if it has one.
        contract: The contract's name.
        method: The action's.
    """
    page = _PAGES.get(method)
    if page is None or clerks is None or not clerks.serves(contract):
        page = _RESTORING.get(method)
        if page is None or restorer is None or not restorer.serves(contract):
            return f"/do/{contract}/{method}"
    return f"/archive/{contract}/{page}"


def original_at(clerks: Clerks | None, contract: str, table: str, key: str) -> str:
    """Return the page on which a file is compared with a record's commitment; nothing if none."""
    if table != OBJECTS or clerks is None or not clerks.serves(contract):
        return ""
    return f"/archive/{contract}/original?object={quote(key)}"


def car_at(restorer: Restorer | None, contract: str, table: str, key: str) -> str:
    """Return where an object is taken away as a CAR; nothing where it is none."""
    if table != "objects" or restorer is None or not restorer.serves(contract):
        return ""
    return f"/archive/{quote(contract)}/car?object={quote(key)}"
