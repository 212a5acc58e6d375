# SPDX-License-Identifier: Apache-2.0
"""How much happened over time: by the times of blocks, whatever was projected together."""

from __future__ import annotations

import pytest

from tallystick.errors import InvalidArguments
from tallystick.views import Projector, Views
from tests.unit.views.chain import GENESIS, SPECS, T0, Chain, Deed, deeds

HOUR = 3_600_000


def history() -> Chain:
    """Return five blocks in four hours: two in the first, none in the third."""
    chain = Chain()
    chain.add(*deeds(range(2)), time=T0)
    chain.add(Deed(code="E_DUP"), *deeds([2]), time=T0 + HOUR - 1)
    chain.add(Deed(code="E_ROLE"), Deed(code="E_DUP"), time=T0 + HOUR)
    chain.add(*deeds([3]), time=T0 + 3 * HOUR)
    chain.add(time=T0 + 3 * HOUR)
    return chain


def figures(views: Views, moments: list[int]) -> list[tuple[int, int, int]]:
    """Return blocks, transactions and refusals of each stretch."""
    return [(one.blocks, one.transactions, one.refused) for one in views.activity(moments).items]


def test_each_stretch_has_the_blocks_from_its_begin_to_before_its_end(
    views: Views, projector: Projector
) -> None:
    """A stretch of nothing is nought, and nothing is counted twice."""
    projector.apply(history().blocks)
    hours = [T0 + HOUR * place for place in range(5)]
    assert figures(views, hours) == [(2, 4, 1), (1, 2, 2), (0, 0, 0), (2, 1, 0)]
    assert figures(views, [0, 9 * T0]) == [(5, 7, 3)]
    assert figures(views, [2 * T0, 3 * T0]) == [(0, 0, 0)]


def test_refusals_are_summed_over_batches_and_restarts(url: str) -> None:
    """How blocks came in changes nothing."""
    blocks = history().blocks
    for first in range(len(blocks)):
        with Projector(url, GENESIS, SPECS) as projector:
            projector.apply(blocks[first : first + 1])
    views = Views(url)
    assert figures(views, [0, T0 + HOUR, 9 * T0]) == [(2, 4, 1), (3, 3, 2)]
    views.close()


@pytest.mark.parametrize("moments", [[T0], [T0, T0], [T0, T0 - 1], list(range(500))])
@pytest.mark.usefixtures("projector")
def test_moments_must_rise_and_be_few(views: Views, moments: list[int]) -> None:
    """One question costs a bounded number of look-ups."""
    with pytest.raises(InvalidArguments):
        views.activity(moments)


def test_blocks_are_found_by_the_beginning_of_their_hash(
    views: Views, projector: Projector
) -> None:
    """Whole or eight digits; none where none begins so."""
    blocks = history().blocks
    projector.apply(blocks)
    for block in blocks:
        for digits in (8, 9, 64):
            page = views.list_blocks(beginning=block.hash.hex()[:digits])
            assert [one.height for one in page.items] == [block.header.height]
    assert views.list_blocks(beginning="0" * 64).items == ()
    with pytest.raises(InvalidArguments):
        views.list_blocks(beginning="xyz")
