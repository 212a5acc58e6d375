# SPDX-License-Identifier: Apache-2.0
"""Finds codes of organisations among a method's arguments and verifies their check characters.

A pattern cannot: the check character of GB 32100 is a sum over the others. Which arguments hold
codes is found once, when the contract is derived; a call of a method without any costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tallystick.contracts.schema import FieldSchema, ValueType
from tallystick.encoding import Value
from tallystick.errors import Malformed
from tallystick.model import check_organization_id

FORMAT: Final = "organization"


def fields_with_codes(fields: Iterable[FieldSchema]) -> tuple[FieldSchema, ...]:
    """Return the fields that hold codes of organisations, however deep."""
    return tuple(field for field in fields if _holds_codes(field.type))


def check_codes(
    fields: Iterable[FieldSchema], values: Mapping[str, Value], place: str = ""
) -> None:
    """Refuse values in which a code has a wrong check character.

    `fields` come from `fields_with_codes`; `values` fit them.

    Raises:
        Malformed: a code is wrong; `field` says where it is.
    """
    for field in fields:
        if field.name in values:
            _check(field.type, values[field.name], f"{place}{field.name}")


def _holds_codes(kind: ValueType) -> bool:
    inner = () if kind.items is None else (kind.items,)
    parts = (*inner, *(field.type for field in kind.fields))
    return kind.format == FORMAT or any(_holds_codes(part) for part in parts)


def _check(kind: ValueType, value: Value, place: str) -> None:
    if isinstance(value, str) and kind.format == FORMAT:
        _check_code(value, place)
    elif isinstance(value, list) and kind.items is not None:
        for index, item in enumerate(value):
            _check(kind.items, item, f"{place}[{index}]")
    elif isinstance(value, dict) and kind.items is not None:
        for key, item in value.items():
            _check(kind.items, item, f"{place}.{key}")
    elif isinstance(value, dict):
        check_codes(kind.fields, value, f"{place}.")


def _check_code(code: str, place: str) -> None:
    try:
        check_organization_id(code)
    except Malformed as error:
        raise Malformed(
            f"{place}: {error.message}", field=place, expected=error.expected, found=code
        ) from error
