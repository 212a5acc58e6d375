# SPDX-License-Identifier: Apache-2.0
"""Runs one step of a migration: walks the old tables and lets the contract move record by record.

The walk is the platform's, so a step is bounded however many records there are, and goes on where
the last one stopped.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import Final

from tallystick.contracts import Definition, Frame, Migration
from tallystick.encoding import Value, decode_structure
from tallystick.errors import ContractFailed, Halted, InvalidContract, Malformed
from tallystick.ledger import StateScanner
from tallystick.model import OK, Migrated, MigrationStep

STEP_BYTES_MAX: Final = 1024 * 1024
"""New values after which a step ends, so that a block stays a block."""


class Walk:
    """One step at work."""

    def __init__(
        self,
        definition: Definition,
        migrations: tuple[Migration, ...],
        step: MigrationStep,
        state: StateScanner,
    ) -> None:
        """Take what a step needs; `run` does it."""
        ordered = sorted(migrations, key=lambda one: one.prefix)
        self._migrations = [one for one in ordered if one.from_version == step.from_version]
        self._step = step
        self._state = state
        self._frame: Frame = definition.open()
        # Bound here: a table of a part is no attribute of the contract.
        self._targets = {
            one.table: one.target.bind(definition.schema.name, self._frame.session)
            for one in self._migrations
            if one.target is not None
        }
        self._writes: dict[bytes, bytes | None] = {}
        self._bytes = 0
        self.failure: Exception | None = None
        """How the contract's code failed, if it did: on every node the same."""

    def run(self) -> Migrated:
        """Move records until the step is full, none is left, or the contract's code fails.

        Raises:
            Exception: a fault of this node: whatever the state raised, `Halted`, `MemoryError`.
        """
        moved, after = 0, self._step.after
        with closing(self._old_records()) as records:
            for migration, key, value in records:
                if moved == self._step.limit or self._bytes >= STEP_BYTES_MAX:
                    return Migrated(OK, self._writes, after, moved, is_finished=False)
                self.failure = self._move(migration, key, value)
                if self.failure is not None:
                    return Migrated(ContractFailed.code, {}, self._step.after, 0, is_finished=False)
                moved, after = moved + 1, key
        return Migrated(OK, self._writes, after, moved, is_finished=True)

    def _old_records(self) -> Generator[tuple[Migration, bytes, bytes], None, None]:
        for migration in self._migrations:
            with closing(self._state.scan(migration.prefix, self._step.after)) as found:
                for key, value in found:
                    yield migration, key, value

    def _move(self, migration: Migration, key: bytes, value: bytes) -> Exception | None:
        session = self._frame.session
        session.begin(self._read)
        session.read(key)
        session.write(key, None)
        try:
            plain = decode_structure(value, name="record")
        except Malformed as error:
            raise session.damaged(key) from error
        failure = self._call(migration, plain)
        if session.fault is not None:
            raise session.fault
        if failure is not None:
            return failure
        for place, new in session.writes.items():
            if place != key and any(place.startswith(one.prefix) for one in self._migrations):
                return InvalidContract(
                    f"the migration of {migration.table} wrote another record of a moved table"
                )
            self._keep(place, new)
        return None

    def _call(self, migration: Migration, plain: Value) -> Exception | None:
        """Let the contract move a record; a failure of its own is told from a fault of the node."""
        contract, session = self._frame
        try:
            record = migration.function(contract, migration.read_old(plain))
            if record is not None:
                self._targets[migration.table].put(record)
        except (Halted, MemoryError):
            raise
        except Exception as failure:
            return failure
        finally:
            session.end()
        return None

    def _keep(self, place: bytes, value: bytes | None) -> None:
        self._bytes += len(value or b"")
        if value is None and self._state.get(place) is None:
            self._writes.pop(place, None)  # added and removed by the same step: nothing happened
        else:
            self._writes[place] = value

    def _read(self, key: bytes) -> bytes | None:
        return self._writes[key] if key in self._writes else self._state.get(key)
