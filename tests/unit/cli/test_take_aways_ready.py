# SPDX-License-Identifier: Apache-2.0
"""Files and certificates are offered for the records of which there is something to tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from itertools import product
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
import pytest

from tallystick.cli.export_verbs import kinds_of
from tallystick.contracts import (
    Contradiction,
    ExtractTakeAway,
    FileTakeAway,
    HistoryTakeAway,
    Record,
    TakeAway,
    always,
)
from tallystick.encoding import decode
from tallystick.errors import Refused
from tallystick.industries.custody.workflows import ObjectState
from tests.histories import STORIES, tell_alone

R = TypeVar("R", bound=Record)
ENDS = 1_795_800_000_000
"""A Friday in November 2026."""
TODAY = date(2026, 11, 27)
OF_A_STATE = 12
"""So many records of a state are tried."""


class LedgerTables:
    """The tables of a ledger in memory, as files are made from them."""

    def __init__(self, contract: str, values: Mapping[bytes, bytes]) -> None:
        """Read a contract's, and those of others by `contract.table`."""
        self._contract = contract
        self.kinds: dict[str, type[Record]] = {}
        """Of what kind the records of a table were read."""
        self._rows: dict[str, dict[str, Any]] = {}
        for key, value in values.items():
            room, table, *rest = key.decode().split("/", 2)
            if rest:
                self._rows.setdefault(f"{room}.{table}", {})[rest[0]] = decode(value)

    def rows(self, table: str, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Return the rows that fit."""
        self.kinds[table] = kind
        return [
            msgspec.convert(row, kind)
            for _, row in sorted(self.plain(table).items())
            if all(row[name] == value for name, value in equal.items())
        ]

    def record(self, table: str, kind: type[R], /, *key: str | int) -> R | None:
        """Return the record with this primary key, or None."""
        self.kinds[table] = kind
        found = self.plain(table).get("/".join(map(str, key)))
        return None if found is None else msgspec.convert(found, kind)

    def plain(self, table: str) -> dict[str, Any]:
        """Return all rows of a table by their keys."""
        return self._rows.get(table if "." in table else f"{self._contract}.{table}", {})


class Asked(dict[str, Any]):
    """A row that knows which of its fields were asked for."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        """Begin with none."""
        super().__init__(row)
        self.names: list[str] = []

    def __getitem__(self, name: str) -> Any:
        """Note the name."""
        self.names.append(name)
        return super().__getitem__(name)


def is_told(take_away: TakeAway, tables: LedgerTables, subject: str) -> bool:
    """Tell whether a file can be made about a record."""
    return refusal_of(take_away, tables, subject) is None


def refusal_of(take_away: TakeAway, tables: LedgerTables, subject: str) -> str | None:
    """Return the code by which a file about a record is refused, or None."""
    try:
        if isinstance(take_away, ExtractTakeAway):
            take_away.facts(tables, subject)
        elif isinstance(take_away, FileTakeAway):
            take_away.make(tables, subject, TODAY)
        else:
            list(take_away.records(tables, subject))
    except Refused as refusal:
        return refusal.code
    return None


def values_of(kind: type[Record], name: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return all states that a field can have, or that of none and one that records have."""
    hint = get_type_hints(kind)[name]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [one.value for one in hint]
    present = [row[name] for row in rows if row[name]]
    absent = None if type(None) in get_args(hint) else 0
    return [absent, *present[:1]]


def judging(one: FileTakeAway | ExtractTakeAway) -> str:
    """Return the table whose record tells whether a file is offered."""
    return (isinstance(one, FileTakeAway) and one.judged_by) or str(one.table)


def altered(
    one: FileTakeAway | ExtractTakeAway, tables: LedgerTables
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a record in every state that the offer of a file asks for, whether reached or not.

    What else stands in the record is that of one that is ready, as far as there is one.
    """
    rows = tables.plain(judging(one))
    key, row = next(((key, row) for key, row in rows.items() if one.is_ready(row)), (None, None))
    if key is None or row is None:
        key, row = next(iter(rows.items()))
    refusal_of(one, tables, key)  # by which the kind of the record is known
    names: list[str] = []
    for other in rows.values():
        asked = Asked(other)
        one.is_ready(asked)
        names += asked.names
    kind = tables.kinds[judging(one)]
    found = {name: values_of(kind, name, list(rows.values())) for name in names}
    for values in product(*found.values()):
        yield key, {**row, **dict(zip(found, values, strict=True))}


@pytest.mark.parametrize("contract", sorted(STORIES))
def test_what_is_offered_of_a_record_can_be_made_and_nothing_else_could(contract: str) -> None:
    """For records of every state that ninety days of a system lead to."""
    tables = LedgerTables(contract, tell_alone(STORIES[contract], ENDS).chain.state.values)
    tried: Counter[str] = Counter()
    for name, one in kinds_of(contract).items():
        if one.table is None:
            continue
        of_state: Counter[str] = Counter()
        for key, row in sorted(tables.plain(one.table).items()):
            state = str(row.get("state"))
            of_state[state] += 1
            if of_state[state] <= OF_A_STATE:
                is_offered = isinstance(one, HistoryTakeAway) or one.is_ready(
                    tables.plain(judging(one))[key]
                )
                assert is_offered == is_told(one, tables, key), (name, key, state)
                tried[name] += 1
    assert tried.total() > OF_A_STATE


CONDITIONAL = {
    contract: {
        name: one
        for name, one in kinds_of(contract).items()
        if not isinstance(one, HistoryTakeAway) and one.is_ready is not always
    }
    for contract in STORIES
}
"""Files that not every record of their table has."""


@pytest.mark.parametrize("contract", sorted(name for name, some in CONDITIONAL.items() if some))
def test_an_offer_and_its_maker_ask_the_same_of_every_state(contract: str) -> None:
    """Also of states that no history leads to: what is offered is refused as contradictory only."""
    tables = LedgerTables(contract, tell_alone(STORIES[contract], ENDS).chain.state.values)
    for name, one in CONDITIONAL[contract].items():
        said = set()
        rows = tables.plain(judging(one))
        for key, row in altered(one, tables):
            kept, rows[key] = rows[key], row
            refused = refusal_of(one, tables, key)
            rows[key] = kept
            if one.is_ready(row):
                assert refused in {None, Contradiction.code}, (name, row)
            else:
                assert refused is not None, (name, row)
            said.add(one.is_ready(row))
        assert said == {True, False}, name


def test_the_states_that_no_history_reaches_are_among_them() -> None:
    """An object that was destroyed: ninety days of the archive have none."""
    tables = LedgerTables("custody", tell_alone(STORIES["custody"], ENDS).chain.state.values)
    one = CONDITIONAL["custody"]["destruction"]
    assert {row["state"] for _, row in altered(one, tables)} == set(ObjectState)
