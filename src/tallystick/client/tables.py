# SPDX-License-Identifier: Apache-2.0
"""`net.table(...)`: the records of a contract's table, narrowed down and read as needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from tallystick.client.calling import Contracts
from tallystick.client.links import Link
from tallystick.client.records import TransactionRecord
from tallystick.client.table_query import Question, data_frame
from tallystick.client.typed_values import TypedItem
from tallystick.errors import NotFound

if TYPE_CHECKING:
    from tallystick.client.reading import Listing

Row = TypeVar("Row", bound=TypedItem)
"""What a table consists of: known to type checkers by the stubs of `tally sdk stubs`."""


class TableQuery(Generic[Row]):
    """A contract's table: narrow it down, then go through it; pages are fetched as needed."""

    def __init__(self, link: Link, contracts: Contracts, question: Question) -> None:
        """Ask a question; nothing is sent yet."""
        self._link = link
        self._contracts = contracts
        self._question = question

    def where(self, **conditions: Any) -> TableQuery[Row]:  # noqa: ANN401  # of many types
        """Return the rows for which all conditions hold.

        `status="OPEN"` is equality and `due=None` absence; `due__ge`, `__gt`, `__le`, `__lt` are
        ranges, `due__null=False` what is there; `collector__device` is inside a record.
        """
        return self._with(self._question.where(conditions))

    def order_by(self, column: str) -> TableQuery[Row]:
        """Return the rows in another order: `due`, `-due` (falling), `newest` or `oldest`."""
        return self._with(replace(self._question, order=column))

    def search(self, text: str) -> TableQuery[Row]:
        """Return the rows with this text in one of their texts for people."""
        return self._with(replace(self._question, text=text))

    def __iter__(self) -> Iterator[Row]:
        listing = self._link.run(self._question.listing(self._contracts))
        return self._link.rows(cast("Listing[Row]", listing))

    def first(self) -> Row | None:
        """Return the first row, None if there is none."""
        return next(iter(self), None)

    def count(self) -> int:
        """Return how many rows there are; reads them all."""
        return sum(1 for _ in self)

    def get(self, *key: str | int) -> Row:
        """Return the row with this primary key; raises `NotFound`."""
        found = self._link.run(self._question.row(self._link.session, self._contracts, key))
        return cast("Row", found)

    def find(self, *key: str | int) -> Row | None:
        """Return the row with this primary key, None if there is none."""
        try:
            return self.get(*key)
        except NotFound:
            return None

    def history(self, *key: str | int) -> Iterator[TransactionRecord]:
        """Yield the transactions that made and changed a row, newest first."""
        return self._link.rows(self._link.run(self._question.changes(self._contracts, key)))

    def to_pandas(self) -> Any:  # noqa: ANN401  # a DataFrame, where pandas is installed
        """Return the rows as a pandas DataFrame; raises `UsageError` without pandas."""
        return data_frame(self)

    def _with(self, question: Question) -> TableQuery[Row]:
        return TableQuery(self._link, self._contracts, question)

    def __repr__(self) -> str:
        return f"<table {self._question.contract}.{self._question.table}>"
