# SPDX-License-Identifier: Apache-2.0
"""The watch over loans: what the goods are worth, warnings, margin calls, default."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import ANY_MEMBER, DAY_MS, Context, Identifier, Label, action, replace
from tallystick.contracts.parts import Deadline
from tallystick.industries.inventory.events import Defaulted, LoanValued, MarginCalled
from tallystick.industries.inventory.loan_records import Loan, LoanState, MarginCall, Valuation
from tallystick.industries.inventory.records import LendingParameters, Receipt
from tallystick.industries.inventory.refusals import StepMissing
from tallystick.industries.inventory.rules import (
    WHOLE_BP,
    Worth,
    accrued,
    call_terms,
    check_no_alert,
    check_price,
    has_reached,
    interest_parts,
    is_apart,
    is_stale,
    ltv_bp,
    next_valuation,
    unit_value,
)
from tallystick.industries.inventory.tables import InventoryTables

VALUATION_DUE = "valuation"
CALL_DUE = "call"
MATURITY_DUE = "maturity"
WATCHED = frozenset({LoanState.NORMAL, LoanState.WARN, LoanState.CALLED})
OWING = WATCHED | {LoanState.DRAWN, LoanState.DEFAULT}
WATCH_EVENTS = (LoanValued, MarginCalled, Defaulted)


class Watching(InventoryTables):
    """Values loans daily, and moves them as the figures say."""

    @action(
        role=ANY_MEMBER,
        label=Label(zh="重新估值", en="Value a loan"),
        emits=WATCH_EVENTS,
        refuses=(StepMissing,),
    )
    def revalue(
        self, ctx: Context, loan: Annotated[Identifier, Label(zh="贷款", en="Loan")]
    ) -> Valuation:
        """en: Values a loan now; the daily one comes by itself.

        zh: 立即对贷款估值；每日估值自动进行。
        """
        kept = self.loans.require(loan)
        if kept.state not in WATCHED:
            raise StepMissing(subject=kept.id, missing="draw")
        self.schedule_valuation(ctx, kept)
        self.watch(ctx, kept)
        return self.valuations.require(loan)

    def on_valuation(self, ctx: Context, deadline: Deadline) -> None:
        """Value a loan for today, and again tomorrow; the end of the watch drops the deadline."""
        kept = self.loans.require(deadline.case)
        self.schedule_valuation(ctx, kept)
        self.watch(ctx, kept)

    def on_call(self, ctx: Context, deadline: Deadline) -> None:
        """INV-7: a call that was not answered in its working days is a default."""
        self._default(ctx, self.loans.require(deadline.case))

    def on_maturity(self, ctx: Context, deadline: Deadline) -> None:
        """Call a loan as a whole that was not repaid on its day."""
        kept = self.loans.require(deadline.case)
        if kept.state in WATCHED:
            self.watch(ctx, kept)

    # --- what other topics use ------------------------------------------------------------------

    def schedule_valuation(self, ctx: Context, loan: Loan) -> None:
        """Let the next daily valuation of a loan come."""
        self.deadlines.clear(loan.id, VALUATION_DUE)
        due = next_valuation(ctx.block_time_ms, self.figures_of(loan).revalue_minute)
        self.deadlines.set(loan.id, VALUATION_DUE, due=due, on_expiry="valuation")

    def figures_of(self, loan: Loan) -> LendingParameters:
        """Return the figures that hold for a loan."""
        return self.parameters.at(loan.parameters)

    def pledged_receipts(self, loan: Loan) -> list[Receipt]:
        """Return the receipts that secure a loan."""
        return [
            self.receipts.require(self.pledges.require(pledge).receipt) for pledge in loan.pledges
        ]

    def worth(self, ctx: Context, loan: Loan) -> Worth:
        """Return what secures a loan, at the prices last known."""
        parameters = self.figures_of(loan)
        by_sku: dict[str, int] = {}
        cases = 0
        stale = None
        for receipt in self.pledged_receipts(loan):
            price = self.price_of(receipt.sku)
            good = receipt.count - receipt.excluded
            cases += good
            value = good * unit_value(price, parameters)
            by_sku[receipt.sku] = by_sku.get(receipt.sku, 0) + value
            if is_stale(price, parameters, ctx.block_time_ms) or is_apart(price, parameters):
                stale = stale or price
        total = sum(by_sku.values())
        largest = max(by_sku.values(), default=0)
        return Worth(total, cases, largest * WHOLE_BP // total if total else 0, stale)

    def good_worth(self, ctx: Context, loan: Loan) -> Worth:
        """Return what secures a loan, for lending more or letting goods go.

        Raises:
            PriceStale: a price is older than allowed (INV-8).
            PricesApart: its sources contradict each other (INV-8).
            AlertOpen: something is wrong with the goods.
        """
        for receipt in self.pledged_receipts(loan):
            check_no_alert(receipt)
        worth = self.worth(ctx, loan)
        if worth.stale is not None:
            check_price(worth.stale, self.figures_of(loan), ctx.block_time_ms)
        return worth

    def with_interest(self, ctx: Context, loan: Loan) -> Loan:
        """Return a loan with the interest of the whole days that have passed, not yet kept."""
        days = (ctx.block_time_ms - loan.accrued_at) // DAY_MS
        interest = loan.interest + accrued(loan.principal, loan.rate_bp, days)
        return replace(loan, interest=interest, accrued_at=loan.accrued_at + days * DAY_MS)

    def interest_due(self, loan: Loan) -> int:
        """Return the whole smallest units of interest that are owed."""
        return loan.interest // interest_parts(self.figures_of(loan))

    def watch(self, ctx: Context, loan: Loan) -> Loan:
        """Value a loan and move it, step by step of the table, to where it belongs."""
        worth = self.worth(ctx, loan)
        self._keep_valuation(ctx, loan, worth)
        parameters = self.figures_of(loan)
        owed, value = loan.principal, worth.value
        is_matured = ctx.block_time_ms > loan.due
        is_called = has_reached(owed, value, parameters.call_bp) or is_matured
        if owed == 0 and self.interest_due(loan) == 0:
            return self._ended_well(ctx, loan)
        if loan.state is LoanState.CALLED:
            is_cured = owed * WHOLE_BP <= value * parameters.lend_bp and not is_matured
            loan = self._answered(ctx, loan) if is_cured else loan
        if loan.state is LoanState.NORMAL and (
            has_reached(owed, value, parameters.warn_bp) or is_matured
        ):
            loan = self.loan_flow.move(ctx, self.loans, loan, "warn")
        if loan.state is LoanState.WARN and is_called:
            loan = self._call(ctx, loan, worth)
        elif loan.state is LoanState.WARN and not has_reached(owed, value, parameters.warn_bp):
            loan = self.loan_flow.move(ctx, self.loans, loan, "recover")
        if loan.state is LoanState.CALLED and has_reached(owed, value, parameters.default_bp):
            loan = self._default(ctx, loan)
        return loan

    def _keep_valuation(self, ctx: Context, loan: Loan, worth: Worth) -> None:
        ratio = ltv_bp(loan.principal, worth.value)
        is_doubtful = worth.stale is not None
        self.valuations.put(
            Valuation(
                loan=loan.id,
                valued_at=ctx.block_time_ms,
                value=worth.value,
                principal=loan.principal,
                ltv_bp=ratio,
                is_stale=is_doubtful,
            )
        )
        ctx.emit(
            LoanValued(
                loan=loan.id,
                bank=loan.bank,
                dealer=loan.dealer,
                currency=loan.currency,
                value=worth.value,
                principal=loan.principal,
                ltv_bp=ratio,
                largest_sku_bp=worth.largest_sku_bp,
                cases=worth.cases,
                is_stale=is_doubtful,
                at=ctx.block_time_ms,
            )
        )

    def _call(self, ctx: Context, loan: Loan, worth: Worth) -> Loan:
        """INV-7: call the margin at once, with its working days to answer."""
        parameters = self.figures_of(loan)
        period = self.calendars.period(
            ctx.block_time_ms, parameters.call_working_days, calendar=parameters.calendar
        )
        first = self.pledged_receipts(loan)[0]
        unit = unit_value(self.price_of(first.sku), parameters)
        repay, add_cases = call_terms(loan.principal, worth.value, unit, parameters.lend_bp)
        if ctx.block_time_ms > loan.due:
            loan = self.with_interest(ctx, loan)
            repay, add_cases = loan.principal + self.interest_due(loan), 0
        call = MarginCall(
            id=ctx.next_id("MC"),
            loan=loan.id,
            called_at=ctx.block_time_ms,
            ltv_bp=ltv_bp(loan.principal, worth.value),
            repay=repay,
            add_cases=add_cases,
            due=period.until,
            calendar=period.calendar,
        )
        self.calls.put(call)
        self.deadlines.clear(loan.id, CALL_DUE)
        self.deadlines.set(
            loan.id, CALL_DUE, due=call.due, on_expiry="call", calendar=call.calendar
        )
        ctx.emit(
            MarginCalled(
                call=call.id,
                loan=loan.id,
                bank=loan.bank,
                dealer=loan.dealer,
                ltv_bp=call.ltv_bp,
                repay=call.repay,
                add_cases=call.add_cases,
                due=call.due,
            )
        )
        return self.loan_flow.move(ctx, self.loans, loan, "call")

    def _answered(self, ctx: Context, loan: Loan) -> Loan:
        """End a call that was answered in time; one that comes late is no answer."""
        if self.deadlines.is_late(ctx, loan.id, CALL_DUE):
            return loan
        self.deadlines.clear(loan.id, CALL_DUE)
        return self.loan_flow.move(ctx, self.loans, loan, "answer")

    def _ended_well(self, ctx: Context, loan: Loan) -> Loan:
        """Move a loan on which nothing is owed any more to its good end."""
        steps = {LoanState.WARN: "recover", LoanState.CALLED: "answer"}
        if loan.state in steps:
            loan = self.loan_flow.move(ctx, self.loans, loan, steps[loan.state])
        for name in (CALL_DUE, VALUATION_DUE, MATURITY_DUE):
            self.deadlines.clear(loan.id, name)
        return self.loan_flow.move(ctx, self.loans, loan, "repay")

    def _default(self, ctx: Context, loan: Loan) -> Loan:
        """Note a default: the grace begins, after which the goods can be sold."""
        for name in (CALL_DUE, VALUATION_DUE, MATURITY_DUE):
            self.deadlines.clear(loan.id, name)
        fallen = self.loan_flow.move(
            ctx,
            self.loans,
            self.with_interest(ctx, loan),
            "default",
            grace_until=ctx.block_time_ms + self.figures_of(loan).grace_days * DAY_MS,
        )
        ctx.emit(
            Defaulted(
                loan=fallen.id,
                bank=fallen.bank,
                dealer=fallen.dealer,
                currency=fallen.currency,
                owed=fallen.principal + self.interest_due(fallen),
                ltv_bp=ltv_bp(fallen.principal, self.worth(ctx, fallen).value),
            )
        )
        return fallen
