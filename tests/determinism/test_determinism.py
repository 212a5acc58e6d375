# SPDX-License-Identifier: Apache-2.0
"""Every process gives the same app hash and the same entry bytes at every block (INV-I1)."""

from __future__ import annotations

import pytest

from tests.determinism.history import BLOCK, execute
from tests.determinism.variants import Variant, difference, run, variants

SHORT, FULL = 2_000, 20_000


@pytest.fixture(scope="module")
def here() -> list[str]:
    """Return the lines of this very process, whatever its settings are."""
    return list(execute(1, SHORT, processes=0, is_warm=False))


@pytest.mark.parametrize("variant", variants(), ids=lambda one: one.name)
def test_a_process_gives_the_same_bytes(here: list[str], variant: Variant) -> None:
    """The short form: 2,000 transactions."""
    assert difference(here, run(variant, seed=1, count=SHORT)) is None


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_a_long_history_gives_the_same_bytes() -> None:
    """The full form: 20,000 transactions in every variant."""
    first, *others = variants()
    lines = run(first, seed=2, count=FULL)
    for other in others:
        assert difference(lines, run(other, seed=2, count=FULL)) is None, other.name


def test_the_history_holds_what_takes_effect_and_what_does_not(here: list[str]) -> None:
    """Else it would prove little."""
    took_effect = sum(int(line.split()[4]) for line in here)
    assert SHORT * 0.3 < took_effect < SHORT * 0.8
    assert len({line.split()[1] for line in here}) == SHORT // BLOCK


def test_a_difference_is_noticed() -> None:
    """The comparison itself can fail; and another seed is another history."""
    lines = list(execute(1, BLOCK, processes=0, is_warm=False))
    assert difference(lines, lines) is None
    assert "block 1" in str(difference(lines, list(execute(2, BLOCK, processes=0, is_warm=True))))
    assert "1 and 0" in str(difference(lines, []))


def test_the_other_encoder_is_really_another() -> None:
    """Where only one is installed, there is nothing to compare, and nothing is claimed."""
    pytest.importorskip("cbrrr")
    other = next(one for one in variants() if one.encoder)
    assert run(other, seed=1, count=1)
