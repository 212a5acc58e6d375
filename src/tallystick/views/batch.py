# SPDX-License-Identifier: Apache-2.0
"""Collect the rows of several blocks, to write them in one SQL transaction.

What is collected depends on the blocks alone and not on how they are grouped: that is what makes
a rebuild identical to years of following.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tallystick.contracts import RefusedCall
from tallystick.model import OK, Block
from tallystick.views.decoding import (
    BROKEN,
    Events,
    decode_all,
    read_requests,
    read_results,
    read_write_sets,
)
from tallystick.views.figure_events import Happening, Moment
from tallystick.views.numbering import Numbering
from tallystick.views.records import RecordReader
from tallystick.views.tables import EVENT_PLACE_BITS, WRITE_PLACE_BITS

SqlRow: TypeAlias = "tuple[object, ...]"
RecordRow: TypeAlias = "tuple[Any, ...]"
"""Numbers of the writes that made and changed it last, key, `_extra` and the columns."""

REFUSED_CALL: Final = RefusedCall.__name__


@dataclass(slots=True)
class Change:
    """What becomes of one record by the end of the batch."""

    first: int
    """Number of its first write here, a deletion too; it may follow one of an earlier batch."""
    created: int
    changed: int
    value: bytes | None
    """None: deleted."""
    is_new: bool
    """Whether a record of the same key must go first: it was deleted in between."""
    removed: int | None = None
    """Number of the last deletion; it removed something unless it is the first write of all."""


@dataclass(slots=True)
class RecordChanges:
    """The changes of one table, by key in the order of their first writes."""

    reader: RecordReader
    by_key: dict[str, Change] = field(default_factory=dict)
    links: list[tuple[int, int]] = field(default_factory=list)
    """Numbers of writes that follow another of the same record here, and of that other."""

    def write(self, number: int, key_bytes: bytes, value: bytes | None) -> None:
        """Take note of the next write; the last one for a key counts."""
        key = self.reader.key_text(key_bytes)
        change = self.by_key.get(key)
        if change is None:
            is_deletion = value is None
            removed = number if is_deletion else None
            self.by_key[key] = Change(number, number, number, value, is_deletion, removed)
            return
        if change.value is not None:
            self.links.append((number, change.changed))
            if value is None:
                change.removed = number
        else:
            change.created = number
        change.changed, change.value = number, value
        if value is None:
            change.is_new = True

    def rows(self) -> list[RecordRow]:
        """Return the rows to put in; what was written over in the batch is never decoded."""
        kept = [(key, one) for key, one in self.by_key.items() if one.value is not None]
        records = decode_all([one.value or b"" for _, one in kept])
        make_row = self.reader.row
        return [
            (
                one.created,
                one.changed,
                key,
                *make_row(key, one.value if record is BROKEN else record),
            )
            for (key, one), record in zip(kept, records, strict=True)
        ]


@dataclass(slots=True)
class OtherChanges:
    """The writes under keys that belong to no table of records: where each was written last."""

    newest: dict[str, int | None] = field(default_factory=dict)
    """Number of the last write by state key, hexadecimal; None if it deleted."""
    firsts: list[tuple[int, str]] = field(default_factory=list)
    """Number and key of each one's first write here, a deletion too."""
    links: list[tuple[int, int]] = field(default_factory=list)

    def write(self, number: int, key: bytes, value: bytes | None) -> None:
        """Take note of the next write."""
        name = key.hex()
        if name not in self.newest:
            self.firsts.append((number, name))
        elif (before := self.newest[name]) is not None:
            self.links.append((number, before))
        self.newest[name] = None if value is None else number

    def rows(self) -> list[SqlRow]:
        """Return the rows to put in."""
        return [(key, number) for key, number in self.newest.items() if number is not None]

    def deleted(self) -> list[tuple[str]]:
        """Return the keys to remove."""
        return [(key,) for key, number in self.newest.items() if number is None]


