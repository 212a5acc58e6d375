# SPDX-License-Identifier: Apache-2.0
"""Values of every kind, to the ledger and back; money to the last unit."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from tallystick.client import Money
from tallystick.client.method_help import given_type, signature_of, taken_type
from tallystick.client.money import decimals_of
from tallystick.client.records import BilingualText
from tallystick.client.schema import FieldSchema, MethodSchema, ValueType
from tallystick.client.typed_values import from_ledger, to_json, to_ledger, value_to_ledger
from tallystick.errors import InvalidArguments

LABEL = BilingualText(zh="甲", en="a")
TEXT, NUMBER = ValueType(kind="text"), ValueType(kind="integer")
BYTES, DAY = ValueType(kind="bytes"), ValueType(kind="date")
TIME = ValueType(kind="integer", format="timestamp-ms")
AMOUNT = ValueType(kind="integer", format="amount")
MAP = ValueType(kind="map", items=DAY)
MOMENTS = st.integers(0, 253_402_300_799_999_000).map(
    lambda passed: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=passed)
)
CURRENCIES = st.sampled_from(["CNY", "USD", "JPY", "KWD"])


class Colour(StrEnum):
    """A choice."""

    RED = "red"


@given(st.integers(-(2**63), 2**63 - 1), CURRENCIES)
def test_money_is_its_number_of_units_and_back(units: int, currency: str) -> None:
    """For every number that the ledger can keep, in currencies of 0, 2 and 3 decimals."""
    money = Money.of_units(units, currency)
    assert money.units == units
    assert Money(str(money), currency).units == units
    assert money == Decimal(units) / 10 ** decimals_of(currency)
    assert copy.deepcopy(money).currency == copy.copy(money).currency == currency


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("1", "yuan"), ("x", "CNY"), ("NaN", "CNY"), (1.5, "CNY"), ([], "CNY"), ("Infinity", "CNY")],
)
def test_what_is_no_money_is_refused(amount: Any, currency: str) -> None:
    """Floats too, since they are seldom what they seem."""
    with pytest.raises(InvalidArguments):
        Money(amount, currency)


@given(MOMENTS)
def test_a_moment_goes_to_the_ledger_and_back_to_the_millisecond(moment: datetime) -> None:
    """Aware on both ways."""
    kept = value_to_ledger(moment, TIME, "at")
    back = from_ledger(kept, TIME)
    assert back == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert value_to_ledger(back, TIME, "at") == kept


@given(st.dates(), st.binary(max_size=4))
def test_days_and_bytes_go_to_the_ledger_and_back(day: date, data: bytes) -> None:
    """Bytes also from the hexadecimal that JSON has."""
    assert from_ledger(value_to_ledger(day, DAY, "day"), DAY) == day
    assert from_ledger(value_to_ledger(data, BYTES, "data"), BYTES) == data
    assert from_ledger(to_json(data), BYTES) == data
    assert value_to_ledger(data.hex(), BYTES, "data") == data
    plain = value_to_ledger({"x": day}, MAP, "days")
    assert from_ledger(plain, MAP) == {"x": day}


@pytest.mark.parametrize(
    ("value", "value_type", "expected"),
    [
        ("soon", DAY, "soon"),
        ("no hex", BYTES, "no hex"),
        (2**62, TIME, 2**62),
        (5, AMOUNT, 5),
        (True, NUMBER, True),
        (b"x", TEXT, b"x"),
        ("x", None, "x"),
    ],
)
def test_what_does_not_have_its_form_comes_as_it_is(
    value: Any, value_type: ValueType | None, expected: object
) -> None:
    """A contract of another version must still be readable."""
    assert from_ledger(value, value_type) == expected


@pytest.mark.parametrize(
    ("value", "value_type", "expected"),
    [
        (Colour.RED, TEXT, "red"),
        ("e\u0301", TEXT, "\u00e9"),
        ((1, 2), ValueType(kind="list", items=NUMBER), [1, 2]),
        (None, TEXT, None),
        (3, ValueType(kind="choice", choices=(1, 3)), 3),
        (Money("2.50", "CNY"), AMOUNT, 250),
    ],
)
def test_python_values_become_ledger_values(
    value: Any, value_type: ValueType, expected: object
) -> None:
    """Choices by their value, texts composed, sequences as lists."""
    assert value_to_ledger(value, value_type, "x") == expected


@pytest.mark.parametrize(
    ("value", "value_type"),
    [
        (Decimal(1), AMOUNT),
        (1.5, AMOUNT),
        ("x", NUMBER),
        (1, TEXT),
        (b"x", TEXT),
        ({}, TEXT),
        (1.5, NUMBER),
        (object(), TEXT),
        (datetime(2026, 1, 1, tzinfo=UTC), DAY),
        (date(2026, 1, 1), TIME),
    ],
)
def test_a_value_of_another_type_is_refused(value: Any, value_type: ValueType) -> None:
    """Before anything is signed; the place is named."""
    with pytest.raises(InvalidArguments) as refused:
        value_to_ledger(value, value_type, "place")
    assert refused.value.field == "place"


def test_a_default_currency_gives_amounts_their_unit() -> None:
    """As the contract fills it in."""
    fields = (
        FieldSchema(name="price", type=AMOUNT, label=LABEL),
        FieldSchema(name="currency", type=TEXT, label=LABEL, default="JPY"),
    )
    assert to_ledger({"price": Decimal(500)}, fields) == {"price": 500}
    assert to_ledger({"price": "5.00", "currency": "CNY"}, fields)["price"] == 500


def test_types_are_written_as_annotations() -> None:
    """What may be given, and what comes back."""
    nullable = ValueType(kind="choice", choices=("a", "b"), is_nullable=True)
    assert given_type(nullable) == "Literal['a', 'b'] | None"
    assert (given_type(MAP), taken_type(MAP)) == ("Mapping[str, date]", "dict[str, date]")
    assert (given_type(AMOUNT), taken_type(AMOUNT)) == ("int | Decimal | str", "int | Money")
    record = ValueType(kind="record", name="Money")
    assert (given_type(record), taken_type(record)) == ("MoneyGiven", "Money_")
    assert taken_type(None) == "None"
    assert taken_type(ValueType(kind="something newer")) == "Any"


def test_arguments_that_python_cannot_spell_are_not_in_the_signature() -> None:
    """They are given as `**{"import": ...}`."""
    method = MethodSchema(
        name="go",
        kind="action",
        label=LABEL,
        description=LABEL,
        arguments=tuple(
            FieldSchema(name=name, type=TEXT, label=LABEL, is_required=name != "b")
            for name in ("a", "b", "c", "import")
        ),
    )
    assert str(signature_of(method)) == "(a: 'str', *, b: 'str' = None, c: 'str') -> 'None'"
