# SPDX-License-Identifier: Apache-2.0
"""The schema says everything that doors, views and documents need, and survives JSON."""

from __future__ import annotations

import msgspec
import pytest

from tallystick.contracts import (
    ContractSchema,
    FieldSchema,
    MethodSchema,
    ValueType,
    define,
    json_schema,
    schema_of,
    value_json_schema,
)
from tallystick.errors import UnknownContract
from tallystick.units import INTEGER_MAX
from tests.unit.contracts.samples import Shop

SCHEMA = schema_of(Shop)


def fields_of(fields: tuple[FieldSchema, ...]) -> dict[str, FieldSchema]:
    """Return fields by name."""
    return {field.name: field for field in fields}


ITEM = fields_of(SCHEMA.tables[0].fields)


def test_a_contract_is_derived_once() -> None:
    """One definition, whoever asks, so doors and ledger cannot differ."""
    assert define(Shop) is define(Shop)
    assert schema_of(Shop) is define(Shop).schema


def test_the_contract_names_itself_in_two_languages() -> None:
    """Name, version, label and docstring come from the class."""
    assert (SCHEMA.name, SCHEMA.version, SCHEMA.label.zh) == ("shop", 3, "商店")
    assert (SCHEMA.description.zh, SCHEMA.description.en) == ("出售物品。", "Sells things.")


def test_methods_stand_in_the_order_of_the_class() -> None:
    """A reader of the schema meets them as the author wrote them."""
    assert [method.name for method in SCHEMA.methods] == [
        *("stock", "sell", "place", "find", "spot", "by_digest"),
    ]


def test_an_action_says_who_may_call_it_and_what_it_announces() -> None:
    """Any one of the roles suffices; none listed means every member."""
    stock, sell = SCHEMA.method("stock"), SCHEMA.method("sell")
    assert (stock.kind, stock.roles, stock.events) == (
        "action",
        ("clerk", "keeper"),
        ("shop.Stocked",),
    )
    assert (sell.roles, sell.refusals) == ((), ("SHOP-12",))
    assert (stock.label.zh, stock.description.en) == ("入库", "Put an item on sale.")


def test_a_record_of_arguments_spreads_into_the_methods_arguments() -> None:
    """`Arguments` spares authors long signatures; callers do not see the difference."""
    assert [field.name for field in SCHEMA.method("stock").arguments] == [
        *("id", "price", "parts", "seal"),
    ]


def test_arguments_carry_type_default_and_label() -> None:
    """Without a label the name in words stands in."""
    arguments = fields_of(SCHEMA.method("sell").arguments)
    assert not arguments["offer"].is_required
    assert arguments["offer"].default == 1
    assert arguments["id"].is_required
    assert arguments["offer"].type == ValueType(
        kind="integer", format="amount", minimum=0, maximum=INTEGER_MAX
    )
    assert arguments["memo"].label.en == "memo"


def test_a_method_without_a_result_says_so() -> None:
    """None is the absence of a result type."""
    assert SCHEMA.method("sell").result is None
    spot = SCHEMA.method("spot").result
    assert spot is not None
    assert (spot.kind, spot.name, spot.is_nullable) == ("record", "Spot", True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("status", ValueType(kind="choice", name="Status", choices=("new", "sold"))),
        ("grade", ValueType(kind="choice", name="Grade", choices=(1, 2))),
        ("shelf", ValueType(kind="text", is_nullable=True)),
        ("seal", ValueType(kind="bytes", size_min=2, size_max=4)),
        ("tags", ValueType(kind="list", items=ValueType(kind="text"))),
        ("notes", ValueType(kind="map", size_max=3, items=ValueType(kind="text"))),
        ("expires", ValueType(kind="date", is_nullable=True)),
        ("colour", ValueType(kind="choice", choices=("red", "blue"))),
        ("is_fragile", ValueType(kind="boolean")),
    ],
)
def test_every_type_of_field_is_told(name: str, expected: ValueType) -> None:
    """What an annotation means is what the schema says."""
    assert ITEM[name].type == expected


def test_exclusive_bounds_become_inclusive() -> None:
    """Integers between 0 and 1000 exclusively are 1 to 999."""
    parts = ITEM["parts"].type.items
    assert parts is not None
    mass = fields_of(parts.fields)["mass"].type
    assert (mass.minimum, mass.maximum) == (1, 999)


def test_defaults_are_json() -> None:
    """Bytes are hexadecimal, enumerations their values, factories what they make."""
    defaults = {name: field.default for name, field in ITEM.items() if not field.is_required}
    assert defaults == {
        "status": "new",
        "grade": 1,
        "shelf": None,
        "seal": "00ff",
        "parts": [],
        "tags": [],
        "notes": {},
        "expires": None,
        "colour": "red",
        "is_fragile": False,
    }


