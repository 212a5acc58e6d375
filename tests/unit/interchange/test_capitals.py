# SPDX-License-Identifier: Apache-2.0
"""Amounts in capital numerals can be read back, and others write them the same way."""

from __future__ import annotations

import re
from typing import Final

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.interchange.chinese import amount_in_capitals
from tallystick.interchange.iso20022 import Money
from tallystick.interchange.iso20022.money import MINOR_MAX

AMOUNTS: Final = st.integers(0, MINOR_MAX) | st.builds(
    lambda digits, zeros: min(int(digits) * 10**zeros, MINOR_MAX),
    st.text("0015", min_size=1, max_size=12),
    st.integers(0, 9),
)
"""Many of them with zeros inside and behind, which is where mistakes are made."""
JUDGED_MAX: Final = 10**16 - 1
"""The judge counts up to so many cents."""

BANK: Final = {
    140_950: "人民币壹仟肆佰零玖元伍角",
    600_714: "人民币陆仟零柒元壹角肆分",
    168_032: "人民币壹仟陆佰捌拾元叁角贰分",
    10_700_053: "人民币壹拾万柒仟元伍角叁分",
    1_640_902: "人民币壹万陆仟肆佰零玖元零贰分",
    32_504: "人民币叁佰贰拾伍元零肆分",
}
"""The examples of 支付结算办法, annex 1, where there is a choice in its form without the zero."""

WORDS: Final = {word: value for value, word in enumerate("零壹贰叁肆伍陆柒捌玖")}
STEPS: Final = {"拾": 10, "佰": 100, "仟": 1000, "万": 10**4, "亿": 10**8}


def read_whole(text: str) -> int:
    """Return the number that capital numerals say: a multiplier is for all smaller before it."""
    found, section, digit = 0, 0, 0
    for word in text:
        if word in WORDS:
            digit = WORDS[word]
        elif STEPS[word] < 10**4:
            section, digit = section + digit * STEPS[word], 0
        else:
            found = (
                (found + section + digit) * STEPS[word]
                if word == "亿"
                else (found + (section + digit) * STEPS[word])
            )
            section = digit = 0
    return found + section + digit


def read_cents(text: str) -> int:
    """Return the cents that an amount in yuan says."""
    match = re.fullmatch(r"人民币(?:(.+)元)?(?:整|零?(?:(.)角)?零?(?:(.)分)?)", text)
    assert match is not None, text
    tenths, cents = (WORDS[part] if part else 0 for part in match.groups()[1:])
    return read_whole(match[1] or "") * 100 + tenths * 10 + cents


@given(AMOUNTS)
def test_an_amount_can_be_read_back(minor: int) -> None:
    """By a reader written for this test: no two amounts are written alike."""
    assert read_cents(amount_in_capitals(Money(minor, "CNY"))) == minor


def _skips_ten_thousands(minor: int) -> bool:
    """Whether the ten thousands are empty and the thousands are not: the judge drops that zero."""
    yuan = minor // 100
    return yuan >= 10**8 and yuan // 10**4 % 10**4 == 0 and yuan % 10**4 >= 1_000


@given(AMOUNTS.filter(lambda minor: 0 < minor <= JUDGED_MAX and not _skips_ten_thousands(minor)))
def test_others_write_it_the_same_way(minor: int) -> None:
    """The judge is cn2an, by other people, which takes the decimal text."""
    said = cn2an.an2cn(f"{minor // 100}.{minor % 100:02d}", "rmb")
    assert amount_in_capitals(Money(minor, "CNY")) == f"人民币{said}"


@pytest.mark.parametrize(("minor", "said"), BANK.items())
def test_the_central_bank_s_examples(minor: int, said: str) -> None:
    """What its rules for bills print."""
    assert amount_in_capitals(Money(minor, "CNY")) == said


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (0, "CNY", "人民币零元整"),
        (5, "CNY", "人民币伍分"),
        (50, "CNY", "人民币伍角"),
        (150_000, "CNY", "人民币壹仟伍佰元整"),
        (
            10**18 - 1,
            "CNY",
            "人民币玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
        ),
        (10_001, "JPY", "日元壹万零壹元整"),
        (1_005, "KWD", "KWD壹元零伍厘"),
        (1_050, "KWD", "KWD壹元零伍分"),
        (5, "KWD", "KWD伍厘"),
        (100, "USD", "美元壹元整"),
    ],
)
def test_each_currency_has_its_name_and_parts(minor: int, currency: str, said: str) -> None:
    """Yen have no parts, dinars have thousandths; a currency without a name has its code."""
    assert amount_in_capitals(Money(minor, currency)) == said
