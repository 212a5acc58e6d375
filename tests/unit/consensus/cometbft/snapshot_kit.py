# SPDX-License-Identifier: Apache-2.0
"""Nodes without an engine or doors: a real folder, ledger, replica and snapshot desk, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from tallystick.consensus.cometbft.proto.abci_pb2 import (
    RequestApplySnapshotChunk,
    RequestFinalizeBlock,
    RequestInfo,
    RequestLoadSnapshotChunk,
    RequestOfferSnapshot,
    ResponseApplySnapshotChunk,
    ResponseInfo,
)
from tallystick.consensus.cometbft.proto.abci_pb2 import Snapshot as OfferedSnapshot
from tallystick.consensus.cometbft.replica import Chain, Replica, Surroundings
from tallystick.consensus.cometbft.snapshots import LedgerSnapshots
from tallystick.consensus.intake import Intake
from tallystick.crypto import VerifierPool, sha256
from tallystick.execution import ContractRunner
from tallystick.ledger import AppliedBlock, Tree, open_ledger
from tallystick.model import Block, Receipt, Snapshot, decode_header
from tallystick.node.application import LedgerApplication
from tallystick.node.nonces import remember_recent
from tallystick.node.published import Published
from tallystick.node.restoring import CLOCK_ERROR_MS_MAX, NodeRestorer
from tallystick.storage import DataFolder, SnapshotShelf, StagedRestore, open_storage
from tallystick.storage.records import decode_head, encode_record, to_portable
from tests.factories import GENESIS_BYTES, LOG_KEY, NETWORK, START, NotesHost

CHUNK = 700
"""Small chunks, so that few blocks make several."""
INTERVAL = 4
ACCEPT = ResponseApplySnapshotChunk.ACCEPT


class Bench:
    """One node's folder, open."""

    def __init__(self, data: Path, *, segment_bytes: int = 2**20) -> None:
        is_new = not data.exists()
        self.folder = DataFolder.create(data, GENESIS_BYTES) if is_new else DataFolder.open(data)
        self.storage = open_storage(self.folder, in_process=True, segment_bytes=segment_bytes)
        store = self.storage.store
        header = decode_header(store.header) if store.header else None
        ledger = open_ledger(GENESIS_BYTES, store, header, NotesHost())
        remember_recent(ledger, self.storage.log)
        self.application = LedgerApplication(
            ledger,
            cast("ContractRunner", None),  # asked at the doors only
            VerifierPool(0),
            save=self._save,
            clock=lambda: START,
        )
        for block in self.storage.log.blocks(store.height + 1):
            self.application.replay(block)
        self.shelf = SnapshotShelf(data, NETWORK, interval=INTERVAL, chunk_bytes=CHUNK)
        self.restored = 0
        self.now = START
        self.desk = LedgerSnapshots(self.shelf, self._restorer())
        self.replica = Replica(
            self.application,
            self.storage.log,
            Surroundings(
                chain=Chain(id="tallystick-test", initial_height=1),
                intake=Intake(find_committed=lambda _: None),
                snapshots=self.desk,
                clock=lambda: START,
                is_peer=lambda _: True,
                retain_from=lambda _: 0,
            ),
        )

    @property
    def height(self) -> int:
        return self.application.height

    def _restorer(self) -> NodeRestorer:
        return NodeRestorer(
            self.application,
            self.folder,
            self.storage,
            NotesHost(),
            stage=lambda snapshot: StagedRestore(
                self.folder.path,
                GENESIS_BYTES,
                snapshot,
                in_process=True,
                chunk_bytes=CHUNK,
                time_max=self.now + CLOCK_ERROR_MS_MAX,
            ),
            on_restored=self._count,
        )

    def _count(self) -> None:
        self.restored += 1

    def _save(self, applied: AppliedBlock) -> None:
        height = applied.block.header.height
        self.storage.store.save(applied, self.storage.log.position(height))

    # --- what the engine asks -------------------------------------------------------------------

    def decide(self, *transactions: bytes) -> bytes:
        """Execute and commit a block; return the app hash after it."""
        request = RequestFinalizeBlock(txs=transactions, height=self.height + 1)
        request.time.seconds, request.time.nanos = divmod(
            (START + self.height + 1) * 1_000_000, 10**9
        )
        done = self.replica.finalize_block(request)
        self.replica.commit()
        return done.app_hash

    def info(self) -> ResponseInfo:
        return self.replica.info(RequestInfo(abci_version="2.0.0"))

    def offers(self) -> list[OfferedSnapshot]:
        """Return what is offered once everything is ready."""
        self.replica.list_snapshots()
        self.shelf.wait()
        return list(self.replica.list_snapshots().snapshots)

    def chunk(self, offer: OfferedSnapshot, index: int) -> bytes:
        request = RequestLoadSnapshotChunk(height=offer.height, format=offer.format, chunk=index)
        return self.replica.load_snapshot_chunk(request).chunk

    def chunks(self, offer: OfferedSnapshot) -> list[bytes]:
        return [self.chunk(offer, index) for index in range(offer.chunks)]

    def offer(self, snapshot: OfferedSnapshot, app_hash: bytes) -> int:
        return self.replica.offer_snapshot(
            RequestOfferSnapshot(snapshot=snapshot, app_hash=app_hash)
        ).result

    def apply(self, index: int, chunk: bytes, sender: str = "peer") -> ResponseApplySnapshotChunk:
        return self.replica.apply_snapshot_chunk(
            RequestApplySnapshotChunk(index=index, chunk=chunk, sender=sender)
        )

    def take_all(self, chunks: list[bytes]) -> int:
        """Apply chunks until one is not accepted; return the last result."""
        result = int(ResponseApplySnapshotChunk.UNKNOWN)
        for index, chunk in enumerate(chunks):
            result = self.apply(index, chunk).result
            if result != ACCEPT:
                break
        return result

    def _receipts(self) -> list[Receipt]:
        """Return the receipt of every transaction; signatures of Ed25519 are always the same."""
        published = Published(
            NETWORK,
            decode_header(self.storage.store.header) if self.height else None,
            self.storage.store,
            LOG_KEY,
        )
        return [
            published.receipt(raw, entry, block.first_leaf + index)
            for block in self.storage.log.blocks(1)
            for index, (raw, entry) in enumerate(
                zip(block.transactions, block.entries, strict=True)
            )
        ]

    def close(self) -> None:
        self.shelf.close()
        self.storage.close()
        self.folder.close()

    # --- what is compared -----------------------------------------------------------------------

    def contents(self) -> dict[str, object]:
        """Return all that the node knows, so that two of them can be compared."""
        store, log = self.storage.store, self.storage.log
        size = self.application.ledger.log.size
        return {
            "blocks": list(log.blocks(1)),
            "values": {tree: list(store.items(tree)) for tree in Tree},
            "head": self.application.ledger.head,
            "leaves": [store.height_of_leaf(index) for index in range(size)],
            "receipts": self._receipts(),
            "nonces": _nonces(self.application),
            "register": self.application.ledger.register.validators,
        }


def _nonces(application: LedgerApplication) -> object:
    guard = application.ledger.replay_guard
    return {expiry: sorted(pairs) for expiry, pairs in guard._by_expiry.items()}


def stream_of(blocks: list[Block]) -> bytes:
    """Return blocks as they stand in snapshots."""
    pieces = []
    for block in blocks:
        record = bytes(encode_record(block, b"anything", 77))
        head = decode_head(record, b"anything")
        assert head is not None
        pieces.append(to_portable(head, record))
    return b"".join(pieces)


def offered(height: int, chunks: list[bytes]) -> OfferedSnapshot:
    """Return an offer of chunks that fits together, whatever they hold."""
    snapshot = Snapshot(height, tuple(map(sha256, chunks)))
    return OfferedSnapshot(
        height=height,
        format=1,
        chunks=len(chunks),
        hash=snapshot.hash,
        metadata=snapshot.metadata,
    )


def cut(stream: bytes) -> list[bytes]:
    """Return a stream in chunks."""
    return [stream[at : at + CHUNK] for at in range(0, len(stream), CHUNK)]
