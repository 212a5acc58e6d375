# SPDX-License-Identifier: Apache-2.0
"""What the contract keeps of a day's archive: terminals, manifests, audits, restore drills."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

from tallystick.contracts import (
    Arguments,
    ByteCount,
    Count,
    Identifier,
    Meta,
    Name,
    OrganizationCode,
    Record,
    Timestamp,
    ValueDigest,
)
from tallystick.contracts.parts import DocumentCid
from tallystick.industries.custody.records import Path
from tallystick.industries.custody.workflows import CheckState

TERMINALS_MAX = 500
Positive: TypeAlias = Annotated[int, Meta(ge=1, le=1_000_000_000)]
BusinessKeys: TypeAlias = Annotated[tuple[ValueDigest, ...], Meta(max_length=50)]


class Terminal(Record):
    """A counter or device that numbers what it archives."""

    id: Identifier
    owner: OrganizationCode
    branch: Name
    next: Count = 1
    """The sequence number that comes next."""
    is_active: bool = True


class Gap(Record):
    """Sequence numbers under which nothing is archived, and why."""

    first: Positive
    count: Positive
    cause: Name


class TerminalDay(Record):
    """What one terminal archived in a day: a run of numbers, each an entry or explained."""

    terminal: Identifier
    first: Positive
    entries: Count
    gaps: Annotated[tuple[Gap, ...], Meta(max_length=50)] = ()


class Archive(Record):
    """An owner's chain of days."""

    owner: OrganizationCode
    terminals: tuple[Identifier, ...]
    """Those that must report each day."""
    days: Count = 0
    last_day: date | None = None
    last: Identifier | None = None
    """The newest manifest."""
    snapshots: Count = 0
    last_snapshot: Identifier | None = None


class NewManifest(Arguments):
    """A day of an owner: the root over its directory, and its numbers by terminal."""

    day: date
    root: ValueDigest
    """RFC 9162 root over the entries in the order of the terminals, each by sequence."""
    size: ByteCount
    """Sum of the sizes."""
    terminals: Annotated[tuple[TerminalDay, ...], Meta(min_length=1, max_length=TERMINALS_MAX)]


class Manifest(Record):
    """A day's directory, anchored; the chain of them is the institution's own sub-chain."""

    id: Identifier
    owner: OrganizationCode
    number: Count
    """1, 2, 3, ...: a day that was left out would show."""
    day: date
    root: ValueDigest
    previous: ValueDigest | None
    """Root of the day before it in the chain."""
    entries: Count
    size: ByteCount
    terminals: tuple[TerminalDay, ...]
    anchored_at: Timestamp
    anchored_by: Name


class NewSnapshot(Arguments):
    """What an institution's own ledger wrote since its last snapshot."""

    root: ValueDigest
    """RFC 9162 root over these lines, in the order in which they were written."""
    entries: Positive
    size: ByteCount
    """Sum of the sizes."""
    begun_at: Timestamp
    """When the first of them was written."""


class Snapshot(Record):
    """A block of an institution's own ledger, anchored long before its day is over."""

    id: Identifier
    owner: OrganizationCode
    number: Count
    """1, 2, 3, ...: a block that was left out would show."""
    root: ValueDigest
    previous: ValueDigest | None
    """Root of the block before it."""
    entries: Count
    anchored_at: Timestamp
    anchored_by: Name


class ManifestEntry(Record):
    """A line of the directory; its digest is a leaf of the day's tree."""

    terminal: Identifier
    sequence: Positive
    business_key: ValueDigest
    """Commitment to a transaction number and such, under a secret of the owner: `business_key`."""
    object: Identifier
    cid: DocumentCid
    size: ByteCount


class ShownEntry(Record):
    """A line of the directory with the path that shows it to be there."""

    index: Count
    entry: ManifestEntry
    path: Path


class Audit(Record):
    """An inspection of a day: lines drawn by chance, which the owner must show."""

    id: Identifier
    manifest: Identifier
    owner: OrganizationCode
    auditor: Name
    nonce: ValueDigest
    indices: tuple[Count, ...]
    found: tuple[Count, ...] = ()
    """Shown, and stored under the same address."""
    missing: tuple[Count, ...] = ()
    """Shown, but the object is lost or was never stored."""
    asked: BusinessKeys = ()
    """Business keys whose lines must be shown too, wherever they stand."""
    asked_found: BusinessKeys = ()
    asked_missing: BusinessKeys = ()
    drawn_at: Timestamp
    due: Timestamp
    state: CheckState
    ended_at: Timestamp | None = None


class Drill(Record):
    """A try to bring back one document of a day, drawn by chance."""

    id: Identifier
    manifest: Identifier
    owner: OrganizationCode
    index: Count
    drawn_by: Name
    drawn_at: Timestamp
    due: Timestamp
    state: CheckState
    object: Identifier | None = None
    node: Identifier | None = None
    took_ms: Count | None = None
    ended_at: Timestamp | None = None
