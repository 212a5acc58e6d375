# SPDX-License-Identifier: Apache-2.0
"""Networks of several organisations on this machine: ours, and the engine's own key-value store.

Both have the same engine, keys, profile and configuration; only the application behind the engine
differs.
"""

from __future__ import annotations

import json
import random
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Protocol

import msgspec

from benchmarks.world import NOTE
from tallystick.consensus.cometbft import (
    MACHINE,
    EngineConfig,
    EngineGenesis,
    EngineHome,
    EngineProcess,
    EngineRpc,
    EngineValidator,
    Peer,
    check_engine,
    find_engine,
    node_id,
)
from tallystick.crypto import SecretKey
from tallystick.model import (
    SNAPSHOT_INTERVAL,
    Call,
    GenesisDocument,
    LogKey,
    Member,
    MemberKey,
    Name,
    NodeIdentity,
    Organization,
    Validator,
    sign_transaction,
)
from tallystick.node import create_network
from tallystick.node.comet import engine_genesis, found_engine
from tallystick.node.engine_file import (
    EngineFile,
    PeerNode,
    StateSyncStart,
    read_engine_file,
    write_engine_file,
)
from tallystick.node.sockets import socket_folder
from tallystick.storage import DataFolder
from tallystick.units import TimeMs

ORGANIZATIONS = (
    "91350100M000100Y43",
    "91330110MA0000001Y",
    "91310115MA00000022",
    "91440300MA0000003T",
)
SIGNERS = 50
"""Keys of each organisation."""
_VALID_MS = 600_000
_READY_S = 120


def key(number: int) -> SecretKey:
    """Return a published test key: its seed is a number."""
    return SecretKey(number.to_bytes(32, "big"))


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback interface that nobody uses now."""
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [door.getsockname()[1] for door in doors]
    for door in doors:
        door.close()
    return ports


class Network(Protocol):
    """Engines with an application behind each."""

    engines: list[str]
    """Addresses of the engines' own interfaces."""
    folder: Path

    def transactions(self, count: int) -> list[bytes]:
        """Return new transactions that it takes."""
        ...

    def close(self) -> None:
        """End all processes and remove the files."""
        ...


