# SPDX-License-Identifier: Apache-2.0
"""Lists whose rows still go to the ledger: kept without a name, until all rows are there."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, delete, insert, select

from tallystick.console.ledger import Json
from tallystick.console.records import METADATA, Records
from tallystick.console.visit import ReadList

KEPT_LISTS: Final = Table(
    "kept_lists",
    METADATA,
    Column("account", Integer, ForeignKey("accounts.id"), primary_key=True),
    Column("contract", String(64), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("rows", Text, nullable=False),
    Column("at_once", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("kept_at", Integer, nullable=False),
)


def keep_list(
    records: Records, account: int, contract: str, read: ReadList, *, known: int, now_ms: int
) -> None:
    """Keep the rows of a list; the same list again takes its place.

    Args:
        records: of the console.
        account: whose list it is.
        contract: for which it is.
        read: the list.
        known: how many lists of this digest are whole on the ledger already.
        now_ms: the time.
    """
    with records.write() as connection:
        connection.execute(
            insert(KEPT_LISTS)
            .prefix_with("OR REPLACE")
            .values(
                account=account,
                contract=contract,
                digest=read.digest,
                rows=msgspec.json.encode(read.rows).decode(),
                at_once=read.rows_at_once,
                known=known,
                kept_at=now_ms,
            )
        )


def kept_lists(records: Records, account: int, contract: str) -> list[Json]:
    """Return an account's lists for a contract, the latest first; rows are decoded."""
    mine = KEPT_LISTS.c.account == account, KEPT_LISTS.c.contract == contract
    wanted = select(KEPT_LISTS).where(*mine).order_by(KEPT_LISTS.c.kept_at.desc())
    with records.read() as connection:
        found = [dict(row) for row in connection.execute(wanted).mappings()]
    return [{**one, "rows": msgspec.json.decode(one["rows"])} for one in found]


def drop_list(records: Records, account: int, contract: str, digest: str) -> None:
    """Forget a list: all its rows are on the ledger, or it is not wanted any more."""
    mine = KEPT_LISTS.c.account == account, KEPT_LISTS.c.contract == contract
    with records.write() as connection:
        connection.execute(delete(KEPT_LISTS).where(*mine, KEPT_LISTS.c.digest == digest))
