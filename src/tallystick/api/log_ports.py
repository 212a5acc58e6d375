# SPDX-License-Identifier: Apache-2.0
"""What HTTP needs of a node's log: checkpoint, tiles, entries, proofs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class LogReader(Protocol):
    """The published log."""

    def checkpoint(self) -> str:
        """Return the newest signed note."""
        ...

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Return `width` hashes of a log tile, or raise `NotFound`."""
        ...

    def entries(self, first: int, count: int) -> Sequence[bytes]:
        """Return log entries by leaf index, or raise `NotFound`."""
        ...

    def inclusion_proof(self, index: int, size: int) -> Sequence[bytes]:
        """Return the path of a leaf in the log of `size` leaves, or raise `NotFound`."""
        ...

    def consistency_proof(self, size1: int, size2: int) -> Sequence[bytes]:
        """Return the path between two sizes of the log, or raise `NotFound`."""
        ...
