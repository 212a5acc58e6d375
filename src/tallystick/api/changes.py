# SPDX-License-Identifier: Apache-2.0
"""Write sets as people read them: which records, and each field before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Final

from msgspec import Meta, Struct

from tallystick.api.built_in import built_in_table
from tallystick.api.built_in_fields import built_in_fields
from tallystick.api.catalogue import Catalogue
from tallystick.api.records import Sentence
from tallystick.api.represent import show_record, show_value
from tallystick.api.wire_types import Json
from tallystick.contracts import FieldSchema, Label, format_value
from tallystick.encoding import Value, decode_structure
from tallystick.membership import MEMBERSHIP_CONTRACT

CHANGES_MAX: Final = 1_000
"""Most records that one answer lists; a transaction's arguments are bounded, so few come near."""
UNNAMED: Final = "value"
"""The one field of what is kept and is not a record."""
_BINARY: Final = frozenset({"keys", "validator_keys", "log_keys"})
"""Tables of membership whose keys are bytes."""


class FieldChange(Struct, frozen=True, kw_only=True):
    """A field that has another value, or that came or went with its record."""

    name: str
    label: Sentence
    before: Annotated[Json, Meta(description="Null if there was none.")]
    after: Annotated[Json, Meta(description="Null if there is none any more.")]
    before_text: Annotated[Sentence | None, Meta(description="As people read it.")]
    after_text: Annotated[Sentence | None, Meta(description="As people read it.")]


class RecordChange(Struct, frozen=True, kw_only=True):
    """What becomes of one record."""

    contract: str
    table: Annotated[str, Meta(description="`_counters` holds a contract's series of ids.")]
    label: Annotated[Sentence, Meta(description="What the table is called.")]
    key: Annotated[str, Meta(description="Primary key as lists show it, `_key`.")]
    change: Annotated[
        str,
        Meta(
            description="What becomes of it.",
            extra_json_schema={"enum": ["added", "changed", "removed"]},
        ),
    ]
    before: Annotated[dict[str, Json] | None, Meta(description="The record, as lists show it.")]
    after: Annotated[dict[str, Json] | None, Meta(description="The record, as lists show it.")]
    fields: Annotated[list[FieldChange], Meta(description="Those that differ, in order.")]


def show_changes(
    before: Mapping[bytes, bytes | None],
    after: Mapping[bytes, bytes | None],
    catalogue: Catalogue,
) -> list[RecordChange]:
    """Return the changes of a write set in the order of its keys, `CHANGES_MAX` of them at most.

    Args:
        before: values by state key as they stood before.
        after: the write set; None deletes.
        catalogue: schemas of the contracts, older versions among them.
    """
    return [
        _show(key, before.get(key), after[key], catalogue) for key in sorted(after)[:CHANGES_MAX]
    ]


def place_of(key: bytes) -> tuple[str, str, str]:
    """Return contract, table and primary key of a state key, as text."""
    contract, _, rest = key.partition(b"/")
    table, _, primary = rest.partition(b"/")
    names = contract.decode(errors="replace"), table.decode(errors="replace")
    if names[0] == MEMBERSHIP_CONTRACT and names[1] in _BINARY:
        return *names, primary.hex()
    try:
        return *names, primary.decode()
    except UnicodeDecodeError:
        return *names, primary.hex()


def read_record(value: bytes | None) -> dict[str, Value] | None:
    """Return the record in value bytes; what is kept otherwise stands under one name."""
    if value is None:
        return None
    found = decode_structure(value, name="record")
    return found if isinstance(found, dict) else {UNNAMED: found}


def _show(
    key: bytes, before: bytes | None, after: bytes | None, catalogue: Catalogue
) -> RecordChange:
    contract, table, primary = place_of(key)
    declared = catalogue.fields_of(contract, table) or built_in_fields(contract)
    old, new = read_record(before), read_record(after)
    return RecordChange(
        contract=contract,
        table=table,
        label=_sentence(_table_label(contract, table, catalogue)),
        key=primary,
        change="removed" if new is None else "added" if old is None else "changed",
        before=None if old is None else show_record(old, declared.values()),
        after=None if new is None else show_record(new, declared.values()),
        fields=list(_differences(old or {}, new or {}, declared)),
    )


def _table_label(contract: str, table: str, catalogue: Catalogue) -> Label:
    known = catalogue.table(contract, table)
    label = built_in_table(contract, table) if known is None else known.label
    return label or Label(zh=table, en=table)


def _differences(
    old: dict[str, Value], new: dict[str, Value], declared: Mapping[str, FieldSchema]
) -> Iterable[FieldChange]:
    others = [name for name in {**old, **new} if name not in declared]
    for name in [*declared, *others]:
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        field = declared.get(name)
        label = field.label if field is not None else Label(zh=name, en=name)
        yield FieldChange(
            name=name,
            label=_sentence(label),
            before=show_value(before),
            after=show_value(after),
            before_text=_text(before, field, old),
            after_text=_text(after, field, new),
        )


def _text(value: Value, field: FieldSchema | None, record: Mapping[str, Value]) -> Sentence | None:
    if value is None:
        return None
    value_type = None if field is None else field.type
    return Sentence(
        zh=format_value(value, value_type, "zh", beside=record),
        en=format_value(value, value_type, "en", beside=record),
    )


def _sentence(label: Label) -> Sentence:
    return Sentence(zh=label.zh, en=label.en)
