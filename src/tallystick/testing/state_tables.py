# SPDX-License-Identifier: Apache-2.0
"""Tables of the state, read as lists of records: what contracts cannot do, and tests want."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tallystick.testing.plain_values import plain


class TableView:
    """The records of a table, sorted by key: `net.table("loans.items").where(holder=west)`."""

    def __init__(self, name: str, read: Callable[[], list[tuple[str, Any]]]) -> None:
        """Read anew each time it is asked."""
        self._name = name
        self._read = read

    def where(self, **fields: object) -> TableView:
        """Return the records whose fields have these values."""
        wanted = {name: plain(value) for name, value in fields.items()}

        def matching() -> list[tuple[str, Any]]:
            return [
                (key, record)
                for key, record in self._read()
                if all(plain(getattr(record, name)) == value for name, value in wanted.items())
            ]

        return TableView(self._name, matching)

    def get(self, key: str) -> Any | None:  # noqa: ANN401  # of the table's record class
        """Return the record under a primary key's text (`a/b` for a key of two fields)."""
        return dict(self._read()).get(key)

    def keys(self) -> list[str]:
        """Return the primary keys, as text."""
        return [key for key, _ in self._read()]

    def one(self) -> Any:  # noqa: ANN401  # of the table's record class
        """Return the only record.

        Raises:
            AssertionError: there are none, or several.
        """
        found = list(self)
        if len(found) != 1:
            raise AssertionError(f"{self._name}: expected one record, found {len(found)}: {found}")
        return found[0]

    def __iter__(self) -> Iterator[Any]:
        return iter([record for _, record in self._read()])

    def __len__(self) -> int:
        return len(self._read())

    def __repr__(self) -> str:
        return f"{self._name}: {list(self)!r}"
