# SPDX-License-Identifier: Apache-2.0
"""`net.table(...)` for asyncio: the mirror image of `tables`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from tallystick.client.calling import Contracts
from tallystick.client.links import AsyncLink
from tallystick.client.records import TransactionRecord
from tallystick.client.table_query import Question, data_frame
from tallystick.client.typed_values import TypedItem
from tallystick.errors import NotFound

if TYPE_CHECKING:
    from tallystick.client.reading import Listing

Row = TypeVar("Row", bound=TypedItem)
"""What a table consists of: known to type checkers by the stubs of `tally sdk stubs`."""


class AsyncTableQuery(Generic[Row]):
    """A contract's table: narrow it down, then go through it; pages are fetched as needed."""

    def __init__(self, link: AsyncLink, contracts: Contracts, question: Question) -> None:
        """Ask a question; nothing is sent yet."""
        self._link = link
        self._contracts = contracts
        self._question = question

    def where(self, **conditions: Any) -> AsyncTableQuery[Row]:  # noqa: ANN401  # of many types
        """Return the rows for which all conditions hold; as `TableQuery.where`."""
        return self._with(self._question.where(conditions))

    def order_by(self, column: str) -> AsyncTableQuery[Row]:
        """Return the rows in another order: `due`, `-due` (falling), `newest` or `oldest`."""
        return self._with(replace(self._question, order=column))

    def search(self, text: str) -> AsyncTableQuery[Row]:
        """Return the rows with this text in one of their texts for people."""
        return self._with(replace(self._question, text=text))

    async def __aiter__(self) -> AsyncIterator[Row]:
        listing = await self._link.run(self._question.listing(self._contracts))
        async for row in self._link.rows(cast("Listing[Row]", listing)):
            yield row

    async def first(self) -> Row | None:
        """Return the first row, None if there is none."""
        async for row in self:
            return row
        return None

    async def count(self) -> int:
        """Return how many rows there are; reads them all."""
        return len([row async for row in self])

    async def get(self, *key: str | int) -> Row:
        """Return the row with this primary key; raises `NotFound`."""
        session = self._link.session
        return cast("Row", await self._link.run(self._question.row(session, self._contracts, key)))

    async def find(self, *key: str | int) -> Row | None:
        """Return the row with this primary key, None if there is none."""
        try:
            return await self.get(*key)
        except NotFound:
            return None

    async def history(self, *key: str | int) -> AsyncIterator[TransactionRecord]:
        """Yield the transactions that made and changed a row, newest first."""
        listing = await self._link.run(self._question.changes(self._contracts, key))
        async for record in self._link.rows(listing):
            yield record

    async def to_pandas(self) -> Any:  # noqa: ANN401  # a DataFrame, where pandas is installed
        """Return the rows as a pandas DataFrame; raises `UsageError` without pandas."""
        return data_frame([row async for row in self])

    def _with(self, question: Question) -> AsyncTableQuery[Row]:
        return AsyncTableQuery(self._link, self._contracts, question)

    def __repr__(self) -> str:
        return f"<table {self._question.contract}.{self._question.table}>"
