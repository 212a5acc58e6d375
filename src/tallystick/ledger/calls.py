# SPDX-License-Identifier: Apache-2.0
"""Runs one call that was admitted: the same code in a block and in a preview."""

from __future__ import annotations

from collections.abc import Collection

from tallystick.errors import ContractMigrating, Rejected, UnknownContract
from tallystick.ledger.migration import MIGRATE_METHOD, execute_migration_call
from tallystick.ledger.ports import ContractHost, StateScanner
from tallystick.membership import (
    BUILT_IN_CONTRACTS,
    MEMBERSHIP_CONTRACT,
    Register,
    execute_governance_call,
    execute_membership_call,
)
from tallystick.model import Call, Execution, GenesisDocument, Invocation


def check_contract(register: Register, founding: Collection[str], call: Call, height: int) -> None:
    """Refuse a contract that cannot be called in the block at `height`.

    A node may have more contracts installed than are active; that must not decide anything.

    Args:
        register: what was activated by vote.
        founding: names of the contracts that genesis lists.
        call: whose contract is meant.
        height: of the block that would run it.

    Raises:
        UnknownContract: the network does not run it.
        ContractMigrating: its records have not all been moved to the version that runs.
    """
    if not register.is_callable(call.contract, height, founding):
        raise UnknownContract(
            "the network does not run this contract", field="contract", found=call.contract[:80]
        )
    if register.migration_at(call.contract, height) is not None:
        raise ContractMigrating(
            "its records are being moved to a newer version", field="contract", found=call.contract
        )


def execute_call(
    register: Register,
    genesis: GenesisDocument,
    host: ContractHost,
    invocation: Invocation,
    state: StateScanner,
) -> Execution:
    """Return what a call does on `state`; neither the register nor the state is changed.

    Args:
        register: who belongs and by which rules, as the transaction before left it.
        genesis: the founding document.
        host: runs contracts.
        invocation: the call, who signed it, and when and where it runs.
        state: the world state as the transaction before left it.
    """
    call = invocation.call
    if call.contract in BUILT_IN_CONTRACTS:
        return _execute_built_in(register, genesis, host, invocation, state)
    try:
        check_contract(register, genesis.contracts, call, invocation.height)
    except Rejected as refusal:
        return Execution(refusal.code, dict(refusal.facts()), (), {})
    return host.execute(invocation, state)


def _execute_built_in(
    register: Register,
    genesis: GenesisDocument,
    host: ContractHost,
    invocation: Invocation,
    state: StateScanner,
) -> Execution:
    if invocation.call.contract == MEMBERSHIP_CONTRACT:
        return execute_membership_call(register, invocation)
    if invocation.call.method == MIGRATE_METHOD:
        return execute_migration_call(register, host, invocation, state)
    return execute_governance_call(register, invocation, genesis)
