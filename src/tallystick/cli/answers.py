# SPDX-License-Identifier: Apache-2.0
"""What commands return: data with a shape, not text. `render` turns it into text.

JSON keys are interface; tables, column headings and order are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from tallystick.cli.exit_codes import ExitCode

Plain = str | int | float | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]
"""What JSON can hold."""
Row = Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class Listing:
    """Many things of one kind."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    """Keys shown in a table; JSON has all keys of a row."""
    exit_code: ExitCode = ExitCode.OK
    labels: Mapping[str, str] = field(default_factory=dict)
    """Headings that the catalogue does not have: those of a contract's fields."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One thing with its fields."""

    fields: Row
    shown: tuple[str, ...] | None = None
    """Keys shown to people, in order; None shows all. A dot reaches inside."""
    exit_code: ExitCode = ExitCode.OK
    labels: Mapping[str, str] = field(default_factory=dict)
    """Headings that the catalogue does not have."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text that is the answer itself: a script, an OpenAPI document, a key in PEM."""

    text: str
    exit_code: ExitCode = ExitCode.OK


class Mark(Enum):
    """How one line of a report ended; the value is what programs read."""

    OK = "ok"
    FAILED = "failed"
    WARNING = "warning"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Line:
    """One check: what was looked at, how it ended, what was seen."""

    mark: Mark
    name: str
    """Heading in the language of the stage."""
    evidence: str
    advice: str = ""
    code: str = ""
    """Name of the check for programs."""


@dataclass(frozen=True, slots=True)
class Section:
    """Checks of one object and what they amount to."""

    verdict: Mark
    heading: str
    lines: tuple[Line, ...]
    remarks: tuple[str, ...] = ()
    """Sentences below the checks: why only partly, what it means."""


@dataclass(frozen=True, slots=True)
class Report:
    """An ordered checklist that ends with a verdict."""

    sections: tuple[Section, ...]
    document: Plain = field(default_factory=dict)
    """The same for programs."""
    exit_code: ExitCode = ExitCode.OK


Answer = Listing | Sheet | Document | Report
