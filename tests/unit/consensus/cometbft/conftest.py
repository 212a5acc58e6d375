# SPDX-License-Identifier: Apache-2.0
"""A fresh replica, or a started server, for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.consensus.cometbft.abci_kit import NotingHandler, Serving, short_folder
from tests.unit.consensus.cometbft.replica_kit import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Return a replica at genesis in a data folder."""
    made = Rig(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def serving() -> Iterator[Serving]:
    """Give a started server with a handler that notes its calls."""
    with short_folder() as folder:
        serving = Serving(folder / "run" / "abci.sock", NotingHandler())
        serving.server.start()
        yield serving
        serving.close()
