# SPDX-License-Identifier: Apache-2.0
"""Moments of a test ledger, for rules that turn on one millisecond."""

from __future__ import annotations

from tallystick.testing import LedgerHarness


def at(ledger: LedgerHarness, moment: int) -> LedgerHarness:
    """Return the ledger with its next block at exactly this time."""
    ledger.block_time_ms = moment - 1
    return ledger
