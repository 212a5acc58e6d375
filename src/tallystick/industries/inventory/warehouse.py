# SPDX-License-Identifier: Apache-2.0
"""Warehouse receipts: cases in, the paper about them, its endorsement, split, merge, and out."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import Context, Digest, Identifier, Label, action, asdict, replace
from tallystick.industries.inventory.events import CasesTakenIn, GoodsLeft, PhotoRepeated, StockHeld
from tallystick.industries.inventory.records import (
    LOTS_MAX,
    Case,
    CaseState,
    Lot,
    PhotoUse,
    Receipt,
    ReceiptState,
    ReceiptTerms,
    Serials,
    Share,
)
from tallystick.industries.inventory.refusals import (
    CaseNotFree,
    DoesNotFit,
    NotStated,
    NotYours,
    ReceiptFrozen,
    Related,
    SerialTwice,
    StepMissing,
    TooMuch,
    Unlicensed,
)
from tallystick.industries.inventory.rules import (
    check_no_alert,
    check_not_frozen,
    check_storable,
    minute_of_day,
    normalised_serials,
    share_of,
)
from tallystick.industries.inventory.supply import Supply
from tallystick.industries.inventory.tables import require_party
from tallystick.industries.inventory.workflows import DEALER, KEEPER, WINERY

_FITS = (DoesNotFit, NotYours, ReceiptFrozen)


class Warehousing(Supply):
    """What keeper and holder do with goods and receipts."""

    @action(
        role=KEEPER,
        label=Label(zh="填制仓单", en="Draft a receipt"),
        refuses=(Unlicensed, DoesNotFit, Related),
    )
    def draft_receipt(self, ctx: Context, terms: ReceiptTerms) -> Receipt:
        """en: Drafts a receipt for goods of a depositor; cases are taken in under it.

        zh: 为存货人填制仓单草稿，随后逐批收货。
        """
        warehouse = self.kept_warehouse(ctx, terms.warehouse)
        self.skus.require(terms.sku)
        self.refuse_related(warehouse.keeper, terms.depositor)
        if terms.zone not in warehouse.zones or terms.stored_until <= ctx.block_time_ms:
            raise DoesNotFit(subject=terms.zone, what="zone or period")
        self._check_policy(terms)
        return self.receipts.add(
            Receipt(
                id=ctx.next_id("WR"),
                keeper=warehouse.keeper,
                holder=terms.depositor,
                state=ReceiptState.DRAFT,
                **asdict(terms),
            )
        )

    @action(
        role=KEEPER,
        label=Label(zh="收货", en="Take in"),
        emits=(CasesTakenIn, PhotoRepeated),
        refuses=(NotStated, CaseNotFree, Unlicensed, SerialTwice, StepMissing, TooMuch, *_FITS),
    )
    def take_in(
        self,
        ctx: Context,
        receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")],
        serials: Annotated[Serials, Label(zh="箱码", en="Serials")],
        photo: Annotated[Digest | None, Label(zh="照片哈希", en="Photo hash")] = None,
    ) -> Lot:
        """en: Takes cases in under a draft: each is stated by its maker, unsold and nowhere else.

        zh: 在仓单草稿下收货：每箱均须有酒厂声明、未售出且未存于他处。
        """
        draft = self.receipts.require(receipt)
        self.kept_warehouse(ctx, draft.warehouse)
        require_state(draft, ReceiptState.DRAFT, missing="a draft")
        plain = normalised_serials(serials)
        lot = Lot(
            id=ctx.next_id("LT"),
            receipt=draft.id,
            serials=tuple(plain),
            photo=photo,
            arrived_at=ctx.block_time_ms,
        )
        for serial in plain:
            case = self.stated_case(serial)
            self.lock_case(ctx, serial, draft.keeper)
            check_storable(case, owner=draft.depositor, sku=draft.sku)
            self.cases.replace(replace(case, state=CaseState.STORED, lot=lot.id))
        self._note_photo(ctx, draft, lot)
        taken = self.with_lots(
            draft,
            more_lots(draft.lots, share_of(lot.id, plain)),
            received=draft.received + len(plain),
        )
        self.receipts.replace(taken)
        ctx.emit(
            CasesTakenIn(
                receipt=draft.id,
                lot=lot.id,
                warehouse=draft.warehouse,
                dealer=draft.depositor,
                sku=draft.sku,
                count=len(plain),
                at=ctx.block_time_ms,
            )
        )
        return self.lots.add(lot)

    @action(
        role=KEEPER,
        label=Label(zh="签发仓单", en="Issue"),
        emits=(StockHeld,),
        refuses=(Unlicensed, StepMissing, Related),
    )
    def issue_receipt(
        self, ctx: Context, receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")]
    ) -> Receipt:
        """en: Issues a receipt over what was taken in; the gate's scan is its first count.

        zh: 就已收货物签发仓单；入库扫描即首次盘点。
        """
        draft = self.receipts.require(receipt)
        self.kept_warehouse(ctx, draft.warehouse)
        self.refuse_related(draft.keeper, draft.holder)
        if draft.count == 0:
            raise StepMissing(subject=draft.id, missing="take_in")
        issued = self.receipt_flow.move(
            ctx,
            self.receipts,
            draft,
            "issue",
            issued_at=ctx.block_time_ms,
            counted_at=ctx.block_time_ms,
        )
        ctx.emit(self.stock_held(ctx, issued))
        return issued

    @action(
        role=KEEPER,
        label=Label(zh="更换保险单", en="Renew the insurance"),
        refuses=(Unlicensed, DoesNotFit),
    )
    def set_policy(
        self,
        ctx: Context,
        receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")],
        policy: Annotated[Identifier, Label(zh="保险单", en="Insurance")],
    ) -> Receipt:
        """en: Names the insurance that covers the goods of a receipt from now on.

        zh: 登记仓单货物此后适用的保险单。
        """
        named = replace(self.receipts.require(receipt), policy=policy)
        self.kept_warehouse(ctx, named.warehouse)
        self._check_policy(named)
        return self.receipts.replace(named)

    @action(
        role=(DEALER, WINERY),
        label=Label(zh="交还仓单", en="Surrender"),
        refuses=(StepMissing, *_FITS),
    )
    def surrender_receipt(
        self, ctx: Context, receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")]
    ) -> Receipt:
        """en: The holder gives an unpledged receipt back and may fetch the goods.

        zh: 持有人交还未质押的仓单，以提取货物。
        """
        kept = self.receipts.require(receipt)
        require_party(ctx, kept.id, kept.holder)
        check_not_frozen(kept)
        require_unpledged(kept)
        return self.receipt_flow.move(
            ctx,
            self.receipts,
            kept,
            "surrender",
            endorsed_to=None,
            surrendered_at=ctx.block_time_ms,
        )

    @action(
        role=KEEPER,
        label=Label(zh="交付货物", en="Hand out"),
        emits=(GoodsLeft, StockHeld),
        refuses=(NotStated, StepMissing, SerialTwice, NotYours, DoesNotFit),
    )
    def hand_out(
        self,
        ctx: Context,
        receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")],
        serials: Annotated[Serials, Label(zh="箱码", en="Serials")],
    ) -> Receipt:
        """en: Hands cases of a surrendered receipt to its holder; they are free from then on.

        zh: 向持有人交付已交还仓单的货物，随即解除占用。
        """
        kept = self.receipts.require(receipt)
        require_party(ctx, kept.id, kept.keeper)
        require_state(kept, ReceiptState.SURRENDERED, missing="surrender_receipt")
        cases = [self.stated_case(serial) for serial in normalised_serials(serials)]
        since = kept.surrendered_at or ctx.block_time_ms
        return self.receipts.replace(self.let_go(ctx, kept, cases, since_ms=since))

    # --- what other topics use ------------------------------------------------------------------

    def free_receipt(self, ctx: Context, receipt: str) -> Receipt:
        """Return an issued, unpledged receipt of the signer's with nothing wrong about it.

        Raises:
            UnknownRecord: there is none of this id.
            NotYours: the signer does not hold it.
            ReceiptFrozen: a court has frozen it.
            StepMissing: it is not issued, or somebody has been offered it as security.
            AlertOpen: something is wrong with the goods.
        """
        kept = self.receipts.require(receipt)
        require_party(ctx, kept.id, kept.holder)
        check_not_frozen(kept)
        require_state(kept, ReceiptState.ISSUED, missing="issue_receipt")
        require_unpledged(kept)
        check_no_alert(kept)
        return kept

    def without_cases(self, receipt: Receipt, cases: list[Case]) -> tuple[Share, ...]:
        """Take cases out of their lots; return the receipt's lots that are left.

        Raises:
            DoesNotFit: a case does not lie under this receipt.
        """
        leaving: dict[str, set[str]] = {}
        for case in cases:
            leaving.setdefault(case.lot or "", set()).add(case.serial)
        shares = {share.lot: share for share in receipt.lots}
        for name, serials in leaving.items():
            if name not in shares:
                raise DoesNotFit(subject=min(serials), what=receipt.id)
            lot = self.lots.require(name)
            rest = tuple(one for one in lot.serials if one not in serials)
            self.lots.replace(replace(lot, serials=rest))
            shares[name] = share_of(name, rest)
        return tuple(share for share in shares.values() if share.count)

    def let_go(
        self, ctx: Context, receipt: Receipt, cases: list[Case], *, since_ms: int
    ) -> Receipt:
        """INV-5: let exactly these cases leave, and return the receipt without them, not yet kept.

        Raises:
            DoesNotFit: a case does not lie under this receipt.
        """
        shares = self.without_cases(receipt, cases)
        excluded = 0
        for case in cases:
            is_counterfeit = case.state is CaseState.COUNTERFEIT
            excluded += is_counterfeit
            self.free_case(case.serial, receipt.keeper)
            self.cases.replace(
                replace(
                    case,
                    state=case.state if is_counterfeit else CaseState.RELEASED,
                    owner=receipt.holder,
                    lot=None,
                )
            )
        left = self.with_lots(
            receipt,
            shares,
            released=receipt.released + len(cases),
            excluded=receipt.excluded - excluded,
        )
        ctx.emit(
            GoodsLeft(
                receipt=receipt.id,
                warehouse=receipt.warehouse,
                dealer=receipt.holder,
                sku=receipt.sku,
                count=len(cases),
                left=left.count,
                waited_s=(ctx.block_time_ms - since_ms) // 1_000,
                minute_of_day=minute_of_day(ctx.block_time_ms),
                at=ctx.block_time_ms,
            )
        )
        ctx.emit(self.stock_held(ctx, left))
        return left

    def _note_photo(self, ctx: Context, receipt: Receipt, lot: Lot) -> None:
        if lot.photo is None:
            return
        used = self.photos.get(lot.photo)
        if used is None:
            self.photos.add(PhotoUse(photo=lot.photo, lot=lot.id))
        else:
            ctx.emit(PhotoRepeated(lot=lot.id, first=used.lot, warehouse=receipt.warehouse))

    def _check_policy(self, terms: ReceiptTerms) -> None:
        """Refuse an insurance of another warehouse."""
        if terms.policy is None:
            return
        if self.policies.require(terms.policy).warehouse != terms.warehouse:
            raise DoesNotFit(subject=terms.policy, what="warehouse")


def more_lots(shares: tuple[Share, ...], *more: Share) -> tuple[Share, ...]:
    """Return the lots of a receipt with further ones, if there is room."""
    count = len(shares) + len(more)
    if count > LOTS_MAX:
        raise TooMuch(amount=count, limit=LOTS_MAX, rule="lots of a receipt")
    return (*shares, *more)


def require_state(receipt: Receipt, state: ReceiptState, *, missing: str) -> None:
    """Raise `StepMissing` unless a receipt is in this state."""
    if receipt.state is not state:
        raise StepMissing(subject=receipt.id, missing=missing)


def require_unpledged(receipt: Receipt) -> None:
    """Raise `StepMissing` if a receipt is pledged, or offered as a pledge."""
    if receipt.pledge is not None:
        raise StepMissing(subject=receipt.id, missing="the end of its pledge")
