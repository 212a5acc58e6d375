# SPDX-License-Identifier: Apache-2.0
"""Files and certificates are offered for the records of which there is something to tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec
import pytest

from tallystick.cli.export_verbs import kinds_of
from tallystick.contracts import (
    ExtractTakeAway,
    FileTakeAway,
    HistoryTakeAway,
    Record,
    TakeAway,
)
from tallystick.encoding import decode
from tallystick.errors import Refused
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
        self._rows: dict[str, dict[str, Any]] = {}
        for key, value in values.items():
            room, table, *rest = key.decode().split("/", 2)
            if rest:
                self._rows.setdefault(f"{room}.{table}", {})[rest[0]] = decode(value)

    def rows(self, table: str, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Return the rows that fit."""
        return [
            msgspec.convert(row, kind)
            for _, row in sorted(self.plain(table).items())
            if all(row[name] == value for name, value in equal.items())
        ]

    def record(self, table: str, kind: type[R], /, *key: str | int) -> R | None:
        """Return the record with this primary key, or None."""
        found = self.plain(table).get("/".join(map(str, key)))
        return None if found is None else msgspec.convert(found, kind)

    def plain(self, table: str) -> dict[str, Any]:
        """Return all rows of a table by their keys."""
        return self._rows.get(table if "." in table else f"{self._contract}.{table}", {})


def is_told(take_away: TakeAway, tables: LedgerTables, subject: str) -> bool:
    """Tell whether a file can be made about a record."""
    try:
        if isinstance(take_away, ExtractTakeAway):
            take_away.facts(tables, subject)
        elif isinstance(take_away, FileTakeAway):
            take_away.make(tables, subject, TODAY)
        else:
            list(take_away.records(tables, subject))
    except Refused:
        return False
    return True


@pytest.mark.parametrize("contract", sorted(STORIES))
def test_what_is_offered_of_a_record_can_be_made_and_nothing_else_could(contract: str) -> None:
    """For records of every state that ninety days of a system lead to."""
    tables = LedgerTables(contract, tell_alone(STORIES[contract], ENDS).chain.state.values)
    tried: Counter[str] = Counter()
    for name, one in kinds_of(contract).items():
        if one.table is None:
            continue
        judging = tables.plain((isinstance(one, FileTakeAway) and one.judged_by) or one.table)
        of_state: Counter[str] = Counter()
        for key, row in sorted(tables.plain(one.table).items()):
            state = str(row.get("state"))
            of_state[state] += 1
            if of_state[state] <= OF_A_STATE:
                is_offered = isinstance(one, HistoryTakeAway) or one.is_ready(judging[key])
                assert is_offered == is_told(one, tables, key), (name, key, state)
                tried[name] += 1
    assert tried.total() > OF_A_STATE
