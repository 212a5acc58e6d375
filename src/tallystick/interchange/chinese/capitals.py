# SPDX-License-Identifier: Apache-2.0
"""Amounts of money in capital numerals, which nobody can alter with a stroke of the pen.

The rules are those of the People's Bank of China for bills (支付结算办法, annex 1). The package cn2an
says the same in our tests; it is not used here, because it takes half a second to load.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tallystick.interchange.iso20022 import Money, exponent_of

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_STEPS: Final = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))
_PARTS: Final = "角分厘"
"""Tenths, hundredths, thousandths."""
_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CNY": "人民币",
        "EUR": "欧元",
        "GBP": "英镑",
        "HKD": "港币",
        "JPY": "日元",
        "MOP": "澳门币",
        "USD": "美元",
    }
)
"""A currency without a name here is called by its code."""


def amount_in_capitals(money: Money) -> str:
    """Return an amount in capital numerals: `人民币壹仟伍佰元整`, `人民币陆仟零柒元壹角肆分`."""
    unit = 10 ** exponent_of(money.currency)
    whole, rest = divmod(money.minor, unit)
    fraction = str(unit + rest)[1:]
    name = _NAMES.get(money.currency, money.currency)
    if not rest:
        return f"{name}{_whole(whole)}元整"
    return f"{name}{_whole(whole)}元{_parts(fraction)}" if whole else name + _after_zeros(fraction)


def _whole(number: int) -> str:
    """Return a whole number; each empty stretch between its digits is one zero."""
    for size, word in _STEPS:
        if number >= size:
            high, low = divmod(number, size)
            zero = _DIGITS[0] if 0 < low < size // 10 else ""
            return f"{_whole(high)}{word}{zero}{_whole(low) if low else ''}"
    return _DIGITS[number]


def _parts(fraction: str) -> str:
    """Return what is behind the point, of which something is not zero; empty places are a zero."""
    said, is_gap = "", False
    for digit, word in zip(fraction, _PARTS, strict=False):
        if digit == "0":
            is_gap = True
            continue
        said += (_DIGITS[0] if is_gap else "") + _DIGITS[int(digit)] + word
        is_gap = False
    return said


def _after_zeros(fraction: str) -> str:
    """Return the same where nothing stands before it, so that it does not begin with a zero."""
    return _parts(fraction).removeprefix(_DIGITS[0])
