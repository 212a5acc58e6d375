# SPDX-License-Identifier: Apache-2.0
"""What an application answers to CometBFT: one method for each request of ABCI 2.0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tallystick.consensus.cometbft.proto.abci_pb2 import (
    RequestApplySnapshotChunk,
    RequestCheckTx,
    RequestFinalizeBlock,
    RequestInfo,
    RequestInitChain,
    RequestLoadSnapshotChunk,
    RequestOfferSnapshot,
    RequestPrepareProposal,
    RequestProcessProposal,
    RequestQuery,
    ResponseApplySnapshotChunk,
    ResponseCheckTx,
    ResponseCommit,
    ResponseFinalizeBlock,
    ResponseInfo,
    ResponseInitChain,
    ResponseListSnapshots,
    ResponseLoadSnapshotChunk,
    ResponseOfferSnapshot,
    ResponsePrepareProposal,
    ResponseProcessProposal,
    ResponseQuery,
)


class Handler(Protocol):
    """The application behind the socket.

    The engine opens four connections, and each has a thread of its own: methods of different
    groups below RUN AT THE SAME TIME, and a handler brings its own locks. Within a group calls
    come one after another. Which connection a request comes on is the engine's habit, not a
    promise of the protocol.

    What a method of the groups *consensus*, *state sync* and `info` raises is a fault: the
    connection is closed, which stops the engine. What the others raise is answered as a refusal.
    """

    # Group: query.

    def info(self, request: RequestInfo) -> ResponseInfo:
        """Say up to which height everything is durable, and its app hash."""
        ...

    def query(self, request: RequestQuery) -> ResponseQuery:
        """Read from committed state; also asked whether a peer may connect (`/p2p/filter/...`)."""
        ...

    # Group: mempool.

    def check_txs(self, requests: Sequence[RequestCheckTx]) -> list[ResponseCheckTx]:
        """Say of each whether it may enter, or stay in, the mempool; one answer for each."""
        ...

    # Group: consensus.

    def init_chain(self, request: RequestInitChain) -> ResponseInitChain:
        """Begin the chain; asked again after a crash before the first commit; persists nothing."""
        ...

    def prepare_proposal(self, request: RequestPrepareProposal) -> ResponsePrepareProposal:
        """Choose the transactions of the block this node proposes."""
        ...

    def process_proposal(self, request: RequestProcessProposal) -> ResponseProcessProposal:
        """Accept or reject a proposed block: a function of the block and the state before it."""
        ...

    def finalize_block(self, request: RequestFinalizeBlock) -> ResponseFinalizeBlock:
        """Execute a decided block; exactly one result for each transaction; persists nothing."""
        ...

    def commit(self) -> ResponseCommit:
        """Make the executed block durable, then answer."""
        ...

    # Group: state sync.

    def list_snapshots(self) -> ResponseListSnapshots:
        """Name the snapshots that this node offers to others."""
        ...

    def load_snapshot_chunk(self, request: RequestLoadSnapshotChunk) -> ResponseLoadSnapshotChunk:
        """Read a piece of an own snapshot for another node."""
        ...

    def offer_snapshot(self, request: RequestOfferSnapshot) -> ResponseOfferSnapshot:
        """Decide whether to restore the snapshot of another node."""
        ...

    def apply_snapshot_chunk(
        self,
        request: RequestApplySnapshotChunk,
    ) -> ResponseApplySnapshotChunk:
        """Restore a piece of the snapshot accepted before."""
        ...
