# SPDX-License-Identifier: Apache-2.0
"""Who did what in this console: signed in, saw personal data, exported, changed accounts.

Every row carries the digest of the row before it, so a row that was changed or cut out is noticed;
who keeps an export notices rows that were cut off at the end. Old rows are let go; where the trail
begins since then is written down beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    RowMapping,
    String,
    Table,
    delete,
    insert,
    select,
)

from tallystick.console.records import METADATA, Records
from tallystick.console.visit import Person, Visit
from tallystick.crypto import sha256
from tallystick.units import DAY_MS

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Integer, nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("account", Integer),
    Column("name", String(80), nullable=False),
    Column("organization", String(18), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("caller", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)
_BEGINNING: Final = Table(
    "audit_beginning",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
)
"""The last row that was let go; no row while none was."""
_NOTHING: Final = "0" * 64
KEPT_MS: Final = 3 * 365 * DAY_MS
"""How long rows are kept."""
_SUBJECT_MAX: Final = 300
_PIECE: Final = 500


class Kind(StrEnum):
    """What can be done that is written down."""

    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGNED_OUT = "signed-out"
    ACTED_AS = "acted-as"
    SIGNED = "signed"
    """A transaction, for the person's organisation."""
    REVEALED = "revealed"
    """Personal data."""
    EXPORTED = "exported"
    FETCHED = "fetched"
    """Sealed files, from nodes of other organisations."""
    REFUSED = "refused"
    """Somebody asked for a page of administrators, or for a step that is others' business."""
    ALERT_HANDLED = "alert-handled"
    """Acknowledged, assigned, silenced, closed or opened again."""
    INVITED = "invited"
    ACCOUNT_OPENED = "account-opened"
    ACCOUNT_CHANGED = "account-changed"
    RESET_GIVEN = "reset-given"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 # a kind, no password
    FACTOR_CHANGED = "factor-changed"
    BACKUP_MADE = "backup-made"
    """Begun; another row says how it ended. So does the next kind."""
    BACKUP_TRIED = "backup-tried"
    WEBHOOK_CHANGED = "webhook-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One row, before it is written."""

    at: int
    kind: Kind
    account: int | None = None
    name: str = ""
    organization: str = ""
    subject: str = ""
    """What it was done to: an address, an account, a transaction."""
    caller: str = ""
    """Network address it came from."""


async def note(
    visit: Visit, kind: Kind, subject: str = "", *, person: Person | None = None
) -> None:
    """Write down what the person of a visit did; `person` where nobody has signed in yet."""
    who = person or visit.person
    deed = Deed(
        at=visit.now_ms,
        kind=kind,
        account=who.account if who else None,
        name=who.name if who else "",
        organization=who.organization if who else "",
        subject=subject[:_SUBJECT_MAX],
        caller=visit.caller,
    )
    await asyncio.to_thread(write_deed, visit.records, deed)


def write_deed(records: Records, deed: Deed) -> None:
    """Write a row behind the last one, and let go of rows that are too old."""
    with records.write() as connection:
        last = connection.execute(select(AUDIT).order_by(AUDIT.c.id.desc()).limit(1)).one_or_none()
        number, previous = (last.id, last.digest) if last else _beginning(connection)
        row = {"id": number + 1, **asdict(deed), "previous": previous}
        connection.execute(insert(AUDIT).values(**row, digest=_digest(row)))
        _let_go(connection, deed.at - KEPT_MS)


def _let_go(connection: Connection, before: int) -> None:
    wanted = select(AUDIT).where(AUDIT.c.at < before).order_by(AUDIT.c.id.desc()).limit(1)
    old = connection.execute(wanted).one_or_none()
    if old is None:
        return
    connection.execute(delete(_BEGINNING))
    connection.execute(insert(_BEGINNING).values(id=old.id, digest=old.digest))
    connection.execute(delete(AUDIT).where(AUDIT.c.id <= old.id))


def _beginning(connection: Connection) -> tuple[int, str]:
    """Return number and digest of the row before the first one."""
    found = connection.execute(select(_BEGINNING)).one_or_none()
    return (0, _NOTHING) if found is None else (found.id, found.digest)


def read_trail(
    records: Records, filters: Mapping[str, str], *, before: int | None = None, limit: int = _PIECE
) -> list[dict[str, Any]]:
    """Return rows, newest first; `filters` name columns and what must stand there exactly."""
    wanted = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(AUDIT.c.id < before)
    for name, value in filters.items():
        wanted = wanted.where(AUDIT.c[name] == value)
    with records.read() as connection:
        return [dict(row) for row in connection.execute(wanted).mappings()]


def first_flaw(records: Records) -> int | None:
    """Return the number of the first row that does not follow from the one before, or None."""
    with records.read() as connection:
        number, previous = _beginning(connection)
        for row in connection.execute(select(AUDIT).order_by(AUDIT.c.id)).mappings():
            stated = {name: value for name, value in row.items() if name != "digest"}
            follows = row["id"] == number + 1 and row["previous"] == previous
            if not follows or row["digest"] != _digest(stated):
                return int(row["id"])
            number, previous = row["id"], row["digest"]
    return None


def whole_trail(records: Records, filters: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Give all rows that fit, newest first."""
    before = None
    while rows := read_trail(records, filters, before=before):
        yield from rows
        before = rows[-1]["id"]


def _digest(row: Mapping[str, Any] | RowMapping) -> str:
    """Return the digest of a row's values in the order of the table's columns."""
    values = [row[column.name] for column in AUDIT.c if column.name != "digest"]
    return sha256(msgspec.json.encode(values)).hex()
