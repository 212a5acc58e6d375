# SPDX-License-Identifier: Apache-2.0
"""Settings for every test: no network beyond this machine, and property tests that repeat."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

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
    """Refuses connections and look-ups that would leave this machine."""

    def __init__(self) -> None:
        """Stand closed."""
        self.is_open = False

    def watch(self, event: str, arguments: tuple[object, ...]) -> None:
        """Raise for an audit event that names a place outside."""
        if self.is_open:
            return
        if event == "socket.connect":
            self._refuse_outside(arguments[1])
        elif event == "socket.getaddrinfo":
            self._refuse_outside(arguments)

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
# An audit hook cannot be taken back, so there is one for the whole run, and it asks the fence.
sys.addaudithook(FENCE.watch)


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
