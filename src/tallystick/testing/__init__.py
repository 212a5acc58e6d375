# SPDX-License-Identifier: Apache-2.0
"""The kit for contract authors' tests: a ledger in memory, members to sign with, refusals."""

from tallystick.testing.harness import LedgerHarness, run
from tallystick.testing.memory_state import MemoryState
from tallystick.testing.migration import migrate_records
from tallystick.testing.signers import make_signer

__all__ = ["LedgerHarness", "MemoryState", "make_signer", "migrate_records", "run"]
