# SPDX-License-Identifier: Apache-2.0
"""What is wrong with an argument is told in words of people, not of the library that found it."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import pytest
from msgspec import Meta

from tallystick.contracts import Arguments, Context, Contract, Label, Record, action
from tallystick.encoding import Value
from tallystick.errors import InvalidArguments
from tallystick.execution import ContractRunner
from tallystick.model import Call
from tallystick.units import TimeMs

LABEL = Label(zh="样例", en="Sample")


class Colour(Enum):
    """Of a choice."""

    RED = "red"
    BLUE = "blue"


class Size(Record):
    """Inside a record."""

    width: int


class Order(Arguments):
    """One argument of each kind."""

    code: Annotated[str, Meta(min_length=3)] = "abc"
    count: Annotated[int, Meta(ge=1)] = 1
    colour: Colour = Colour.RED
    sizes: tuple[Size, ...] = ()
    is_urgent: bool = False
    note: str | None = None


class Orders(Contract, name="orders", version=1, label=LABEL):
    """en: Orders.

    zh: 订单。
    """

    @action(role="any", label=LABEL)
    def place(self, ctx: Context, order: Order) -> None:
        """en: Places one.

        zh: 下单。
        """


RUNNER = ContractRunner([Orders])


def _call(args: dict[str, Value]) -> Call:
    return Call("net", "orders", "place", args, 1, TimeMs(2_000_000_000_000))


@pytest.mark.parametrize(
    ("field", "value", "expected", "found"),
    [
        ("code", 7, "text", "a whole number"),
        ("code", "ab", "text of length >= 3", None),
        ("count", 0, "a whole number >= 1", None),
        ("count", [1], "a whole number", "a list"),
        ("colour", "green", "one of red, blue", "'green'"),
        ("sizes", {}, "a list", "a record"),
        ("sizes", [{"width": "x"}], "a whole number", "text - at `$[0].width`"),
        ("is_urgent", "yes", "true or false", "text"),
        ("note", True, "text or nothing", "true or false"),
    ],
)
def test_what_was_expected_and_found_is_said_plainly(
    field: str, value: Value, expected: str, found: str | None
) -> None:
    """With the argument's name, so that a form can mark it."""
    wrong = RUNNER.check_call(_call({field: value}))
    assert isinstance(wrong, InvalidArguments)
    assert (wrong.field, wrong.expected) == (field, expected)
    assert wrong.message == f"{field}: expected {expected}" + (f", found {found}" if found else "")
    assert wrong.found is None, "it enters the ledger, and the wording is the library's"
