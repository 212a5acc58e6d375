# SPDX-License-Identifier: Apache-2.0
"""Amounts of money as people enter and read them: with commas, and in Chinese capital numerals.

Capitals stand beside a control and on a preview so that a wrong number of zeros is seen before one
signs. `static/entries.js` writes the same while somebody types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from tallystick.console.ledger import Json
from tallystick.console.shown import MINOR_UNITS, money
from tallystick.interchange.chinese import amount_in_capitals
from tallystick.interchange.iso20022 import Money

CURRENCY: Final = "CNY"
"""Of the amounts on forms."""
AMOUNTS_MAX: Final = 100
"""Written out on one preview."""
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９，．－：￥", "0123456789,.-:¥")
_WRITTEN_BELOW: Final = 10**18
"""Larger amounts fit no bank's message, and are not written out."""


def plain_digits(text: str) -> str:
    """Return a number as it was entered without commas, blanks and full-width signs."""
    return "".join(text.translate(_FULL_WIDTH).replace(",", "").split())


def minor_units(text: str) -> Decimal:
    """Return an entered amount in the smallest unit; what is smaller still stays behind the point.

    Raises:
        ValueError: it is no amount.
    """
    try:
        amount = Decimal(plain_digits(text).removeprefix("¥")).scaleb(MINOR_UNITS)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not amount.is_finite():
        raise ValueError(text)
    return amount


def entered_in_capitals(text: str) -> str:
    """Return an entered amount in capital numerals; nothing while it is none that can be paid."""
    try:
        amount = minor_units(text)
    except ValueError:
        return ""
    if not _can_be_paid(amount) or amount != amount.to_integral_value():
        return ""
    return in_capitals(int(amount))


def _can_be_paid(minor: Decimal | int) -> bool:
    return 0 < minor < _WRITTEN_BELOW


def in_capitals(minor: int) -> str:
    """Return an amount of the smallest unit in capital numerals."""
    return amount_in_capitals(Money(minor=minor, currency=CURRENCY))


def written_amounts(fields: list[Json], args: Mapping[str, Json]) -> list[Json]:
    """Return the amounts among arguments, at any depth: label, figures and capitals of each.

    Args:
        fields: of the method's form.
        args: of the call.
    """
    found = (
        {"label": label, "figures": money(minor), "capitals": in_capitals(minor)}
        for one in fields
        for label, minor in _amounts(one, args.get(one["name"]), {"zh": "", "en": ""})
    )
    return [one for one, _ in zip(found, range(AMOUNTS_MAX), strict=False)]


def _amounts(field: Json, value: Json, within: Mapping[str, str]) -> Iterator[tuple[Json, int]]:
    """Yield the positive amounts in a value, each with its label within those above it."""
    if field["widget"] == "money":
        if isinstance(value, int) and _can_be_paid(value):
            yield _joined(within, field["label"]), value
    elif field["widget"] == "record" and isinstance(value, dict):
        label = _joined(within, field["label"])
        for inner in field.get("fields", []):
            yield from _amounts(inner, value.get(inner["name"]), label)
    elif field["widget"] == "list" and isinstance(value, list):
        for row, one in enumerate(value, 1):
            label = {language: f"{text} {row}" for language, text in field["label"].items()}
            inner = {**field["item"], "label": {"zh": "", "en": ""}}
            yield from _amounts(inner, one, _joined(within, label))


def _joined(within: Mapping[str, str], label: Mapping[str, str]) -> dict[str, str]:
    return {
        language: " · ".join(text for text in (within.get(language, ""), own) if text)
        for language, own in label.items()
    }
