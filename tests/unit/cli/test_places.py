# SPDX-License-Identifier: Apache-2.0
"""Data folders, addresses, ports, and the lock that says who serves a folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.cli import ports
from tallystick.cli.locate import data_folder, existing_data_folder, local_url, node_url
from tallystick.cli.runfile import LOCK_NAME, RECORD_NAME, RunFile, RunRecord
from tallystick.errors import DataFolderProblem, PortInUse

RECORD = RunRecord(pid=os.getpid(), url="http://localhost:8801", ready=True)


@pytest.fixture
def listener() -> Iterator[int]:
    """Return a port of this machine that is taken."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_the_data_folder_is_option_then_variable_then_home(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A demonstration never touches the folder of a real ledger."""
    own = home / ".local" / "share" / "tallystick"
    assert data_folder(None) == own / "node"
    assert data_folder(None, demo=True) == own / "demo"
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    assert data_folder(None) == home / "data" / "tallystick" / "node"
    monkeypatch.setenv("TALLY_DATA", "~/ledger")
    assert data_folder(None, demo=True) == home / "ledger"
    assert data_folder(Path("~/x")) == home / "x"


def test_commands_mean_the_folder_in_use() -> None:
    """Whose node runs comes first, then what exists, then the real one."""
    own, demo = data_folder(None), data_folder(None, demo=True)
    assert existing_data_folder(None) == own
    demo.mkdir(parents=True)
    assert existing_data_folder(None) == demo
    own.mkdir(parents=True)
    assert existing_data_folder(None) == own
    with RunFile(demo).hold(RECORD):
        assert existing_data_folder(None) == demo
    assert existing_data_folder(Path("/elsewhere")) == Path("/elsewhere")


def test_the_address_is_option_then_variable_then_running_node(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A node on another port is found without being told."""
    assert node_url(None) == "http://localhost:8700"
    folder = data_folder(None)
    folder.mkdir(parents=True)
    with RunFile(folder).hold(RECORD):
        assert node_url(None) == RECORD.url
    monkeypatch.setenv("TALLY_URL", "http://node.example:1/")
    assert node_url(None) == "http://node.example:1"
    assert node_url("http://other.example/") == "http://other.example"


def test_addresses_of_this_machine_are_called_localhost() -> None:
    """Browsers trust `localhost`, not numbers."""
    for host in ("localhost", "127.0.0.1", "0.0.0.0", "::1"):  # noqa: S104  # names only
        assert local_url(8700, host) == "http://localhost:8700"
    assert local_url(1, "node.example") == "http://node.example:1"
    assert local_url(1, "fd00::1") == "http://[fd00::1]:1"


def test_a_lock_that_is_held_shows_its_record(tmp_path: Path) -> None:
    """While a process serves the folder, others learn its address."""
    run = RunFile(tmp_path)
    assert run.read() is None
    assert not run.is_stale()
    with run.hold(RECORD):
        assert run.read() == RECORD
        assert not run.is_stale()
    assert run.read() is None
    assert not (tmp_path / RECORD_NAME).exists()


def test_a_folder_is_served_by_one_process_only(tmp_path: Path) -> None:
    """The second one is refused, and the first one's record stays."""
    run = RunFile(tmp_path)
    with run.hold(RECORD):
        with pytest.raises(DataFolderProblem), RunFile(tmp_path).hold(RECORD):
            pass
        assert run.read() == RECORD


def test_a_left_over_record_is_recognised_and_removed(tmp_path: Path) -> None:
    """After a crash the number in the record may be anybody's; the lock tells the truth."""
    run = RunFile(tmp_path)
    run.write(RECORD)
    (tmp_path / LOCK_NAME).touch()
    assert run.is_stale()
    assert run.read() is None
    run.clear()
    assert not run.is_stale()


def test_a_damaged_record_is_no_record(tmp_path: Path) -> None:
    """Half a record never becomes an address."""
    run = RunFile(tmp_path)
    with run.hold(RECORD):
        (tmp_path / RECORD_NAME).write_bytes(b'{"pid": 1')
        assert run.read() is None


def test_a_taken_port_is_refused_with_its_owner(listener: int) -> None:
    """Whoever listens is named, if this machine tells."""
    assert not ports.is_free("localhost", listener)
    with pytest.raises(PortInUse) as caught:
        ports.check_port("localhost", listener)
    if Path("/proc/net/tcp").exists():
        assert f"(pid {os.getpid()})" in caught.value.message
    assert caught.value.field == "--port"


def test_an_unknown_owner_is_left_out(listener: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every system says who listens; then the port alone is named."""
    monkeypatch.setattr(ports, "_listeners", lambda _table, _port: [])
    with pytest.raises(PortInUse, match=rf"^port {listener} is taken$"):
        ports.check_port("localhost", listener)
    monkeypatch.setattr(ports, "_listeners", lambda _table, _port: ["0"])
    assert ports.holder(listener) is None


def test_a_free_port_passes(listener: int) -> None:
    """Nothing is raised and nothing stays open."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    ports.check_port("127.0.0.1", port)
    assert port != listener


def test_processes_that_vanish_meanwhile_do_no_harm(tmp_path: Path) -> None:
    """/proc changes while it is read."""
    assert ports._sockets(tmp_path / "gone") == set()
    assert ports._name(tmp_path / "gone") == "?"
    assert ports._listeners("no-such-table", 1) == []
