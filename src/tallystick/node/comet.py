# SPDX-License-Identifier: Apache-2.0
"""Joins a node with CometBFT: founds the engine's home, wires its socket, process and interface.

Loaded only by nodes that order together with others.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tallystick.consensus.cometbft import (
    MACHINE,
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
    NoSnapshots,
    Peer,
    Replica,
    StateSync,
    Surroundings,
    build_finality,
    check_engine,
    find_engine,
    remove_stale,
)
from tallystick.consensus.intake import Intake
from tallystick.crypto import SecretKey
from tallystick.errors import DataFolderProblem, EngineFailed
from tallystick.model import BlockHeader, GenesisDocument, Validator, engine_chain_id
from tallystick.node.engine_file import (
    ENGINE_HOME,
    NODE_KEY_FILE,
    VALIDATOR_KEY_FILE,
    EngineFile,
)
from tallystick.node.ordering import Opened, Ordering
from tallystick.node.peer_api import PeerApi
from tallystick.node.sockets import socket_folder
from tallystick.storage import DataFolder

LOG_FILE: Final = "engine.log"
_ABCI_SOCKET: Final = "abci.sock"
_RPC_SOCKET: Final = "rpc.sock"
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
    EngineHome(folder.path / ENGINE_HOME).found(genesis, node_key, validator_key)
    for name, key in ((NODE_KEY_FILE, node_key), (VALIDATOR_KEY_FILE, validator_key)):
        folder.write_key(name, key.seed.hex().encode() + b"\n")


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
    program = check_engine(find_engine()).path
    sockets = socket_folder(folder.path)
    home = _configured_home(folder.path, settings, sockets)
    rpc = EngineRpc(f"unix://{sockets / _RPC_SOCKET}")
    stack.callback(rpc.close)
    register = application.ledger.register
    intake = Intake(ordering.find_committed)
    replica = Replica(
        application,
        ordering.block_log,
        Surroundings(
            chain=Chain(
                id=engine_chain_id(folder.genesis_bytes), initial_height=settings.initial_height
            ),
            intake=intake,
            snapshots=NoSnapshots(),
            clock=ordering.clock,
            is_peer=lambda node_id: node_id in register.nodes,
            retain_from=lambda height: (
                max(0, height - settings.keep_blocks) if settings.keep_blocks else 0
            ),
        ),
    )

    engine = CometEngine(
        CometParts(
            application=application,
            block_log=ordering.block_log,
            replica=replica,
            intake=intake,
            make_server=lambda on_fault: AbciServer(
                sockets / _ABCI_SOCKET, replica, on_fault=on_fault
            ),
            make_process=lambda on_fault: _Running(
                home.folder,
                program,
                folder.path / LOG_FILE,
                rpc,
                rpc_socket=sockets / _RPC_SOCKET,
                on_fault=on_fault,
            ),
            mempool=rpc,
        ),
        clock=ordering.clock,
        on_halt=ordering.on_halt,
    )
    return Opened(
        name=settings.engine,
        engine=engine,
        finality=_Finality(rpc),
        relay=rpc.relay,
        witnesses=tuple(PeerApi(peer.api) for peer in settings.peers if peer.api),
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
        home: Path,
        program: Path,
        log_path: Path,
        rpc: EngineRpc,
        *,
        rpc_socket: Path,
        on_fault: Callable[[BaseException], None],
    ) -> None:
        self._process = EngineProcess(
            home,
            program,
            log_path,
            on_exit=lambda status: on_fault(
                EngineFailed(f"the consensus engine ended, status {status}")
            ),
        )
        self._rpc = rpc
        self._rpc_socket = rpc_socket

    def start(self) -> None:
        # An engine that was killed leaves its socket, and the next one would not listen there.
        remove_stale(self._rpc_socket)
        self._process.start()
        try:
            self._process.wait_ready(self._rpc.is_ready)
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
        f"and all of {ENGINE_HOME}/data but priv_validator_state.json (never an older copy of that), "
        "and start: every block then comes from the other nodes.",
    )


def _configured_home(data: Path, settings: EngineFile, sockets: Path) -> EngineHome:
    home = EngineHome(data / ENGINE_HOME)
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
