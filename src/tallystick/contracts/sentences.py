# SPDX-License-Identifier: Apache-2.0
"""Texts for people: a value as they read it, and a template filled with such values.

Money stands in major units with the currency that the record beside it names, times in China's
time, choices and states by their words. Nothing of this is recorded or hashed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Final

from tallystick.contracts.label import Label
from tallystick.contracts.schema import EventSchema, FieldSchema, RefusalSchema, ValueType
from tallystick.contracts.templates import fill, places
from tallystick.contracts.values import TIMESTAMP_MS_MAX
from tallystick.contracts.workdays import CHINA_OFFSET_MINUTES
from tallystick.encoding import Value
from tallystick.units import CURRENCY_DIGITS

ABSENT: Final = "—"
NOTHING: Final[Mapping[str, Value]] = MappingProxyType({})
_CURRENCY_FIELDS: Final = ("currency", "asset")
_DIGITS: Final = 2
"""After the point, of an amount whose currency nobody says."""
_CHINA: Final = timezone(timedelta(minutes=CHINA_OFFSET_MINUTES))
_OF_A_WORKFLOW: Final = frozenset({"state", "move"})


def sentence(described: EventSchema | RefusalSchema, values: Mapping[str, Value]) -> Label:
    """Return the template of `described` filled with `values`, in both languages.

    A value that is absent, or whose field is no longer declared, becomes a dash or its plain text,
    so that old events still read well after a contract has changed.
    """
    types = {field.name: field.type for field in described.fields}

    def in_language(template: str, language: str) -> str:
        names_currency = not {*_CURRENCY_FIELDS}.isdisjoint(places(template))

        def text_of(name: str) -> str:
            kind = types.get(name)
            if names_currency and kind is not None and kind.format == "amount":
                return _amount(values.get(name), values)
            return format_value(values.get(name), kind, language, beside=values)

        return fill(template, text_of)

    template = described.template
    return Label(zh=in_language(template.zh, "zh"), en=in_language(template.en, "en"))


def format_value(
    value: Value,
    value_type: ValueType | None,
    language: str,
    *,
    beside: Mapping[str, Value] = NOTHING,
) -> str:
    """Return a value as people read it.

    Args:
        value: of the ledger.
        value_type: what it means; None: nobody knows any more.
        language: `zh` or `en`.
        beside: the fields of the record it belongs to, which name currency and workflow.
    """
    if isinstance(value, list | dict):
        return _container(value, value_type, language, beside)
    if value_type is not None and (label := word_of(value, value_type, beside)) is not None:
        return label.zh if language == "zh" else label.en
    if isinstance(value, bool):
        yes, no = ("是", "否") if language == "zh" else ("yes", "no")
        return yes if value else no
    if isinstance(value, int) and value_type is not None:
        return _number(value, value_type, beside)
    if isinstance(value, bytes):
        return value.hex()
    return ABSENT if value is None else str(value)


def word_of(value: Value, kind: ValueType, beside: Mapping[str, Value] = NOTHING) -> Label | None:
    """Return what a choice, state or other known word is called; None: nothing but itself.

    A state belongs to the workflow that stands beside it; without one it is called what all
    workflows that know it call it.
    """
    known = kind.choice_labels
    if not known or value is None:
        return None
    name, workflow = str(value), str(beside.get("workflow"))
    found = known.get(f"{workflow}.{name}") or known.get(name)
    if found is None and kind.format in _OF_A_WORKFLOW:
        all_of_them = {one for key, one in known.items() if key.rpartition(".")[2] == value}
        found = all_of_them.pop() if len(all_of_them) == 1 else None
    return found


def _number(value: int, kind: ValueType, beside: Mapping[str, Value]) -> str:
    if kind.format == "timestamp-ms":
        return _time(value)
    if kind.format != "amount":
        return str(value)
    currency = _currency(beside)
    return f"{_amount(value, beside)} {currency}" if currency else _amount(value, beside)


def _currency(beside: Mapping[str, Value]) -> str | None:
    named = (beside.get(name) for name in _CURRENCY_FIELDS)
    return next((one for one in named if isinstance(one, str)), None)


def _amount(value: Value, beside: Mapping[str, Value]) -> str:
    """Return an amount in major units: 123450 of CNY is 1,234.50."""
    if not isinstance(value, int):
        return ABSENT if value is None else str(value)
    digits = CURRENCY_DIGITS.get(_currency(beside) or "", _DIGITS)
    whole, rest = divmod(abs(value), 10**digits)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole:,}" + (f".{rest:0{digits}}" if digits else "")


def _container(
    value: list[Value] | dict[str, Value],
    kind: ValueType | None,
    language: str,
    beside: Mapping[str, Value],
) -> str:
    separator, colon = ("、", "：") if language == "zh" else (", ", ": ")
    items = None if kind is None else kind.items
    if isinstance(value, list):
        return separator.join(format_value(one, items, language, beside=beside) for one in value)
    fields = {} if kind is None else {field.name: field for field in kind.fields}
    near = {**beside, **value} if fields else beside
    return separator.join(
        _named(name, language, fields.get(name))
        + colon
        + format_value(one, fields[name].type if name in fields else items, language, beside=near)
        for name, one in value.items()
        if one is not None or name not in fields
    )


def _named(name: str, language: str, field: FieldSchema | None) -> str:
    if field is None:
        return name
    return field.label.zh if language == "zh" else field.label.en


def _time(time_ms: int) -> str:
    if not 0 <= time_ms <= TIMESTAMP_MS_MAX:
        return str(time_ms)
    moment = datetime.fromtimestamp(time_ms // 1000, _CHINA)
    return f"{moment:%Y-%m-%d %H:%M:%S} +08:00"
