# SPDX-License-Identifier: Apache-2.0
"""The storage process: it stops the node when it dies, and dies when the node does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tallystick.errors import StorageFailed
from tallystick.storage.environment import WriterLock
from tallystick.storage.writers import ProcessWriter
from tests.unit.storage.chain import NETWORK, Chain
from tests.unit.storage.stores import open_store, same_as, save_all


@pytest.fixture
def chain() -> Chain:
    """Five blocks."""
    chain = Chain()
    chain.grow(5)
    return chain


def test_a_dead_storage_process_stops_the_node(tmp_path: Path, chain: Chain) -> None:
    """INV-P9: the store does not go on without its writer, and says how it ended."""
    store = open_store(tmp_path, in_process=False)
    save_all(store, tmp_path, chain)
    writer = store._writer
    assert isinstance(writer, ProcessWriter)
    os.kill(writer.process_id, signal.SIGKILL)
    with pytest.raises(StorageFailed, match="ended"):
        store.flush()
    same_as(store, chain, 5)
    with pytest.raises(StorageFailed):
        store.maybe_flush(0)
    store.close()
    store = open_store(tmp_path)
    same_as(store, chain, 0)
    store.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_storage_process_ends_with_its_node_only(
    tmp_path: Path, chain: Chain, number: signal.Signals
) -> None:
    """Ctrl-C reaches the whole group; what was committed is still flushed."""
    store = open_store(tmp_path, in_process=False)
    writer = store._writer
    assert isinstance(writer, ProcessWriter)
    os.kill(writer.process_id, number)
    save_all(store, tmp_path, chain)
    store.flush()
    assert store.flushed_height == 5
    store.close()
    assert writer._child.returncode == 0


PARENT = """
import os, sys, time
from pathlib import Path
from tallystick.storage import DurableStore
store = DurableStore.open(Path(sys.argv[1]), sys.argv[2])
if len(sys.argv) > 3:
    inherited = os.dup(store._writer._child.stdin.fileno())
    os.set_inheritable(inherited, True)
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "60"])
print(store._writer.process_id, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("held", [[], ["held"]], ids=["pipe closes", "pipe held by another"])
def test_the_storage_process_never_outlives_a_killed_node(tmp_path: Path, held: list[str]) -> None:
    """A node that is killed leaves no writer behind, even if someone else holds the pipe."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), NETWORK, *held],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    try:
        lock = WriterLock(tmp_path / "state", wait_s=20)  # free as soon as the writer has ended
        lock.close()
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.stdout.close()
    deadline = time.monotonic() + 20
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(child)


def is_running(process_id: int) -> bool:
    """Say whether a process is alive."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_storage_process_that_cannot_start_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing interpreter is said at once."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(StorageFailed, match="could not be started"):
        open_store(tmp_path, in_process=False)
