# SPDX-License-Identifier: Apache-2.0
"""Reads what a ledger in memory keeps as the records it was."""

from __future__ import annotations

from typing import TypeVar

from msgspec import convert

from tallystick.contracts import Record
from tallystick.testing import LedgerHarness

R = TypeVar("R", bound=Record)


def kept(ledger: LedgerHarness, table: str, record: type[R], *, home: str = "") -> list[R]:
    """Return a table's records, sorted by key; `home` is the contract that keeps a shared one."""
    found = ledger.state.records(home or ledger.contract.name, table)
    return [convert(one, record) for one in found.values()]
