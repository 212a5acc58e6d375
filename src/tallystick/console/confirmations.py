# SPDX-License-Identifier: Apache-2.0
"""How the signer of a transaction confirmed it, kept for who audits it later.

A passkey's answer is kept whole: its challenge is the SHA-256 of the bytes that were signed, so
anybody can check with the passkey's public key that its owner meant this transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Column, Integer, String, Table, Text, insert, select, update

from tallystick.console.records import METADATA, Records

CONFIRMATIONS: Final = Table(
    "confirmations",
    METADATA,
    Column("pending", String(32), primary_key=True),
    Column("transaction", String(64), index=True),
    Column("means", String(20), nullable=False),
    Column("challenge", String(64), nullable=False),
    Column("at", Integer, nullable=False),
    Column("passkey", String(1400)),
    Column("public_key", Text),
    Column("origin", String(300)),
    Column("answer", Text),
)


TOGETHER: Final = Table(
    "confirmed_together",
    METADATA,
    Column("challenge", String(64), primary_key=True),
    Column("digests", Text, nullable=False),
)
"""Challenges of batches: the SHA-256 of these digests, one after the other."""


class Means(StrEnum):
    """By what a transaction is confirmed."""

    BUTTON = "button"
    """In a demonstration only."""
    PASSWORD = "password"  # noqa: S105 # a kind, no password
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The word of a signer."""

    means: Means
    challenge: str
    """SHA-256 of what was to be signed, in hexadecimal."""
    at: int
    passkey: str | None = None
    public_key: str | None = None
    """COSE, in hexadecimal."""
    origin: str | None = None
    answer: str | None = None
    """The browser's, as JSON (WebAuthn, AuthenticationResponseJSON)."""


def keep_confirmation(records: Records, pending: str, given: Confirmation) -> None:
    """Keep the word for a transaction that waits; a later one takes its place."""
    with records.write() as connection:
        connection.execute(
            insert(CONFIRMATIONS).prefix_with("OR REPLACE").values(pending=pending, **asdict(given))
        )


def keep_together(records: Records, challenge: bytes, digests: Iterable[bytes]) -> None:
    """Keep what a word for several transactions was given to, so that it can be checked."""
    text = " ".join(one.hex() for one in digests)
    with records.write() as connection:
        connection.execute(
            insert(TOGETHER)
            .prefix_with("OR REPLACE")
            .values(challenge=challenge.hex(), digests=text)
        )


def tie_confirmation(records: Records, pending: str, transaction: str) -> None:
    """Note which transaction it became."""
    with records.write() as connection:
        connection.execute(
            update(CONFIRMATIONS)
            .where(CONFIRMATIONS.c.pending == pending)
            .values(transaction=transaction)
        )


def confirmation_of(records: Records, transaction: str) -> dict[str, Any] | None:
    """Return how a transaction was confirmed in this console.

    Where several were confirmed together, `digests` are what the challenge is the SHA-256 of.
    """
    wanted = select(CONFIRMATIONS).where(CONFIRMATIONS.c.transaction == transaction)
    with records.read() as connection:
        row = connection.execute(wanted).mappings().first()
        if row is None:
            return None
        others = select(TOGETHER.c.digests).where(TOGETHER.c.challenge == row["challenge"])
        digests = connection.execute(others).scalar_one_or_none()
    return {**row, "digests": None if digests is None else digests.split(" ")}
