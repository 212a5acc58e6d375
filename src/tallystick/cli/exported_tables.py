# SPDX-License-Identifier: Apache-2.0
"""The tables that makers of files read: as a node's views have them, proven, or of an extract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from tallystick.client import Extract, Net, ProvenRecord, key_text
from tallystick.errors import InvalidProof

Record = TypeVar("Record", bound=msgspec.Struct)


class NodeTables:
    """The tables of a contract at a node, as its records: the node's word."""

    def __init__(self, net: Net, contract: str) -> None:
        """Read through a connection."""
        self._net = net
        self._contract = contract

    def rows(self, table: str, kind: type[Record], /, **equal: str) -> Sequence[Record]:
        """Return the rows of a table in which these columns have these values."""
        found = self._net.table(_full(self._contract, table)).where(**equal)
        return [_record(one.to_dict(), kind) for one in found]

    def record(self, table: str, kind: type[Record], /, *key: str | int) -> Record | None:
        """Return the record with this primary key, or None."""
        found = self._net.table(_full(self._contract, table)).find(*key)
        return None if found is None else _record(found.to_dict(), kind)


class ProvenTables:
    """The same, each record with a checked proof, all after the same block.

    Which rows a table has that fit is the node's word; what stands in each of them is proven.
    """

    def __init__(self, net: Net, contract: str, height: int | None = None) -> None:
        """Read through a connection, after a block: by default the newest at the first record."""
        self._net = net
        self._contract = contract
        self._at = height
        self._records: dict[tuple[str, str, str], ProvenRecord] = {}
        self.is_listed = False
        """Whether rows were chosen, which the node does by what stands there now."""

    @property
    def records(self) -> list[ProvenRecord]:
        """All that was read, in the order of the keys."""
        return [self._records[key] for key in sorted(self._records)]

    @property
    def height(self) -> int:
        """The block after which everything was read."""
        return next(iter(self._records.values())).height

    def rows(self, table: str, kind: type[Record], /, **equal: str) -> Sequence[Record]:
        """Return the rows of a table in which these columns have these values, by their keys."""
        self.is_listed = True
        contract, _, name = _full(self._contract, table).partition(".")
        schema = self._net.contract(contract).schema
        names = next(one.key for one in schema.tables if one.name == name)
        found = [one.to_dict() for one in self._net.table(f"{contract}.{name}").where(**equal)]
        keys = sorted(tuple(row[one] for one in names) for row in found)
        read = (self.record(table, kind, *key) for key in keys)
        return [one for one in read if one is not None and _fits(one, equal)]

    def record(self, table: str, kind: type[Record], /, *key: str | int) -> Record | None:
        """Return the record with this primary key; None if it is proven absent."""
        contract, _, name = _full(self._contract, table).partition(".")
        place = (contract, name, key_text(*key))
        if place not in self._records:
            height = self.height if self._records else self._at
            self._records[place] = self._net.prove(*place, height=height)
        return _read(self._records[place], kind)


class ExtractTables:
    """The tables as far as an extract has them."""

    def __init__(self, extract: Extract) -> None:
        """Read an extract whose proofs have been checked."""
        self._extract = extract

    def rows(self, table: str, kind: type[Record], /, **equal: str) -> Sequence[Record]:
        """Return the records of a table in which these columns have these values."""
        place = _full(self._extract.contract, table)
        found = (
            _read(one, kind)
            for one in self._extract.records
            if f"{one.contract}.{one.table}" == place
        )
        return [one for one in found if one is not None and _fits(one, equal)]

    def record(self, table: str, kind: type[Record], /, *key: str | int) -> Record | None:
        """Return the record with this primary key; None if it is proven absent.

        Raises:
            InvalidProof: the extract does not have it.
        """
        contract, _, name = _full(self._extract.contract, table).partition(".")
        return _read(self._extract.record(contract, name, key_text(*key)), kind)


def has_subject(net: Net, table: str, subject: str) -> bool:
    """Return whether a table, `CONTRACT.TABLE`, has a record of this key."""
    return net.table(table).find(subject) is not None


def _full(contract: str, table: str) -> str:
    return table if "." in table else f"{contract}.{table}"


def _record(row: Mapping[str, Any], kind: type[Record]) -> Record:
    """Return a row as a record; columns that the views add are left out."""
    known = {name: row[name] for name in kind.__struct_fields__ if name in row}
    return msgspec.convert(known, kind)


def _read(proven: ProvenRecord, kind: type[Record]) -> Record | None:
    """Return a proven record as one of its class.

    Raises:
        InvalidProof: it has another form.
    """
    if proven.content is None:
        return None
    try:
        return msgspec.convert(proven.value, kind)
    except msgspec.ValidationError as error:
        place = f"{proven.contract}/{proven.table}/{proven.key}"
        raise InvalidProof(f"{place}: {error}", field="records") from error


def _fits(record: msgspec.Struct, equal: Mapping[str, str]) -> bool:
    return all(getattr(record, name) == value for name, value in equal.items())
