# SPDX-License-Identifier: Apache-2.0
"""Our side and the real engine: blocks are decided, restarts go on, and an end is noticed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tallystick.consensus.cometbft import EngineRpc, Handed, address, node_id
from tallystick.consensus.cometbft.rpc_types import BLOCK_ID_FLAG_COMMIT
from tallystick.crypto import SecretKey
from tallystick.errors import EngineFailed, LimitExceeded, NotFound, Unavailable
from tests.architecture.source import PROJECT
from tests.networks import wait_until
from tests.unit.consensus.cometbft.abci_kit import WAIT_SECONDS, short_folder
from tests.unit.consensus.cometbft.engine_kit import (
    GENESIS,
    NODE_KEY,
    REFUSED,
    VALIDATOR_KEY,
    CountingApplication,
    Identity,
    engine,
    free_port,
    network,
)

pytestmark = pytest.mark.engine

CAPTURED = Path(__file__).with_name("engine_metrics.txt")


def test_transactions_are_decided_and_every_header_carries_the_app_hash(
    engine_program: Path,
) -> None:
    """The header after a block's holds what the application said after that block."""
    application = CountingApplication()
    with engine(engine_program, application) as node:
        node.start()
        sent = [f"tx-{number}".encode() for number in range(100)]
        assert node.rpc.submit(sent) == [Handed.TAKEN] * len(sent)
        application.wait_until(lambda: len(application.transactions) == len(sent))
        assert application.transactions == sent
        done = application.height
        # The next block comes by itself, because the app hash has changed.
        application.wait_until(lambda: application.height > done)
        signed = node.rpc.commit(done + 1).signed_header
        assert signed.header.app_hash == application.app_hash()
        assert signed.header.chain_id == GENESIS.chain_id
        assert signed.commit.signatures[0].block_id_flag == BLOCK_ID_FLAG_COMMIT
        assert signed.commit.signatures[0].validator_address == address(VALIDATOR_KEY.public_key)
        assert len(signed.commit.signatures[0].signature or b"") == 64
        blocks = [node.rpc.block(height) for height in range(1, done + 1)]
        assert [tx for found in blocks for tx in found.block.data.txs] == sent
        assert blocks[0].block.header.last_block_id.hash == b""
        assert blocks[0].block.header.height == 1
        assert node.stop() == 0
        assert (node.faults, node.exits) == ([], [])


def test_the_engine_says_who_it_is_and_who_decides(engine_program: Path) -> None:
    """With the identities that we derive from the keys ourselves."""
    with engine(engine_program, CountingApplication()) as node:
        node.start()
        status = node.rpc.status()
        assert status.node_info.id == node_id(NODE_KEY.public_key) == node.home.node_id()
        assert status.node_info.network == GENESIS.chain_id
        assert status.validator_info.pub_key.value == VALIDATOR_KEY.public_key
        assert status.validator_info.voting_power == 10
        assert status.sync_info.catching_up is False
        (validator,) = node.rpc.validators(1)
        assert validator.pub_key.value == node.home.validator_public_key()
        assert validator.voting_power == 10
        wait_until(lambda: node.rpc.net_info().listening, "the engine's door for peers")
        assert node.rpc.net_info().peers == ()


def test_the_mempool_says_what_it_does_not_take(engine_program: Path) -> None:
    """Seen already is as good as taken; a verdict of the application comes another way."""
    application = CountingApplication()
    with engine(engine_program, application) as node:
        node.start()
        assert node.rpc.submit([]) == []
        assert node.rpc.submit([b"once"]) == [Handed.TAKEN]
        assert node.rpc.submit([b"once", REFUSED]) == [Handed.KNOWN, Handed.TAKEN]
        taken, refused = node.rpc.submit([b"twice", bytes(600_000)])
        assert taken is Handed.TAKEN
        assert isinstance(refused, LimitExceeded)
        application.wait_until(lambda: b"twice" in application.transactions)
        assert application.transactions == [b"once", b"twice"]
        assert REFUSED in application.checked
        for height in (10_000, 0):
            with pytest.raises((NotFound, EngineFailed)):
                node.rpc.commit(height)
        with pytest.raises(NotFound):
            node.rpc.block(10_000)
        with pytest.raises(NotFound):
            node.rpc.validators(10_000)


