# SPDX-License-Identifier: Apache-2.0
"""A node on a real folder, under either engine, and what tests submit to it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tallystick.consensus import Committed
from tallystick.crypto import sha256
from tallystick.errors import TallystickError
from tallystick.model import GenesisDocument, network_id
from tallystick.node import Node, NodeConfig, create_network, open_node
from tallystick.node.comet import engine_genesis, found_engine
from tallystick.node.engine_file import EngineFile, write_engine_file
from tallystick.storage import DataFolder
from tests.factories import LIFETIME, LOG_KEY, START, make_genesis, sign
from tests.networks import Seat, free_port

WAIT_SECONDS = 30
GENESIS: GenesisDocument = msgspec.structs.replace(make_genesis(), contracts=("evidence",))
NETWORK = network_id(GENESIS.name, GENESIS.encode())

Open = Callable[..., Node]


class Clock:
    """A clock that tests set; under CometBFT the machine's, which decides the time of blocks."""

    def __init__(self) -> None:
        self.now = START + 1_000

    def __call__(self) -> int:
        return self.now


class MachineClock(Clock):
    """The machine's own clock, which may be asked for but not set."""

    def __init__(self) -> None:
        self.ahead = 0

    @property
    def now(self) -> int:
        return time.time_ns() // 1_000_000

    @now.setter
    def now(self, _: int) -> None:
        """Time passes by itself."""


SEAT = Seat(1)


@pytest.fixture(
    params=["solo", pytest.param("cometbft", marks=pytest.mark.engine)],
)
def engine(request: pytest.FixtureRequest) -> str:
    """Name the engine that orders."""
    name: str = request.param
    if name == "cometbft":
        request.getfixturevalue("engine_program")
    return name


solo_only = pytest.mark.parametrize("engine", ["solo"], indirect=True)
"""For what is about heights without empty blocks, or about the engine that orders alone."""


@pytest.fixture
def clock(engine: str) -> Iterator[Clock]:
    """Stand at the beginning; deposits are good for as long as the network allows."""
    clock = Clock() if engine == "solo" else MachineClock()
    PERIOD.end = START + LIFETIME if engine == "solo" else clock.now + LIFETIME // 2
    yield clock
    PERIOD.end = START + LIFETIME


class _Period:
    """Until when what tests sign is good."""

    end = START + LIFETIME


PERIOD = _Period()


def found(folder: Path, engine: str, genesis: GenesisDocument = GENESIS) -> None:
    """Make a data folder for an engine; under CometBFT the node is the only validator."""
    create_network(folder, genesis, LOG_KEY)
    if engine == "solo":
        return
    data = genesis.encode()
    with DataFolder.open(folder) as opened:
        found_engine(
            opened,
            engine_genesis(genesis, data, validators=(SEAT.validator,)),
            node_key=SEAT.node_key,
            validator_key=SEAT.validator_key,
        )
    write_engine_file(folder, EngineFile(profile="machine", p2p_port=free_port()))


@pytest.fixture
def folder(tmp_path: Path, engine: str) -> Path:
    """Return the data folder of a new network."""
    path = tmp_path / "node"
    found(path, engine)
    return path


@pytest.fixture
def start(folder: Path, clock: Clock) -> Iterator[Open]:
    """Start nodes on the folder, and stop them at the end."""
    started: list[Node] = []

    def opened(**options: object) -> Node:
        config = NodeConfig(data=folder, workers=False, clock=clock)
        node = open_node(dataclasses.replace(config, **options))  # type: ignore[arg-type]
        started.append(node)
        node.start()
        return node

    yield opened
    for node in started:
        node.stop()


def deposit(
    number: int, *, nonce: int | None = None, case_number: str | None = None, **options: object
) -> bytes:
    """Return a signed deposit of a file whose content is the number."""
    args = {
        "sha256": sha256(str(number).encode()).hex(),
        "size": len(str(number)),
        "media_type": "text/plain",
        "title": f"文件 {number}",
        "captured_at": START,
        "method": "upload",
    }
    if case_number is not None:
        args["case_number"] = case_number
    return sign(
        "deposit",
        args,  # type: ignore[arg-type]
        nonce=number if nonce is None else nonce,
        contract="evidence",
        network=NETWORK,
        **{"valid_until": PERIOD.end, **options},  # type: ignore[arg-type]
    )


def submit(node: Node, *raw: bytes) -> list[Committed | TallystickError]:
    """Submit and wait."""
    return node.submit(raw).result(WAIT_SECONDS)


def commit(node: Node, *raw: bytes) -> list[Committed]:
    """Submit what must be committed, and wait."""
    answers = submit(node, *raw)
    committed = [answer for answer in answers if isinstance(answer, Committed)]
    assert len(committed) == len(raw), answers
    return committed
