# SPDX-License-Identifier: Apache-2.0
"""One node: the real replica, application and ledger, below a model of its engine.

The engine's part is what CometBFT v0.40 keeps and does around the application: the blocks it has
stored, up to which it has their state, the answer to the last one, a mempool, and the handshake
after a start. What the process knew is gone after a crash; what is on disk is not.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tallystick.consensus import Committed
from tallystick.consensus.cometbft.proto.abci_pb2 import (
    CheckTxType,
    RequestCheckTx,
    RequestFinalizeBlock,
    RequestInfo,
    RequestInitChain,
    RequestPrepareProposal,
    RequestProcessProposal,
    ResponseFinalizeBlock,
    ResponseProcessProposal,
)
from tallystick.consensus.cometbft.replica import Chain, Replica, Surroundings
from tallystick.consensus.cometbft.snapshots import NoSnapshots
from tallystick.consensus.intake import Intake
from tallystick.consensus.submission import Submission
from tallystick.crypto import VerifierPool, sha256
from tallystick.errors import Corrupted, Expired
from tallystick.ledger import AppliedBlock, open_ledger
from tallystick.node.application import LedgerApplication
from tallystick.node.nonces import remember_recent
from tests.call_order import CallOrder
from tests.simulation.disk import Crashed, Disk, DiskLog, DiskStore
from tests.simulation.world import RUNNER


@dataclass(frozen=True)
class Decided:
    """A block that the network has decided."""

    height: int
    time: int
    """Nanoseconds, as engines count."""
    transactions: tuple[bytes, ...]


@dataclass(frozen=True)
class Network:
    """What all nodes share and none changes."""

    genesis: bytes
    chain: Chain
    verifiers: VerifierPool


@dataclass
class EngineDisk:
    """What the engine of a node keeps."""

    stored: int
    """Height of the last block in its block store."""
    applied: int
    """Height of the state it has saved."""
    response: bytes = b""
    """The application's answer to the last block executed."""


