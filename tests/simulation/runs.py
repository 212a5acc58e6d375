# SPDX-License-Identifier: Apache-2.0
"""Runs one seed."""

from __future__ import annotations

import logging
from functools import lru_cache
from unittest import mock

from tallystick.model import GenesisDocument, decode_genesis
from tests.simulation.network import Counts, Simulation
from tests.simulation.votes import votes


@lru_cache
def _decode_genesis(data: bytes) -> GenesisDocument:
    return decode_genesis(data)


def run_seed(seed: int) -> Counts:
    """Run one simulation.

    Raises:
        Exception: a promise was broken, or something raised that must not.
    """
    log = logging.getLogger("tallystick.consensus")
    before = log.level
    log.setLevel(logging.CRITICAL)  # rejected proposals are all in a day's work here
    try:
        # The founding document is read at every start: once is enough, it never changes.
        with votes(), mock.patch("tallystick.ledger.state.decode_genesis", _decode_genesis):
            return Simulation(seed).run()
    finally:
        log.setLevel(before)
