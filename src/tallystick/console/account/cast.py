# SPDX-License-Identifier: Apache-2.0
"""The cast of a demonstration: an account and a key for everybody whose key file lies there."""

from __future__ import annotations

from pathlib import Path

from tallystick.client import KeyStore
from tallystick.console.account.people import NewAccount, add_account, find_account
from tallystick.console.records import Records
from tallystick.console.signing.vault import Vault
from tallystick.errors import TallystickError


def admit_cast(records: Records, vault: Vault, folder: Path) -> None:
    """Make accounts for the keys of a demonstration's folder; those that are there stay."""
    store = KeyStore(folder)
    for name in store.names():
        if store.describe(name).is_sealed:
            continue
        try:
            identity = store.load(name)
        except TallystickError:
            continue  # not a member's key: somebody else's file
        if find_account(records, identity.organization, identity.member) is None:
            account = add_account(
                records,
                NewAccount(
                    login=f"{identity.member}@{identity.organization}",
                    name=identity.member,
                    organization=identity.organization,
                    member=identity.member,
                    is_demonstration=True,
                ),
                now_ms=0,
            )
            vault.keep(account, identity.secret)
