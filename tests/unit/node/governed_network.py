# SPDX-License-Identifier: Apache-2.0
"""A network of real nodes with real engines in this process, one organisation each."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tallystick.consensus import Committed
from tallystick.consensus.cometbft import EngineRpc, node_id
from tallystick.crypto import SecretKey
from tallystick.encoding import Value
from tallystick.errors import Unavailable
from tallystick.model import (
    ROLE_ADMINISTRATOR,
    ROLE_GOVERNOR,
    Call,
    GenesisDocument,
    LogKey,
    Member,
    Name,
    NodeIdentity,
    Organization,
    Validator,
    sign_transaction,
)
from tallystick.node import Node, NodeConfig, create_network, install_validator_key, open_node
from tallystick.node.comet import engine_genesis, found_engine
from tallystick.node.engine_file import EngineFile, PeerNode, write_engine_file
from tallystick.node.sockets import socket_folder
from tallystick.storage import DataFolder
from tallystick.units import TimeMs
from tests.factories import member, member_key, secret
from tests.unit.membership.governed import code

_WAIT_S = 60
_LIFETIME_MS = 600_000


def validator_key(number: int) -> SecretKey:
    """Return the first validator key of an organisation."""
    return secret(100 + number)


def node_key(number: int) -> SecretKey:
    """Return the peer-to-peer key of its node."""
    return secret(200 + number)


def log_key(number: int) -> SecretKey:
    """Return the key of its checkpoints."""
    return secret(300 + number)


def person_key(number: int) -> SecretKey:
    """Return the key of its administrator, who is its governor too."""
    return secret(400 + number)


class Network:
    """Nodes by number; whoever makes it stops it."""

    def __init__(self, folder: Path, founders: int, places: int) -> None:
        """Found a network, with ports for so many nodes in all; nothing runs yet."""
        self.folder = folder
        self.ports = _free_ports(places)
        self.genesis = _genesis(founders, places)
        self.nodes: dict[int, Node] = {}
        self.faults: list[BaseException] = []
        self._nonce = 0

    def start(self, number: int) -> None:
        """Open and start a node, made the first time."""
        data = self.folder / str(number)
        if not data.exists():
            self._make(number, data)
        config = NodeConfig(data=data, workers=False, on_halt=self.faults.append)
        self.nodes[number] = open_node(config)
        self.nodes[number].start()

    def start_together(self, numbers: Iterable[int]) -> None:
        """Start nodes that need each other: an engine alone makes no block."""
        for number in numbers:
            self._make(number, self.folder / str(number))
        starting = [threading.Thread(target=self.start, args=(number,)) for number in numbers]
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()

    def stop(self, numbers: Iterable[int] | None = None) -> None:
        """Stop nodes."""
        for number in list(self.nodes if numbers is None else numbers):
            self.nodes.pop(number).stop()

    def replace_validator_key(self, number: int, key: SecretKey) -> None:
        """Give a stopped node another key to vote with."""
        install_validator_key(self.folder / str(number), key)

    def call(
        self, number: int, method: str, args: Mapping[str, Value], contract: str = "governance"
    ) -> tuple[str, int, bytes]:
        """Run a call at the node of its organisation: code, height and transaction id."""
        raw = self.signed(number, method, args, contract)
        place = self.submit(number, raw)
        return place.code, place.height, place.transaction_id

    def submit(self, number: int, raw: bytes) -> Committed:
        """Submit a transaction, again while the engine is still catching up."""
        node = self.nodes.get(number, self.nodes[0])
        found: list[Any] = []

        def is_taken() -> bool:
            found[:] = node.submit([raw]).result(_WAIT_S)
            return not isinstance(found[0], Unavailable)

        until(is_taken)
        if isinstance(found[0], Exception):
            raise found[0]
        place: Committed = found[0]
        return place

    def signed(self, number: int, method: str, args: Mapping[str, Value], contract: str) -> bytes:
        """Return a call signed by an organisation's person."""
        self._nonce += 1
        call = Call(
            self.nodes[0].network,
            contract,
            method,
            dict(args),
            self._nonce,
            TimeMs(time.time_ns() // 1_000_000 + _LIFETIME_MS),
        )
        return sign_transaction(call, person_key(number), code(number))

    def decide(self, action: Mapping[str, Value], voters: Iterable[int]) -> int:
        """Propose and vote until it is executed; return the height that executed it."""
        first, *others = voters
        answer, height, proposal = self.call(first, "propose", {"action": dict(action)})
        assert answer == "ok"
        for number in others:
            register = self.nodes[first].register().register
            if not register.proposals[proposal.hex()].is_open:
                break
            answer, height, _ = self.call(
                number, "vote", {"proposal": proposal.hex(), "approve": True}
            )
            assert answer == "ok"
            self.wait_for_height(height)
        assert self.nodes[first].register().register.proposals[proposal.hex()].state == "executed"
        return height

    def advance_to(self, height: int) -> None:
        """Write something until there are so many blocks: an idle engine makes none."""
        while self.nodes[0].status().height < height:
            args: dict[str, Value] = {
                "id": f"n{self._nonce}",
                "name": {"zh": "人", "en": "n"},
                "roles": [],
            }
            self.call(0, "add_member", args, "membership")
        self.wait_for_height(height)

    def wait_for_height(self, height: int) -> None:
        """Wait until every running node has committed a block."""
        for node in self.nodes.values():
            until(lambda node=node: node.status().height >= height)  # type: ignore[misc]

    def engine_validators(self, number: int, height: int) -> dict[bytes, int]:
        """Return the set that a node's engine has for a block."""
        rpc = EngineRpc(f"unix://{socket_folder(self.folder / str(number)) / 'rpc.sock'}")
        try:
            return {one.pub_key.value: one.voting_power for one in rpc.validators(height)}
        finally:
            rpc.close()

    def signers(self, number: int, height: int) -> set[bytes]:
        """Return the addresses of those who signed a block, as a node's engine has it."""
        rpc = EngineRpc(f"unix://{socket_folder(self.folder / str(number)) / 'rpc.sock'}")
        try:
            commit = rpc.commit(height).signed_header.commit
            return {bytes(one.validator_address) for one in commit.signatures if one.signature}
        finally:
            rpc.close()

    def _make(self, number: int, data: Path) -> None:
        create_network(data, self.genesis, log_key(number))
        with DataFolder.open(data) as folder:
            found_engine(
                folder,
                engine_genesis(self.genesis, self.genesis.encode()),
                node_key=node_key(number),
                validator_key=validator_key(number),
            )
        peers = tuple(
            PeerNode(node_id=node_id(node_key(other).public_key), address=f"127.0.0.1:{port}")
            for other, port in enumerate(self.ports)
            if other != number
        )
        write_engine_file(
            data, EngineFile(profile="machine", p2p_port=self.ports[number], peers=peers)
        )


def until(is_done: Callable[[], bool]) -> None:
    """Look again until something is so; the test's own time limit is the only one."""
    deadline = time.monotonic() + _WAIT_S
    while not is_done():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)


