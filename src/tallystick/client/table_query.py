# SPDX-License-Identifier: Apache-2.0
"""A question to a contract's table: conditions, order, text; the part that both colours share."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from tallystick.client.calling import Contracts
from tallystick.client.exchange import Ask, Flow, fetch_json
from tallystick.client.proven_record import key_text
from tallystick.client.reading import Listing, segment, transactions
from tallystick.client.records import TransactionRecord
from tallystick.client.schema import TableSchema, ValueType
from tallystick.client.session import Session
from tallystick.client.typed_values import TypedItem, to_json, typed_item, value_to_ledger
from tallystick.errors import InvalidArguments, NotFound, UsageError

_OPERATORS: Final = frozenset({"ge", "gt", "le", "lt", "eq", "null"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a table; made anew with every condition that is added."""

    contract: str
    table: str
    conditions: tuple[tuple[str, Any], ...] = ()
    order: str | None = None
    text: str | None = None

    @classmethod
    def of(cls, name: str) -> Question:
        """Return the question for all of `contract.table`; raises `UsageError`."""
        contract, dot, table = name.rpartition(".")
        if not (contract and dot and table):
            raise UsageError(
                "a table is named with its contract",
                field="table",
                expected="CONTRACT.TABLE, such as evidence.deposits",
                found=name[:80],
            )
        return cls(contract, table)

    def where(self, conditions: Mapping[str, Any]) -> Question:
        """Return the question with more conditions."""
        return replace(self, conditions=(*self.conditions, *conditions.items()))

    def listing(self, contracts: Contracts) -> Flow[Listing[TypedItem]]:
        """Return the list that answers the question.

        Raises:
            UnknownContract, NotFound: there is no such contract or table.
            InvalidArguments: it has no such column, or not such values.
        """
        contract, table = yield from self.find(contracts)
        row = table.type
        filters = [_condition(name, value, table) for name, value in self.conditions]
        if self.order is not None:
            filters.append(("order", self.order))
        if self.text is not None:
            filters.append(("q", self.text))
        path = _path(contract, table)
        return Listing(path, tuple(filters), lambda item: typed_item(item, row))

    def find(self, contracts: Contracts) -> Flow[tuple[str, TableSchema]]:
        """Return the contract's full name and the table; raises `UnknownContract`, `NotFound`."""
        schema = yield from contracts.find(self.contract)
        table = schema.table(self.table)
        if table is None:
            raise NotFound(
                f"{schema.name} has no table {self.table[:80]}",
                field="table",
                expected=", ".join(one.name for one in schema.tables) or "no tables",
                found=self.table[:80],
            )
        return schema.name, table

    def row(
        self, session: Session, contracts: Contracts, key: tuple[str | int, ...]
    ) -> Flow[TypedItem]:
        """Return the record with a primary key; raises `NotFound`."""
        contract, table = yield from self.find(contracts)
        # As the lists do: what this session wrote is there.
        wait = (("Tally-Min-Height", str(session.min_height)),) if session.min_height else ()
        request = Ask("GET", f"{_path(contract, table)}/{_key(key)}", headers=wait)
        return typed_item((yield from fetch_json(request, dict[str, Any])), table.type)

    def changes(
        self, contracts: Contracts, key: tuple[str | int, ...]
    ) -> Flow[Listing[TransactionRecord]]:
        """Return the list of transactions that made and changed a record."""
        contract, table = yield from self.find(contracts)
        return replace(transactions({}), path=f"{_path(contract, table)}/{_key(key)}/history")


def data_frame(rows: Iterable[TypedItem]) -> Any:  # noqa: ANN401  # pandas has no types here
    """Return rows as a pandas DataFrame; raises `UsageError` where there is no pandas."""
    try:
        pandas = importlib.import_module("pandas")
    except ImportError as error:
        raise UsageError(
            "pandas is not installed", field="pandas", hint="pip install pandas"
        ) from error
    return pandas.DataFrame([{n: v for n, v in row.items() if n[0] != "_"} for row in rows])


def _path(contract: str, table: TableSchema) -> str:
    return f"/v1/contracts/{segment(contract)}/tables/{segment(table.name)}"


def _key(key: tuple[str | int, ...]) -> str:
    """Return a primary key as one segment of a path, its parts escaped as the state does."""
    return segment(key_text(*key))


def _condition(name: str, value: Any, table: TableSchema) -> tuple[str, str]:  # noqa: ANN401
    """Return a condition for a query string: `due__ge` is `due.ge`."""
    words = name.split("__")
    operator = words.pop() if len(words) > 1 and words[-1] in _OPERATORS else "eq"
    column = ".".join(words)
    if value is None and operator == "eq":
        operator, value = "null", True
    value_type = _type_of(words, table)
    plain = value_to_ledger(value, value_type, name) if operator != "null" else value
    plain = to_json(plain)
    text = ("true" if plain else "false") if isinstance(plain, bool) else str(plain)
    return f"{column}.{operator}", text


def _type_of(words: list[str], table: TableSchema) -> ValueType:
    found = table.type
    for place, word in enumerate(words):
        inner = next((one.type for one in found.fields if one.name == word), None)
        if inner is None:
            raise InvalidArguments(
                f"{table.name} has no column {'.'.join(words)[:80]}",
                field=".".join(words[: place + 1])[:80],
                expected=", ".join(one.name for one in found.fields) or "a column",
                found=word[:80],
            )
        found = inner
    return found
