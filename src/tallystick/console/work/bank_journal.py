# SPDX-License-Identifier: Apache-2.0
"""What the console remembers of an organisation's payments: orders, files and answers, no names.

The rules are those of the journal of `tally payments`. A payment file is kept by its digest and by
the rows that it pays before anybody has its bytes; names and accounts come from the private files
each time. One file is on its way at a time, and one reading of the bank's answers: what is known of
the orders moves on only when the ledger has every result of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from tallystick.console.ledger import Json
from tallystick.console.records import METADATA, Records
from tallystick.errors import Rejected

JOURNALS: Final = Table(
    "bank_journals",
    METADATA,
    Column("organization", String(18), primary_key=True),
    Column("contract", String(64), primary_key=True),
    Column("outbox", String(64), primary_key=True),
    Column("state", Text, nullable=False),
    Column("attention", Text, nullable=False),
    Column("reading", Text),
)
FILES: Final = Table(
    "bank_files",
    METADATA,
    Column("organization", String(18), primary_key=True),
    Column("contract", String(64), primary_key=True),
    Column("outbox", String(64), primary_key=True),
    Column("message_id", String(35), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("created_ms", Integer, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("rows", Text, nullable=False),
    Column("batch", String(32)),
    Column("noted_at", Integer),
)
_ATTENTION_MAX: Final = 200
"""The latest are kept."""
_FILES_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Outbox:
    """Whose payments they are; everybody of the organisation with the role shares its journal."""

    organization: str
    contract: str
    outbox: str
    """The table of its orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A payment file that was made, without the names in it."""

    message_id: str
    sha256: str
    created_ms: int
    made_by: str
    rows: list[Json]
    """Of the outbox, as they were."""
    batch: str | None = None
    """In which the ledger is told of it."""
    noted_at: int | None = None
    """Since when it is known that the ledger has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Answers of the bank whose results are on their way to the ledger."""

    state: str
    """What is known of the orders afterwards."""
    files: list[str]
    reports: list[dict[str, Any]]
    """Results that the ledger does not have yet, in order."""
    attention: list[dict[str, Any]]
    count: int
    """Of results, as it was read."""
    read_by: str
    batch: str | None = None

    @property
    def is_told(self) -> bool:
        """Whether the ledger has all of it: then it is dealt with."""
        return self.batch is not None and not self.reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What is known of an organisation's payments."""

    state: str = ""
    attention: list[dict[str, Any]] = field(default_factory=list)
    reading: Reading | None = None
    files: list[KeptFile] = field(default_factory=list)
    """The latest first."""

    @property
    def on_its_way(self) -> KeptFile | None:
        """The payment file that the ledger has not been told of."""
        return next((one for one in self.files if one.noted_at is None), None)


def load_journal(records: Records, outbox: Outbox) -> Journal:
    """Return what is known."""
    with records.read() as connection:
        found = _kept(connection, outbox)
        wanted = (
            select(FILES)
            .where(*_mine(FILES, outbox))
            .order_by(FILES.c.noted_at.is_not(None), FILES.c.created_ms.desc())
            .limit(_FILES_SHOWN)
        )
        files = [_file(dict(row)) for row in connection.execute(wanted).mappings()]
    if found is None:
        return Journal(files=files)
    reading = found["reading"]
    return Journal(
        state=found["state"],
        attention=msgspec.json.decode(found["attention"]),
        reading=None if reading is None else msgspec.json.decode(reading, type=Reading),
        files=files,
    )


def begin_file(records: Records, outbox: Outbox, file: KeptFile, before: str, after: str) -> None:
    """Keep a payment file, and its orders as sent, before anybody has its bytes.

    Raises:
        Rejected: somebody else was quicker.
    """
    values = {**asdict(file), "rows": _encoded(file.rows), **asdict(outbox)}
    with records.write() as connection:
        waiting = select(FILES.c.message_id).where(
            *_mine(FILES, outbox), FILES.c.noted_at.is_(None)
        )
        if connection.execute(waiting).first() is not None:
            raise _too_late()
        _move(connection, outbox, before, {"state": after})
        connection.execute(insert(FILES).values(values))


