# SPDX-License-Identifier: Apache-2.0
"""The port of the kit: where calls are carried out, in memory or by a real network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from tallystick.contracts import Definition
from tallystick.encoding import Value
from tallystick.errors import TallystickError
from tallystick.model import Execution
from tallystick.testing.memory_state import MemoryState
from tallystick.testing.people import Person


class Carried(Struct, frozen=True, kw_only=True):
    """An action that was carried out, and all that a test may want to know of it."""

    execution: Execution
    transaction_id: bytes
    height: int
    time_ms: int
    reads: dict[bytes, bytes | None]
    """What it read of the state, in order; empty where that is not known."""
    before: dict[bytes, bytes | None]
    """What was under the keys that it wrote."""
    error: TallystickError | None = None
    """The refusal itself, where the contract's code ran in this process."""


class Chain(Protocol):
    """A ledger for one test."""

    @property
    def definitions(self) -> Mapping[str, Definition]:
        """The contracts by name."""
        ...

    state: MemoryState
    """The contracts' state after the last call."""
    height: int
    """Height of the last block."""
    now_ms: int
    """Its time."""

    def enrol(self, person: Person) -> None:
        """Let a person sign."""
        ...

    def submit(self, person: Person, contract: str, method: str, args: dict[str, Value]) -> Carried:
        """Carry out an action in a block of its own."""
        ...

    def query(self, contract: str, method: str, args: dict[str, Value]) -> Value:
        """Return the answer of a query; its errors are raised."""
        ...

    def warp(self, duration_ms: int) -> None:
        """Let time pass."""
        ...

    def snapshot(self) -> object:
        """Return the present state, for `revert`."""
        ...

    def revert(self, snapshot: object) -> None:
        """Go back to a snapshot."""
        ...
