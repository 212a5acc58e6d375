# SPDX-License-Identifier: Apache-2.0
"""What charity refuses, with its code, and that a refused call changes nothing."""

from __future__ import annotations

import pytest

from tallystick.contracts import CLOCK_AHEAD_MS, DAY_MS, digest_of, minutes
from tallystick.encoding import Value
from tallystick.industries.charity import ListRow, claim_digest, list_digest_of
from tallystick.model import Execution, Signer
from tallystick.testing import make_signer
from tests.unit.industries.charity.scene import (
    ANYONE,
    AUDITOR,
    BANK,
    FOUNDATION,
    OFFICER,
    OFFICER_2,
    OFFICER_3,
    PLATFORM,
    PROVIDER,
    REVIEWER,
    SCHOOL,
    STRANGER,
    Scene,
    key_of,
    person,
    row,
)


def refused(scene: Scene, signer: Signer, method: str, **args: object) -> tuple[str, Value]:
    """Run an action that must be refused without changing anything; return code and facts."""
    before = dict(scene.ledger.state.values)
    done: Execution = scene.do(signer, method, **args)
    assert done.code != "ok"
    assert scene.ledger.state.values == before
    return done.code, done.result


def begun(scene: Scene, rows: list[ListRow], **changes: object) -> str:
    """Begin a list without its rows."""
    new: dict[str, object] = {
        "campaign": scene.campaign(),
        "period": "p",
        "count": len(rows),
        "total": sum(one.amount for one in rows),
        "list_digest": list_digest_of(rows),
    }
    return str(scene.ok(OFFICER, "import_list", **(new | changes)))


def test_a_reviewer_cannot_review_an_own_list(scene: Scene) -> None:
    """Self review: E_CONFLICT, also for the school that attests."""
    batch = scene.imported(scene.campaign(), [row("li")])
    school = make_signer("charity.school", member="officer", organization=FOUNDATION)
    code, facts = refused(
        scene, school, "attest_list", batch=batch, list_digest=list_digest_of([row("li")])
    )
    assert code == "E_CONFLICT"
    assert facts == {"person": f"{FOUNDATION}/officer", "subject": batch, "part": "importer"}


def test_an_overdrawn_list_is_refused_when_checked_and_when_approved(scene: Scene) -> None:
    """E_BALANCE, whichever comes first; two lists cannot spend the same money."""
    campaign = scene.campaign(gift=200_000)
    first = scene.imported(campaign, [row("li")])
    second = scene.imported(campaign, [row("wang")])
    for batch in (first, second):
        scene.ok(ANYONE, "check_list", batch=batch)
    scene.ok(REVIEWER, "approve_list", batch=first, list_digest=list_digest_of([row("li")]))
    code, facts = refused(
        scene, REVIEWER, "approve_list", batch=second, list_digest=list_digest_of([row("wang")])
    )
    assert code == "E_BALANCE"
    assert facts == {
        "owner": f"{campaign}/free",
        "asset": "CNY",
        "available": 50_000,
        "needed": 150_000,
    }


def test_an_assertion_is_used_once(scene: Scene) -> None:
    """E_REPLAY: the same assertion does not carry a second claim."""
    batch = scene.approved(scene.campaign(), [row("li")])
    entitlement = f"{batch}-00001"
    args = scene.claim_args(entitlement, "li")
    order = str(scene.ok(PLATFORM, "claim", **args))
    scene.ok(BANK, "note_sent", orders=[order], file=digest_of("f"))
    scene.report(order, "BOOKED")
    scene.report(order, "RETURNED", reason="AC04")
    code, facts = refused(scene, PLATFORM, "claim_again", **args)
    assert code == "E_REPLAY"
    assert facts == {"assertion": "A1"}


