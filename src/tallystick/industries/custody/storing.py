# SPDX-License-Identifier: Apache-2.0
"""Objects from declaration to release: placed, signed for, renewed, let go."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    DAY_MS,
    Context,
    Identifier,
    Label,
    Meta,
    Of,
    action,
    replace,
)
from tallystick.contracts.parts import Deadline, DocumentFile
from tallystick.industries.custody.copying import (
    COPY_EVENTS,
    PIN,
    RECHECK,
    ROUND,
    Copying,
    copy_changed,
)
from tallystick.industries.custody.events import (
    ObjectDeclared,
    ObjectExpiring,
    PeriodEnded,
    RetentionEnding,
)
from tallystick.industries.custody.records import (
    Agreement,
    CidUse,
    NewObject,
    StorageNode,
    StoredObject,
)
from tallystick.industries.custody.refusals import (
    AddressDiffers,
    AddressTaken,
    BadSize,
    CopyMissing,
    MustBeKept,
    NodeClosedAlready,
    NotAHolder,
    NothingThere,
    NotYours,
    OfferLate,
    OtherCurrency,
    OverCapacity,
    SameOperator,
    TooDear,
    TooFewZones,
    WrongCount,
)
from tallystick.industries.custody.rules import (
    KEPT,
    check_node,
    check_size,
    check_spread,
    fee_slice,
    period_ms,
    round_at,
)
from tallystick.industries.custody.tables import copy_case, fee_of, require_party
from tallystick.industries.custody.workflows import (
    OPERATOR,
    OWNER,
    TERMINAL,
    ObjectState,
    PlacementState,
)

ObjectName = Annotated[Identifier, Label(zh="对象", en="Object")]
NodeName = Annotated[Identifier, Label(zh="节点", en="Node")]
HeldObject = Annotated[ObjectName, Of("placements", field="object")]
"""Of what acts on one copy: that copy says it."""
HoldingNode = Annotated[NodeName, Of("placements", field="node")]
_NODE: Final = (SameOperator, TooFewZones, WrongCount, OverCapacity, TooDear, NodeClosedAlready)
_COPY: Final = (NotAHolder, CopyMissing, AddressDiffers, OfferLate)


class Storing(Copying):
    """The chapter of an object's way from its declaration to its release."""

    @action(
        role=(OWNER, TERMINAL),
        label=Label(zh="登记对象", en="Declare an object"),
        emits=(ObjectDeclared, *COPY_EVENTS),
        refuses=(NotYours, BadSize, AddressTaken, OtherCurrency, *_NODE),
    )
    def declare_object(self, ctx: Context, new: NewObject) -> StoredObject:
        """en: Declares a sealed file and offers its copies to nodes; the fee of a period is held.

        zh: 登记密文文件并分配副本节点，冻结一期费用。
        """
        agreement = self.agreements.require(new.agreement)
        require_party(ctx, agreement.id, agreement.owner)
        parameters = self.parameters.now()
        check_size(new.size, parameters.size_max)
        nodes = self._chosen_nodes(new, agreement)
        taken = self.cids.get(new.cid)
        if taken is not None:
            raise AddressTaken(object=taken.object)
        stored = self._keep(ctx, new, agreement)
        self.hold_fee(stored, agreement, stored.period)
        due = ctx.block_time_ms + parameters.pin_s * 1_000
        for node in nodes:
            stored = self.offer_copy(ctx, stored, node, due=due, is_repair=False)
        return stored

    @action(
        role=OWNER,
        label=Label(zh="撤回上传", en="Withdraw an upload"),
        emits=COPY_EVENTS,
        refuses=(NotYours, MustBeKept),
    )
    def withdraw_object(self, ctx: Context, object: ObjectName) -> StoredObject:  # noqa: A002
        """en: Takes back an upload that is neither complete nor on hold; the fee is given back.

        zh: 撤回尚未齐备且未受保全的上传，退还费用。
        """
        kept = self.own_object(ctx, object)
        self.require_no_hold(kept)
        moved = self.object_flow.move(ctx, self.objects, kept, "withdraw")
        return self.end_object(ctx, self.drop_copies(ctx, moved))

    @action(
        role=OPERATOR,
        label=Label(zh="签收副本", en="Sign for a copy"),
        emits=COPY_EVENTS,
        refuses=_COPY,
    )
    def pin(
        self,
        ctx: Context,
        object: HeldObject,  # noqa: A002
        node: HoldingNode,
        cid: Annotated[str, Meta(min_length=1, max_length=100), Label(zh="地址", en="Address")],
    ) -> StoredObject:
        """en: Signs that the bytes are at the node, under the address that it has computed itself.

        zh: 声明数据已存妥，并给出自行计算的内容地址。
        """
        copy, _ = self.own_copy(ctx, object, node)
        stored = self.objects.require(object)
        if cid != stored.cid:
            raise AddressDiffers(object=object, node=node, address=cid)
        if ctx.block_time_ms > copy.due and copy.state is PlacementState.OFFERED:
            raise OfferLate(object=object, node=node, due=copy.due)
        pinned = self.placement_flow.move(
            ctx,
            self.placements,
            copy,
            "pin",
            pinned_at=ctx.block_time_ms,
            pinned_by=ctx.person,
        )
        self.deadlines.clear(copy_case(object, node), PIN)
        ctx.emit(copy_changed(pinned, "pinned"))
        stored = self.objects.replace(replace(stored, pinned=stored.pinned + 1))
        if pinned.is_repair:
            self.finish_repair(ctx, stored, pinned)
        return self.follow_good_copy(ctx, stored)

    @action(
        role=OPERATOR,
        label=Label(zh="自报损坏", en="Admit damage"),
        emits=COPY_EVENTS,
        refuses=(NotAHolder, CopyMissing),
    )
    def report_damage(
        self,
        ctx: Context,
        object: HeldObject,  # noqa: A002
        node: HoldingNode,
    ) -> StoredObject:
        """en: Says that the node's own copy is damaged, so that it is replaced before a challenge.

        zh: 节点自报副本损坏，以便立即补存。
        """
        copy, _ = self.own_copy(ctx, object, node)
        due = ctx.block_time_ms + self.parameters.now().recheck_s * 1_000
        stored = self.begin_suspicion(ctx, copy, "admit")
        if node in stored.nodes:
            self.deadlines.clear(copy_case(object, node), RECHECK)
            self.deadlines.set(copy_case(object, node), RECHECK, due=due, on_expiry="recheck")
        return stored

    @action(role=OWNER, label=Label(zh="续存", en="Renew"), refuses=(NotYours, NothingThere))
    def renew(self, ctx: Context, object: ObjectName) -> StoredObject:  # noqa: A002
        """en: Keeps the object for another period, whose fee is held now.

        zh: 续存一期，即时冻结下一期费用。
        """
        kept = self.own_object(ctx, object)
        if kept.state not in KEPT or kept.is_renewed:
            raise NothingThere(subject=object, why=kept.state)
        renewed = self._renewed(kept)
        if kept.state is ObjectState.EXPIRING:
            return self.object_flow.move(ctx, self.objects, renewed, "renew")
        return renewed

    @action(
        role=OWNER,
        label=Label(zh="释放", en="Release"),
        emits=COPY_EVENTS,
        refuses=(NotYours, MustBeKept),
    )
    def release(self, ctx: Context, object: ObjectName) -> StoredObject:  # noqa: A002
        """en: Lets an object go at the end of its period; its copies are dropped after the grace.

        zh: 到期释放对象，宽限期后清除副本。
        """
        kept = self.own_object(ctx, object)
        self.require_free(ctx, kept)
        return self._release(ctx, kept, "release")

    def follow_good_copy(self, ctx: Context, stored: StoredObject) -> StoredObject:
        """Do what follows when one more copy is good: an upload may be complete now."""
        if stored.state is ObjectState.UPLOADING:
            return self._complete(ctx, stored)
        return self.settle(ctx, stored)

    # --- what the clock does --------------------------------------------------------------------

    def on_pin(self, ctx: Context, deadline: Deadline) -> None:
        """A copy was not stored in time: another node is asked."""
        object_id, _, node = deadline.case.rpartition("/")
        copy = self.placements.require(object_id, node)
        stored = self.end_copy(ctx, self.objects.require(object_id), copy, "lapse")
        self.mend(ctx, stored)

    def on_mend(self, ctx: Context, deadline: Deadline) -> None:
        """No node could take a copy: try again."""
        self.mend(ctx, self.objects.require(deadline.case))

    def on_expiring(self, ctx: Context, deadline: Deadline) -> None:
        """A period ends soon."""
        stored = self.objects.require(deadline.case)
        if not stored.is_renewed:
            until = stored.period_until or 0
            ctx.emit(ObjectExpiring(object=stored.id, owner=stored.owner, until=until))
            self.calm(ctx, stored)

    def on_period(self, ctx: Context, deadline: Deadline) -> None:
        """A period is over: the next begins, or the object is let go unless it must be kept.

        What must be kept is renewed from the owner's account; as long as that is empty, the refusal
        lets later ticks try again, and the copies stay.
        """
        stored = self.objects.require(deadline.case)
        if not stored.is_renewed and self.must_be_kept(ctx, stored):
            stored = self._renewed(stored)
        ended, outcome = (
            fee_of(stored, stored.period),
            "renewed" if stored.is_renewed else "released",
        )
        ctx.emit(
            PeriodEnded(object=stored.id, owner=stored.owner, period=stored.period, outcome=outcome)
        )
        if not stored.is_renewed:
            self._release(ctx, stored, "lapse")
            return
        if self.money.holds.contains(ended):
            self.money.release(ended)
        if stored.state is ObjectState.EXPIRING:
            stored = self.object_flow.move(ctx, self.objects, stored, "prolong")
        if stored.state is ObjectState.RENEWED:
            stored = self.object_flow.move(ctx, self.objects, stored, "continue")
        begun = self._begin_period(
            ctx, replace(stored, period=stored.period + 1, is_renewed=False, rounds=0)
        )
        self.settle(ctx, begun)

    def on_collect(self, ctx: Context, deadline: Deadline) -> None:
        """The grace after a release is over: the nodes forget the object, unless it is on hold."""
        stored = self.objects.require(deadline.case)
        if self.files.documents.require(stored.id).legal_holds:
            self._set_grace(ctx, stored)
            return
        self.drop_copies(ctx, stored)

    def on_retention(self, ctx: Context, deadline: Deadline) -> None:
        """The retention of an object ends soon."""
        stored = self.objects.require(deadline.case)
        until = self.files.documents.require(stored.id).retain_until or 0
        ctx.emit(RetentionEnding(object=stored.id, owner=stored.owner, until=until))

    # --- inside ---------------------------------------------------------------------------------

    def _chosen_nodes(self, new: NewObject, agreement: Agreement) -> list[StorageNode]:
        """Return the nodes that an owner chose, if they fit (AFC-2)."""
        if len(new.nodes) != agreement.copies:
            raise WrongCount(given=len(new.nodes), copies=agreement.copies)
        nodes = [self.nodes.require(name) for name in new.nodes]
        check_spread(nodes, agreement.zones)
        for node in nodes:
            if not node.is_open:
                raise NodeClosedAlready(node=node.id)
            if node.currency != agreement.currency:
                raise OtherCurrency(subject=node.id, currency=node.currency)
            check_node(node, new.size, agreement.price)
        return nodes

    def _keep(self, ctx: Context, new: NewObject, agreement: Agreement) -> StoredObject:
        """Keep a new object, its document and its key's declaration."""
        days = self.classes.require(new.retention).days
        retain_until = ctx.block_time_ms + days * DAY_MS
        file = DocumentFile(
            sha256=new.ciphertext, size=new.size, media_type=new.media_type, locator=new.cid
        )
        self.files.add(ctx, new.id, file, retain_until=retain_until)
        if new.key is not None:
            self.keys.declare(ctx, new.id, new.key, recipients=[])
        self.cids.add(CidUse(cid=new.cid, object=new.id))
        ctx.emit(
            ObjectDeclared(
                object=new.id,
                owner=agreement.owner,
                retention=new.retention,
                size=new.size,
                retain_until=retain_until,
            )
        )
        return self.objects.add(
            StoredObject(
                id=new.id,
                owner=agreement.owner,
                agreement=agreement.id,
                cid=new.cid,
                plain=new.plain,
                size=new.size,
                slices_root=new.slices_root,
                retention=new.retention,
                key_id=new.key_id,
                state=ObjectState.UPLOADING,
                nodes=(),
                pinned=0,
                fee_slice=fee_slice(agreement, new.size),
                declared_at=ctx.block_time_ms,
            )
        )

    def _complete(self, ctx: Context, stored: StoredObject) -> StoredObject:
        """Begin the first period once every copy is signed for."""
        if stored.pinned < self.agreements.require(stored.agreement).copies:
            return stored
        done = self.object_flow.move(
            ctx, self.objects, stored, "complete", stored_at=ctx.block_time_ms
        )
        begun = self._begin_period(ctx, self.end_spares(ctx, done))
        notice = self.parameters.now().notice_days * DAY_MS
        until = self.files.documents.require(stored.id).retain_until or 0
        due = max(until - notice, ctx.block_time_ms)
        self.deadlines.set(stored.id, "retention", due=due, on_expiry="retention")
        begun = self.calm(ctx, begun)
        self.count_copies(ctx, begun)
        return begun

    def _begin_period(self, ctx: Context, stored: StoredObject) -> StoredObject:
        """Set the clocks of a period: its rounds of challenges, its last days, its end."""
        agreement, now = self.agreements.require(stored.agreement), ctx.block_time_ms
        until = now + period_ms(agreement)
        for name in (ROUND, "expiring", "period"):
            self.deadlines.clear(stored.id, name)
        self.deadlines.set(stored.id, ROUND, due=round_at(agreement, now, 1), on_expiry="round")
        expiring = max(until - self.expiring_ms(), now)
        self.deadlines.set(stored.id, "expiring", due=expiring, on_expiry="expiring")
        self.deadlines.set(stored.id, "period", due=until, on_expiry="period")
        return self.objects.replace(replace(stored, period_until=until))

    def _renewed(self, stored: StoredObject) -> StoredObject:
        self.hold_fee(stored, self.agreements.require(stored.agreement), stored.period + 1)
        return self.objects.replace(replace(stored, is_renewed=True))

    def _release(self, ctx: Context, stored: StoredObject, move: str) -> StoredObject:
        released = self.object_flow.move(ctx, self.objects, stored, move)
        self._set_grace(ctx, released)
        return self.end_object(ctx, released)

    def _set_grace(self, ctx: Context, stored: StoredObject) -> None:
        due = ctx.block_time_ms + self.parameters.now().grace_days * DAY_MS
        self.deadlines.set(stored.id, "collect", due=due, on_expiry="collect")
