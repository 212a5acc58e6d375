# SPDX-License-Identifier: Apache-2.0
"""Snapshots as CometBFT asks for them: named, read piece by piece, offered and restored.

The engine believes the app hash of a height because validators signed it, and nothing else: who
sends chunks may lie. A chunk that differs from its hash is asked for again, of somebody else; a
snapshot that does not lead to the app hash is refused and leaves nothing behind, so that the next
one can be tried.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final, Protocol

from tallystick.consensus.cometbft.proto.abci_pb2 import (
    RequestApplySnapshotChunk,
    RequestLoadSnapshotChunk,
    RequestOfferSnapshot,
    ResponseApplySnapshotChunk,
    ResponseListSnapshots,
    ResponseLoadSnapshotChunk,
    ResponseOfferSnapshot,
)
from tallystick.consensus.cometbft.proto.abci_pb2 import Snapshot as OfferedSnapshot
from tallystick.consensus.ports import Restorer, Snapshots
from tallystick.crypto import sha256
from tallystick.errors import InvalidBlock, Malformed, NotFound
from tallystick.model import SNAPSHOT_FORMAT, Snapshot, read_snapshot

OFFERED_MAX: Final = 10
"""The engine passes on no more."""
_LOG: Final = logging.getLogger("tallystick.consensus")


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


@dataclass(slots=True)
class _Restoring:
    """The snapshot that is being restored."""

    snapshot: Snapshot
    app_hash: bytes
    is_here: bool
    """Whether this node has all of it already: then chunks are only compared."""
    next_index: int = 0


class LedgerSnapshots:
    """Gives the snapshots of a ledger, and restores one. Implements `SnapshotDesk`.

    The engine gives out snapshots and restores one on the same connection, one call at a time.
    """

    def __init__(self, snapshots: Snapshots, restorer: Restorer) -> None:
        """Join what is given out and what restores."""
        self._snapshots = snapshots
        self._restorer = restorer
        self._restoring: _Restoring | None = None

    def list(self) -> ResponseListSnapshots:
        """Name what is ready; the engine asks again and again."""
        return ResponseListSnapshots(
            snapshots=[
                OfferedSnapshot(
                    height=one.height,
                    format=SNAPSHOT_FORMAT,
                    chunks=len(one.chunk_hashes),
                    hash=one.hash,
                    metadata=one.metadata,
                )
                for one in self._snapshots.list()[-OFFERED_MAX:]
            ]
        )

    def load(self, request: RequestLoadSnapshotChunk) -> ResponseLoadSnapshotChunk:
        """Read a chunk; nothing if there is none."""
        if request.format != SNAPSHOT_FORMAT:
            return ResponseLoadSnapshotChunk()
        try:
            chunk = self._snapshots.read_chunk(request.height, request.chunk)
        except NotFound:
            return ResponseLoadSnapshotChunk()
        return ResponseLoadSnapshotChunk(chunk=chunk)

    def offer(self, request: RequestOfferSnapshot) -> ResponseOfferSnapshot:
        """Accept a snapshot that fits together, if there is nothing here yet."""
        offered = request.snapshot
        if offered.format != SNAPSHOT_FORMAT:
            return ResponseOfferSnapshot(result=ResponseOfferSnapshot.REJECT_FORMAT)
        self._abandon()
        try:
            snapshot = read_snapshot(offered.height, offered.chunks, offered.hash, offered.metadata)
        except Malformed as error:
            _LOG.warning("the snapshot of height %d is refused: %s", offered.height, error)
            return ResponseOfferSnapshot(result=ResponseOfferSnapshot.REJECT)
        own = self._restorer
        # A crash of the engine just after a restore: it begins again, we need not.
        is_here = (own.height, own.app_hash) == (snapshot.height, request.app_hash)
        if own.height > 0 and not is_here:
            _LOG.critical(
                "the engine has no blocks, but the ledger has %d: give the engine back its own, or "
                "move the ledger's folders `blocks` and `state` away",
                own.height,
            )
            return ResponseOfferSnapshot(result=ResponseOfferSnapshot.ABORT)
        if not is_here:
            own.begin(snapshot)
        self._restoring = _Restoring(snapshot, request.app_hash, is_here)
        return ResponseOfferSnapshot(result=ResponseOfferSnapshot.ACCEPT)

    def apply(self, request: RequestApplySnapshotChunk) -> ResponseApplySnapshotChunk:
        """Restore the next chunk, if it is the one that was announced."""
        restoring = self._restoring
        if restoring is None:
            return ResponseApplySnapshotChunk(result=ResponseApplySnapshotChunk.ABORT)
        hashes = restoring.snapshot.chunk_hashes
        if request.index >= len(hashes) or sha256(request.chunk) != hashes[request.index]:
            _LOG.warning("chunk %d from %s is not what it must be", request.index, request.sender)
            return ResponseApplySnapshotChunk(
                result=ResponseApplySnapshotChunk.RETRY,
                refetch_chunks=[request.index],
                reject_senders=[request.sender],
            )
        if request.index > restoring.next_index:  # the engine keeps the order; to be sure
            return ResponseApplySnapshotChunk(
                result=ResponseApplySnapshotChunk.RETRY,
                refetch_chunks=[restoring.next_index],
            )
        if request.index == restoring.next_index:
            try:
                self._take(restoring, request.chunk)
            except (InvalidBlock, Malformed) as error:
                _LOG.warning(
                    "the snapshot of height %d is refused: %s", restoring.snapshot.height, error
                )
                self._abandon()
                return ResponseApplySnapshotChunk(result=ResponseApplySnapshotChunk.REJECT_SNAPSHOT)
        return ResponseApplySnapshotChunk(result=ResponseApplySnapshotChunk.ACCEPT)

    def _take(self, restoring: _Restoring, chunk: bytes) -> None:
        restoring.next_index += 1
        if restoring.is_here:
            return
        self._restorer.take(chunk)
        if restoring.next_index == len(restoring.snapshot.chunk_hashes):
            self._restorer.finish(restoring.app_hash)
            restoring.is_here = True

    def _abandon(self) -> None:
        restoring, self._restoring = self._restoring, None
        if restoring is not None and not restoring.is_here:
            self._restorer.abandon()
