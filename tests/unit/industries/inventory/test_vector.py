# SPDX-License-Identifier: Apache-2.0
"""The worked vector of loan-to-value: 500 cases at 4,800, a loan of 1.44 M, prices that fall."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.industries.inventory import cast
from tests.unit.industries.inventory.stage import LIST_PRICE, Stage

LOAN = 144_000_000
"""1,440,000.00 yuan."""


@pytest.fixture
def vector() -> tuple[Stage, str, str]:
    """Return the stage with the vector's loan and receipt."""
    stage = Stage().ready()
    return (stage, *stage.running(LOAN, 500))


def fallen(stage: Stage, loan: str, percent: int) -> dict[str, Any]:
    """Let the price fall by so much, and return the loan as it is then shown."""
    stage.price(LIST_PRICE * (100 - percent) // 100)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    found: dict[str, Any] = stage.ask("show_loan", loan=loan)
    return found


def test_the_loan_is_sixty_percent_of_the_value(vector: tuple[Stage, str, str]) -> None:
    """500 x 4,800 = 2.40 M; 1.44 M are 60 %."""
    stage, loan, _ = vector
    shown = stage.ask("show_loan", loan=loan)
    assert shown["valuation"]["value"] == 240_000_000
    assert shown["valuation"]["ltv_bp"] == 6_000
    assert shown["loan"]["state"] == "NORMAL"


def test_fifteen_percent_less_is_a_warning(vector: tuple[Stage, str, str]) -> None:
    """70.6 %: WARN."""
    stage, loan, _ = vector
    shown = fallen(stage, loan, 15)
    assert shown["valuation"]["ltv_bp"] == 7_059
    assert shown["loan"]["state"] == "WARN"
    assert shown["call"] is None


def test_twenty_percent_less_is_a_call(vector: tuple[Stage, str, str]) -> None:
    """75.0 %: CALL, repay 288,000 or add 125 cases at 3,840."""
    stage, loan, _ = vector
    shown = fallen(stage, loan, 20)
    assert shown["valuation"]["ltv_bp"] == 7_500
    assert shown["loan"]["state"] == "CALLED"
    assert (shown["call"]["repay"], shown["call"]["add_cases"]) == (28_800_000, 125)


def test_repaying_what_the_call_says_is_enough_and_one_fen_less_is_not(
    vector: tuple[Stage, str, str],
) -> None:
    """After 288,000 the loan is at 60 % of 1.92 M again."""
    stage, loan, _ = vector
    fallen(stage, loan, 20)
    stage.repay(loan, 28_799_999)
    assert stage.table("loans")[loan]["state"] == "CALLED"
    stage.repay(loan, 1)
    assert stage.table("loans")[loan]["state"] == "NORMAL"
    assert stage.ask("show_loan", loan=loan)["valuation"]["ltv_bp"] == 6_000


@pytest.mark.parametrize(("cases", "state"), [(124, "CALLED"), (125, "NORMAL")])
def test_adding_the_cases_that_the_call_says_is_enough(
    vector: tuple[Stage, str, str], cases: int, state: str
) -> None:
    """125 x 3,840 = 480,000 more value."""
    stage, loan, _ = vector
    fallen(stage, loan, 20)
    stage.pledge(loan, stage.receipt(cases))
    assert stage.table("loans")[loan]["state"] == state


def test_the_unit_value_is_the_lower_side_of_the_rule() -> None:
    """A median below the discounted list price counts instead of it."""
    stage = Stage().ready()
    stage.price(LIST_PRICE, median=400_000)
    assert stage.named("PricePublished")[-1]["unit_value"] == 400_000
    loan, _ = stage.running(24_000_000, 100)
    assert stage.ask("show_loan", loan=loan)["valuation"]["value"] == 40_000_000
