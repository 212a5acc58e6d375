# SPDX-License-Identifier: Apache-2.0
"""No random sequence of actions breaks an invariant; 10,000 are run by hand (see sequences)."""

from __future__ import annotations

import pytest

from tests.unit.industries.charity.sequences import Sequence


@pytest.mark.parametrize("seed", range(25))
def test_no_random_sequence_breaks_an_invariant(seed: int) -> None:
    """CHAR-1 to CHAR-7 after each of sixty steps, many of them refused."""
    assert Sequence(seed).run() > 0
