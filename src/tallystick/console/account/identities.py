# SPDX-License-Identifier: Apache-2.0
"""Accounts that are tied to a person of an identity provider: who signs in there, signs in here."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, String, Table, select

from tallystick.console.records import METADATA, Records

IDENTITIES: Final = Table(
    "identities",
    METADATA,
    Column("issuer", String(200), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("account", Integer, ForeignKey("accounts.id"), nullable=False, unique=True),
)


def is_tied(records: Records, account: int) -> bool:
    """Tell whether an account is entered through its identity provider only."""
    wanted = select(IDENTITIES.c.account).where(IDENTITIES.c.account == account)
    with records.read() as connection:
        return connection.execute(wanted).one_or_none() is not None
