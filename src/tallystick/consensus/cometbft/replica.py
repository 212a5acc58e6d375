# SPDX-License-Identifier: Apache-2.0
"""The application as CometBFT sees it: every method of ABCI answered from the port's.

- FinalizeBlock executes, Commit makes durable and only then answers (promise P1). Nothing else
  changes anything (INV-I5).
- Signatures are verified in the consensus path: a proposal that holds anything forged is
  rejected, and should it be decided all the same, the forged has no effect on any node (INV-I9).
- What is hashed by the engine is canonical: a number and a hash, never a text (INV-I4).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from tallystick.consensus.cometbft.proposals import accepts, changed_validators, choose
from tallystick.consensus.cometbft.proto.abci_pb2 import (
    ExecTxResult,
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
    ValidatorUpdate,
)
from tallystick.consensus.cometbft.proto.keys_pb2 import PublicKey
from tallystick.consensus.cometbft.snapshots import SnapshotDesk
from tallystick.consensus.cometbft.verdicts import VerdictCache
from tallystick.consensus.counts import EngineCounts
from tallystick.consensus.intake import Intake
from tallystick.consensus.ports import (
    BlockLog,
    Executed,
    Proposal,
    ReplicatedApplication,
    ValidatorPower,
)
from tallystick.crypto import sha256
from tallystick.errors import Expired, Halted, Malformed, Replayed, invariant
from tallystick.model import OK, Transaction, Unusable
from tallystick.units import VERSION

APP_VERSION: Final = 1
"""Version of the rules of the state transition; it stands in every header of the engine."""
REFUSED: Final = 1
"""Code of every refusal: which one it is stands in our own log."""
STALE_MS: Final = 5_000
"""A proposal whose time lies further back than this holds no transaction."""
REFUSALS_TOLD_MS: Final = 10_000
"""Refused peers are told to the log this seldom; they are all counted."""
_FILTER_ID: Final = "/p2p/filter/id/"
_FILTER_ADDRESS: Final = "/p2p/filter/addr/"
_LOG: Final = logging.getLogger("tallystick.consensus")


class Chain(Struct, frozen=True, kw_only=True):
    """The engine's chain that carries the network."""

    id: str
    initial_height: int
    """Height of the engine's first block; earlier ones were ordered by another engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a replica needs besides the ledger and its block log."""

    chain: Chain
    """Which chain of the engine's this must be."""
    intake: Intake
    """Who waits for transactions."""
    snapshots: SnapshotDesk
    """Gives and takes copies of the block log."""
    clock: Callable[[], int]
    """Unix milliseconds, for checks at the door only."""
    is_peer: Callable[[str], bool]
    """Whether the node of this id may connect."""
    retain_from: Callable[[int], int]
    """The height from which on the engine keeps its own blocks, by the newest; 0 keeps all."""
    counts: EngineCounts = field(default_factory=EngineCounts)
    """What this replica counts."""


