# SPDX-License-Identifier: Apache-2.0
"""The socket between node and engine: who reaches it, what is left behind, how it ends."""

from __future__ import annotations

import socket
import stat
import threading

import pytest

from tallystick.consensus.cometbft.proto.abci_pb2 import Request, RequestCommit
from tallystick.consensus.cometbft.server import AbciServer
from tallystick.consensus.cometbft.socket_path import SOCKET_PATH_SIZE_MAX
from tallystick.errors import DataFolderProblem, PortInUse, UsageError
from tests.unit.consensus.cometbft.abci_kit import (
    WAIT_SECONDS,
    Caller,
    NotingHandler,
    Serving,
    echo,
    short_folder,
)


def test_only_this_user_reaches_the_socket(serving: Serving) -> None:
    """Who speaks to the socket could hand us any block."""
    assert stat.S_IMODE(serving.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(serving.path.parent.stat().st_mode) == 0o700
    assert serving.server.address == f"unix://{serving.path}"


def test_a_folder_open_to_others_is_refused() -> None:
    """And left as it is: it may be somebody's on purpose."""
    with short_folder() as folder:
        folder.chmod(0o755)
        server = AbciServer(folder / "abci.sock", NotingHandler(), on_fault=lambda _: None)
        with pytest.raises(DataFolderProblem, match="others may enter"):
            server.start()
        server.stop()
        assert list(folder.iterdir()) == []


def test_a_path_too_long_for_a_socket_is_refused() -> None:
    """With the limit, before anything is made."""
    with short_folder() as folder:
        path = folder / ("x" * SOCKET_PATH_SIZE_MAX)
        server = AbciServer(path, NotingHandler(), on_fault=lambda _: None)
        with pytest.raises(UsageError, match="too long") as caught:
            server.start()
        assert str(SOCKET_PATH_SIZE_MAX) in (caught.value.expected or "")
        server.stop()


def test_the_longest_path_works() -> None:
    """The limit is the kernel's, not one byte less."""
    with short_folder() as folder:
        path = folder / ("x" * (SOCKET_PATH_SIZE_MAX - len(str(folder)) - 1))
        serving = Serving(path, NotingHandler())
        serving.server.start()
        assert serving.caller().call(echo("in"))[0].echo.message == "in"
        serving.close()


def test_a_socket_left_behind_is_replaced_and_a_living_one_is_not(serving: Serving) -> None:
    """After a crash the file is still there; two nodes on one socket would mix two ledgers."""
    second = AbciServer(serving.path, NotingHandler(), on_fault=lambda _: None)
    with pytest.raises(PortInUse):
        second.start()
    second.stop()
    assert serving.caller().call(echo("first"))[0].echo.message == "first"
    with short_folder() as folder:
        stale = folder / "abci.sock"
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(stale))
        after = Serving(stale, NotingHandler())
        after.server.start()
        assert after.caller().call(echo("new"))[0].echo.message == "new"
        after.close()
        assert not stale.exists()


def test_a_file_at_the_path_is_not_removed() -> None:
    """Only what is a socket may be an old one of ours."""
    with short_folder() as folder:
        path = folder / "abci.sock"
        path.write_text("precious")
        server = AbciServer(path, NotingHandler(), on_fault=lambda _: None)
        with pytest.raises(DataFolderProblem, match="not a socket"):
            server.start()
        server.stop()
        assert path.read_text() == "precious"


def test_a_fault_may_stop_the_server_from_its_own_thread() -> None:
    """The node ends when it is told of a fault, from whichever thread that is."""
    with short_folder() as folder:
        handler = NotingHandler()
        handler.failing = {"commit": ValueError("broken")}
        stopped = threading.Event()

        def stop(_: Exception) -> None:
            server.stop()
            stopped.set()

        server = AbciServer(folder / "abci.sock", handler, on_fault=stop)
        server.start()
        other, caller = Caller(folder / "abci.sock"), Caller(folder / "abci.sock")
        other.call(echo("in"))
        caller.send(Request(commit=RequestCommit()))
        assert stopped.wait(WAIT_SECONDS)
        assert other.receive() is None
        other.close()
        caller.close()
