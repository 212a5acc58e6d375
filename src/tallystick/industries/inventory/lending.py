# SPDX-License-Identifier: Apache-2.0
"""Loans: the line, the application, approval by another person, drawing, payment by the bank."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts import (
    Context,
    Identifier,
    Label,
    Meta,
    OrganizationCode,
    Timestamp,
    action,
    asdict,
    replace,
)
from tallystick.contracts.parts import (
    FourEyes,
    Grant,
    GrantTerms,
    PrivateRecord,
    SealedData,
    require_other,
)
from tallystick.industries.inventory.events import LineSet, PrepaymentChanged
from tallystick.industries.inventory.loan_records import (
    Borrowed,
    CreditLine,
    Loan,
    LoanState,
    NewLine,
    NewLoan,
    Pledge,
)
from tallystick.industries.inventory.paying import Paying, books
from tallystick.industries.inventory.records import BasisPoints
from tallystick.industries.inventory.refusals import (
    AlertOpen,
    DoesNotFit,
    InsuranceExpired,
    LineExpired,
    NotYours,
    PricesApart,
    PriceStale,
    Related,
    StepMissing,
    TooMuch,
)
from tallystick.industries.inventory.rules import check_lendable, check_no_alert
from tallystick.industries.inventory.tables import require_party
from tallystick.industries.inventory.watching import MATURITY_DUE
from tallystick.industries.inventory.workflows import APPROVER, DEALER, OFFICER, RISK

SALES: Final = "sales"
CREDIT: Final = "credit"
_LENDS: Final = (AlertOpen, InsuranceExpired, PriceStale, PricesApart, Related, StepMissing)


def history_id(dealer: str, bank: str, period: str) -> str:
    """Return the id under which a dealer's sales of a period are sealed for a bank."""
    return f"{dealer}/{bank}/{period}"


