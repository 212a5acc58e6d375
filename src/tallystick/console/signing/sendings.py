# SPDX-License-Identifier: Apache-2.0
"""How far a signed transaction has come: signed, in the pool, in a block, final; with its times.

The id of a transaction is the hash of its signed bytes, so it is kept before anything is sent: a
page that is opened later, or after the server was started anew, looks for it on the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, delete, insert, select, update

from tallystick.console.ledger import Json
from tallystick.console.records import METADATA, Records

SENDINGS: Final = Table(
    "sendings",
    METADATA,
    Column("pending", String(32), ForeignKey("pending.id"), primary_key=True),
    Column("transaction", String(64), nullable=False),
    Column("signed_at", Integer, nullable=False),
    Column("taken_at", Integer),
    Column("final_at", Integer),
)
AGAIN_AFTER_MS: Final = 30_000
"""What is in no block after so long may have been lost with a node that ended: it is sent again."""
LOST_AFTER_MS: Final = 60_000
"""After its last moment: blocks made in time may take so long to arrive."""


class State(StrEnum):
    """How a step stands."""

    DONE = "done"
    NOW = "now"
    TO_COME = "to-come"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A transaction that was signed here; times are this console's."""

    pending: str
    transaction: str
    signed_at: int
    taken_at: int | None = None
    final_at: int | None = None


def begin_sending(records: Records, pending: str, transaction: str, now_ms: int) -> None:
    """Note what is about to be sent; what was noted before stays."""
    with records.write() as connection:
        connection.execute(
            insert(SENDINGS)
            .prefix_with("OR IGNORE")
            .values(pending=pending, transaction=transaction, signed_at=now_ms)
        )


def drop_sending(records: Records, pending: str) -> None:
    """Forget a sending that the node refused at its door: nothing came of it."""
    with records.write() as connection:
        connection.execute(delete(SENDINGS).where(SENDINGS.c.pending == pending))


def note_taken(records: Records, pending: str, now_ms: int, *, is_final: bool) -> None:
    """Note that the node took it, and whether it was final already."""
    times = {"taken_at": now_ms, **({"final_at": now_ms} if is_final else {})}
    with records.write() as connection:
        for name, at in times.items():
            unset = SENDINGS.c.pending == pending, SENDINGS.c[name].is_(None)
            connection.execute(update(SENDINGS).where(*unset).values({name: at}))


def find_sending(records: Records, pending: str) -> Sending | None:
    """Return what is known of a sending; None of one that has not begun."""
    with records.read() as connection:
        row = connection.execute(select(SENDINGS).where(SENDINGS.c.pending == pending)).mappings()
        found = row.one_or_none()
    return None if found is None else Sending(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the four steps."""

    name: str
    state: State
    at: int | None = None


def steps_of(sending: Sending | None, transaction: Json | None, *, is_lost: bool) -> list[Step]:
    """Return the steps of a transaction that was signed.

    Args:
        sending: what this console knows; None of one that an older version sent.
        transaction: as the ledger has it, if it is there.
        is_lost: whether it is too late for it to come into a block.
    """
    return [*_steps(sending, transaction, is_lost=is_lost)]


def _steps(sending: Sending | None, transaction: Json | None, *, is_lost: bool) -> Iterator[Step]:
    known = sending or Sending(pending="", transaction="", signed_at=0)
    yield Step(name="signed", state=State.DONE, at=known.signed_at or None)
    if transaction is not None:
        yield Step(name="pool", state=State.DONE, at=known.taken_at)
        yield Step(name="block", state=State.DONE, at=transaction["time_ms"])
        yield Step(name="final", state=State.DONE, at=known.final_at)
        return
    ends = State.FAILED if is_lost else State.NOW
    if known.taken_at is None:
        yield Step(name="pool", state=ends)
        yield Step(name="block", state=State.TO_COME)
    else:
        yield Step(name="pool", state=State.DONE, at=known.taken_at)
        yield Step(name="block", state=ends)
    yield Step(name="final", state=State.TO_COME)


def is_lost(valid_until: int, now_ms: int) -> bool:
    """Tell whether what is not on the ledger cannot come there any more."""
    return now_ms >= valid_until + LOST_AFTER_MS


def is_to_send_again(sending: Sending | None, now_ms: int) -> bool:
    """Tell whether what is in no block yet is better sent once more: the same bytes."""
    taken_at = None if sending is None else sending.taken_at
    return taken_at is None or now_ms >= taken_at + AGAIN_AFTER_MS
