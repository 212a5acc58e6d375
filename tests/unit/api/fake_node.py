# SPDX-License-Identifier: Apache-2.0
"""A node in memory: real ledger, contracts, log and views; no engine, no disk but the views' file.

Each submission becomes a block at once, in the caller's thread, unless the node is told to hold.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from msgspec import Struct

from tallystick.consensus import EngineCounts
from tallystick.contracts import Contract, ContractSchema
from tallystick.crypto import sha256
from tallystick.documents import Holdings
from tallystick.encoding import Value
from tallystick.errors import NotFound, NotWitnessed, Rejected, Replayed, TallystickError
from tallystick.execution import ContractRunner, InstalledContract, UnreadableContract
from tallystick.industries.evidence import Evidence
from tallystick.ledger import Tree, apply_block, check_admission, check_nonce, open_ledger
from tallystick.membership import BUILT_IN_CONTRACTS
from tallystick.merkle import TILE_WIDTH
from tallystick.model import (
    Block,
    BlockHeader,
    Call,
    GenesisDocument,
    Proposal,
    Receipt,
    SuspendOrganization,
    Transaction,
    build_log_receipt,
    decode_genesis,
    decode_transaction,
    network_id,
    sign_root,
    sign_transaction,
    verify_transaction,
)
from tallystick.node import (
    NeededContract,
    NetworkReport,
    NodeFigures,
    NodeStatus,
    RegisterShown,
    StateProved,
)
from tallystick.node.history import History, tree_of
from tallystick.node.previews import PreviewDesk, PreviewParts
from tallystick.node.private_desk import PrivateDesk, PrivateDeskParts
from tallystick.node.published import Published
from tallystick.units import TimeMs
from tallystick.views import Projector, Views, specs_of
from tests import factories
from tests.factories import CLERK, COURT, LIFETIME, LOG_KEY, NETWORK, START
from tests.unit.api.fake_documents import document_desks


class Committed(Struct, frozen=True):
    """Where a transaction ended up."""

    transaction_id: bytes
    height: int
    index: int
    leaf_index: int
    code: str


class _WorldState(Struct, frozen=True):
    store: factories.MemoryStore

    def get(self, key: bytes, /) -> bytes | None:
        return self.store.get(Tree.STATE, key)


class FakeConsortium:
    """Other organisations that say what a test wants."""

    def __init__(self) -> None:
        """Know nobody."""
        self.certificates: tuple[bytes, ...] = ()
        self.log_keys: tuple[bytes, ...] = ()
        self.finality: bytes | None = None
        self.questions: list[tuple[str, dict[str, str], int]] = []

    def validator_history(self) -> tuple[bytes, ...]:
        """Return what is set."""
        return self.certificates

    def log_key_certificates(self) -> tuple[bytes, ...]:
        """Return what is set."""
        return self.log_keys

    def figures(self) -> NodeFigures:
        """Return one of each."""
        return NodeFigures(
            validators=4,
            nodes=5,
            finality_lag=1,
            keys_expiring=2,
            counts=EngineCounts(mempool_refusals=3, verdict_hits=7),
        )

    def finality_of(self, _header: BlockHeader) -> bytes | None:
        """Return what is set."""
        return self.finality

    def cosign(self, header: BlockHeader) -> str:
        """Return a line."""
        return f"— somebody {header.height}\n"

    def ask_engine(self, method: str, params: dict[str, str], number: int) -> bytes:
        """Answer nothing, and note the question."""
        self.questions.append((method, params, number))
        return b'{"jsonrpc":"2.0","id":%d,"result":{}}' % number


class FakeNode:
    """Fulfils `tallystick.api.LedgerNode`."""

    def __init__(
        self,
        folder: Path,
        genesis_bytes: bytes = factories.GENESIS_BYTES,
        *,
        contracts: Sequence[type[Contract]] = (Evidence,),
    ) -> None:
        """Found the test network of `tests.factories`, with the evidence contract or others."""
        self.genesis_bytes = genesis_bytes
        self.genesis: GenesisDocument = decode_genesis(self.genesis_bytes)
        self.network = network_id(self.genesis.name, genesis_bytes)
        self.now = START
        self.lifetime_ms = self.genesis.parameters.transaction_lifetime_ms_max
        self.blocks: list[Block] = []
        self.is_holding = False
        """While set, submissions wait for `release`."""
        self.door_error: TallystickError | None = None
        """Raised by `submit`, if given."""
        self.read_error: Exception | None = None
        """Raised by `status`, if given."""
        self.report: NetworkReport | None = None
        self.projects = True
        """Whether the views follow at once."""
        self.store = factories.MemoryStore()
        self._runner = ContractRunner(contracts)
        self.contract_desk = FakeDesk(self._runner, self._previews())
        self._ledger = open_ledger(self.genesis_bytes, self.store, None, self._runner)
        self._url = f"sqlite:///{folder / 'views.sqlite'}"
        self._projector: Projector | None = None
        self._views: Views | None = None
        self._views_height = 0
        self._places: dict[bytes, Committed] = {}
        self.consortium = FakeConsortium()
        self.private = PrivateDesk(
            PrivateDeskParts(
                network=self.network,
                clock=lambda: self.now,
                register=lambda: self._ledger.register,
                read=_WorldState(self.store).get,
                schemas=self._runner.versions,
                organization=lambda: COURT,
                is_alone=True,
                holdings=Holdings(folder / "private"),
            )
        )
        self.documents, self.copies = document_desks(
            folder, self.network, _WorldState(self.store).get, lambda: self.now
        )
        self._held: list[tuple[list[bytes], Future[list[Any]]]] = []
        self._subscribers: list[Callable[[Block], None]] = []
        self._lock = threading.RLock()
        self._history = History(
            self.genesis, lambda first: iter(self.blocks[first - 1 :]), self._note
        )

    def _previews(self) -> PreviewDesk:
        return PreviewDesk(
            PreviewParts(
                genesis=self.genesis,
                genesis_hash=sha256(self.genesis_bytes),
                runner=self._runner,
                store=self.store,
                register=self.register,
                clock=lambda: self.now + 1_000,
            )
        )

    @property
    def views(self) -> Views:
        """What lists are read from; made when first asked for, because that takes long."""
        if self._views is None:
            specs = specs_of(self._runner.schemas)
            self._projector = Projector(self._url, self.genesis_bytes, specs)
            self._projector.apply(self.blocks[: self._views_height])
            self._views = Views(self._url)
        return self._views

    def close(self) -> None:
        """Close the views."""
        if self._views is not None and self._projector is not None:
            self._views.close()
            self._projector.close()

    # --- writing

    def submit(self, transactions: Sequence[bytes]) -> Future[list[Any]]:
        """Commit at once, or when released."""
        if self.door_error is not None:
            raise self.door_error
        future: Future[list[Any]] = Future()
        self._held.append((list(transactions), future))
        if not self.is_holding:
            self.release()
        return future

    def release(self) -> None:
        """Commit what was held, each submission as one block."""
        with self._lock:
            held, self._held = self._held, []
            for transactions, future in held:
                future.set_result(self._commit(transactions))

    def drop(self) -> None:
        """Forget what was held, as a node does that stops."""
        for _, future in self._held:
            future.cancel()
        self._held.clear()

    def catch_up(self) -> None:
        """Bring the views up to the newest block."""
        self._views_height = len(self.blocks)
        if self._projector is not None:
            self._projector.apply(self.blocks)

    def _commit(self, transactions: list[bytes]) -> list[Any]:
        checked = [self._check(raw) for raw in transactions]
        taken = [one for one in checked if isinstance(one, Transaction)]
        if taken:
            self._append(taken)
        return [self._places[one.id] if isinstance(one, Transaction) else one for one in checked]

    def _check(self, raw: bytes) -> Transaction | Committed | TallystickError:
        try:
            transaction = decode_transaction(raw)
            check_admission(self._ledger, transaction, self.now)
            check_nonce(self._ledger, transaction)
            verify_transaction(transaction)
            if transaction.call.contract not in BUILT_IN_CONTRACTS:
                wrong = self._runner.check_call(transaction.call)
                return transaction if wrong is None else wrong
        except Replayed as error:
            return self._places.get(decode_transaction(raw).id, error)
        except Rejected as error:
            return error
        return transaction

    def _append(self, transactions: list[Transaction]) -> None:
        self.now += 1_000
        height = len(self.blocks) + 1
        applied = apply_block(self._ledger, height=height, time=self.now, transactions=transactions)
        self.store.save(applied)
        block = applied.block
        self.blocks.append(block)
        for index, transaction in enumerate(transactions):
            self._places[transaction.id] = Committed(
                transaction.id, height, index, block.first_leaf + index, applied.codes[index]
            )
        if self.projects:
            self.catch_up()
        for callback in list(self._subscribers):
            callback(block)

    # --- reading

    def status(self) -> NodeStatus:
        """Return the figures of this moment."""
        if self.read_error is not None:
            raise self.read_error
        return NodeStatus(
            network=self.network,
            height=len(self.blocks),
            block_time=self.blocks[-1].header.time if self.blocks else START,
            log_size=self._ledger.log.size,
            app_hash=self._ledger.head.app_hash,
            engine="solo",
            version="0.1.0",
            views_height=self._views_height,
            started_at_ms=START,
            log_keys=self.genesis.log_keys,
            disk_free_bytes=7 << 30,
            disk_size_bytes=10 << 30,
            transaction_lifetime_ms_max=self.lifetime_ms,
        )

    def network_report(self) -> NetworkReport:
        """Return how a node that orders alone stands; a test may put another report here."""
        if self.report is not None:
            return self.report
        status = self.status()
        return NetworkReport(
            network=self.network,
            organization=COURT,
            engine=status.engine,
            version=status.version,
            height=status.height,
            app_hash=status.app_hash,
            store_height=status.height,
            views_height=status.views_height,
            sight=None,
            peers=(),
            validators=(),
            member_keys=self.genesis.keys,
        )

    def find(self, transaction_id: bytes) -> Committed:
        """Return where a transaction is."""
        if transaction_id not in self._places:
            raise NotFound("there is no such transaction", field="transaction")
        return self._places[transaction_id]

    def block(self, height: int) -> Block:
        """Return a block."""
        if not 1 <= height <= len(self.blocks):
            raise NotFound(f"there is no block {height}", field="height")
        return self.blocks[height - 1]

    def transaction(self, transaction_id: bytes) -> tuple[Block, int]:
        """Return a transaction's block and its place in it."""
        place = self.find(transaction_id)
        return self.block(place.height), place.index

    def receipt(self, transaction_id: bytes, *, witnesses: int = 0) -> Receipt:
        """Return a receipt under the newest root."""
        if witnesses:
            raise NotWitnessed("too few", expected=str(witnesses), found="0")
        place = self.find(transaction_id)
        block = self.block(place.height)
        log = self._ledger.log
        return Receipt(
            network=self.network,
            level="committed",
            transaction=block.transactions[place.index],
            entry=block.entries[place.index],
            log_receipt=build_log_receipt(
                self.network,
                LOG_KEY.public_key,
                signature=sign_root(self.network, log.root(), LOG_KEY),
                size=log.size,
                index=place.leaf_index,
                path=log.inclusion_proof(place.leaf_index),
            ),
            checkpoint=self.checkpoint(),
        )

    def checkpoint(self) -> str:
        """Return the newest signed note."""
        return self._note(self.blocks[-1].header if self.blocks else None)

    def _note(self, header: BlockHeader | None) -> str:
        return Published(self.network, header, self.store, LOG_KEY).checkpoint

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Return hashes of a log tile."""
        present = self._ledger.log.size >> 8 * level
        tile = self.store.read_tile(level, index, width)
        if tile is None or index * TILE_WIDTH + width > present:
            raise NotFound("the log has no such tile", field="tile")
        return tile

    def entries(self, first: int, count: int) -> list[bytes]:
        """Return log entries; may return fewer, as a node that prunes would."""
        found = [entry for block in self.blocks for entry in block.entries]
        return found[first : first + count]

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Return a path."""
        return self._ledger.log.inclusion_proof(index, size)

    def consistency_proof(self, size1: int, size2: int) -> list[bytes]:
        """Return a path."""
        return self._ledger.log.consistency_proof(size1, size2)

    def query(self, contract: str, method: str, args: dict[str, Value]) -> Value:
        """Run a query on the newest state."""
        return self._runner.query(contract, method, args, _WorldState(self.store))

    def prove_state(self, key: bytes, height: int | None = None) -> StateProved:
        """Return a value and its proof."""
        if height is not None and height != len(self.blocks):
            if height:
                self.block(height)
            return self._history.prove(key, height)
        tree, ledger = tree_of(key), self._ledger
        source = ledger.state_tree if tree is Tree.STATE else ledger.membership_tree
        return StateProved(self.store.get(tree, key), source.prove(key), self.checkpoint())

    def put_proposal(self, proposal: str) -> None:
        """Let there be a proposal to suspend the bank, by the court."""
        self._ledger.register.proposals[proposal] = Proposal(
            id=proposal,
            action=SuspendOrganization(organization=factories.BANK),
            organization=factories.COURT,
            member="head",
            height=1,
            index=0,
            opened_at=TimeMs(START),
            expires_at=TimeMs(START + 60_000),
            votes=(),
        )

    def register(self) -> RegisterShown:
        """Return the register as it is now."""
        ledger = self._ledger
        return RegisterShown(
            ledger.head.height,
            ledger.head.time,
            ledger.membership_tree.root,
            ledger.register.copy(),
        )

    def contracts(self) -> list[ContractSchema]:
        """Return the schemas."""
        return list(self._runner.schemas)

    def subscribe(self, callback: Callable[[Block], None]) -> Callable[[], None]:
        """Call back after each block."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)


class FakeDesk:
    """What a node says about contracts."""

    def __init__(self, runner: ContractRunner, previews: PreviewDesk) -> None:
        """Miss nothing, until a test says so."""
        self.previews = previews
        self._runner = runner
        self.missing: list[NeededContract] = []
        self.without_digest: tuple[UnreadableContract, ...] = ()

    def known(self) -> tuple[ContractSchema, ...]:
        """Return the schemas of all versions."""
        return self._runner.versions

    def installed(self) -> tuple[InstalledContract, ...]:
        """Return what is installed; contracts of tests have no sources of their own to digest."""
        return tuple(
            InstalledContract(one.name, one.version, sha256(one.name.encode()), ())
            for one in self._runner.versions
        )

    def unreadable(self) -> tuple[UnreadableContract, ...]:
        """Return what has no digest: nothing, until a test says so."""
        return self.without_digest

    def sources(self, name: str, version: int) -> dict[str, bytes]:
        """Return the files of an installed version."""
        return self._runner.sources(name, version)

    def needed(self) -> list[NeededContract]:
        """Return what the network runs and is not installed."""
        return self.missing


def deposit_args(number: int, **changes: Value) -> dict[str, Value]:
    """Return the arguments of a deposit of the made-up file `number`."""
    return {
        "sha256": f"{number + 1:064x}",
        "size": 1_000 + number,
        "title": f"采购合同 {number}",
        **changes,
    }


def deposit(number: int, **changes: Value) -> bytes:
    """Return a signed deposit of the made-up file `number`."""
    return signed("deposit", deposit_args(number, **changes), nonce=number)


def signed(
    method: str,
    args: dict[str, Value],
    *,
    nonce: int,
    contract: str = "evidence",
    network: str = NETWORK,
) -> bytes:
    """Return a call signed by the court's clerk."""
    call = Call(network, contract, method, args, nonce, TimeMs(START + LIFETIME))
    return sign_transaction(call, CLERK, COURT)
