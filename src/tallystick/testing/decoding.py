# SPDX-License-Identifier: Apache-2.0
"""State keys and value bytes turned back into tables and the records of their contracts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from tallystick.contracts import Definition, Event
from tallystick.encoding import Value, decode
from tallystick.errors import UnknownContract
from tallystick.model import Event as RecordedEvent

_NATIVE = (bytes,)


class Row(NamedTuple):
    """What is under a state key, as people read it."""

    table: str
    """`contract.table`."""
    key: str
    """The primary key's text."""
    record: object
    """A record, plain data where the contract declares no such table, None for nothing."""


def row_of(definitions: Mapping[str, Definition], key: bytes, data: bytes | None) -> Row:
    """Return what a state key and its value bytes mean."""
    contract, table, text = _split(key)
    definition = definitions.get(contract)
    kind = None if definition is None else definition.tables.get(table)
    record: object = None if data is None else decode(data)
    if data is not None and kind is not None:
        record = msgspec.convert(record, kind, builtin_types=_NATIVE)
    return Row(f"{contract}.{table}", text, record)


def event_of(
    definitions: Mapping[str, Definition], event: RecordedEvent
) -> Event | dict[str, Value]:
    """Return an event as the contract's class; as plain data if it declares no such event."""
    definition = definitions.get(event.name.rpartition(".")[0])
    for kind, (name, _) in definition.event_kinds.items() if definition is not None else ():
        if name == event.name and issubclass(kind, Event):
            return msgspec.convert(event.fields, kind, builtin_types=_NATIVE)
    return event.fields


def find_table(definitions: Mapping[str, Definition], name: str) -> tuple[str, str]:
    """Return contract and table of `contract.table`.

    Raises:
        UnknownContract: there is no such table.
    """
    contract, _, table = name.rpartition(".")
    definition = definitions.get(contract)
    if definition is None or table not in definition.tables:
        known = [f"{one}.{table}" for one in definitions for table in definitions[one].tables]
        raise UnknownContract(
            f"there is no table {name!r}", field="table", expected=", ".join(known), found=name
        )
    return contract, table


def _split(key: bytes) -> tuple[str, str, str]:
    contract, table, text = [*key.decode(errors="replace").split("/", 2), "", ""][:3]
    return contract, table, text
