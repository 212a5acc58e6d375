# SPDX-License-Identifier: Apache-2.0
"""What happens to copies, whoever causes it: offered, made good, given up; and what follows."""

from __future__ import annotations

from typing import Final

from tallystick.contracts import Context, replace
from tallystick.industries.custody.events import (
    CopiesCounted,
    CopyChanged,
    CopyOffered,
    ObjectDegraded,
    ObjectExpiring,
    ObjectLost,
    ObjectRestored,
    RepairBegun,
    RepairBlocked,
    RepairDone,
)
from tallystick.industries.custody.records import Placement, Repair, StorageNode, StoredObject
from tallystick.industries.custody.rules import (
    KEPT,
    can_mend,
    drawn_node,
    is_to_be_renewed,
    repair_ms,
)
from tallystick.industries.custody.setting import Setting
from tallystick.industries.custody.tables import ALL_NODES, copy_case, fee_of
from tallystick.industries.custody.workflows import ObjectState, PlacementState

COPY_EVENTS: Final = (
    *(CopyOffered, CopyChanged, CopiesCounted),
    *(ObjectDegraded, ObjectRestored, ObjectLost, ObjectExpiring),
    *(RepairBegun, RepairBlocked, RepairDone),
)
COPIES_MAX: Final = 9
PIN: Final = "pin"
MEND: Final = "mend"
RECHECK: Final = "recheck"
ROUND: Final = "round"
_OBJECT_DEADLINES: Final = (MEND, ROUND, "expiring", "period", "retention")


