# SPDX-License-Identifier: Apache-2.0
"""Real networks for tests: nodes of several organisations in this process, each with its engine.

Published test keys; loopback ports that were free a moment ago; everything in folders of the test.
"""

from __future__ import annotations

import dataclasses
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tallystick.consensus import Committed
from tallystick.consensus.cometbft import EngineRpc, node_id
from tallystick.crypto import SecretKey
from tallystick.encoding import Value
from tallystick.errors import TallystickError
from tallystick.membership import log_key_message, validator_message
from tallystick.model import (
    Call,
    GenesisDocument,
    GovernanceRules,
    LogKey,
    Name,
    NodeIdentity,
    Organization,
    Parameters,
    Validator,
    decode_entry,
    network_id,
    sign_transaction,
)
from tallystick.node import Node, NodeConfig, open_node
from tallystick.node.comet import engine_genesis, found_engine
from tallystick.node.engine_file import EngineFile, PeerNode, write_engine_file
from tallystick.node.node_keys import LOG_KEY_FILE
from tallystick.node.sockets import socket_folder
from tallystick.storage import DataFolder
from tallystick.units import TimeMs
from tests.factories import member, member_key, secret

WAIT_SECONDS = 60
"""Only a hang makes a test wait this long."""
LIFETIME = 3_600_000
_CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PORTS = itertools.count(20_000 + (time.time_ns() // 1000) % 20_000)


def now() -> int:
    """Return the machine's time, unix milliseconds: that of the engine's blocks."""
    return time.time_ns() // 1_000_000


def organization_code(number: int) -> str:
    """Return a valid code of an organisation that does not exist."""
    body = f"9133010{number:01d}MA{number:07d}"[:17].ljust(17, "0")
    total = sum(_CODE_CHARACTERS.index(c) * pow(3, place, 31) for place, c in enumerate(body))
    return body + _CODE_CHARACTERS[-total % 31]


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on now."""
    while True:
        port = next(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_until(is_so: Callable[[], bool], what: str = "it") -> None:
    """Return when a condition holds; fails after `WAIT_SECONDS`."""
    end = time.monotonic() + WAIT_SECONDS
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < end, f"{what} did not happen within {WAIT_SECONDS} s"
        pause.wait(0.02)


@dataclass(frozen=True)
class Seat:
    """One organisation of a test network: its keys, which in truth are its own secret."""

    number: int

    @property
    def organization(self) -> str:
        """Its code."""
        return organization_code(self.number)

    @property
    def validator_key(self) -> SecretKey:
        """Votes on blocks."""
        return secret(1_000 + self.number)

    @property
    def node_key(self) -> SecretKey:
        """Identifies its node to others."""
        return secret(2_000 + self.number)

    @property
    def log_key(self) -> SecretKey:
        """Signs checkpoints and receipts."""
        return secret(3_000 + self.number)

    @property
    def clerk(self) -> SecretKey:
        """Signs transactions: a depositor and administrator."""
        return secret(4_000 + self.number)

    @property
    def governor(self) -> SecretKey:
        """Proposes and votes."""
        return secret(5_000 + self.number)

    @property
    def operator(self) -> SecretKey:
        """Looks after its node."""
        return secret(6_000 + self.number)

    @property
    def node_id(self) -> str:
        """By which other nodes know its node."""
        return node_id(self.node_key.public_key)

    @property
    def validator(self) -> Validator:
        """Its place in the first validator set."""
        return Validator(
            organization=self.organization, public_key=self.validator_key.public_key, power=1
        )


def consortium_genesis(
    seats: Sequence[Seat],
    *,
    validators: Sequence[Seat] | None = None,
    contracts: tuple[str, ...] = ("evidence",),
    parameters: Parameters | None = None,
    rules: GovernanceRules | None = None,
) -> GenesisDocument:
    """Return the genesis document of a network of these organisations, founded now."""
    voting = seats if validators is None else validators
    return GenesisDocument(
        name="testnet",
        created=TimeMs(now()),
        parameters=parameters or Parameters(transaction_lifetime_ms_max=LIFETIME),
        organizations=tuple(
            Organization(
                id=seat.organization, name=Name(zh=f"机构{seat.number}", en=f"Org {seat.number}")
            )
            for seat in seats
        ),
        members=tuple(
            one
            for seat in seats
            for one in (
                member(seat.organization, "clerk", "administrator", "depositor"),
                member(seat.organization, "governor", "governor"),
            )
        ),
        keys=tuple(
            one
            for seat in seats
            for one in (
                member_key(seat.clerk, seat.organization, "clerk"),
                member_key(seat.governor, seat.organization, "governor"),
            )
        ),
        log_keys=tuple(
            LogKey(organization=seat.organization, public_key=seat.log_key.public_key)
            for seat in seats
        ),
        contracts=contracts,
        validators=tuple(sorted((s.validator for s in voting), key=lambda one: one.organization)),
        nodes=tuple(
            sorted(
                (NodeIdentity(node_id=s.node_id, organization=s.organization) for s in seats),
                key=lambda one: one.node_id,
            )
        ),
        governance=rules or GovernanceRules(),
    )


@dataclass
class Place:
    """Where one organisation's node runs, and the node while it does."""

    seat: Seat
    folder: Path
    p2p_port: int
    settings: EngineFile
    node: Node | None = None
    faults: list[BaseException] = field(default_factory=list)

    def start(self, **options: Any) -> Node:  # of NodeConfig
        """Start the node; returns when its engine answers."""
        config = NodeConfig(data=self.folder, workers=False, on_halt=self.faults.append)
        self.node = open_node(dataclasses.replace(config, **options))
        try:
            self.node.start()
        except BaseException:
            self.node.stop()
            self.node = None
            raise
        return self.node

    def stop(self) -> None:
        """Stop the node, if it runs."""
        if self.node is not None:
            self.node.stop()
        self.node = None

    def engine(self) -> EngineRpc:
        """Return the interface of its engine; the caller closes it."""
        return EngineRpc(f"unix://{socket_folder(self.folder) / 'rpc.sock'}")

    @property
    def running(self) -> Node:
        """The node, which must run."""
        assert self.node is not None
        return self.node


class Network:
    """Organisations with a node each."""

    def __init__(self, base: Path, genesis: GenesisDocument, seats: Sequence[Seat]) -> None:
        """Make a data folder for each; nothing runs yet."""
        self.base = base
        self.genesis = genesis
        self.genesis_bytes = genesis.encode()
        self.id = network_id(genesis.name, self.genesis_bytes)
        self.places: list[Place] = []
        self._nonces = itertools.count(1)
        ports = {seat: free_port() for seat in seats}
        for seat in seats:
            others = [other for other in seats if other != seat]
            self.places.append(self._found(seat, ports[seat], {o: ports[o] for o in others}))

    def _found(self, seat: Seat, port: int, peers: dict[Seat, int], **more: Any) -> Place:
        folder = self.base / f"n{seat.number}"
        with DataFolder.create(folder, self.genesis_bytes) as made:
            # Not `create_network`: genesis need not know the key of one who joins.
            made.write_key(LOG_KEY_FILE, seat.log_key.seed.hex().encode() + b"\n")
        settings = EngineFile(
            profile="machine",
            moniker=f"org{seat.number}",
            p2p_port=port,
            peers=tuple(
                PeerNode(
                    node_id=other.node_id,
                    address=f"127.0.0.1:{peer_port}",
                    organization=other.organization,
                )
                for other, peer_port in peers.items()
            ),
            **more,
        )
        with DataFolder.open(folder) as opened:
            found_engine(
                opened,
                engine_genesis(self.genesis, self.genesis_bytes),
                node_key=seat.node_key,
                validator_key=seat.validator_key,
            )
        write_engine_file(folder, settings)
        return Place(seat, folder, port, settings)

    def add(self, seat: Seat, **settings: Any) -> Place:  # of EngineFile
        """Make the folder of a node that joins; it calls all that are there."""
        peers = {place.seat: place.p2p_port for place in self.places}
        place = self._found(seat, free_port(), peers, **settings)
        self.places.append(place)
        return place

    def start(self, **options: Any) -> None:  # of NodeConfig
        """Start every node and wait until they decide together."""
        for place in self.places:
            place.start(**options)
        self.wait_for_engines()
        self.wait_for_height(1)

    def stop(self) -> None:
        """Stop every node that runs."""
        for place in self.places:
            place.stop()

    @property
    def nodes(self) -> list[Node]:
        """Those that run."""
        return [place.node for place in self.places if place.node is not None]

    def wait_for_engines(self) -> None:
        """Wait until no engine is catching up: one that is lets pass what others spread.

        Nobody spreads a transaction twice. A proposer without it waits for one, and where all
        validators are needed, as with two or three, everybody waits with it.
        """
        with ExitStack() as stack:
            engines = [stack.enter_context(closing(place.engine())) for place in self.places]
            wait_until(lambda: not any(one.status().sync_info.catching_up for one in engines))

    def wait_for_height(self, height: int) -> None:
        """Wait until every running node has a block."""
        if height == 1 and all(node.status().height == 0 for node in self.nodes):
            self.commit(0, self.deposit(self.places[0].seat))
        wait_until(
            lambda: all(node.status().height >= height for node in self.nodes), f"block {height}"
        )

    def agree(self) -> bytes:
        """Wait until all running nodes are at one height; return their app hash, which is one."""
        heads: list[tuple[int, bytes]] = []

        def is_one() -> bool:
            heads[:] = [(n.status().height, n.status().app_hash) for n in self.nodes]
            return len({height for height, _ in heads}) == 1

        wait_until(is_one, "one height on all nodes")
        assert len({app_hash for _, app_hash in heads}) == 1, heads
        return heads[0][1]

    def sign(
        self,
        key: SecretKey,
        organization: str,
        method: str,
        args: dict[str, Value],
        *,
        contract: str = "evidence",
        nonce: int | None = None,
        valid_until: int | None = None,
    ) -> bytes:
        """Return a signed transaction, good for half an hour."""
        call = Call(
            network=self.id,
            contract=contract,
            method=method,
            args=args,
            nonce=next(self._nonces) if nonce is None else nonce,
            valid_until=TimeMs(now() + LIFETIME // 2 if valid_until is None else valid_until),
        )
        return sign_transaction(call, key, organization)

    def deposit(self, seat: Seat, *, nonce: int | None = None) -> bytes:
        """Return a signed deposit of another file each time."""
        number = next(self._nonces)
        args: dict[str, Value] = {
            "sha256": f"{number:064x}",
            "size": 1,
            "media_type": "text/plain",
            "title": f"文件 {number}",
            "captured_at": self.genesis.created - 1_000,
            "method": "upload",
        }
        return self.sign(seat.clerk, seat.organization, "deposit", args, nonce=nonce)

    def commit(self, place: int, *raw: bytes) -> list[Committed]:
        """Submit to one node and wait; everything must be committed, whatever its code.

        A node that is still catching up with the others is asked again.
        """
        node = self.places[place].running
        answers: list[Committed | TallystickError] = []

        def is_taken() -> bool:
            answers[:] = node.submit(raw).result(WAIT_SECONDS)
            return not any(getattr(one, "code", "") == "E_UNAVAILABLE" for one in answers)

        wait_until(is_taken, "a node that takes transactions")
        committed = [answer for answer in answers if isinstance(answer, Committed)]
        assert len(committed) == len(raw), answers
        return committed

    def govern(self, seat: Seat, method: str, args: dict[str, Value]) -> bytes:
        """Return a signed call of an organisation's governor."""
        return self.sign(seat.governor, seat.organization, method, args, contract="governance")

    def register_log_key(
        self, seat: Seat, key: SecretKey, replaces: SecretKey | None = None
    ) -> bytes:
        """Return the signed call by which an organisation registers a log key of its own."""
        message = log_key_message(self.id, seat.organization, key.public_key)
        args: dict[str, Value] = {"public_key": key.public_key, "proof": key.sign(message)}
        if replaces is not None:
            args["replaces"] = replaces.public_key
        return self.sign(
            seat.clerk, seat.organization, "rotate_log_key", args, contract="governance"
        )

    def decide(self, node: Node, seats: Sequence[Seat], action: dict[str, Value]) -> None:
        """Let the first of these organisations propose, and the others approve, one by one."""
        first, *others = seats
        (place,) = node.submit([self.govern(first, "propose", {"action": action})]).result(
            WAIT_SECONDS
        )
        assert isinstance(place, Committed), place
        assert place.code == "ok", place.code
        result = decode_entry(node.block(place.height).entries[place.index]).outcome.result
        proposal = result["proposal"] if isinstance(result, dict) else result
        for seat in others:
            raw = self.govern(seat, "vote", {"proposal": proposal, "approve": True})
            (vote,) = node.submit([raw]).result(WAIT_SECONDS)
            assert isinstance(vote, Committed), vote
            assert vote.code == "ok", vote.code

    def validator_action(self, seat: Seat, key: SecretKey | None = None, power: int = 1) -> Any:
        """Return the action that makes an organisation a validator, by its own key."""
        key = key or seat.validator_key
        message = validator_message(self.id, seat.organization, key.public_key)
        return {
            "type": "set_validator",
            "organization": seat.organization,
            "public_key": key.public_key,
            "power": power,
            "proof": key.sign(message),
        }


@contextmanager
def running_network(base: Path, count: int, **options: Any) -> Iterator[Network]:
    """Give a network of `count` organisations that decides, and stop what runs at the end."""
    seats = [Seat(number) for number in range(1, count + 1)]
    network = Network(base, consortium_genesis(seats, **options), seats)
    with ExitStack() as stack:
        stack.callback(network.stop)
        network.start()
        yield network