def test_a_claim_by_another_person_is_refused(scene: Scene) -> None:
    """E_SIG: another's signature, another's assertion, and another's identity are no claim."""
    batch = scene.approved(scene.campaign(), [row("li"), row("wang")])
    li, wang = f"{batch}-00001", f"{batch}-00002"
    args = scene.claim_args(li, "li")
    account = args["account"]
    forged = key_of("wang").sign(
        bytes.fromhex(claim_digest(scene.entitlement(li), account, "CNY"))  # type: ignore[arg-type]
    )
    own = args["beneficiary"]
    assert isinstance(own, dict)
    by_other = args | {"beneficiary": own | {"signature": forged.hex()}}
    assert refused(scene, PLATFORM, "claim", **by_other) == (
        "E_SIG",
        {"entitlement": li, "part": "beneficiary"},
    )
    others = args | {"beneficiary": own | {"assertion": scene.vouch(wang, "wang")}}
    assert refused(scene, PLATFORM, "claim", **others)[0] == "E_SIG"
    code, facts = refused(
        scene,
        PROVIDER,
        "assert_identity",
        id="X",
        entitlement=li,
        subject=person("wang"),
        public_key=key_of("wang").public_key.hex(),
        level=3,
        issued_at=scene.now,
    )
    assert (code, facts) == ("E_SIG", {"assertion": "X", "entitlement": li})


def test_an_assertion_from_the_future_is_refused(scene: Scene) -> None:
    """E_EXPIRED: it would stay fresh for longer; the ledger's time may be a minute behind."""
    batch = scene.approved(scene.campaign(), [row("li")])
    said = {
        "entitlement": f"{batch}-00001",
        "subject": person("li"),
        "public_key": key_of("li").public_key.hex(),
        "level": 3,
    }
    latest = scene.now + CLOCK_AHEAD_MS
    early = said | {"id": "X", "issued_at": latest + minutes(1)}
    assert refused(scene, PROVIDER, "assert_identity", **early)[0] == "E_EXPIRED"
    scene.ok(PROVIDER, "assert_identity", **said, id="Y", issued_at=latest)


def test_a_claim_after_ninety_days_is_refused_whether_or_not_a_tick_came(scene: Scene) -> None:
    """E_EXPIRED; on the last millisecond it is accepted."""
    batch = scene.approved(scene.campaign(), [row("li"), row("wang")])
    due = scene.now + 90 * DAY_MS
    scene.ledger.block_time_ms = due - 2
    last = scene.claim_args(f"{batch}-00001", "li")
    scene.ledger.block_time_ms = due - 1
    assert scene.do(PLATFORM, "claim", **last).code == "ok"
    late = scene.claim_args(f"{batch}-00002", "wang")
    code, facts = refused(scene, PLATFORM, "claim", **late)
    assert (code, facts) == ("E_EXPIRED", {"entitlement": f"{batch}-00002", "until": due})
    scene.ok(ANYONE, "tick")
    code, facts = refused(scene, PLATFORM, "claim", **late)
    assert (code, facts) == (
        "E_STATE",
        {"subject": f"{batch}-00002", "state": "LAPSED", "action": "claim"},
    )


def test_an_approved_list_cannot_be_edited(scene: Scene) -> None:
    """Edit of an approved amount: E_STATE."""
    batch = scene.approved(scene.campaign(), [row("li")])
    code, facts = refused(scene, OFFICER, "add_rows", batch=batch, rows=[row("wang")])
    assert (code, facts) == ("E_STATE", {"batch": batch, "batch_state": "APPROVED"})
    digest = list_digest_of([row("li")])
    for method, more in (
        ("approve_list", {"list_digest": digest}),
        ("reject_list", {"reason": "no"}),
    ):
        assert refused(scene, REVIEWER, method, batch=batch, **more)[0] == "E_STATE"
    assert refused(scene, ANYONE, "check_list", batch=batch)[0] == "E_STATE"


def test_a_donation_after_the_close_is_refused(scene: Scene) -> None:
    """E_LATE: after closes_at whether or not it was closed, and after an early close."""
    campaign, early = scene.campaign(), scene.campaign()
    scene.ok(OFFICER, "close_campaign", campaign=early)
    gift: dict[str, object] = {"amount": 1, "donor": digest_of("d"), "reference": "R"}
    code, _ = refused(scene, BANK, "receive_donation", campaign=early, **gift)
    assert code == "E_LATE"
    scene.warp(301)
    code, facts = refused(scene, BANK, "receive_donation", campaign=campaign, **gift)
    assert (code, isinstance(facts, dict) and facts["state"]) == ("E_LATE", "OPEN")
    scene.ok(ANYONE, "tick")
    code, facts = refused(scene, BANK, "receive_donation", campaign=campaign, **gift)
    assert (code, isinstance(facts, dict) and facts["state"]) == ("E_LATE", "CLOSED")


