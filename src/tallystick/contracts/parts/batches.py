# SPDX-License-Identifier: Apache-2.0
"""Batches: one Merkle root on the ledger for many records that are kept elsewhere.

Meter readings, access lines and impressions are too many for a transaction each. Their owner
builds the tree off the ledger (`BatchTree`), puts the root with count and total on it, and later
shows any single record with a path of hashes (`check_member`), without the others.

What a root proves: that exactly this record, byte for byte, was at this place of a batch of this
count when the batch was added. What it does not prove: that the batch is complete, that a record
is *not* in it, that no record is in it twice, that what a record says is true, or that the total
is the sum of the records. The total is only bound: the organisation that signed it cannot state
another later, and who has all records can add them up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import (
    Count,
    Identifier,
    Integer,
    Name,
    OrganizationCode,
    Timestamp,
    ValueDigest,
)
from tallystick.encoding import parse_hex
from tallystick.errors import InvalidProof, InvalidValue, Malformed
from tallystick.merkle import EMPTY_LOG_ROOT, leaf_hash, node_hash, verify_inclusion

HASH_BYTES: Final = 32


class NewBatch(Record):
    """What its owner states about a batch."""

    kind: Identifier
    """What the records are, such as `meter-reading`."""
    root: ValueDigest
    """RFC 9162 root over the records' leaf hashes, in order."""
    count: Count
    """How many records; at least one."""
    total: Integer
    """Sum of what the records count: units, amounts; 0 where there is nothing to add up."""
    first_at: Timestamp
    """Time of the earliest record."""
    last_at: Timestamp
    """Time of the latest."""


class Batch(NewBatch):
    """A batch as it stands on the ledger."""

    id: Name
    organization: OrganizationCode
    added_at: Timestamp


class BatchRoot(Record):
    """A root that an organisation anchored, kept so that it does not do so twice.

    Of each organisation apart: whoever sees another's root on its way could otherwise anchor it
    first, and its owner would be refused.
    """

    kind: Identifier
    organization: OrganizationCode
    root: ValueDigest
    batch: Name


class BatchAdded(Event):
    """en: {organization} anchored {count} records of kind {kind} as {batch}, total {total}.

    zh: {organization} 以批次 {batch} 锚定 {count} 条 {kind} 记录，合计 {total}。
    """

    batch: Name
    kind: Identifier
    root: ValueDigest
    count: Count
    total: Integer
    organization: OrganizationCode


class BatchRepeated(Refusal, code="E_DUP"):
    """en: Your organisation has anchored these records of kind {kind} already, as {batch}.

    zh: 本机构已锚定过该组 {kind} 记录，批次为 {batch}。
    """

    kind: Identifier
    batch: Name


class NotInBatch(Refusal, code="E_HASH"):
    """en: This record is not at place {index} of {batch}.

    zh: 该记录不在批次 {batch} 的第 {index} 位。
    """

    batch: Name
    index: Integer


class BatchTree:
    """The tree of a batch, built off the ledger by who has the records.

    ```python
    tree = BatchTree([digest_of("reading", meter, at, value) for ...])
    new = NewBatch(kind="reading", root=tree.root, count=tree.count, total=..., ...)
    path = tree.path(17)
    ```
    """

    def __init__(self, leaves: Sequence[str]) -> None:
        """Take the records' leaf hashes in order: `digest_of(...)`, or `leaf_digest(bytes)`.

        Raises:
            Malformed: one is not a digest.
        """
        row = [parse_hex(leaf, size=HASH_BYTES, name="leaf") for leaf in leaves]
        self._rows = [row]
        while len(row) > 1:
            # A last node without a partner moves up unchanged (RFC 9162, 2.1.1).
            pairs = zip(row[::2], row[1::2], strict=False)
            row = [node_hash(left, right) for left, right in pairs] + row[len(row) & ~1 :]
            self._rows.append(row)

    @property
    def count(self) -> int:
        """How many records."""
        return len(self._rows[0])

    @property
    def root(self) -> str:
        """Root over all of them, in hexadecimal."""
        return self._rows[-1][0].hex() if self.count else EMPTY_LOG_ROOT.hex()

    def path(self, index: int) -> tuple[str, ...]:
        """Return the sibling hashes that show the record at `index`, from 0, to be in the batch.

        Raises:
            InvalidValue: there is no such place.
        """
        if not 0 <= index < self.count:
            raise InvalidValue("the batch has no such place", field="index", found=str(index))
        siblings = [(row, index >> level ^ 1) for level, row in enumerate(self._rows)]
        return tuple(row[place].hex() for row, place in siblings if place < len(row))


def leaf_digest(record: bytes) -> str:
    """Return the leaf hash of a record's bytes (RFC 9162), in hexadecimal."""
    return leaf_hash(record).hex()


class Batches(Part):
    """Batches of a contract: `readings = Batches(label=Label(zh="读数", en="Readings"))`.

    ```python
    self.readings.add(ctx, "B-1", new_batch)
    self.readings.check_member("B-1", leaf, index, path)
    ```
    """

    events = (BatchAdded,)
    refusals = (BatchRepeated, NotInBatch)

    batches = Table(Batch, key="id", label=Label(zh="批次", en="Batches"))
    roots = Table(
        BatchRoot, key=("kind", "organization", "root"), label=Label(zh="批次根", en="Roots")
    )

    def add(self, ctx: Context, batch: str, new: NewBatch) -> Batch:
        """Keep a batch of the signer's organisation.

        Raises:
            Duplicate: there is such a batch.
            BatchRepeated: the organisation has anchored the same records under another id.
            InvalidValue: it is empty, or its times are not in order.
        """
        if not new.count:
            raise InvalidValue("the batch is empty", field="count", found="0")
        if new.last_at < new.first_at:
            raise InvalidValue("it ends before it begins", field="last_at", found=str(new.last_at))
        owner = ctx.signer.organization
        earlier = self.roots.get(new.kind, owner, new.root)
        if earlier is not None:
            raise BatchRepeated(kind=new.kind, batch=earlier.batch)
        self.roots.add(BatchRoot(kind=new.kind, organization=owner, root=new.root, batch=batch))
        kept = self.batches.add(
            Batch(
                id=batch,
                organization=owner,
                added_at=ctx.block_time_ms,
                kind=new.kind,
                root=new.root,
                count=new.count,
                total=new.total,
                first_at=new.first_at,
                last_at=new.last_at,
            )
        )
        self.announce(
            BatchAdded(
                batch=batch,
                kind=kept.kind,
                root=kept.root,
                count=kept.count,
                total=kept.total,
                organization=kept.organization,
            )
        )
        return kept

    def check_member(self, batch: str, leaf: str, index: int, path: Sequence[str]) -> Batch:
        """Return the batch if the record with this leaf hash is at `index` of it.

        Works in actions and in queries. `leaf` is `digest_of(...)` or `leaf_digest(bytes)`, made
        here of what the record is said to be.

        Raises:
            UnknownRecord: there is no such batch.
            NotInBatch: the path does not lead from the record to the root.
        """
        kept = self.batches.require(batch)
        try:
            verify_inclusion(
                parse_hex(leaf, name="leaf"),
                index,
                kept.count,
                [parse_hex(one, name="path") for one in path],
                parse_hex(kept.root, name="root"),
            )
        except (InvalidProof, Malformed) as error:
            raise NotInBatch(batch=batch, index=index) from error
        return kept
