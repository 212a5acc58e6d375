# SPDX-License-Identifier: Apache-2.0
"""Which backups were tried, when, and how it ended; a file changed since does not count."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Integer, String, Table, insert, select

from tallystick.console.records import METADATA, Records

CHECKS: Final = Table(
    "backup_checks",
    METADATA,
    Column("name", String(160), primary_key=True),
    Column("mark", String(60), nullable=False),
    Column("at", Integer, nullable=False),
    Column("code", String(60), nullable=False),
)
"""`code` is empty where nothing was wrong."""


def keep_check(records: Records, name: str, *, mark: str, at: int, code: str) -> None:
    """Keep the outcome of the last trial of a backup."""
    row = {"name": name, "mark": mark, "at": at, "code": code}
    with records.write() as connection:
        connection.execute(insert(CHECKS).prefix_with("OR REPLACE").values(**row))


def checks_of(records: Records) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the last trial of each backup, by its name and the mark of its file."""
    with records.read() as connection:
        rows = connection.execute(select(CHECKS)).mappings()
        return {(row["name"], row["mark"]): dict(row) for row in rows}
