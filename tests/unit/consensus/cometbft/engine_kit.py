# SPDX-License-Identifier: Apache-2.0
"""For tests with a real engine: an application that counts, and a node around it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from tallystick.consensus.cometbft import (
    MACHINE,
    AbciServer,
    EngineConfig,
    EngineGenesis,
    EngineHome,
    EngineProcess,
    EngineRpc,
    EngineValidator,
    Peer,
    node_id,
)
from tallystick.consensus.cometbft.proto.abci_pb2 import (
    ExecTxResult,
    RequestCheckTx,
    RequestFinalizeBlock,
    RequestInfo,
    RequestInitChain,
    RequestProcessProposal,
    ResponseCheckTx,
    ResponseCommit,
    ResponseFinalizeBlock,
    ResponseInfo,
    ResponseInitChain,
    ResponseProcessProposal,
)
from tallystick.crypto import SecretKey, sha256
from tests.unit.consensus.cometbft.abci_kit import WAIT_SECONDS, NotingHandler, short_folder

NODE_KEY = SecretKey(bytes([2]) * 32)
VALIDATOR_KEY = SecretKey(bytes([1]) * 32)
GENESIS = EngineGenesis(
    chain_id="tallystick-0123456789abcdef0123456789abcdef",
    time_ms=1_764_100_000_007,
    validators=(EngineValidator(VALIDATOR_KEY.public_key, 10, "alpha"),),
)
REFUSED = b"refused"
"""A transaction that this application refuses at CheckTx."""


class CountingApplication(NotingHandler):
    """Its state is the list of transactions; kept as long as the object, like a disk would."""

    def __init__(self) -> None:
        super().__init__()
        self.height = 0
        self.transactions: list[bytes] = []
        self.checked: list[bytes] = []
        self.grown = threading.Condition()
        self._pending: tuple[int, list[bytes]] = (0, [])

    def app_hash(self, transactions: Sequence[bytes] | None = None) -> bytes:
        return sha256(b"|".join(self.transactions if transactions is None else transactions))

    def info(self, request: RequestInfo) -> ResponseInfo:
        if self.height == 0:
            return ResponseInfo()
        return ResponseInfo(last_block_height=self.height, last_block_app_hash=self.app_hash())

    def init_chain(self, request: RequestInitChain) -> ResponseInitChain:
        return ResponseInitChain(app_hash=self.app_hash())

    def check_txs(self, requests: Sequence[RequestCheckTx]) -> list[ResponseCheckTx]:
        self.checked.extend(request.tx for request in requests)
        return [ResponseCheckTx(code=int(request.tx == REFUSED)) for request in requests]

    def finalize_block(self, request: RequestFinalizeBlock) -> ResponseFinalizeBlock:
        self._at("finalize_block")
        after = [*self.transactions, *request.txs]
        self._pending = (request.height, after)
        results = [ExecTxResult(data=sha256(tx)) for tx in request.txs]
        return ResponseFinalizeBlock(tx_results=results, app_hash=self.app_hash(after))

    def process_proposal(self, request: RequestProcessProposal) -> ResponseProcessProposal:
        return ResponseProcessProposal(status=ResponseProcessProposal.ACCEPT)

    def commit(self) -> ResponseCommit:
        with self.grown:
            self.height, self.transactions = self._pending
            self.grown.notify_all()
        return ResponseCommit()

    def wait_until(self, is_done: Callable[[], bool]) -> None:
        """Return when something holds after a commit."""
        with self.grown:
            assert self.grown.wait_for(is_done, WAIT_SECONDS)


class Identity(Struct, frozen=True):
    """Who a node is, and where it is called."""

    node_key: SecretKey
    validator_key: SecretKey
    p2p_port: int

    @property
    def peer(self) -> Peer:
        """As the others know it."""
        return Peer(node_id(self.node_key.public_key), "127.0.0.1", self.p2p_port)


class EngineUnderTest:
    """A node's outside: server, home, process and interface of one engine."""

    def __init__(
        self,
        folder: Path,
        program: Path,
        application: NotingHandler,
        *,
        environment: Mapping[str, str] | None = None,
        identity: Identity | None = None,
        genesis: EngineGenesis = GENESIS,
        peers: tuple[Peer, ...] = (),
    ) -> None:
        own = identity or Identity(NODE_KEY, VALIDATOR_KEY, free_port())
        self.folder = folder
        self.faults: list[Exception] = []
        self.exits: list[int] = []
        self.ended = threading.Event()
        socket_path = folder / "run" / "abci.sock"
        self.server = AbciServer(socket_path, application, on_fault=self.faults.append)
        self.home = EngineHome(folder / "engine")
        self.home.found(genesis, own.node_key, own.validator_key)
        self.prometheus_port = free_port()
        settings = EngineConfig(
            moniker="alpha",
            profile=MACHINE,
            abci_socket=socket_path,
            rpc_address=f"unix://{folder}/run/rpc.sock",
            p2p_port=own.p2p_port,
            peers=peers,
            prometheus_port=self.prometheus_port,
        )
        self.home.configure(settings)
        self.rpc = EngineRpc(settings.rpc_address)
        self.process = EngineProcess(
            self.home.folder,
            program,
            folder / "engine.log",
            on_exit=self._note_exit,
            environment=environment,
        )

    def start(self) -> None:
        """Serve, start the engine, and return when it is ready."""
        self.server.start()
        self.process.start()
        self.process.wait_ready(self.rpc.is_ready)

    def stop(self) -> int | None:
        """End all; returns how the engine ended."""
        status = self.process.stop()
        self.server.stop()
        self.rpc.close()
        return status

    def _note_exit(self, status: int) -> None:
        self.exits.append(status)
        self.ended.set()


@contextmanager
def network(
    program: Path,
    identities: Sequence[Identity],
    validators: int,
) -> Iterator[list[tuple[EngineUnderTest, CountingApplication]]]:
    """Give started engines that call each other; the first ones are validators.

    The others know the validators, who do not know them.
    """
    genesis = msgspec.structs.replace(
        GENESIS,
        validators=tuple(
            EngineValidator(one.validator_key.public_key, 10) for one in identities[:validators]
        ),
    )
    with ExitStack() as stack:
        nodes = []
        for own in identities:
            application = CountingApplication()
            node = EngineUnderTest(
                stack.enter_context(short_folder()),
                program,
                application,
                identity=own,
                genesis=genesis,
                peers=tuple(one.peer for one in identities[:validators] if one is not own),
            )
            stack.callback(node.stop)
            nodes.append((node, application))
            node.server.start()
            node.process.start()
        for node, _ in nodes:
            node.process.wait_ready(node.rpc.is_ready)
        yield nodes


@contextmanager
def engine(
    program: Path,
    application: NotingHandler,
    folder: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
) -> Iterator[EngineUnderTest]:
    """Give an engine that is stopped at the end; in a folder of its own unless one is given."""
    if folder is None:
        with short_folder() as own, engine(program, application, own, environment=environment) as e:
            yield e
        return
    under_test = EngineUnderTest(folder, program, application, environment=environment)
    try:
        yield under_test
    finally:
        under_test.stop()


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
