# SPDX-License-Identifier: Apache-2.0
"""Values by their schema: what the ledger keeps, as Python objects, and back.

Times are aware datetimes, days are dates, bytes are bytes, records are `TypedItem`, and amounts
beside a currency are `Money`. An amount whose currency nobody knows stays a number of smallest
units. What does not have the form that the schema tells of comes as it is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from tallystick.client.money import Money, is_currency
from tallystick.client.reading import time_ms
from tallystick.client.records import Item
from tallystick.client.schema import AMOUNT, TIMESTAMP, FieldSchema, ValueType
from tallystick.encoding import Value, format_json
from tallystick.errors import InvalidArguments

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CURRENCY: Final = "currency"
"""What a field that names the currency of the amounts beside it is called."""


class TypedItem(Item):
    """A record with Python values: a mapping whose fields are attributes too."""

    __slots__ = ("_name", "_plain")

    def __init__(self, name: str, fields: dict[str, Any], plain: Mapping[str, Any]) -> None:
        """Take the record's name, its values, and the same as the ledger keeps it."""
        super().__init__(fields)
        self._name = name
        self._plain = plain

    def __repr__(self) -> str:
        return f"{self._name}({', '.join(f'{n}={v!r}' for n, v in self.items() if n[0] != '_')})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self) == dict(other)

    def __hash__(self) -> int:
        return hash(self.json())

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON values: amounts in smallest units, bytes as hex."""
        plain: dict[str, Any] = to_json(self._plain)
        return plain

    def json(self) -> str:
        """Return the record as JSON text."""
        return format_json(self.to_dict(), indent=2)


def to_json(value: Any) -> Any:  # noqa: ANN401  # any ledger value
    """Return a ledger value for JSON: the same, with bytes as hexadecimal text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {name: to_json(inner) for name, inner in value.items()}
    return [to_json(inner) for inner in value] if isinstance(value, list) else value


# --- from the ledger


