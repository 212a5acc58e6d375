# SPDX-License-Identifier: Apache-2.0
"""The kit for contract authors' tests: a ledger in memory, people to call it, refusals, time.

pytest loads `tallystick.testing.plugin` in every run on a machine that has this package, so the
names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def __getattr__(name: str) -> object:
    """Load a name when it is first asked for (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module("tallystick.testing.names"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
