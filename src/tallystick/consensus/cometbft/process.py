# SPDX-License-Identifier: Apache-2.0
"""The engine as a child process: starts, keeps a log, dies with the node, and is waited for."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from tallystick.consensus.cometbft import launch
from tallystick.consensus.cometbft.log_file import LogFile
from tallystick.errors import EngineFailed

STOP_MS: Final = 15_000
"""How long the engine may take to close its databases before it is killed; it survives that."""
READY_MS: Final = 60_000

_PAUSE_S: Final = 0.05
_LINE_SIZE_MAX: Final = 64 * 1024
_LOG: Final = logging.getLogger("tallystick.consensus")

_DEAD: Final = b"CONSENSUS FAILURE!!!"
"""What the engine writes when it decides no more; it answers all the same, and does not end."""

OnExit = Callable[[int], None]


class EngineProcess:
    """One run of the engine. A second run is a second object."""

    def __init__(
        self,
        home: Path,
        program: Path,
        log_path: Path,
        *,
        on_exit: OnExit,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare; `start` runs it.

        Args:
            home: the engine's folder, with its configuration.
            program: what `find_engine` found.
            log_path: where its output goes.
            on_exit: told the exit status from a thread of its own if the engine ends without
                `stop` having been called; -9 means killed by signal 9.
            environment: variables beside those of this process.
        """
        self._command = [str(program), "start", "--home", str(home)]
        self._log_path = log_path
        self._on_exit = on_exit
        self._environment = {**os.environ, **(environment or {})}
        self._started = threading.Event()
        self._ended = threading.Event()
        self._is_stopping = False
        self._process: subprocess.Popen[bytes] | None = None
        self._error: Exception | None = None
        self._log: LogFile | None = None
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Start the engine and return once it runs; it is not ready then.

        Raises:
            EngineMissing: the program cannot be run.
            EngineFailed: its log cannot be written.
        """
        self._thread.start()
        self._started.wait()
        if isinstance(self._error, OSError):
            raise EngineFailed(f"the engine cannot be started: {self._error}") from self._error

    def wait_ready(self, is_ready: Callable[[], bool], *, timeout_ms: int = READY_MS) -> None:
        """Return when `is_ready` says so, which is asked again and again.

        Raises:
            EngineFailed: the engine ended first, or was not ready in time.
        """
        end = time.monotonic() + timeout_ms / 1_000
        while not is_ready():
            if self._ended.wait(_PAUSE_S):
                raise EngineFailed(
                    f"the engine ended while it started, status {self.exit_status}",
                    found=self.log_tail[-2_000:],
                    hint=f"Read {self._log_path}.",
                )
            if time.monotonic() > end:
                raise EngineFailed(
                    f"the engine was not ready within {timeout_ms} ms",
                    found=self.log_tail[-2_000:],
                    hint=f"Read {self._log_path}.",
                )

    def stop(self, *, timeout_ms: int = STOP_MS) -> int | None:
        """End the engine and return its status; kills it if it does not end by itself in time."""
        self._is_stopping = True
        process = self._process
        if process is None:
            return None
        self._signal(process, signal.SIGTERM)
        if not self._ended.wait(timeout_ms / 1_000):
            _LOG.warning("the engine did not end within %d ms and is killed", timeout_ms)
            self.kill()
        if self._thread is not threading.current_thread():  # on_exit may call stop
            self._thread.join()
        return process.returncode

    def kill(self) -> None:
        """End the engine at once, as a power cut would; it is told to `on_exit` like any end."""
        if self._process is not None:
            self._signal(self._process, signal.SIGKILL)

    @property
    def exit_status(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.returncode if self._process and self._ended.is_set() else None

    @property
    def process_id(self) -> int | None:
        """Of the engine, once it was started."""
        return self._process.pid if self._process else None

    @property
    def log_tail(self) -> str:
        """The last lines that the engine wrote."""
        return self._log.tail if self._log else ""

    def _run(self) -> None:
        """Start, read and wait, all in this thread: the engine dies with the thread it is of."""
        try:
            self._log = LogFile(self._log_path)
            self._process = self._launch()
        except OSError as error:
            self._error = error
            self._ended.set()
            return
        finally:
            self._started.set()
        self._follow(self._process, self._log)
        status = self._process.wait()
        with suppress(OSError):  # the end is told, whatever becomes of the log
            self._log.close()
        self._ended.set()
        if not self._is_stopping:
            _LOG.error("the engine ended, status %d", status)
            self._on_exit(status)

    def _launch(self) -> subprocess.Popen[bytes]:
        launcher = [sys.executable, "-I", "-S", str(Path(launch.__file__)), str(os.getpid())]
        return subprocess.Popen(
            [*launcher, *self._command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment,
            process_group=0,  # the terminal's Ctrl-C is for the node, which then stops the engine
        )

    def _follow(self, process: subprocess.Popen[bytes], log: LogFile) -> None:
        """Copy the engine's lines into its log until there are no more."""
        output = process.stdout
        if output is None:
            return
        with output:
            while line := output.readline(_LINE_SIZE_MAX):
                try:
                    log.write(line)
                except OSError as error:  # a full disk must not stop the engine's output
                    _LOG.warning("a line of the engine's log is lost: %s", error)
                if _DEAD in line:
                    _LOG.critical("the engine has stopped deciding and is ended")
                    self.kill()

    def _signal(self, process: subprocess.Popen[bytes], number: signal.Signals) -> None:
        if process.poll() is None:  # else its number may be somebody else's by now
            os.killpg(process.pid, number)
