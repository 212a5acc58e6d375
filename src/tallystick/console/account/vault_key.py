# SPDX-License-Identifier: Apache-2.0
"""Opens the vault of a console; a new key for it is made only while nobody has an account."""

from __future__ import annotations

from pathlib import Path

from tallystick.console.account.invitations import has_accounts
from tallystick.console.records import Records
from tallystick.console.signing.vault import Vault
from tallystick.errors import DataFolderProblem


def open_vault(records: Records, key: Path) -> Vault:
    """Open the vault; a new key would open nothing that lies sealed in the records.

    Raises:
        DataFolderProblem: there are accounts, and the key is gone.
    """
    if has_accounts(records) and not key.exists():
        raise DataFolderProblem(
            f"the key of the console's vault is missing: {key}",
            field=key.name,
            hint="Put it back from the backup of keys; if it is lost, move console.sqlite away: "
            "accounts then begin anew.",
        )
    return Vault(records, key)
