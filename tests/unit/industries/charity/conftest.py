# SPDX-License-Identifier: Apache-2.0
"""Where the tests of charity play: in memory, or with `--slow-net` on four real nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from tallystick.encoding import Value
from tallystick.industries.charity import Charity
from tallystick.model import Execution, Signer
from tallystick.testing import LedgerHarness, MemoryState
from tests.network_ledger import NetworkLedger, network_ledger
from tests.unit.industries.charity import scene as people
from tests.unit.industries.charity.scene import Scene


class Ledger:
    """What a scene uses of a ledger of one contract, on a network."""

    def __init__(self, network: NetworkLedger) -> None:
        """Use a network."""
        self.network = network

    @property
    def state(self) -> MemoryState:
        """What all calls have written."""
        return self.network.state

    @property
    def block_time_ms(self) -> int:
        """Time of the last block."""
        return self.network.now_ms

    @block_time_ms.setter
    def block_time_ms(self, _: int) -> None:
        self.network.warp()

    def run(self, method: str, signer: Signer, /, **args: Value) -> Execution:
        """Have an action ordered."""
        return self.network.run("charity", method, signer, args)

    def query(self, method: str, /, **args: Value) -> Value:
        """Ask a node."""
        return self.network.query("charity", method, args)


class NetworkScene(Scene):
    """A scene where time passes by itself."""

    def wait_until(self, time_ms: int) -> None:
        """Wait."""
        cast(Ledger, self.ledger).network.wait_until(time_ms)


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    """Give a scene of its own to each test."""
    if not request.config.getoption("--slow-net"):
        yield Scene()
        return
    with network_ledger([Charity], people, pytest.skip) as network:
        yield NetworkScene(cast(LedgerHarness, Ledger(network)))
