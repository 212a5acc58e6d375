# SPDX-License-Identifier: Apache-2.0
"""Accounts that are tied to a person of an identity provider: who signs in there, signs in here."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, insert, select

from tallystick.console.records import METADATA, Records

IDENTITIES: Final = Table(
    "identities",
    METADATA,
    Column("issuer", String(200), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False, unique=True),
)


def tie(records: Records, account: int, issuer: str, subject: str) -> None:
    """Tie an account to a person; raises `IntegrityError` if either is tied already."""
    with records.write() as connection:
        connection.execute(
            insert(IDENTITIES).values(issuer=issuer, subject=subject, account=account)
        )


def account_of(records: Records, issuer: str, subject: str) -> int | None:
    """Return the account of a person."""
    wanted = select(IDENTITIES.c.account).where(
        IDENTITIES.c.issuer == issuer, IDENTITIES.c.subject == subject
    )
    with records.read() as connection:
        return connection.execute(wanted).scalar_one_or_none()


def is_tied(records: Records, account: int) -> bool:
    """Tell whether an account is entered through its identity provider only."""
    wanted = select(IDENTITIES.c.account).where(IDENTITIES.c.account == account)
    with records.read() as connection:
        return connection.execute(wanted).one_or_none() is not None
