# SPDX-License-Identifier: Apache-2.0
"""Receipts as papers: endorsed, split, merged, frozen; the goods stay where they are."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Context,
    Identifier,
    Label,
    OrganizationCode,
    action,
    asdict,
    replace,
)
from tallystick.industries.inventory.events import ReceiptsChanged, ReceiptTransferred, StockHeld
from tallystick.industries.inventory.records import (
    Case,
    CaseState,
    Lot,
    Lots,
    Receipt,
    ReceiptState,
    ReceiptTerms,
    Share,
    SomeSerials,
)
from tallystick.industries.inventory.refusals import (
    AlertOpen,
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
from tallystick.industries.inventory.rules import check_not_frozen, normalised_serials, share_of
from tallystick.industries.inventory.warehouse import Warehousing, more_lots
from tallystick.industries.inventory.workflows import COURT, DEALER, KEEPER

_FITS = (DoesNotFit, NotYours, ReceiptFrozen)


class Papers(Warehousing):
    """What happens to receipts while the goods lie still."""

    @action(
        role=DEALER,
        label=Label(zh="背书转让", en="Endorse"),
        refuses=(Related, AlertOpen, StepMissing, *_FITS),
    )
    def endorse_receipt(
        self,
        ctx: Context,
        receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")],
        to: Annotated[OrganizationCode, Label(zh="受让人", en="New holder")],
    ) -> Receipt:
        """en: The holder endorses a receipt to another; it passes when the keeper seals it.

        zh: 持有人背书转让仓单；经保管人签章后生效。
        """
        kept = self.free_receipt(ctx, receipt)
        self.refuse_related(kept.keeper, to)
        return self.receipt_flow.move(ctx, self.receipts, kept, "endorse", endorsed_to=to)

    @action(
        role=KEEPER,
        label=Label(zh="签章确认转让", en="Seal an endorsement"),
        emits=(ReceiptTransferred,),
        refuses=(Unlicensed, StepMissing, Related, ReceiptFrozen),
    )
    def seal_endorsement(
        self, ctx: Context, receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")]
    ) -> Receipt:
        """en: The keeper seals an endorsement: from now on it keeps the goods for the new holder.

        zh: 保管人在背书上签章，此后为新持有人保管货物。
        """
        kept = self.receipts.require(receipt)
        self.kept_warehouse(ctx, kept.warehouse)
        check_not_frozen(kept)
        if kept.state is not ReceiptState.ISSUED or kept.endorsed_to is None:
            raise StepMissing(subject=kept.id, missing="endorse_receipt")
        self.refuse_related(kept.keeper, kept.endorsed_to)
        ctx.emit(
            ReceiptTransferred(
                receipt=kept.id, before=kept.holder, holder=kept.endorsed_to, keeper=kept.keeper
            )
        )
        return self.receipts.replace(replace(kept, holder=kept.endorsed_to, endorsed_to=None))

    @action(
        role=DEALER,
        label=Label(zh="分割仓单", en="Split"),
        emits=(ReceiptsChanged, StockHeld),
        refuses=(StepMissing, AlertOpen, NotStated, SerialTwice, TooMuch, *_FITS),
    )
    def split_receipt(
        self,
        ctx: Context,
        receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")],
        serials: Annotated[SomeSerials, Label(zh="箱码", en="Serials")] = (),
        lots: Annotated[Lots, Label(zh="整批", en="Whole lots")] = (),
    ) -> Receipt:
        """en: Takes named cases and whole lots out of a receipt into a new one of the same terms.

        zh: 将指定箱货及整批从仓单中分出，另立条款相同的新仓单。
        """
        kept = self.free_receipt(ctx, receipt)
        if lots and kept.excluded:
            raise DoesNotFit(subject=kept.id, what="name the serials: some do not count")
        kept = replace(kept, endorsed_to=None)
        new = replace(kept, id=ctx.next_id("WR"), lots=(), count=0, counted=0)
        left, shares = self._move_lots(kept, lots, new.id)
        cases = [self.stated_case(serial) for serial in normalised_serials(serials)]
        if cases:
            left = self.without_cases(replace(kept, lots=left), cases)
            shares = (*shares, self._new_lot(ctx, new.id, cases))
        count = sum(share.count for share in shares)
        if not 0 < count < kept.count:
            raise DoesNotFit(subject=kept.id, what="a split leaves and takes something")
        excluded = sum(case.state is CaseState.COUNTERFEIT for case in cases)
        rest = self.receipts.replace(
            self.with_lots(
                kept, left, received=kept.received - count, excluded=kept.excluded - excluded
            )
        )
        ctx.emit(ReceiptsChanged(receipt=kept.id, other=new.id, change="split", count=count))
        added = self.receipts.add(self.with_lots(new, shares, received=count, excluded=excluded))
        ctx.emit(self.stock_held(ctx, rest))
        ctx.emit(self.stock_held(ctx, added))
        return added

    @action(
        role=DEALER,
        label=Label(zh="合并仓单", en="Merge"),
        emits=(ReceiptsChanged, StockHeld),
        refuses=(StepMissing, AlertOpen, TooMuch, *_FITS),
    )
    def merge_receipts(
        self,
        ctx: Context,
        receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")],
        absorbed: Annotated[Identifier, Label(zh="并入的仓单", en="Receipt that ends")],
    ) -> Receipt:
        """en: Lets a receipt of the same terms end in another, which then stands for all cases.

        zh: 将条款相同的另一仓单并入，由一张仓单代表全部货物。
        """
        kept = self.free_receipt(ctx, receipt)
        other = self.free_receipt(ctx, absorbed)
        if kept.id == other.id or _terms(kept) != _terms(other):
            raise DoesNotFit(subject=other.id, what="terms differ")
        _, shares = self._move_lots(other, tuple(share.lot for share in other.lots), kept.id)
        ended = self.with_lots(other, (), received=0, excluded=0, endorsed_to=None)
        ended = self.receipt_flow.move(ctx, self.receipts, ended, "surrender")
        ctx.emit(
            ReceiptsChanged(receipt=kept.id, other=other.id, change="merge", count=other.count)
        )
        merged = self.receipts.replace(
            self.with_lots(
                kept,
                more_lots(kept.lots, *shares),
                received=kept.received + other.received,
                excluded=kept.excluded + other.excluded,
                endorsed_to=None,
            )
        )
        ctx.emit(self.stock_held(ctx, ended))
        ctx.emit(self.stock_held(ctx, merged))
        return merged

    @action(
        role=COURT,
        label=Label(zh="冻结仓单", en="Freeze"),
        refuses=(ReceiptFrozen,),
    )
    def freeze_receipt(
        self, ctx: Context, receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")]
    ) -> Receipt:
        """en: A court freezes a receipt: it can be neither transferred nor pledged.

        zh: 法院冻结仓单：不得转让、质押。
        """
        kept = self.receipts.require(receipt)
        check_not_frozen(kept)
        return self.receipt_flow.move(ctx, self.receipts, kept, "freeze", endorsed_to=None)

    @action(role=COURT, label=Label(zh="解除冻结", en="Unfreeze"))
    def unfreeze_receipt(
        self, ctx: Context, receipt: Annotated[Identifier, Label(zh="仓单", en="Receipt")]
    ) -> Receipt:
        """en: A court lifts a freeze.

        zh: 法院解除冻结。
        """
        return self.receipt_flow.move(
            ctx, self.receipts, self.receipts.require(receipt), "unfreeze"
        )

    def _move_lots(
        self, receipt: Receipt, lots: tuple[str, ...], to: str
    ) -> tuple[tuple[Share, ...], tuple[Share, ...]]:
        """Put whole lots under another receipt; return what is left and what went."""
        going = [share for share in receipt.lots if share.lot in lots]
        if len(going) != len(lots):
            raise DoesNotFit(subject=receipt.id, what="lots")
        for share in going:
            self.lots.replace(replace(self.lots.require(share.lot), receipt=to))
        rest = tuple(share for share in receipt.lots if share.lot not in lots)
        return rest, tuple(going)

    def _new_lot(self, ctx: Context, receipt: str, cases: list[Case]) -> Share:
        """Put cases, which are in no lot now, into a new lot of a receipt."""
        lot = Lot(
            id=ctx.next_id("LT"),
            receipt=receipt,
            serials=tuple(case.serial for case in cases),
            photo=None,
            arrived_at=ctx.block_time_ms,
        )
        self.lots.add(lot)
        for case in cases:
            self.cases.replace(replace(case, lot=lot.id))
        return share_of(lot.id, lot.serials)


def _terms(receipt: Receipt) -> dict[str, object]:
    """Return what two receipts must agree in to be merged."""
    fields = asdict(receipt)
    names = (*ReceiptTerms.__struct_fields__, "keeper", "holder")
    return {name: value for name, value in fields.items() if name in names and name != "depositor"}
