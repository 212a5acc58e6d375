# SPDX-License-Identifier: Apache-2.0
"""The public names of the kit, which its face loads from here when one is first used."""

from tallystick.testing.answers import Answer
from tallystick.testing.harness import LedgerHarness, run
from tallystick.testing.marks import with_contracts
from tallystick.testing.memory_state import MemoryState
from tallystick.testing.migration import migrate_records
from tallystick.testing.net import Net, Snapshot
from tallystick.testing.people import Party, Person
from tallystick.testing.random_run import BrokenInvariant, RandomRun, random_actions
from tallystick.testing.rejections import Rejection, rejected
from tallystick.testing.signers import make_signer
from tallystick.testing.state_tables import TableView
from tallystick.testing.twin import DifferentOutcome

__all__ = [
    "Answer",
    "BrokenInvariant",
    "DifferentOutcome",
    "LedgerHarness",
    "MemoryState",
    "Net",
    "Party",
    "Person",
    "RandomRun",
    "Rejection",
    "Snapshot",
    "TableView",
    "make_signer",
    "migrate_records",
    "random_actions",
    "rejected",
    "run",
    "with_contracts",
]
