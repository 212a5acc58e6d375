# SPDX-License-Identifier: Apache-2.0
"""One-time codes of an authenticator app (TOTP, RFC 6238), and recovery codes for its loss.

The secret is sealed to the console's vault. A code is taken once: neither it nor an older one
again.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Final

import pyotp
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from tallystick.console.records import METADATA, Records
from tallystick.console.visit import Vault
from tallystick.crypto import sha256

SECRETS: Final = Table(
    "one_time_secrets",
    METADATA,
    Column("account", Integer, ForeignKey("accounts.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("last_step", Integer, nullable=False),
    Column("confirmed_at", Integer),
)
"""A secret counts from the first right code on."""
RECOVERY: Final = Table(
    "recovery_codes",
    METADATA,
    Column("account", Integer, ForeignKey("accounts.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
)
_STEP_S: Final = 30
_STEPS_OFF: Final = (0, -1, 1)
"""Clocks of telephones may be half a minute off."""
_RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 14
"""112 bits: enough for a plain digest (ASVS 6.5.2)."""
_ISSUER: Final = "Tallystick"


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What is shown once."""

    secret: str
    """Base32, to be typed."""
    address: str
    """`otpauth://...`, for the QR code."""


def offer_secret(records: Records, vault: Vault, account: int, login: str) -> NewSecret:
    """Make a secret that counts once a code of it was right; an earlier offer is forgotten."""
    secret = pyotp.random_base32()
    with records.write() as connection:
        connection.execute(
            delete(SECRETS).where(SECRETS.c.account == account, SECRETS.c.confirmed_at.is_(None))
        )
        connection.execute(
            insert(SECRETS).values(
                account=account, sealed=vault.seal(secret.encode()), last_step=0, confirmed_at=None
            )
        )
    return NewSecret(secret, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER))


def has_codes(records: Records, account: int) -> bool:
    """Tell whether an account has one-time codes that count."""
    wanted = select(SECRETS.c.account).where(
        SECRETS.c.account == account, SECRETS.c.confirmed_at.is_not(None)
    )
    with records.read() as connection:
        return connection.execute(wanted).one_or_none() is not None


def confirm_secret(
    records: Records, vault: Vault, account: int, code: str, now_ms: int
) -> list[str] | None:
    """Let an offered secret count, by its first code; return recovery codes, or None if wrong."""
    if has_codes(records, account) or not _is_next_code(records, vault, account, code, now_ms):
        return None
    codes = [secrets.token_hex(_RECOVERY_BYTES) for _ in range(_RECOVERY_CODES)]
    with records.write() as connection:
        connection.execute(
            update(SECRETS).where(SECRETS.c.account == account).values(confirmed_at=now_ms)
        )
        connection.execute(delete(RECOVERY).where(RECOVERY.c.account == account))
        connection.execute(
            insert(RECOVERY), [{"account": account, "digest": _digest(one)} for one in codes]
        )
    return codes


def is_right_code(records: Records, vault: Vault, account: int, code: str, now_ms: int) -> bool:
    """Tell whether a code is the app's next one, or a recovery code; either is used up by it."""
    plain = code.replace(" ", "").replace("-", "").lower()
    if not has_codes(records, account):
        return False
    if _is_next_code(records, vault, account, plain, now_ms):
        return True
    with records.write() as connection:
        used = connection.execute(
            delete(RECOVERY).where(
                RECOVERY.c.account == account, RECOVERY.c.digest == _digest(plain)
            )
        )
    return used.rowcount == 1


def recovery_codes_left(records: Records, account: int) -> int:
    """Return how many recovery codes were not used yet."""
    wanted = select(func.count()).select_from(RECOVERY).where(RECOVERY.c.account == account)
    with records.read() as connection:
        return int(connection.execute(wanted).scalar_one())


def drop_codes(records: Records, account: int) -> None:
    """Take one-time codes and recovery codes away from an account."""
    with records.write() as connection:
        for table in (SECRETS, RECOVERY):
            connection.execute(delete(table).where(table.c.account == account))


def _is_next_code(records: Records, vault: Vault, account: int, code: str, now_ms: int) -> bool:
    with records.write() as connection:
        row = connection.execute(select(SECRETS).where(SECRETS.c.account == account)).one_or_none()
        if row is None:
            return False
        clock = pyotp.TOTP(vault.unseal(row.sealed).decode())
        now = now_ms // 1000 // _STEP_S
        for step in (now + off for off in _STEPS_OFF):
            expected = clock.generate_otp(step)
            if step > row.last_step and hmac.compare_digest(expected.encode(), code.encode()):
                connection.execute(
                    update(SECRETS).where(SECRETS.c.account == account).values(last_step=step)
                )
                return True
    return False


def _digest(code: str) -> str:
    return sha256(code.encode()).hex()