@dataclass
class Station:
    """A node that can crash and start again."""

    number: int
    network: Network
    disk: Disk
    engine: EngineDisk
    clock: Callable[[], int]
    on_response: Callable[[Station, Decided, ResponseFinalizeBlock], None]
    """Told of each executed block, replayed ones too."""
    is_alive: bool = False
    calls: list[tuple[str, int]] = field(default_factory=list)
    mempool: dict[bytes, bytes] = field(default_factory=dict)
    cache: set[bytes] = field(default_factory=set)
    places: dict[bytes, Committed] = field(default_factory=dict)
    is_full: bool = False
    """Whether the mempool's recheck is switched off for now, as after its timeout."""

    # --- process ---------------------------------------------------------------------------------

    def boot(self, history: Sequence[Decided]) -> None:
        """Start the process, replay the own block log, and let the engine shake hands."""
        self.log, self.store = DiskLog(self.disk), DiskStore(self.disk)
        flushed = self.disk.flushed_height
        if flushed > self.log.height:
            raise Corrupted(f"node {self.number}: the store is ahead of the block log")
        header = self.log.block(flushed).header if flushed else None
        ledger = open_ledger(self.network.genesis, self.store, header, RUNNER)
        remember_recent(ledger, self.log)  # type: ignore[arg-type]  # a block log in memory
        self.application = LedgerApplication(
            ledger, RUNNER, self.network.verifiers, save=self._save, clock=self.clock
        )
        self.places = {}
        for block in self.log.blocks(1):
            if block.header.height <= flushed:
                self._place([sha256(raw) for raw in block.transactions], block.header.height)
            else:
                self.application.replay(block)
        self.intake = Intake(self.places.get)
        self.intake.open()
        around = Surroundings(
            chain=self.network.chain,
            intake=self.intake,
            snapshots=NoSnapshots(),
            clock=self.clock,
            is_peer=lambda _: True,
            retain_from=lambda _: 0,
        )
        self.replica = Replica(self.application, self.log, around)
        self.order = CallOrder()
        self.mempool, self.cache = {}, set()
        self.is_alive = True
        self._shake_hands(history)

    def crash(self) -> list[Submission]:
        """Lose everything that is not on disk; return the submissions that nobody answers now."""
        self.is_alive = False
        return list(self.intake._open.values())

    def _shake_hands(self, history: Sequence[Decided]) -> None:
        """Bring application and engine to one height, as the engine does on start."""
        initial = self.network.chain.initial_height
        self._called("info")
        info = self.replica.info(RequestInfo(abci_version="2.0.0"))
        height = info.last_block_height
        engine = self.engine
        if height > engine.stored:
            raise Corrupted(f"node {self.number}: the application is ahead of the engine")
        if height == 0:
            self._called("init_chain")
            request = RequestInitChain(chain_id=self.network.chain.id, initial_height=initial)
            self.replica.init_chain(request)
            height = initial - 1
        if engine.stored == engine.applied + 1 and height == engine.stored:
            # The application is not asked: its answer of before the crash is used.
            response = ResponseFinalizeBlock.FromString(engine.response)
            if response.app_hash != info.last_block_app_hash:
                raise Corrupted(f"node {self.number}: another app hash than it answered before")
            engine.applied = engine.stored
        for decided in history[height + 1 - initial : engine.stored + 1 - initial]:
            self._execute(decided)
            self._commit(decided)
            engine.applied = max(engine.applied, decided.height)

    # --- blocks -----------------------------------------------------------------------------------

    def propose(self, height: int, time: int, bytes_max: int) -> list[bytes]:
        """Return the transactions of a block that this node proposes."""
        self._called("prepare_proposal", height)
        request = RequestPrepareProposal(
            txs=list(self.mempool.values()), max_tx_bytes=bytes_max, height=height
        )
        request.time.FromNanoseconds(time)
        return list(self.replica.prepare_proposal(request).txs)

    def accepts(self, height: int, time: int, transactions: Sequence[bytes]) -> bool:
        """Say whether this node votes for a proposal."""
        self._called("process_proposal", height)
        request = RequestProcessProposal(txs=transactions, height=height)
        request.time.FromNanoseconds(time)
        answer = self.replica.process_proposal(request).status
        assert answer in {ResponseProcessProposal.ACCEPT, ResponseProcessProposal.REJECT}
        return answer == ResponseProcessProposal.ACCEPT

    def take_block(
        self, decided: Decided, crash_at: str = "", meanwhile: Callable[[], None] | None = None
    ) -> None:
        """Store, execute and commit a decided block; `crash_at` names where the process ends."""
        if crash_at == "before store":
            raise Crashed
        self.engine.stored = decided.height
        if crash_at == "before execution":
            raise Crashed
        self._execute(decided)
        if meanwhile is not None:
            meanwhile()
        if crash_at == "after execution":
            raise Crashed
        self.log.crash_at = crash_at
        self._commit(decided)
        if crash_at == "after commit":
            raise Crashed
        self.engine.applied = decided.height
        if crash_at == "after state":
            raise Crashed
        self._update_mempool(decided)

    def _execute(self, decided: Decided) -> None:
        self._called("finalize_block", decided.height)
        request = RequestFinalizeBlock(txs=decided.transactions, height=decided.height)
        request.time.FromNanoseconds(decided.time)
        response = self.replica.finalize_block(request)
        self.on_response(self, decided, response)
        self.engine.response = response.SerializeToString()

    def _commit(self, decided: Decided) -> None:
        self._called("commit", decided.height)
        self.replica.commit()

    def _save(self, applied: AppliedBlock) -> None:
        self.store.save(applied)
        self._place(applied.transaction_ids, applied.block.header.height)

    def _place(self, ids: Sequence[bytes], height: int) -> None:
        block = self.log.block(height)
        for index, one in enumerate(ids):
            leaf = block.first_leaf + index
            self.places.setdefault(one, Committed(one, height, index, leaf, ""))

    # --- mempool ----------------------------------------------------------------------------------

    def submit(self, raw: bytes) -> Submission:
        """Take a transaction as the node's own API does: check, wait, hand over to the engine."""
        handed: list[Submission] = []
        submission = self.intake.take([raw], handed.append)
        places = [(submission, 0)]
        fresh = self.intake.register(places, self.application.check([raw]))
        for waiting in fresh:
            if not self.receive(waiting.transaction.raw):
                self.intake.answer_committed(waiting.transaction.id)
        return submission

    def receive(self, raw: bytes) -> bool:
        """Take a transaction of a client or a peer; False if the engine had it before."""
        key = sha256(raw)
        if key in self.cache:
            return False
        self.cache.add(key)
        if self._check([raw], CheckTxType.NEW)[0]:
            self.mempool[key] = raw
        else:
            self.cache.discard(key)
        return True

    def sweep(self) -> None:
        """Answer those that no block can hold any more."""
        for transaction in self.intake.in_flight():
            if transaction.call.valid_until < self.application.block_time:
                self.intake.refuse(transaction.id, Expired("no block took it in time"))

    def _update_mempool(self, decided: Decided) -> None:
        for raw in decided.transactions:
            self.mempool.pop(sha256(raw), None)
            self.cache.add(sha256(raw))
        if self.is_full or not self.mempool:
            return
        kept = self._check(list(self.mempool.values()), CheckTxType.RECHECK)
        for key in itertools.compress(list(self.mempool), [not one for one in kept]):
            del self.mempool[key]
            self.cache.discard(key)

    def _check(self, transactions: list[bytes], kind: CheckTxType) -> list[bool]:
        self._called("check_txs")
        requests = [RequestCheckTx(tx=raw, type=kind) for raw in transactions]
        answers = self.replica.check_txs(requests)
        assert len(answers) == len(transactions)
        return [answer.code == 0 for answer in answers]

    def _called(self, method: str, height: int = 0) -> None:
        self.calls.append((method, height))
        self.order.feed(method, height)