def test_a_foundation_without_valid_licence_does_nothing(scene: Scene) -> None:
    """Licence expired: E_EXPIRED; never licensed: E_MISSING; renewed, all is well again."""
    campaign = scene.campaign()
    scene.license(days=1)
    scene.warp(2)
    code, facts = refused(scene, OFFICER, "register_campaign", **scene.plan())
    assert (code, isinstance(facts, dict) and facts["foundation"]) == ("E_EXPIRED", FOUNDATION)
    assert refused(scene, OFFICER, "close_campaign", campaign=campaign)[0] == "E_EXPIRED"
    assert refused(scene, STRANGER, "register_campaign", **scene.plan())[0] == "E_MISSING"
    scene.license(days=100)
    scene.ok(OFFICER, "close_campaign", campaign=campaign)


def test_a_minor_needs_a_guardian_s_signature(scene: Scene) -> None:
    """Missing guardian: E_CONSENT, in the list's row or in the claim."""
    rows = [row("kid", guardian=person("mother"), is_minor=True), row("orphan", is_minor=True)]
    batch = scene.approved(scene.campaign(), rows)
    alone = scene.claim_args(f"{batch}-00001", "kid")
    assert refused(scene, PLATFORM, "claim", **alone) == (
        "E_CONSENT",
        {"entitlement": f"{batch}-00001"},
    )
    unlisted = scene.claim_args(f"{batch}-00002", "orphan")
    assert refused(scene, PLATFORM, "claim", **unlisted)[0] == "E_CONSENT"
    scene.ok(PLATFORM, "claim", **scene.claim_args(f"{batch}-00001", "kid", guardian="mother"))


def test_a_guardian_s_signature_must_be_the_guardian_s(scene: Scene) -> None:
    """E_SIG names the guardian."""
    batch = scene.approved(scene.campaign(), [row("kid", guardian=person("mother"), is_minor=True)])
    args = scene.claim_args(f"{batch}-00001", "kid", guardian="mother")
    mother = args["guardian"]
    assert isinstance(mother, dict)
    args["guardian"] = mother | {"signature": "00" * 64}
    assert refused(scene, PLATFORM, "claim", **args) == (
        "E_SIG",
        {"entitlement": f"{batch}-00001", "part": "guardian"},
    )


def test_a_guardian_cannot_sign_in_the_beneficiary_s_place(scene: Scene) -> None:
    """E_SIG: an assertion about the guardian is none about the child."""
    batch = scene.approved(scene.campaign(), [row("kid", guardian=person("mother"), is_minor=True)])
    args = scene.claim_args(f"{batch}-00001", "kid", guardian="mother")
    args["beneficiary"] = args["guardian"]
    assert refused(scene, PLATFORM, "claim", **args)[0] == "E_SIG"


def test_who_attested_a_list_does_not_approve_it(scene: Scene) -> None:
    """E_CONFLICT names the part, as for who imported it."""
    batch = scene.imported(scene.campaign(), [row("li")])
    scene.ok(ANYONE, "check_list", batch=batch)
    digest = list_digest_of([row("li")])
    both = make_signer(
        "charity.school", "charity.reviewer", member="reviewer", organization=FOUNDATION
    )
    scene.ok(both, "attest_list", batch=batch, list_digest=digest)
    code, facts = refused(scene, both, "approve_list", batch=batch, list_digest=digest)
    assert (code, isinstance(facts, dict) and facts["part"]) == ("E_CONFLICT", "school")


def test_a_list_that_is_not_what_was_announced_fails_its_check(scene: Scene) -> None:
    """E_HASH names what differs; more rows than announced are E_LIMIT at once."""
    rows = [row("li")]
    fewer = begun(scene, rows, count=2)
    scene.ok(OFFICER, "add_rows", batch=fewer, rows=rows)
    assert refused(scene, ANYONE, "check_list", batch=fewer) == (
        "E_HASH",
        {"batch": fewer, "what": "count"},
    )
    rows = [row("wang")]
    dearer = begun(scene, rows, total=150_001)
    scene.ok(OFFICER, "add_rows", batch=dearer, rows=rows)
    assert refused(scene, ANYONE, "check_list", batch=dearer)[1] == {
        "batch": dearer,
        "what": "total",
    }
    rows = [row("zhao")]
    other = begun(scene, rows, list_digest=digest_of("other"))
    scene.ok(OFFICER, "add_rows", batch=other, rows=rows)
    assert refused(scene, ANYONE, "check_list", batch=other)[1] == {
        "batch": other,
        "what": "digest",
    }
    small = begun(scene, [row("qian")])
    code, _ = refused(scene, OFFICER, "add_rows", batch=small, rows=[row("qian"), row("sun")])
    assert code == "E_LIMIT"