class Wallets:
    """Keys of all organisations, and what they sign: transfers between accounts of the bank."""

    def __init__(self, network: str, count: int, accounts: int) -> None:
        """Sign for a network of `count` organisations."""
        self._network = network
        self._count = count
        self._accounts = accounts
        self._random = random.Random(accounts)
        self._nonce = time.time_ns()

    def openings(self) -> list[bytes]:
        """Return what opens the accounts."""
        return [
            self._sign("open", {"id": f"acct-{n:08d}", "balance": 10**9, "note": NOTE})
            for n in range(self._accounts)
        ]

    def transfers(self, count: int) -> list[bytes]:
        """Return transfers between accounts chosen at random."""
        return [
            self._sign(
                "transfer",
                {
                    "src": f"acct-{self._random.randrange(self._accounts):08d}",
                    "dst": f"acct-{self._random.randrange(self._accounts):08d}",
                    "amount": 1,
                    "memo": NOTE,
                },
            )
            for _ in range(count)
        ]

    def _sign(self, method: str, args: dict[str, str | int]) -> bytes:
        self._nonce += 1
        number = self._nonce % (self._count * SIGNERS)
        until = TimeMs(time.time_ns() // 1_000_000 + _VALID_MS)
        call = Call(self._network, "bank", method, args, self._nonce, until)  # type: ignore[arg-type]
        return sign_transaction(call, key(1_000 + number), ORGANIZATIONS[number // SIGNERS])


class Tallysticks:
    """Our nodes, one process for each organisation, with worker processes as in production."""

    def __init__(
        self, folder: Path, count: int, accounts: int, *, snapshot_interval: int = SNAPSHOT_INTERVAL
    ) -> None:
        """Found the network, and start it."""
        self._snapshot_interval = snapshot_interval
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        ports = free_ports(count)
        genesis = _genesis(count)
        folders = [folder / str(number) for number in range(count)]
        network = ""
        for number, data in enumerate(folders):
            network = create_network(data, genesis, key(300 + number))
            with DataFolder.open(data) as opened:
                document = engine_genesis(genesis, opened.genesis_bytes)
                found_engine(
                    opened, document, node_key=key(200 + number), validator_key=key(100 + number)
                )
            write_engine_file(data, _engine_file(number, ports))
        self.engines = [f"unix://{socket_folder(data) / 'rpc.sock'}" for data in folders]
        self._folders = folders
        self._nodes = [_start_member(data, snapshot_interval) for data in folders]
        self.ports = [_port(node) for node in self._nodes]
        _wait_joined(self.engines)
        self.wallets = Wallets(network, count, accounts)

    def stop_one(self, number: int) -> Path:
        """Stop one organisation's node and return its data folder."""
        _end_member(self._nodes[number])
        return self._folders[number]

    def believe(self, number: int, height: int | None) -> None:
        """Let a stopped node that is empty begin from a snapshot, or from the first block.

        Args:
            number: which node.
            height: whose header, as the first node has it, it is to believe; None for no snapshot.
        """
        data = self._folders[number]
        settings = read_engine_file(data)
        if settings is None:
            raise RuntimeError(f"{data} has no engine")
        start = self._start_at(height) if height is not None else None
        write_engine_file(data, msgspec.structs.replace(settings, state_sync=start))

    def _start_at(self, height: int) -> StateSyncStart:
        rpc = EngineRpc(self.engines[0])
        hashed = rpc.commit(height).signed_header.commit.block_id.hash.hex().upper()
        rpc.close()
        servers = tuple(f"http://127.0.0.1:{port}/v1/engine" for port in self.ports[:2])
        return StateSyncStart(height=height, header_hash=hashed, servers=servers)

    def start_one(self, number: int) -> float:
        """Start it again; return the seconds until it has everything that the first has."""
        target = EngineRpc(self.engines[0])
        height = target.status().sync_info.latest_block_height
        started = time.perf_counter()
        self._nodes[number] = _start_member(self._folders[number], self._snapshot_interval)
        _port(self._nodes[number])
        rpc = EngineRpc(self.engines[number])
        while (status := rpc.status().sync_info).catching_up or (
            status.latest_block_height < height
        ):
            time.sleep(0.02)
        seconds = time.perf_counter() - started
        rpc.close()
        target.close()
        return seconds

    def transactions(self, count: int) -> list[bytes]:
        """Return transfers, signed now."""
        return self.wallets.transfers(count)

    def close(self) -> None:
        """End all processes and remove the files."""
        for node in self._nodes:
            _end_member(node)
        shutil.rmtree(self.folder)


class Kvstores:
    """The engine with the key-value store that is built into it, in memory, in its own process."""

    def __init__(self, folder: Path, count: int, size: int) -> None:
        """Found and start; transactions will have `size` bytes."""
        self.folder = folder
        self._size = size
        self._random = random.Random(size)
        self._number = 0
        shutil.rmtree(folder, ignore_errors=True)
        ports = free_ports(count)
        genesis = EngineGenesis(
            chain_id="tallystick-benchmark",
            time_ms=time.time_ns() // 1_000_000,
            validators=tuple(
                EngineValidator(key(100 + n).public_key, 1, ORGANIZATIONS[n]) for n in range(count)
            ),
        )
        program = check_engine(find_engine()).path
        self._processes: list[EngineProcess] = []
        self.engines: list[str] = []
        for number in range(count):
            data = folder / str(number)
            home = EngineHome(data / "engine")
            home.found(genesis, key(200 + number), key(100 + number))
            address = f"unix://{socket_folder(data) / 'rpc.sock'}"
            home.configure(_engine_config(number, ports, address, socket_folder(data)))
            _use_kvstore(home.folder / "config" / "config.toml")
            self.engines.append(address)
            self._processes.append(
                EngineProcess(home.folder, program, data / "engine.log", on_exit=_ended)
            )
        for process in self._processes:
            process.start()
        for process, address in zip(self._processes, self.engines, strict=True):
            rpc = EngineRpc(address)
            process.wait_ready(rpc.is_ready)
            rpc.close()
        _wait_joined(self.engines)

    def transactions(self, count: int) -> list[bytes]:
        """Return new keys with values."""
        found = []
        for _ in range(count):
            self._number += 1
            name = f"{self._number:016d}="
            value = self._random.randbytes(self._size // 2).hex()
            found.append((name + value)[: self._size].ljust(self._size, "0").encode())
        return found

    def close(self) -> None:
        """End all processes and remove the files."""
        for process in self._processes:
            process.stop()
        shutil.rmtree(self.folder)


def _genesis(count: int) -> GenesisDocument:
    name = Name(zh="基准", en="Benchmark")
    organizations = ORGANIZATIONS[:count]
    validators = [
        Validator(organization=one, public_key=key(100 + n).public_key, power=1)
        for n, one in enumerate(organizations)
    ]
    nodes = [
        NodeIdentity(node_id=node_id(key(200 + n).public_key), organization=one)
        for n, one in enumerate(organizations)
    ]
    return GenesisDocument(
        name="benchmark",
        created=TimeMs(time.time_ns() // 1_000_000),
        organizations=tuple(Organization(id=one, name=name) for one in organizations),
        members=tuple(
            Member(organization=one, id="load", name=name, roles=("depositor",))
            for one in organizations
        ),
        keys=tuple(
            MemberKey(
                public_key=key(1_000 + number).public_key,
                organization=ORGANIZATIONS[number // SIGNERS],
                member="load",
                valid_from=TimeMs(0),
                valid_until=TimeMs(2**50),
            )
            for number in range(count * SIGNERS)
        ),
        log_keys=tuple(
            LogKey(organization=one, public_key=key(300 + n).public_key)
            for n, one in enumerate(organizations)
        ),
        contracts=("bank",),
        validators=tuple(sorted(validators, key=lambda one: one.organization)),
        nodes=tuple(sorted(nodes, key=lambda one: one.node_id)),
    )


def _engine_file(number: int, ports: list[int]) -> EngineFile:
    peers = tuple(
        PeerNode(node_id=node_id(key(200 + n).public_key), address=f"127.0.0.1:{port}")
        for n, port in enumerate(ports)
        if n != number
    )
    return EngineFile(profile="machine", p2p_port=ports[number], peers=peers)


def _engine_config(number: int, ports: list[int], address: str, sockets: Path) -> EngineConfig:
    return EngineConfig(
        moniker="tallystick",
        profile=MACHINE,
        abci_socket=sockets / "abci.sock",
        rpc_address=address,
        p2p_port=ports[number],
        peers=tuple(
            Peer(node_id(key(200 + n).public_key), "127.0.0.1", port)
            for n, port in enumerate(ports)
            if n != number
        ),
        inbound_peers_max=40,
    )


def _use_kvstore(config: Path) -> None:
    lines = config.read_text().splitlines()
    changed = ['proxy_app = "kvstore"' if line.startswith("proxy_app") else line for line in lines]
    config.write_text("\n".join(changed) + "\n")


def _start_member(data: Path, snapshot_interval: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.member", str(data), str(snapshot_interval)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _end_member(node: subprocess.Popen[bytes]) -> None:
    if node.stdin is not None:
        node.stdin.close()
    node.wait()


def _port(node: subprocess.Popen[bytes]) -> int:
    if node.stdout is None:
        raise RuntimeError("a node has no output")
    return int(json.loads(node.stdout.readline())["port"])


def _wait_joined(engines: list[str]) -> None:
    """Wait until every engine knows all others and takes transactions."""
    end = time.monotonic() + _READY_S
    for address in engines:
        rpc = EngineRpc(address)
        while rpc.status().sync_info.catching_up or len(rpc.net_info().peers) < len(engines) - 1:
            if time.monotonic() > end:
                raise RuntimeError(f"{address} has not joined the others")
            time.sleep(0.1)
        rpc.close()


def _ended(status: int) -> None:
    raise RuntimeError(f"an engine ended, status {status}")


def write_transactions(path: Path, transactions: list[bytes]) -> Path:
    """Write a file of transactions as the load tool reads it."""
    path.write_bytes(msgspec.msgpack.encode(transactions))
    return path
