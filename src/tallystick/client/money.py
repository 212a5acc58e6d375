# SPDX-License-Identifier: Apache-2.0
"""Money: a decimal number that knows its currency, and the smallest unit that the ledger counts."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final, Self

from tallystick.errors import InvalidArguments

_DIGITS: Final = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Decimals of the smallest unit where they are not two (ISO 4217)."""
_CURRENCY: Final = re.compile("[A-Z]{3}")


class Money(Decimal):
    """An amount in a currency: `Money("12.50", "CNY")`; compares and computes as a `Decimal`.

    What is computed is a plain `Decimal`: say its currency again.
    """

    __slots__ = ("currency",)
    currency: str
    """ISO 4217, such as CNY."""

    def __new__(cls, amount: Decimal | int | str, currency: str) -> Self:
        """Make money of whole units; raises `InvalidArguments` for what is no amount."""
        if not is_currency(currency):
            raise InvalidArguments(
                "not a currency", field="currency", expected="ISO 4217, such as CNY", found=currency
            )
        try:
            made = super().__new__(cls, amount)
        except (InvalidOperation, TypeError, ValueError) as error:
            raise _unfit(str(amount)) from error
        if isinstance(amount, float) or not made.is_finite():
            raise _unfit(str(amount))
        made.currency = currency
        return made

    @classmethod
    def of_units(cls, units: int, currency: str) -> Self:
        """Return money of a number of smallest units, as the ledger keeps it."""
        return cls(Decimal(units).scaleb(-decimals_of(currency)), currency)

    @property
    def units(self) -> int:
        """The number of smallest units.

        Raises:
            InvalidArguments: there is a part of one left.
        """
        shifted = self.scaleb(decimals_of(self.currency))
        if shifted != shifted.to_integral_value():
            raise InvalidArguments(
                f"{self} {self.currency} is no whole number of its smallest unit",
                field="amount",
                expected=f"at most {decimals_of(self.currency)} decimals",
                found=str(self),
            )
        return int(shifted)

    def __repr__(self) -> str:
        return f"Money('{self}', '{self.currency}')"

    def __reduce__(self) -> tuple[type[Money], tuple[str, str]]:  # type: ignore[override]
        return type(self), (str(self), self.currency)


def is_currency(text: object) -> bool:
    """Say whether a text has the form of a currency's code."""
    return isinstance(text, str) and _CURRENCY.fullmatch(text) is not None


def decimals_of(currency: str) -> int:
    """Return how many decimals a currency's smallest unit is."""
    return _DIGITS.get(currency, 2)


def _unfit(found: str) -> InvalidArguments:
    return InvalidArguments(
        "not an amount of money", field="amount", expected="a decimal number", found=found[:80]
    )
