# SPDX-License-Identifier: Apache-2.0
"""Each numbered invariant of JUD that this contract keeps; JUD-2 is of bundles."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.industries.justice.case_records import CheckResult, Findings, Verdict
from tallystick.industries.justice.records import EvidenceType as Evidence
from tallystick.industries.justice.records import JusticeParameters, Obligation
from tallystick.industries.justice.records import ObligationKind as Kind
from tallystick.industries.justice.records import ObligationState as State
from tallystick.industries.justice.rules import accrued, claim_of, verdict_of
from tests.unit.industries.justice import stage as cast
from tests.unit.industries.justice.stage import DAY_MS, HASH, RENT, Stage


@pytest.fixture
def stage() -> Stage:
    """Return a stage with a reviewed template."""
    return Stage()


def debt(**changes: Any) -> Obligation:
    """Return a rent that is breached."""
    fields: dict[str, Any] = {
        "id": "AG-1.rent.1",
        "agreement": "AG-1",
        "key": "rent",
        "debtor": "lessee",
        "creditor": "lessor",
        "kind": Kind.PAY,
        "amount": RENT,
        "currency": "CNY",
        "due": 0,
        "evidence": (Evidence.PAYMENT_RECEIPT,),
        "penalty_bp": 1_200,
        "state": State.BREACHED,
    }
    return Obligation(**(fields | changes))


def test_jud_1_a_claimed_time_is_shown_as_a_claim_beside_block_time(stage: Stage) -> None:
    """An exhibit keeps both, under names that say which is which."""
    agreement = stage.active()
    claimed = stage.now_ms - 3 * DAY_MS
    photo = {"sha256": "cd" * 32, "size": 9, "title": "photo"}
    late = photo | {"captured_at": stage.now_ms + DAY_MS}
    assert stage.do(cast.LESSOR, "deposit", "evidence", **late).code == "E_EARLY"
    kept = stage.ok(cast.LESSOR, "deposit", "evidence", captured_at=claimed, **photo)
    named = {"agreement": agreement, "deposit": kept["id"], "file_name": "photo.jpg"}
    shown = stage.ok(cast.LESSOR, "attach", sha256="cd" * 32, **named)
    assert shown["claimed_capture"] == claimed
    assert shown["deposited_at"] == kept["deposited_at"] == stage.now_ms - 1


def test_jud_3_nothing_is_breached_before_due_and_grace(stage: Stage) -> None:
    """On the last millisecond overdue, one later breached."""
    agreement = stage.active()
    rent = stage.obligation(agreement, "rent.1")
    stage.warp(ms=rent["due"] + 3 * DAY_MS - stage.now_ms - 1)
    assert stage.obligation(agreement, "rent.1")["state"] == "OVERDUE"
    stage.warp(ms=2)
    assert stage.obligation(agreement, "rent.1")["state"] == "BREACHED"
    assert stage.state(agreement) == "BREACHED"


def test_jud_3_nothing_is_breached_while_what_it_depends_on_is_unmet(stage: Stage) -> None:
    """No thing, no rent, however late; once it comes, the rent is due from then on."""
    agreement = stage.signing()
    stage.sign(agreement)
    stage.warp(days=100)
    assert stage.obligation(agreement, "rent.1")["state"] == "WAITING"
    stage.perform(agreement, "deliver", "courier_sign_off", cast.PLATFORM)
    rent = stage.obligation(agreement, "rent.1")
    assert (rent["state"], rent["due"]) == ("OPEN", stage.now_ms)


def test_jud_4_a_discharged_obligation_cannot_be_claimed(stage: Stage) -> None:
    """It is refused when filed, and no line of a claim."""
    agreement = stage.failed()
    stage.warp(days=30)
    assert stage.obligation(agreement, "rent.2")["state"] == "BREACHED"
    stage.pay(agreement, 1)
    assert stage.state(agreement) == "FAILED"
    filing = stage.filing(agreement, "rent.1", "rent.2")
    facts = stage.refused("E_STATE", cast.LESSOR, "file_case", **filing)
    assert facts["obligation"] == f"{agreement}.rent.1"
    claim = stage.claim(agreement, "rent.1", "rent.2")
    assert [one["obligation"] for one in claim["lines"]] == [f"{agreement}.rent.2"]


@given(days=st.integers(0, 400), more=st.integers(0, 400), paid=st.integers(1, RENT - 1))
def test_jud_4_a_partial_payment_reduces_the_claim_by_exactly_that_amount(
    days: int, more: int, paid: int
) -> None:
    """At the moment of the payment, and counting in between changes nothing at any later one."""
    figures, now = JusticeParameters(), days * DAY_MS
    before = claim_of([debt()], figures, now).total
    counted = accrued(debt(), now)
    after = Obligation(**{name: getattr(counted, name) for name in counted.__struct_fields__})
    after = debt(paid=paid, amount_days=after.amount_days, counted_days=after.counted_days)
    assert before - claim_of([after], figures, now).total == paid
    later = (days + more) * DAY_MS
    assert accrued(accrued(after, now), later) == accrued(after, later)


@given(
    rate=st.integers(0, 5_000),
    lpr=st.integers(0, 1_000),
    days=st.integers(0, 2_000),
    amounts=st.lists(st.integers(0, 10**9), max_size=5),
)
def test_jud_5_a_claim_is_what_is_unmet_and_min_of_rate_and_cap_times_days(
    rate: int, lpr: int, days: int, amounts: list[int]
) -> None:
    """Computed here again, by the words of the invariant."""
    figures = JusticeParameters(lpr_bp=lpr)
    debts = [
        debt(id=f"x{number}", amount=one, penalty_bp=rate) for number, one in enumerate(amounts)
    ]
    claim = claim_of(debts, figures, days * DAY_MS)
    applied = min(rate, 4 * lpr)
    assert claim.unmet == sum(amounts)
    assert claim.penalty == sum(one * applied * days // (10_000 * 365) for one in amounts)
    assert claim.total == claim.unmet + claim.penalty


def test_jud_5_the_cap_of_the_day_bounds_the_rate_of_the_agreement(stage: Stage) -> None:
    """The prime rate fell after the signing: 12 % agreed, 8 % applied."""
    agreement = stage.breached()
    stage.ok(cast.RULES, "change_parameters", parameters={"lpr_bp": 200})
    (line,) = stage.claim(agreement, "rent.1", days=365)["lines"]
    assert (line["contract_bp"], line["applied_bp"]) == (1_200, 800)
    assert line["penalty"] == RENT * 800 * line["days"] // (10_000 * 365)


def test_jud_6_nothing_of_an_agreement_changes_without_all_signatures(stage: Stage) -> None:
    """Neither by a revision after the draft, nor by an amendment that one side has signed."""
    agreement = stage.active()
    kept = stage.table("agreements")[agreement]
    fixed = ("text", "values", "template", "digest", "version", "parties")
    deposit, text = stage.deposit(cast.PLATFORM)
    values = [one | {"value": 5} if one["name"] == "grace" else one for one in kept["values"]]
    revision = {"parties": kept["parties"], "values": values, "text": text, "deposit": deposit}
    stage.refused("E_STATE", cast.PLATFORM, "revise_draft", agreement=agreement, revision=revision)
    named = {"agreement": agreement, "values": values, "text": text, "deposit": deposit}
    amendment = stage.ok(cast.PLATFORM, "propose_amendment", **named)
    sign = {"amendment": amendment["id"]}
    first = stage.signed("lessor", amendment["digest"])
    stage.ok(cast.LESSOR, "sign_amendment", role="lessor", signed=first, **sign)
    now = stage.table("agreements")[agreement]
    assert [now[name] for name in fixed] == [kept[name] for name in fixed]
    second = stage.signed("lessee", amendment["digest"])
    stage.ok(cast.LESSEE, "sign_amendment", role="lessee", signed=second, **sign)
    amended = stage.table("agreements")[agreement]
    assert (amended["version"], amended["text"]) == (2, text)
    assert stage.obligation(agreement, "rent.1")["grace_days"] == 5
    assert stage.obligation(agreement, "deliver")["state"] == "DISCHARGED"
    assert stage.obligation(agreement, "rent.1")["state"] == "OPEN"


def test_jud_7_filing_needs_failed_mediation_and_the_creditors_signature(stage: Stage) -> None:
    """Refused while in mediation, and with another's or another bundle's signature."""
    agreement, mediation = stage.mediated()
    stage.refused("E_STATE", cast.LESSOR, "file_case", **stage.filing(agreement))
    stage.ok(cast.MEDIATOR, "fail_mediation", mediation=mediation, reason="none")
    other = stage.signed("lessor", HASH)
    filing = stage.filing(agreement)
    stage.refused("E_SIG", cast.LESSOR, "file_case", **(filing | {"confirmation": other}))
    assert stage.ok(cast.LESSOR, "file_case", **filing)["confirmation"]["role"] == "lessor"


def test_jud_7_a_clause_may_waive_mediation(stage: Stage) -> None:
    """Then the uncured breach can be filed at once."""
    template = stage.reviewed(cast.lease(waives_mediation=True))
    agreement = stage.served(template=template)
    stage.warp(days=8)
    assert stage.state(agreement) == "FAILED"
    stage.ok(cast.LESSOR, "file_case", **stage.filing(agreement))


def paper(agreement: str, *readers: Any, name: str = "P-1") -> dict[str, Any]:
    """Return a sealed paper."""
    sealed = {"ciphertext": HASH, "plaintext": HASH, "size": 100}
    codes = [one.organization for one in readers]
    named = {"agreement": agreement, "paper": name, "kind": "content"}
    return named | {"sealed": sealed, "readers": codes}


def test_jud_8_contents_are_for_the_parties_and_the_body_that_holds_the_case(
    stage: Stage,
) -> None:
    """No stranger, no mediator before there is one, no court before it is filed there."""
    agreement = stage.served()
    for other in (cast.MEDIATOR, cast.JUDGE, cast.BANK):
        stage.refused("E_ROLE", cast.LESSOR, "declare_paper", **paper(agreement, other))
    stage.ok(cast.LESSOR, "declare_paper", **paper(agreement, cast.LESSEE))
    stage.warp(days=8)
    mediation = stage.table("agreements")[agreement]["mediation"]
    open_to = {"paper": "P-1", "reader": cast.MEDIATOR.organization}
    stage.refused("E_ROLE", cast.LESSOR, "open_paper", **open_to)
    stage.ok(cast.MEDIATOR, "take_mediation", mediation=mediation)
    stage.ok(cast.LESSOR, "open_paper", **open_to)
    stage.ok(cast.MEDIATOR, "fail_mediation", mediation=mediation, reason="none")
    stage.refused("E_ROLE", cast.LESSOR, "open_paper", paper="P-1", reader=cast.COURT)
    stage.ok(cast.LESSOR, "file_case", **stage.filing(agreement))
    stage.ok(cast.LESSOR, "open_paper", paper="P-1", reader=cast.COURT)
    stage.refused("E_STATE", cast.LESSOR, "erase_paper", paper="P-1")


def test_jud_9_a_verdict_says_nothing_about_truth_before_the_deposit(stage: Stage) -> None:
    """The court node sets one field, the judge another, and that one with a basis."""
    agreement, case = stage.heard()
    items = [one for one in stage.table("exhibits").values() if one["agreement"] == agreement]
    assert {one["state"] for one in items} == {"CONSISTENT"}
    assert {one["before"] for one in items} == {"NOT_ASSESSED"}
    ruling = {
        "deposit": items[0]["deposit"],
        "is_admitted": True,
        "before": "SHOWN",
        "considerations": cast.TRUE_ALL,
        "reasons": HASH,
    }
    args = {"case": case, "rulings": [ruling]}
    stage.refused("E_VALUE", cast.JUDGE, "rule_on_evidence", **args)
    assert (
        stage.ok(
            cast.JUDGE, "rule_on_evidence", case=case, rulings=[ruling | {"basis": ["source"]}]
        )
        == 1
    )


@given(st.lists(st.sampled_from(CheckResult), min_size=5, max_size=5))
def test_jud_9_a_verdict_follows_from_findings_alone(results: list[CheckResult]) -> None:
    """Consistent needs file and chain; one failed check is enough for inconsistent."""
    names = Findings.__struct_fields__
    verdict = verdict_of(Findings(**dict(zip(names, results, strict=True))))
    if CheckResult.FAILED in results:
        assert verdict is Verdict.INCONSISTENT
    elif results[:2] == [CheckResult.PASSED] * 2:
        assert verdict is Verdict.CONSISTENT
    else:
        assert verdict is Verdict.UNVERIFIABLE


@settings(max_examples=15)
@given(cap=st.integers(0, 3 * RENT), outcomes=st.lists(st.booleans(), min_size=2, max_size=2))
def test_jud_10_debits_never_exceed_the_cap(cap: int, outcomes: list[bool]) -> None:
    """Whatever the bank says: what is ordered and not rejected is at most the cap."""
    stage = Stage()
    agreement = stage.active()
    stage.authorized(agreement, cap)
    for is_booked in outcomes:
        stage.warp(days=30)
        for order, kept in list(stage.table("payments_orders").items()):
            if kept["state"] == "READY":
                stage.report(order, "BOOKED" if is_booked else "REJECTED")
        orders = stage.table("payments_orders").values()
        used = sum(one["amount"] for one in orders if one["state"] != "REJECTED")
        leave = stage.table("authorizations")[f"{agreement}/lessee"]
        assert leave["used"] == used <= cap
        paid = sum(one["paid"] for one in stage.table("obligations").values())
        assert paid == sum(one["amount"] for one in orders if one["state"] == "BOOKED")
