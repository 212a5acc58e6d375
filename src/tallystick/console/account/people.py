# SPDX-License-Identifier: Apache-2.0
"""Accounts: who may sign in here, and as which member of the network."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import Boolean, Column, Integer, String, Table, UniqueConstraint, insert, select

from tallystick.console.records import METADATA, Records
from tallystick.console.visit import Person
from tallystick.crypto import hash_password, is_password

ACCOUNTS: Final = Table(
    "accounts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("organization", String(18), nullable=False),
    Column("member", String(64), nullable=False),
    Column("password", String(200)),
    Column("is_administrator", Boolean, nullable=False, default=False),
    Column("is_demonstration", Boolean, nullable=False, default=False),
    Column("is_disabled", Boolean, nullable=False, default=False),
    Column("created_at", Integer, nullable=False),
    UniqueConstraint("organization", "member"),
)

_NOBODY: Final = hash_password("nobody has this account")
"""Checked when there is no such account, so that a wrong name takes as long as a wrong password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What is stated when an account is made."""

    login: str
    name: str
    organization: str
    member: str
    password: str | None = None
    """Without one nobody signs in by it."""
    is_administrator: bool = False
    is_demonstration: bool = False


def add_account(records: Records, account: NewAccount, now_ms: int) -> int:
    """Make an account; return its number."""
    values = {
        **{one.name: getattr(account, one.name) for one in fields(account)},
        "password": None if account.password is None else hash_password(account.password),
        "is_disabled": False,
        "created_at": now_ms,
    }
    with records.write() as connection:
        made = connection.execute(insert(ACCOUNTS).values(values))
        return int(made.inserted_primary_key[0])  # type: ignore[index]


def find_person(records: Records, account: int) -> Person | None:
    """Return who has an account, unless it was disabled."""
    with records.read() as connection:
        row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.id == account)).one_or_none()
    if row is None or row.is_disabled:
        return None
    return Person(
        account=row.id,
        name=row.name,
        organization=row.organization,
        member=row.member,
        is_administrator=row.is_administrator,
        is_demonstration=row.is_demonstration,
    )


def find_account(records: Records, organization: str, member: str) -> int | None:
    """Return the number of a member's account."""
    with records.read() as connection:
        wanted = select(ACCOUNTS.c.id).where(
            ACCOUNTS.c.organization == organization, ACCOUNTS.c.member == member
        )
        return connection.execute(wanted).scalar_one_or_none()


def find_login(records: Records, account: int) -> str | None:
    """Return the name by which an account is entered."""
    with records.read() as connection:
        wanted = select(ACCOUNTS.c.login).where(ACCOUNTS.c.id == account)
        return connection.execute(wanted).scalar_one_or_none()


def check_password(records: Records, login: str, password: str) -> int | None:
    """Return the number of the account with this login and password, or None."""
    with records.read() as connection:
        row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.login == login)).one_or_none()
    if row is None or row.password is None or row.is_disabled:
        is_password(_NOBODY, password)
        return None
    return int(row.id) if is_password(row.password, password) else None


def is_password_of(records: Records, account: int, password: str) -> bool:
    """Tell whether a password is an account's."""
    with records.read() as connection:
        wanted = select(ACCOUNTS.c.password).where(ACCOUNTS.c.id == account)
        hashed = connection.execute(wanted).scalar_one_or_none()
    return is_password(hashed or _NOBODY, password) and hashed is not None
