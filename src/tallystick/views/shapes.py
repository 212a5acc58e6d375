# SPDX-License-Identifier: Apache-2.0
"""Turn SQL rows into the records that readers get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row

from tallystick.contracts import EventSchema, Label, sentence
from tallystick.encoding import Value, learn_type
from tallystick.model import Member, MemberKey, Organization
from tallystick.views import specs as kinds
from tallystick.views.decoding import parse_json_text
from tallystick.views.results import BlockRow, EventRow, RecordRow, TransactionRow
from tallystick.views.specs import EventSpec, Field
from tallystick.views.tables import WRITE_PLACE_BITS, RecordTable

Registered = TypeVar("Registered", Organization, Member, MemberKey)
for _kind in (Organization, Member, MemberKey):
    learn_type(_kind)


class Sentences:
    """The events' sentences, by event name."""

    def __init__(self, events: Iterable[EventSpec]) -> None:
        """Take over the templates."""
        self._schemas = {event.name: event_schema(event) for event in events}

    def of(self, name: str, fields: Value) -> Label | None:
        """Return the sentence of an event; None if its contract has none for it."""
        schema = self._schemas.get(name)
        if schema is None or type(fields) is not dict:
            return None
        return sentence(schema, fields)


def block_row(row: Row[Any]) -> BlockRow:
    """Return a row of `blocks`."""
    return BlockRow(**{name: getattr(row, name) for name in BlockRow.__struct_fields__})


def transaction_row(
    row: Row[Any], first_event: Row[Any] | None, texts: Sentences
) -> TransactionRow:
    """Return a row of `transactions`, with its first event's sentence."""
    summary = None
    if first_event is not None:
        summary = texts.of(first_event.name, parse_json_text(first_event.fields))
    return TransactionRow(
        id=row.id,
        height=row.height,
        index=row.position,
        leaf_index=row.leaf_index,
        time=row.time,
        contract=row.contract,
        method=row.method,
        organization=row.organization,
        member=row.member,
        public_key=None if row.public_key is None else bytes.fromhex(row.public_key),
        code=row.code,
        event_count=row.event_count,
        args=None if row.args is None else parse_json_text(row.args),
        summary=summary,
    )


def event_row(row: Row[Any], texts: Sentences) -> EventRow:
    """Return a row of `event_list`."""
    fields = parse_json_text(row.fields)
    return EventRow(
        height=row.height,
        index=row.position,
        position=row.place,
        transaction_id=row.id,
        time=row.time,
        name=row.name,
        fields=fields,
        summary=texts.of(row.name, fields),
    )


def record_row(row: Row[Any], table: RecordTable) -> RecordRow:
    """Return a row of a contract's table, its fields nested as in the record."""
    values = row._asdict()
    return RecordRow(
        key=values[kinds.KEY],
        fields=_fields(values, table),
        created_leaf=_leaf(values[kinds.CREATED]),
        changed_leaf=_leaf(values[kinds.CHANGED]),
    )


def organization_of(record: RecordRow) -> Organization | None:
    """Return the organisation in a record; None if it is not one."""
    return _convert(record.fields, Organization)


def member_of(record: RecordRow) -> Member | None:
    """Return the member in a record; None if it is not one."""
    return _convert(record.fields, Member)


def key_of(record: RecordRow) -> MemberKey | None:
    """Return the member's key in a record; None if it is not one."""
    return _convert({**record.fields, "public_key": bytes.fromhex(record.key)}, MemberKey)


def _fields(values: Mapping[str, Any], table: RecordTable) -> dict[str, Value]:
    by_path: dict[tuple[str, ...], Value] = {
        column.path: _value(values[column.name], column.kind) for column in table.columns
    }
    fields = _nested(table.spec.fields, (), by_path, values[kinds.KEY])
    extra = values[kinds.EXTRA]
    _merge(fields, {} if extra is None else parse_json_text(extra), table.spec.fields)
    return fields


def _value(value: Value, kind: str) -> Value:
    return parse_json_text(value) if kind == kinds.JSON and type(value) is str else value


def _nested(
    fields: tuple[Field, ...],
    above: tuple[str, ...],
    by_path: Mapping[tuple[str, ...], Value],
    key: str,
) -> dict[str, Value]:
    """Return the record that its columns came from; the key stands in for the field it is."""
    record: dict[str, Value] = {}
    for field in fields:
        path = (*above, field.name)
        if field.kind == kinds.RECORD:
            record[field.name] = _nested(field.fields, path, by_path, key)
        else:
            record[field.name] = by_path.get(path, key)
    return record


def _merge(record: dict[str, Value], extra: Value, fields: tuple[Field, ...]) -> None:
    """Put back what had no place in a column; a nested record without any value was absent."""
    rest = dict(extra) if type(extra) is dict else {}
    for field in fields:
        inner = record[field.name]
        if field.kind == kinds.RECORD and type(inner) is dict:
            more = rest.pop(field.name, {})
            if type(more) is not dict:
                record[field.name] = more
                continue
            _merge(inner, more, field.fields)
            if field.optional and all(value is None for value in inner.values()):
                record[field.name] = None
    record.update(rest)


def _leaf(number: int) -> int | None:
    return number >> WRITE_PLACE_BITS if number >= 0 else None


def _convert(fields: dict[str, Value], kind: type[Registered]) -> Registered | None:
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError:
        return None


def event_schema(event: EventSpec) -> EventSchema:
    """Return as much of the event's schema as its sentence needs."""
    template = Label(zh=event.zh, en=event.en)
    return EventSchema(name=event.name, template=template, fields=event.fields)
