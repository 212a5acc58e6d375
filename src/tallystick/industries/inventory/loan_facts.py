# SPDX-License-Identifier: Apache-2.0
"""The statement of a loan, and the daily list of a bank's loans by loan-to-value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from tallystick.contracts import Contradiction, TableReader, required_record
from tallystick.contracts.parts import OrderState, PaymentOrder
from tallystick.industries.inventory.extract_facts import Facts, time_of
from tallystick.industries.inventory.loan_records import (
    CreditLine,
    Loan,
    LoanState,
    MarginCall,
    Pledge,
    Prepayment,
    PrepaymentState,
    Redemption,
    RedemptionState,
    Settlement,
    Valuation,
)
from tallystick.interchange import tables as csv_tables
from tallystick.interchange.iso20022 import Money, format_amount

LTV_HEADER: Final = (
    "day",
    "bank",
    "loan",
    "dealer",
    "state",
    "currency",
    "principal",
    "value",
    "ltv_percent",
    "is_price_doubtful",
    "valued_at",
    "call",
    "call_repay",
    "call_add_cases",
    "call_due",
)
_UNDRAWN: Final = frozenset({LoanState.APPLIED, LoanState.APPROVED, LoanState.SECURED})


def loan_facts(tables: TableReader, loan: str) -> Facts:
    """Return the statement of a loan: what was drawn, what came in, what is owed.

    Raises:
        Contradiction: the payments do not lead to what is owed.
    """
    kept = required_record(tables, "loans", Loan, loan)
    valuation = tables.record("valuations", Valuation, loan)
    call = tables.record("calls", MarginCall, loan)
    pledges = [required_record(tables, "pledges", Pledge, name) for name in kept.pledges]
    orders = tables.rows("payments_orders", PaymentOrder, case=loan)
    return {
        "loan": kept.id,
        "state": kept.state,
        "bank": kept.bank,
        "dealer": kept.dealer,
        "currency": kept.currency,
        "applied_at": time_of(kept.applied_at),
        "due": time_of(kept.due) if kept.due else None,
        "rate_basis_points": kept.rate_bp,
        "sums": _sums(tables, kept, orders),
        "payments_in": _payments_in(tables, kept),
        "payments_out": [_order(one) for one in orders],
        "pledges": [
            {"pledge": one.id, "receipt": one.receipt, "state": one.state} for one in pledges
        ],
        "valuation": None if valuation is None else _valued(kept, valuation),
        "call": None if call is None else _called(kept, call),
    }


def ltv_csv(tables: TableReader, bank: str, today: date) -> bytes:
    """Return a bank's loans on which money is owed, each with its last valuation, as a CSV file.

    Raises:
        Contradiction: what is owed is not what the credit lines have as drawn.
    """
    owed = [one for one in tables.rows("loans", Loan, bank=bank) if one.principal]
    drawn = sum(one.drawn for one in tables.rows("lines", CreditLine, bank=bank))
    if sum(one.principal for one in owed) != drawn:
        raise Contradiction(subject=bank, what="drawn")
    ordered = sorted(owed, key=lambda one: one.id)
    return csv_tables.write_csv(LTV_HEADER, [_ltv_row(tables, one, today) for one in ordered])


def _ltv_row(tables: TableReader, loan: Loan, today: date) -> tuple[str | int | None, ...]:
    head = (today.isoformat(), loan.bank, loan.id, loan.dealer, str(loan.state), loan.currency)
    valued = tables.record("valuations", Valuation, loan.id)
    call = tables.record("calls", MarginCall, loan.id) if loan.state is LoanState.CALLED else None
    worth: tuple[str | int | None, ...] = (None, None, None, None)
    if valued is not None:
        worth = (
            _money(loan, valued.value),
            percent(valued.ltv_bp),
            "yes" if valued.is_stale else "no",
            time_of(valued.valued_at),
        )
    todo: tuple[str | int | None, ...] = (None, None, None, None)
    if call is not None:
        todo = (call.id, _money(loan, call.repay), call.add_cases, time_of(call.due))
    return (*head, _money(loan, loan.principal), *worth, *todo)


def percent(basis_points: int) -> str:
    """Return hundredths of a percent as a percentage with two places."""
    return f"{basis_points // 100}.{basis_points % 100:02d}"


def _sums(tables: TableReader, loan: Loan, orders: Sequence[PaymentOrder]) -> dict[str, str]:
    """Divide what came in by what it was used for; what is left over must be interest."""
    drawn = 0 if loan.state in _UNDRAWN else loan.amount
    settled = tables.record("settlements", Settlement, loan.id)
    came = sum(one[1] for one in _came_in(tables, loan))
    surplus = sum(one.amount for one in orders if one.payer == f"{loan.bank}/surplus/{loan.id}")
    if settled is not None:
        came += settled.proceeds - settled.costs
    principal = drawn - loan.principal
    interest = came - principal - surplus
    if interest < 0 or principal < 0:
        raise Contradiction(subject=loan.id, what="payments")
    sums = {
        "drawn": drawn,
        "paid_in": came,
        "used_for_principal": principal,
        "used_for_interest": interest,
        "paid_back_as_surplus": surplus,
        "principal_owed": loan.principal,
    }
    return {name: _money(loan, one) for name, one in sums.items()}


def _came_in(tables: TableReader, loan: Loan) -> list[tuple[str, int, int, str | None]]:
    """Return what was paid in: number, amount, cases named with it, when it was announced."""
    found = [
        (one.id, one.amount, len(one.serials), time_of(one.asked_at))
        for one in tables.rows("redemptions", Redemption, loan=loan.id)
        if one.state is not RedemptionState.ASKED and one.amount
    ]
    if loan.prepayment is not None:
        paid = required_record(tables, "prepayments", Prepayment, loan.prepayment)
        if paid.state is PrepaymentState.REFUNDED:
            found.append((paid.id, paid.amount, 0, None))
    return found


def _payments_in(tables: TableReader, loan: Loan) -> list[dict[str, Any]]:
    return [
        {"number": number, "amount": _money(loan, amount), "cases": cases, "asked_at": at}
        for number, amount, cases, at in _came_in(tables, loan)
    ]


def _order(order: PaymentOrder) -> dict[str, Any]:
    return {
        "order": order.id,
        "amount": format_amount(Money(order.amount, order.currency)),
        "state": order.state,
        "is_booked": order.state is OrderState.BOOKED,
        "bank_reference": order.bank_reference,
        "payee": order.payee,
    }


def _valued(loan: Loan, valuation: Valuation) -> dict[str, Any]:
    return {
        "valued_at": time_of(valuation.valued_at),
        "value": _money(loan, valuation.value),
        "principal": _money(loan, valuation.principal),
        "ltv_percent": percent(valuation.ltv_bp),
        "is_price_doubtful": valuation.is_stale,
    }


def _called(loan: Loan, call: MarginCall) -> dict[str, Any]:
    return {
        "call": call.id,
        "called_at": time_of(call.called_at),
        "ltv_percent": percent(call.ltv_bp),
        "repay": _money(loan, call.repay),
        "or_add_cases": call.add_cases,
        "due": time_of(call.due),
        "calendar": call.calendar,
    }


def _money(loan: Loan, amount: int) -> str:
    return format_amount(Money(amount, loan.currency))
