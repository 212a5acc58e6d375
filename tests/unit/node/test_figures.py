# SPDX-License-Identifier: Apache-2.0
"""Figures for monitors: whose keys end soon, and what stands on the ledger."""

from __future__ import annotations

import msgspec

from tallystick.consensus import EngineCounts
from tallystick.membership import Register
from tallystick.node.figures import EXPIRING_MS, take_figures
from tallystick.units import TimeMs
from tests.factories import BANK, COURT, member_key, secret

NOW = 1_800_000_000_000


def test_only_own_keys_that_end_soon_count() -> None:
    """Not those that ended, were revoked, last longer, or are another organisation's."""
    register = Register()
    cases = [
        (COURT, NOW + EXPIRING_MS, None),
        (COURT, NOW + 1, None),
        (COURT, NOW + EXPIRING_MS + 1, None),
        (COURT, NOW, None),
        (COURT, NOW + 1, NOW - 1),
        (BANK, NOW + 1, None),
    ]
    for number, (organization, end, revoked) in enumerate(cases):
        key = msgspec.structs.replace(
            member_key(secret(number), organization, "clerk"),
            valid_until=TimeMs(end),
            revoked_at=None if revoked is None else TimeMs(revoked),
        )
        register.keys[key.public_key] = key
    counts = EngineCounts(peers_refused=2)
    found = take_figures(register, COURT, now=NOW, finality_lag=3, counts=counts)
    assert (found.keys_expiring, found.finality_lag, found.counts) == (2, 3, counts)
    assert (found.validators, found.nodes) == (0, 0)
