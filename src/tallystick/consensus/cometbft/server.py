# SPDX-License-Identifier: Apache-2.0
"""The ABCI server: listens on a unix socket and serves each connection in a thread of its own."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tallystick.consensus.cometbft.connection import Connection
from tallystick.consensus.cometbft.dispatch import Dispatcher
from tallystick.consensus.cometbft.handler import Handler
from tallystick.consensus.cometbft.socket_path import listen
from tallystick.errors import LimitExceeded, Malformed

CONNECTIONS_MAX: Final = 16
"""The engine opens four; after a restart of the engine four more may come before the old end."""

_LOG: Final = logging.getLogger("tallystick.consensus")

OnFault = Callable[[Exception], None]


class AbciServer:
    """Answers a CometBFT process with a handler.

    A fault (a handler that must not fail raised, or what came is not ABCI) closes its connection,
    upon which the engine ends itself, and is told to `on_fault` from the connection's thread.
    A line on which nothing but garbage came is not the engine's, and is closed without more.
    """

    def __init__(self, path: Path, handler: Handler, *, on_fault: OnFault) -> None:
        """Prepare; `start` listens."""
        self._path = path
        self._dispatcher = Dispatcher(handler)
        self._on_fault = on_fault
        self._lock = threading.Lock()
        self._connections: dict[threading.Thread, Connection] = {}
        self._is_stopping = False
        self._door: socket.socket | None = None
        self._wake, self._woken = socket.socketpair()
        self._acceptor: threading.Thread | None = None

    @property
    def address(self) -> str:
        """What `proxy_app` of the engine must say."""
        return f"unix://{self._path}"

    def start(self) -> None:
        """Listen and return.

        Raises:
            UsageError: the path is too long for a socket.
            DataFolderProblem: the folder is open to others.
            PortInUse: another process listens at the path.
        """
        self._door = listen(self._path)
        self._acceptor = threading.Thread(
            target=self._accept,
            args=(self._door,),
            name="abci-accept",
            daemon=True,
        )
        self._acceptor.start()

    def stop(self) -> None:
        """Close everything; returns when no handler runs any more. A second call does nothing."""
        with self._lock:
            if self._is_stopping:
                return
            self._is_stopping = True
            serving = dict(self._connections)
        self._wake.send(b"\0")
        if self._acceptor is not None and self._acceptor is not threading.current_thread():
            self._acceptor.join()
        for connection in serving.values():
            connection.hang_up()
        for thread in serving:
            if thread is not threading.current_thread():  # a handler's fault may stop us
                thread.join()
        if self._door is not None:
            self._door.close()
            self._path.unlink(missing_ok=True)
        self._wake.close()
        self._woken.close()

    def _accept(self, door: socket.socket) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(door, selectors.EVENT_READ)
            ready.register(self._woken, selectors.EVENT_READ)
            while all(key.fileobj is not self._woken for key, _ in ready.select()):
                try:
                    line, _ = door.accept()
                except OSError as error:
                    _LOG.critical("the engine can no longer connect", exc_info=error)
                    self._on_fault(error)
                    return
                self._welcome(line)

    def _welcome(self, line: socket.socket) -> None:
        connection = Connection(line, self._dispatcher)
        with self._lock:
            is_welcome = not self._is_stopping and len(self._connections) < CONNECTIONS_MAX
            if is_welcome:
                thread = threading.Thread(
                    target=self._serve,
                    args=(connection,),
                    name=f"abci-{len(self._connections)}",
                    daemon=True,
                )
                self._connections[thread] = connection
                thread.start()
        if not is_welcome:
            _LOG.error("too many connections at %s", self._path)
            connection.close()

    def _serve(self, connection: Connection) -> None:
        try:
            connection.serve()
        except Exception as error:
            if not connection.has_spoken and isinstance(error, Malformed | LimitExceeded):
                _LOG.warning("somebody who is not the engine called: %s", error)
                return
            _LOG.critical("a connection of the engine is closed for a fault", exc_info=error)
            self._on_fault(error)
        finally:
            with self._lock:
                del self._connections[threading.current_thread()]
            connection.close()