def from_ledger(
    value: Any,  # noqa: ANN401  # any ledger value
    value_type: ValueType | None,
    currency: str | None = None,
) -> Any:  # noqa: ANN401  # and what Python has for it
    """Return a value as Python likes it.

    Args:
        value: from a receipt (bytes) or from JSON (hexadecimal).
        value_type: what the schema says it is; None: nothing.
        currency: of the amounts in it, if something beside it says so.
    """
    if value is None or value_type is None:
        return value
    if isinstance(value, dict):
        return _from_mapping(value, value_type)
    if isinstance(value, list):
        return [from_ledger(inner, value_type.items, currency) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return _from_number(value, value_type, currency)
    return _from_text(value, value_type) if isinstance(value, str) else value


def _from_mapping(value: dict[str, Any], value_type: ValueType) -> object:
    if value_type.kind == "record":
        return typed_item(value, value_type)
    return {name: from_ledger(inner, value_type.items) for name, inner in value.items()}


def typed_item(value: Mapping[str, Any], value_type: ValueType) -> TypedItem:
    """Return a record of the ledger; fields that the schema does not have come as they are."""
    types = {field.name: field.type for field in value_type.fields}
    currency = _currency_of(value)
    # The ledger orders names by their bytes; people expect the author's order.
    names = [*(n for n in types if n in value), *(n for n in value if n not in types)]
    fields = {name: from_ledger(value[name], types.get(name), currency) for name in names}
    return TypedItem(value_type.name or "Item", fields, value)


def _from_number(value: int, value_type: ValueType, currency: str | None) -> object:
    if value_type.format == TIMESTAMP:
        try:
            return _EPOCH + timedelta(milliseconds=value)
        except OverflowError:
            return value
    if value_type.format == AMOUNT and currency is not None:
        return Money.of_units(value, currency)
    return value


def _from_text(text: str, value_type: ValueType) -> object:
    try:
        if value_type.kind == "date":
            return date.fromisoformat(text)
        return bytes.fromhex(text) if value_type.kind == "bytes" else text
    except ValueError:
        return text


def _currency_of(values: Mapping[str, Any]) -> str | None:
    """Return the currency that stands beside amounts, if it is one."""
    found = values.get(_CURRENCY)
    return found if isinstance(found, str) and is_currency(found) else None


# --- to the ledger


def to_ledger(
    given: Mapping[str, Any], fields: tuple[FieldSchema, ...], place: str = ""
) -> dict[str, Value]:
    """Return named values as the ledger takes them.

    Raises:
        InvalidArguments: one that is not known, or that is not what the schema says.
    """
    types = {field.name: field.type for field in fields}
    defaults = {field.name: field.default for field in fields}
    currency = _currency_of({**defaults, **given})
    found: dict[str, Value] = {}
    for name, value in given.items():
        if name not in types:
            raise InvalidArguments(
                f"there is no {place}{name}",
                field=f"{place}{name}"[:80],
                expected=", ".join(types) or "no arguments",
                found=name[:80],
            )
        found[name] = value_to_ledger(value, types[name], f"{place}{name}", currency)
    return found


def value_to_ledger(
    value: Any,  # noqa: ANN401  # whatever the caller gave
    value_type: ValueType,
    place: str,
    currency: str | None = None,
) -> Value:
    """Return one value as the ledger takes it; raises `InvalidArguments`."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if value_type.format == AMOUNT:
        return _units(value, place, currency)
    if isinstance(value, Mapping):
        return _mapping(value, value_type, place)
    if isinstance(value, list | tuple):
        items = value_type.items or value_type
        return [
            value_to_ledger(one, items, f"{place}[{n}]", currency) for n, one in enumerate(value)
        ]
    return _scalar(value, value_type, place)


def _mapping(value: Mapping[str, Any], value_type: ValueType, place: str) -> Value:
    if value_type.kind == "record":
        return to_ledger(value, value_type.fields, f"{place}.")
    items = value_type.items
    if items is None:
        raise _unfit(place, value_type, value)
    return {
        str(name): value_to_ledger(inner, items, f"{place}.{name}") for name, inner in value.items()
    }


def _scalar(value: object, value_type: ValueType, place: str) -> Value:
    if isinstance(value, datetime) and value_type.format == TIMESTAMP:
        return time_ms(value)
    if isinstance(value, date) and not isinstance(value, datetime) and value_type.kind == "date":
        return value.isoformat()
    if isinstance(value, str) and value_type.kind == "bytes":
        try:
            return bytes.fromhex(value)
        except ValueError as error:
            raise _unfit(place, value_type, value) from error
    if isinstance(value, str) and value_type.kind not in {"integer", "boolean"}:
        return unicodedata.normalize("NFC", value)
    if isinstance(value, int) and value_type.kind in {"integer", "choice"}:
        return value
    if isinstance(value, bytes) and value_type.kind == "bytes":
        return value
    raise _unfit(place, value_type, value)


def _units(value: object, place: str, currency: str | None) -> int:
    """Return a number of smallest units: integers are that already, all else is whole units."""
    if isinstance(value, int):
        return value
    if isinstance(value, Money):
        if currency is not None and value.currency != currency:
            raise InvalidArguments(
                f"{place} is in another currency than the rest",
                field=place,
                expected=currency,
                found=value.currency,
            )
        return value.units
    if currency is None or not isinstance(value, Decimal | str):
        raise InvalidArguments(
            f"{place}: whole units of which currency?",
            field=place,
            expected='a number of smallest units (int), or Money("12.50", "CNY")',
            found=repr(value)[:80],
        )
    return Money(value, currency).units


def _unfit(place: str, value_type: ValueType, found: object) -> InvalidArguments:
    expected = "a moment with its zone" if value_type.format == TIMESTAMP else value_type.kind
    return InvalidArguments(
        f"{place} should be {expected}", field=place[:80], expected=expected, found=repr(found)[:80]
    )
