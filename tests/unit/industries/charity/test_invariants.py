# SPDX-License-Identifier: Apache-2.0
"""Each numbered invariant of charity (CHAR-1 to CHAR-10) as a test of its own."""

from __future__ import annotations

from collections import Counter

from tallystick.contracts import MethodSchema, ValueType, digest_of, schema_of
from tallystick.encoding import Value
from tallystick.industries.charity import Charity, list_digest_of
from tallystick.industries.charity.queries import merged
from tallystick.industries.charity.records import Slice
from tallystick.model import Event
from tallystick.testing import make_signer
from tests.unit.industries.charity.invariants import check_all
from tests.unit.industries.charity.scene import (
    ANYONE,
    AUDITOR,
    BANK,
    FOUNDATION,
    OFFICER,
    OFFICER_2,
    OFFICER_3,
    PLATFORM,
    REVIEWER,
    Scene,
    account_of,
    person,
    row,
)


def test_char_1_a_beneficiary_is_paid_once_even_over_two_lists_and_campaigns(scene: Scene) -> None:
    """CHAR-1: E_DUP names the row and the entitlement there is; another period is another right."""
    campaign, other = scene.campaign(), scene.campaign()
    batch = scene.approved(campaign, [row("li")])
    scene.paid(f"{batch}-00001", "li")
    for where in (campaign, other):
        rows = [row("wang"), row("li")]
        new = scene.ok(
            OFFICER,
            "import_list",
            campaign=where,
            period="2026-A",
            count=2,
            total=300_000,
            list_digest=list_digest_of(rows),
        )
        refused = scene.do(OFFICER, "add_rows", batch=new, rows=rows)
        assert (refused.code, refused.result) == (
            "E_DUP",
            {
                "row": 2,
                "project": "new-future",
                "period": "2026-A",
                "entitlement": f"{batch}-00001",
            },
        )
    scene.approved(campaign, [row("li")], period="2026-B")
    check_all(scene)


def test_char_1_who_was_rejected_lapsed_or_revoked_may_be_listed_again(scene: Scene) -> None:
    """CHAR-1: only an entitlement that can still be paid stands in the way."""
    campaign = scene.campaign()
    rejected = scene.imported(campaign, [row("li")])
    scene.ok(REVIEWER, "reject_list", batch=rejected, reason="wrong school")
    lapsed = scene.approved(campaign, [row("li")])
    scene.warp(91)
    scene.ok(ANYONE, "tick")
    revoked = scene.approved(campaign, [row("li")])
    scene.ok(OFFICER_2, "request_revocation", entitlement=f"{revoked}-00001", reason="moved")
    scene.ok(OFFICER_3, "approve_revocation", entitlement=f"{revoked}-00001")
    again = scene.approved(campaign, [row("li")])
    scene.paid(f"{again}-00001", "li")
    states = [str(scene.entitlement(f"{one}-00001").state) for one in (lapsed, revoked, again)]
    assert states == ["LAPSED", "REVOKED", "PAID"]
    check_all(scene)


def test_char_2_the_sums_balance_at_every_height(scene: Scene) -> None:
    """CHAR-2: through donation, fee, approval, payment, return, lapse, recovery and remainder."""
    campaign, heir = scene.campaign(gift=1_000_000), scene.campaign(gift=0)
    check_all(scene)
    batch = scene.approved(campaign, [row("li"), row("wang"), row("zhao")])
    check_all(scene)
    order = scene.paid(f"{batch}-00001", "li")
    check_all(scene)
    assert scene.report(order, "RETURNED", reason="AC04").code == "ok"
    check_all(scene)
    scene.ok(PLATFORM, "claim_again", **scene.claim_args(f"{batch}-00001", "li"))
    scene.ok(BANK, "note_sent", orders=[order], file=digest_of("again"))
    assert scene.report(order, "BOOKED", attempt=2).code == "ok"
    check_all(scene)
    scene.ok(REVIEWER, "take_fee", campaign=campaign, amount=10_000, reference="FEE-1")
    check_all(scene)
    scene.paid(f"{batch}-00002", "wang")
    scene.ok(OFFICER, "open_recovery", entitlement=f"{batch}-00002", reason="not enrolled")
    scene.ok(
        BANK,
        "receive_recovered",
        entitlement=f"{batch}-00002",
        amount=100_000,
        reference=scene.reference(),
    )
    check_all(scene)
    scene.warp(91)
    scene.ok(ANYONE, "tick")
    check_all(scene)
    scene.ok(OFFICER, "close_campaign", campaign=campaign)
    moved = scene.ok(
        OFFICER, "move_remainder", campaign=campaign, to=heir, fund="free", reference="MV-1"
    )
    check_all(scene)
    book = scene.book(campaign)
    assert (book.donated, book.returned, book.paid, book.fees) == (
        1_000_000,
        250_000,
        450_000,
        10_000,
    )
    assert (book.moved_out, book.held, book.available) == (moved, 0, 0)
    scene.ok(AUDITOR, "settle_campaign", campaign=campaign)


