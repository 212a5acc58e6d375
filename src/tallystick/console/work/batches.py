# SPDX-License-Identifier: Apache-2.0
"""Batches: many calls of one method, previewed together, confirmed once, sent one by one.

A batch and its rows lie in the console's records, so they outlive a page and a restart. A row is
told by a digest of what it asks: a row that was done is not done again when its file comes back.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from tallystick.console.ledger import Json
from tallystick.console.records import METADATA, Records
from tallystick.console.visit import Person
from tallystick.crypto import sha256
from tallystick.errors import NotFound

BATCHES: Final = Table(
    "batches",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False),
    Column("organization", String(18), nullable=False),
    Column("contract", String(64), nullable=False),
    Column("method", String(64), nullable=False),
    Column("name", String(200), nullable=False),
    Column("header", Text, nullable=False),
    Column("back", String(500), nullable=False),
    Column("state", String(10), nullable=False),
    Column("made_at", Integer, nullable=False),
    Column("touched_at", Integer, nullable=False),
)
ROWS: Final = Table(
    "batch_rows",
    METADATA,
    Column("batch", ForeignKey("batches.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("cells", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("args", Text, nullable=False),
    Column("problem", Text, nullable=False),
    Column("preview", Text, nullable=False),
    Column("pending", String(32)),
    Column("transaction", String(64)),
)
STATES: Final = ("checking", "ready", "sending", "done")
"""Of a batch, in order."""
GOOD: Final = ("ready", "skipped", "done")
"""States of rows with which nothing is wrong; the others: waiting, bad, refused, failed."""
_JSON: Final = ("cells", "subject", "args", "problem", "preview")
_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Many calls of one method."""

    id: str
    account: int
    organization: str
    contract: str
    method: str
    name: str
    """Of the file."""
    header: list[str]
    """Titles of the cells."""
    back: str
    state: str
    made_at: int
    touched_at: int
    """When it last went on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One call of a batch, and what became of it."""

    number: int
    """As a spreadsheet counts; of a selection, from one."""
    state: str
    digest: str = ""
    cells: list[str]
    subject: list[str] | None = None
    """Contract, table and key of the record, where one was selected."""
    args: dict[str, Json]
    problem: Json = None
    """Code, field, and text in both languages."""
    preview: Json = None
    """What the node said it would do."""
    pending: str | None = None
    transaction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBatch:
    """What a batch is made of."""

    contract: str
    method: str
    name: str
    header: Sequence[str]
    rows: Sequence[BatchRow]
    back: str


def keep_batch(records: Records, person: Person, new: NewBatch, now_ms: int) -> str:
    """Keep a batch whose rows are still to be tried; return its id."""
    name = secrets.token_hex(_ID_BYTES)
    values = {
        "id": name,
        "account": person.account,
        "organization": person.organization,
        "contract": new.contract,
        "method": new.method,
        "name": new.name[:200],
        "header": _encoded(list(new.header)),
        "back": new.back,
        "state": STATES[0],
        "made_at": now_ms,
        "touched_at": now_ms,
    }
    times: Counter[bytes] = Counter()
    rows = [_row_values(name, new, row, times) for row in new.rows]
    with records.write() as connection:
        connection.execute(insert(BATCHES).values(values))
        if rows:
            connection.execute(insert(ROWS), rows)
    return name


def _row_values(batch: str, new: NewBatch, row: BatchRow, times: Counter[bytes]) -> dict[str, Json]:
    """Return a row to be kept; equal rows of one file count as first, second and so on."""
    asked = msgspec.json.encode([new.contract, new.method, row.args], order="deterministic")
    times[asked] += 1
    return {
        "batch": batch,
        "number": row.number,
        "state": row.state,
        "digest": sha256(b"%d:%s" % (times[asked], asked)).hex(),
        "cells": _encoded(row.cells),
        "subject": _encoded(row.subject),
        "args": _encoded(row.args),
        "problem": _encoded(row.problem),
        "preview": "null",
    }


