# SPDX-License-Identifier: Apache-2.0
"""The order in which an engine may call an application, as a small automaton (INV-I10).

It is the grammar of CometBFT v0.40 (`spec/abci/abci++_comet_expected_behavior.md`) without vote
extensions. Feed it each call of one process of the application, from its start on; calls that may
come at any time (CheckTx, Query, Echo, Flush, snapshots listed and read) are let pass. It can also
check a recorded log: `check_calls` takes (method, height) pairs, height 0 where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

ANY_TIME: Final = frozenset(
    {"check_txs", "query", "echo", "flush", "list_snapshots", "load_snapshot_chunk"}
)
_NEXT: Final[dict[tuple[str, str], str]] = {
    ("started", "info"): "asked",
    ("started", "offer_snapshot"): "offered",
    ("offered", "offer_snapshot"): "offered",
    ("offered", "apply_snapshot_chunk"): "applying",
    ("applying", "offer_snapshot"): "offered",
    ("applying", "apply_snapshot_chunk"): "applying",
    ("applying", "info"): "between",
    ("asked", "offer_snapshot"): "offered",
    ("asked", "init_chain"): "between",
    ("prepared", "prepare_proposal"): "prepared",
    ("prepared", "process_proposal"): "between",
    ("prepared", "finalize_block"): "executed",
    ("executed", "commit"): "between",
} | {
    (state, call): after
    for state in ("asked", "between")
    for call, after in (
        ("prepare_proposal", "prepared"),
        ("process_proposal", "between"),
        ("finalize_block", "executed"),
    )
}


class OutOfOrder(Exception):  # named after what happened, like our own
    """A call that the grammar does not allow."""


class CallOrder:
    """Follows the calls of one process of an application."""

    def __init__(self) -> None:
        """Start where a process starts."""
        self.state = "started"
        self.height = 0
        """Of the last block executed by this process."""

    def feed(self, method: str, height: int = 0) -> None:
        """Take the next call.

        Raises:
            OutOfOrder: it may not come here, or a block was left out or came twice.
        """
        if method in ANY_TIME or (method == "info" and (self.state, method) not in _NEXT):
            # Info also answers the engine's own interface, at any time after the start.
            return
        following = _NEXT.get((self.state, method))
        if following is None:
            raise OutOfOrder(f"{method} at height {height} while {self.state}")
        if method == "finalize_block":
            if self.height and height != self.height + 1:
                raise OutOfOrder(f"block {height} is executed after block {self.height}")
            self.height = height
        self.state = following


def check_calls(calls: Iterable[tuple[str, int]]) -> None:
    """Check a whole log of calls; see `CallOrder.feed`."""
    order = CallOrder()
    for method, height in calls:
        order.feed(method, height)
