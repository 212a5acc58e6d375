# SPDX-License-Identifier: Apache-2.0
"""`@migration`: how a version of a contract brings an older version's records into its own form."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import signature
from types import NoneType
from typing import Any, Final, TypeVar, get_args

from msgspec import Struct

from tallystick.contracts.checkers import reader
from tallystick.contracts.contract import Contract, class_attributes
from tallystick.contracts.declarations import all_tables
from tallystick.contracts.derivation import Place, record_schema
from tallystick.contracts.hints import resolve
from tallystick.contracts.records import Record
from tallystick.contracts.tables import Table
from tallystick.errors import InvalidContract

_MARK: Final = "__tallystick_migration__"

Function = TypeVar("Function", bound=Callable[..., Any])


class MigrationMark(Struct, frozen=True, kw_only=True):
    """What `@migration` notes on a function."""

    from_version: int
    table: str


class Migration(Struct, frozen=True, kw_only=True):
    """How the records of one table of an older version are moved."""

    from_version: int
    table: str
    prefix: bytes
    """What the state keys of the table begin with."""
    function: Callable[[Any, Any], Any]
    """Takes the contract and an old record; returns what stands in its place, or None."""
    target: Table[Any] | None
    """The table as the newer version has it; None if it has it no more."""
    read_old: Callable[[object], Any]
    """Makes the old record of plain data, or raises `msgspec.ValidationError`."""


def migration(*, from_version: int, table: str) -> Callable[[Function], Function]:
    """Mark a method that moves one record: `def method(self, old: OldNote) -> Note`.

    The platform walks the older version's table, hands over one record after the other, and keeps
    what is returned under the same key; None removes the record. The method may also read and
    write tables that are not being moved. `old` is a class of the newer version that describes
    the record as the older one wrote it.
    """

    def put(function: Function) -> Function:
        setattr(function, _MARK, MigrationMark(from_version=from_version, table=table))
        return function

    return put


def migrations_of(contract: type[Contract]) -> tuple[Migration, ...]:
    """Return the migrations that a contract declares, in the order of definition.

    Raises:
        InvalidContract: one of them has another form; the message says which and what to do.
    """
    known: Any = contract  # hashable, whatever the type checker thinks of metaclasses
    return _migrations_of(known)


@cache
def _migrations_of(contract: type[Contract]) -> tuple[Migration, ...]:
    found: dict[tuple[int, str], Migration] = {}
    for name, value in class_attributes(contract).items():
        mark = getattr(value, _MARK, None)
        if isinstance(mark, MigrationMark):
            place = (mark.from_version, mark.table)
            if place in found:
                raise _wrong(contract, name, "moves a table that another one moves already")
            found[place] = _migration(contract, name, value, mark)
    return tuple(found.values())


def _migration(
    contract: type[Contract], name: str, function: Callable[..., Any], mark: MigrationMark
) -> Migration:
    if not 1 <= mark.from_version < contract.version:
        raise _wrong(contract, name, "from_version is not an earlier version")
    annotations = resolve(function, owner=f"{contract.__name__}.{name}")
    parameters = list(signature(function).parameters)[1:]
    old = annotations.get(parameters[0]) if len(parameters) == 1 else None
    if not (isinstance(old, type) and issubclass(old, Record)):
        raise _wrong(contract, name, "it takes one old record")
    record_schema(old, Place(f"{contract.__name__}.{name}({old.__name__})"))
    table = all_tables(contract).get(mark.table)
    result = annotations.get("return", Any)
    kinds = set(get_args(result) or (result,)) - {NoneType}
    if not kinds <= ({table.record} if table is not None else set()):
        raise _wrong(contract, name, "it returns no record of its table")
    return Migration(
        from_version=mark.from_version,
        table=mark.table,
        prefix=f"{contract.name}/{mark.table}/".encode(),
        function=function,
        target=table,
        read_old=reader(old),
    )


def _wrong(contract: type[Contract], name: str, what: str) -> InvalidContract:
    return InvalidContract(
        f"{contract.__name__}.{name}: {what}",
        field=f"{contract.__name__}.{name}",
        expected='@migration(from_version=1, table="notes") and def move(self, old: OldNote) '
        "-> Note (or None, where the table is gone)",
    )
