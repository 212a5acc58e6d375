# SPDX-License-Identifier: Apache-2.0
"""Everything in a database of views, row by row."""

from __future__ import annotations

import sqlite3
from contextlib import closing

Dump = dict[str, list[tuple[object, ...]]]


def dump(url: str) -> Dump:
    """Return the rows of every table, and under "" the tables, indexes and views themselves."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        query = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
        form: list[tuple[str, str, str]] = list(connection.execute(query))
        found: Dump = {"": list(form)}
        for kind, name, _ in form:
            if kind == "table":
                query = f'SELECT * FROM "{name}" ORDER BY 1, 2'  # noqa: S608
                found[name] = list(connection.execute(query))
    return found