@pytest.mark.main_path
def test_the_cross_check_needs_the_same_list_from_another_person(scene: Scene) -> None:
    """Finance computes the digest of its own list: another list is E_HASH, and nobody is paid."""
    batch = scene.imported(scene.campaign(), [row("li")])
    scene.ok(ANYONE, "check_list", batch=batch)
    finance = list_digest_of([row("li", 150_001)])
    assert refused(scene, REVIEWER, "approve_list", batch=batch, list_digest=finance) == (
        "E_HASH",
        {"batch": batch, "what": "digest"},
    )


def test_a_campaign_that_asks_for_a_school_needs_its_word(scene: Scene) -> None:
    """E_CONSENT until the school has attested."""
    batch = scene.imported(scene.campaign(needs_school=True), [row("li")])
    scene.ok(ANYONE, "check_list", batch=batch)
    digest = list_digest_of([row("li")])
    assert refused(scene, REVIEWER, "approve_list", batch=batch, list_digest=digest) == (
        "E_CONSENT",
        {"batch": batch},
    )
    assert refused(scene, SCHOOL, "attest_list", batch=batch, list_digest=digest_of("x"))[0] == (
        "E_HASH"
    )
    scene.ok(SCHOOL, "attest_list", batch=batch, list_digest=digest)
    scene.ok(REVIEWER, "approve_list", batch=batch, list_digest=digest)


def test_rows_come_from_who_began_the_list(scene: Scene) -> None:
    """E_CONFLICT: otherwise importer and another officer could not be told apart."""
    batch = begun(scene, [row("li")])
    code, facts = refused(scene, OFFICER_2, "add_rows", batch=batch, rows=[row("li")])
    assert (code, facts) == (
        "E_CONFLICT",
        {"batch": batch, "imported_by": f"{FOUNDATION}/officer"},
    )


def test_another_foundation_does_not_touch_a_campaign(scene: Scene) -> None:
    """E_ROLE names whose it is."""
    campaign = scene.campaign()
    code, facts = refused(scene, STRANGER, "close_campaign", campaign=campaign)
    assert (code, facts) == ("E_ROLE", {"campaign": campaign, "foundation": FOUNDATION})


def test_a_campaign_does_not_open_before_its_start(scene: Scene) -> None:
    """E_EARLY."""
    plan = scene.plan(opens_at=scene.now + DAY_MS)
    campaign = scene.ok(OFFICER, "register_campaign", **plan)
    scene.ok(OFFICER, "file_campaign", campaign=campaign)
    code, _ = refused(scene, OFFICER, "open_campaign", campaign=campaign)
    assert code == "E_EARLY"
    scene.warp(1)
    scene.ok(OFFICER, "open_campaign", campaign=campaign)


def test_a_list_needs_a_campaign_that_has_opened(scene: Scene) -> None:
    """E_STATE for a draft."""
    campaign = scene.ok(OFFICER, "register_campaign", **scene.plan())
    code, _ = refused(
        scene,
        OFFICER,
        "import_list",
        campaign=campaign,
        period="p",
        count=1,
        total=1,
        list_digest=digest_of("x"),
    )
    assert code == "E_STATE"


def test_a_campaign_is_settled_only_when_nothing_is_left(scene: Scene) -> None:
    """E_STATE says how many entitlements and how much money are open."""
    campaign = scene.campaign(gift=150_000)
    rich = scene.campaign(gift=1)
    scene.ok(OFFICER, "close_campaign", campaign=rich)
    code, facts = refused(scene, AUDITOR, "settle_campaign", campaign=rich)
    assert (code, facts) == ("E_STATE", {"campaign": rich, "open_entitlements": 0, "left": 1})
    batch = scene.approved(campaign, [row("li")])
    scene.ok(OFFICER, "close_campaign", campaign=campaign)
    code, facts = refused(scene, AUDITOR, "settle_campaign", campaign=campaign)
    assert (code, facts) == (
        "E_STATE",
        {"campaign": campaign, "open_entitlements": 1, "left": 150_000},
    )
    scene.paid(f"{batch}-00001", "li")
    scene.ok(AUDITOR, "settle_campaign", campaign=campaign)
    assert refused(scene, AUDITOR, "settle_campaign", campaign=campaign)[0] == "E_STATE"


