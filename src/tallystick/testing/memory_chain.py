# SPDX-License-Identifier: Apache-2.0
"""A ledger in memory: calls follow each other, each in a block of its own, at a time one sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from msgspec import Struct

from tallystick.contracts import Contract, define
from tallystick.encoding import Value
from tallystick.errors import TallystickError
from tallystick.execution import ContractRunner
from tallystick.model import Call
from tallystick.testing.chain import Carried
from tallystick.testing.harness import START_TIME_MS, make_invocation, raise_failure
from tallystick.testing.memory_state import MemoryState
from tallystick.testing.people import Person
from tallystick.testing.twin import Twin

BLOCK_MS: Final = 1

_Read: TypeAlias = Callable[[bytes], bytes | None]


class Moment(Struct, frozen=True):
    """A state to which a ledger can go back."""

    values: dict[bytes, bytes]
    height: int
    now_ms: int


class MemoryChain:
    """Runs contracts as a ledger does: arguments, roles, and writes only if all is well.

    What a contract's code raises besides refusals is raised here, so that a test shows where.
    """

    def __init__(
        self,
        contracts: Iterable[type[Contract]],
        *,
        start_time_ms: int = START_TIME_MS,
        twin: Twin | None = None,
    ) -> None:
        """Start empty. With a twin, every action is executed there as well and compared."""
        classes = tuple(contracts)
        self.definitions = {one.name: define(one) for one in classes}
        self.state = MemoryState()
        self.height = 0
        self.now_ms = start_time_ms
        self._error: TallystickError | None = None
        self._runner = ContractRunner(classes, on_failure=raise_failure, on_refusal=self._remember)
        self._second_run = None if twin is None else twin.of(classes)

    def enrol(self, person: Person) -> None:
        """Nothing to do: whoever is named may sign."""

    def submit(self, person: Person, contract: str, method: str, args: dict[str, Value]) -> Carried:
        """Run an action in the next block, and keep its writes.

        Raises:
            DifferentOutcome: the second run, under another hash seed, came to another result.
        """
        self._error = None
        reads: dict[bytes, bytes | None] = {}
        values = self.state.values

        def read(key: bytes) -> bytes | None:
            value = reads[key] = values.get(key)
            return value

        height, now_ms = self.height + 1, self.now_ms + BLOCK_MS
        invocation = make_invocation(
            self.definitions[contract].contract,
            method,
            person.signer,
            args,
            height=height,
            block_time_ms=now_ms,
        )
        self.height, self.now_ms = height, now_ms
        execution = self._runner.execute(invocation, _Reader(read))
        if self._second_run is not None:
            self._second_run.compare(invocation, execution, reads, values.get)
        before = {key: values.get(key) for key in execution.writes}
        self.state.apply(execution.writes)
        return Carried(
            execution=execution,
            transaction_id=invocation.transaction_id,
            height=height,
            time_ms=now_ms,
            reads=reads,
            before=before,
            error=self._error,
        )

    def query(self, contract: str, method: str, args: dict[str, Value]) -> Value:
        """Return the answer of a query; its errors are raised."""
        return self._runner.query(contract, method, args, self.state)

    def warp(self, duration_ms: int) -> None:
        """Let block time pass; no block is made."""
        self.now_ms += duration_ms

    def snapshot(self) -> Moment:
        """Return state, height and time."""
        return Moment(dict(self.state.values), self.height, self.now_ms)

    def revert(self, snapshot: object) -> None:
        """Go back to a snapshot of this ledger."""
        if not isinstance(snapshot, Moment):
            raise TypeError("only what `snapshot` returned can be gone back to")
        self.state.values = dict(snapshot.values)
        self.height, self.now_ms = snapshot.height, snapshot.now_ms

    def _remember(self, _: Call, error: TallystickError) -> None:
        self._error = error


class _Reader:
    """A state that is read by a function."""

    __slots__ = ("get",)

    def __init__(self, get: _Read) -> None:
        self.get = get
