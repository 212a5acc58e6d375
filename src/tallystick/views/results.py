# SPDX-License-Identifier: Apache-2.0
"""What readers of the views get: frozen records, and pages of them."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from msgspec import Struct

from tallystick.contracts import Label
from tallystick.encoding import Value

Item = TypeVar("Item")


class Place(NamedTuple):
    """Where a transaction stands and what became of it."""

    height: int
    index: int  # type: ignore[assignment]  # hides a method of tuples that nobody needs here
    """Place in the block."""
    leaf_index: int
    """Place in the log."""
    code: str
    """`ok` or the code of the refusal."""


class Page(Struct, Generic[Item], frozen=True):
    """Some rows of a list, and the way to the next ones."""

    items: tuple[Item, ...]
    cursor: str | None
    """Give it back for the rows that follow; None at the end. A page may be short, or empty, and
    still have one: a search through many rows goes step by step."""
    height: int
    """The block that the page reflects."""


class ColumnCounts(Struct, frozen=True, kw_only=True):
    """How often each value stands in a column."""

    name: str
    values: tuple[tuple[str | int | bool | None, int], ...]
    """Each with its count, the most frequent first; None: not set."""


class FacetCounts(Struct, frozen=True, kw_only=True):
    """How often each value stands in some columns of a table."""

    columns: tuple[ColumnCounts, ...]
    sortable: tuple[str, ...]
    """By which columns lists of the table can be ordered."""
    rows_max: int | None
    """Only so many records were looked at, the newest ones; None: all."""
    height: int


class MethodUse(Struct, frozen=True, kw_only=True):
    """How often a method was called."""

    method: str
    calls: int
    refused: int
    """Among them."""
    organizations: int
    """How many different ones called it."""


class BlockRow(Struct, frozen=True, kw_only=True):
    """A block in a list."""

    height: int
    hash: bytes
    parent: bytes
    time: int
    """Unix milliseconds."""
    transaction_count: int
    refused_count: int
    log_size: int
    """Leaves in the log after the block."""
    log_root: bytes
    state_root: bytes
    membership_root: bytes
    app_hash: bytes


class Activity(Struct, frozen=True, kw_only=True):
    """How much happened between two moments, by the times of blocks."""

    from_ms: int
    """Inclusive."""
    to_ms: int
    """Exclusive."""
    blocks: int
    transactions: int
    refused: int
    """Transactions among them that a rule refused."""


class TransactionRow(Struct, frozen=True, kw_only=True):
    """A transaction in a list; what could not be read of it is None."""

    id: bytes
    height: int
    index: int
    """Place in the block."""
    leaf_index: int
    time: int
    """Block time, unix milliseconds."""
    contract: str | None
    method: str | None
    organization: str | None
    """As the transaction claims it; membership refuses a wrong claim."""
    member: str | None
    """Whose key it is by the register as it is now; None if it is nobody's."""
    public_key: bytes | None
    code: str
    """`ok` or the code of the refusal."""
    event_count: int
    args: Value
    """Arguments by name; byte strings as hexadecimal text."""
    summary: Label | None = None
    """The sentence of its first event, if the contract has one for it."""


class EventRow(Struct, frozen=True, kw_only=True):
    """An event in a list."""

    height: int
    index: int
    """Place of its transaction in the block."""
    position: int
    """Place among the events of the transaction."""
    transaction_id: bytes
    time: int
    """Block time, unix milliseconds."""
    name: str
    fields: Value
    """Values by name; byte strings as hexadecimal text."""
    summary: Label | None = None
    """Its sentence, if the contract has one for it."""

    @property
    def id(self) -> str:
        """`<height>.<index>.<position>`: its place for ever."""
        return f"{self.height}.{self.index}.{self.position}"


class RecordRow(Struct, frozen=True, kw_only=True):
    """A record of a contract's table."""

    key: str
    """The primary key; hexadecimal if it is not text."""
    fields: dict[str, Value]
    """Values by name, as the contract keeps them; byte strings as hexadecimal text."""
    created_leaf: int | None
    """Log index of the transaction that made it; None if genesis did."""
    changed_leaf: int | None
    """Log index of the transaction that changed it last."""


class EventPlace(NamedTuple):
    """Where an event stands; the three numbers of its id."""

    height: int
    index: int  # type: ignore[assignment]  # as in `Place`
    position: int


class MethodCount(Struct, frozen=True):
    """How many transactions called a method and ended with a code."""

    contract: str | None
    method: str | None
    code: str
    count: int


class Counts(Struct, frozen=True, kw_only=True):
    """How much there is of everything, for an overview."""

    height: int
    """Blocks."""
    block_time: int
    """Of the newest block, unix milliseconds."""
    transactions: int
    refused: int
    """Transactions among them that a rule refused."""
    events: int
    organizations: int
    members: int
    keys: int
    methods: tuple[MethodCount, ...]
    """Transactions by contract, method and code."""
    events_by_name: dict[str, int]
    records: dict[str, int]
    """Records by `contract.table`."""


class EarlierWrite(Struct, frozen=True):
    """The write that another one of the same key follows."""

    height: int
    leaf_index: int
    """Log index of its transaction."""
    place: int
    """In the write set of that transaction."""
