# SPDX-License-Identifier: Apache-2.0
"""Opens a node: the one place where rooms are joined."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

from tallystick.consensus import Committed
from tallystick.contracts import Contract
from tallystick.crypto import SecretKey, VerifierPool
from tallystick.documents import Depot, Holdings, Wraps
from tallystick.errors import DataFolderProblem
from tallystick.execution import ContractRunner, load_contracts
from tallystick.ledger import AppliedBlock, Ledger, Tree, open_ledger
from tallystick.model import (
    BlockHeader,
    GenesisDocument,
    decode_genesis,
    decode_header,
    encode_validators,
)
from tallystick.node.application import LedgerApplication
from tallystick.node.config import NodeConfig
from tallystick.node.consortium import Consortium, ConsortiumParts, current_log_keys
from tallystick.node.copy_desk import CopyDesk, CopyDeskParts, CopySource
from tallystick.node.document_desk import DocumentDesk, DocumentDeskParts
from tallystick.node.document_ledger import DocumentLedger
from tallystick.node.document_rights import DocumentRights
from tallystick.node.document_settings import DOCUMENTS_FOLDER, read_documents_file
from tallystick.node.engine_file import ENGINE_FILE, read_engine_file
from tallystick.node.feeds import open_feed, open_views
from tallystick.node.finality import FinalityDesk, FinalitySource, ValidatorHistoryFile
from tallystick.node.founding import read_log_key
from tallystick.node.history import History
from tallystick.node.later_keys import LaterLogKeys
from tallystick.node.node import Board, Node, Parts
from tallystick.node.nonces import remember_recent
from tallystick.node.ordering import Opened, Ordering, open_solo
from tallystick.node.private_desk import PrivateDesk, PrivateDeskParts
from tallystick.node.published import NO_PROOFS, Published
from tallystick.node.recent import RecentBlocks
from tallystick.node.sealed_desks import SealedDesks
from tallystick.node.transaction_places import TransactionPlaces
from tallystick.node.upkeep import Upkeep
from tallystick.node.witnesses import WitnessDesk
from tallystick.storage import DataFolder, Storage, open_storage
from tallystick.views import Views

HOLDINGS_FOLDER: Final = "private"
"""Sealed bytes of private records. In no backup: docs/operator/private-data.md."""


def open_node(config: NodeConfig) -> Node:
    """Open the data folder and return its node, not started yet.

    Raises:
        DataFolderProblem: not a data folder, in use, of a newer version, of other contracts, or
            with keys that others may read.
        UsageError: the keys are sealed, and there is no passphrase.
        WrongPassphrase: the passphrase does not open them.
        ContractMissing: the network runs a contract, by vote, that is not installed here.
        Corrupted: block log, store and genesis contradict each other.
        StorageFailed: the system refused.
    """
    with ExitStack() as stack:
        node = _open(config, stack)
        # From here on the node closes everything, in the same order, when it stops.
        return node(stack.pop_all().close)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """The ledger of a data folder, and what keeps it on disk."""

    folder: DataFolder
    genesis: GenesisDocument
    secret: SecretKey
    runner: ContractRunner
    verifiers: VerifierPool
    storage: Storage
    ledger: Ledger

    def publish(self, header: BlockHeader | None, later_keys: LaterLogKeys | None) -> Published:
        """Return what is shown of a block."""
        network, store = self.folder.network, self.storage.store
        log_keys = later_keys.proofs(header) if later_keys is not None else NO_PROOFS
        return Published(network, header, store, self.secret, log_keys=log_keys)

    def history(self) -> History:
        """Return what makes older states anew."""
        return History(
            self.genesis, self.storage.log.blocks, lambda at: self.publish(at, None).checkpoint
        )

    def stored_header(self) -> BlockHeader | None:
        """Return the header of the newest block in the store."""
        header = self.storage.store.header
        return decode_header(header) if header else None


def _open_base(config: NodeConfig, stack: ExitStack) -> _Base:
    folder = stack.enter_context(DataFolder.open(config.data))
    genesis = decode_genesis(folder.genesis_bytes)
    settings = read_engine_file(folder.path)
    secret = read_log_key(
        folder, genesis, may_be_later=settings is not None, passphrase=config.passphrase
    )
    runner = ContractRunner(_installed_contracts(config, genesis))
    verifiers = VerifierPool(config.verifier_processes if config.workers else 0)
    stack.callback(verifiers.close)
    storage = open_storage(folder, in_process=not config.workers)
    stack.callback(storage.close)
    header = decode_header(storage.store.header) if storage.store.header else None
    ledger = open_ledger(folder.genesis_bytes, storage.store, header, runner)
    remember_recent(ledger, storage.log)
    return _Base(
        folder=folder,
        genesis=genesis,
        secret=secret,
        runner=runner,
        verifiers=verifiers,
        storage=storage,
        ledger=ledger,
    )


def _open(config: NodeConfig, stack: ExitStack) -> Callable[[Callable[[], None]], Node]:
    base = _open_base(config, stack)
    store, block_log = base.storage.store, base.storage.log
    feed = open_feed(config, base.folder.genesis_bytes, base.runner.schemas_of, block_log)
    stack.callback(feed.close)
    views = open_views(config, feed, base.ledger.head.height)
    stack.callback(views.close)
    recent = RecentBlocks()

    def save(applied: AppliedBlock) -> None:
        store.save(applied, block_log.position(applied.block.header.height))
        recent.add(applied.block, applied.transaction_ids, applied.codes)
        board.show(applied)
        if finality is not None:
            finality.show(applied, board.newest, application.prove_membership)
        desks.note(applied.block)
        feed.poke(applied.block)

    def restored() -> None:
        board.refresh()
        if finality is not None:
            before = _before(base, application, later_keys)
            finality.restart(board.newest, before, _validators(application))
        for block in block_log.blocks(views.height() + 1):
            feed.poke(block)
        desks.reconcile()

    application = LedgerApplication(
        base.ledger, base.runner, base.verifiers, save=save, clock=config.clock
    )
    is_final = read_engine_file(base.folder.path) is not None
    application.check_contracts(application.height + 1)
    later_keys = LaterLogKeys(base.genesis, application, is_final=is_final)
    board = Board(partial(_shown, base, later_keys))
    halt = _Halt(config, application.state_lock.close)
    finder = TransactionPlaces(recent, views)
    ordering = _ordering(config, base, application, finder, on_halt=halt, on_restored=restored)
    opened = _open_engine(config, ordering, stack)
    finality = _open_finality(opened.finality, base, application, board, later_keys)
    consortium = _open_consortium(config, base, application, opened, finality)
    desks = _open_desks(config, base, application, consortium, opened.sources)

    def join(close: Callable[[], None]) -> Node:
        return Node(
            Parts(
                config=config,
                network=base.folder.network,
                genesis=base.genesis,
                genesis_bytes=base.folder.genesis_bytes,
                application=application,
                engine=opened.engine,
                engine_name=opened.name,
                consortium=consortium,
                desks=desks,
                sight=opened.sight,
                settings=read_engine_file(base.folder.path),
                block_log=block_log,
                store=store,
                runner=base.runner,
                recent=recent,
                finder=finder,
                board=board,
                views=views,
                upkeep=_open_upkeep(base, recent, views, (finality, desks), halt),
                history=base.history(),
                close=close,
            )
        )

    return join


def _ordering(
    config: NodeConfig,
    base: _Base,
    application: LedgerApplication,
    finder: Callable[[bytes], Committed | None],
    *,
    on_halt: Callable[[BaseException], None],
    on_restored: Callable[[], None],
) -> Ordering:
    return Ordering(
        folder=base.folder,
        application=application,
        storage=base.storage,
        host=base.runner,
        find_committed=finder,
        clock=config.clock,
        on_halt=on_halt,
        passphrase=config.passphrase,
        on_restored=on_restored,
        uses_processes=config.workers,
        snapshot_interval=config.snapshot_interval,
        syncs_at_end=config.syncs_at_end,
    )


def _open_consortium(
    config: NodeConfig,
    base: _Base,
    application: LedgerApplication,
    opened: Opened,
    finality: FinalityDesk | None,
) -> Consortium:
    log_keys = partial(current_log_keys, application)
    return Consortium(
        ConsortiumParts(
            network=base.folder.network,
            log_keys=log_keys,
            secret=base.secret,
            clock=config.clock,
            finality=finality,
            witnesses=WitnessDesk(base.folder.network, opened.witnesses, log_keys),
            relay=opened.relay,
            counts=opened.counts,
            register=lambda: application.ledger.register,
        )
    )


def _open_desks(
    config: NodeConfig,
    base: _Base,
    application: LedgerApplication,
    consortium: Consortium,
    sources: Sequence[CopySource],
) -> SealedDesks:
    is_alone = read_engine_file(base.folder.path) is None
    documents, copies = _open_documents(config, base, consortium, sources, is_alone=is_alone)
    return SealedDesks(
        private=_open_private(config, base, application, consortium, is_alone=is_alone),
        documents=documents,
        copies=copies,
    )


def _open_private(
    config: NodeConfig,
    base: _Base,
    application: LedgerApplication,
    consortium: Consortium,
    *,
    is_alone: bool,
) -> PrivateDesk:
    return PrivateDesk(
        PrivateDeskParts(
            network=base.folder.network,
            clock=config.clock,
            register=lambda: application.ledger.register,
            read=lambda key: base.storage.store.get(Tree.STATE, key),
            schemas=base.runner.versions,
            organization=lambda: consortium.organization,
            is_alone=is_alone,
            holdings=Holdings(base.folder.path / HOLDINGS_FOLDER),
        )
    )


def _open_documents(
    config: NodeConfig,
    base: _Base,
    consortium: Consortium,
    sources: Sequence[CopySource],
    *,
    is_alone: bool,
) -> tuple[DocumentDesk, CopyDesk]:
    folder = base.folder.path / DOCUMENTS_FOLDER
    settings = read_documents_file(base.folder.path)
    store = settings.open_store(base.folder.path)
    depot = Depot(folder, store, limits=settings.limits)
    rights = DocumentRights(
        ledger=DocumentLedger(lambda key: base.storage.store.get(Tree.STATE, key)),
        organization=lambda: consortium.organization,
        is_alone=is_alone,
    )
    desk = DocumentDesk(
        DocumentDeskParts(
            clock=config.clock, rights=rights, depot=depot, wraps=Wraps(folder / "wraps")
        )
    )
    copies = CopyDesk(
        CopyDeskParts(
            network=base.folder.network,
            rights=rights,
            depot=depot,
            desk=desk,
            sources=sources,
            sign=consortium.sign_request,
        )
    )
    return desk, copies


def _open_upkeep(
    base: _Base,
    recent: RecentBlocks,
    views: Views,
    tasked: tuple[FinalityDesk | None, SealedDesks],
    on_halt: Callable[[BaseException], None],
) -> Upkeep:
    finality, desks = tasked
    tasks = [desks.destroy_noted]
    if finality is not None:
        tasks.append(finality.certify)
    return Upkeep(base.storage.store, recent, views, tasks=tasks, on_halt=on_halt)


def _open_engine(config: NodeConfig, ordering: Ordering, stack: ExitStack) -> Opened:
    settings = read_engine_file(ordering.folder.path)
    if settings is None:
        if not config.may_order_alone:
            _check_alone(ordering)
        return open_solo(ordering)
    # Loaded here, so that a node that orders alone loads none of it.
    from tallystick.node.comet import open_comet  # noqa: PLC0415

    return open_comet(ordering, settings, stack)


def _check_alone(ordering: Ordering) -> None:
    """A node of a network that was founded by several, restored without its engine, must not order.

    Raises:
        DataFolderProblem: with what to do.
    """
    if ordering.application.ledger.genesis.validators:
        raise DataFolderProblem(
            "several organisations order this network, and this folder has no engine",
            field=ENGINE_FILE,
            hint="Join with a new validator key, see docs/operator/backup.md: "
            "whoever orders alone makes another chain.",
        )


def _open_finality(
    source: FinalitySource | None,
    base: _Base,
    application: LedgerApplication,
    board: Board,
    later_keys: LaterLogKeys,
) -> FinalityDesk | None:
    if source is None:
        return None
    block_log = base.storage.log
    return FinalityDesk(
        source,
        ValidatorHistoryFile(base.folder.path),
        newest=board.newest,
        previous=_before(base, application, later_keys),
        validators=_validators(application),
        header_of=lambda at: block_log.block(at).header,
    )


def _shown(base: _Base, later_keys: LaterLogKeys, applied: AppliedBlock | None) -> Published:
    """Return what is shown of a block, by default of the newest in the store."""
    header = applied.block.header if applied else base.stored_header()
    return base.publish(header, later_keys)


def _before(
    base: _Base, application: LedgerApplication, later_keys: LaterLogKeys
) -> Published | None:
    """Return what is shown of the block before the newest one."""
    if application.height <= 1:
        return None
    header = base.storage.log.block(application.height - 1).header
    return base.publish(header, later_keys)


def _validators(application: LedgerApplication) -> bytes | None:
    """Return the record of the validator set; None if there is none."""
    validators = application.ledger.register.validators.values()
    return encode_validators(validators) if validators else None


def _installed_contracts(config: NodeConfig, genesis: GenesisDocument) -> list[type[Contract]]:
    """Return the contracts that are installed; which of them may be called the ledger knows.

    Raises:
        DataFolderProblem: one that the network runs from the first block is not among them.
    """
    offered = load_contracts() if config.contracts is None else config.contracts
    installed = {contract.name for contract in offered}
    missing = [name for name in genesis.contracts if name not in installed]
    if missing:
        raise DataFolderProblem(
            f"the network runs contracts that are not installed: {', '.join(missing)}",
            field="contracts",
            expected=", ".join(genesis.contracts),
            found=", ".join(sorted(installed)) or "none",
            hint="Install their packages, in the versions that this network uses.",
        )
    return list(offered)


class _Halt:
    """Tells the node's owner of the first fault, once; lets no reader wait for a dead commit."""

    def __init__(self, config: NodeConfig, close_state: Callable[[], None]) -> None:
        self._config = config
        self._close_state = close_state
        self._lock = threading.Lock()
        self._is_told = False

    def __call__(self, fault: BaseException) -> None:
        self._close_state()
        with self._lock:
            was_told, self._is_told = self._is_told, True
        if not was_told:
            self._config.on_halt(fault)
