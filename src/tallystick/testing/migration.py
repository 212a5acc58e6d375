# SPDX-License-Identifier: Apache-2.0
"""Runs a migration as a ledger would, step by step, to its end."""

from __future__ import annotations

from typing import Final, Never

from tallystick.contracts import Contract
from tallystick.execution import ContractRunner
from tallystick.model import Call, MigrationStep
from tallystick.testing.memory_state import MemoryState

LIMIT: Final = 500
"""Records that one transaction moves at most."""


def migrate_records(
    contract: type[Contract], state: MemoryState, *, from_version: int, limit: int = LIMIT
) -> int:
    """Bring the records of an older version in `state` into the form of `contract`.

    Returns:
        How many records were moved.

    Raises:
        Exception: what the contract's migration raised, as it is.
    """
    runner = ContractRunner([contract], on_failure=_raise)
    after, moved, is_finished = b"", 0, False
    while not is_finished:
        step = MigrationStep(contract.name, contract.version, from_version, after, limit)
        done = runner.migrate(step, state)
        state.apply(done.writes)
        after, moved, is_finished = done.after, moved + done.moved, done.is_finished
    return moved


def _raise(_: Call, failure: Exception) -> Never:
    raise failure
