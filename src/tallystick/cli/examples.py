# SPDX-License-Identifier: Apache-2.0
"""Examples made from a schema: a value that has the right form for each option that is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tallystick.cli.option_values import has_parts
from tallystick.cli.schema_options import ArgumentOption
from tallystick.contracts import ValueType

_BY_FORMAT: Final[Mapping[str, str]] = {
    "amount": "1200.50",
    "media-type": "application/pdf",
    "organization": "91110108MADEM0038D",
    "sha256": "9f86d081884c7d65…",
    "sm3": "66c7f0f462eeedd9…",
    "timestamp-ms": "2026-12-31T18:00:00+08:00",
}
_BY_KIND: Final[Mapping[str, str]] = {
    "bytes": "0a1b2c…",
    "date": "2026-12-31",
    "list": "@rows.csv",
    "map": '\'{"name": "value"}\'',
    "record": "@record.json",
}
_ENOUGH: Final = 2


def example_words(options: Iterable[ArgumentOption]) -> Iterator[str]:
    """Yield what to type: every option that is needed, or the first two if none is."""
    listed = [one for one in options if not one.is_minor]
    for option in [one for one in listed if one.is_required] or listed[:_ENOUGH]:
        yield option.flag
        if option.field.type.kind != "boolean":
            yield _value(option.field.type, option.path[-1])


def _value(value_type: ValueType, name: str) -> str:
    if value_type.choices:
        return str(value_type.choices[0])
    by_format = _BY_FORMAT.get(value_type.format or "")
    if by_format is not None:
        return by_format
    if value_type.kind == "list" and value_type.items is not None and not has_parts(value_type):
        return _value(value_type.items, name)
    if value_type.kind == "integer":
        return str(max(value_type.minimum or 0, 1))
    return _BY_KIND.get(value_type.kind) or name.strip("_").upper().replace("_", "-")
