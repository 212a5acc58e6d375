# SPDX-License-Identifier: Apache-2.0
"""What became of one transaction, and its log entry: the leaf that a receipt proves.

Spec: docs/spec/block.md. Only codes enter the entry, never exception texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeGuard

from tallystick.crypto import sha256
from tallystick.encoding import Value, decode, encode
from tallystick.errors import LimitExceeded, Malformed
from tallystick.model.event import Event
from tallystick.units import ENTRY_BYTES_MAX, HASH_SIZE, INTEGER_MAX

OK: Final = "ok"
ENTRY_VERSION: Final = 1
_ENTRY_FIELDS: Final = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of executing one transaction."""

    code: str
    """`ok`, or the code of the refusal."""
    result: Value
    """Return value when ok; for refusals a map of facts or null."""
    events: tuple[Event, ...]
    write_set_digest: bytes
    """SHA-256 of the write set's canonical bytes; that of no writes when refused."""

    @property
    def is_ok(self) -> bool:
        """Whether the transaction took effect."""
        return self.code == OK


@dataclass(frozen=True, slots=True)
class Entry:
    """One leaf of the log: which transaction, when, and what became of it."""

    transaction_id: bytes
    height: int
    block_time: int
    """Unix milliseconds."""
    outcome: Outcome


def encode_write_set(writes: Mapping[bytes, bytes | None]) -> bytes:
    """Return the canonical bytes of a write set: [key, value or null] pairs sorted by key."""
    return encode([[key, writes[key]] for key in sorted(writes)])


def decode_write_set(data: bytes) -> dict[bytes, bytes | None]:
    """Return the writes in canonical `data`.

    Raises:
        Malformed: not canonical, or not strictly sorted [key, value or null] pairs.
    """
    pairs = decode(data, name="write set")
    writes: dict[bytes, bytes | None] = {}
    for pair in pairs if isinstance(pairs, list) else [None]:
        match pair:
            case [bytes() as key, bytes() | None as value]:
                writes[key] = value
            case _:
                raise Malformed("write set: expected [key, value] pairs", field="write_set")
    if not isinstance(pairs, list) or list(writes) != sorted(writes) or len(writes) != len(pairs):
        raise Malformed("write set: keys are not strictly sorted", field="write_set")
    return writes


EMPTY_WRITE_SET: Final = encode_write_set({})
NO_WRITES: Final = sha256(EMPTY_WRITE_SET)
"""Write-set digest of a refused transaction."""


def encode_entry(entry: Entry) -> bytes:
    """Return the canonical bytes of a log entry."""
    outcome = entry.outcome
    return encode(
        [
            ENTRY_VERSION,
            entry.transaction_id,
            entry.height,
            entry.block_time,
            outcome.code,
            outcome.result,
            [[event.name, event.fields] for event in outcome.events],
            outcome.write_set_digest,
        ]
    )


def decode_entry(data: bytes) -> Entry:
    """Return the entry in canonical `data`.

    Raises:
        Malformed: not canonical, or not the fields of a version 1 entry.
        LimitExceeded: larger than `ENTRY_BYTES_MAX`.
    """
    if len(data) > ENTRY_BYTES_MAX:
        raise LimitExceeded("entry: too large", field="entry", expected=f"{ENTRY_BYTES_MAX} bytes")
    fields = decode(data, name="entry")
    if type(fields) is not list or len(fields) != _ENTRY_FIELDS:
        raise _malformed("an array of eight")
    if type(fields[0]) is not int or fields[0] != ENTRY_VERSION:
        raise _malformed("version 1")
    _, transaction_id, height, block_time, code, result, events, digest = fields
    if type(transaction_id) is not bytes or len(transaction_id) != HASH_SIZE:
        raise _malformed("a 32-byte transaction id")
    if not (_is_count(height) and _is_count(block_time) and type(code) is str):
        raise _malformed("height, block time and code")
    if type(digest) is not bytes or len(digest) != HASH_SIZE:
        raise _malformed("a 32-byte write-set digest")
    outcome = Outcome(code, result, _decode_events(events), digest)
    return Entry(transaction_id, height, block_time, outcome)


def _is_count(value: Value) -> TypeGuard[int]:
    return type(value) is int and 0 <= value <= INTEGER_MAX


def _decode_events(events: Value) -> tuple[Event, ...]:
    if type(events) is not list:
        raise _malformed("a list of events")
    found = []
    for event in events:
        match event:
            case [str() as name, dict() as fields]:
                found.append(Event(name, fields))
            case _:
                raise _malformed("events as [name, fields]")
    return tuple(found)


def _malformed(expected: str) -> Malformed:
    return Malformed(f"entry: expected {expected}", field="entry", expected=expected)