def test_char_3_a_restricted_fund_pays_only_who_meets_the_restriction(scene: Scene) -> None:
    """CHAR-3: E_PURPOSE for a row without the tag, E_BALANCE where the fund itself is short."""
    campaign = scene.campaign(gift=1_000_000)
    scene.give(campaign, 200_000, fund="province-51")
    rows = [row("li", fund="province-51", tags=("grade-10",))]
    new = scene.ok(
        OFFICER,
        "import_list",
        campaign=campaign,
        period="p",
        count=1,
        total=150_000,
        list_digest=list_digest_of(rows),
    )
    refused = scene.do(OFFICER, "add_rows", batch=new, rows=rows)
    assert (refused.code, refused.result) == ("E_PURPOSE", {"row": 1, "fund": "province-51"})
    scene.approved(campaign, [row("li", fund="province-51", tags=("province-51",))])
    more = scene.imported(campaign, [row("wang", fund="province-51", tags=("province-51",))])
    short = scene.do(ANYONE, "check_list", batch=more)
    assert short.code == "E_BALANCE"
    assert short.result == {
        "owner": f"{campaign}/province-51",
        "asset": "CNY",
        "available": 50_000,
        "needed": 150_000,
    }
    check_all(scene)


def test_char_4_importer_reviewer_and_approver_of_a_revocation_differ(scene: Scene) -> None:
    """CHAR-4: whoever had one part is refused the next with E_CONFLICT, naming the part."""
    campaign = scene.campaign()
    batch = scene.imported(campaign, [row("li")])
    scene.ok(ANYONE, "check_list", batch=batch)

    turncoat = make_signer("charity.reviewer", member="officer", organization=FOUNDATION)
    digest = list_digest_of([row("li")])
    refused = scene.do(turncoat, "approve_list", batch=batch, list_digest=digest)
    assert (refused.code, refused.result) == (
        "E_CONFLICT",
        {"person": f"{FOUNDATION}/officer", "subject": batch, "part": "importer"},
    )
    scene.ok(REVIEWER, "approve_list", batch=batch, list_digest=digest)
    entitlement = f"{batch}-00001"
    scene.ok(OFFICER_2, "request_revocation", entitlement=entitlement, reason="moved")
    was_reviewer = make_signer("charity.officer", member="reviewer", organization=FOUNDATION)
    parts = []
    for signer in (OFFICER, OFFICER_2, was_reviewer):
        done = scene.do(signer, "approve_revocation", entitlement=entitlement)
        assert (done.code, isinstance(done.result, dict)) == ("E_CONFLICT", True)
        parts.append(done.result["part"])  # type: ignore[index,call-overload]
    assert parts == ["importer", "requester", "reviewer"]
    scene.ok(OFFICER_3, "approve_revocation", entitlement=entitlement)


def test_char_4_one_person_cannot_be_officer_and_reviewer_at_once(scene: Scene) -> None:
    """CHAR-4: exclusive roles."""
    both = make_signer("charity.officer", "charity.reviewer", member="two", organization=FOUNDATION)
    assert scene.do(both, "register_campaign", **scene.plan()).code == "E_CONFLICT"


def test_char_5_no_payment_without_a_fresh_assertion_and_the_exact_signature(
    scene: Scene,
) -> None:
    """CHAR-5: each thing that differs is refused, and nothing is paid."""
    campaign = scene.campaign()
    entitlement = f"{scene.approved(campaign, [row('li'), row('wang')])}-00001"
    good = scene.claim_args(entitlement, "li")
    before = dict(scene.ledger.state.values)

    other_amount = scene.do(PLATFORM, "claim", **(good | {"amount": 150_001}))
    assert (other_amount.code, other_amount.result) == (
        "E_HASH",
        {"entitlement": entitlement, "amount": 150_000, "claimed": 150_001},
    )
    other_account = good | {"account": account_of("li", "another")}
    assert scene.do(PLATFORM, "claim", **other_account).code == "E_SIG"
    assert scene.ledger.state.values == before

    aged = scene.claim_args(entitlement, "li")
    scene.ledger.block_time_ms += 10 * 60_000 + 1
    assert scene.do(PLATFORM, "claim", **aged).code == "E_EXPIRED"
    assert not scene.ledger.state.records("charity", "payments_orders")
    scene.ok(PLATFORM, "claim", **scene.claim_args(entitlement, "li"))


