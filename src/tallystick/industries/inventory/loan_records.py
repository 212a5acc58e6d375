# SPDX-License-Identifier: Apache-2.0
"""Money lent on goods: lines, loans, pledges, valuations, calls, redemptions, sales."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from tallystick.contracts import (
    Amount,
    Arguments,
    Count,
    Digest,
    Format,
    Help,
    Identifier,
    Label,
    Meta,
    Name,
    OrganizationCode,
    Record,
    Timestamp,
    ValueDigest,
)
from tallystick.contracts.parts import Currency, OrderId, OrderState, Units
from tallystick.industries.inventory.records import BasisPoints, SomeSerials

PLEDGES_MAX: Final = 20
"""Receipts that secure one loan."""

Borrowed: TypeAlias = Annotated[int, Meta(ge=1, le=10**12), Format("amount")]
"""An amount lent, in the smallest unit; so large that its interest still fits into 64 bits."""
Pledges: TypeAlias = Annotated[tuple[Identifier, ...], Meta(max_length=PLEDGES_MAX)]


class NewLine(Arguments):
    """How much a bank is ready to lend a dealer in all."""

    dealer: Annotated[OrganizationCode, Label(zh="经销商", en="Dealer")]
    limit: Annotated[Borrowed, Label(zh="额度", en="Limit")]
    valid_until: Annotated[Timestamp, Label(zh="有效期至", en="Valid until")]
    grant: Annotated[Identifier, Label(zh="销售记录授权", en="Grant of the sales history")]
    checks: Annotated[
        Digest,
        Label(zh="核查材料哈希", en="Hash of what was checked"),
        Help(
            zh="信用记录、配额、销售记录",
            en="The credit record, the quota, the sales history.",
        ),
    ]
    currency: Annotated[Currency, Label(zh="币种", en="Currency")] = "CNY"


class CreditLine(NewLine):
    """A line of one bank for one dealer."""

    bank: OrganizationCode
    drawn: Amount
    """Principal of all its loans that is still owed."""


class LoanState(StrEnum):
    """The life of a loan."""

    APPLIED = "APPLIED"
    APPROVED = "APPROVED"
    SECURED = "SECURED"
    DRAWN = "DRAWN"
    NORMAL = "NORMAL"
    WARN = "WARN"
    CALLED = "CALLED"
    DEFAULT = "DEFAULT"
    BUYBACK = "BUYBACK"
    DISPOSAL = "DISPOSAL"
    REPAID = "REPAID"
    CLOSED = "CLOSED"


class NewLoan(Arguments):
    """What a dealer applies for."""

    bank: Annotated[OrganizationCode, Label(zh="银行", en="Bank")]
    amount: Annotated[Borrowed, Label(zh="金额", en="Amount")]
    currency: Annotated[Currency, Label(zh="币种", en="Currency")] = "CNY"
    payee: Annotated[
        ValueDigest, Label(zh="借款人收款账户摘要", en="Digest of the dealer's account")
    ]
    winery: Annotated[
        OrganizationCode | None, Label(zh="预付酒厂", en="Winery that is paid in advance")
    ] = None
    winery_account: Annotated[
        ValueDigest | None, Label(zh="酒厂账户摘要", en="Digest of the winery's account")
    ] = None


class Loan(NewLoan):
    """A loan on pledged receipts."""

    id: Identifier
    dealer: OrganizationCode
    state: LoanState
    applied_at: Timestamp
    parameters: Count
    """Version of the figures that hold for it."""
    assessed_by: Name | None = None
    rate_bp: BasisPoints = 0
    """Interest of a year."""
    due: Timestamp = 0
    """Until when all is repaid; after it, a call is for all that is owed."""
    principal: Amount = 0
    """What is still owed of what was drawn."""
    interest: Amount = 0
    """Interest owed, in parts: of `year_days` times 10,000 one smallest unit is made."""
    accrued_at: Timestamp = 0
    pledges: Pledges = ()
    prepayment: Identifier | None = None
    platform: OrganizationCode | None = None
    """Who sells the goods after a default."""
    platform_account: ValueDigest | None = None
    grace_until: Timestamp = 0
    """In default: before this the goods are not sold."""


class PledgeState(StrEnum):
    """How far a pledge has come."""

    OFFERED = "OFFERED"
    ACTIVE = "ACTIVE"
    DISCHARGED = "DISCHARGED"
    CANCELLED = "CANCELLED"
    """Out of the public registry."""


class Pledge(Record):
    """A receipt that secures a loan."""

    id: Identifier
    loan: Identifier
    receipt: Identifier
    bank: OrganizationCode
    dealer: OrganizationCode
    state: PledgeState
    offered_at: Timestamp
    marked_at: Timestamp | None = None
    """When the keeper marked the receipt as pledged."""
    registry_number: Name | None = None


class Registration(Record):
    """A number of the public registry, which stands for one pledge."""

    number: Name
    pledge: Identifier


class Valuation(Record):
    """The last valuation of what secures a loan."""

    loan: Identifier
    valued_at: Timestamp
    value: Amount
    principal: Amount
    ltv_bp: Count
    """Principal by value, in hundredths of a percent, rounded to the nearest."""
    is_stale: bool
    """A price was too old or its sources too far apart; the last known ones were used."""


class MarginCall(Record):
    """What a dealer must do, by when."""

    id: Identifier
    loan: Identifier
    called_at: Timestamp
    ltv_bp: Count
    repay: Amount
    """So much repaid brings the loan back to what may be lent."""
    add_cases: Count
    """So many further cases of the first pledged product do the same."""
    due: Timestamp
    calendar: Name


class RedemptionState(StrEnum):
    """How far a redemption has come."""

    ASKED = "ASKED"
    SIGNED = "SIGNED"
    """The bank has the money and agrees that the cases go."""
    DONE = "DONE"


class Redemption(Record):
    """Money in, cases out."""

    id: Identifier
    loan: Identifier
    receipt: Identifier | None
    serials: SomeSerials
    amount: Amount
    state: RedemptionState
    asked_at: Timestamp
    allowed: Count = 0
    """So many cases could go when the bank signed."""
    signed_by: Name | None = None
    signed_at: Timestamp | None = None
    released_by: Name | None = None
    released_at: Timestamp | None = None


class BuyBackAgreement(Record):
    """A winery's promise to buy the goods of a receipt back; it need not know the loan."""

    receipt: Identifier
    winery: OrganizationCode
    price: Units
    """For each case."""
    cases: Count
    """So many at most: those of the receipt when it was promised."""
    valid_until: Timestamp


