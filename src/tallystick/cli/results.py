# SPDX-License-Identifier: Apache-2.0
"""What a contract answered, shown by its schema: labels and readable values for people.

JSON keeps the ledger's own values: integers of the smallest unit, milliseconds, hexadecimal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tallystick.cli.answers import Answer, Listing, Plain, Row, Sheet
from tallystick.cli.option_values import AMOUNT, TIMESTAMP, format_amount
from tallystick.cli.stage import stage
from tallystick.cli.times import format_time
from tallystick.contracts import (
    ContractSchema,
    FieldSchema,
    Label,
    MethodSchema,
    TableSchema,
    ValueType,
)
from tallystick.contracts import sentence as fill
from tallystick.encoding import Value
from tallystick.model import Event, Outcome

_COLUMNS_MAX: Final = 6
_RESULT: Final = "result"


def action_answer(
    schema: ContractSchema, method: MethodSchema, outcome: Outcome, facts: Mapping[str, Plain]
) -> Answer:
    """Return what an action did: its result, its events as sentences, and where it stands."""
    events = [_event(schema, event) for event in outcome.events]
    if stage().as_json:
        return Sheet({_RESULT: exact(outcome.result), "events": events, **facts})
    said = " ".join(_sentence(schema, event) for event in outcome.events)
    fields: dict[str, Plain] = {_RESULT: readable(outcome.result, method.result)}
    shown, labels = _result_rows(method.result, outcome.result)
    fields |= {"events": said, **facts}
    others = [name for name, value in fields.items() if name != _RESULT and value]
    return Sheet(fields, (*shown, *others), labels=labels)


def query_answer(method: MethodSchema, result: Any) -> Answer:  # noqa: ANN401  # plain JSON
    """Return what a query answered: a record as a sheet, a list as a table."""
    kind = method.result
    if isinstance(result, list):
        items = None if kind is None else kind.items
        return _listing(items, result)
    if isinstance(result, dict):
        fields = kind.fields if kind is not None else ()
        row = _row(result, fields)
        return Sheet(row, labels=_labels(fields))
    return Sheet({_RESULT: _shown(result, kind)})


def table_answer(table: TableSchema, records: Sequence[Mapping[str, Any]]) -> Answer:
    """Return records of a table, in columns as their author ordered the fields."""
    record = ValueType(kind="record", name=table.record, fields=table.fields)
    return _listing(record, [_own(one) for one in records])


def record_answer(table: TableSchema, record: Mapping[str, Any]) -> Answer:
    """Return one record of a table."""
    own = _own(record)
    names = (one.name for one in table.fields)
    return Sheet(
        _row(own, table.fields),
        tuple(name for name in names if name in own),
        labels=_labels(table.fields),
    )


def _own(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the contract keeps, without what the node adds."""
    return {name: value for name, value in record.items() if not name.startswith("_")}


def exact(value: object) -> Any:  # noqa: ANN401  # what JSON holds
    """Return a ledger's value as JSON holds it: bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {name: exact(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [exact(inner) for inner in value]
    return value


def readable(value: Value, value_type: ValueType | None) -> Plain:
    """Return a value as people read it: times as RFC 3339, money in major units."""
    if isinstance(value, dict):
        types = {} if value_type is None else {one.name: one.type for one in value_type.fields}
        items = None if value_type is None else value_type.items
        return {name: readable(inner, types.get(name, items)) for name, inner in value.items()}
    if isinstance(value, list):
        items = None if value_type is None else value_type.items
        return [readable(inner, items) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and value_type is not None:
        if value_type.format == TIMESTAMP and value >= 0:
            return format_time(value)
        if value_type.format == AMOUNT:
            return format_amount(value)
    plain: Plain = exact(value)
    return plain


def pick_label(label: Label) -> str:
    """Return the side of a label that the command speaks."""
    return label.zh if stage().language == "zh" else label.en


def _result_rows(kind: ValueType | None, result: Value) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return which rows show a result, and what they are called."""
    if result is None:
        return (), {}
    if isinstance(result, dict) and kind is not None and kind.fields:
        labels = {f"{_RESULT}.{one.name}": pick_label(one.label) for one in kind.fields}
        return tuple(name for name in labels if name.partition(".")[2] in result), labels
    return (_RESULT,), {}


def _listing(items: ValueType | None, result: Sequence[Any]) -> Answer:
    fields = () if items is None else items.fields
    if not fields:
        return Listing(tuple({_RESULT: _shown(one, items)} for one in result), (_RESULT,))
    rows = tuple(_row(one, fields) for one in result)
    columns = tuple(one.name for one in fields if not one.type.fields)[:_COLUMNS_MAX]
    return Listing(rows, columns, labels=_labels(fields))


def _row(record: Mapping[str, Any], fields: Sequence[FieldSchema]) -> Row:
    types = {one.name: one.type for one in fields}
    return {name: _shown(value, types.get(name)) for name, value in record.items()}


def _shown(value: Any, kind: ValueType | None) -> Plain:  # noqa: ANN401  # plain JSON
    """Return a value for the form that was asked for."""
    if stage().as_json:
        plain: Plain = exact(value)
        return plain
    return readable(value, kind)


def _labels(fields: Sequence[FieldSchema]) -> dict[str, str]:
    return {one.name: pick_label(one.label) for one in fields}


def _event(schema: ContractSchema, event: Event) -> Row:
    row: dict[str, Plain] = {"name": event.name, "fields": exact(event.fields)}
    declared = schema.event(event.name)
    if declared is not None:
        said = fill(declared, event.fields)
        row["sentence"] = {"zh": said.zh, "en": said.en}
    return row


def _sentence(schema: ContractSchema, event: Event) -> str:
    declared = schema.event(event.name)
    return event.name if declared is None else pick_label(fill(declared, event.fields))
