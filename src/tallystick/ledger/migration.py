# SPDX-License-Identifier: Apache-2.0
"""`governance.migrate_contract`: moves records of a contract to its newer version, step by step.

Any member may send it; each call moves so many records and notes in the contract's record how far
it is. So the work of an upgrade is bounded, in the log, and the same on every node.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from tallystick.encoding import Value
from tallystick.errors import InvalidArguments, InvalidValue, Rejected, WrongState
from tallystick.ledger.ports import ContractHost, StateScanner
from tallystick.membership import GOVERNANCE_CONTRACT, Register, migration_write
from tallystick.model import OK, Event, Execution, Invocation, MigrationStep, RecordMigration

MIGRATE_METHOD: Final = "migrate_contract"
STEP_RECORDS_MAX: Final = 500
"""Records that one transaction moves at most."""


class MigrateContract(Struct, frozen=True, forbid_unknown_fields=True):
    """Records of a contract are moved to the version that runs."""

    contract: str
    limit: int = STEP_RECORDS_MAX


def execute_migration_call(
    register: Register, host: ContractHost, invocation: Invocation, state: StateScanner
) -> Execution:
    """Run one step of a migration; refusals are results.

    The writes are of both trees: the moved records, and the contract's record in membership.
    """
    try:
        asked = _read(invocation)
        under_way, version = _under_way(register, asked.contract, invocation.height)
    except Rejected as refusal:
        facts: dict[str, Value] = dict(refusal.facts())
        return Execution(refusal.code, facts, (), {})
    step = MigrationStep(
        contract=asked.contract,
        version=version,
        from_version=under_way.from_version,
        after=under_way.after,
        limit=asked.limit,
    )
    done = host.migrate(step, state)
    if done.code != OK:
        return Execution(done.code, None, (), {})
    key, value = migration_write(register, asked.contract, under_way, done, invocation.height)
    moved = Event(
        f"{GOVERNANCE_CONTRACT}.RecordsMoved",
        {
            "contract": asked.contract,
            "version": version,
            "moved": done.moved,
            "finished": done.is_finished,
        },
    )
    result: dict[str, Value] = {"moved": done.moved, "finished": done.is_finished}
    return Execution(OK, result, (moved,), {**done.writes, key: value})


def _read(invocation: Invocation) -> MigrateContract:
    try:
        asked = msgspec.convert(invocation.call.args, MigrateContract, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidArguments(str(error), field="args", expected="MigrateContract") from error
    if not 1 <= asked.limit <= STEP_RECORDS_MAX:
        raise InvalidValue(
            "not a number of records",
            field="limit",
            expected=f"1 to {STEP_RECORDS_MAX}",
            found=str(asked.limit),
        )
    return asked


def _under_way(register: Register, contract: str, height: int) -> tuple[RecordMigration, int]:
    """Return a contract's migration and the version it leads to."""
    migration = register.migration_at(contract, height)
    version = register.version_at(contract, height)
    if migration is None or version is None:
        raise WrongState(
            "no records of this contract are being moved", field="contract", found=contract[:80]
        )
    return migration, version
