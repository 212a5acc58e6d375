# SPDX-License-Identifier: Apache-2.0
"""Amounts are integers of minor units; their text on the wire loses and invents nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mockbank import schema as mock_schema

from tallystick.errors import InvalidPaymentFile
from tallystick.interchange.iso20022 import Money, exponent_of, format_amount, parse_amount
from tallystick.interchange.iso20022.money import MINOR_MAX, total
from tallystick.units import CURRENCY_DIGITS

MONEY = st.builds(Money, st.integers(0, MINOR_MAX), st.sampled_from(sorted(CURRENCY_DIGITS)))


@given(MONEY)
def test_an_amount_survives_its_text(money: Money) -> None:
    """Writing and reading an amount gives the same integer."""
    assert parse_amount(format_amount(money), money.currency) == money


@given(MONEY)
def test_the_text_is_the_decimal_it_should_be(money: Money) -> None:
    """Arithmetic by another way, with decimals, gives the same text."""
    places = exponent_of(money.currency)
    assert format_amount(money) == f"{Decimal(money.minor).scaleb(-places):.{places}f}"


@pytest.mark.parametrize(("currency", "places"), [("CNY", 2), ("JPY", 0), ("KWD", 3)])
def test_each_currency_has_its_own_digits(currency: str, places: int) -> None:
    """Yen have no hundredths, dinars have thousandths (ISO 4217)."""
    assert exponent_of(currency) == places


def test_another_bank_has_the_same_digits() -> None:
    """A table made by other people agrees with ours wherever it has an entry."""
    theirs = {
        one: two for one, two in mock_schema.CURRENCY_EXPONENTS.items() if one in CURRENCY_DIGITS
    }
    assert len(theirs) > 20
    assert theirs == {currency: CURRENCY_DIGITS[currency] for currency in theirs}


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("120.5", "EUR", 120_50),
        ("120.50000", "EUR", 120_50),
        ("+7", "EUR", 7_00),
        (".5", "EUR", 50),
        ("5.", "EUR", 5_00),
        ("120.0", "JPY", 120),
        (" 1.234 ", "KWD", 1234),
    ],
)
def test_every_spelling_of_a_decimal_is_read(text: str, currency: str, minor: int) -> None:
    """XML Schema allows these; zeros beyond the smallest unit say nothing."""
    assert parse_amount(text, currency).minor == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("120.505", "EUR"),
        ("0.5", "JPY"),
        ("1e3", "EUR"),
        ("-1", "EUR"),
        ("", "EUR"),
        (".", "EUR"),
        ("1,50", "EUR"),
        ("１", "EUR"),
        ("1", "XXX"),
        ("1", ""),
        ("1" * 18, "EUR"),
    ],
)
def test_what_is_no_amount_is_refused_at_its_place(text: str, currency: str) -> None:
    """Fractions of a cent, exponents, signs, other digits, unknown currencies."""
    with pytest.raises(InvalidPaymentFile) as caught:
        parse_amount(text, currency, place="/Document/Amt")
    assert caught.value.field is not None


@pytest.mark.parametrize("minor", [-1, MINOR_MAX + 1])
def test_an_amount_that_no_message_can_hold_is_refused(minor: int) -> None:
    """Eighteen digits are the limit of the standard, and a sign there is none."""
    with pytest.raises(InvalidPaymentFile):
        Money(minor, "EUR")


def test_a_control_sum_adds_numbers_whatever_their_currency() -> None:
    """That is what the standard says of it."""
    assert total((Money(100_50, "EUR"), Money(7, "JPY"), Money(1_001, "KWD"))) == "108.501"
    assert total((Money(7, "JPY"),)) == "7"
    assert total(()) == "0"
