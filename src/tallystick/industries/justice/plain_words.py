# SPDX-License-Identifier: Apache-2.0
"""Obligations in the words of the template, filled in: what a party reads before it signs."""

from __future__ import annotations

from typing import Final

from tallystick.contracts import BoundedText, Identifier, Record, day_of
from tallystick.industries.justice.records import Obligation, Template
from tallystick.interchange.iso20022 import Money, format_amount

_UNKNOWN_ZH: Final = "待定"
_UNKNOWN_EN: Final = "not known yet"


class Sentence(Record):
    """An obligation in plain words."""

    obligation: Identifier
    zh: BoundedText
    en: BoundedText


def sentence_of(template: Template, obligation: Obligation) -> Sentence:
    """Return an obligation's sentences; an award, which no template has, says what it is."""
    rule = next((one for one in template.obligations if one.key == obligation.key), None)
    shown = {
        "amount": format_amount(Money(obligation.amount, obligation.currency)),
        "days": str(obligation.days),
        "debtor": obligation.debtor,
        "creditor": obligation.creditor,
    }
    due = None if obligation.due is None else day_of(obligation.due).isoformat()
    zh = rule.zh if rule else "{debtor} 应于 {due} 前向 {creditor} 履行：{amount}"
    en = rule.en if rule else "{debtor} owes {creditor} {amount} by {due}"
    return Sentence(
        obligation=obligation.id,
        zh=_filled(zh, shown | {"due": due or _UNKNOWN_ZH}),
        en=_filled(en, shown | {"due": due or _UNKNOWN_EN}),
    )


def _filled(text: str, shown: dict[str, str]) -> str:
    """Return text with its places filled; every other brace stays, and nothing is longer."""
    for name, value in shown.items():
        text = text.replace("{" + name + "}", value)
    return text[:2_000]
