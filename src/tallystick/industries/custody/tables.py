# SPDX-License-Identifier: Apache-2.0
"""The tables and parts of the contract, and what every chapter looks up in them."""

from __future__ import annotations

from tallystick.contracts import DAY_MS, Context, Label, Table
from tallystick.contracts.parts import (
    Accounts,
    Batches,
    Deadlines,
    Documents,
    Grants,
    Outbox,
    Parameters,
    Possession,
    PrivateRecords,
    SealedDocuments,
)
from tallystick.industries.custody.archive_records import (
    Archive,
    Audit,
    Drill,
    Manifest,
    Snapshot,
    Terminal,
)
from tallystick.industries.custody.records import (
    Agreement,
    Challenge,
    CidUse,
    CustodyParameters,
    DestroyOrder,
    Directory,
    ObjectRead,
    Payout,
    Placement,
    Repair,
    RetentionClass,
    StorageNode,
    StoredObject,
)
from tallystick.industries.custody.refusals import CopyMissing, MustBeKept, NotAHolder, NotYours
from tallystick.industries.custody.rules import LIVE_COPIES, period_fee
from tallystick.industries.custody.workflows import (
    CHALLENGE_FLOW,
    CHECK_FLOW,
    COURT,
    LEGAL,
    OBJECT_FLOW,
    PLACEMENT_FLOW,
    REGULATOR,
)

ALL_NODES = "all"


