# SPDX-License-Identifier: Apache-2.0
"""Lists of beneficiaries: imported by one person, checked by rules, approved by another."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    ANY_MEMBER,
    DAY_MS,
    BoundedText,
    Context,
    Count,
    Identifier,
    Label,
    Meta,
    Name,
    ValueDigest,
    action,
    replace,
)
from tallystick.contracts.parts import Deadline, InsufficientFunds
from tallystick.industries.charity.events import (
    ClaimReminder,
    EntitlementLapsed,
    EntitlementListed,
    EntitlementRevoked,
    ListAttested,
    ListChecked,
    ListImported,
    ListReviewed,
)
from tallystick.industries.charity.records import (
    FUNDS_MAX,
    ROWS_A_CALL_MAX,
    Batch,
    BatchState,
    Campaign,
    CampaignState,
    Entitlement,
    EntitlementState,
    ListedOnce,
    ListRow,
    NewList,
    Revocation,
)
from tallystick.industries.charity.refusals import (
    AlreadyListed,
    AttestationMissing,
    BatchNotInState,
    LicenceExpired,
    ListDiffers,
    NotImporter,
    OtherFoundation,
    RelatedListed,
    RestrictionUnmet,
    SamePerson,
    TooManyRows,
)
from tallystick.industries.charity.rules import (
    LIST_START,
    check_other_person,
    check_restriction,
    check_room,
    minutes_between,
    row_digest,
    with_share,
)
from tallystick.industries.charity.tables import CharityTables, pool_of
from tallystick.industries.charity.workflows import OFFICER, REVIEWER, SCHOOL

_OWN = (OtherFoundation, LicenceExpired)
_ENDED = frozenset({EntitlementState.LAPSED, EntitlementState.REVOKED})


class Lists(CharityTables):
    """The chapter on lists and entitlements up to the claim."""

    @action(
        role=OFFICER,
        label=Label(zh="导入名单", en="Import a list"),
        emits=(ListImported,),
        refuses=(*_OWN, BatchNotInState),
    )
    def import_list(self, ctx: Context, new: NewList) -> Identifier:
        """en: Begins a list of beneficiaries and returns its number; rows follow.

        zh: 新建受益人名单，返回名单编号；随后提交各行。
        """
        campaign = self.own_campaign(ctx, new.campaign)
        if campaign.state not in {CampaignState.OPEN, CampaignState.CLOSED}:
            raise BatchNotInState(batch=new.campaign, batch_state=campaign.state)
        batch = self.batches.add(
            Batch(
                id=ctx.next_id("BL"),
                campaign=new.campaign,
                period=new.period,
                count=new.count,
                total=new.total,
                list_digest=new.list_digest,
                running=LIST_START,
                imported_by=ctx.person,
                imported_at=ctx.block_time_ms,
            )
        )
        ctx.emit(
            ListImported(
                batch=batch.id,
                campaign=batch.campaign,
                count=batch.count,
                total=batch.total,
                imported_by=ctx.person,
            )
        )
        return batch.id

    @action(
        role=OFFICER,
        label=Label(zh="提交名单行", en="Add rows"),
        emits=(EntitlementListed,),
        refuses=(
            *_OWN,
            BatchNotInState,
            NotImporter,
            TooManyRows,
            AlreadyListed,
            RelatedListed,
            RestrictionUnmet,
        ),
    )
    def add_rows(
        self,
        ctx: Context,
        batch: Annotated[Identifier, Label(zh="名单编号", en="List")],
        rows: Annotated[
            list[ListRow],
            Meta(min_length=1, max_length=ROWS_A_CALL_MAX),
            Label(zh="名单行", en="Rows"),
        ],
    ) -> Count:
        """en: Adds the next rows, all of them or none; returns how many have come.

        zh: 提交后续各行（全部成功或全部不做），返回已提交行数。
        """
        kept = self._in_state(batch, BatchState.IMPORTED)
        campaign = self.own_campaign(ctx, kept.campaign)
        if kept.imported_by != ctx.person:
            raise NotImporter(batch=batch, imported_by=kept.imported_by)
        check_room(kept, rows)
        for row in rows:
            kept = self._with_row(ctx, campaign, kept, row)
        return self.batches.replace(kept).rows

    @action(
        role=ANY_MEMBER,
        label=Label(zh="校验名单", en="Check a list"),
        emits=(ListChecked,),
        refuses=(BatchNotInState, ListDiffers),
    )
    def check_list(self, ctx: Context, batch: Identifier) -> None:
        """en: Checks that the list is complete and the pool can pay it; anyone may ask for it.

        zh: 校验名单完整、资金充足；任何成员均可发起。
        """
        kept = self._in_state(batch, BatchState.IMPORTED)
        for what, is_same in (
            ("count", kept.rows == kept.count),
            ("total", kept.amount == kept.total),
            ("digest", kept.running == kept.list_digest),
        ):
            if not is_same:
                raise ListDiffers(batch=batch, what=what)
        self._require_funds(kept, self.campaigns.require(kept.campaign))
        self.batch_flow.move(ctx, self.batches, kept, "check", checked_at=ctx.block_time_ms)
        ctx.emit(ListChecked(batch=batch, campaign=kept.campaign))

    @action(
        role=SCHOOL,
        label=Label(zh="学校证明", en="Attest a list"),
        emits=(ListAttested,),
        refuses=(BatchNotInState, ListDiffers, SamePerson),
    )
    def attest_list(self, ctx: Context, batch: Identifier, list_digest: ValueDigest) -> None:
        """en: A school attests that the persons of the list are enrolled.

        zh: 学校证明名单所列人员在读。
        """
        kept = self._in_state(batch, BatchState.IMPORTED, BatchState.CHECKED)
        check_other_person(ctx.person, batch, importer=kept.imported_by)
        self._require_same(kept, list_digest)
        self.batches.replace(replace(kept, attested_by=ctx.person))
        ctx.emit(ListAttested(batch=batch, attested_by=ctx.person))

    @action(
        role=REVIEWER,
        label=Label(zh="审核通过", en="Approve a list"),
        emits=(ListReviewed,),
        refuses=(*_OWN, BatchNotInState, ListDiffers, SamePerson, AttestationMissing),
    )
    def approve_list(
        self,
        ctx: Context,
        batch: Annotated[Identifier, Label(zh="名单编号", en="List")],
        list_digest: Annotated[
            ValueDigest, Label(zh="财务名单摘要", en="Digest of the finance list")
        ],
    ) -> None:
        """en: Approves a list after comparing it with finance's own; the money is set aside.

        zh: 财务人员以自有名单交叉核对后审核通过，款项随即冻结。
        """
        kept = self._in_state(batch, BatchState.CHECKED)
        campaign = self.own_campaign(ctx, kept.campaign)
        check_other_person(ctx.person, batch, importer=kept.imported_by, school=kept.attested_by)
        self._require_same(kept, list_digest)
        if campaign.needs_school and kept.attested_by is None:
            raise AttestationMissing(batch=batch)
        self._require_funds(kept, campaign)
        for share in kept.shares:
            self.money.hold(
                campaign.currency,
                owner=pool_of(campaign.id, share.fund),
                amount=share.amount,
                hold=hold_of(batch, share.fund),
            )
        self.change_book(campaign.id, held=kept.total, open_entitlements=kept.count)
        approved = self.batch_flow.move(ctx, self.batches, kept, "approve", reviewed_by=ctx.person)
        self._announce_review(ctx, approved, None)
        self._hold_rows(ctx, approved, ROWS_A_CALL_MAX)

    @action(
        role=REVIEWER,
        label=Label(zh="审核不通过", en="Reject a list"),
        emits=(ListReviewed,),
        refuses=(*_OWN, BatchNotInState, SamePerson),
    )
    def reject_list(self, ctx: Context, batch: Identifier, reason: Name) -> None:
        """en: Rejects a list; its beneficiaries may be listed again.

        zh: 审核不通过；所列受益人可重新列入。
        """
        kept = self._in_state(batch, BatchState.IMPORTED, BatchState.CHECKED)
        self.own_campaign(ctx, kept.campaign)
        check_other_person(ctx.person, batch, importer=kept.imported_by)
        rejected = self.batch_flow.move(ctx, self.batches, kept, "reject", reviewed_by=ctx.person)
        self._announce_review(ctx, rejected, reason)

    @action(
        role=ANY_MEMBER,
        label=Label(zh="逐行冻结", en="Open for claims"),
        refuses=(BatchNotInState,),
    )
    def open_claims(
        self,
        ctx: Context,
        batch: Identifier,
        limit: Annotated[int, Meta(ge=1, le=ROWS_A_CALL_MAX)] = ROWS_A_CALL_MAX,
    ) -> Count:
        """en: Opens the next entitlements of an approved list for claims; returns how many remain.

        zh: 开放名单后续各行的领取，返回剩余行数；任何成员均可发起。
        """
        kept = self._in_state(batch, BatchState.APPROVED)
        return self._hold_rows(ctx, kept, limit)

    @action(
        role=OFFICER,
        label=Label(zh="申请撤销", en="Ask for revocation"),
        refuses=(*_OWN,),
    )
    def request_revocation(self, ctx: Context, entitlement: Identifier, reason: Name) -> None:
        """en: Asks that an entitlement be revoked; another officer must approve.

        zh: 申请撤销一笔资助，须由另一人批准。
        """
        kept = self.entitlements.require(entitlement)
        self.own_campaign(ctx, kept.campaign)
        self.revocations.put(
            Revocation(entitlement=entitlement, requested_by=ctx.person, reason=reason)
        )

    @action(
        role=OFFICER,
        label=Label(zh="批准撤销", en="Approve a revocation"),
        emits=(EntitlementRevoked,),
        refuses=(*_OWN, SamePerson),
    )
    def approve_revocation(self, ctx: Context, entitlement: Identifier) -> None:
        """en: Revokes an entitlement before its claim, or after its payment failed for good.

        zh: 在领取前或付款最终失败后撤销资助。
        """
        kept = self.entitlements.require(entitlement)
        self.own_campaign(ctx, kept.campaign)
        request, batch = self.revocations.require(entitlement), self.batches.require(kept.batch)
        check_other_person(
            ctx.person,
            entitlement,
            requester=request.requested_by,
            importer=batch.imported_by,
            reviewer=batch.reviewed_by,
        )
        moved = self.entitlement_flow.move(ctx, self.entitlements, kept, "revoke")
        self.revocations.replace(replace(request, approved_by=ctx.person))
        self._free(ctx, moved)
        ctx.emit(
            EntitlementRevoked(
                entitlement=entitlement,
                campaign=kept.campaign,
                requested_by=request.requested_by,
                approved_by=ctx.person,
                reason=request.reason,
                amount=kept.amount,
            )
        )

    def on_reminder(self, ctx: Context, deadline: Deadline) -> None:
        """Say that an entitlement waits to be claimed."""
        kept = self.entitlements.require(deadline.case)
        ctx.emit(ClaimReminder(entitlement=kept.id, campaign=kept.campaign))

    def on_lapse(self, ctx: Context, deadline: Deadline) -> None:
        """Let an unclaimed entitlement lapse; its money goes back to the pool."""
        kept = self.entitlements.require(deadline.case)
        moved = self.entitlement_flow.move(ctx, self.entitlements, kept, "lapse")
        self._free(ctx, moved)
        ctx.emit(EntitlementLapsed(entitlement=kept.id, campaign=kept.campaign, amount=kept.amount))

    def _in_state(self, batch: str, *states: BatchState) -> Batch:
        kept = self.batches.require(batch)
        if kept.state not in states:
            raise BatchNotInState(batch=batch, batch_state=kept.state)
        return kept

    def _require_same(self, batch: Batch, list_digest: str) -> None:
        """The cross-check: another person's list is the same list."""
        if list_digest != batch.list_digest:
            raise ListDiffers(batch=batch.id, what="digest")

    def _require_funds(self, batch: Batch, campaign: Campaign) -> None:
        for share in batch.shares:
            owner = pool_of(campaign.id, share.fund)
            available = self.money.balance(owner, campaign.currency).available
            if share.amount > available:
                raise InsufficientFunds(
                    owner=owner, asset=campaign.currency, available=available, needed=share.amount
                )

    def _with_row(self, ctx: Context, campaign: Campaign, batch: Batch, row: ListRow) -> Batch:
        """Keep the entitlement of a row and return the list with it."""
        number = batch.rows + 1
        check_restriction(row, number)
        if self.related.contains(campaign.foundation, row.beneficiary):
            raise RelatedListed(row=number, foundation=campaign.foundation)
        entitlement = self.entitlements.add(
            Entitlement(
                id=entitlement_of(batch.id, number),
                batch=batch.id,
                campaign=campaign.id,
                beneficiary=row.beneficiary,
                guardian=row.guardian,
                is_minor=row.is_minor,
                amount=row.amount,
                fund=row.fund,
                province=row.province,
            )
        )
        self._list_once(campaign, batch, entitlement, number)
        ctx.emit(
            EntitlementListed(
                entitlement=entitlement.id,
                batch=batch.id,
                campaign=campaign.id,
                province=row.province,
                amount=row.amount,
            )
        )
        shares = with_share(batch.shares, row)
        if len(shares) > FUNDS_MAX:
            raise TooManyRows(batch=batch.id, count=batch.count, total=batch.total)
        return replace(
            batch,
            rows=number,
            amount=batch.amount + row.amount,
            running=row_digest(batch.running, row),
            shares=shares,
        )

    def _list_once(
        self, campaign: Campaign, batch: Batch, entitlement: Entitlement, number: int
    ) -> None:
        """CHAR-1: within a project and period a beneficiary has one entitlement that counts."""
        key = (campaign.project, batch.period, entitlement.beneficiary)
        earlier = self.listed.get(*key)
        if earlier is not None and self._counts(earlier.entitlement):
            raise AlreadyListed(
                row=number,
                project=campaign.project,
                period=batch.period,
                entitlement=earlier.entitlement,
            )
        self.listed.put(
            ListedOnce(
                project=campaign.project,
                period=batch.period,
                beneficiary=entitlement.beneficiary,
                entitlement=entitlement.id,
            )
        )

    def _counts(self, entitlement: str) -> bool:
        """Return whether an entitlement can still be paid, or has been."""
        kept = self.entitlements.require(entitlement)
        is_rejected = self.batches.require(kept.batch).state is BatchState.REJECTED
        return not is_rejected and kept.state not in _ENDED

    def _hold_rows(self, ctx: Context, batch: Batch, limit: int) -> int:
        """Move the next entitlements to HELD, with their deadlines; return how many remain."""
        parameters, now = self.parameters.now(), ctx.block_time_ms
        last = min(batch.held_rows + limit, batch.count)
        for number in range(batch.held_rows + 1, last + 1):
            kept = self.entitlements.require(entitlement_of(batch.id, number))
            hold = hold_of(batch.id, kept.fund)
            self.entitlement_flow.move(ctx, self.entitlements, kept, "hold", hold=hold)
            remind, lapse = (
                now + days * DAY_MS for days in (parameters.remind_days, parameters.lapse_days)
            )
            self.deadlines.set(kept.id, "reminder", due=remind, on_expiry="reminder")
            self.deadlines.set(kept.id, "claim", due=lapse, on_expiry="lapse")
        self.batches.replace(replace(batch, held_rows=last))
        return batch.count - last

    def _free(self, ctx: Context, entitlement: Entitlement) -> None:
        """Give an entitlement's money back to its pool."""
        self.money.release(entitlement.hold or "", amount=entitlement.amount)
        self.change_book(entitlement.campaign, held=-entitlement.amount)
        self.finish(ctx, entitlement)

    def _announce_review(self, ctx: Context, batch: Batch, reason: BoundedText | None) -> None:
        ctx.emit(
            ListReviewed(
                batch=batch.id,
                campaign=batch.campaign,
                state=batch.state,
                reviewed_by=ctx.person,
                reason=reason,
                minutes=minutes_between(batch.imported_at, ctx.block_time_ms),
                total=batch.total,
            )
        )


def entitlement_of(batch: str, number: int) -> str:
    """Return the number of the entitlement in a row of a list."""
    return f"{batch}-{number:05d}"


def hold_of(batch: str, fund: str) -> str:
    """Return the name of the hold for a list's share of a fund."""
    return f"{batch}/{fund}"
