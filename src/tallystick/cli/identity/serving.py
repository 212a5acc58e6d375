# SPDX-License-Identifier: Apache-2.0
"""Serves the door on this machine, in a thread; an organisation's own proxy stands before it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn

from tallystick.cli.catalogue import say
from tallystick.cli.identity.door import Door
from tallystick.errors import PortInUse

HOST: Final = "127.0.0.1"
_HEADER_BYTES_MAX: Final = 16 * 1024
_AT_ONCE_MAX: Final = 200


def take_port(port: int) -> socket.socket:
    """Return a socket that listens on this machine; 0 takes any free port.

    Raises:
        PortInUse: another program listens there, or listening is not allowed.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        message = say("identity.port", port=port)
        raise PortInUse(message, field="--port", found=str(error.strerror)) from error


@contextmanager
def serving(door: Door, listener: socket.socket) -> Iterator[None]:
    """Answer requests until the block ends; open ones are finished first."""
    config = uvicorn.Config(
        door,
        http="h11",  # the one with a bound on headers
        h11_max_incomplete_event_size=_HEADER_BYTES_MAX,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,  # codes stand in addresses
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_AT_ONCE_MAX,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    # In a thread uvicorn leaves signals alone: the command ends by them, in its own way.
    thread = threading.Thread(target=server.run, args=([listener],), name="tally-identity")
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
