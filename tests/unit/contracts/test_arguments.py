# SPDX-License-Identifier: Apache-2.0
"""Arguments from JSON and from plain text become ledger values by the schema."""

from __future__ import annotations

import pytest

from tallystick.contracts import (
    FieldSchema,
    Label,
    MethodSchema,
    ValueType,
    arguments_from_json,
    arguments_from_text,
    schema_of,
)
from tallystick.errors import InvalidArguments
from tests.unit.contracts.samples import Shop

SCHEMA = schema_of(Shop)
STOCK = SCHEMA.method("stock")
TEXT = ValueType(kind="text")


def method_with(value_type: ValueType) -> MethodSchema:
    """Return a method with one argument `x` of a type."""
    label = Label(zh="x", en="x")
    field = FieldSchema(name="x", type=value_type, label=label, is_required=True)
    return MethodSchema(name="m", kind="query", label=label, description=label, arguments=(field,))


def test_bytes_are_hexadecimal_in_json_however_deep() -> None:
    """JSON has no bytes; the rest is taken as it is."""
    assert arguments_from_json(STOCK, {"id": "a", "price": 3, "seal": "00Ff"}) == {
        "id": "a",
        "price": 3,
        "seal": b"\x00\xff",
    }
    nested = method_with(
        ValueType(
            kind="map",
            items=ValueType(kind="list", items=ValueType(kind="bytes", is_nullable=True)),
        )
    )
    assert arguments_from_json(nested, {"x": {"k": ["01", None]}}) == {"x": {"k": [b"\x01", None]}}


def test_records_in_json_follow_their_fields() -> None:
    """An unknown field is refused here already, by its path."""
    data = {"id": "a", "price": 1, "parts": [{"name": "wheel", "mass": 2}]}
    assert arguments_from_json(STOCK, data) == data
    with pytest.raises(InvalidArguments, match=r"parts\[0\]\.colour"):
        arguments_from_json(STOCK, {"parts": [{"colour": "red"}]})


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"price": 1.0}, "price"),
        ({"seal": "0g"}, "seal"),
        ({"id": ["a"]}, "id"),
        ({"id": {"a": 1}}, "id.a"),
        ({"price": {1}}, "price"),
    ],
)
def test_json_that_cannot_become_a_value_is_refused_by_name(
    data: dict[str, object], field: str
) -> None:
    """Unknown arguments, fractions, bad hexadecimal, lists where there are none."""
    with pytest.raises(InvalidArguments) as caught:
        arguments_from_json(STOCK, data)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("value_type", "text", "value"),
    [
        (TEXT, "12", "12"),
        (ValueType(kind="date"), "2026-01-01", "2026-01-01"),
        (ValueType(kind="integer"), "-12", -12),
        (ValueType(kind="boolean"), "true", True),
        (ValueType(kind="boolean"), "false", False),
        (ValueType(kind="bytes"), "00ff", b"\x00\xff"),
        (ValueType(kind="choice", choices=("a", "b")), "a", "a"),
        (ValueType(kind="choice", choices=(1, 2)), "2", 2),
        (ValueType(kind="list", items=TEXT), '["a", "b"]', ["a", "b"]),
        (ValueType(kind="map", items=ValueType(kind="bytes")), '{"a": "01"}', {"a": b"\x01"}),
        (ValueType(kind="integer", is_nullable=True), "", None),
        (TEXT, "", ""),
    ],
)
def test_text_becomes_the_value_of_its_kind(
    value_type: ValueType, text: str, value: object
) -> None:
    """A URL's query and command-line options are texts."""
    assert arguments_from_text(method_with(value_type), {"x": text}) == {"x": value}


@pytest.mark.parametrize(
    ("value_type", "text"),
    [
        (ValueType(kind="integer"), "1e3"),
        (ValueType(kind="integer"), "01"),
        (ValueType(kind="integer"), "１"),
        (ValueType(kind="integer"), "9" * 20),
        (ValueType(kind="boolean"), "yes"),
        (ValueType(kind="bytes"), "0"),
        (ValueType(kind="choice", choices=(1, 2)), "a"),
        (ValueType(kind="list", items=TEXT), "[a"),
        (ValueType(kind="list", items=TEXT), '{"a": "b"}'),
    ],
)
def test_text_of_another_kind_is_refused(value_type: ValueType, text: str) -> None:
    """There is one spelling for each value."""
    with pytest.raises(InvalidArguments, match=r"^x"):
        arguments_from_text(method_with(value_type), {"x": text})


def test_an_unknown_argument_is_named() -> None:
    """The message lists those there are."""
    with pytest.raises(InvalidArguments, match="no argument 'y'") as caught:
        arguments_from_text(method_with(TEXT), {"y": "1"})
    assert caught.value.expected == "x"
