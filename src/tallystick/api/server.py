# SPDX-License-Identifier: Apache-2.0
"""The server process: listens, answers, and stops cleanly on SIGINT and SIGTERM."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Final, Self

import uvicorn

from tallystick.api.application import create_app
from tallystick.api.door import Door
from tallystick.api.guard import guarded
from tallystick.api.hall import Hall, PagesMaker
from tallystick.api.limits import PORT_DEFAULT, Limits
from tallystick.api.ports import LedgerNode
from tallystick.errors import PortInUse, Unavailable, UsageError
from tallystick.units import LOOPBACK_NAMES

_BACKLOG: Final = 1_024
_START_TIMEOUT_S: Final = 20.0


class HttpServer:
    """A listening server: `run` serves in this thread, `start` in one of its own.

    The port is taken when the object is made, so that a taken port is known before anything else
    happens. It neither starts nor stops the node.
    """

    def __init__(
        self,
        node: LedgerNode,
        *,
        host: str = "127.0.0.1",
        port: int = PORT_DEFAULT,
        limits: Limits | None = None,
        host_names: frozenset[str] = frozenset(),
        pages: PagesMaker | None = None,
    ) -> None:
        """Take the port; 0 takes any free one.

        Args:
            node: a node in operation.
            host: address to listen on. On a loopback address only loopback names are answered, so
                that a web page elsewhere cannot reach the node by rebinding its own name.
            port: to listen on.
            limits: bounds.
            host_names: further names by which callers know this server; on other addresses than
                loopback none means that any name is answered.
            pages: makes the application that answers what is not the API's, such as a console.

        Raises:
            PortInUse: another program listens there, or listening is not allowed.
            UsageError: this machine has no such address.
        """
        self._limits = limits or Limits()
        self._socket = _listen(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        names = host_names
        if host_names or _is_loopback(host):
            names = frozenset({*(name.lower() for name in host_names), host, *LOOPBACK_NAMES})
        self.app = create_app(node, limits=self._limits, host_names=names)
        self._hall = Hall(self.app, None if pages is None else pages(self.app, names))
        self._server = _Server(self._config(), self.app)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start in a thread."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def run(self, on_ready: Callable[[HttpServer], None] | None = None) -> None:
        """Serve until SIGINT, SIGTERM or `stop`; open requests are finished first.

        `on_ready` is called once, on the loop, when requests are answered.
        """
        self._server.on_ready = None if on_ready is None else lambda: on_ready(self)
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Serve in a thread; returns when requests are answered.

        Raises:
            Unavailable: the server did not start.
        """
        ready = threading.Event()
        self._thread = threading.Thread(
            target=self.run, args=(lambda _: ready.set(),), name="tally-http", daemon=True
        )
        self._thread.start()
        if not ready.wait(_START_TIMEOUT_S):
            raise Unavailable("the HTTP server did not start")

    def stop(self) -> None:
        """Stop serving; from any thread. Waits for the thread that `start` made."""
        self._server.should_exit = True
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        elif not self._server.started:
            self._socket.close()
            self.app.state.tip.close()

    @property
    def connection_count(self) -> int:
        """How many connections are open."""
        return len(self._server.server_state.connections)

    def _config(self) -> uvicorn.Config:
        return uvicorn.Config(
            self._hall,
            loop=_loop_name(),
            http=guarded(self._limits),
            ws="none",
            lifespan="on",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=_BACKLOG,
            timeout_keep_alive=max(1, self._limits.keep_alive_ms // 1000),
            timeout_graceful_shutdown=max(1, self._limits.shutdown_ms // 1000),
        )


class _Server(uvicorn.Server):
    """Uvicorn's server; it ends event streams at once and leaves signals as it found them."""

    def __init__(self, config: uvicorn.Config, app: Door) -> None:
        super().__init__(config)
        self.on_ready: Callable[[], None] | None = None
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started and self.on_ready is not None:
            self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; streams would otherwise be waited for."""
        self._app.state.tip.close()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM, without raising them again afterwards.

        The caller still has a node to stop: raised again, SIGTERM would end the process first.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        wanted = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ask to stop; a second SIGINT does not wait for open requests."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True


def serve(
    node: LedgerNode,
    *,
    host: str = "127.0.0.1",
    port: int = PORT_DEFAULT,
    limits: Limits | None = None,
    host_names: frozenset[str] = frozenset(),
    on_ready: Callable[[HttpServer], None] | None = None,
) -> None:
    """Serve a node over HTTP until SIGINT or SIGTERM; the caller stops the node afterwards.

    Raises:
        PortInUse: another program listens there, or listening is not allowed.
        UsageError: this machine has no such address.
    """
    server = HttpServer(node, host=host, port=port, limits=limits, host_names=host_names)
    server.run(on_ready)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise UsageError(
            f"{host} is not an address of this machine", field="host", found=host
        ) from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Listening here, not later: two binds may both succeed, two listeners may not.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _not_listening(error, host, port) from error
    listener.settimeout(0)
    return listener


def _not_listening(error: OSError, host: str, port: int) -> PortInUse | UsageError:
    if error.errno == errno.EADDRNOTAVAIL:
        return UsageError(f"{host} is not an address of this machine", field="host", found=host)
    why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
    return PortInUse(f"port {port} {why}", field="port", found=str(port))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _loop_name() -> str:
    """Return the faster event loop where there is one (it is not made for Windows)."""
    try:
        import uvloop  # noqa: F401, PLC0415  # an optional dependency
    except ImportError:
        return "asyncio"
    return "uvloop"
