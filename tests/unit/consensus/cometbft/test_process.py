# SPDX-License-Identifier: Apache-2.0
"""Running a program as the engine: its output is kept, its end is told, its log does not grow."""

from __future__ import annotations

import errno
import os
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.consensus.cometbft import EngineProcess
from tallystick.consensus.cometbft.launch import main as launch
from tallystick.consensus.cometbft.log_file import LogFile
from tallystick.errors import EngineFailed
from tests.unit.consensus.cometbft.abci_kit import WAIT_SECONDS


class Run:
    """A shell script in the engine's place."""

    def __init__(self, folder: Path, script: str) -> None:
        self.folder = folder
        program = folder / "program"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        self.exits: list[int] = []
        self.ended = threading.Event()
        self.process = EngineProcess(
            folder / "home",
            program,
            folder / "logs" / "engine.log",
            on_exit=self._note,
            environment={"MARK": "seen"},
        )

    def _note(self, status: int) -> None:
        self.exits.append(status)
        self.ended.set()

    @property
    def log(self) -> str:
        return (self.folder / "logs" / "engine.log").read_text()


SLEEPER = "echo up; exec sleep 1000"


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    """Give a list whose runs are stopped at the end."""
    started: list[Run] = []
    yield started
    for run in started:
        run.process.stop(timeout_ms=0)


def test_output_variables_and_status_come_through(tmp_path: Path) -> None:
    """Both outputs go to one log."""
    run = Run(tmp_path, 'echo "$1 $2 $MARK"; echo error >&2; exit 7')
    run.process.start()
    assert run.ended.wait(WAIT_SECONDS)
    assert run.exits == [7]
    assert run.process.exit_status == 7
    assert run.log == "start --home seen\nerror\n"
    assert run.process.log_tail == run.log
    assert stat.S_IMODE((tmp_path / "logs" / "engine.log").stat().st_mode) == 0o600
    assert run.process.stop() == 7  # stopping what has ended is no error


def test_a_stop_is_not_told_as_an_end(tmp_path: Path, runs: list[Run]) -> None:
    """Only what nobody asked for is."""
    run = Run(tmp_path, SLEEPER)
    runs.append(run)
    run.process.start()
    run.process.wait_ready(lambda: "up" in run.process.log_tail)
    assert run.process.stop() == -signal.SIGTERM
    assert run.exits == []


def test_what_does_not_listen_is_killed_with_its_children(tmp_path: Path, runs: list[Run]) -> None:
    """The whole group, so that nothing keeps the ports."""
    run = Run(tmp_path, "trap '' TERM; sleep 1000 & echo up; while true; do wait; done")
    runs.append(run)
    run.process.start()
    run.process.wait_ready(lambda: "up" in run.process.log_tail)
    group = run.process.process_id
    assert group is not None
    assert os.getpgid(group) == group != os.getpgid(0)
    # The child holds the output open, and `stop` returns only when nobody does any more.
    assert run.process.stop(timeout_ms=50) == -signal.SIGKILL


def test_an_end_while_starting_is_told_with_the_last_words(tmp_path: Path) -> None:
    """And with where to read the rest."""
    run = Run(tmp_path, "echo no such thing; exit 3")
    run.process.start()
    with pytest.raises(EngineFailed, match="status 3") as caught:
        run.process.wait_ready(lambda: False)
    assert caught.value.found == "no such thing\n"
    assert "engine.log" in caught.value.hint


def test_waiting_for_readiness_has_an_end(tmp_path: Path, runs: list[Run]) -> None:
    """A program that is up but never ready is an error too."""
    run = Run(tmp_path, SLEEPER)
    runs.append(run)
    run.process.start()
    with pytest.raises(EngineFailed, match="within 50 ms"):
        run.process.wait_ready(lambda: False, timeout_ms=50)


def test_an_engine_that_decides_no_more_is_ended(tmp_path: Path) -> None:
    """It would answer questions for ever and never get another block."""
    words = '{"_msg":"CONSENSUS FAILURE!!!","err":"wrong Block.Header.AppHash"}'
    run = Run(tmp_path, f"echo '{words}'; exec sleep 1000")
    run.process.start()
    assert run.ended.wait(WAIT_SECONDS)
    assert run.exits == [-signal.SIGKILL]
    assert "AppHash" in run.log


