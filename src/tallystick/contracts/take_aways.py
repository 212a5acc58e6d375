# SPDX-License-Identifier: Apache-2.0
"""What the module `exports` beside a contract offers: files that people take away.

`TAKE_AWAYS` of that module maps a name, as `tally NAME export` takes it, to one of these. They are
made from what anyone can read from a node; makers are pure functions, and the day is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeAlias, TypeVar

from tallystick.contracts.fact_labels import FactLabel
from tallystick.contracts.label import Label
from tallystick.contracts.records import Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.values import Name

R = TypeVar("R", bound=Record)


class TableReader(Protocol):
    """Reads the contract's tables: of a node, of an extract, or of a ledger in memory.

    A table with a dot is of another contract: `assets.locks`.
    """

    def rows(self, table: str, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Return the rows of a table in which these columns have these values."""
        ...

    def record(self, table: str, kind: type[R], /, *key: str | int) -> R | None:
        """Return the record with this primary key, or None."""
        ...


class Contradiction(Refusal, code="E_HASH"):
    """en: The records about {subject} contradict each other: {what}.

    zh: 关于 {subject} 的记录相互矛盾：{what}。
    """

    subject: Name
    what: Name


def required_record(tables: TableReader, table: str, kind: type[R], key: str) -> R:
    """Return a record that another one names.

    Raises:
        Contradiction: there is none.
    """
    found = tables.record(table, kind, key)
    if found is None:
        raise Contradiction(subject=key, what=table)
    return found


Row: TypeAlias = Mapping[str, Any]
"""A record of a table as a node gives it, as JSON: its fields by name."""


def always(_: Row) -> bool:
    """Tell that there is something to tell of any record."""
    return True


@dataclass(frozen=True, slots=True)
class FileTakeAway:
    """A file in a format of its own: CSV, or a standard's JSON."""

    label: Label
    table: str | None
    """The table whose key the subject is; None: it is checked by the maker."""
    make: Callable[[TableReader, str, date], bytes]
    """Makes the file about a subject, as of a day."""
    suffix: str = ".csv"
    """How such a file's name ends."""
    is_ready: Callable[[Row], bool] = always
    """Tells from the subject's record whether there is something to tell: else it is no offer.

    The maker refuses by the same condition: given `asdict` of it.
    """
    judged_by: str | None = None
    """Table whose record of the same key `is_ready` is given instead; None: the subject's own."""


@dataclass(frozen=True, slots=True)
class ExtractTakeAway:
    """Facts in JSON with the proofs of all records they were made from; checked without a node."""

    label: Label
    table: str
    """The table whose key the subject is."""
    facts: Callable[[TableReader, str], Mapping[str, Any]]
    """Makes the facts; what it reads is proven, and stands in the extract."""
    traced: tuple[str, ...]
    """Tables of whose records the transactions are in the extract too, each with its receipt."""
    title: Label | None = None
    """What its certificate is called; None: as `label` has it."""
    labels: Mapping[str, FactLabel] = field(default_factory=dict)
    """What the facts are called on a page, by path, in the order of the page."""
    is_ready: Callable[[Row], bool] = always
    """Tells from the subject's record whether there is something to tell: else it is no offer."""


@dataclass(frozen=True, slots=True)
class HistoryTakeAway:
    """A ZIP file of the history of some records: events as CSV, and the receipt of each step."""

    label: Label
    table: str
    """The table whose key the subject is."""
    records: Callable[[TableReader, str], Iterable[tuple[str, str]]]
    """Names the records: table and key."""


TakeAway: TypeAlias = FileTakeAway | ExtractTakeAway | HistoryTakeAway
