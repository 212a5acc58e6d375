# SPDX-License-Identifier: Apache-2.0
"""A transaction's call and outcome as people read them: labels, formatted values, the sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.api.built_in import built_in_method
from tallystick.api.built_in_fields import built_in_fields
from tallystick.api.catalogue import Catalogue
from tallystick.api.records import (
    DecodedCall,
    DecodedRefusal,
    DecodedValue,
    Sentence,
    TransactionRecord,
    TransactionSummary,
)
from tallystick.api.represent import (
    NO_CALL,
    show_event,
    show_fields,
    show_transaction_summary,
    show_value,
)
from tallystick.api.wire_types import format_time
from tallystick.contracts import NOTHING, FieldSchema, Label, ValueType, format_value
from tallystick.encoding import Value
from tallystick.model import OK, Block, Call, Outcome, decode_entry, read_transaction

_RESULT: Final = Label(zh="结果", en="Result")


def show_transaction(
    block: Block, index: int, catalogue: Catalogue, *, member: str | None
) -> TransactionRecord:
    """Return a transaction of a block with all there is to know."""
    summary = show_transaction_summary(block, index, catalogue, member=member)
    raw = block.transactions[index]
    transaction = read_transaction(raw)
    call = transaction.call if transaction else NO_CALL
    outcome = decode_entry(block.entries[index]).outcome
    return TransactionRecord(
        **{name: getattr(summary, name) for name in TransactionSummary.__struct_fields__},
        args=show_fields(call.args),
        call=None if transaction is None else decode_outcome(call, outcome, catalogue),
        nonce=call.nonce,
        valid_until=format_time(call.valid_until),
        valid_until_ms=call.valid_until,
        result=show_value(outcome.result),
        events=[
            show_event(event, position, catalogue) for position, event in enumerate(outcome.events)
        ],
        write_set_digest=outcome.write_set_digest.hex(),
        size=len(raw),
    )


def decode_outcome(call: Call, outcome: Outcome, catalogue: Catalogue) -> DecodedCall:
    """Return a call and its outcome in words; what has no schema keeps its names."""
    method = catalogue.method(call.contract, call.method)
    label = method.label if method else built_in_method(call.contract, call.method)
    arguments = method.arguments if method else tuple(built_in_fields(call.contract).values())
    is_refused = outcome.code != OK
    return DecodedCall(
        contract=_label(catalogue.label(call.contract)),
        method=_label(label or _plain(call.method)),
        arguments=_values(call.args, arguments),
        result=None
        if is_refused or outcome.result is None
        else _value("result", _RESULT, outcome.result, method.result if method else None),
        refusal=_refusal(call.contract, outcome, catalogue) if is_refused else None,
    )


def _refusal(contract: str, outcome: Outcome, catalogue: Catalogue) -> DecodedRefusal:
    facts = outcome.result if isinstance(outcome.result, dict) else {}
    declared = catalogue.refusal_fields(contract, outcome.code, facts)
    return DecodedRefusal(
        code=outcome.code,
        sentence=_label(catalogue.refusal_sentence(contract, outcome.code, outcome.result)),
        facts=_values(facts, declared),
    )


def _values(values: Mapping[str, Value], declared: tuple[FieldSchema, ...]) -> list[DecodedValue]:
    """Return values in the order of their declarations, and those without one at the end."""
    fields = {field.name: field for field in declared}
    names = [*(name for name in fields if name in values), *(n for n in values if n not in fields)]
    return [
        _value(name, fields[name].label, values[name], fields[name].type, beside=values)
        if name in fields
        else _value(name, _plain(name), values[name], None)
        for name in names
    ]


def _value(
    name: str,
    label: Label,
    value: Value,
    value_type: ValueType | None,
    *,
    beside: Mapping[str, Value] = NOTHING,
) -> DecodedValue:
    is_record = value_type is not None and value_type.kind == "record"
    inner = value_type.fields if value_type is not None and is_record else ()
    return DecodedValue(
        name=name,
        label=_label(label),
        value=show_value(value),
        text=Sentence(
            zh=format_value(value, value_type, "zh", beside=beside),
            en=format_value(value, value_type, "en", beside=beside),
        ),
        fields=_values(value, inner) if is_record and isinstance(value, dict) else [],
    )


def _label(label: Label) -> Sentence:
    return Sentence(zh=label.zh, en=label.en)


def _plain(name: str) -> Label:
    return Label(zh=name, en=name)
