# SPDX-License-Identifier: Apache-2.0
"""Settings for every test: no network beyond this machine, and property tests that repeat."""

from __future__ import annotations

import functools
import ipaddress
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import hypothesis
import pytest

hypothesis.settings.register_profile(
    "quick",
    max_examples=50,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
)
hypothesis.settings.register_profile("thorough", max_examples=1_000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


class Fence:
    """Refuses connections and look-ups that would leave this machine.

    It stands in the place of the three functions of `socket` that reach out. An audit hook would
    catch as much, but Python 3.11 refuses to trace a thread that starts while another one is in a
    hook, and coverage traces every thread.
    """

    def __init__(self) -> None:
        """Stand closed."""
        self.is_open = False

    def guard(self, function: Callable[..., Any], place: int) -> Callable[..., Any]:
        """Return the function behind the fence; its argument at `place` is the address."""

        @functools.wraps(function)
        def guarded(*arguments: Any, **named: Any) -> Any:
            if not self.is_open:
                asked = arguments[place] if place else arguments or (named.get("host"),)
                self._refuse_outside(asked)
            return function(*arguments, **named)

        return guarded

    def _refuse_outside(self, address: object) -> None:
        if not isinstance(address, tuple):
            return  # a unix socket
        host = address[0]
        if isinstance(host, bytes):
            host = host.decode(errors="replace")
        if host in {None, "", "localhost"} or _is_loopback(str(host)):
            return
        message = f"a test reached for {host}: mark it `network` or give it a double"
        raise PermissionError(message)


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


FENCE: Final = Fence()
socket.socket.connect = FENCE.guard(socket.socket.connect, 1)  # type: ignore[method-assign]
socket.socket.connect_ex = FENCE.guard(socket.socket.connect_ex, 1)  # type: ignore[method-assign]
socket.getaddrinfo = FENCE.guard(socket.getaddrinfo, 0)


@pytest.fixture(scope="session")
def engine_program() -> Path:
    """Give the CometBFT program; a test that asks for it is marked `engine`.

    Where it is missing the test is skipped, but not in CI, where that would go unnoticed.
    """
    from tallystick.consensus.cometbft import check_engine, find_engine
    from tallystick.errors import EngineMissing

    try:
        return check_engine(find_engine()).path
    except EngineMissing as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{error.message}: run `make engine`")


@pytest.fixture(autouse=True)
def _inside_the_fence(request: pytest.FixtureRequest) -> Iterator[None]:
    """Open the fence for tests that say they need the network."""
    FENCE.is_open = request.node.get_closest_marker("network") is not None
    yield
    FENCE.is_open = False


@pytest.fixture
def untraced() -> Iterator[None]:
    """Let coverage look away: for a test of some 100,000 equal steps, which only slows it down."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)
