# SPDX-License-Identifier: Apache-2.0
"""Joins a node with CometBFT: founds the engine's home, wires its socket, process and interface.

Loaded only by nodes that order together with others.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tallystick.consensus import EngineCounts, Intake
from tallystick.consensus.cometbft import (
    MACHINE,
    READY_MS,
    WAN,
    AbciServer,
    Chain,
    CometEngine,
    CometParts,
    EngineConfig,
    EngineGenesis,
    EngineHome,
    EngineProcess,
    EngineRpc,
    EngineValidator,
    LedgerSnapshots,
    Peer,
    Replica,
    StateSync,
    Surroundings,
    build_finality,
    check_engine,
    find_engine,
    remove_stale,
)
from tallystick.crypto import SecretKey
from tallystick.errors import DataFolderProblem, EngineFailed
from tallystick.model import BlockHeader, GenesisDocument, Validator, engine_chain_id
from tallystick.node.comet_sight import CometSight
from tallystick.node.engine_file import ENGINE_HOME, NODE_KEY_FILE, VALIDATOR_KEY_FILE, EngineFile
from tallystick.node.key_loan import KeyLoan, open_loan
from tallystick.node.node_keys import are_sealed, write_node_key
from tallystick.node.ordering import Opened, Ordering
from tallystick.node.peer_api import PeerApi
from tallystick.node.restoring import NodeRestorer, stage_in
from tallystick.node.sockets import socket_folder
from tallystick.storage import DataFolder, SnapshotShelf, read_retention

OnFault = Callable[[BaseException], None]

LOG_FILE: Final = "engine.log"
_ABCI_SOCKET: Final = "abci.sock"
_RPC_SOCKET: Final = "rpc.sock"
_SYNC_MS: Final = 6 * 60 * 60 * 1_000
"""How long a node that joins may take to get its first state."""
_INBOUND_PEERS_MAX: Final = 40
_ENGINE_IS_BEHIND: Final = "is higher than core"
"""From the engine's words when its data are older than the ledger."""
_PROFILES: Final = {"machine": MACHINE, "wan": WAN}


def found_engine(
    folder: DataFolder, genesis: EngineGenesis, *, node_key: SecretKey, validator_key: SecretKey
) -> None:
    """Make the engine's home in a data folder, and keep the node's keys.

    Raises:
        DataFolderProblem: there is another one already.
        StorageFailed: the system refused.
    """
    if are_sealed(folder.path):
        raise DataFolderProblem(
            "the keys of this folder are sealed", hint="`tally key unprotect` first."
        )
    EngineHome(folder.path / ENGINE_HOME).found(genesis, node_key, validator_key)
    write_node_key(folder, NODE_KEY_FILE, node_key)
    write_node_key(folder, VALIDATOR_KEY_FILE, validator_key)


def replace_validator_key(folder: DataFolder, key: SecretKey) -> None:
    """Let the node, which must not run, vote with another key from its next start on.

    Raises:
        DataFolderProblem: the folder is not that of a node among several.
        StorageFailed: the system refused.
    """
    home = EngineHome(folder.path / ENGINE_HOME)
    if not home.is_founded:
        raise DataFolderProblem(
            f"{home.folder} is not the home of an engine",
            hint="Only a node that orders together with others has a validator key.",
        )
    folder.write_key(VALIDATOR_KEY_FILE, key.seed.hex().encode() + b"\n")
    home.replace_validator_key(key)


def is_engine_founded(data: Path) -> bool:
    """Say whether the engine's home in a data folder was made completely."""
    return EngineHome(data / ENGINE_HOME).is_founded


def engine_genesis(
    document: GenesisDocument,
    genesis_bytes: bytes,
    *,
    validators: tuple[Validator, ...] | None = None,
    initial_height: int = 1,
    time_ms: int | None = None,
) -> EngineGenesis:
    """Return where the engine's chain of a network begins: the same on every node.

    Args:
        document: founds the network.
        genesis_bytes: its exact bytes.
        validators: the first ones; those of the document if none are given.
        initial_height: the engine's first block.
        time_ms: of that block; when the network was founded if not given.
    """
    chosen = document.validators if validators is None else validators
    return EngineGenesis(
        chain_id=engine_chain_id(genesis_bytes),
        time_ms=document.created if time_ms is None else time_ms,
        validators=tuple(
            EngineValidator(one.public_key, one.power, one.organization) for one in chosen
        ),
        initial_height=initial_height,
    )


def open_comet(ordering: Ordering, settings: EngineFile, stack: ExitStack) -> Opened:
    """Return the engine of a data folder, not started yet.

    Raises:
        DataFolderProblem: the engine's home is not there.
        EngineMissing, EngineVersion: there is no program to run, or not a right one.
        UsageError: a setting is not what it should be.
    """
    folder, application = ordering.folder, ordering.application
    build = check_engine(find_engine())
    sockets = socket_folder(folder.path)
    loan = open_loan(folder, ordering.passphrase)
    home = _configured_home(folder.path, settings, sockets, loan)
    if loan is not None:
        stack.callback(loan.close)
    rpc = EngineRpc(f"unix://{sockets / _RPC_SOCKET}")
    stack.callback(rpc.close)
    shelf = SnapshotShelf(folder.path, folder.network, interval=ordering.snapshot_interval)
    stack.callback(shelf.close)
    intake = Intake(ordering.find_committed)
    counts = EngineCounts()
    replica = _replica(ordering, settings, shelf, intake, counts)

    def make_process(on_fault: OnFault) -> _Running:
        return _Running(
            EngineProcess(
                home.folder,
                build.path,
                folder.path / LOG_FILE,
                on_exit=lambda status: on_fault(
                    EngineFailed(f"the consensus engine ended, status {status}")
                ),
            ),
            # Doors open only when the state of others is in place.
            is_ready=lambda: (
                rpc.is_ready() and (settings.state_sync is None or application.height > 0)
            ),
            timeout_ms=READY_MS if settings.state_sync is None else _SYNC_MS,
            rpc_socket=sockets / _RPC_SOCKET,
            loan=loan,
        )

    engine = CometEngine(
        CometParts(
            application=application,
            block_log=ordering.storage.log,
            replica=replica,
            intake=intake,
            make_server=lambda on_fault: AbciServer(
                sockets / _ABCI_SOCKET, replica, on_fault=on_fault
            ),
            make_process=make_process,
            mempool=rpc,
        ),
        clock=ordering.clock,
        on_halt=ordering.on_halt,
    )
    peers = tuple(PeerApi(peer.api) for peer in settings.peers if peer.api)
    return Opened(
        name=settings.engine,
        engine=engine,
        finality=_Finality(rpc),
        relay=rpc.relay,
        sight=CometSight(rpc, build),
        counts=counts,
        witnesses=peers,
        sources=peers,
    )


