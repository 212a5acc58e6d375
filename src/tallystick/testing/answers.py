# SPDX-License-Identifier: Apache-2.0
"""What an action did, as a test looks at it."""

from __future__ import annotations

from typing import Any

from tallystick.contracts import Event
from tallystick.encoding import Value
from tallystick.model import Execution
from tallystick.testing.decoding import Row


class Answer:
    """A transaction that took effect. Attributes of the result are attributes of the answer."""

    def __init__(
        self,
        execution: Execution,
        result: Any,  # noqa: ANN401  # whatever the method returns
        *,
        tx: str,
        height: int,
        time_ms: int,
        events: tuple[Event | dict[str, Value], ...],
        writes: tuple[Row, ...],
    ) -> None:
        """Hold what was recorded, decoded."""
        self.execution = execution
        """As the ledger records it: code, plain result, events, write set."""
        self.result = result
        """What the method returned, in its own types."""
        self.tx = tx
        """The transaction's id, hexadecimal."""
        self.height = height
        self.time_ms = time_ms
        """The block's time."""
        self.events = events
        """The events, in the contract's own classes."""
        self.writes = writes
        """`(table, key, record)` of each record written; the record of a deleted one is None."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # a field of the result
        """Return an attribute of the result."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.result, name)

    def __repr__(self) -> str:
        return f"Answer({self.result!r}, height={self.height})"