class CustodyTables:
    """Everything that the contract keeps; its chapters add actions."""

    classes = Table(RetentionClass, key="id", label=Label(zh="留存类别", en="Retention classes"))
    nodes = Table(StorageNode, key="id", label=Label(zh="存储节点", en="Storage nodes"))
    directory = Table(Directory, key="id", label=Label(zh="节点名录", en="Directory of nodes"))
    agreements = Table(Agreement, key="id", label=Label(zh="存储约定", en="Agreements"))
    objects = Table(StoredObject, key="id", label=Label(zh="存储对象", en="Objects"))
    cids = Table(CidUse, key="cid", label=Label(zh="内容地址", en="Addresses"))
    placements = Table(Placement, key=("object", "node"), label=Label(zh="副本", en="Copies"))
    repairs = Table(Repair, key="id", label=Label(zh="修复", en="Repairs"))
    challenges = Table(Challenge, key="id", label=Label(zh="存储挑战", en="Challenges"))
    payouts = Table(Payout, key="order", label=Label(zh="提款", en="Payouts"))
    destructions = Table(
        DestroyOrder, key="object", label=Label(zh="销毁指令", en="Orders to destroy")
    )
    reads = Table(ObjectRead, key="id", label=Label(zh="调阅", en="Reads"))
    terminals = Table(Terminal, key="id", label=Label(zh="终端", en="Terminals"))
    archives = Table(Archive, key="owner", label=Label(zh="档案", en="Archives"))
    manifests = Table(Manifest, key="id", label=Label(zh="日清单", en="Day manifests"))
    snapshots = Table(Snapshot, key="id", label=Label(zh="子链区块", en="Snapshots"))
    audits = Table(Audit, key="id", label=Label(zh="抽查", en="Audits"))
    drills = Table(Drill, key="id", label=Label(zh="恢复演练", en="Restore drills"))

    parameters = Parameters(CustodyParameters(), label=Label(zh="业务参数", en="Parameters"))
    files = Documents(hold_roles=(LEGAL, COURT, REGULATOR), label=Label(zh="文件", en="Files"))
    register = SealedDocuments(label=Label(zh="密封文件登记", en="Register of documents"))
    keys = PrivateRecords(label=Label(zh="对象密钥", en="Keys of objects"))
    grants = Grants(label=Label(zh="授权", en="Grants"))
    possession = Possession(label=Label(zh="持有证明", en="Possession"))
    days = Batches(label=Label(zh="日清单与子链根", en="Roots of days and snapshots"))
    money = Accounts(label=Label(zh="资金", en="Money"))
    payments = Outbox(label=Label(zh="付款", en="Payments"))
    deadlines = Deadlines(
        on_expiry=(
            *("answer", "recheck", "round", "pin", "mend"),
            *("expiring", "period", "collect", "retention", "check"),
        ),
        label=Label(zh="期限", en="Deadlines"),
    )
    object_flow = OBJECT_FLOW
    placement_flow = PLACEMENT_FLOW
    challenge_flow = CHALLENGE_FLOW
    check_flow = CHECK_FLOW

    def own_object(self, ctx: Context, object_id: str) -> StoredObject:
        """Return an object of the signer's organisation.

        Raises:
            UnknownRecord: there is no such object.
            NotYours: it is another's.
        """
        kept = self.objects.require(object_id)
        require_party(ctx, kept.id, kept.owner)
        return kept

    def own_copy(self, ctx: Context, object_id: str, node: str) -> tuple[Placement, StorageNode]:
        """Return a copy at a node of the signer's, and the node.

        Raises:
            NotAHolder: the signer's organisation has registered no such node.
            CopyMissing: the node never had a copy of this object.
        """
        kept = self.nodes.get(node)
        if kept is None or kept.operator != ctx.signer.organization:
            raise NotAHolder(organization=ctx.signer.organization, node=node)
        placement = self.placements.get(object_id, node)
        if placement is None:
            raise CopyMissing(object=object_id, node=node)
        return placement, kept

    def copies_of(self, stored: StoredObject) -> list[Placement]:
        """Return the copies of an object that are offered, pinned or suspect."""
        found = [self.placements.require(stored.id, node) for node in stored.nodes]
        return [one for one in found if one.state in LIVE_COPIES]

    def require_free(self, ctx: Context, stored: StoredObject) -> None:
        """AFC-4: what is retained or on hold goes nowhere.

        Raises:
            MustBeKept: it is.
        """
        if self.must_be_kept(ctx, stored):
            raise self._kept_for(stored)

    def require_no_hold(self, stored: StoredObject) -> None:
        """AFC-4: what is on hold goes nowhere, not even where nothing is retained yet.

        Raises:
            MustBeKept: it is.
        """
        if self.files.documents.require(stored.id).legal_holds:
            raise self._kept_for(stored)

    def must_be_kept(self, ctx: Context, stored: StoredObject) -> bool:
        """Return whether an object is retained or on hold."""
        document = self.files.documents.require(stored.id)
        return ctx.block_time_ms < (document.retain_until or 0) or document.legal_holds > 0

    def hold_fee(self, stored: StoredObject, agreement: Agreement, period: int) -> None:
        """Set the fee of a period aside from the owner's account (AFC-5)."""
        amount, hold = period_fee(agreement, stored.fee_slice), fee_of(stored, period)
        self.money.hold(agreement.currency, owner=stored.owner, amount=amount, hold=hold)

    def expiring_ms(self) -> int:
        """Return how long before its end a period is about to end."""
        return self.parameters.now().expiring_days * DAY_MS

    def _kept_for(self, stored: StoredObject) -> MustBeKept:
        document = self.files.documents.require(stored.id)
        return MustBeKept(
            object=stored.id,
            retain_until=document.retain_until or 0,
            legal_holds=document.legal_holds,
        )


def require_party(ctx: Context, subject: str, party: str) -> None:
    """Go on only if the signer acts for this organisation.

    Raises:
        NotYours: it is another's.
    """
    if ctx.signer.organization != party:
        raise NotYours(subject=subject, party=party)


def stake_of(node: str) -> str:
    """Return the name of the hold on a node's stake."""
    return f"stake/{node}"


def fee_of(stored: StoredObject, period: int) -> str:
    """Return the name of the hold on the fee of one period of an object."""
    return f"fee/{stored.id}/{period}"


def copy_case(object_id: str, node: str) -> str:
    """Return the case under which the deadlines of a copy stand."""
    return f"{object_id}/{node}"
