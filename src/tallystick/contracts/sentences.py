# SPDX-License-Identifier: Apache-2.0
"""Plain sentences for people: an event's or a refusal's template filled with its values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from tallystick.contracts.label import Label
from tallystick.contracts.schema import EventSchema, RefusalSchema, ValueType
from tallystick.contracts.templates import fill
from tallystick.contracts.values import TIMESTAMP_MS_MAX
from tallystick.encoding import Value

ABSENT = "—"


def sentence(described: EventSchema | RefusalSchema, values: Mapping[str, Value]) -> Label:
    """Return the template of `described` filled with `values`, in both languages.

    A value that is absent, or whose field is no longer declared, becomes a dash or its plain text,
    so that old events still read well after a contract has changed.
    """
    types = {field.name: field.type for field in described.fields}

    def in_language(template: str, language: str) -> str:
        def text_of(name: str) -> str:
            return format_value(values.get(name), types.get(name), language)

        return fill(template, text_of)

    template = described.template
    return Label(zh=in_language(template.zh, "zh"), en=in_language(template.en, "en"))


def format_value(value: Value, value_type: ValueType | None, language: str) -> str:
    """Return a value as people read it: UTC times, yes and no, hexadecimal, joined lists."""
    if isinstance(value, list | dict):
        return _format_container(value, value_type and value_type.items, language)
    if value_type is not None and (label := value_type.choice_labels.get(str(value))):
        return label.zh if language == "zh" else label.en
    if isinstance(value, bool):
        yes, no = ("是", "否") if language == "zh" else ("yes", "no")
        return yes if value else no
    if isinstance(value, int) and value_type is not None and value_type.format == "timestamp-ms":
        return _format_time(value)
    if isinstance(value, bytes):
        return value.hex()
    return ABSENT if value is None else str(value)


def _format_container(
    value: list[Value] | dict[str, Value], items: ValueType | None, language: str
) -> str:
    separator = "、" if language == "zh" else ", "
    if isinstance(value, list):
        return separator.join(format_value(item, items, language) for item in value)
    pairs = (f"{key}: {format_value(item, items, language)}" for key, item in value.items())
    return separator.join(pairs)


def _format_time(time_ms: int) -> str:
    if not 0 <= time_ms <= TIMESTAMP_MS_MAX:
        return str(time_ms)
    return f"{datetime.fromtimestamp(time_ms // 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