class SaleKind(StrEnum):
    """How the goods of a loan in default were sold."""

    BUY_BACK = "BUY_BACK"
    DISPOSAL = "DISPOSAL"


class Sale(Record):
    """That the goods of a receipt were sold for a loan in default."""

    receipt: Identifier
    loan: Identifier
    kind: SaleKind
    seller: OrganizationCode
    buyer: OrganizationCode
    cases: Count
    proceeds: Amount
    costs: Amount


class Settlement(Record):
    """Who had what of the proceeds: costs, interest, principal, surplus; they are all of it."""

    loan: Identifier
    proceeds: Amount
    costs: Amount
    interest: Amount
    principal: Amount
    surplus: Amount
    shortfall: Amount
    """What the dealer still owes: principal and interest that the proceeds did not cover."""
    settled_at: Timestamp


class PrepaymentState(StrEnum):
    """What became of money paid to a winery in advance."""

    ORDERED = "ORDERED"
    SHIPPED = "SHIPPED"
    REFUND_DUE = "REFUND_DUE"
    REFUNDED = "REFUNDED"


class Prepayment(Record):
    """Money that a winery received for goods it ships into the controlled warehouse."""

    id: Identifier
    winery: OrganizationCode
    dealer: OrganizationCode
    amount: Units
    currency: Currency
    ship_by: Timestamp
    state: PrepaymentState
    statement: Identifier | None = None


class PaymentPurpose(Record):
    """Which loan a payment order belongs to, and from which account it leaves."""

    order: OrderId
    loan: Identifier
    account: Name


class PaymentReport(Arguments):
    """What the bank's payment system says of an order."""

    order: Annotated[OrderId, Label(zh="付款指令", en="Payment order")]
    state: Annotated[OrderState, Label(zh="结果", en="Result")]
    attempt: Annotated[Count, Label(zh="第几次", en="Try")]
    reference: Annotated[Name | None, Label(zh="银行流水号", en="Bank reference")] = None
    reason: Annotated[Name | None, Label(zh="原因代码", en="Reason")] = None
