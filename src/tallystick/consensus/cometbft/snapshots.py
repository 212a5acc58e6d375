# SPDX-License-Identifier: Apache-2.0
"""Snapshots as CometBFT asks for them: named, read piece by piece, offered and restored."""

from __future__ import annotations

from typing import Protocol

from tallystick.consensus.cometbft.proto.abci_pb2 import (
    RequestApplySnapshotChunk,
    RequestLoadSnapshotChunk,
    RequestOfferSnapshot,
    ResponseApplySnapshotChunk,
    ResponseListSnapshots,
    ResponseLoadSnapshotChunk,
    ResponseOfferSnapshot,
)


class SnapshotDesk(Protocol):
    """Gives snapshots of this node to others, and restores one of theirs into an empty node."""

    def list(self) -> ResponseListSnapshots:
        """Name at most ten snapshots, newest last."""
        ...

    def load(self, request: RequestLoadSnapshotChunk) -> ResponseLoadSnapshotChunk:
        """Read a chunk of one of them."""
        ...

    def offer(self, request: RequestOfferSnapshot) -> ResponseOfferSnapshot:
        """Decide whether to restore a snapshot; its app hash is trusted."""
        ...

    def apply(self, request: RequestApplySnapshotChunk) -> ResponseApplySnapshotChunk:
        """Restore a chunk of the snapshot accepted before."""
        ...


class NoSnapshots:
    """Gives and takes none."""

    def list(self) -> ResponseListSnapshots:
        """Name none."""
        return ResponseListSnapshots()

    def load(self, _: RequestLoadSnapshotChunk) -> ResponseLoadSnapshotChunk:
        """Give nothing."""
        return ResponseLoadSnapshotChunk()

    def offer(self, _: RequestOfferSnapshot) -> ResponseOfferSnapshot:
        """Refuse."""
        return ResponseOfferSnapshot(result=ResponseOfferSnapshot.ABORT)

    def apply(self, _: RequestApplySnapshotChunk) -> ResponseApplySnapshotChunk:
        """Refuse."""
        return ResponseApplySnapshotChunk(result=ResponseApplySnapshotChunk.ABORT)
