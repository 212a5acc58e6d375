# SPDX-License-Identifier: Apache-2.0
"""Snapshots: blocks of an institution's own ledger, anchored as they are written."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import Context, Identifier, Label, action, query, replace
from tallystick.contracts.parts import NewBatch
from tallystick.industries.custody.archive_records import (
    Archive,
    NewSnapshot,
    ShownEntry,
    Snapshot,
)
from tallystick.industries.custody.events import SnapshotAnchored
from tallystick.industries.custody.rules import entry_digest
from tallystick.industries.custody.tables import CustodyTables
from tallystick.industries.custody.workflows import OWNER, TERMINAL

SNAPSHOT_KIND: Final = "custody-snapshot"


class Snapshots(CustodyTables):
    """The chapter of what was archived in the last minute: the day's manifest comes at its end."""

    @action(
        role=(OWNER, TERMINAL),
        label=Label(zh="锚定子链区块", en="Anchor a snapshot"),
        emits=(SnapshotAnchored,),
    )
    def anchor_snapshot(self, ctx: Context, new: NewSnapshot) -> Snapshot:
        """en: Anchors what the owner's own ledger wrote since the last snapshot, each minute.

        zh: 每分钟锚定机构子链新写入的记录。
        """
        owner = ctx.signer.organization
        archive = self.archives.get(owner) or Archive(owner=owner, terminals=())
        name, number = ctx.next_id("SS"), archive.snapshots + 1
        batch = NewBatch(
            kind=SNAPSHOT_KIND,
            root=new.root,
            count=new.entries,
            total=new.size,
            first_at=new.begun_at,
            last_at=ctx.block_time_ms,
        )
        self.days.add(ctx, name, batch)
        last = archive.last_snapshot
        self.archives.put(replace(archive, snapshots=number, last_snapshot=name))
        ctx.emit(SnapshotAnchored(snapshot=name, owner=owner, number=number, entries=new.entries))
        return self.snapshots.add(
            Snapshot(
                id=name,
                owner=owner,
                number=number,
                root=new.root,
                previous=None if last is None else self.snapshots.require(last).root,
                entries=new.entries,
                anchored_at=ctx.block_time_ms,
                anchored_by=ctx.person,
            )
        )

    @query(label=Label(zh="核验子链记录", en="Check a line of a snapshot"))
    def check_snapshot(
        self,
        snapshot: Annotated[Identifier, Label(zh="子链区块", en="Snapshot")],
        shown: ShownEntry,
    ) -> Snapshot:
        """en: Returns the snapshot that has a line at this place: it was written before that time.

        zh: 核验某条记录在该子链区块中，返回该区块：记录写入不晚于其锚定时间。
        """
        self.days.check_member(snapshot, entry_digest(shown.entry), shown.index, shown.path)
        return self.snapshots.require(snapshot)
