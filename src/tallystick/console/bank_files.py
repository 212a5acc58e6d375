# SPDX-License-Identifier: Apache-2.0
"""The files between an outbox and a bank, as pages hand them on."""

from __future__ import annotations

from dataclasses import dataclass

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
