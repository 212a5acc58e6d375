# SPDX-License-Identifier: Apache-2.0
"""Runs contract methods as a ledger would: arguments, roles, and writes only if all is well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Never

from tallystick.contracts import Contract
from tallystick.crypto import sha256
from tallystick.encoding import Value, encode
from tallystick.execution import ContractRunner
from tallystick.ledger import StateReader
from tallystick.model import Call, Execution, Invocation, Signer
from tallystick.testing.memory_state import MemoryState
from tallystick.units import TimeMs

START_TIME_MS: Final = 1_790_000_000_000
"""Block time of the first call: 21 September 2026."""

_NETWORK: Final = "test." + "0" * 32


def run(
    contract: type[Contract],
    method: str,
    signer: Signer,
    args: Mapping[str, Value],
    *,
    state: StateReader | None = None,
    block_time_ms: int = START_TIME_MS,
) -> Execution:
    """Run one action on `state` (empty if none is given) and return what it did.

    A refusal is an outcome with its code. What the contract's code raises besides is raised here
    as it is, so that a test shows where.
    """
    runner = ContractRunner([contract], on_failure=raise_failure)
    invocation = make_invocation(contract, method, signer, args, block_time_ms=block_time_ms)
    return runner.execute(invocation, MemoryState() if state is None else state)


class LedgerHarness:
    """A ledger of one contract in memory: calls follow each other, each in a block of its own.

    It answers with executions, as the ledger sees them: for tests of the platform. Tests of
    contracts use `Net`.
    """

    def __init__(self, contract: type[Contract], *, start_time_ms: int = START_TIME_MS) -> None:
        """Start empty at `start_time_ms`."""
        self.contract = contract
        self.state = MemoryState()
        self.height = 0
        self.block_time_ms = start_time_ms
        self._runner = ContractRunner([contract], on_failure=raise_failure)

    def warp(self, *, days: int = 0, seconds: int = 0) -> None:
        """Let block time pass."""
        self.block_time_ms += (days * 86_400 + seconds) * 1000

    def run(self, method: str, signer: Signer, /, **args: Value) -> Execution:
        """Run an action in the next block, keep its writes, return its outcome."""
        self.height += 1
        self.block_time_ms += 1
        invocation = make_invocation(
            self.contract,
            method,
            signer,
            args,
            height=self.height,
            block_time_ms=self.block_time_ms,
        )
        execution = self._runner.execute(invocation, self.state)
        self.state.apply(execution.writes)
        return execution

    def query(self, method: str, /, **args: Value) -> Value:
        """Return the answer of a query; errors are raised."""
        return self._runner.query(self.contract.name, method, args, self.state)


def make_invocation(
    contract: type[Contract],
    method: str,
    signer: Signer,
    args: Mapping[str, Value],
    *,
    height: int = 1,
    block_time_ms: int = START_TIME_MS,
) -> Invocation:
    """Return a call as the ledger hands it to the contract host."""
    call = Call(
        network=_NETWORK,
        contract=contract.name,
        method=method,
        args=dict(args),
        nonce=height,
        valid_until=TimeMs(block_time_ms + 60_000),
    )
    digest = sha256(encode([method, height, block_time_ms, signer.public_key]))
    parent = sha256(encode(["parent", height]))
    return Invocation(call, signer, digest, height, block_time_ms, None, parent)


def raise_failure(_: Call, failure: Exception) -> Never:
    """Raise what a contract's code raised, so that a test shows the line."""
    raise failure