def test_char_5_an_assertion_counts_for_ten_minutes_to_the_millisecond(scene: Scene) -> None:
    """CHAR-5: on the last millisecond accepted."""
    entitlement = f"{scene.approved(scene.campaign(), [row('li')])}-00001"
    args = scene.claim_args(entitlement, "li")
    scene.ledger.block_time_ms += 10 * 60_000 - 3
    assert scene.do(PLATFORM, "claim", **args).code == "ok"


def test_char_6_the_account_is_the_beneficiary_s_or_the_guardian_s(scene: Scene) -> None:
    """CHAR-6: E_CONFLICT for anybody else's, though the beneficiary signed."""
    rows = [row("li"), row("kid", guardian=person("mother"), is_minor=True)]
    batch = scene.approved(scene.campaign(), rows)
    stolen = scene.claim_args(f"{batch}-00001", "li", account=account_of("teacher"))
    refused = scene.do(PLATFORM, "claim", **stolen)
    assert (refused.code, refused.result) == (
        "E_CONFLICT",
        {"entitlement": f"{batch}-00001", "holder": person("teacher")},
    )
    mothers = scene.claim_args(
        f"{batch}-00002", "kid", account=account_of("mother"), guardian="mother"
    )
    scene.ok(PLATFORM, "claim", **mothers)


def test_char_7_fees_stay_within_the_plan_and_ten_percent_of_the_year_s_spending(
    scene: Scene,
) -> None:
    """CHAR-7: E_LIMIT names which limit; the exact boundary is allowed."""
    campaign = scene.campaign(gift=1_000_000, fee_cap_basis=300)
    early = scene.do(REVIEWER, "take_fee", campaign=campaign, amount=1, reference="F")
    assert (early.code, early.result) == ("E_LIMIT", {"fee": 1, "allowed": 0, "limit": "year"})
    batch = scene.approved(campaign, [row("li", 90_000), row("wang", 180_000)])
    scene.paid(f"{batch}-00001", "li")
    scene.ok(REVIEWER, "take_fee", campaign=campaign, amount=10_000, reference="F1")
    more = scene.do(REVIEWER, "take_fee", campaign=campaign, amount=1, reference="F2")
    assert more.result == {"fee": 10_001, "allowed": 10_000, "limit": "year"}
    scene.paid(f"{batch}-00002", "wang")
    scene.ok(REVIEWER, "take_fee", campaign=campaign, amount=20_000, reference="F3")
    plan = scene.do(REVIEWER, "take_fee", campaign=campaign, amount=1, reference="F4")
    assert plan.result == {"fee": 30_001, "allowed": 30_000, "limit": "plan"}
    check_all(scene)


_OPEN_TEXT = {
    "title",
    "licence",
    "reason",
    "reference",
    "bank_reference",
    "owner",
    "payer",
    "case",
    "debit",
    "credit",
    "hold",
    "order",
    "id",
    "registered_by",
    "imported_by",
    "attested_by",
    "reviewed_by",
    "declared_by",
    "requested_by",
    "approved_by",
    "opened_by",
    "code",
    "member",
    "calendar",
    "workflow",
    "subject",
    "action",
    "before",
    "after",
    "role",
    "state",
    "province",
    "on_expiry",
    "batch",
    "what",
    "part",
    "person",
}


def _texts(value: ValueType, name: str) -> set[str]:
    """Return the names of fields that could hold any text."""
    found: set[str] = set()
    if value.kind == "text" and value.format is None and value.pattern is None:
        found.add(name)
    for inner in value.fields:
        found |= _texts(inner.type, inner.name)
    return found | (_texts(value.items, name) if value.items else set())


def test_char_8_no_field_of_the_contract_could_hold_a_personal_datum() -> None:
    """CHAR-8: what stands for persons is a digest; open texts are those of the institutions."""
    schema = schema_of(Charity)
    fields = [field for table in schema.tables for field in table.fields]
    fields += [field for event in schema.events for field in event.fields]
    methods: tuple[MethodSchema, ...] = schema.methods
    fields += [field for method in methods for field in method.arguments]
    open_texts = set().union(*(_texts(field.type, field.name) for field in fields))
    assert open_texts <= _OPEN_TEXT
    persons = [field for field in fields if field.name in {"beneficiary", "guardian", "holder"}]
    assert {one.type.format or one.type.name for one in persons} <= {
        "person-commitment",
        "digest",
        "sha256",
        "Signed",
    }


