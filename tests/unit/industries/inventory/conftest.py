# SPDX-License-Identifier: Apache-2.0
"""Where the tests of inventory finance play: in memory, or with `--slow-net` on four real nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tallystick.model import Execution, Signer
from tests.network_ledger import NetworkLedger, network_ledger
from tests.unit.industries.inventory import cast
from tests.unit.industries.inventory.stage import CONTRACTS, Stage


class NetworkStage(Stage):
    """A stage whose calls four nodes decide on, and where time passes by itself."""

    def __init__(self, network: NetworkLedger) -> None:
        """Use a network; the present is its first moment."""
        super().__init__(network.now_ms)
        self._network = network

    def ask(self, method: str, /, *, contract: str = "inventory", **args: Any) -> Any:
        """Ask a node."""
        return self._network.query(contract, method, args)

    def warp(self, **_: int) -> None:
        """End the test, and say why."""
        self._network.warp()

    def _execute(self, who: Signer, contract: str, method: str, args: Any) -> Execution:
        done = self._network.run(contract, method, who, args)
        self.height, self.now_ms = self._network.height, self._network.now_ms
        return done


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Give a stage on which figures, prices, a warehouse and a product are known."""
    if not request.config.getoption("--slow-net"):
        yield Stage().ready()
        return
    with network_ledger(CONTRACTS, cast, pytest.skip) as network:
        yield NetworkStage(network).ready()
