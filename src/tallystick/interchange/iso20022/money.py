# SPDX-License-Identifier: Apache-2.0
"""Amounts as integers of minor units, and their decimal text on the wire (ISO 4217)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tallystick.errors import InvalidPaymentFile
from tallystick.units import CURRENCY_DIGITS

DIGITS_MAX: Final = 18
"""Of an amount in ISO 20022, before and after the point together."""
MINOR_MAX: Final = 10**DIGITS_MAX - 1

_DECIMAL: Final = re.compile(r"\+?(\d{1,18})?(?:\.(\d{0,17}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `Money(120_50, "CNY")` is 120.50 yuan, `Money(120, "JPY")` is 120 yen."""

    minor: int
    """In the currency's smallest unit, not negative; the direction is said elsewhere."""
    currency: str
    """ISO 4217, three capital letters."""

    def __post_init__(self) -> None:
        """Refuse a currency without a known unit, and an amount that no message can hold."""
        exponent_of(self.currency)
        if not 0 <= self.minor <= MINOR_MAX:
            raise InvalidPaymentFile(
                "the amount does not fit a payment message",
                field="minor",
                expected=f"0 to {MINOR_MAX}",
                found=str(self.minor)[:40],
            )


def exponent_of(currency: str, *, place: str = "currency") -> int:
    """Return how many digits a currency has after the point.

    Raises:
        InvalidPaymentFile: the currency is not an active one of ISO 4217.
    """
    if currency not in CURRENCY_DIGITS:
        raise InvalidPaymentFile(
            "the currency is not known",
            field=place,
            expected="an active ISO 4217 code",
            found=currency[:20],
        )
    return CURRENCY_DIGITS[currency]


def format_amount(money: Money) -> str:
    """Return an amount as decimal text with exactly the digits of its currency."""
    places = CURRENCY_DIGITS[money.currency]
    digits = str(money.minor).zfill(places + 1)
    return digits if places == 0 else f"{digits[:-places]}.{digits[-places:]}"


def parse_amount(text: str, currency: str, *, place: str = "amount") -> Money:
    """Return the amount that decimal text says; zeros beyond the currency's digits are no harm.

    Raises:
        InvalidPaymentFile: not a decimal, an unknown currency, or fractions of the smallest unit.
    """
    places = exponent_of(currency, place=f"{place}/@Ccy")
    match = _DECIMAL.fullmatch(text.strip())
    if match is None or not (match[1] or match[2]):
        raise InvalidPaymentFile(
            "the amount is not a decimal", field=place, expected="such as 120.50", found=text[:40]
        )
    fraction = match[2] or ""
    if fraction[places:].strip("0"):
        raise InvalidPaymentFile(
            f"the amount is finer than the smallest unit of {currency}",
            field=place,
            expected=f"at most {places} digits after the point",
            found=text[:40],
        )
    return Money(int((match[1] or "0") + fraction[:places].ljust(places, "0")), currency)


def total(amounts: tuple[Money, ...]) -> str:
    """Return the sum of amounts as a control sum writes it: plain decimals, currencies mixed.

    ISO 20022 adds the numbers without regard to their currencies.
    """
    places = max((CURRENCY_DIGITS[one.currency] for one in amounts), default=0)
    minor = sum(one.minor * 10 ** (places - CURRENCY_DIGITS[one.currency]) for one in amounts)
    digits = str(minor).zfill(places + 1)
    return digits if places == 0 else f"{digits[:-places]}.{digits[-places:]}"
