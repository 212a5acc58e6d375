# SPDX-License-Identifier: Apache-2.0
"""HTTP to the engine on this machine, over a unix socket or the loopback interface, kept alive.

The standard library's client: the one that we use elsewhere leaves a unix socket open when nobody
listens, which is the normal case while the engine starts.
"""

from __future__ import annotations

import socket
import threading
from http.client import HTTPConnection, HTTPException

from tallystick.errors import Unavailable


class EngineLine:
    """Posts questions; several threads may at the same time."""

    def __init__(self, address: str, *, timeout_s: float) -> None:
        """Prepare; nothing is sent yet."""
        self._address = address
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._idle: list[HTTPConnection] = []

    def post(self, body: bytes) -> bytes:
        """Return the answer to a question.

        A connection that the engine closed while it was idle is replaced and the question asked
        again, for all our questions may be asked twice.

        Raises:
            Unavailable: nobody answers, or not in time.
        """
        try:
            if (idle := self._take_idle()) is not None:
                try:
                    return self._ask(idle, body)
                except ConnectionError:  # also when the answer never began
                    pass
            return self._ask(self._connection(), body)
        except (OSError, HTTPException) as error:
            reason = "did not answer in time" if isinstance(error, TimeoutError) else "is not there"
            raise Unavailable(
                f"the consensus engine at {self._address} {reason}",
                found=f"{type(error).__name__} {error}"[:200],
            ) from error

    def close(self) -> None:
        """Close the connections."""
        while (idle := self._take_idle()) is not None:
            idle.close()

    def _ask(self, line: HTTPConnection, body: bytes) -> bytes:
        try:
            line.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = line.getresponse().read()
        except BaseException:
            line.close()
            raise
        with self._lock:
            self._idle.append(line)
        return answer

    def _take_idle(self) -> HTTPConnection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _connection(self) -> HTTPConnection:
        kind, _, place = self._address.partition("://")
        if kind == "unix":
            return _UnixConnection(place, self._timeout_s)
        return HTTPConnection(place, timeout=self._timeout_s)


class _UnixConnection(HTTPConnection):
    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        """Connect to the path instead of the host."""
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.settimeout(self.timeout)
            line.connect(self._path)
        except OSError:
            line.close()
            raise
        self.sock = line
