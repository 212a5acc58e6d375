# SPDX-License-Identifier: Apache-2.0
"""From the ledger's records to the JSON shapes that people and programs read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tallystick.api.catalogue import Catalogue
from tallystick.api.records import (
    BlockRecord,
    BlockSummary,
    EventRecord,
    LogKeyRecord,
    Sentence,
    TransactionSummary,
)
from tallystick.api.view_rows import Said
from tallystick.api.wire_types import format_time
from tallystick.contracts import FieldSchema
from tallystick.encoding import Value
from tallystick.model import (
    Block,
    Call,
    Event,
    LogKey,
    decode_entry,
    read_transaction,
    verifier_key,
)
from tallystick.units import TimeMs

_TIMESTAMP: Final = "timestamp-ms"
NO_CALL: Final = Call("", "", "", {}, 0, TimeMs(0))
"""Stands for the call of bytes that are no transaction, which only a faulty orderer lets in."""


def show_value(value: Value) -> object:
    """Return a canonical value for JSON: the same, with bytes as hexadecimal text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: show_value(child) for name, child in value.items()}
    if isinstance(value, list):
        return [show_value(child) for child in value]
    return value


def show_fields(fields: dict[str, Value]) -> dict[str, object]:
    """Return named canonical values for JSON."""
    return {name: show_value(value) for name, value in fields.items()}


def show_record(fields: dict[str, Value], declared: Iterable[FieldSchema]) -> dict[str, object]:
    """Return a record's own fields as the contract keeps them; names with `_` are added.

    `_times` has those fields that hold a time, as RFC 3339 text.
    """
    times = {
        one.name: format_time(value)
        for one in declared
        if one.type.format == _TIMESTAMP and isinstance(value := fields.get(one.name), int)
    }
    return {**show_fields(fields), "_times": times}


def show_sentence(label: Said | None) -> Sentence | None:
    """Return a sentence for JSON."""
    return None if label is None else Sentence(label.zh, label.en)


def show_event(event: Event, position: int, catalogue: Catalogue) -> EventRecord:
    """Return an event."""
    return EventRecord(
        position=position,
        name=event.name,
        fields=show_fields(event.fields),
        sentence=show_sentence(catalogue.event_sentence(event.name, event.fields)),
    )


def show_transaction_summary(
    block: Block, index: int, catalogue: Catalogue, *, member: str | None
) -> TransactionSummary:
    """Return a transaction of a block in a line."""
    entry = decode_entry(block.entries[index])
    outcome = entry.outcome
    transaction = read_transaction(block.transactions[index])
    call, organization, said = NO_CALL, "", None
    if transaction is not None:
        call, organization = transaction.call, transaction.organization
        said = catalogue.transaction_sentence(call, organization, outcome)
    return TransactionSummary(
        id=entry.transaction_id.hex(),
        height=block.header.height,
        index=index,
        leaf_index=block.first_leaf + index,
        level="committed",
        code=outcome.code,
        time=format_time(block.header.time),
        time_ms=block.header.time,
        contract=call.contract,
        method=call.method,
        organization=organization,
        member=member,
        signer=transaction.signer.hex() if transaction else "",
        sentence=show_sentence(said),
        event_count=len(outcome.events),
    )


def show_block_summary(block: Block) -> BlockSummary:
    """Return a block in a line."""
    header = block.header
    return BlockSummary(
        height=header.height,
        hash=block.hash.hex(),
        parent=header.parent.hex(),
        time=format_time(header.time),
        time_ms=header.time,
        transaction_count=len(block.entries),
        log_size=header.log_size,
        log_root=header.log_root.hex(),
        state_root=header.state_root.hex(),
        membership_root=header.membership_root.hex(),
        app_hash=header.app_hash.hex(),
    )


def show_block(block: Block, first: int, limit: int, catalogue: Catalogue) -> BlockRecord:
    """Return a block with its transactions from index `first` on, at most `limit` of them."""
    summary = show_block_summary(block)
    shown = range(min(first, len(block.entries)), min(first + limit, len(block.entries)))
    return BlockRecord(
        **{name: getattr(summary, name) for name in BlockSummary.__struct_fields__},
        first_leaf=block.first_leaf,
        first=first,
        transactions=[
            show_transaction_summary(block, index, catalogue, member=None) for index in shown
        ],
    )


def show_log_key(key: LogKey, origin: str) -> LogKeyRecord:
    """Return a log key with its C2SP verifier key text."""
    return LogKeyRecord(
        organization=key.organization,
        public_key=key.public_key.hex(),
        vkey=verifier_key(origin, key.public_key),
    )
