# SPDX-License-Identifier: Apache-2.0
"""What a call would do before it is signed, and what a committed transaction changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from tallystick.client.exchange import MEDIA_JSON, Ask, Flow, fetch_json
from tallystick.client.reading import segment
from tallystick.client.records import (
    Answered,
    BilingualText,
    DecodedCall,
    DecodedValue,
    EventRecord,
)
from tallystick.client.session import Session
from tallystick.client.typed_values import to_json
from tallystick.encoding import Value, format_base64, format_json
from tallystick.errors import UsageError

_BUILT_IN: Final = frozenset({"governance", "membership"})
"""Contracts without a schema, whose bytes must be told from texts."""


class FieldChange(Struct, frozen=True, kw_only=True):
    """A field that has another value, or that came or went with its record."""

    name: str
    label: BilingualText
    before: Any = None
    after: Any = None
    before_text: BilingualText | None = None
    after_text: BilingualText | None = None


class RecordChange(Struct, frozen=True, kw_only=True):
    """What becomes of one record."""

    contract: str
    table: str
    label: BilingualText
    key: str
    change: str
    """`added`, `changed` or `removed`."""
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    fields: tuple[FieldChange, ...] = ()
    """Those that differ."""


class ReaderRecord(Struct, frozen=True, kw_only=True):
    """An organisation that may open sealed data."""

    organization: str
    name: BilingualText | None = None


class SealedReaders(Struct, frozen=True, kw_only=True):
    """Who may open the sealed data of one record."""

    contract: str
    table: str
    key: str
    organizations: tuple[ReaderRecord, ...] = ()


class Readers(Struct, frozen=True, kw_only=True):
    """Who may read what."""

    ledger: BilingualText
    sealed: tuple[SealedReaders, ...] = ()
    sentence: BilingualText


class PreviewError(Struct, frozen=True, kw_only=True):
    """Why a call would be refused."""

    code: str
    title: BilingualText
    sentence: BilingualText
    detail: str = ""
    hint: BilingualText | None = None
    field: str | None = None
    expected: str | None = None
    found: str | None = None
    facts: tuple[DecodedValue, ...] = ()


class Preview(Answered, frozen=True, kw_only=True):
    """What a call would do in the next block: the node's word, and nothing was kept."""

    contract: str
    method: str
    organization: str
    member: str | None = None
    height: int
    """Block on whose state it was tried."""
    time: datetime
    code: str
    sentence: BilingualText
    error: PreviewError | None = None
    call: DecodedCall | None = None
    result: Any = None
    events: tuple[EventRecord, ...] = ()
    changes: tuple[RecordChange, ...] = ()
    change_count: int = 0
    readers: Readers | None = None

    @property
    def is_ok(self) -> bool:
        """Whether the call would be done."""
        return self.error is None


class TransactionChanges(Answered, frozen=True, kw_only=True):
    """What a committed transaction changed; nothing if it was refused."""

    transaction: str
    height: int
    index: int
    code: str
    changes: tuple[RecordChange, ...] = ()
    change_count: int = 0
    readers: Readers | None = None


class FoundingChanges(Answered, frozen=True, kw_only=True):
    """What genesis put into the register."""

    changes: tuple[RecordChange, ...] = ()
    change_count: int = 0


def fetch_preview(
    session: Session, contract: str, method: str, args: Mapping[str, Value]
) -> Flow[Preview]:
    """Return what a call by this session's identity would do; nothing is signed.

    Raises:
        UsageError: the session has no identity.
        UnknownContract: there is no such contract or action.
        Unavailable: many calls are being tried, or the node cannot be reached.
    """
    identity = session.identity
    if identity is None:
        raise UsageError(
            "a preview needs to know who would sign",
            field="identity",
            hint="Create a key (`tally key create`) and name it: connect(identity=...).",
        )
    shown = {
        name: _marked(value) if contract in _BUILT_IN else to_json(value)
        for name, value in args.items()
    }
    body = {
        "args": shown,
        "public_key": identity.public_key.hex(),
        "organization": identity.organization,
    }
    path = f"/v1/contracts/{segment(contract)}/{segment(method)}/preview"
    ask = Ask("POST", path, body=format_json(body).encode(), content_type=MEDIA_JSON)
    return (yield from fetch_json(ask, Preview))


def fetch_changes(transaction_id: str) -> Flow[TransactionChanges]:
    """Return what a committed transaction changed.

    Raises:
        NotFound: there is no such transaction.
        Behind: the node's views have not reached it yet.
    """
    ask = Ask("GET", f"/v1/transactions/{segment(transaction_id)}/changes")
    return (yield from fetch_json(ask, TransactionChanges))


def fetch_founding_changes() -> Flow[FoundingChanges]:
    """Return what genesis founded, in the same shape."""
    return (yield from fetch_json(Ask("GET", "/v1/genesis/changes"), FoundingChanges))


def _marked(value: Value) -> object:
    """Return a value for JSON in which bytes are marked as such, as in DAG-JSON."""
    if isinstance(value, bytes):
        return {"/": {"bytes": format_base64(value)}}
    if isinstance(value, dict):
        return {name: _marked(child) for name, child in value.items()}
    return [_marked(child) for child in value] if isinstance(value, list) else value