def _genesis(founders: int, places: int) -> GenesisDocument:
    codes = [code(number) for number in range(founders)]
    return GenesisDocument(
        name="governed",
        created=TimeMs(time.time_ns() // 1_000_000),
        organizations=tuple(
            Organization(id=one, name=Name(zh="机构", en=f"Organisation {number}"))
            for number, one in enumerate(codes)
        ),
        members=tuple(_person(one) for one in codes),
        keys=tuple(member_key(person_key(number), one, "head") for number, one in enumerate(codes)),
        # A node's checkpoints are signed by a log key of genesis, a newcomer's too.
        log_keys=tuple(
            LogKey(organization=codes[min(number, founders - 1)], public_key=key.public_key)
            for number, key in enumerate(log_key(one) for one in range(places))
        ),
        contracts=("evidence",),
        validators=tuple(
            Validator(organization=one, public_key=validator_key(number).public_key, power=10)
            for number, one in enumerate(codes)
        ),
        nodes=tuple(
            sorted(
                (
                    NodeIdentity(node_id=node_id(node_key(number).public_key), organization=one)
                    for number, one in enumerate(codes)
                ),
                key=lambda one: one.node_id,
            )
        ),
    )


def _person(organization: str) -> Member:
    return member(organization, "head", ROLE_ADMINISTRATOR, ROLE_GOVERNOR)


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on; held together, so that they differ."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()
