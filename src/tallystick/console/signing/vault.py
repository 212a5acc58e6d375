# SPDX-License-Identifier: Apache-2.0
"""The keys of people who sign through this console, sealed to a key of the console's own (age).

The vault's key lies beside the records in a file of its own, so that a copy of the records alone
opens nothing. A key is opened for one signature and forgotten.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, insert, select

from tallystick.console.records import METADATA, Records
from tallystick.crypto import SealingKey, SecretKey, seal, unseal
from tallystick.disk import read_private, write_file

KEYS: Final = Table(
    "signing_keys",
    METADATA,
    Column("account", Integer, ForeignKey("accounts.id"), primary_key=True),
    Column("public_key", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)


class Vault:
    """Where the keys are."""

    def __init__(self, records: Records, path: Path) -> None:
        """Open the vault's key, and make it the first time."""
        self._records = records
        if not path.exists():
            write_file(path, SealingKey.generate().text.encode("ascii"), mode=0o600)
        self._key = SealingKey(read_private(path).decode("ascii").strip())

    def keep(self, account: int, secret: SecretKey) -> None:
        """Keep the key of an account."""
        sealed = self.seal(secret.seed)
        with self._records.write() as connection:
            connection.execute(
                insert(KEYS).values(
                    account=account, public_key=secret.public_key.hex(), sealed=sealed
                )
            )

    def seal(self, secret: bytes) -> bytes:
        """Return a secret of an account, sealed, to be kept in the records."""
        return seal(secret, [self._key.public_key])

    def unseal(self, sealed: bytes) -> bytes:
        """Return what `seal` was given."""
        return unseal(sealed, [self._key])

    def public_key(self, account: int) -> str | None:
        """Return the public half of an account's key, in hexadecimal."""
        with self._records.read() as connection:
            wanted = select(KEYS.c.public_key).where(KEYS.c.account == account)
            return connection.execute(wanted).scalar_one_or_none()

    def sign(self, account: int, message: bytes) -> bytes | None:
        """Return the signature of a message by an account's key; None when it has no key here."""
        with self._records.read() as connection:
            wanted = select(KEYS.c.sealed).where(KEYS.c.account == account)
            sealed = connection.execute(wanted).scalar_one_or_none()
        if sealed is None:
            return None
        return SecretKey(self.unseal(sealed)).sign(message)