def slices(scene: Scene, donation: str) -> Value:
    """Return where a donation went, as the donor sees it."""
    trace = scene.ledger.query("trace", donation=donation)
    assert isinstance(trace, dict)
    return trace["slices"]


def test_char_8_the_donor_s_page_names_no_group_under_five(scene: Scene) -> None:
    """CHAR-8: lists of few payouts are merged, and together they are five or join another."""
    campaign = scene.campaign(gift=2_000_000)
    donation = next(iter(scene.ledger.state.records("charity", "donations")))
    names = [f"a{n}" for n in range(5)]
    large = scene.approved(campaign, [row(name, 100_000) for name in names])
    small = scene.approved(campaign, [row("b0", 100_000), row("b1", 100_000)])
    for number, name in enumerate(names, start=1):
        scene.paid(f"{large}-{number:05d}", name)
    assert slices(scene, donation) == [{"batch": large, "payouts": 5, "amount": 500_000}]
    scene.paid(f"{small}-00001", "b0")
    assert slices(scene, donation) == [{"batch": "", "payouts": 6, "amount": 600_000}]


def test_char_8_merging_keeps_sums_and_hides_every_small_group() -> None:
    """CHAR-8: for any sizes, every named group has five, the merged one too if it can."""
    sizes = [(1, 7, 4), (4, 7, 5), (5, 5), (1,), (), (2, 2, 2), (9, 1, 6, 3, 1)]
    for counts in sizes:
        slices = [
            Slice(batch=f"B{n}", payouts=count, amount=count * 10) for n, count in enumerate(counts)
        ]
        shown = merged(slices)
        assert sum(one.payouts for one in shown) == sum(counts)
        assert sum(one.amount for one in shown) == sum(counts) * 10
        assert all(one.payouts >= 5 for one in shown if one.batch)
        assert all(one.payouts >= 5 for one in shown) or sum(counts) < 5


def test_char_9_declared_related_persons_cannot_be_listed(scene: Scene) -> None:
    """CHAR-9: E_CONFLICT names the row, and nothing of the call is kept."""
    scene.ok(OFFICER, "declare_related", foundation=FOUNDATION, persons=[person("nephew")])
    rows = [row("li"), row("nephew")]
    new = scene.ok(
        OFFICER,
        "import_list",
        campaign=scene.campaign(),
        period="p",
        count=2,
        total=300_000,
        list_digest=list_digest_of(rows),
    )
    refused = scene.do(OFFICER, "add_rows", batch=new, rows=rows)
    assert (refused.code, refused.result) == ("E_CONFLICT", {"row": 2, "foundation": FOUNDATION})
    assert not scene.ledger.state.records("charity", "entitlements")


def test_char_10_disclosure_figures_equal_replayed_totals(scene: Scene) -> None:
    """CHAR-10: what is disclosed is what the events add up to."""
    events: list[Event] = []
    run = scene.ledger.run

    def listening(*args: object, **more: object) -> object:
        done = run(*args, **more)  # type: ignore[arg-type]
        events.extend(done.events)
        return done

    scene.ledger.run = listening  # type: ignore[assignment,method-assign]
    campaign = scene.campaign(gift=500_000)
    scene.give(campaign, 300_000, fund="grade-10")
    batch = scene.approved(campaign, [row("li"), row("wang")])
    order = scene.paid(f"{batch}-00001", "li")
    scene.report(order, "RETURNED", reason="AC04")
    scene.paid(f"{batch}-00002", "wang")
    scene.ok(REVIEWER, "take_fee", campaign=campaign, amount=10_000, reference="F")
    disclosed = scene.ok(OFFICER, "disclose", campaign=campaign)
    sums: Counter[str] = Counter()
    for event in events:
        name, amount = event.name.partition(".")[2], event.fields.get("amount")
        if isinstance(amount, int):
            sums[name] += amount
    assert isinstance(disclosed, dict)
    assert disclosed["donated"] == sums["DonationReceived"] == 800_000
    assert disclosed["paid"] == sums["EntitlementPaid"] == 300_000
    assert disclosed["returned"] == sums["MoneyReturned"] == 150_000
    assert disclosed["fees"] == sums["FeeTaken"] == 10_000
    assert disclosed["held"] == 150_000
    assert disclosed["available"] == 800_000 + 150_000 - 150_000 - 300_000 - 10_000
