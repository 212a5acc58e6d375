# SPDX-License-Identifier: Apache-2.0
"""The tables and parts of the contract, and what every topic looks up in them."""

from __future__ import annotations

from tallystick.contracts import Context, Label, Table, replace
from tallystick.contracts.parts import (
    Accounts,
    AssetLocks,
    Calendars,
    Deadlines,
    Grants,
    NetworkProofs,
    Outbox,
    Parameters,
    PrivateRecords,
    fingerprint_of,
)
from tallystick.industries.inventory.events import AlertChanged, StockHeld
from tallystick.industries.inventory.loan_records import (
    BuyBackAgreement,
    CreditLine,
    Loan,
    MarginCall,
    PaymentPurpose,
    Pledge,
    Prepayment,
    Redemption,
    Registration,
    Sale,
    Settlement,
    Valuation,
)
from tallystick.industries.inventory.records import (
    Case,
    Inspection,
    LendingParameters,
    Listing,
    Lot,
    Mark,
    PhotoUse,
    Policy,
    Price,
    Quotes,
    Receipt,
    ReceiptState,
    Relation,
    Share,
    Sku,
    Statement,
    Warehouse,
)
from tallystick.industries.inventory.refusals import NotYours, Related, Unlicensed
from tallystick.industries.inventory.rules import unit_value
from tallystick.industries.inventory.workflows import (
    INSPECTION_FLOW,
    LOAN_FLOW,
    PLEDGE_FLOW,
    RECEIPT_FLOW,
    REDEMPTION_FLOW,
)

CASE_KIND = "liquor-case"
RECEIPT_KIND = "warehouse-receipt"