def test_the_remainder_goes_where_the_plan_says(scene: Scene) -> None:
    """E_PURPOSE: not before the close, not to itself, not to another project."""
    campaign, heir, other = scene.campaign(), scene.campaign(), scene.campaign(project="other")
    move = {"campaign": campaign, "fund": "free", "reference": "M"}
    assert refused(scene, OFFICER, "move_remainder", to=heir, **move)[0] == "E_PURPOSE"
    scene.ok(OFFICER, "close_campaign", campaign=campaign)
    for to in (campaign, other):
        assert refused(scene, OFFICER, "move_remainder", to=to, **move) == (
            "E_PURPOSE",
            {"campaign": campaign, "remainder_to": "new-future"},
        )
    scene.ok(OFFICER, "move_remainder", to=heir, **move)


def test_more_than_was_paid_is_not_recovered(scene: Scene) -> None:
    """E_LIMIT; and only what was paid has a case, E_STATE."""
    batch = scene.approved(scene.campaign(), [row("li")])
    entitlement = f"{batch}-00001"
    recover = {"entitlement": entitlement, "reason": "wrong"}
    assert refused(scene, OFFICER, "open_recovery", **recover)[0] == "E_STATE"
    scene.paid(entitlement, "li")
    scene.ok(OFFICER, "open_recovery", **recover)
    part = {"entitlement": entitlement, "amount": 100_000}
    scene.ok(BANK, "receive_recovered", reference="R1", **part)
    code, facts = refused(scene, BANK, "receive_recovered", reference="R2", **part)
    assert (code, facts) == (
        "E_LIMIT",
        {"entitlement": entitlement, "amount": 150_000, "recovered": 100_000},
    )


def test_only_the_beneficiary_confirms(scene: Scene) -> None:
    """E_SIG for another's signature."""
    batch = scene.approved(scene.campaign(), [row("li")])
    entitlement = f"{batch}-00001"
    scene.paid(entitlement, "li")
    before = dict(scene.ledger.state.values)
    assert scene.confirm(entitlement, "wang").code == "E_SIG"
    assert scene.ledger.state.values == before
    assert scene.confirm(entitlement, "li").code == "ok"
    assert str(scene.entitlement(entitlement).state) == "CONFIRMED"


def test_an_entitlement_is_revoked_only_before_its_claim(scene: Scene) -> None:
    """E_STATE while its payment is under way."""
    batch = scene.approved(scene.campaign(), [row("li")])
    entitlement = f"{batch}-00001"
    scene.ok(OFFICER_2, "request_revocation", entitlement=entitlement, reason="moved")
    scene.claimed(entitlement, "li")
    code, _ = refused(scene, OFFICER_3, "approve_revocation", entitlement=entitlement)
    assert code == "E_STATE"


def test_a_deadline_that_was_not_refused_is_not_tried_by_hand(scene: Scene) -> None:
    """E_STATE: a campaign ends by a tick, when its time is over."""
    campaign = scene.campaign()
    asked = {"case": campaign, "name": "closing"}
    told = refused(scene, ANYONE, "retry_deadline", **asked)
    assert told == ("E_STATE", asked | {"state": "WAITING"})


@pytest.mark.parametrize(
    ("signer", "method", "args"),
    [
        (OFFICER, "approve_list", {"batch": "B", "list_digest": digest_of("x")}),
        (REVIEWER, "claim_again", None),
        (PLATFORM, "report_payment", {"order": "P", "state": "BOOKED", "attempt": 1}),
        (ANYONE, "take_fee", {"campaign": "C", "amount": 1, "reference": "R"}),
        (BANK, "settle_campaign", {"campaign": "C"}),
    ],
)
def test_each_step_needs_its_role(
    scene: Scene, signer: Signer, method: str, args: dict[str, object] | None
) -> None:
    """E_ROLE for everybody else."""
    if args is None:
        batch = scene.approved(scene.campaign(), [row("li")])
        args = scene.claim_args(f"{batch}-00001", "li")
    assert refused(scene, signer, method, **args)[0] == "E_ROLE"
