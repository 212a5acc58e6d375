# SPDX-License-Identifier: Apache-2.0
"""Texts for people: money in major units with its currency, states by the workflow's words."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import (
    ANY_MEMBER,
    BY_CONTRACT,
    Amount,
    Context,
    Contract,
    Event,
    Label,
    NotInState,
    Record,
    ValueType,
    Workflow,
    action,
    format_value,
    move,
    schema_of,
    sentence,
    words,
    words_of,
)
from tallystick.encoding import Value
from tallystick.units import CURRENCY_DIGITS, INTEGER_MAX

AMOUNT: Final = ValueType(kind="integer", format="amount")


class LoanState(StrEnum):
    """How a loan stands."""

    OPEN = "OPEN"
    LATE = "LATE"


class TalkState(StrEnum):
    """How talks stand."""

    OPEN = "OPEN"
    OVER = "OVER"


class Part(Record):
    """A part of a payment."""

    amount: Amount
    state: LoanState
    note: str | None = None


class Paid(Event):
    """en: {amount} came in.

    zh: 收到 {amount}。
    """

    amount: Amount
    currency: str
    parts: tuple[Part, ...] = ()


class Counted(Event):
    """en: {amount} {currency} were counted.

    zh: 清点 {amount} {currency}。
    """

    amount: Amount
    currency: str


def _flow(states: type[StrEnum], first: StrEnum, last: StrEnum, en: str) -> Workflow:
    label = Label(zh="逾期", en="let it become late")
    row = move("late", first, last, role=BY_CONTRACT, label=label)
    return Workflow(states, initial=first, moves=(row,), label=Label(zh="流程", en=en))


class Loans(Contract, name="loans", version=1):
    """Two workflows, both with a state OPEN."""

    words = MappingProxyType(
        words(amount=("金额", "Amount"))
        | words_of(LoanState, OPEN=("未还清", "unpaid"), LATE=("逾期", "late"))
        | words_of(TalkState, OPEN=("洽谈中", "going on"), OVER=("已结束", "over"))
    )
    loan_flow = _flow(LoanState, LoanState.OPEN, LoanState.LATE, "Loan")
    talk_flow = _flow(TalkState, TalkState.OPEN, TalkState.OVER, "Talks")

    @action(role=ANY_MEMBER, label=Label(zh="还款", en="Pay"), emits=(Paid, Counted))
    def pay(self, ctx: Context) -> None:
        """Pay."""


SCHEMA: Final = schema_of(Loans)


def said(name: str, **fields: Value) -> Label:
    """Return the sentence of an event of the contract."""
    event = SCHEMA.event(f"loans.{name}")
    assert event is not None
    return sentence(event, fields)


@given(st.integers(-INTEGER_MAX, INTEGER_MAX), st.sampled_from(sorted(CURRENCY_DIGITS)))
def test_an_amount_reads_back_as_it_was(minor: int, currency: str) -> None:
    """No digit is lost or moved, whatever the currency's smallest unit is."""
    text = format_value(minor, AMOUNT, "en", beside={"currency": currency})
    number, _, name = text.partition(" ")
    assert name == currency
    assert Decimal(number.replace(",", "")).scaleb(CURRENCY_DIGITS[currency]) == minor


@pytest.mark.parametrize(
    ("minor", "beside", "text"),
    [
        (123_450, {"currency": "CNY"}, "1,234.50 CNY"),
        (1_234, {"currency": "JPY"}, "1,234 JPY"),
        (-5, {"currency": "KWD"}, "-0.005 KWD"),
        (100_000, {"asset": "POINTS"}, "1,000.00 POINTS"),
        (100_000, {"currency": 7}, "1,000.00"),
        (100_000, {}, "1,000.00"),
    ],
)
def test_money_stands_in_major_units(minor: int, beside: dict[str, Value], text: str) -> None:
    """The currency is that of the record; where none is said there are two digits."""
    assert format_value(minor, AMOUNT, "zh", beside=beside) == text


def test_a_sentence_names_a_currency_once() -> None:
    """It is added to the amount unless the template has a place for it."""
    assert said("Paid", amount=100, currency="CNY").en == "1.00 CNY came in."
    assert said("Counted", amount=100, currency="CNY").zh == "清点 1.00 CNY。"
    assert said("Counted", amount=None, currency="CNY").en == "— CNY were counted."
    assert said("Counted", amount="much", currency="CNY").en == "much CNY were counted."


def test_records_inside_are_read_by_their_words() -> None:
    """Fields by their labels, in the currency around them; what is absent is left out."""
    event = SCHEMA.event("loans.Paid")
    assert event is not None
    parts: Value = [{"amount": 5, "state": "LATE", "note": None}]
    kind = event.fields[2].type
    beside: dict[str, Value] = {"currency": "CNY"}
    assert format_value(parts, kind, "zh", beside=beside) == "金额：0.05 CNY、状态：逾期"
    assert format_value(parts, kind, "en", beside=beside) == "Amount: 0.05 CNY, State: late"


def test_a_move_is_told_in_the_words_of_its_workflow() -> None:
    """OPEN of a loan is another word than OPEN of talks."""
    moved: dict[str, Value] = {
        "workflow": "loan_flow",
        "subject": "L-1",
        "action": "late",
        "before": "OPEN",
        "after": "LATE",
        "organization": "ACME",
        "member": "ann",
        "role": None,
    }
    shown = said("StateChanged", **moved)
    assert shown.zh == "L-1：未还清 → 逾期（逾期，办理人 ACME/ann）。"
    assert shown.en == "L-1: unpaid → late (let it become late, by ACME/ann)."
    assert "going on" in said("StateChanged", **{**moved, "workflow": "talk_flow"}).en


def test_a_refusal_names_a_state_where_all_workflows_agree() -> None:
    """It does not say of which workflow; a word that two understand differently stays as it is."""
    refusal = SCHEMA.refusal(NotInState.code, {"subject", "state", "action"})
    assert refusal is not None
    late = sentence(refusal, {"subject": "L-1", "state": "LATE", "action": "pay"})
    assert late.zh == "L-1 处于 逾期 状态，不允许 还款。"
    either = sentence(refusal, {"subject": "L-1", "state": "OPEN", "action": "leave"})
    assert either.en == "L-1 is OPEN, which does not allow leave."