def test_a_log_that_cannot_be_written_is_said_at_the_start(tmp_path: Path) -> None:
    """Before anything runs."""
    (tmp_path / "logs").write_text("a file")
    run = Run(tmp_path, SLEEPER)
    with pytest.raises(EngineFailed, match="cannot be started"):
        run.process.start()
    assert run.process.process_id is None
    assert run.process.exit_status is None
    assert run.process.log_tail == ""
    assert run.process.stop() is None


def test_on_exit_may_stop_the_process_that_has_ended(tmp_path: Path) -> None:
    """The node stops everything when it is told, from whichever thread that is."""
    run = Run(tmp_path, "exit 5")
    statuses: list[int | None] = []
    done = threading.Event()

    def stop(_: int) -> None:
        statuses.append(process.stop())
        done.set()

    log = tmp_path / "engine.log"
    process = EngineProcess(tmp_path, tmp_path / "program", log, on_exit=stop)
    process.start()
    assert done.wait(WAIT_SECONDS)
    assert statuses == [5]
    run.process.kill()  # never started: nothing to kill


def test_a_lost_line_of_the_log_does_not_stop_the_engine(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A full disk is the node's to notice; the engine must not block on its output."""

    def fail(_self: LogFile, _line: bytes) -> None:
        raise OSError("no space")

    monkeypatch.setattr(LogFile, "write", fail)
    run = Run(tmp_path, "echo lost; exit 4")
    run.process.start()
    assert run.ended.wait(WAIT_SECONDS)
    assert run.exits == [4]


def test_the_end_is_told_also_when_the_disk_is_full(tmp_path: Path) -> None:
    """No byte of the log can be written, and closing it must not fail for that either."""
    run = Run(tmp_path, "echo up; exit 3")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "engine.log").symlink_to("/dev/full")
    run.process.start()
    assert run.ended.wait(WAIT_SECONDS)
    assert run.exits == [3]
    assert run.process.log_tail == "up\n"


def test_a_log_that_cannot_be_put_aside_goes_on_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While there is no room for a new file, older logs stay; then it is as if nothing was."""
    path = tmp_path / "engine.log"
    path.with_name("engine.log.1").write_text("older")
    log = LogFile(path, size_max=6, kept=3)
    log.write(b"first\n")
    real = os.open

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "open", refuse)
    for _ in range(2):
        with pytest.raises(OSError, match="no space"):
            log.write(b"lost\n")
    monkeypatch.setattr(os, "open", real)
    log.write(b"last\n")
    log.close()
    texts = [path.with_name(f"engine.log{end}").read_text() for end in ("", ".1", ".2")]
    assert texts == ["last\n", "first\n", "older"]


def test_a_grown_log_is_put_aside_and_the_oldest_is_dropped(tmp_path: Path) -> None:
    """Every line whole, and never more files than were asked for."""
    path = tmp_path / "engine.log"
    log = LogFile(path, size_max=30, kept=2)
    for number in range(12):
        log.write(f"line {number:02}\n".encode())
    log.close()
    assert path.read_text() == "line 09\nline 10\nline 11\n"
    assert (tmp_path / "engine.log.1").read_text() == "line 06\nline 07\nline 08\n"
    assert (tmp_path / "engine.log.2").read_text() == "line 03\nline 04\nline 05\n"
    assert len(list(tmp_path.iterdir())) == 3
    assert log.tail.startswith("line 00")


def test_a_log_goes_on_where_the_last_run_ended(tmp_path: Path) -> None:
    """And counts what is there already."""
    path = tmp_path / "engine.log"
    for text in (b"one\n", b"two\n", b"three, which is too much\n"):
        log = LogFile(path, size_max=20)
        log.write(text)
        log.close()
    assert path.read_text() == "three, which is too much\n"
    assert (tmp_path / "engine.log.1").read_text() == "one\ntwo\n"


def test_a_launch_without_its_parent_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The node died between starting the launcher and the launcher's wish to die with it."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("ctypes.CDLL", lambda _: type("C", (), {"prctl": lambda *_: 0})())
    with pytest.raises(SystemExit):
        launch(0, ["/bin/true"])