class Lending(Paying):
    """What dealer and bank do from application to the money's arrival."""

    @action(role=DEALER, label=Label(zh="授权查阅销售记录", en="Grant the sales history"))
    def grant_history(
        self,
        ctx: Context,
        bank: Annotated[OrganizationCode, Label(zh="银行", en="Bank")],
        valid_until: Annotated[Timestamp, Label(zh="有效期至", en="Valid until")],
        max_uses: Annotated[
            Annotated[int, Meta(ge=1, le=1_000)], Label(zh="使用次数", en="Uses at most")
        ] = 4,
    ) -> Grant:
        """en: A dealer lets a bank look at its sales history, to judge credit and nothing else.

        zh: 经销商授权银行查阅其销售记录，仅用于授信。
        """
        terms = GrantTerms(
            grantee=bank,
            object=f"sales/{ctx.signer.organization}",
            fields=(SALES,),
            purpose=CREDIT,
            valid_from=ctx.block_time_ms,
            valid_until=valid_until,
            max_uses=max_uses,
        )
        return self.grants.give(ctx, ctx.next_id("GR"), terms)

    @action(role=DEALER, label=Label(zh="登记销售记录", en="Declare a sales history"))
    def declare_history(
        self,
        ctx: Context,
        period: Annotated[Identifier, Label(zh="期间", en="Period")],
        bank: Annotated[OrganizationCode, Label(zh="银行", en="Bank")],
        sealed: Annotated[SealedData, Label(zh="密文", en="Sealed data")],
    ) -> PrivateRecord:
        """en: A dealer declares its sales of a period, sealed to one bank; nobody else opens it.

        zh: 经销商登记某期间的销售记录，密封给一家银行，其他机构无法打开。
        """
        record = history_id(ctx.signer.organization, bank, period)
        return self.histories.declare(ctx, record, sealed, recipients=[bank])

    @action(role=DEALER, label=Label(zh="删除销售记录", en="Erase a sales history"))
    def erase_history(
        self,
        ctx: Context,
        period: Annotated[Identifier, Label(zh="期间", en="Period")],
        bank: Annotated[OrganizationCode, Label(zh="银行", en="Bank")],
    ) -> PrivateRecord:
        """en: A dealer erases what it gave a bank; the bank's node destroys its copy.

        zh: 经销商删除提供给银行的销售记录，银行节点销毁其副本。
        """
        return self.histories.erase(ctx, history_id(ctx.signer.organization, bank, period))

    @action(role=DEALER, label=Label(zh="撤回授权", en="Take a grant back"))
    def revoke_grant(
        self, ctx: Context, grant: Annotated[Identifier, Label(zh="授权", en="Grant")]
    ) -> Grant:
        """en: A dealer takes its grant back; lines that were set stay as they are.

        zh: 经销商撤回授权；已核定的额度不受影响。
        """
        return self.grants.revoke(ctx, grant)

    @action(
        role=RISK,
        label=Label(zh="核定授信", en="Set a credit line"),
        emits=(LineSet,),
        refuses=(DoesNotFit, TooMuch),
    )
    def set_line(self, ctx: Context, new: NewLine) -> CreditLine:
        """en: The bank sets how much it lends a dealer, after credit record, quota and sales.

        zh: 银行核查信用、配额与销售记录后核定对经销商的授信额度。
        """
        bank = ctx.signer.organization
        before = self.lines.get(bank, new.dealer)
        if before is not None and before.currency != new.currency:
            raise DoesNotFit(subject=new.dealer, what="currency")
        if self.grants.grants.require(new.grant).grantor != new.dealer:
            raise DoesNotFit(subject=new.grant, what="dealer")
        self.grants.use(ctx, new.grant, (SALES,), CREDIT)
        drawn = 0 if before is None else before.drawn
        if self.money.assets.get(books(new.currency, bank)) is None:
            self.money.define(books(new.currency, bank), issuer=bank)
        ctx.emit(
            LineSet(
                bank=bank,
                dealer=new.dealer,
                limit=new.limit,
                currency=new.currency,
                valid_until=new.valid_until,
            )
        )
        return self.lines.put(CreditLine(bank=bank, drawn=drawn, **asdict(new)))

    @action(
        role=DEALER,
        label=Label(zh="申请贷款", en="Apply"),
        refuses=(DoesNotFit,),
    )
    def apply_for_loan(self, ctx: Context, new: NewLoan) -> Loan:
        """en: A dealer applies for a loan; paid to itself, or in advance to a winery.

        zh: 经销商申请贷款；支付给本方，或预付给酒厂。
        """
        if (new.winery is None) is not (new.winery_account is None):
            raise DoesNotFit(subject="winery_account", what="winery and account go together")
        return self.loans.add(
            Loan(
                id=ctx.next_id("LN"),
                dealer=ctx.signer.organization,
                state=LoanState.APPLIED,
                applied_at=ctx.block_time_ms,
                parameters=self.parameters.now().version,
                **asdict(new),
            )
        )

    @action(
        role=OFFICER,
        label=Label(zh="尽调", en="Assess"),
        refuses=(NotYours, StepMissing, LineExpired, TooMuch),
    )
    def assess_loan(
        self, ctx: Context, loan: Annotated[Identifier, Label(zh="贷款", en="Loan")]
    ) -> Loan:
        """en: An officer has assessed an application and stands for it by name.

        zh: 客户经理完成尽调并署名。
        """
        kept = self.own_loan(ctx, loan, LoanState.APPLIED)
        self._require_line(ctx, kept)
        return self.loans.replace(replace(kept, assessed_by=ctx.person))

    @action(
        role=APPROVER,
        label=Label(zh="审批", en="Approve"),
        refuses=(NotYours, StepMissing, FourEyes, LineExpired, TooMuch, DoesNotFit),
    )
    def approve_loan(
        self,
        ctx: Context,
        loan: Annotated[Identifier, Label(zh="贷款", en="Loan")],
        amount: Annotated[Borrowed, Label(zh="批准金额", en="Amount approved")],
        rate_bp: Annotated[BasisPoints, Label(zh="年利率（基点）", en="Interest of a year")],
        due: Annotated[Timestamp, Label(zh="到期时间", en="Due")],
    ) -> Loan:
        """en: Another person approves what the officer assessed, up to what was applied for.

        zh: 由另一人审批，金额不超过申请金额。
        """
        kept = self.own_loan(ctx, loan, LoanState.APPLIED)
        if kept.assessed_by is None:
            raise StepMissing(subject=kept.id, missing="assess_loan")
        require_other(ctx, kept.assessed_by)
        if amount > kept.amount:
            raise TooMuch(amount=amount, limit=kept.amount, rule="application")
        if due <= ctx.block_time_ms:
            raise DoesNotFit(subject=kept.id, what="due")
        self._require_line(ctx, replace(kept, amount=amount))
        return self.loan_flow.move(
            ctx, self.loans, kept, "approve", amount=amount, rate_bp=rate_bp, due=due
        )

    @action(
        role=OFFICER,
        label=Label(zh="落实担保", en="Secure"),
        refuses=(NotYours, TooMuch, *_LENDS),
    )
    def secure_loan(
        self, ctx: Context, loan: Annotated[Identifier, Label(zh="贷款", en="Loan")]
    ) -> Loan:
        """en: The bank finds that the pledges suffice for the amount.

        zh: 银行确认质物足以担保贷款金额。
        """
        kept = self.own_loan(ctx, loan, LoanState.APPROVED)
        self._check_security(ctx, kept)
        return self.loan_flow.move(ctx, self.loans, kept, "secure")

    @action(
        role=APPROVER,
        label=Label(zh="放款", en="Draw"),
        emits=(PrepaymentChanged,),
        refuses=(NotYours, LineExpired, TooMuch, *_LENDS),
    )
    def draw_loan(
        self, ctx: Context, loan: Annotated[Identifier, Label(zh="贷款", en="Loan")]
    ) -> Loan:
        """en: Orders the payment, after checking line, pledges, insurance and value once more.

        zh: 再次核对额度、质押、保险与价值后发出付款指令。
        """
        kept = self.own_loan(ctx, loan, LoanState.SECURED)
        self._check_security(ctx, kept)
        line = self._require_line(ctx, kept)
        self.lines.replace(replace(line, drawn=line.drawn + kept.amount))
        account = f"payable/{kept.id}"
        asset = books(kept.currency, kept.bank)
        self.money.issue(ctx, asset, to=account, amount=kept.amount, reference=f"draw/{kept.id}")
        payee = kept.payee if kept.winery_account is None else kept.winery_account
        self.order_payment(ctx, kept, account=account, payee=payee, amount=kept.amount)
        prepayment = None if kept.winery is None else self.prepay(ctx, kept, kept.winery)
        self.deadlines.set(kept.id, MATURITY_DUE, due=kept.due, on_expiry="maturity")
        return self.loan_flow.move(
            ctx,
            self.loans,
            kept,
            "draw",
            principal=kept.amount,
            accrued_at=ctx.block_time_ms,
            prepayment=prepayment,
        )

    # --- what other topics use ------------------------------------------------------------------

    def check_insured(self, ctx: Context, receipt: str, policy: str | None) -> None:
        """INV-3: goods that secure a loan are insured today.

        Raises:
            StepMissing: there is no insurance.
            InsuranceExpired: it has ended.
        """
        if policy is None:
            raise StepMissing(subject=receipt, missing="set_policy")
        valid_until = self.policies.require(policy).valid_until
        if ctx.block_time_ms > valid_until:
            raise InsuranceExpired(receipt=receipt, valid_until=valid_until)

    def check_pledge(self, ctx: Context, pledge: Pledge) -> None:
        """INV-3 and INV-6 for one pledge: mark, registry number, insurance, independence, count.

        Raises:
            StepMissing: the keeper's mark, the registry number or an insurance is missing.
            InsuranceExpired: the insurance has ended.
            Related: keeper, dealer and valuers are not independent of each other.
            AlertOpen: something is wrong with the goods.
        """
        if pledge.marked_at is None:
            raise StepMissing(subject=pledge.id, missing="mark_pledge")
        if pledge.registry_number is None:
            raise StepMissing(subject=pledge.id, missing="register_pledge")
        receipt = self.receipts.require(pledge.receipt)
        self.check_insured(ctx, receipt.id, receipt.policy)
        self.refuse_dependent_parties(receipt)
        check_no_alert(receipt)

    def _check_security(self, ctx: Context, loan: Loan) -> None:
        """INV-3, INV-4, INV-6, INV-8: all that must hold before money moves."""
        if not loan.pledges:
            raise StepMissing(subject=loan.id, missing="accept_pledge")
        for name in loan.pledges:
            self.check_pledge(ctx, self.pledges.require(name))
        worth = self.good_worth(ctx, loan)
        check_lendable(loan.amount, worth.value, self.figures_of(loan).lend_bp)

    def _require_line(self, ctx: Context, loan: Loan) -> CreditLine:
        """Return the line a loan fits into.

        Raises:
            UnknownRecord: the bank has set none.
            LineExpired: it has ended.
            TooMuch: what is drawn and this loan are more (INV-4).
        """
        line = self.lines.require(loan.bank, loan.dealer)
        if ctx.block_time_ms > line.valid_until:
            raise LineExpired(dealer=loan.dealer, line_until=line.valid_until)
        if line.drawn + loan.amount > line.limit or line.currency != loan.currency:
            limit = max(line.limit - line.drawn, 0) if line.currency == loan.currency else 0
            raise TooMuch(amount=loan.amount, limit=limit, rule="line")
        return line

    def own_loan(self, ctx: Context, loan: str, state: LoanState) -> Loan:
        """Return a loan of the signer's bank that is in this state.

        Raises:
            UnknownRecord: there is no such loan.
            NotYours: it is another bank's.
            StepMissing: it is in another state.
        """
        kept = self.loans.require(loan)
        require_party(ctx, kept.id, kept.bank)
        if kept.state is not state:
            raise StepMissing(subject=kept.id, missing=state)
        return kept