class InventoryTables:
    """Everything that the contract keeps; its topics add actions."""

    warehouses = Table(Warehouse, key="id", label=Label(zh="仓库", en="Warehouses"))
    policies = Table(Policy, key="id", label=Label(zh="保险单", en="Insurances"))
    relations = Table(Relation, key=("first", "second"), label=Label(zh="关联关系", en="Relations"))
    skus = Table(Sku, key="id", label=Label(zh="品种", en="Products"))
    prices = Table(Price, key="sku", label=Label(zh="价格", en="Prices"))
    quotes = Table(Quotes, key="sku", label=Label(zh="经销报价", en="Dealer quotes"))
    cases = Table(Case, key="serial", label=Label(zh="箱码", en="Cases"))
    marks = Table(
        Mark,
        key=("serial", "organization"),
        label=Label(zh="待引入箱码的标记", en="Marks on cases not stated yet"),
    )
    listings = Table(Listing, key="sku", label=Label(zh="已引入的出厂价", en="List prices adopted"))
    statements = Table(Statement, key="id", label=Label(zh="供货声明", en="Statements of supply"))
    lots = Table(Lot, key="id", label=Label(zh="批次", en="Lots"))
    photos = Table(PhotoUse, key="photo", label=Label(zh="照片", en="Photos"))
    receipts = Table(Receipt, key="id", label=Label(zh="仓单", en="Receipts"))
    inspections = Table(Inspection, key="id", label=Label(zh="抽查", en="Inspections"))
    lines = Table(CreditLine, key=("bank", "dealer"), label=Label(zh="授信", en="Credit lines"))
    loans = Table(Loan, key="id", label=Label(zh="贷款", en="Loans"))
    pledges = Table(Pledge, key="id", label=Label(zh="质押", en="Pledges"))
    registrations = Table(
        Registration, key="number", label=Label(zh="登记编号", en="Registrations")
    )
    valuations = Table(Valuation, key="loan", label=Label(zh="估值", en="Valuations"))
    calls = Table(MarginCall, key="loan", label=Label(zh="追加通知", en="Margin calls"))
    redemptions = Table(Redemption, key="id", label=Label(zh="赎货", en="Redemptions"))
    agreements = Table(
        BuyBackAgreement, key="receipt", label=Label(zh="回购承诺", en="Promises to buy back")
    )
    sales = Table(Sale, key="receipt", label=Label(zh="变卖", en="Sales"))
    settlements = Table(Settlement, key="loan", label=Label(zh="清偿", en="Settlements"))
    prepayments = Table(Prepayment, key="id", label=Label(zh="预付款", en="Prepayments"))
    purposes = Table(
        PaymentPurpose, key="order", label=Label(zh="付款用途", en="What payments are for")
    )

    parameters = Parameters(LendingParameters(), label=Label(zh="业务参数", en="Parameters"))
    calendars = Calendars()
    locks = AssetLocks()
    proofs = NetworkProofs(label=Label(zh="其他网络的证明", en="Proofs of other networks"))
    grants = Grants(label=Label(zh="授权", en="Grants"))
    histories = PrivateRecords(label=Label(zh="销售记录", en="Sales histories"))
    money = Accounts(label=Label(zh="资金", en="Money"))
    payments = Outbox(label=Label(zh="付款", en="Payments"))
    deadlines = Deadlines(
        on_expiry=("valuation", "call", "maturity", "inspection", "shipping"),
        label=Label(zh="期限", en="Deadlines"),
    )
    receipt_flow = RECEIPT_FLOW
    loan_flow = LOAN_FLOW
    pledge_flow = PLEDGE_FLOW
    redemption_flow = REDEMPTION_FLOW
    inspection_flow = INSPECTION_FLOW

    def refuse_related(self, organization: str, other: str) -> None:
        """INV-6: who must be independent of another neither is it nor has declared a relation.

        Raises:
            Related: they are related.
        """
        first, second = sorted((organization, other))
        if first == second or self.relations.contains(first, second):
            raise Related(organization=organization, other=other)

    def refuse_dependent_parties(self, receipt: Receipt) -> None:
        """INV-6 for a receipt: its keeper and holder, and whoever valued its goods.

        Raises:
            Related: two of them are related.
        """
        self.refuse_related(receipt.keeper, receipt.holder)
        for source in self.price_of(receipt.sku).sources:
            self.refuse_related(source, receipt.holder)
            self.refuse_related(source, receipt.keeper)

    def price_of(self, sku: str) -> Price:
        """Return the price of a product; one that nobody has priced is worth nothing."""
        return self.prices.get(sku) or Price(sku=sku)

    def kept_warehouse(self, ctx: Context, warehouse: str) -> Warehouse:
        """Return a licensed warehouse of the signer's.

        Raises:
            UnknownRecord: there is no such warehouse.
            Unlicensed: the signer does not keep it, or its licence has ended.
        """
        kept = self.warehouses.require(warehouse)
        organization = ctx.signer.organization
        if kept.keeper != organization or ctx.block_time_ms > kept.licensed_until:
            raise Unlicensed(keeper=organization, warehouse=warehouse, until=kept.licensed_until)
        return kept

    def stock_held(self, ctx: Context, receipt: Receipt) -> StockHeld:
        """Return the fact of what a receipt stands for now, for statistics."""
        unit = unit_value(self.price_of(receipt.sku), self.parameters.now())
        value = (receipt.count - receipt.excluded) * unit
        is_pledged = receipt.state in {ReceiptState.PLEDGED, ReceiptState.PART_RELEASED}
        return StockHeld(
            receipt=receipt.id,
            warehouse=receipt.warehouse,
            dealer=receipt.holder,
            sku=receipt.sku,
            cases=receipt.count,
            value=value,
            pledged_value=value if is_pledged else 0,
            at=ctx.block_time_ms,
        )

    def lock_case(self, ctx: Context, serial: str, keeper: str) -> None:
        """INV-1: take a case in the register that all contracts share.

        Raises:
            AssetTaken: it is taken, here or anywhere else.
        """
        fingerprint = fingerprint_of(CASE_KIND, serial)
        self.locks.lock(ctx, fingerprint, kind=CASE_KIND, case=serial, holder=keeper)

    def free_case(self, serial: str, keeper: str) -> None:
        """Let a case go that has left the warehouse."""
        self.locks.release(fingerprint_of(CASE_KIND, serial), case=serial, holder=keeper)

    def with_lots(self, receipt: Receipt, shares: tuple[Share, ...], **changes: object) -> Receipt:
        """Return a receipt with other lots and the count that follows from them."""
        count = sum(share.count for share in shares)
        counted = receipt.counted + count - receipt.count
        return replace(receipt, lots=shares, count=count, counted=max(counted, 0), **changes)

    def raise_alert(self, receipt: Receipt, alert: str) -> AlertChanged:
        """Keep that something is wrong with the goods of a receipt, and return the fact."""
        self.receipts.replace(replace(receipt, alert=alert))
        return alert_changed(receipt, alert)


def alert_changed(receipt: Receipt, alert: str) -> AlertChanged:
    """Return the fact that a receipt has another alert."""
    return AlertChanged(
        receipt=receipt.id,
        warehouse=receipt.warehouse,
        dealer=receipt.holder,
        alert=alert,
    )


def require_party(ctx: Context, subject: str, party: str) -> None:
    """Go on only if the signer acts for this organisation.

    Raises:
        NotYours: it is another's.
    """
    if ctx.signer.organization != party:
        raise NotYours(subject=subject, party=party)