def test_labels_and_help_come_from_the_annotation() -> None:
    """A form shows the label and, beside it, the help."""
    price = ITEM["price"]
    assert price.label.zh == "价格"
    assert price.help is not None
    assert (price.help.zh, price.help.en) == ("以分计", "In fen.")


def test_tables_say_their_record_and_key() -> None:
    """A key of several fields keeps their order."""
    items, spots = SCHEMA.tables
    assert (items.name, items.record, items.key, items.label.en) == (
        *("items", "Item", ("id",), "Items"),
    )
    assert (spots.key, spots.label.zh) == (("row", "number"), "spots")


def test_events_and_refusals_stand_in_the_schema_once() -> None:
    """`Stocked` is announced by two methods and listed once."""
    assert [event.name for event in SCHEMA.events] == ["shop.Stocked", "shop.Sold"]
    assert [(one.name, one.code) for one in SCHEMA.refusals] == [("TooCheap", "SHOP-12")]
    assert [field.name for field in SCHEMA.refusals[0].fields] == ["offer", "price", "advice"]
    assert [field.is_required for field in SCHEMA.refusals[0].fields] == [True, True, False]


def test_the_schema_finds_its_parts_by_name() -> None:
    """Old events and foreign codes are not errors; an unknown method is."""
    assert SCHEMA.event("shop.Sold") is SCHEMA.events[1]
    assert SCHEMA.event("shop.Gone") is None
    assert SCHEMA.refusal("SHOP-12") is SCHEMA.refusals[0]
    assert SCHEMA.refusal("E_DUP") is None
    with pytest.raises(UnknownContract, match="no method 'nothing'"):
        SCHEMA.method("nothing")


def test_the_schema_survives_json() -> None:
    """/v1/contracts serves it and a client reads back the same."""
    data = msgspec.json.encode(SCHEMA)
    assert msgspec.json.decode(data, type=ContractSchema) == SCHEMA


def test_the_json_schema_of_a_method_is_a_closed_object() -> None:
    """Unknown arguments are refused by a validator already."""
    schema = json_schema(SCHEMA.method("sell"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["id"]
    assert schema["title"] == "Sell"
    assert schema["properties"] == {
        "id": {
            "type": "string",
            "maxLength": 64,
            "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*(?!\n)$",
            "format": "identifier",
            "title": "Id",
            "x-title-zh": "编号",
        },
        "offer": {
            "type": "integer",
            "minimum": 0,
            "maximum": INTEGER_MAX,
            "format": "amount",
            "title": "offer",
            "x-title-zh": "offer",
            "default": 1,
        },
        "memo": {
            "type": "string",
            "maxLength": 2000,
            "title": "memo",
            "x-title-zh": "memo",
            "default": "",
        },
    }


def test_the_json_schema_of_each_kind() -> None:
    """Every kind has its JSON form; bytes are pairs of hexadecimal digits."""
    item = SCHEMA.method("find").result
    properties = value_json_schema(item)["properties"]
    assert isinstance(properties, dict)
    shown = {name: {**schema} for name, schema in properties.items()}
    for schema in shown.values():
        for key in ("title", "x-title-zh", "default"):
            schema.pop(key, None)
    assert shown["status"] == {"type": "string", "enum": ["new", "sold"]}
    assert shown["grade"] == {"type": "integer", "enum": [1, 2]}
    assert shown["shelf"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert shown["seal"] == {
        "type": "string",
        "format": "hex",
        "pattern": "^([0-9a-f]{2})*$",
        "minLength": 4,
        "maxLength": 8,
    }
    assert shown["tags"] == {"type": "array", "items": {"type": "string"}}
    assert shown["notes"] == {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "maxProperties": 3,
    }
    assert shown["expires"]["anyOf"][0] == {"type": "string", "format": "date"}
    assert shown["is_fragile"] == {"type": "boolean"}
    assert shown["parts"]["items"]["required"] == ["name"]
    assert shown["price"]["description"] == "In fen."
    assert shown["price"]["x-description-zh"] == "以分计"
    assert value_json_schema(None) == {"type": "null"}


def test_a_method_schema_can_be_made_from_json_alone() -> None:
    """Doors work from the schema, without the contract's package."""
    data = msgspec.json.encode(SCHEMA.method("stock"))
    again = msgspec.json.decode(data, type=MethodSchema)
    assert json_schema(again) == json_schema(SCHEMA.method("stock"))
