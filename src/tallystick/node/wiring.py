# SPDX-License-Identifier: Apache-2.0
"""Opens a node: the one place where rooms are joined."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from tallystick.consensus import Committed
from tallystick.contracts import Contract
from tallystick.crypto import SecretKey, VerifierPool
from tallystick.errors import DataFolderProblem
from tallystick.execution import ContractRunner, load_contracts
from tallystick.ledger import (
    AppliedBlock,
    Ledger,
    oldest_remembered_time,
    open_ledger,
    remember_block,
)
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
from tallystick.node.engine_file import ENGINE_FILE, read_engine_file
from tallystick.node.feeds import open_feed, open_views
from tallystick.node.finality import FinalityDesk, FinalitySource, ValidatorHistoryFile
from tallystick.node.founding import read_log_key
from tallystick.node.history import History
from tallystick.node.node import Board, Node, Parts
from tallystick.node.ordering import Opened, Ordering, open_solo
from tallystick.node.published import Published
from tallystick.node.recent import RecentBlocks
from tallystick.node.upkeep import Upkeep
from tallystick.node.witnesses import WitnessDesk
from tallystick.storage import BlockLog, DataFolder, DurableStore, open_storage
from tallystick.views import Views


def open_node(config: NodeConfig) -> Node:
    """Open the data folder and return its node, not started yet.

    Raises:
        DataFolderProblem: not a data folder, in use, of a newer version, of other contracts, or
            with keys that others may read.
        UsageError: the keys are sealed, and there is no passphrase.
        WrongPassphrase: the passphrase does not open them.
        Corrupted: block log, store and genesis contradict each other.
        StorageFailed: the system refused.
    """
    with ExitStack() as stack:
        node = _open(config, stack)
        # From here on the node closes everything, in the same order, when it stops.
        return node(stack.pop_all().close)


def _open(config: NodeConfig, stack: ExitStack) -> Callable[[Callable[[], None]], Node]:
    folder = stack.enter_context(DataFolder.open(config.data))
    network, genesis_bytes = folder.network, folder.genesis_bytes
    genesis = decode_genesis(genesis_bytes)
    secret = read_log_key(folder, genesis, passphrase=config.passphrase)
    runner = ContractRunner(_active_contracts(config, genesis))
    verifiers = VerifierPool(config.verifier_processes if config.workers else 0)
    stack.callback(verifiers.close)
    storage = open_storage(folder, in_process=not config.workers)
    stack.callback(storage.close)
    store, block_log = storage.store, storage.log
    header = decode_header(store.header) if store.header else None
    ledger = open_ledger(genesis_bytes, store, header, runner)
    _remember_recent(ledger, block_log)
    feed = open_feed(config, genesis_bytes, runner.schemas, block_log)
    stack.callback(feed.close)
    views = open_views(config, ledger.head.height)
    stack.callback(views.close)
    recent = RecentBlocks()
    board = Board(partial(_publish, network, store, secret))
    finder = partial(_find, recent, views)

    def save(applied: AppliedBlock) -> None:
        store.save(applied, block_log.position(applied.block.header.height))
        recent.add(applied.block, applied.transaction_ids, applied.codes)
        board.show(applied)
        if finality is not None:
            finality.show(applied, board.newest, application.prove_membership)
        feed.poke(applied.block)

    application = LedgerApplication(ledger, runner, verifiers, save=save, clock=config.clock)
    halt = _Halt(config, application.state_lock.close)
    ordering = Ordering(
        folder=folder,
        application=application,
        block_log=block_log,
        find_committed=finder,
        clock=config.clock,
        on_halt=halt,
        passphrase=config.passphrase,
    )
    opened = _open_engine(ordering, stack)
    finality = _open_finality(
        opened.finality, ordering, board, partial(_published, network, store, secret)
    )
    upkeep = Upkeep(
        store, recent, views, certify=finality.certify if finality else None, on_halt=halt
    )
    history = History(
        ledger.genesis,
        block_log.blocks,
        lambda header: Published(network, header, store, secret).checkpoint,
    )

    def join(close: Callable[[], None]) -> Node:
        return Node(
            Parts(
                config=config,
                network=network,
                genesis=ledger.genesis,
                genesis_bytes=genesis_bytes,
                application=application,
                engine=opened.engine,
                engine_name=opened.name,
                consortium=Consortium(
                    ConsortiumParts(
                        network=network,
                        register=ledger.register,
                        secret=secret,
                        clock=config.clock,
                        finality=finality,
                        witnesses=WitnessDesk(
                            network, opened.witnesses, partial(current_log_keys, ledger.register)
                        ),
                        relay=opened.relay,
                    )
                ),
                block_log=block_log,
                store=store,
                runner=runner,
                recent=recent,
                finder=finder,
                board=board,
                views=views,
                upkeep=upkeep,
                history=history,
                close=close,
            )
        )

    return join


def _open_engine(ordering: Ordering, stack: ExitStack) -> Opened:
    settings = read_engine_file(ordering.folder.path)
    if settings is None:
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
    ordering: Ordering,
    board: Board,
    publish: Callable[[BlockHeader | None], Published],
) -> FinalityDesk | None:
    if source is None:
        return None
    ledger, block_log = ordering.application.ledger, ordering.block_log
    height = ledger.head.height
    validators = ledger.register.validators.values()
    return FinalityDesk(
        source,
        ValidatorHistoryFile(ordering.folder.path),
        newest=board.newest,
        previous=publish(block_log.block(height - 1).header) if height > 1 else None,
        validators=encode_validators(validators) if validators else None,
        header_of=lambda at: block_log.block(at).header,
    )


def _active_contracts(config: NodeConfig, genesis: GenesisDocument) -> list[type[Contract]]:
    """Return the contracts that the network runs; others may be installed, nobody can call them.

    Raises:
        DataFolderProblem: one of them is not installed here.
    """
    offered = load_contracts() if config.contracts is None else config.contracts
    installed = {contract.name: contract for contract in offered}
    missing = [name for name in genesis.contracts if name not in installed]
    if missing:
        raise DataFolderProblem(
            f"the network runs contracts that are not installed: {', '.join(missing)}",
            field="contracts",
            expected=", ".join(genesis.contracts),
            found=", ".join(sorted(installed)) or "none",
            hint="Install their packages, in the versions that this network uses.",
        )
    return [installed[name] for name in genesis.contracts]


def _publish(
    network: str,
    store: DurableStore,
    secret: SecretKey,
    applied: AppliedBlock | None,
) -> Published:
    stored = decode_header(store.header) if store.header else None
    return _published(network, store, secret, applied.block.header if applied else stored)


def _published(
    network: str, store: DurableStore, secret: SecretKey, header: BlockHeader | None
) -> Published:
    return Published(network, header, store, secret)


def _find(recent: RecentBlocks, views: Views, transaction_id: bytes) -> Committed | None:
    """Return where a transaction is; recent ones may not be in the views yet."""
    place = recent.find(transaction_id)
    if place is not None:
        return place
    found = views.find_transaction(transaction_id)
    if found is None:
        return None
    return Committed(transaction_id, found.height, found.index, found.leaf_index, found.code)


def _remember_recent(ledger: Ledger, block_log: BlockLog) -> None:
    """Mark the nonces of recent blocks as used: those that could still execute again.

    Only blocks that the store has; the engine replays the rest and so remembers them itself.
    """
    oldest_time = oldest_remembered_time(ledger)
    heights = range(1, ledger.head.height + 1)
    first = bisect_left(
        heights, oldest_time, key=lambda height: block_log.block(height).header.time
    )
    for block in block_log.blocks(first + 1):
        if block.header.height > ledger.head.height:
            return
        remember_block(ledger, block)


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
