# SPDX-License-Identifier: Apache-2.0
"""The node: what doors (HTTP, commands, tests) may do with a ledger in operation.

All methods may be called from any thread. Nothing is shown before it is durable.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from tallystick.consensus import Committed, Engine, Result
from tallystick.contracts import ContractSchema
from tallystick.crypto import sha256
from tallystick.encoding import Value
from tallystick.errors import ContractMigrating, NotFound
from tallystick.execution import ContractRunner
from tallystick.ledger import AppliedBlock, StateReader, Tree
from tallystick.merkle import TILE_WIDTH
from tallystick.model import Block, GenesisDocument, Receipt
from tallystick.node.application import LedgerApplication
from tallystick.node.config import NodeConfig
from tallystick.node.consortium import Consortium
from tallystick.node.contract_desk import ContractDesk
from tallystick.node.engine_file import EngineFile
from tallystick.node.history import History, tree_of
from tallystick.node.network import NetworkReport, Sight, member_keys_of, peers_of, validators_of
from tallystick.node.peer_standing import PeerStandings
from tallystick.node.previews import PreviewDesk, PreviewParts
from tallystick.node.published import Published
from tallystick.node.recent import RecentBlocks
from tallystick.node.sealed_desks import SealedDesks
from tallystick.node.status import NodeStatus, RegisterShown, StateProved
from tallystick.node.upkeep import Upkeep
from tallystick.storage import BlockLog, DurableStore
from tallystick.units import VERSION
from tallystick.views import Views

_READ_SECONDS: Final = 10.0
"""How long a reader waits for the end of a block: a dead engine must not take all readers along."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a node is made of; `open_node` makes and joins them."""

    config: NodeConfig
    network: str
    genesis: GenesisDocument
    genesis_bytes: bytes
    application: LedgerApplication
    engine: Engine
    engine_name: str
    block_log: BlockLog
    store: DurableStore
    runner: ContractRunner
    recent: RecentBlocks
    finder: Callable[[bytes], Committed | None]
    """Where a transaction is, by id."""
    board: Board
    views: Views
    upkeep: Upkeep
    consortium: Consortium
    """This node among those of other organisations."""
    desks: SealedDesks
    """What it holds sealed: private records and documents."""
    history: History
    sight: Sight | None
    """Asks the engine how it stands; None where there is none to ask."""
    settings: EngineFile | None
    """How the node orders together with others; None where it orders alone."""
    close: Callable[[], None]
    """Closes files and processes, in order, after the engine has stopped."""


class Board:
    """Shows the newest durable block, and tells those who wait for the next one."""

    def __init__(self, make: Callable[[AppliedBlock | None], Published]) -> None:
        """Show nothing newer than what `make` gives for no block."""
        self._make = make
        self.newest = make(None)
        self._subscribers: dict[int, Callable[[Block], None]] = {}
        self._lock = threading.Lock()
        self._next_number = 0

    def show(self, applied: AppliedBlock) -> None:
        """Show a block that is durable now, and call the subscribers."""
        self.newest = self._make(applied)
        for callback in list(self._subscribers.values()):
            callback(applied.block)

    def refresh(self) -> None:
        """Show the newest block in the store: many came at once."""
        self.newest = self._make(None)

    def subscribe(self, callback: Callable[[Block], None]) -> Callable[[], None]:
        """Call back after each block, on the commit thread; return how to stop that."""
        with self._lock:
            number = self._next_number = self._next_number + 1
            self._subscribers[number] = callback

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers.pop(number, None)

        return unsubscribe


@dataclass(frozen=True, slots=True)
class _WorldState:
    """The world state of the newest durable block, as queries read it."""

    store: DurableStore

    def get(self, key: bytes, /) -> bytes | None:
        return self.store.get(Tree.STATE, key)


