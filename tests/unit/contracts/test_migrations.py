# SPDX-License-Identifier: Apache-2.0
"""`@migration` is checked when a contract is loaded, like everything else in the class."""

# ruff: noqa: ARG001

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tallystick.contracts import Contract, Record, Table, migration, migrations_of
from tallystick.errors import InvalidContract


class Old(Record):
    """As it was."""

    id: str


class New(Record):
    """As it is."""

    id: str
    colour: str


def with_migrations(*functions: Callable[..., Any]) -> Any:
    """Return version 2 of a contract with these functions."""
    members = {f"move_{number}": function for number, function in enumerate(functions)}
    body = {"notes": Table(New, key="id"), **members}
    return type.__call__(type(Contract), "Notes", (Contract,), body, name="notes", version=2)


def move(self: Any, old: Old) -> New | None:
    """Give it a colour."""
    return New(id=old.id, colour="grey")


def drop(self: Any, old: Old) -> None:
    """Keep nothing."""


def moves_two(self: Any, old: Old, new: New) -> New:
    """Take too much."""
    return new


def moves_text(self: Any, old: str) -> New:
    """Take what is no record."""
    return New(id=old, colour="grey")


def returns_old(self: Any, old: Old) -> Old:
    """Return what the table does not keep."""
    return old


def returns_anything(self: Any, old: Old):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Say nothing of the result."""


def test_migrations_are_found_with_table_and_version() -> None:
    """In the order of definition."""
    contract = with_migrations(
        migration(from_version=1, table="notes")(move), migration(from_version=1, table="old")(drop)
    )
    found = migrations_of(contract)
    assert [(one.from_version, one.table, one.prefix) for one in found] == [
        (1, "notes", b"notes/notes/"),
        (1, "old", b"notes/old/"),
    ]
    assert found[0].function(None, found[0].read_old({"id": "a"})) == New(id="a", colour="grey")


@pytest.mark.parametrize(
    ("function", "from_version", "table", "message"),
    [
        (move, 2, "notes", "not an earlier version"),
        (move, 0, "notes", "not an earlier version"),
        (moves_two, 1, "notes", "one old record"),
        (moves_text, 1, "notes", "one old record"),
        (returns_old, 1, "notes", "no record of its table"),
        (returns_anything, 1, "notes", "no record of its table"),
        (move, 1, "gone", "no record of its table"),
    ],
)
def test_a_migration_of_another_form_is_refused(
    function: Callable[..., Any], from_version: int, table: str, message: str
) -> None:
    """The message says what it should look like."""

    def copy(*args: Any) -> Any:
        return function(*args)

    copy.__wrapped__ = function  # type: ignore[attr-defined]
    copy.__annotations__ = function.__annotations__
    contract = with_migrations(migration(from_version=from_version, table=table)(copy))
    with pytest.raises(InvalidContract, match=message):
        migrations_of(contract)


def test_two_functions_for_one_table_are_refused() -> None:
    """Nobody could say which of them moves a record."""

    def again(self: Any, old: Old) -> New:
        return New(id=old.id, colour="red")

    contract = with_migrations(
        migration(from_version=1, table="notes")(move),
        migration(from_version=1, table="notes")(again),
    )
    with pytest.raises(InvalidContract, match="another one moves already"):
        migrations_of(contract)
