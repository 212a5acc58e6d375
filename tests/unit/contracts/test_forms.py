# SPDX-License-Identifier: Apache-2.0
"""Forms follow from the schema, and their examples pass the method's own check."""

from __future__ import annotations

import msgspec
import pytest

from tallystick.contracts import (
    Form,
    FormField,
    Label,
    arguments_from_json,
    define,
    form_of,
    schema_of,
)
from tallystick.contracts.forms import _example
from tallystick.contracts.schema import ValueType
from tallystick.encoding import Value
from tests.unit.contracts.samples import Shop

SCHEMA = schema_of(Shop)


def form(method: str) -> Form:
    """Return the form of a method of the sample contract."""
    return form_of(SCHEMA, SCHEMA.method(method))


def fields(method: str) -> dict[str, FormField]:
    """Return a form's fields by name."""
    return {one.name: one for one in form(method).fields}


def test_a_form_keeps_the_order_and_the_rights_of_its_method() -> None:
    """Labels, description, roles and refusals come along."""
    stock, sell = form("stock"), form("sell")
    assert [one.name for one in stock.fields] == ["id", "price", "parts", "seal"]
    assert (stock.contract, stock.version, stock.kind) == ("shop", 3, "action")
    assert stock.roles == ("clerk", "keeper")
    assert sell.roles == ()
    assert sell.refusals == ("SHOP-12",)
    assert form("find").kind == "query"


def test_each_argument_has_the_control_that_suits_it() -> None:
    """By meaning first, then by kind; long texts get several lines."""
    stock, sell = fields("stock"), fields("sell")
    assert stock["price"].widget == "money"
    assert stock["seal"].widget == "bytes"
    assert stock["parts"].widget == "list"
    assert (sell["id"].widget, sell["memo"].widget) == ("text", "long-text")
    assert fields("spot")["number"].widget == "number"
    assert fields("by_digest")["digest"].widget == "file-hash"
    assert fields("by_digest")["flag"].widget == "switch"


def test_a_form_says_what_is_allowed_and_what_stands_in() -> None:
    """Limits, defaults, choices, and what lists and records are made of."""
    sell, parts = fields("sell"), fields("stock")["parts"]
    assert (sell["offer"].is_required, sell["offer"].default) == (False, 1)
    assert sell["offer"].minimum == 0
    assert parts.item is not None
    assert parts.item.label == Label(zh="Part", en="Part")
    assert [(one.name, one.minimum, one.maximum) for one in parts.item.fields] == [
        ("name", None, None),
        ("mass", 1, 999),
    ]


@pytest.mark.parametrize("method", ["stock", "sell", "place"])
def test_the_examples_of_a_form_are_taken_by_the_method(method: str) -> None:
    """Read from JSON as a door reads it, then held against the declared types."""
    given = {one.name: one.example for one in form(method).fields}
    read: dict[str, Value] = arguments_from_json(SCHEMA.method(method), given)
    taken = define(Shop).methods[method].read_arguments(read)
    assert [getattr(taken, name) is not None for name in given] == [True] * len(given)


def test_what_has_no_general_example_has_none() -> None:
    """A text of a pattern with a meaning that this platform does not know."""
    unknown = ValueType(kind="text", pattern="^X-[0-9]$", format="case-number")
    assert _example(unknown) is None
    assert _example(ValueType(kind="text", size_max=3)) == "tex"
    assert _example(ValueType(kind="integer", maximum=0)) == 0
    assert _example(ValueType(kind="integer", minimum=5)) == 5
    assert _example(ValueType(kind="choice", choices=("a", "b"))) == "a"
    assert _example(ValueType(kind="date")) == "2026-12-31"
    assert _example(ValueType(kind="list", size_min=2, items=unknown)) == [None, None]
    assert _example(ValueType(kind="list")) == [None]
    assert _example(ValueType(kind="map", items=ValueType(kind="boolean"))) == {"key": True}
    assert _example(ValueType(kind="map")) == {"key": None}


def test_a_form_is_plain_json() -> None:
    """What is absent is left out, and it comes back the same."""
    text = msgspec.json.encode(form("stock"))
    assert b"null" not in text
    assert msgspec.json.decode(text, type=Form) == form("stock")
