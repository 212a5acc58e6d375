# SPDX-License-Identifier: Apache-2.0
"""What lists need of the views, and the filters they pass: shapes that `tallystick.views` has.

The room of the views lies out of sight of this one (only the node hands them out), so what passes
between is described here by its shape; a test compares the shapes with the originals. What each
field means is said there.
"""

# ruff: noqa: ANN401, D102  # filters go by shape; fields are described by the views

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from tallystick.api.activity_ports import ActivityReader
from tallystick.api.facet_ports import FacetReader
from tallystick.api.view_rows import BlockRow, EarlierWrite, Said, TransactionRow
from tallystick.encoding import Value
from tallystick.model import Member, MemberKey, Organization

ItemT_co = TypeVar("ItemT_co", covariant=True)


class TimeRange(Struct, frozen=True):
    """Block times from (inclusive) and to (exclusive), unix milliseconds; None: open."""

    from_ms: int | None = None
    to_ms: int | None = None


class TransactionFilter(Struct, frozen=True, kw_only=True):
    """Which transactions; every field that is given must hold."""

    contract: str | None = None
    method: str | None = None
    organization: str | None = None
    code: str | None = None
    during: TimeRange = TimeRange()
    text: str | None = None
    id: str | None = None
    signers: tuple[str, ...] | None = None


class EventFilter(Struct, frozen=True, kw_only=True):
    """Which events; every field that is given must hold."""

    organization: str | None = None
    during: TimeRange = TimeRange()


class CellFilter(Struct, frozen=True, kw_only=True):
    """Which cell of a statistic; no values: the total."""

    cell: Mapping[str, str] = {}
    period: str = ""
    during: TimeRange = TimeRange()


class Bounds(Struct, frozen=True, kw_only=True):
    """A range of a column's values; each side that is given must hold."""

    ge: str | int | None = None
    gt: str | int | None = None
    le: str | int | None = None
    lt: str | int | None = None


class RecordFilter(Struct, frozen=True, kw_only=True):
    """Which records of a table; every field that is given must hold."""

    where: Mapping[str, str | int | bool | tuple[str | int, ...]] = {}
    ranges: Mapping[str, Bounds] = {}
    empty: Mapping[str, bool] = {}
    during: TimeRange = TimeRange()
    text: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class EventPlace:
    """Where an event stands; the three numbers of its id, in the order of the stream."""

    height: int
    index: int
    position: int


class PageOf(Protocol[ItemT_co]):
    """Some rows of a list, and the way to the next ones."""

    @property
    def items(self) -> tuple[ItemT_co, ...]: ...
    @property
    def cursor(self) -> str | None: ...
    @property
    def height(self) -> int: ...


class EventRow(Protocol):
    """An event in a list."""

    @property
    def height(self) -> int: ...
    @property
    def index(self) -> int: ...
    @property
    def position(self) -> int: ...
    @property
    def transaction_id(self) -> bytes: ...
    @property
    def time(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def fields(self) -> Value: ...
    @property
    def summary(self) -> Said | None: ...


class RecordRow(Protocol):
    """A record of a contract's table."""

    @property
    def key(self) -> str: ...
    @property
    def fields(self) -> dict[str, Value]: ...
    @property
    def created_leaf(self) -> int | None: ...
    @property
    def changed_leaf(self) -> int | None: ...


class ViewsReader(ActivityReader, FacetReader, Protocol):
    """The views of a node; may be called from any thread.

    Filters and places are passed by shape, so their types say no more than that.
    """

    def height(self) -> int: ...
    def list_blocks(
        self, *, during: Any, beginning: str | None, cursor: str | None, limit: int
    ) -> PageOf[BlockRow]: ...
    def list_transactions(
        self, wanted: Any, *, cursor: str | None, limit: int
    ) -> PageOf[TransactionRow]: ...
    def list_events(
        self,
        pattern: str | None,
        *,
        wanted: Any = ...,
        after: Any = None,
        order: str = ...,
        cursor: str | None,
        limit: int,
    ) -> PageOf[EventRow]: ...
    def list_counted(
        self, contract: str, statistic: str, wanted: Any, *, cursor: str | None, limit: int
    ) -> PageOf[EventRow]: ...
    def list_records(
        self,
        contract: str,
        table: str,
        wanted: Any,
        *,
        order: str,
        cursor: str | None,
        limit: int,
    ) -> PageOf[RecordRow]: ...
    def get_record(self, contract: str, table: str, *key: str | int) -> RecordRow | None: ...
    def places_of_key(self, *key: str | int) -> tuple[tuple[str, str], ...]: ...
    def list_changes(
        self, contract: str, table: str, *key: str | int, cursor: str | None, limit: int
    ) -> PageOf[TransactionRow]: ...
    def previous_writes(self, leaf_index: int) -> Mapping[int, EarlierWrite]: ...
    def organizations(self) -> tuple[Organization, ...]: ...
    def members(self, organization: str | None = None) -> tuple[Member, ...]: ...
    def keys(
        self, organization: str | None = None, member: str | None = None
    ) -> tuple[MemberKey, ...]: ...
    def statistic_tables(
        self, contract: str, names: Sequence[str], *, period: str = ""
    ) -> tuple[Any, ...]: ...
    def list_alerts(
        self, contract: str, wanted: Any, *, cursor: str | None, limit: int
    ) -> PageOf[Any]: ...
