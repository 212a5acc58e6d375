# SPDX-License-Identifier: Apache-2.0
"""The fence around the tests: nothing reaches beyond this machine unless the test says so."""

from __future__ import annotations

import asyncio
import socket

import pytest

OUTSIDE = ("198.51.100.7", 80)  # RFC 5737: addresses for documentation


def test_a_connection_to_another_machine_is_refused() -> None:
    """Neither a plain socket nor an event loop gets out."""
    with pytest.raises(PermissionError, match="mark it `network`"):
        socket.create_connection(OUTSIDE, timeout=1)
    with socket.socket() as plain, pytest.raises(PermissionError):
        plain.connect_ex(OUTSIDE)

    async def connect() -> None:
        await asyncio.open_connection(*OUTSIDE)

    with pytest.raises(PermissionError):
        asyncio.run(connect())


def test_a_name_is_not_looked_up_outside_and_loopback_stays_open() -> None:
    """By position or by name, the question does not leave; this machine's own name does no harm."""
    with pytest.raises(PermissionError):
        socket.getaddrinfo("tallystick.example", 80)
    with pytest.raises(PermissionError):
        socket.getaddrinfo(host="tallystick.example", port=80)
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