def change_file(
    records: Records, outbox: Outbox, message_id: str, values: Mapping[str, str | int]
) -> None:
    """Note in which batch the ledger is told of a file (`batch`), or when it was (`noted_at`)."""
    with records.write() as connection:
        mine = *_mine(FILES, outbox), FILES.c.message_id == message_id
        connection.execute(update(FILES).where(*mine).values(values))


def keep_reading(
    records: Records, outbox: Outbox, before: Reading | None, after: Reading | None
) -> None:
    """Keep a reading in place of what was there; None forgets it, and it can be read again.

    Raises:
        Rejected: somebody else was quicker.
    """
    with records.write() as connection:
        _require_reading(connection, outbox, before)
        text = None if after is None else _encoded(after)
        if _kept(connection, outbox) is None:
            _move(connection, outbox, "", {"reading": text})
        else:
            mine = _mine(JOURNALS, outbox)
            connection.execute(update(JOURNALS).where(*mine).values(reading=text))


def finish_reading(records: Records, outbox: Outbox, before: Reading, done: Reading) -> None:
    """Move on to what a reading says: the ledger has all of it.

    Raises:
        Rejected: somebody else was quicker.
    """
    with records.write() as connection:
        _require_reading(connection, outbox, before)
        found = _kept(connection, outbox)
        earlier = [] if found is None else msgspec.json.decode(found["attention"])
        attention = _latest(earlier, done)
        mine = _mine(JOURNALS, outbox)
        connection.execute(
            update(JOURNALS)
            .where(*mine)
            .values(state=done.state, attention=_encoded(attention), reading=None)
        )


def moved_on(journal: Journal, reading: Reading) -> Journal:
    """Return a journal as it is when a reading stands so, before anybody keeps that."""
    if not reading.is_told:
        return replace(journal, reading=reading)
    attention = _latest(journal.attention, reading)
    return replace(journal, state=reading.state, attention=attention, reading=None)


def _latest(earlier: list[dict[str, Any]], done: Reading) -> list[dict[str, Any]]:
    return [*earlier, *done.attention][-_ATTENTION_MAX:]


def _require_reading(connection: Connection, outbox: Outbox, wanted: Reading | None) -> None:
    found = _kept(connection, outbox)
    text = None if found is None else found["reading"]
    if text != (None if wanted is None else _encoded(wanted)):
        raise _too_late()


def _move(connection: Connection, outbox: Outbox, before: str, values: Mapping[str, Any]) -> None:
    """Change the journal, or begin it, if it is still as it was read."""
    found = _kept(connection, outbox)
    if (found["state"] if found else "") != before or (found and found["reading"] is not None):
        raise _too_late()
    if found is None:
        begun = {"state": "", "attention": "[]", "reading": None, **asdict(outbox)}
        connection.execute(insert(JOURNALS).values({**begun, **values}))
    else:
        connection.execute(update(JOURNALS).where(*_mine(JOURNALS, outbox)).values(values))


def _kept(connection: Connection, outbox: Outbox) -> Mapping[str, Any] | None:
    wanted = select(JOURNALS).where(*_mine(JOURNALS, outbox))
    found = connection.execute(wanted).mappings().one_or_none()
    return None if found is None else dict(found)


def _mine(table: Table, outbox: Outbox) -> tuple[Any, ...]:
    return (
        table.c.organization == outbox.organization,
        table.c.contract == outbox.contract,
        table.c.outbox == outbox.outbox,
    )


def _file(row: Mapping[str, Any]) -> KeptFile:
    names = ("message_id", "sha256", "created_ms", "made_by", "batch", "noted_at")
    return KeptFile(rows=msgspec.json.decode(row["rows"]), **{name: row[name] for name in names})


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _too_late() -> Rejected:
    return Rejected(
        "somebody of your organisation took another step here at this moment",
        hint="Open the page again and repeat.",
    )
