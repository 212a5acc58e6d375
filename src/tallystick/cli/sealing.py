# SPDX-License-Identifier: Apache-2.0
"""The organisation's own sealing keys, asking for their passphrase if they have one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallystick.cli.secrets import SEALING_KEY, read_passphrase

if TYPE_CHECKING:
    from tallystick.crypto import SealingKey


def own_sealing_keys(organization: str, passphrase_file: str | None = None) -> list[SealingKey]:
    """Return the keys of an organisation that are kept here.

    Raises:
        NotFound: there is none.
        UsageError: a passphrase is needed and nobody can be asked.
        FileProblem: a file is damaged, or the passphrase wrong.
    """
    from tallystick.client import SealingKeyStore

    def ask() -> str:
        return read_passphrase(passphrase_file, secret=SEALING_KEY)

    return SealingKeyStore().load(organization, passphrase=ask)