def find_batch(records: Records, name: str, account: int) -> Batch:
    """Return a batch of an account; raises `NotFound`, for those of others too."""
    with records.read() as connection:
        wanted = select(BATCHES).where(BATCHES.c.id == name, BATCHES.c.account == account)
        found = connection.execute(wanted).mappings().one_or_none()
    if found is None:
        raise NotFound("you have no such batch", field="id")
    return Batch(**{**found, "header": msgspec.json.decode(found["header"])})


def batches_of(records: Records, account: int, contract: str, method: str) -> list[Json]:
    """Return an account's latest batches of a method."""
    with records.read() as connection:
        wanted = (
            select(BATCHES.c.id, BATCHES.c.name, BATCHES.c.state, BATCHES.c.made_at)
            .where(
                BATCHES.c.account == account,
                BATCHES.c.contract == contract,
                BATCHES.c.method == method,
            )
            .order_by(BATCHES.c.made_at.desc())
            .limit(10)
        )
        return [dict(row) for row in connection.execute(wanted).mappings()]


def rows_of(
    records: Records,
    batch: str,
    *,
    states: Sequence[str] | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[BatchRow]:
    """Return rows of a batch in the order of their numbers."""
    wanted = select(ROWS).where(ROWS.c.batch == batch, ROWS.c.number > after)
    if states is not None:
        wanted = wanted.where(ROWS.c.state.in_(states))
    with records.read() as connection:
        found = connection.execute(wanted.order_by(ROWS.c.number).limit(limit)).mappings()
        return [_row(dict(row)) for row in found]


def counts_of(records: Records, batch: str) -> dict[str, int]:
    """Return how many rows of a batch are in each state."""
    wanted = select(ROWS.c.state, func.count()).where(ROWS.c.batch == batch)
    with records.read() as connection:
        found = connection.execute(wanted.group_by(ROWS.c.state))
        return {state: int(count) for state, count in found}


def done_before(records: Records, batch: Batch) -> dict[str, str]:
    """Return the rows that the organisation has done in other batches: digest -> transaction."""
    asked = select(ROWS.c.digest).where(ROWS.c.batch == batch.id)
    wanted = (
        select(ROWS.c.digest, ROWS.c.transaction)
        .join(BATCHES, BATCHES.c.id == ROWS.c.batch)
        .where(
            BATCHES.c.organization == batch.organization,
            ROWS.c.state == "done",
            ROWS.c.digest.in_(asked),
        )
    )
    with records.read() as connection:
        return {row.digest: row.transaction for row in connection.execute(wanted)}


def change_rows(
    records: Records, batch: str, changes: Mapping[int, Mapping[str, Json]], now_ms: int
) -> None:
    """Note what became of rows, and that the batch goes on."""
    with records.write() as connection:
        for number, change in changes.items():
            values = {
                name: _encoded(value) if name in _JSON else value for name, value in change.items()
            }
            wanted = ROWS.c.batch == batch, ROWS.c.number == number
            connection.execute(update(ROWS).where(*wanted).values(values))
        connection.execute(update(BATCHES).where(BATCHES.c.id == batch).values(touched_at=now_ms))


def move_on(records: Records, batch: str, before: str, after: str, now_ms: int) -> bool:
    """Bring a batch from one state to another; tell whether it was this call that did."""
    wanted = BATCHES.c.id == batch, BATCHES.c.state == before
    with records.write() as connection:
        changed = connection.execute(
            update(BATCHES).where(*wanted).values(state=after, touched_at=now_ms)
        )
        return changed.rowcount == 1


def take_over(records: Records, batch: str, rested_since: int, now_ms: int) -> bool:
    """Claim a batch that was left in the middle, by a server that ended; tell whether it was."""
    with records.write() as connection:
        wanted = BATCHES.c.id == batch, BATCHES.c.touched_at < rested_since
        changed = connection.execute(update(BATCHES).where(*wanted).values(touched_at=now_ms))
        return changed.rowcount == 1


def _row(found: Mapping[str, Json]) -> BatchRow:
    values = {name: value for name, value in found.items() if name != "batch"}
    return BatchRow(**{**values, **{name: msgspec.json.decode(values[name]) for name in _JSON}})


def _encoded(value: Json) -> str:
    return msgspec.json.encode(value).decode()
