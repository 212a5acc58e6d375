# SPDX-License-Identifier: Apache-2.0
"""The numbered invariants of charity, as checks of a whole state, whatever led to it."""

from __future__ import annotations

from collections import Counter, defaultdict

from tallystick.contracts.parts import Account, Hold, PaymentOrder
from tallystick.industries.charity.records import (
    Batch,
    BatchState,
    Book,
    Campaign,
    Claim,
    Donation,
    Entitlement,
    EntitlementState,
    FoundationYear,
    Fund,
    Payout,
)
from tests.unit.industries.charity.scene import Scene

_PAID = {EntitlementState.PAID, EntitlementState.CONFIRMED}
_SET_ASIDE = {
    EntitlementState.LISTED,
    EntitlementState.HELD,
    EntitlementState.CLAIMED,
    EntitlementState.PAYING,
    EntitlementState.FAILED,
}


def check_all(scene: Scene) -> None:
    """Hold every invariant that a state can show against the state."""
    check_paid_once(scene)
    check_conservation(scene)
    check_funds(scene)
    check_persons(scene)
    check_claims(scene)
    check_fees(scene)
    check_lists(scene)


def check_paid_once(scene: Scene) -> None:
    """CHAR-1: per project, period and beneficiary, payouts exceed returns by at most one."""
    projects = {one.id: one.project for one in scene.all("campaigns", Campaign)}
    periods = {one.id: one.period for one in scene.all("batches", Batch)}
    paid = Counter(
        (projects[one.campaign], periods[one.batch], one.beneficiary)
        for one in scene.all("entitlements", Entitlement)
        if one.state in _PAID
    )
    assert all(count == 1 for count in paid.values())


def check_conservation(scene: Scene) -> None:
    """CHAR-2: donations + returns = available + held + paid + fees + moved remainder."""
    balances: dict[str, Counter[str]] = defaultdict(Counter)
    for one in scene.all("money_accounts", Account):
        campaign, _, rest = one.owner.partition("/")
        kind = rest.removeprefix("/") if rest.startswith("/") else "available"
        balances[campaign][kind] += one.available
        balances[campaign]["held"] += one.held
    for book in scene.all("books", Book):
        came = book.donated + book.returned + book.moved_in
        went = book.available + book.held + book.paid + book.fees + book.moved_out
        assert came == went
        kept = balances[book.campaign]
        assert (kept["available"], kept["held"]) == (book.available, book.held)
        assert (kept["paid"], kept["fees"]) == (book.paid, book.fees)
        assert book.available >= 0
    donated = Counter[str]()
    for donation in scene.all("donations", Donation):
        donated[donation.campaign] += donation.amount
    assert donated == Counter(
        {one.campaign: one.donated for one in scene.all("books", Book) if one.donated}
    )
    check_holds(scene)


def check_holds(scene: Scene) -> None:
    """What is on hold is exactly what open entitlements of approved lists are over."""
    approved = {one.id for one in scene.all("batches", Batch) if one.reviewed_by is not None}
    rejected = {one.id for one in scene.all("batches", Batch) if str(one.state) == "REJECTED"}
    wanted = sum(
        one.amount
        for one in scene.all("entitlements", Entitlement)
        if one.batch in approved - rejected and one.state in _SET_ASIDE
    )
    assert sum(one.amount for one in scene.all("money_holds", Hold)) == wanted


def check_funds(scene: Scene) -> None:
    """CHAR-3: each fund pays from what came into it, and its payouts follow each other."""
    accounts = {one.owner: one for one in scene.all("money_accounts", Account)}
    payouts: dict[tuple[str, str], list[Payout]] = defaultdict(list)
    for payout in scene.all("payouts", Payout):
        payouts[payout.campaign, payout.fund].append(payout)
    for fund in scene.all("funds", Fund):
        account = accounts[f"{fund.campaign}/{fund.tag}"]
        assert fund.inflow - fund.outflow == account.available + account.held
        ends = 0
        for payout in sorted(payouts[fund.campaign, fund.tag], key=lambda one: one.number):
            assert payout.offset >= ends
            ends = payout.offset + payout.amount
        assert ends <= fund.outflow


def check_persons(scene: Scene) -> None:
    """CHAR-4: importer and reviewer of a list are different persons."""
    for batch in scene.all("batches", Batch):
        assert batch.imported_by not in {batch.reviewed_by, batch.attested_by}


def check_claims(scene: Scene) -> None:
    """CHAR-5 and CHAR-6: who is paid has claimed, to an own account or the guardian's."""
    claims = {one.entitlement: one for one in scene.all("claims", Claim)}
    orders = {one.case: one for one in scene.all("payments_orders", PaymentOrder)}
    for one in scene.all("entitlements", Entitlement):
        if one.state in _PAID:
            holder = claims[one.id].account.holder
            assert holder in {one.beneficiary, one.guardian}
            assert orders[one.id].amount == one.amount


def check_lists(scene: Scene) -> None:
    """A list is at an end exactly while everybody on it is: paid, lapsed or revoked."""
    ended = Counter(
        one.batch
        for one in scene.all("entitlements", Entitlement)
        if one.state in _PAID | {EntitlementState.LAPSED, EntitlementState.REVOKED}
    )
    for batch in scene.all("batches", Batch):
        if batch.state in {BatchState.APPROVED, BatchState.EXHAUSTED}:
            is_at_end = ended[batch.id] == batch.count
            assert (batch.state is BatchState.EXHAUSTED) is is_at_end
            assert batch.finished == ended[batch.id]


def check_fees(scene: Scene) -> None:
    """CHAR-7: fees are within the plan's cap and 10 % of the year's spending."""
    plans = {one.id: one.fee_cap_basis for one in scene.all("campaigns", Campaign)}
    for book in scene.all("books", Book):
        assert book.fees * 10_000 <= (book.donated + book.moved_in) * plans[book.campaign]
    for year in scene.all("years", FoundationYear):
        assert year.fees * 10 <= year.paid + year.fees