class Replica:
    """Answers the engine. Its groups of methods run at the same time; see `Handler`."""

    def __init__(
        self, application: ReplicatedApplication, block_log: BlockLog, around: Surroundings
    ) -> None:
        """Join the ledger, what makes its blocks durable, and the rest."""
        self._application = application
        self._block_log = block_log
        self._chain = around.chain
        self._intake = around.intake
        self._snapshots = around.snapshots
        self._clock = around.clock
        self._is_peer = around.is_peer
        self._retain_from = around.retain_from
        self._counts = around.counts
        self.verdicts = VerdictCache(application.read, counts=around.counts)
        self._executed: Executed | None = None
        self._durable: tuple[int, bytes] | None = None
        """Height and app hash before the block that is decided and not durable yet, if one is."""
        self._was_empty = False
        self._told_at = -REFUSALS_TOLD_MS

    # --- query ------------------------------------------------------------------------------------

    def info(self, request: RequestInfo) -> ResponseInfo:
        """Say up to which height everything is durable, and its app hash."""
        if not request.abci_version.startswith("2."):
            raise Halted(
                "the engine speaks another version of ABCI",
                expected="2.0.0",
                found=request.abci_version[:40],
            )
        # Read before it is asked whether a block is under way: another thread executes it.
        newest = (self._application.height, self._application.app_hash)
        height, app_hash = self._durable or newest
        # Blocks of another engine before this chain's first one do not count for this engine.
        has_begun = height >= self._chain.initial_height
        return ResponseInfo(
            data="tallystick",
            version=VERSION,
            app_version=APP_VERSION,
            last_block_height=height if has_begun else 0,
            last_block_app_hash=app_hash if has_begun else b"",
        )

    def query(self, request: RequestQuery) -> ResponseQuery:
        """Say whether a peer may connect; everything else is asked of the node's own API."""
        if request.path.startswith(_FILTER_ID):
            node_id = request.path.removeprefix(_FILTER_ID)
            if self._is_peer(node_id):
                return ResponseQuery()
            self._counts.peers_refused += 1
            # Whoever is refused calls again at once, hundreds of times a second.
            now = self._clock()
            if now - self._told_at >= REFUSALS_TOLD_MS:
                self._told_at = now
                _LOG.warning("a peer that no organisation registered was refused: %s", node_id[:60])
            return ResponseQuery(code=REFUSED, log="not a registered node")
        if request.path.startswith(_FILTER_ADDRESS):
            return ResponseQuery()
        return ResponseQuery(code=REFUSED, log="ask the node's own API")

    # --- mempool ----------------------------------------------------------------------------------

    def check_txs(self, requests: Sequence[RequestCheckTx]) -> list[ResponseCheckTx]:
        """Say of each whether it may enter, or stay in, the mempool."""
        # The time of an idle chain stands still; what has just been signed is not ahead of it.
        time = max(self._application.block_time, self._clock())
        verdicts = self.verdicts.read([request.tx for request in requests])
        answers = [self._check(verdict, time) for verdict in verdicts]
        self._counts.mempool_refusals += sum(answer.code != 0 for answer in answers)
        return answers

    def _check(self, verdict: Transaction | Unusable, time: int) -> ResponseCheckTx:
        if isinstance(verdict, Unusable):
            return ResponseCheckTx(code=REFUSED, log=verdict.code)
        application = self._application
        refusal = application.admit(verdict, time)
        if refusal is None:
            return ResponseCheckTx()
        # Whoever waits is told only what is final: this clock may be ahead of block time and this
        # node ahead of others, which may still order it.
        final = application.admit(verdict, application.block_time)
        if isinstance(final, Expired | Replayed):
            self._intake.refuse(verdict.id, final)
        return ResponseCheckTx(code=REFUSED, log=refusal.code)

    # --- consensus --------------------------------------------------------------------------------

    def init_chain(self, request: RequestInitChain) -> ResponseInitChain:
        """Begin the engine's chain where the ledger is."""
        chain = self._chain
        if (request.chain_id, request.initial_height) != (chain.id, chain.initial_height):
            raise Halted(
                "the engine's genesis file is that of another network",
                expected=f"{chain.id} from height {chain.initial_height}",
                found=f"{request.chain_id[:60]} from height {request.initial_height}",
            )
        invariant(
            self._application.height == chain.initial_height - 1,
            "the engine begins where the ledger is",
        )
        return ResponseInitChain(
            validators=_updates(sorted(self._application.validators())),
            app_hash=self._application.app_hash,
        )

    def prepare_proposal(self, request: RequestPrepareProposal) -> ResponsePrepareProposal:
        """Choose the transactions of the block this node proposes.

        A block has the time at which the one before it was decided: after a pause that is long
        ago, and nothing may be recorded as of then. An empty block comes first, which moves the
        time; never two in a row for this reason, so that a wrong clock stops nothing.
        """
        time = milliseconds(request.time)
        if self._clock() - time > STALE_MS and not self._was_empty:
            return ResponsePrepareProposal()
        chosen = choose(
            self._application,
            self.verdicts.read(request.txs),
            time=time,
            bytes_max=request.max_tx_bytes,
        )
        return ResponsePrepareProposal(txs=chosen)

    def process_proposal(self, request: RequestProcessProposal) -> ResponseProcessProposal:
        """Accept what a correct node could have proposed, nothing else."""
        if request.time.seconds >= 0 and accepts(
            self._application, self.verdicts.read(request.txs), time=milliseconds(request.time)
        ):
            return ResponseProcessProposal(status=ResponseProcessProposal.ACCEPT)
        self._counts.proposals_rejected += 1
        _LOG.warning(
            "a proposal for height %d by %s was rejected",
            request.height,
            request.proposer_address.hex(),
        )
        return ResponseProcessProposal(status=ResponseProcessProposal.REJECT)

    def finalize_block(self, request: RequestFinalizeBlock) -> ResponseFinalizeBlock:
        """Execute a decided block."""
        invariant(self._executed is None, "a block is committed before the next one comes")
        application = self._application
        for one in request.misbehavior:
            _LOG.critical(
                "validator %s misbehaved at height %d (%d)",
                one.validator.address.hex(),
                one.height,
                one.type,
            )
        transactions = tuple(self.verdicts.read(request.txs))
        self._durable = (application.height, application.app_hash)
        self._intake.decide([one.id for one in transactions])
        self._counts.misbehaviours += len(request.misbehavior)
        before = application.validators()
        executed = application.execute(
            Proposal(
                height=request.height, time=milliseconds(request.time), transactions=transactions
            )
        )
        self._executed = executed
        self._was_empty = not executed.codes
        return ResponseFinalizeBlock(
            tx_results=[
                ExecTxResult(code=0 if code == OK else REFUSED, data=sha256(entry))
                for code, entry in zip(executed.codes, executed.block.entries, strict=True)
            ],
            validator_updates=_updates(changed_validators(before, application.validators())),
            app_hash=executed.block.header.app_hash,
        )

    def commit(self) -> ResponseCommit:
        """Make the executed block durable, then answer whoever waits for it."""
        executed, self._executed = self._executed, None
        if executed is None:
            raise Halted("the engine commits a block that was not executed")
        self._block_log.append(executed.block)
        self._application.commit(executed.block)
        self._durable = None
        self._intake.answer(executed)
        self.verdicts.forget(executed.block.transactions)
        height = executed.block.header.height
        return ResponseCommit(retain_height=self._retain_from(height))

    # --- state sync -------------------------------------------------------------------------------

    def list_snapshots(self) -> ResponseListSnapshots:
        """Name the snapshots that this node offers to others."""
        return self._snapshots.list()

    def load_snapshot_chunk(self, request: RequestLoadSnapshotChunk) -> ResponseLoadSnapshotChunk:
        """Read a piece of an own snapshot for another node."""
        return self._snapshots.load(request)

    def offer_snapshot(self, request: RequestOfferSnapshot) -> ResponseOfferSnapshot:
        """Decide whether to restore the snapshot of another node."""
        return self._snapshots.offer(request)

    def apply_snapshot_chunk(
        self, request: RequestApplySnapshotChunk
    ) -> ResponseApplySnapshotChunk:
        """Restore a piece of the snapshot accepted before."""
        return self._snapshots.apply(request)


def milliseconds(time: object) -> int:
    """Return a protobuf timestamp as unix milliseconds, rounded down.

    Raises:
        Malformed: before 1970.
    """
    seconds, nanos = time.seconds, time.nanos  # type: ignore[attr-defined]  # a Timestamp
    if seconds < 0:
        raise Malformed("a time before 1970", field="time")
    return int(seconds * 1000 + nanos // 1_000_000)


def _updates(powers: Sequence[ValidatorPower]) -> list[ValidatorUpdate]:
    return [ValidatorUpdate(pub_key=PublicKey(ed25519=key), power=power) for key, power in powers]
