# SPDX-License-Identifier: Apache-2.0
"""The views process: follows the block log, ends with its parent, survives other histories."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tallystick.crypto import sha256
from tallystick.execution import ContractRunner
from tallystick.model import GenesisDocument, network_id
from tallystick.node import create_network
from tallystick.node.feeds import views_url
from tallystick.node.projector import follow
from tallystick.storage import BlockLog
from tallystick.views import Projector, Views, specs_of
from tests.factories import LOG_KEY, make_genesis
from tests.unit.views.chain import Chain, Deed

WAIT_S = 60
GENESIS: GenesisDocument = make_genesis()
SPECS = specs_of(ContractRunner().schemas)
PARENT = sha256(GENESIS.encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the data folder of a new network."""
    create_network(tmp_path / "node", GENESIS, LOG_KEY)
    return tmp_path / "node"


def write(folder: Path, network: str, chain: Chain, first: int = 0) -> None:
    """Append blocks to the folder's log."""
    with closing(BlockLog.open(folder, network)) as log:
        for block in chain.blocks[first:]:
            log.append(block)


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the process while the context lasts, then close its input."""
    command = [sys.executable, "-m", "tallystick.node.projector", "--data", str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        yield process
    finally:
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()
        process.wait(WAIT_S)


@pytest.fixture
def network(folder: Path) -> str:
    """Return the network's id."""
    assert folder.is_dir()
    return network_id(GENESIS.name, GENESIS.encode())


def test_blocks_reach_the_views_and_the_end_of_input_ends_the_process(
    folder: Path, network: str
) -> None:
    """Those that were there, and those that are appended while it runs."""
    chain = Chain(genesis_hash=PARENT)
    chain.add(Deed(), Deed())
    write(folder, network, chain)
    with running(folder) as process, closing(Views(views_url(folder))) as views:
        assert views.wait_for(1, WAIT_S)
        chain.add(Deed())
        write(folder, network, chain, first=1)
        assert process.stdin is not None
        process.stdin.write(b"." * 100_000)
        process.stdin.flush()
        assert views.wait_for(2, WAIT_S)
        assert [row.leaf_index for row in views.list_transactions().items] == [2, 1, 0]
        process.stdin.close()
        assert process.wait(WAIT_S) == 0


def test_views_of_a_longer_history_begin_again(folder: Path, network: str) -> None:
    """After a restore the views show what the ledger has, not what it had."""
    chain, other = Chain(genesis_hash=PARENT), Chain(genesis_hash=PARENT)
    chain.add(Deed(args={"restored": True}))
    for _ in range(3):
        other.add(Deed())
    write(folder, network, chain)
    with Projector(views_url(folder), GENESIS.encode(), SPECS) as projector:
        projector.apply(other.blocks)
    with running(folder), closing(Views(views_url(folder))) as views:
        deadline = time.monotonic() + WAIT_S
        while (views.height() != 1 or views.counts().transactions != 1) and (
            time.monotonic() < deadline
        ):
            time.sleep(0.01)
        assert [row.args for row in views.list_transactions().items] == [{"restored": True}]


def test_a_folder_that_is_none_ends_the_process_with_a_sentence(tmp_path: Path) -> None:
    """The operator reads a code, not a traceback."""
    command = [sys.executable, "-m", "tallystick.node.projector", "--data", str(tmp_path)]
    ended = subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("views: E_")


def test_following_stops_when_the_input_is_closed(
    folder: Path, network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parent that is gone leaves no process behind, even in the middle of catching up."""
    chain = Chain(genesis_hash=PARENT)
    for _ in range(3):
        chain.add(Deed())
    write(folder, network, chain)
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading) as source:
        monkeypatch.setattr(sys, "stdin", source)
        follow(folder)
    with closing(Views(views_url(folder))) as views:
        assert views.height() == 3