class Copying(Setting):
    """What other chapters do with copies; it has no actions."""

    def offer_copy(
        self, ctx: Context, stored: StoredObject, node: StorageNode, *, due: int, is_repair: bool
    ) -> StoredObject:
        """Offer a copy to a node and set room for it aside."""
        self.nodes.replace(replace(node, used=node.used + stored.size, copies=node.copies + 1))
        self.placements.add(
            Placement(
                object=stored.id,
                node=node.id,
                operator=node.operator,
                zone=node.zone,
                state=PlacementState.OFFERED,
                offered_at=ctx.block_time_ms,
                due=due,
                is_repair=is_repair,
                keeps=self._let_hold(stored, node.operator),
            )
        )
        self.deadlines.set(copy_case(stored.id, node.id), PIN, due=due, on_expiry="pin")
        ctx.emit(
            CopyOffered(
                object=stored.id,
                cid=stored.cid,
                node=node.id,
                operator=node.operator,
                size=stored.size,
                due=due,
            )
        )
        return self.objects.replace(replace(stored, nodes=(*stored.nodes, node.id)))

    def end_copy(
        self, ctx: Context, stored: StoredObject, copy: Placement, move: str
    ) -> StoredObject:
        """End a copy and give its room back; return the object without it."""
        was_pinned = copy.state is PlacementState.PINNED
        case = copy_case(stored.id, copy.node)
        self.deadlines.clear(case, PIN)
        self.deadlines.clear(case, RECHECK)
        ended = self.placement_flow.move(ctx, self.placements, copy, move)
        self._let_go(copy)
        node = self.nodes.require(copy.node)
        freed = replace(node, used=node.used - stored.size, copies=node.copies - 1)
        self.return_stake(self.nodes.replace(freed))
        ctx.emit(copy_changed(ended, ended.state.lower()))
        return self.objects.replace(
            replace(
                stored,
                nodes=tuple(name for name in stored.nodes if name != copy.node),
                pinned=stored.pinned - was_pinned,
            )
        )

    def begin_suspicion(
        self, ctx: Context, copy: Placement, move: str, **changes: object
    ) -> StoredObject:
        """Count a copy as good no longer, and have it replaced."""
        suspect = self.placement_flow.move(ctx, self.placements, copy, move, **changes)
        ctx.emit(copy_changed(suspect, "suspect"))
        stored = self.objects.require(copy.object)
        fewer = self.objects.replace(replace(stored, pinned=stored.pinned - 1))
        return self.mend(ctx, self.settle(ctx, fewer))

    def mend(self, ctx: Context, stored: StoredObject) -> StoredObject:
        """Offer new copies in place of those that are missing; blocked ones are tried again."""
        agreement = self.agreements.require(stored.agreement)
        wanted = (PlacementState.OFFERED, PlacementState.PINNED)
        for _ in range(COPIES_MAX):
            copies = self.copies_of(stored)
            is_wanted = stored.state in {*KEPT, ObjectState.UPLOADING}
            if not is_wanted or sum(one.state in wanted for one in copies) >= agreement.copies:
                break
            nodes = [
                node
                for node in map(self.nodes.require, self._open_nodes())
                if can_mend(node, copies, agreement, stored.size)
                and not self.placements.contains(stored.id, node.id)
            ]
            if not nodes:
                self._wait_for_node(ctx, stored)
                break
            node = drawn_node(nodes, ctx.parent_hash.hex(), stored.id)
            stored = self._begin_repair(ctx, stored, node)
        return stored

    def settle(self, ctx: Context, stored: StoredObject) -> StoredObject:
        """Bring an object into the state that its good copies give it.

        An upload that is not complete yet lacks copies, and is not degraded by that.
        """
        copies, agreed = stored.pinned, self.agreements.require(stored.agreement).copies
        if copies < agreed and stored.degraded_at is None and stored.state in KEPT:
            stored = self.objects.replace(replace(stored, degraded_at=ctx.block_time_ms))
            ctx.emit(ObjectDegraded(object=stored.id, owner=stored.owner, copies=copies))
        if copies < agreed and stored.state is ObjectState.STORED:
            stored = self.object_flow.move(ctx, self.objects, stored, "degrade")
        if not any(one.state is not PlacementState.OFFERED for one in self.copies_of(stored)):
            return self._lose(ctx, stored)
        if copies >= agreed and stored.degraded_at is not None:
            stored = self._restore(ctx, stored)
        self.count_copies(ctx, stored)
        return stored

    def calm(self, ctx: Context, stored: StoredObject) -> StoredObject:
        """Give a stored object the state that holds and the clock ask for."""
        if stored.state is not ObjectState.STORED:
            return stored
        if self.files.documents.require(stored.id).legal_holds:
            return self.object_flow.move(ctx, self.objects, stored, "stay_held")
        if is_to_be_renewed(stored, ctx.block_time_ms, self.expiring_ms()):
            return self.object_flow.move(ctx, self.objects, stored, "expire")
        return stored

    def count_copies(self, ctx: Context, stored: StoredObject) -> None:
        """Announce how many good copies an object has now."""
        is_kept = stored.state in KEPT
        ctx.emit(
            CopiesCounted(
                object=stored.id,
                owner=stored.owner,
                copies=stored.pinned if is_kept else 0,
                objects=int(is_kept),
                size=stored.size if is_kept else 0,
            )
        )

    def end_object(self, ctx: Context, stored: StoredObject) -> StoredObject:
        """Stop fees and clocks of an object that was released, destroyed or lost."""
        for name in _OBJECT_DEADLINES:
            self.deadlines.clear(stored.id, name)
        for period in (stored.period, stored.period + 1):
            if self.money.holds.contains(fee_of(stored, period)):
                self.money.release(fee_of(stored, period))
        if stored.degraded_at is not None:
            ctx.emit(ObjectRestored(object=stored.id, owner=stored.owner))
        ended = self.objects.replace(
            replace(
                stored,
                degraded_at=None,
                ended_at=stored.ended_at or ctx.block_time_ms,
                ended_by=stored.ended_by or ctx.person,
            )
        )
        self.count_copies(ctx, ended)
        return ended

    def drop_copies(self, ctx: Context, stored: StoredObject) -> StoredObject:
        """Let all nodes forget an object."""
        for copy in self.copies_of(stored):
            stored = self.end_copy(ctx, stored, copy, "drop")
        return stored

    def end_spares(self, ctx: Context, stored: StoredObject) -> StoredObject:
        """All copies are good: let suspect ones go, and offers that are not needed."""
        for copy in self.copies_of(stored):
            if copy.state is PlacementState.SUSPECT:
                stored = self.end_copy(ctx, stored, copy, "evict")
            elif copy.state is PlacementState.OFFERED:
                stored = self.end_copy(ctx, stored, copy, "drop")
        self.deadlines.clear(stored.id, MEND)
        return stored

    def finish_repair(self, ctx: Context, stored: StoredObject, copy: Placement) -> None:
        """Note that the node of a repair has the copy."""
        repair = self.repairs.require(copy_case(copy.object, copy.node))
        self.repairs.replace(replace(repair, done_at=ctx.block_time_ms))
        ctx.emit(RepairDone(repair=repair.id, object=stored.id, node=copy.node, size=stored.size))

    def _let_hold(self, stored: StoredObject, operator: str) -> str | None:
        """Name an operator as keeper of its owner's registered document, and return that document.

        Then nodes let it download, its own node serves what it has, and destroys it in the end.
        None: there is no such document, or the operator may hold it without this.
        """
        copy = self.register.find_copy(stored.cid)
        document = None if copy is None else self.register.documents.get(copy.document)
        if document is None or document.owner != stored.owner or document.deleted_at is not None:
            return None
        if operator == document.owner or self._keeps(document.id, operator):
            return None
        self.register.keep_at(document.id, operator)
        return document.id

    def _let_go(self, copy: Placement) -> None:
        """Dismiss the keeper that a copy had made, unless its owner did before."""
        if copy.keeps is not None and self._keeps(copy.keeps, copy.operator):
            self.register.let_go(copy.keeps, copy.operator)

    def _keeps(self, document: str, operator: str) -> bool:
        holder = self.register.holders.get(document, operator)
        return holder is not None and holder.keeps

    def _open_nodes(self) -> tuple[str, ...]:
        known = self.directory.get(ALL_NODES)
        return () if known is None else known.nodes

    def _begin_repair(self, ctx: Context, stored: StoredObject, node: StorageNode) -> StoredObject:
        parameters = self.parameters.now()
        due = ctx.block_time_ms + repair_ms(stored.size, parameters)
        repair = Repair(
            id=copy_case(stored.id, node.id),
            object=stored.id,
            node=node.id,
            size=stored.size,
            begun_at=ctx.block_time_ms,
            due=due,
        )
        self.repairs.add(repair)
        ctx.emit(RepairBegun(repair=repair.id, object=stored.id, node=node.id, due=due))
        return self.offer_copy(ctx, stored, node, due=due, is_repair=True)

    def _wait_for_node(self, ctx: Context, stored: StoredObject) -> None:
        if self.deadlines.deadlines.contains(stored.id, MEND):
            return
        due = ctx.block_time_ms + self.parameters.now().retry_s * 1_000
        self.deadlines.set(stored.id, MEND, due=due, on_expiry="mend")
        ctx.emit(RepairBlocked(object=stored.id, owner=stored.owner))

    def _restore(self, ctx: Context, stored: StoredObject) -> StoredObject:
        """All copies are good again."""
        stored = self.objects.replace(replace(self.end_spares(ctx, stored), degraded_at=None))
        ctx.emit(ObjectRestored(object=stored.id, owner=stored.owner))
        if stored.state is ObjectState.DEGRADED:
            stored = self.object_flow.move(ctx, self.objects, stored, "restore")
        return self.calm(ctx, stored)

    def _lose(self, ctx: Context, stored: StoredObject) -> StoredObject:
        stored = self.object_flow.move(ctx, self.objects, stored, "lose")
        ctx.emit(ObjectLost(object=stored.id, owner=stored.owner))
        return self.end_object(ctx, self.drop_copies(ctx, stored))


def copy_changed(copy: Placement, change: str) -> CopyChanged:
    """Return the fact that a copy stands otherwise."""
    return CopyChanged(
        object=copy.object,
        node=copy.node,
        operator=copy.operator,
        zone=copy.zone,
        change=change,
        pinned=int(copy.state is PlacementState.PINNED),
    )
