# SPDX-License-Identifier: Apache-2.0
"""A day's archive: numbered by terminals, anchored as one root, looked into by chance."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Context,
    Identifier,
    Label,
    Meta,
    Name,
    action,
    digest_of,
    end_of,
    replace,
    start_of,
)
from tallystick.contracts.parts import Deadline, NewBatch
from tallystick.industries.custody.archive_records import (
    TERMINALS_MAX,
    Archive,
    Audit,
    BusinessKeys,
    Drill,
    Manifest,
    NewManifest,
    ShownEntry,
    Terminal,
)
from tallystick.industries.custody.events import (
    AuditDrawn,
    AuditEnded,
    DayAnchored,
    DrillEnded,
    SequenceGap,
)
from tallystick.industries.custody.keeping import Keeping
from tallystick.industries.custody.refusals import (
    BadManifest,
    CheckLate,
    CopyMissing,
    DayTaken,
    EntryDiffers,
    GapUnexplained,
    NotYours,
    SequenceOverlap,
    TerminalClosed,
    TerminalMissing,
)
from tallystick.industries.custody.rules import (
    KEPT,
    check_run,
    drawn_indices,
    end_of_run,
    entry_digest,
    place_at,
    shown_lines,
    wanted_lines,
)
from tallystick.industries.custody.tables import require_party
from tallystick.industries.custody.workflows import AUDITOR, OWNER, REGULATOR, CheckState

BATCH_KIND = "custody-day"
_CHECK = "check"
_SHOWN = (BadManifest, EntryDiffers, CheckLate, NotYours)
ManifestName = Annotated[Identifier, Label(zh="日清单", en="Day manifest")]


class Archiving(Keeping):
    """The chapter of completeness: what was archived on a day, all of it and nothing else."""

    @action(
        role=OWNER,
        label=Label(zh="登记终端", en="Register a terminal"),
        refuses=(BadManifest,),
    )
    def register_terminal(
        self,
        ctx: Context,
        id: Annotated[Identifier, Label(zh="终端", en="Terminal")],  # noqa: A002
        branch: Annotated[Name, Label(zh="网点", en="Branch")],
    ) -> Terminal:
        """en: Makes a counter known that numbers what it archives; each day must name it.

        zh: 登记对归档文件连续编号的终端；每日清单均须列明。
        """
        owner = ctx.signer.organization
        archive = self.archives.get(owner) or Archive(owner=owner, terminals=())
        if len(archive.terminals) >= TERMINALS_MAX:
            raise BadManifest(what="terminals")
        self.archives.put(replace(archive, terminals=(*archive.terminals, id)))
        return self.terminals.add(Terminal(id=id, owner=owner, branch=branch))

    @action(
        role=OWNER,
        label=Label(zh="停用终端", en="Close a terminal"),
        refuses=(NotYours, TerminalClosed),
    )
    def close_terminal(
        self,
        ctx: Context,
        id: Annotated[Identifier, Label(zh="终端", en="Terminal")],  # noqa: A002
    ) -> Terminal:
        """en: Says that a terminal numbers nothing any more; its last day is anchored before.

        zh: 停用终端，此后不再接受其记录；须先锚定其最后一日。
        """
        kept = self._open_terminal(ctx, id)
        archive = self.archives.require(kept.owner)
        rest = tuple(name for name in archive.terminals if name != id)
        self.archives.replace(replace(archive, terminals=rest))
        return self.terminals.replace(replace(kept, is_active=False))

    @action(
        role=OWNER,
        label=Label(zh="锚定日清单", en="Anchor a day"),
        emits=(DayAnchored, SequenceGap),
        refuses=(
            *(NotYours, BadManifest, DayTaken),
            *(GapUnexplained, SequenceOverlap, TerminalMissing, TerminalClosed),
        ),
    )
    def anchor_day(self, ctx: Context, new: NewManifest) -> Manifest:
        """en: Anchors the directory of a day; every terminal's numbers go on without a hole.

        zh: 锚定当日档案清单；各终端序号须连续，缺号须注明原因。
        """
        archive = self.archives.require(ctx.signer.organization)
        self._check_day(archive, new)
        name = ctx.next_id("DM")
        entries = gaps = 0
        for day in new.terminals:
            kept = self._open_terminal(ctx, day.terminal)
            check_run(day, kept.next)
            self.terminals.replace(replace(kept, next=end_of_run(day)))
            entries += day.entries
            for gap in day.gaps:
                gaps += gap.count
                ctx.emit(
                    SequenceGap(
                        manifest=name,
                        owner=archive.owner,
                        terminal=day.terminal,
                        first=gap.first,
                        count=gap.count,
                        cause=gap.cause,
                    )
                )
        manifest = self._anchor(ctx, archive, new, name=name, entries=entries)
        ctx.emit(
            DayAnchored(
                manifest=name,
                owner=archive.owner,
                number=manifest.number,
                entries=entries,
                gaps=gaps,
            )
        )
        return manifest

    @action(
        role=(AUDITOR, REGULATOR),
        label=Label(zh="抽查档案", en="Draw an audit"),
        emits=(AuditDrawn,),
        refuses=(BadManifest,),
    )
    def draw_audit(
        self,
        ctx: Context,
        manifest: ManifestName,
        asked: Annotated[BusinessKeys, Label(zh="指定业务键", en="Business keys")] = (),
    ) -> Audit:
        """en: Draws lines of a day by chance, and asks for some by business key; all are shown.

        zh: 随机抽取某日清单若干条，并可按业务键指定；机构须在时限内逐条出示。
        """
        if len(set(asked)) != len(asked):
            raise BadManifest(what="a business key twice")
        kept, parameters = self.manifests.require(manifest), self.parameters.now()
        name = ctx.next_id("AU")
        nonce = digest_of("custody-audit", ctx.parent_hash, name)
        drawn = Audit(
            id=name,
            manifest=manifest,
            owner=kept.owner,
            auditor=ctx.person,
            nonce=nonce,
            indices=drawn_indices(nonce, kept.entries, parameters.audit_entries),
            asked=asked,
            drawn_at=ctx.block_time_ms,
            due=ctx.block_time_ms + parameters.audit_s * 1_000,
            state=CheckState.DRAWN,
        )
        if not drawn.indices:
            raise BadManifest(what="an empty day")
        self.deadlines.set(name, _CHECK, due=drawn.due, on_expiry="check")
        count = len(drawn.indices) + len(asked)
        ctx.emit(AuditDrawn(audit=name, manifest=manifest, count=count, due=drawn.due))
        return self.audits.add(drawn)

    @action(
        role=OWNER,
        label=Label(zh="出示抽查记录", en="Show audited lines"),
        emits=(AuditEnded,),
        refuses=_SHOWN,
    )
    def show_entries(
        self,
        ctx: Context,
        audit: Annotated[Identifier, Label(zh="抽查编号", en="Audit")],
        shown: Annotated[
            tuple[ShownEntry, ...],
            Meta(min_length=1, max_length=50),
            Label(zh="记录", en="Lines"),
        ],
    ) -> Audit:
        """en: Shows drawn lines with their paths; the audit ends when all have been shown.

        zh: 出示所抽记录及路径；全部出示后抽查结束。
        """
        kept = self.audits.require(audit)
        require_party(ctx, audit, kept.owner)
        if ctx.block_time_ms > kept.due:
            raise CheckLate(check=audit, due=kept.due)
        for one in shown:
            kept = self._note_line(kept, one)
        kept = self.audits.replace(kept)
        if shown_lines(kept) < wanted_lines(kept):
            return kept
        self.deadlines.clear(audit, _CHECK)
        return self._end_audit(ctx, kept, "fail" if kept.missing or kept.asked_missing else "pass")

    @action(
        role=(AUDITOR, OWNER),
        label=Label(zh="恢复演练", en="Draw a restore drill"),
        refuses=(BadManifest,),
    )
    def draw_drill(self, ctx: Context, manifest: ManifestName) -> Drill:
        """en: Draws one line of a day whose document is to be brought back from a node.

        zh: 随机抽取某日一份文件，要求自节点恢复。
        """
        kept, parameters = self.manifests.require(manifest), self.parameters.now()
        if not kept.entries:
            raise BadManifest(what="an empty day")
        name = ctx.next_id("DR")
        nonce = digest_of("custody-drill", ctx.parent_hash, name)
        drawn = Drill(
            id=name,
            manifest=manifest,
            owner=kept.owner,
            index=drawn_indices(nonce, kept.entries, 1)[0],
            drawn_by=ctx.person,
            drawn_at=ctx.block_time_ms,
            due=ctx.block_time_ms + parameters.audit_s * 1_000,
            state=CheckState.DRAWN,
        )
        self.deadlines.set(name, _CHECK, due=drawn.due, on_expiry="check")
        return self.drills.add(drawn)

    @action(
        role=(AUDITOR, OWNER),
        label=Label(zh="登记演练结果", en="Report a restore drill"),
        emits=(DrillEnded,),
        refuses=(*_SHOWN, CopyMissing),
    )
    def report_drill(
        self,
        ctx: Context,
        drill: Annotated[Identifier, Label(zh="演练编号", en="Drill")],
        shown: ShownEntry,
        node: Annotated[Identifier, Label(zh="节点", en="Node")],
        is_intact: Annotated[bool, Label(zh="是否完好", en="Is it intact")],
    ) -> Drill:
        """en: Says whether the drawn document came back from a node, and was opened.

        zh: 登记所抽文件是否自节点完整恢复并可打开。
        """
        kept = self.drills.require(drill)
        if kept.drawn_by != ctx.person:
            require_party(ctx, drill, kept.owner)
        if ctx.block_time_ms > kept.due:
            raise CheckLate(check=drill, due=kept.due)
        if shown.index != kept.index:
            raise BadManifest(what=f"line {shown.index}")
        is_stored = self._is_stored(kept.manifest, shown)
        self._require_copy(shown.entry.object, node)
        self.deadlines.clear(drill, _CHECK)
        move = "pass" if is_stored and is_intact else "fail"
        ended = self.check_flow.move(
            ctx,
            self.drills,
            kept,
            move,
            object=shown.entry.object,
            node=node,
            took_ms=ctx.block_time_ms - kept.drawn_at,
            ended_at=ctx.block_time_ms,
        )
        return self._announce_drill(ctx, ended)

    def on_check(self, ctx: Context, deadline: Deadline) -> None:
        """An audit or a drill was not answered in time: it has failed."""
        audit = self.audits.get(deadline.case)
        if audit is not None:
            self._end_audit(ctx, audit, "miss")
            return
        drill = self.drills.require(deadline.case)
        ended = self.check_flow.move(ctx, self.drills, drill, "miss", ended_at=ctx.block_time_ms)
        self._announce_drill(ctx, ended)

    def _announce_drill(self, ctx: Context, ended: Drill) -> Drill:
        passed = int(ended.state is CheckState.PASSED)
        ctx.emit(DrillEnded(drill=ended.id, manifest=ended.manifest, passed=passed))
        return ended

    def _open_terminal(self, ctx: Context, name: str) -> Terminal:
        """Return a terminal of the signer's that still numbers what it archives.

        Raises:
            NotYours: it is another owner's.
            TerminalClosed: it numbers nothing any more.
        """
        kept = self.terminals.require(name)
        require_party(ctx, name, kept.owner)
        if not kept.is_active:
            raise TerminalClosed(terminal=name)
        return kept

    def _check_day(self, archive: Archive, new: NewManifest) -> None:
        """A day comes after the last one and names each terminal once."""
        if archive.last_day is not None and new.day <= archive.last_day:
            raise DayTaken(owner=archive.owner, manifest=archive.last or "")
        named = [day.terminal for day in new.terminals]
        if len(set(named)) != len(named):
            raise BadManifest(what="a terminal twice")
        for terminal in archive.terminals:
            if terminal not in named:
                raise TerminalMissing(terminal=terminal)

    def _anchor(
        self, ctx: Context, archive: Archive, new: NewManifest, *, name: str, entries: int
    ) -> Manifest:
        """Keep a day's root as a batch, and the day in the owner's chain."""
        if entries:
            batch = NewBatch(
                kind=BATCH_KIND,
                root=new.root,
                count=entries,
                total=new.size,
                first_at=start_of(new.day),
                last_at=end_of(new.day),
            )
            self.days.add(ctx, name, batch)
        last = None if archive.last is None else self.manifests.require(archive.last)
        self.archives.replace(replace(archive, days=archive.days + 1, last_day=new.day, last=name))
        return self.manifests.add(
            Manifest(
                id=name,
                owner=archive.owner,
                number=archive.days + 1,
                day=new.day,
                root=new.root,
                previous=None if last is None else last.root,
                entries=entries,
                size=new.size,
                terminals=new.terminals,
                anchored_at=ctx.block_time_ms,
                anchored_by=ctx.person,
            )
        )

    def _is_stored(self, manifest: str, shown: ShownEntry) -> bool:
        """Return whether a line that is in a day's directory names an object that is stored.

        Raises:
            NotInBatch: the line is not there.
            EntryDiffers: another number must stand at its place.
        """
        kept = self.manifests.require(manifest)
        self.days.check_member(manifest, entry_digest(shown.entry), shown.index, shown.path)
        expected, entry = place_at(kept.terminals, shown.index), shown.entry
        if (entry.terminal, entry.sequence) != expected:
            raise EntryDiffers(
                manifest=manifest,
                index=shown.index,
                terminal=expected.terminal,
                sequence=expected.sequence,
            )
        stored = self.objects.get(entry.object)
        return stored is not None and stored.cid == entry.cid and stored.state in KEPT

    def _note_line(self, audit: Audit, shown: ShownEntry) -> Audit:
        """Return an audit with a line that was shown: drawn by chance, or asked for by its key."""
        index, key = shown.index, shown.entry.business_key
        is_drawn, is_asked = index in audit.indices, key in audit.asked
        if not (is_drawn or is_asked):
            raise BadManifest(what=f"line {index}")
        is_there = self._is_stored(audit.manifest, shown)
        if is_drawn and is_there:
            audit = replace(audit, found=tuple(sorted({*audit.found, index})))
        elif is_drawn:
            audit = replace(audit, missing=tuple(sorted({*audit.missing, index})))
        if is_asked and is_there:
            audit = replace(audit, asked_found=tuple(sorted({*audit.asked_found, key})))
        elif is_asked:
            audit = replace(audit, asked_missing=tuple(sorted({*audit.asked_missing, key})))
        return audit

    def _end_audit(self, ctx: Context, audit: Audit, move: str) -> Audit:
        ended = self.check_flow.move(ctx, self.audits, audit, move, ended_at=ctx.block_time_ms)
        found = len(ended.found) + len(ended.asked_found)
        ctx.emit(
            AuditEnded(
                audit=ended.id,
                manifest=ended.manifest,
                found=found,
                missing=wanted_lines(ended) - found,
            )
        )
        return ended
