# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of lending on goods: exact, and on the bank's side to the last unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tallystick.contracts import DAY_MS
from tallystick.industries.inventory import rules
from tallystick.industries.inventory.records import LendingParameters, Price, Quote
from tallystick.industries.inventory.refusals import DoesNotFit, SerialTwice
from tests.unit.industries.inventory import cast
from tests.unit.industries.inventory.stage import START_MS

amounts = some.integers(0, 10**13)
units = some.integers(1, 10**8)
shares = some.integers(1, 9_999)
counts = some.integers(0, 10_000)


@given(units, some.integers(1, 10_000), shares, some.data())
def test_exactly_as_many_cases_can_go_as_the_share_allows(
    unit: int, count: int, bp: int, data: some.DataObject
) -> None:
    """After so many the loan is within its share, after one more it is not."""
    value = unit * count
    principal = data.draw(some.integers(1, max(value * 2, 1)))
    going = rules.releasable(principal, value, unit, bp=bp, count=count)
    assert 0 <= going <= count
    if going:
        assert principal * 10_000 <= (value - going * unit) * bp
    if going < count:
        assert principal * 10_000 > (value - (going + 1) * unit) * bp


def test_where_nothing_is_owed_everything_can_go() -> None:
    """And where a case is worth nothing while something is owed, none can."""
    assert rules.releasable(0, 0, 0, bp=6_000, count=7) == 7
    assert rules.releasable(1, 0, 0, bp=6_000, count=7) == 0


@given(amounts, amounts, units, shares)
def test_either_way_out_of_a_call_is_enough_and_the_least(
    principal: int, value: int, unit: int, bp: int
) -> None:
    """One unit less repaid, or one case less added, would not do."""
    repay, cases = rules.call_terms(principal, value, unit, bp)
    assert (principal - repay) * 10_000 <= value * bp
    assert principal * 10_000 <= (value + cases * unit) * bp
    if repay:
        assert (principal - repay + 1) * 10_000 > value * bp
    if cases:
        assert principal * 10_000 > (value + (cases - 1) * unit) * bp


def test_cases_that_are_worth_nothing_are_no_way_out() -> None:
    """None are named."""
    assert rules.call_terms(100, 100, 0, 6_000) == (40, 0)


@given(amounts, some.lists(amounts, max_size=4))
def test_what_is_divided_is_divided_whole_and_in_order(amount: int, dues: list[int]) -> None:
    """INV-11: nobody has more than is due, and the next has nothing before the first has all."""
    paid = rules.distribute(amount, *dues)
    assert sum(paid) == amount
    for index, due in enumerate(dues):
        assert 0 <= paid[index] <= due
        if paid[index] < due:
            assert not any(paid[index + 1 :])


@given(some.text(max_size=20), counts, some.integers(1, 200))
def test_a_sample_is_of_different_things_and_follows_from_the_seed(
    seed: str, count: int, sample: int
) -> None:
    """As many as asked for or as there are."""
    found = rules.drawn_indices(seed, count, sample)
    assert found == sorted(set(found)) == rules.drawn_indices(seed, count, sample)
    assert len(found) == min(sample, count)
    assert all(0 <= one < count for one in found)


def test_a_sample_reaches_every_place() -> None:
    """Of ten things each is drawn about as often as another."""
    drawn = [one for seed in range(500) for one in rules.drawn_indices(str(seed), 10, 3)]
    assert all(100 < drawn.count(place) < 200 for place in range(10))


@given(some.lists(some.integers(1, 10**10), min_size=1, max_size=30))
def test_half_of_the_quotes_are_on_either_side_of_the_median(prices: list[int]) -> None:
    """So one wild quote moves it little."""
    quotes = [Quote(source=cast.organization(1), price=one, quoted_at=0) for one in prices]
    median = rules.median_of(quotes)
    assert 2 * sum(one < median for one in prices) <= len(prices)
    assert 2 * sum(one > median for one in prices) <= len(prices)


def test_without_quotes_there_is_no_median() -> None:
    """What nobody has priced is worth nothing."""
    assert rules.median_of([]) == 0


@given(amounts, amounts, some.integers(1, 10_000))
def test_a_line_is_reached_exactly_there(principal: int, value: int, bp: int) -> None:
    """The figure for people is rounded; the rule is not."""
    is_reached = rules.has_reached(principal, value, bp)
    assert is_reached is (principal > 0 and principal * 10_000 >= value * bp)
    if is_reached and value:
        assert rules.ltv_bp(principal, value) >= bp


def test_a_loan_on_nothing_shows_the_largest_ratio() -> None:
    """And one that is repaid shows none."""
    assert rules.ltv_bp(1, 0) == rules.LTV_BP_MAX
    assert rules.ltv_bp(0, 0) == 0


@given(some.integers(START_MS, START_MS + 10 * DAY_MS), some.integers(1, 1_439))
def test_the_next_valuation_is_within_a_day_and_at_its_minute(now_ms: int, minute: int) -> None:
    """One millisecond before it, because a deadline fires after its last one."""
    due = rules.next_valuation(now_ms, minute)
    assert now_ms <= due < now_ms + DAY_MS
    assert rules.minute_of_day(due + 1) == minute


@given(units, some.integers(0, 10_000))
def test_sources_are_apart_beyond_the_spread(low: int, more: int) -> None:
    """Ten percent of the lower one is together still."""
    high = low + low * more // 10_000
    price = Price(sku="A", low=low, high=high)
    assert rules.is_apart(price, _PARAMETERS) is ((high - low) * 10 > low)


def test_serials_meet_in_one_spelling() -> None:
    """Twice is refused, and so is what has no letter or digit."""
    assert rules.normalised_serials(["lz-1", "LZ.2"]) == ["LZ1", "LZ2"]
    with pytest.raises(SerialTwice):
        rules.normalised_serials(["lz-1", "LZ1"])
    with pytest.raises(DoesNotFit):
        rules.normalised_serials(["-"])


_PARAMETERS = LendingParameters()
