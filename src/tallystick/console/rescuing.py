# SPDX-License-Identifier: Apache-2.0
"""The operator's way back in: a link for a new password when no administrator can give one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from tallystick.console.account.factors import drop_factors
from tallystick.console.account.people import ACCOUNTS
from tallystick.console.account.resets import offer_reset
from tallystick.console.audit import Deed, Kind, write_deed
from tallystick.console.records import Records, records_path
from tallystick.console.settings import read_settings
from tallystick.errors import NotFound


def rescue(folder: Path, login: str, now_ms: int, *, with_factors: bool) -> str:
    """Return a link that sets an account's password anew; written down in the audit.

    Args:
        folder: the node's; the node may run meanwhile.
        login: name by which the account is entered.
        now_ms: the time.
        with_factors: whether second factors are lost as well, and are taken away.

    Raises:
        NotFound: nobody has that account here.
        DataFolderProblem: `console.toml` is not as it should be.
    """
    path = records_path(folder)
    if not path.exists():
        raise NotFound("this node has no console yet", field="--data", hint="tally up")
    settings, records = read_settings(folder), Records(path)
    try:
        with records.read() as connection:
            wanted = select(ACCOUNTS.c.id).where(ACCOUNTS.c.login == login)
            account = connection.execute(wanted).scalar_one_or_none()
        if account is None:
            raise NotFound("nobody has an account of this name here", field="login")
        if with_factors:
            drop_factors(records, account)
        token = offer_reset(records, account, now_ms)
        kept = f"{login} (tally console reset{' --factors' if with_factors else ''})"
        write_deed(records, Deed(at=now_ms, kind=Kind.RESET_GIVEN, subject=kept))
    finally:
        records.close()
    return f"{(settings.address or '').rstrip('/')}/reset/{token}"
