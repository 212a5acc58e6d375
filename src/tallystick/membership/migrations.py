# SPDX-License-Identifier: Apache-2.0
"""How far the migration of a contract is, as its record in the membership tree says."""

from __future__ import annotations

from msgspec.structs import replace

from tallystick.membership.records import record_write
from tallystick.membership.register import Register
from tallystick.model import Migrated, RecordMigration


def migration_write(
    register: Register, contract: str, under_way: RecordMigration, done: Migrated, height: int
) -> tuple[bytes, bytes]:
    """Return the (key, value) that notes what a step of a migration in the block at `height` did.

    Args:
        register: as before the step.
        contract: whose records are moved.
        under_way: its migration, as before the step.
        done: what the step did.
        height: of the block.
    """
    migration = replace(
        under_way,
        after=done.after,
        moved=under_way.moved + done.moved,
        finished_at=height if done.is_finished else None,
    )
    return record_write(replace(register.contracts[contract], migration=migration))