def test_a_restart_goes_on_where_it_was(engine_program: Path) -> None:
    """The engine asks for the application's height and finds it is its own."""
    application = CountingApplication()
    with short_folder() as folder:
        for number in range(2):
            with engine(engine_program, application, folder) as node:
                node.start()
                assert node.rpc.submit([f"run-{number}".encode()]) == [Handed.TAKEN]
                application.wait_until(lambda: len(application.transactions) > number)  # noqa: B023
        assert application.transactions == [b"run-0", b"run-1"]


def test_an_application_that_is_behind_is_brought_up(engine_program: Path) -> None:
    """Blocks are the truth: a fresh application is told all of them again."""
    first, second = CountingApplication(), CountingApplication()
    with short_folder() as folder:
        with engine(engine_program, first, folder) as node:
            node.start()
            assert node.rpc.submit([b"a", b"b"]) == [Handed.TAKEN] * 2
            first.wait_until(lambda: len(first.transactions) == 2)
        with engine(engine_program, second, folder) as node:
            node.start()
            assert second.transactions == [b"a", b"b"]
            assert second.app_hash() == first.app_hash()


def test_a_fault_of_the_application_ends_the_engine(engine_program: Path) -> None:
    """Told twice: by the server, whose fault it was, and by the process, which ended."""
    application = CountingApplication()
    application.failing["finalize_block"] = OSError("disk gone")
    with engine(engine_program, application) as node:
        node.server.start()
        node.process.start()
        assert node.ended.wait(WAIT_SECONDS)
        assert [type(fault) for fault in node.faults] == [OSError]
        assert len(node.exits) == 1
        assert application.height == 0


def test_a_killed_engine_is_noticed(engine_program: Path) -> None:
    """As by the system when memory runs out."""
    with engine(engine_program, CountingApplication()) as node:
        node.start()
        node.process.kill()
        assert node.ended.wait(WAIT_SECONDS)
        assert node.exits == [-signal.SIGKILL]
        assert node.process.exit_status == -signal.SIGKILL
        assert not node.rpc.is_ready()
        with pytest.raises(Unavailable, match="is not there"):
            node.rpc.submit([b"x"])


def test_an_engine_that_hangs_is_killed(engine_program: Path) -> None:
    """A stop has an end."""
    with engine(engine_program, CountingApplication()) as node:
        node.start()
        assert node.process.process_id is not None
        os.kill(node.process.process_id, signal.SIGSTOP)
        assert node.process.stop(timeout_ms=100) == -signal.SIGKILL
        assert node.exits == []


def test_an_engine_that_cannot_start_says_why(engine_program: Path) -> None:
    """The end of its log is in the error."""
    with engine(engine_program, CountingApplication()) as node:
        (node.home.folder / "config" / "genesis.json").write_text("{}")
        node.server.start()
        node.process.start()
        with pytest.raises(EngineFailed, match="ended while it started") as caught:
            node.process.wait_ready(node.rpc.is_ready)
        assert "genesis" in (caught.value.found or "")
        assert "genesis" in (node.folder / "engine.log").read_text()


def test_an_engine_that_is_not_ready_in_time_is_an_error(engine_program: Path) -> None:
    """For example when nobody serves its application socket."""
    with engine(engine_program, CountingApplication()) as node:
        node.process.start()
        with pytest.raises(EngineFailed, match="not ready within 200 ms"):
            node.process.wait_ready(node.rpc.is_ready, timeout_ms=200)


