# SPDX-License-Identifier: Apache-2.0
"""What a record is, in a few words: its name, whose it is, for how much, where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tallystick.console.ledger import Json
from tallystick.console.shown import money
from tallystick.console.visit import Visit
from tallystick.console.work.standing import Standing

_NAMES: Final = ("title", "name", "subject", "cause", "case_number", "number")
"""Fields by which people know a record."""
_SUMS: Final = ("amount", "claimed", "total", "principal", "target", "ordered", "face")
"""What contracts call the amount that a record is about, the nearest first."""
_ORGANIZATIONS_MAX: Final = 2


def amount_of(table: Json, row: Json) -> int | None:
    """Return the amount that a record is about; None if it is about none, or it is not set yet."""
    sums = [one["name"] for one in table["fields"] if one["type"].get("format") == "amount"]
    ordered = sorted(sums, key=lambda name: _SUMS.index(name) if name in _SUMS else len(_SUMS))
    found = (row.get(name) for name in ordered if name in _SUMS)
    return next((value for value in found if value), None)


def described(visit: Visit, table: Json, standing: Standing | None, row: Json) -> str:
    """Return a record in a few words of the reader's language; an empty text if it has none."""
    words = [*_about(visit, table, row)]
    amount = amount_of(table, row)
    if amount is not None:
        words.append(f"¥{money(amount)}")
    if standing is not None and row.get(standing.field):
        state = str(row[standing.field])
        words.append(visit.read(standing.labels.get(state)) or state)
    return " · ".join(words)


def about(visit: Visit, table: Json, row: Json) -> str:
    """Return what a record is called and which other organisations it names."""
    return " · ".join(_about(visit, table, row))


def _about(visit: Visit, table: Json, row: Json) -> Iterator[str]:
    fields = {one["name"]: one["type"] for one in table["fields"]}
    for name in _NAMES:
        of_field = fields.get(name, {})
        if of_field.get("kind") == "text" and not of_field.get("format") and row.get(name):
            yield str(row[name])
            break
    codes = [
        row[name]
        for name, one in fields.items()
        if one.get("format") == "organization" and row.get(name)
    ]
    own = visit.person.organization if visit.person else ""
    others = [code for code in dict.fromkeys(codes) if code != own]
    for code in others[:_ORGANIZATIONS_MAX]:
        yield visit.read(visit.names.organization(code)) or code
