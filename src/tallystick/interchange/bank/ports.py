# SPDX-License-Identifier: Apache-2.0
"""What a connection to a bank does, whatever carries the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class BankFile:
    """A file from the bank."""

    name: str
    data: bytes


class BankConnector(Protocol):
    """Carries files to a bank and back. Every call may be repeated after a crash."""

    def deliver(self, name: str, data: bytes) -> None:
        """Hand a file to the bank, exactly once for each name.

        When it returns, the file is handed over, now or by an earlier call.

        Raises:
            Malformed: the name cannot be a file's.
            IdempotencyConflict: other bytes were delivered under this name.
            BankUnreachable: it may have been handed over or not; calling again finds out.
        """
        ...

    def collect(self) -> tuple[BankFile, ...]:
        """Return the bank's files that are not acknowledged yet, in the order of their names.

        Raises:
            BankUnreachable: they cannot be read now.
        """
        ...

    def acknowledge(self, file: BankFile) -> None:
        """Keep a file that was dealt with, and never return it again.

        It takes the file as it was collected: under its name there may be another one by now.

        Raises:
            BankUnreachable: it may be acknowledged or not; calling again is safe.
        """
        ...