def _replica(
    ordering: Ordering,
    settings: EngineFile,
    shelf: SnapshotShelf,
    intake: Intake,
    counts: EngineCounts,
) -> Replica:
    folder, application = ordering.folder, ordering.application
    chain_id = engine_chain_id(folder.genesis_bytes)
    return Replica(
        application,
        ordering.storage.log,
        Surroundings(
            chain=Chain(id=chain_id, initial_height=settings.initial_height),
            intake=intake,
            snapshots=LedgerSnapshots(shelf, _restorer(ordering)),
            clock=ordering.clock,
            counts=counts,
            is_peer=lambda node_id: node_id in application.ledger.register.nodes,
            retain_from=read_retention(folder.path).retain_from,
        ),
    )


def _restorer(ordering: Ordering) -> NodeRestorer:
    return NodeRestorer(
        ordering.application,
        ordering.folder,
        ordering.storage,
        ordering.host,
        stage=stage_in(ordering.folder, ordering.clock, in_process=not ordering.uses_processes),
        on_restored=ordering.on_restored,
    )


class _Finality:
    """Proves blocks final from the engine's own header and commit."""

    def __init__(self, rpc: EngineRpc) -> None:
        self._rpc = rpc

    def prove(self, header: BlockHeader) -> bytes:
        after = header.height + 1
        return build_finality(self._rpc.commit(after), self._rpc.validators(after), header).encode()


class _Running:
    """The engine's process; started means that it answers."""

    def __init__(
        self,
        process: EngineProcess,
        *,
        is_ready: Callable[[], bool],
        timeout_ms: int,
        rpc_socket: Path,
        loan: KeyLoan | None,
    ) -> None:
        self._process = process
        self._is_ready = is_ready
        self._timeout_ms = timeout_ms
        self._rpc_socket = rpc_socket
        self._loan = loan

    def start(self) -> None:
        # An engine that was killed leaves its socket, and the next one would not listen there.
        remove_stale(self._rpc_socket)
        if self._loan is None:
            self._start()
            return
        self._loan.give()
        try:
            self._start()
        finally:
            # The engine reads its keys once, before it answers.
            self._loan.take_back()

    def _start(self) -> None:
        self._process.start()
        try:
            self._process.wait_ready(self._is_ready, timeout_ms=self._timeout_ms)
        except EngineFailed as error:
            if _ENGINE_IS_BEHIND in (error.found or ""):
                raise _engine_is_behind() from error
            raise

    def stop(self) -> None:
        self._process.stop()


def _engine_is_behind() -> DataFolderProblem:
    return DataFolderProblem(
        "the engine's data are older than the ledger beside them",
        field=f"{ENGINE_HOME}/data",
        expected="both of one moment: an older copy of the engine's folder was put back",
        hint="Put back the right one. If there is none: remove blocks, state and views.sqlite*, "
        f"and all of {ENGINE_HOME}/data but priv_validator_state.json (never an older copy of "
        "that), and start: every block then comes from the other nodes.",
    )


def _configured_home(
    data: Path, settings: EngineFile, sockets: Path, loan: KeyLoan | None
) -> EngineHome:
    home = EngineHome(data / ENGINE_HOME)
    home.check_startable(keys_come=loan is not None)
    if not home.is_founded:
        raise DataFolderProblem(
            f"{home.folder} is not the home of an engine",
            hint="Join the network first: `tally network join --help`.",
        )
    home.configure(
        EngineConfig(
            moniker=settings.moniker or "tallystick",
            profile=_PROFILES[settings.profile],
            abci_socket=sockets / _ABCI_SOCKET,
            rpc_address=f"unix://{sockets / _RPC_SOCKET}",
            p2p_host=settings.p2p_host,
            p2p_port=settings.p2p_port,
            p2p_external_address=settings.p2p_external_address,
            peers=tuple(_peer(one.node_id, one.address) for one in settings.peers),
            # Nodes that joined later may call: the ledger knows them when the engine asks.
            inbound_peers_max=_INBOUND_PEERS_MAX,
            state_sync=_state_sync(settings),
            prometheus_port=settings.metrics_port,
            signer_address=settings.signer_address,
            key_folder=str(loan.place) if loan is not None else "config",
        )
    )
    return home


def _state_sync(settings: EngineFile) -> StateSync | None:
    start = settings.state_sync
    if start is None:
        return None
    return StateSync(height=start.height, header_hash=start.header_hash, servers=start.servers)


def _peer(node_id: str, address: str) -> Peer:
    host, _, port = address.rpartition(":")
    if not port.isdecimal():
        raise DataFolderProblem(
            f"{address!r} is not the address of a node", field="peers", expected="host:port"
        )
    return Peer(node_id, host.strip("[]"), int(port))
