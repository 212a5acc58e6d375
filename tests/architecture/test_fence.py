# SPDX-License-Identifier: Apache-2.0
"""The test run cannot leave this machine unless a test is marked `network`."""

from __future__ import annotations

import asyncio
import re
import socket

import pytest

OUTSIDE = "192.0.2.1"  # RFC 5737: documentation, routed nowhere


def test_a_connection_to_the_outside_is_refused_before_it_is_tried() -> None:
    """A test that depends on the internet is a test of the internet."""
    with socket.socket() as door:
        for connect in (door.connect, door.connect_ex):
            with pytest.raises(PermissionError, match=re.escape(OUTSIDE)):
                connect((OUTSIDE, 443))
    with pytest.raises(PermissionError, match=re.escape(OUTSIDE)):
        asyncio.run(asyncio.wait_for(asyncio.open_connection(OUTSIDE, 443), 5))


def test_a_look_up_of_a_name_outside_is_refused() -> None:
    """Asking for an address already leaves the machine."""
    with pytest.raises(PermissionError, match=r"ledger\.example"):
        socket.getaddrinfo("ledger.example", 443)
    with pytest.raises(PermissionError, match=r"ledger\.example"):
        socket.getaddrinfo(host="ledger.example", port=443)


def test_this_machine_can_be_reached() -> None:
    """A node under test listens on the loopback interface."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("localhost", port)) as caller:
            assert caller.getpeername()[1] == port