class Batch:
    """Rows by table, from blocks in order."""

    def __init__(
        self,
        numbering: Numbering,
        readers: Mapping[bytes, RecordReader],
        watched: frozenset[str] = frozenset(),
        refused: int = 0,
    ) -> None:
        """Begin an empty batch.

        Args:
            numbering: of what repeats.
            readers: known by the first two parts of state keys.
            watched: full names of the events that figures are made of.
            refused: transactions that were refused in the blocks before.
        """
        self.refused = refused
        self._numbering = numbering
        self._watched = watched
        self._happenings: list[Happening] = []
        self.moments: list[Moment] = []
        self.blocks: list[SqlRow] = []
        self.log: list[SqlRow] = []
        self.events: list[SqlRow] = []
        self._readers = readers
        self.records: dict[bytes, RecordChanges] = {}
        """By the first two parts of state keys; tables that nothing was written to are left out."""
        self.others = OtherChanges()
        self.class_counts: Counter[int] = Counter()
        self.name_counts: Counter[int] = Counter()

    def add(self, block: Block) -> None:
        """Collect the rows of the next block."""
        header = block.header
        refused = self._add_transactions(block)
        self.refused += refused
        self._add_records(block)
        if self._watched:
            self.moments.append(Moment(header.height, header.time, tuple(self._happenings)))
            self._happenings.clear()
        self.blocks.append(
            (
                header.height,
                block.hash,
                header.parent,
                header.time,
                len(block.transactions),
                refused,
                self.refused,
                header.log_size,
                header.log_root,
                header.state_root,
                header.membership_root,
                header.app_hash,
            )
        )

    def _add_transactions(self, block: Block) -> int:
        """Collect rows of transactions and events; returns how many were refused."""
        height = block.header.height
        classes, signers, _ = self._numbering
        refused = 0
        requests = read_requests(block.transactions)
        results = read_results(block.entries, block.transactions)
        for leaf_index, (request, result) in enumerate(
            zip(requests, results, strict=True), block.first_leaf
        ):
            organization, public_key, contract, method, args = request
            transaction_id, code, events = result
            class_id = classes[organization, contract, method, code]
            self.class_counts[class_id] += 1
            if code != OK:
                refused += 1
                if f"{contract}.{REFUSED_CALL}" in self._watched:
                    facts = {"method": method, "code": code, "organization": organization}
                    self._happenings.append(
                        Happening(leaf_index, str(contract), REFUSED_CALL, facts)
                    )
            signer = None if public_key is None else signers[public_key]
            self.log.append(
                (leaf_index, transaction_id, height, class_id, signer, len(events), args)
            )
            if events:
                self._add_events(leaf_index, events)
        return refused

    def _add_events(self, leaf_index: int, events: Events) -> None:
        number = leaf_index << EVENT_PLACE_BITS
        for name, text, fields in events:
            name_id = self._numbering.event_names[name]
            self.events.append((number, name_id, text))
            self.name_counts[name_id] += 1
            number += 1
            if name in self._watched and type(fields) is dict:
                contract, _, event = name.rpartition(".")
                self._happenings.append(Happening(leaf_index, contract, event, fields))

    def _add_records(self, block: Block) -> None:
        """Collect what becomes of records in known tables, and where other keys are written."""
        for leaf_index, write_set in enumerate(read_write_sets(block.write_sets), block.first_leaf):
            number = leaf_index << WRITE_PLACE_BITS
            for key, value in write_set:
                slash = key.find(b"/", key.find(b"/") + 1)
                changes = self._changes_of(key[:slash])
                if changes is None:
                    self.others.write(number, key, value)
                else:
                    changes.write(number, key[slash + 1 :], value)
                number += 1

    def _changes_of(self, prefix: bytes) -> RecordChanges | None:
        changes = self.records.get(prefix)
        if changes is None and prefix in self._readers:
            changes = self.records[prefix] = RecordChanges(self._readers[prefix])
        return changes
