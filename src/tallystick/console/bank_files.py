# SPDX-License-Identifier: Apache-2.0
"""The files between an outbox and a bank, as pages hand them on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tallystick.console.ledger import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateFiles:
    """Who pays and who is paid, by name and account: for as long as one request lasts."""

    payer: bytes
    payees: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """A payment file, or why there is none."""

    message_id: str
    data: bytes
    """Empty where nothing can be paid."""
    rows: list[Json]
    """Rows of the outbox that it pays."""
    waiting: list[Json]
    """Rows of this payer's that wait, each with `why`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAnswer:
    """What a file of the bank newly says."""

    state: str
    """What is known of the orders after it."""
    reports: list[dict[str, Json]]
    """Arguments of `report_payment`, in order."""
    attention: list[dict[str, Json]]
    """What a person must look at."""


class BankFiles(Protocol):
    """Payment files by the same rules as `tally payments`; a state is text, empty at first."""

    @property
    def noted_at_once(self) -> int:
        """As many orders as one `note_sent` takes."""

    def make(
        self, rows: Sequence[Json], files: PrivateFiles, *, network: str, now_ms: int
    ) -> MadeFile:
        """Return the payment file for rows of an outbox; the same from the same arguments.

        Raises `TallystickError` where a private file is not as it must be, or no bank would take
        the payments.
        """

    def sending(self, state: str, data: bytes) -> str:
        """Return what is known of the orders once a payment file is on its way."""

    def in_order(self, files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
        """Return files of a bank, by name, so that none overtakes another."""

    def read(self, state: str, name: str, data: bytes) -> BankAnswer:
        """Return what a file of the bank says; raises `TallystickError` where it is none."""

    def sent_orders(self, state: str) -> list[Json]:
        """Return the orders that were sent: id, stage, amount, currency, file, reference."""