def test_variables_reach_the_engine(engine_program: Path) -> None:
    """Tests of crashes end it at a chosen point between two writes to disk."""
    application = CountingApplication()
    with engine(engine_program, application, environment={"FAIL_TEST_INDEX": "0"}) as node:
        node.server.start()
        node.process.start()
        assert node.ended.wait(WAIT_SECONDS)
        assert node.exits == [1]


NODE = """
import signal, sys, threading
from pathlib import Path
from tests.unit.consensus.cometbft.engine_kit import CountingApplication, EngineUnderTest
node = EngineUnderTest(Path(sys.argv[1]), Path(sys.argv[2]), CountingApplication())
node.start()
print(node.process.process_id, flush=True)
threading.Event().wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does it")
def test_the_engine_dies_with_the_node(engine_program: Path) -> None:
    """A node that was killed leaves nothing behind that votes on."""
    with short_folder() as folder:
        parent = subprocess.Popen(
            [sys.executable, "-c", NODE, str(folder), str(engine_program)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )
        assert parent.stdout is not None
        with parent.stdout:
            engine_id = int(parent.stdout.readline())
        handle = os.pidfd_open(engine_id)
        try:
            parent.kill()
            parent.wait(WAIT_SECONDS)
            # Not `select`: a long run of tests has more than 1,024 files open.
            watched = select.poll()
            watched.register(handle, select.POLLIN)
            ended = watched.poll(WAIT_SECONDS * 1_000)
            assert ended
        finally:
            os.close(handle)


def test_only_known_nodes_are_let_in_and_validators_agree(engine_program: Path) -> None:
    """Two validators decide together; a node that nobody named calls both and gets no block."""
    identities = [
        Identity(SecretKey(bytes([number]) * 32), SecretKey(bytes([100 + number]) * 32), port)
        for number, port in ((1, free_port()), (2, free_port()), (3, free_port()))
    ]
    with network(engine_program, identities, validators=2) as nodes:
        (first, one), (second, two), (stranger, nothing) = nodes
        pair = (first, second)
        first.process.wait_ready(
            lambda: not any(node.rpc.status().sync_info.catching_up for node in pair),
        )
        assert first.rpc.submit([b"a", b"b"]) == [Handed.TAKEN] * 2
        for application in (one, two):
            application.wait_until(lambda: len(application.transactions) == 2)  # noqa: B023
        assert one.app_hash() == two.app_hash()
        commit = second.rpc.commit(1).signed_header.commit
        assert len(commit.signatures) == 2
        assert [peer.node_info.id for peer in first.rpc.net_info().peers] == [second.home.node_id()]
        assert stranger.rpc.net_info().peers == ()
        assert stranger.rpc.status().sync_info.catching_up is True
        assert nothing.height == 0


def metric_names(text: str) -> set[str]:
    """Return the names of measurements in Prometheus' text form."""
    return {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")}


def test_the_engine_measures_what_the_captured_list_says(engine_program: Path) -> None:
    """Rules and dashboards name these; a new engine that drops one must be noticed."""
    with engine(engine_program, CountingApplication()) as node:
        node.start()
        node.rpc.submit([b"one"])
        address_ = f"http://127.0.0.1:{node.prometheus_port}/metrics"
        with urllib.request.urlopen(address_, timeout=WAIT_SECONDS) as answer:
            found = metric_names(answer.read().decode())
    lines = CAPTURED.read_text().splitlines()
    captured = {line.split()[0] for line in lines if not line.startswith("#")}
    own = {name for name in found if name.startswith("cometbft_")}
    assert own
    assert own <= captured, sorted(own - captured)


def test_a_tcp_address_works_too() -> None:
    """Nobody listens there: said with the address, in our words."""
    rpc = EngineRpc("tcp://127.0.0.1:1", timeout_ms=1_000)
    with pytest.raises(Unavailable, match=r"tcp://127\.0\.0\.1:1"):
        rpc.status()
    rpc.close()