class Node:
    """A ledger in operation."""

    def __init__(self, parts: Parts) -> None:
        """Join the parts; use `open_node`."""
        self._parts = parts
        self._state: StateReader = _WorldState(parts.store)
        self._started_at_ms = parts.config.clock()
        self.network = parts.network
        """Network id; also the origin of checkpoints."""
        self.genesis = parts.genesis
        """The founding document."""
        self.genesis_bytes = parts.genesis_bytes
        """Its exact bytes."""
        self._register: RegisterShown | None = None
        self._standings = PeerStandings()
        self.consortium = parts.consortium
        """What it does with other organisations' nodes."""
        self.private = parts.desks.private
        """What it holds of private records: sealed bytes, and no key."""
        self.documents = parts.desks.documents
        """What it holds of documents: sealed files, and no key."""
        self.copies = parts.desks.copies
        """What it gives to and gets from other nodes of them."""
        previews = PreviewDesk(
            PreviewParts(
                genesis=parts.genesis,
                genesis_hash=sha256(parts.genesis_bytes),
                runner=parts.runner,
                store=parts.store,
                register=self.register,
                clock=parts.config.clock,
            )
        )
        self.contract_desk = ContractDesk(parts.application, parts.runner, previews)
        """What is installed of what the network runs."""
        self.views = parts.views
        """What lists are read from."""

    # --- operation ------------------------------------------------------------------------------

    def start(self) -> None:
        """Replay what the store lacks, bring the views up, then take transactions.

        Raises:
            Corrupted: block log, store and code do not agree.
            ContractMissing: the next block runs a contract that is not installed here.
            StorageFailed: private data that was erased cannot be destroyed.
        """
        try:
            self._parts.engine.start()
        except BaseException:
            # The replay may have ended inside a block, with the trees locked.
            self._parts.application.state_lock.close()
            raise
        self.contract_desk.check_next(self._parts.engine.stop)
        try:
            self._parts.desks.reconcile()
        except BaseException:
            self._parts.engine.stop()
            raise
        self._parts.upkeep.start()

    def stop(self) -> None:
        """Finish what was taken, write everything, close files, end processes."""
        self._parts.engine.stop()
        self._parts.upkeep.stop()
        self._parts.close()

    def status(self) -> NodeStatus:
        """Return the figures of this moment."""
        parts, newest = self._parts, self._parts.board.newest
        header = newest.header
        # Not from `register`, which waits for a block that is being executed.
        parameters = parts.application.ledger.parameters
        disk = shutil.disk_usage(parts.config.data)
        return NodeStatus(
            network=self.network,
            height=header.height if header else 0,
            block_time=header.time if header else self.genesis.created,
            log_size=newest.size,
            app_hash=header.app_hash if header else parts.application.ledger.head.app_hash,
            engine=parts.engine_name,
            version=VERSION,
            views_height=self.views.height(),
            started_at_ms=self._started_at_ms,
            log_keys=self.consortium.log_keys(),
            disk_free_bytes=disk.free,
            disk_size_bytes=disk.total,
            transaction_lifetime_ms_max=parameters.transaction_lifetime_ms_max,
        )

    def network_report(self) -> NetworkReport:
        """Return how this node stands in its network; asks the engine.

        Raises:
            Unavailable: the engine does not answer.
        """
        parts, status = self._parts, self.status()
        register = parts.application.ledger.register
        sight = parts.sight() if parts.sight is not None else None
        near = parts.settings.peers if parts.settings is not None else ()
        standings = self._standings.of([one.api for one in near])
        peers = peers_of(register, parts.settings, sight, standings) if sight else ()
        own = self.consortium.organization
        return NetworkReport(
            network=self.network,
            organization=own,
            engine=status.engine,
            version=status.version,
            height=status.height,
            app_hash=status.app_hash,
            store_height=parts.store.flushed_height,
            views_height=status.views_height,
            sight=sight,
            peers=peers,
            validators=validators_of(register, sight, own, peers) if sight else (),
            member_keys=member_keys_of(register, own),
        )

    def subscribe(self, callback: Callable[[Block], None]) -> Callable[[], None]:
        """Call back, on the commit thread, after each block; return how to stop that."""
        return self._parts.board.subscribe(callback)

    # --- transactions and blocks ----------------------------------------------------------------

    def submit(self, transactions: Sequence[bytes]) -> Future[list[Result]]:
        """Take transactions; the future ends with a place or an error for each, in order.

        Raises:
            Overloaded: too many are waiting already.
            Unavailable: the node is not running.
        """
        return self._parts.engine.submit(transactions)

    def find(self, transaction_id: bytes) -> Committed:
        """Return where a transaction is.

        Raises:
            NotFound: it was not committed here.
        """
        place = self._parts.finder(transaction_id)
        if place is None:
            raise NotFound(
                "there is no such transaction", field="transaction", found=transaction_id.hex()
            )
        return place

    def block(self, height: int) -> Block:
        """Return a committed block.

        Raises:
            NotFound: there is none at this height.
        """
        header = self._parts.board.newest.header
        if header is None or not 1 <= height <= header.height:
            raise NotFound(f"there is no block {height}", field="height", found=str(height))
        return self._parts.recent.block(height) or self._parts.block_log.block(height)

    def transaction(self, transaction_id: bytes) -> tuple[Block, int]:
        """Return a transaction's block and its place in it.

        Raises:
            NotFound: it was not committed here.
        """
        place = self.find(transaction_id)
        return self.block(place.height), place.index

    def receipt(self, transaction_id: bytes, *, witnesses: int = 0) -> Receipt:
        """Return the receipt of a committed transaction, under the newest root.

        Where several nodes decide, under the newest root that is provably final, which may take
        the time of one more block.

        Args:
            transaction_id: SHA-256 of its bytes.
            witnesses: how many other organisations must cosign the checkpoint.

        Raises:
            NotFound: it was not committed here.
            NotWitnessed: fewer organisations cosigned.
        """
        place = self.find(transaction_id)
        block = self.block(place.height)
        raw, entry = block.transactions[place.index], block.entries[place.index]
        others = self.consortium
        published, proof = others.final(place.height, self._parts.board.newest)
        receipt = published.receipt(raw, entry, place.leaf_index)
        receipt = others.finished(receipt, published, proof)
        return others.witnessed(receipt, published.height, witnesses) if witnesses else receipt

    # --- the log ----------------------------------------------------------------------------------

    def checkpoint(self) -> str:
        """Return the newest signed note."""
        return self._parts.board.newest.checkpoint

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Return `width` hashes of a log tile.

        Raises:
            NotFound: the published log does not have them.
        """
        present = self._parts.board.newest.size >> 8 * level
        tile = None
        if index * TILE_WIDTH + width <= present:
            tile = self._parts.store.read_tile(level, index, width)
        if tile is None:
            raise NotFound("the log has no such tile", field="tile", found=f"{level}/{index}")
        return tile

    def entries(self, first: int, count: int) -> list[bytes]:
        """Return log entries by leaf index.

        Raises:
            NotFound: the published log does not have them.
        """
        if not 0 <= first <= first + count <= self._parts.board.newest.size:
            raise NotFound("the log has no such entries", field="entries", found=str(first))
        found: list[bytes] = []
        while len(found) < count:
            leaf = first + len(found)
            height = self._parts.store.height_of_leaf(leaf)
            if height is None:
                raise NotFound("the log has no such entry", field="entries", found=str(leaf))
            block = self.block(height)
            found += block.entries[leaf - block.first_leaf :]
        return found[:count]

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Return the path of a leaf in the log of `size` leaves.

        Raises:
            NotFound: the published log does not have them.
        """
        return self._parts.board.newest.inclusion_proof(index, size)

    def consistency_proof(self, size1: int, size2: int) -> list[bytes]:
        """Return the path between two sizes of the log.

        Raises:
            NotFound: the published log does not have them.
        """
        return self._parts.board.newest.consistency_proof(size1, size2)

    # --- state ----------------------------------------------------------------------------------

    def query(self, contract: str, method: str, args: dict[str, Value]) -> Value:
        """Run a contract's query on the state of the newest durable block.

        Raises:
            UnknownContract: no such contract or query.
            ContractMigrating: its records are between two versions.
            InvalidArguments: the arguments do not fit it.
            Refused: the contract's own errors.
        """
        ledger = self._parts.application.ledger
        register, height = ledger.register, ledger.head.height + 1
        if register.migration_at(contract, height) is not None:
            raise ContractMigrating("its records are being moved", field="contract", found=contract)
        version = register.version_at(contract, height)
        return self._parts.runner.query(contract, method, args, self._state, version=version)

    def prove_state(self, key: bytes, height: int | None = None) -> StateProved:
        """Return a key's value after the block at `height`, the newest by default, and its proof.

        An older state is made anew from the block log: work that grows with the log up to there.

        Raises:
            NotFound: there is no block at that height yet.
            Overloaded: the state of another older height is being made.
            Unavailable: the node has stopped for a fault.
        """
        application, tree = self._parts.application, tree_of(key)
        ledger = application.ledger
        with application.state_lock.within(_READ_SECONDS):
            newest = ledger.head.height
            # Before the first block the founding members are in the tree, but under no root yet.
            if newest and height in (None, newest):
                source = ledger.state_tree if tree is Tree.STATE else ledger.membership_tree
                return StateProved(
                    value=self._parts.store.get(tree, key),
                    proof=source.prove(key),
                    checkpoint=self.checkpoint(),
                )
        height = height or 0
        if not 0 <= height <= newest:
            raise NotFound(f"there is no block {height}", field="height", found=str(height))
        return self._parts.history.prove(key, height)

    def register(self) -> RegisterShown:
        """Return who belongs and by which rules, as of the newest durable block; do not change it.

        The copy is made once for each change of the membership tree, between two blocks.
        """
        header, known = self._parts.board.newest.header, self._register
        if header and known and known.membership_root == header.membership_root:
            return RegisterShown(header.height, header.time, known.membership_root, known.register)
        application = self._parts.application
        with application.state_lock.within(_READ_SECONDS):
            ledger = application.ledger
            shown = RegisterShown(
                ledger.head.height,
                ledger.head.time,
                ledger.membership_tree.root,
                ledger.register.copy(),
            )
            self._register = shown
        return shown

    def contracts(self) -> list[ContractSchema]:
        """Return the schema of every contract that the next block may call, in its version."""
        return self.contract_desk.active()
