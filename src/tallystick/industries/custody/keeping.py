# SPDX-License-Identifier: Apache-2.0
"""Holds, destruction and reading: who may stop, end and open what is stored."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    Context,
    Identifier,
    Label,
    Meta,
    Name,
    action,
    replace,
)
from tallystick.contracts.parts import FourEyes, Grant, GrantTerms, require_other
from tallystick.industries.custody.challenging import CHALLENGE_EVENTS, Challenging
from tallystick.industries.custody.copying import COPY_EVENTS
from tallystick.industries.custody.events import (
    CorruptionReported,
    DestructionOrdered,
    KeyDestroyed,
    ObjectDestroyed,
    ReadDone,
    ReadOpened,
)
from tallystick.industries.custody.records import (
    CorruptSlice,
    DestroyOrder,
    NewGrant,
    ObjectRead,
    StoredObject,
)
from tallystick.industries.custody.refusals import (
    CopyMissing,
    MustBeKept,
    NothingThere,
    NotYours,
    RegisterHasMore,
)
from tallystick.industries.custody.storing import NodeName, ObjectName
from tallystick.industries.custody.tables import require_party
from tallystick.industries.custody.workflows import (
    COURT,
    CUSTODIAN,
    LEGAL,
    OWNER,
    READER,
    REGULATOR,
    ObjectState,
    PlacementState,
)

FIELDS: Final = ("content",)
ReadName = Annotated[Identifier, Label(zh="调阅编号", en="Read")]
GrantName = Annotated[Name, Label(zh="授权", en="Grant")]


class Keeping(Challenging):
    """The chapter of holds, of destruction, and of reading."""

    @action(role=(LEGAL, COURT, REGULATOR), label=Label(zh="保全", en="Hold"), refuses=(NotYours,))
    def hold(
        self,
        ctx: Context,
        object: ObjectName,  # noqa: A002
        reason: Annotated[Name, Label(zh="理由", en="Reason")],
    ) -> StoredObject:
        """en: Forbids that an object be released or destroyed until its holder lifts that.

        zh: 禁止释放或销毁对象，直至同一机构解除。
        """
        stored = self._holdable(ctx, object)
        self.files.hold(ctx, object, reason)
        if stored.state is ObjectState.STORED:
            return self.object_flow.move(ctx, self.objects, stored, "hold")
        return stored

    @action(
        role=(LEGAL, COURT, REGULATOR),
        label=Label(zh="解除保全", en="Lift a hold"),
        emits=COPY_EVENTS,
        refuses=(NotYours,),
    )
    def unhold(self, ctx: Context, object: ObjectName) -> StoredObject:  # noqa: A002
        """en: Lifts the hold of the signer's organisation; those of others stand.

        zh: 解除本机构的保全；其他机构的保全仍有效。
        """
        stored = self._holdable(ctx, object)
        document = self.files.unhold(ctx, object)
        if document.legal_holds or stored.state is not ObjectState.HELD:
            return stored
        free = self.object_flow.move(ctx, self.objects, stored, "unhold")
        if free.degraded_at is not None:
            return self.object_flow.move(ctx, self.objects, free, "degrade")
        return self.calm(ctx, free)

    @action(
        role=OWNER,
        label=Label(zh="提出销毁", en="Order destruction"),
        emits=(DestructionOrdered,),
        refuses=(NotYours, MustBeKept, NothingThere),
    )
    def order_destruction(
        self,
        ctx: Context,
        object: ObjectName,  # noqa: A002
        reason: Annotated[Name, Label(zh="理由", en="Reason")],
    ) -> DestroyOrder:
        """en: The first signature under the destruction of an object whose retention is over.

        zh: 留存期满且未受保全的对象，由第一人提出销毁。
        """
        stored = self.own_object(ctx, object)
        self.require_free(ctx, stored)
        if not self.object_flow.allows(stored.state, "destroy"):
            raise NothingThere(subject=object, why=stored.state)
        ctx.emit(DestructionOrdered(object=object, person=ctx.person))
        return self.destructions.add(
            DestroyOrder(
                object=object, reason=reason, ordered_by=ctx.person, ordered_at=ctx.block_time_ms
            )
        )

    @action(
        role=LEGAL,
        label=Label(zh="签署销毁", en="Sign destruction"),
        emits=(ObjectDestroyed, *COPY_EVENTS),
        refuses=(NotYours, MustBeKept, RegisterHasMore, FourEyes),
    )
    def sign_destruction(self, ctx: Context, object: ObjectName) -> StoredObject:  # noqa: A002
        """en: The second signature: copies and sealed keys go, in the register too; proofs stay.

        zh: 第二人签署：清除副本与密钥封装，文件登记中的同一文件一并删除；存证仍可核验。
        """
        order = self.destructions.require(object)
        stored = self.own_object(ctx, object)
        require_other(ctx, order.ordered_by)
        self.require_free(ctx, stored)
        destroyed = self.object_flow.move(ctx, self.objects, stored, "destroy")
        self.deadlines.clear(object, "collect")
        destroyed = self.end_object(ctx, self.drop_copies(ctx, destroyed))
        self.files.delete(ctx, object)
        self._erase_registered(ctx, stored)
        if self.keys.records.contains(object):
            self.keys.erase(ctx, object)
        self.destructions.replace(replace(order, signed_by=ctx.person, signed_at=ctx.block_time_ms))
        ctx.emit(
            ObjectDestroyed(
                object=object,
                owner=stored.owner,
                key_id=stored.key_id,
                ordered_by=order.ordered_by,
                signed_by=ctx.person,
            )
        )
        return destroyed

    @action(
        role=CUSTODIAN,
        label=Label(zh="确认密钥销毁", en="Confirm that a key is destroyed"),
        emits=(KeyDestroyed,),
        refuses=(NothingThere, NotYours),
    )
    def confirm_key_destroyed(
        self,
        ctx: Context,
        object: ObjectName,  # noqa: A002
    ) -> StoredObject:
        """en: The key custodian says that no copy of the key is left, after the destruction.

        zh: 密钥保管人确认密钥已无留存。
        """
        stored = self.own_object(ctx, object)
        if stored.state is not ObjectState.DESTROYED or stored.key_destroyed_at is not None:
            raise NothingThere(subject=object, why=stored.state)
        ctx.emit(KeyDestroyed(object=object, key_id=stored.key_id, person=ctx.person))
        return self.objects.replace(replace(stored, key_destroyed_at=ctx.block_time_ms))

    @action(role=OWNER, label=Label(zh="授权调阅", en="Grant reading"), refuses=(NotYours,))
    def grant_read(self, ctx: Context, new: NewGrant) -> Grant:
        """en: Lets an organisation read one object for one purpose, so often, until then.

        zh: 授权某机构按用途、次数、期限调阅对象；密钥另行密封给该机构。
        """
        self.own_object(ctx, new.object)
        if self.keys.records.contains(new.object):
            known = self.keys.records.require(new.object)
            if new.reader not in {known.owner, *known.recipients}:
                self.keys.add_recipient(ctx, new.object, new.reader)
        terms = GrantTerms(
            grantee=new.reader,
            object=new.object,
            fields=FIELDS,
            purpose=new.purpose,
            valid_from=ctx.block_time_ms,
            valid_until=new.valid_until,
            max_uses=new.max_uses,
        )
        return self.grants.give(ctx, ctx.next_id("GR"), terms)

    @action(role=OWNER, label=Label(zh="撤销授权", en="Revoke a grant"))
    def revoke_read(self, ctx: Context, grant: GrantName) -> Grant:
        """en: Ends a grant from now on; what was read before cannot be taken back.

        zh: 自即时起撤销授权；已调阅内容无法收回。
        """
        return self.grants.revoke(ctx, grant)

    @action(
        role=READER,
        label=Label(zh="开始调阅", en="Open a read"),
        emits=(ReadOpened,),
        refuses=(NothingThere,),
    )
    def open_read(
        self,
        ctx: Context,
        grant: GrantName,
        purpose: Annotated[Name, Label(zh="用途", en="Purpose")],
    ) -> ObjectRead:
        """en: Records a use of a grant before any byte is fetched.

        zh: 取数前登记一次授权使用。
        """
        access = self.grants.use(ctx, grant, FIELDS, purpose)
        stored = self.objects.require(self.grants.grants.require(access.grant).object)
        if not self.copies_of(stored):
            raise NothingThere(subject=stored.id, why=stored.state)
        read = self.reads.add(
            ObjectRead(
                id=ctx.next_id("RD"),
                grant=grant,
                object=stored.id,
                reader=ctx.signer.organization,
                opened_at=ctx.block_time_ms,
            )
        )
        ctx.emit(ReadOpened(read=read.id, grant=grant, object=stored.id, reader=read.reader))
        return read

    @action(
        role=READER,
        label=Label(zh="完成调阅", en="Finish a read"),
        emits=(ReadDone, CorruptionReported, *CHALLENGE_EVENTS),
        refuses=(NotYours, NothingThere, CopyMissing),
    )
    def finish_read(
        self,
        ctx: Context,
        read: ReadName,
        node: NodeName,
        corrupted: Annotated[
            tuple[CorruptSlice, ...],
            Meta(max_length=20),
            Label(zh="损坏切片", en="Damaged slices"),
        ] = (),
    ) -> ObjectRead:
        """en: Says from which node the right bytes came, and which nodes gave damaged ones.

        zh: 登记正确数据来自哪个节点、哪些节点给出损坏数据；后者将被挑战。
        """
        kept = self.reads.require(read)
        require_party(ctx, read, kept.reader)
        if kept.done_at is not None:
            raise NothingThere(subject=read, why="done")
        self._require_copy(kept.object, node)
        stored = self.objects.require(kept.object)
        for one in corrupted:
            self._report_corruption(ctx, stored, one)
        ctx.emit(ReadDone(read=read, object=kept.object, reader=kept.reader, node=node))
        return self.reads.replace(replace(kept, done_at=ctx.block_time_ms, node=node))

    def _erase_registered(self, ctx: Context, stored: StoredObject) -> None:
        """AFC-8: erase the owner's registered document too, by which nodes would give the key out.

        Raises:
            RegisterHasMore: another content is in it, whose destruction nobody ordered.
            StillRetained, UnderLegalHold: the register must keep it.
        """
        version = self.register.find_version(stored.cid)
        document = None if version is None else self.register.documents.get(version.id)
        if version is None or document is None or document.owner != stored.owner:
            return
        if document.deleted_at is not None:
            return
        for number in range(1, document.version + 1):
            if self.register.versions.require(document.id, number).sha256 != version.sha256:
                raise RegisterHasMore(object=stored.id, document=document.id, version=number)
        self.register.delete(ctx, document.id)

    def _report_corruption(self, ctx: Context, stored: StoredObject, damaged: CorruptSlice) -> None:
        """AFC-1: keep what a reader found, and ask the node at once."""
        self._require_copy(stored.id, damaged.node)
        ctx.emit(
            CorruptionReported(
                object=stored.id,
                node=damaged.node,
                index=damaged.index,
                reader=ctx.signer.organization,
            )
        )
        copy = self.placements.require(stored.id, damaged.node)
        if copy.state in {PlacementState.PINNED, PlacementState.SUSPECT}:
            self.issue(ctx, stored, copy)

    def _require_copy(self, object_id: str, node: str) -> None:
        """Go on only if a node has or had a copy.

        Raises:
            CopyMissing: it never had one.
        """
        if not self.placements.contains(object_id, node):
            raise CopyMissing(object=object_id, node=node)

    def _holdable(self, ctx: Context, object_id: str) -> StoredObject:
        """Return an object that the signer may hold: its own, or anybody's as an authority.

        Raises:
            NotYours: a legal officer of another organisation asks.
        """
        stored = self.objects.require(object_id)
        if not {COURT, REGULATOR} & set(ctx.signer.roles):
            require_party(ctx, object_id, stored.owner)
        return stored
