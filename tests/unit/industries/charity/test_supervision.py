# SPDX-License-Identifier: Apache-2.0
"""What supervisors of charity see: figures are the replayed totals, warnings have edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from tallystick.contracts import DAY_MS, digest_of
from tallystick.industries.charity import list_digest_of
from tallystick.industries.charity.records import Book, Entitlement, FoundationYear
from tests.unit.industries.charity.scene import (
    ANYONE,
    BANK,
    OFFICER,
    PLATFORM,
    REVIEWER,
    SUPERVISOR,
    account_of,
    row,
)
from tests.unit.industries.charity.sequences import Sequence
from tests.unit.industries.charity.supervised import WatchedScene

MINUTE_MS = 60_000


@pytest.fixture
def scene(tmp_path: Path) -> WatchedScene:
    """Return a scene that is watched."""
    return WatchedScene(f"sqlite:///{tmp_path / 'views.sqlite'}")


def claims(scene: WatchedScene, names: Iterable[str], **changes: object) -> list[str]:
    """Let so many claim, each with the same changes; return their entitlements."""
    people = list(names)
    batch = scene.approved(scene.campaign(), [row(name, 1_000) for name in people])
    entitlements = [f"{batch}-{number:05d}" for number in range(1, len(people) + 1)]
    for entitlement, name in zip(entitlements, people, strict=True):
        account = account_of(name, str(changes.get("bank_account", "")))
        args = scene.claim_args(entitlement, name, account=account)
        scene.ok(PLATFORM, "claim", **(args | {"device": changes.get("device", args["device"])}))
    return entitlements


@pytest.mark.parametrize(("people", "fires"), [(3, False), (4, True)])
def test_w1_fires_at_the_fourth_beneficiary_of_an_account(
    scene: WatchedScene, people: int, fires: bool
) -> None:
    """CHAR-W1: three children of a family may share one; it cites the first and the last claim."""
    claims(scene, [f"p{number}" for number in range(people)], bank_account="shared")
    alerts = scene.alerts("CHAR-W1")
    assert len(alerts) == fires
    if fires:
        made = scene.transactions("claim")
        assert (alerts[0].version, alerts[0].level) == (1, "critical")
        assert alerts[0].about == {"account": digest_of("account", "shared")}
        assert alerts[0].transactions == (made[0], made[-1])
        assert alerts[0].sentence.en.endswith("for 4 beneficiaries")


def test_w1_counts_a_beneficiary_once_however_often_the_payment_fails(scene: WatchedScene) -> None:
    """CHAR-W1: a second claim after a failure is the same person."""
    scene.ok(SUPERVISOR, "change_parameters", parameters={"payment_tries_max": 1})
    (entitlement,) = claims(scene, ["li"], bank_account="x", device=digest_of("d"))
    for attempt in range(1, 7):
        order = f"P-{entitlement}"
        scene.ok(BANK, "note_sent", orders=[order], file=digest_of("f", attempt))
        scene.report(order, "REJECTED", attempt=attempt, reason="AC01")
        args = scene.claim_args(entitlement, "li", account=account_of("li", "x"))
        scene.ok(PLATFORM, "claim_again", **(args | {"device": digest_of("d")}))
    assert scene.alerts("CHAR-W1") == []
    assert scene.alerts("CHAR-W2") == []


@pytest.mark.parametrize(("people", "fires"), [(5, False), (6, True)])
def test_w2_fires_at_the_sixth_claim_of_a_device(
    scene: WatchedScene, people: int, fires: bool
) -> None:
    """CHAR-W2: five are allowed."""
    device = digest_of("the teacher's telephone")
    claims(scene, [f"p{number}" for number in range(people)], device=device)
    alerts = scene.alerts("CHAR-W2")
    assert len(alerts) == fires
    if fires:
        made = scene.transactions("claim")
        assert (alerts[0].version, alerts[0].about) == (1, {"device": device})
        assert alerts[0].transactions == (made[0], made[-1])


@pytest.mark.parametrize(
    ("method", "waited_ms", "fires"),
    [
        ("approve_list", MINUTE_MS - 1, True),
        ("approve_list", MINUTE_MS, False),
        ("reject_list", 1, False),
    ],
)
def test_w3_fires_when_a_list_is_approved_within_a_minute_of_its_check(
    scene: WatchedScene, method: str, waited_ms: int, fires: bool
) -> None:
    """CHAR-W3: nobody compares a list so fast; how fast it is rejected does not matter."""
    rows = [row("li")]
    batch = scene.imported(scene.campaign(), rows)
    scene.warp(1)
    scene.ok(ANYONE, "check_list", batch=batch)
    scene.next_at(scene.now + waited_ms)
    said = {"list_digest": list_digest_of(rows)} if method == "approve_list" else {"reason": "no"}
    scene.ok(REVIEWER, method, batch=batch, **said)
    alerts = scene.alerts("CHAR-W3")
    assert len(alerts) == fires
    if fires:
        assert (alerts[0].version, alerts[0].about) == (1, {"batch": batch})
        assert alerts[0].transactions == scene.transactions("check_list", "approve_list")
        assert f"{waited_ms} ms" in alerts[0].sentence.en


def test_w4_fires_when_money_has_waited_for_exactly_twelve_months(scene: WatchedScene) -> None:
    """CHAR-W4: a further gift and a fee are no use of it; the alert cites the first gift."""
    campaign = scene.campaign(closes_at=scene.now + 900 * DAY_MS)
    due = scene.now + 365 * DAY_MS
    scene.warp(100)
    scene.give(campaign, 5)
    busy = scene.campaign()
    batch = scene.approved(busy, [row("li", 1_000_000)])
    scene.paid(f"{batch}-00001", "li")
    scene.ok(REVIEWER, "take_fee", campaign=campaign, amount=1, reference="F-1")
    scene.next_at(due - 1)
    scene.ok(ANYONE, "tick")
    assert scene.alerts("CHAR-W4") == []
    scene.ok(ANYONE, "tick")
    assert scene.now == due
    (alert,) = scene.alerts("CHAR-W4")
    assert (alert.version, alert.about, alert.state) == (1, {"campaign": campaign}, "open")
    assert alert.transactions == scene.transactions("receive_donation")[:1]


def test_w4_begins_anew_with_a_payment_and_closes_the_alert(scene: WatchedScene) -> None:
    """CHAR-W4: what is left after a payment waits from then on."""
    campaign = scene.campaign(closes_at=scene.now + 900 * DAY_MS)
    scene.warp(366)
    scene.ok(ANYONE, "tick")
    batch = scene.approved(campaign, [row("li")])
    scene.paid(f"{batch}-00001", "li")
    assert [one.state for one in scene.alerts("CHAR-W4")] == ["closed"]
    scene.warp(364)
    scene.ok(ANYONE, "tick")
    assert len(scene.alerts("CHAR-W4")) == 1
    scene.warp(1)
    scene.ok(ANYONE, "tick")
    assert [one.state for one in scene.alerts("CHAR-W4")] == ["closed", "open"]


def test_w4_says_nothing_of_a_campaign_that_has_nothing_left(scene: WatchedScene) -> None:
    """CHAR-W4: all paid out, or all moved on; what was moved on waits where it went."""
    paid = scene.campaign(gift=150_000)
    batch = scene.approved(paid, [row("li")])
    scene.paid(f"{batch}-00001", "li")
    moved, heir = scene.campaign(gift=10), scene.campaign(gift=0, closes_at=scene.now + DAY_MS)
    scene.ok(OFFICER, "close_campaign", campaign=moved)
    scene.ok(
        OFFICER, "move_remainder", campaign=moved, to=heir, fund="free", reference="REMAINDER-1"
    )
    scene.warp(400)
    scene.ok(ANYONE, "tick")
    assert [one.about for one in scene.alerts("CHAR-W4")] == [{"campaign": heir}]


@pytest.mark.parametrize(("fee", "fires"), [(12_000, False), (12_001, True)])
def test_w5_fires_when_fees_pass_eight_percent_of_what_was_paid_out(
    scene: WatchedScene, fee: int, fires: bool
) -> None:
    """CHAR-W5: 8 % of 150,000 is allowed, a unit more is not."""
    campaign = scene.campaign()
    batch = scene.approved(campaign, [row("li", 150_000)])
    scene.paid(f"{batch}-00001", "li")
    scene.ok(REVIEWER, "take_fee", campaign=campaign, amount=fee, reference="F-1")
    alerts = scene.alerts("CHAR-W5")
    assert len(alerts) == fires
    if fires:
        assert (alerts[0].version, alerts[0].about) == (1, {"campaign": campaign})
        assert alerts[0].transactions == scene.transactions("report_payment", "take_fee")


def test_w5_fires_for_a_fee_of_a_campaign_that_has_paid_nothing(scene: WatchedScene) -> None:
    """CHAR-W5: the year's limit is the foundation's, so another campaign's payouts may allow it."""
    busy, idle = scene.campaign(), scene.campaign()
    batch = scene.approved(busy, [row("li")])
    scene.paid(f"{batch}-00001", "li")
    scene.ok(REVIEWER, "take_fee", campaign=idle, amount=1, reference="F-1")
    assert [one.about for one in scene.alerts("CHAR-W5")] == [{"campaign": idle}]


@pytest.mark.parametrize("seed", range(4))
def test_figures_equal_the_replayed_totals_after_any_sequence(
    scene: WatchedScene, seed: int
) -> None:
    """CHAR-10: what supervisors read is what the books and the entitlements say."""
    Sequence(seed, scene).run(120)
    scene.project()
    books = {one.campaign: one for one in scene.all("books", Book)}
    entitlements = scene.all("entitlements", Entitlement)
    for name, field in (
        ("raised", "donated"),
        ("spent", "paid"),
        ("fees", "fees"),
        ("returned", "returned"),
        ("disclosed", "disclosures"),
    ):
        sums = {campaign: getattr(book, field) for campaign, book in books.items()}
        assert scene.cells(name) == {campaign: one for campaign, one in sums.items() if one}
        assert scene.total(name) == sum(sums.values())
    lapsed = Counter(one.campaign for one in entitlements if str(one.state) == "LAPSED")
    assert scene.cells("unclaimed") == lapsed
    years = scene.all("years", FoundationYear)
    assert scene.total("spent_by_province") == sum(one.paid for one in years)


def test_from_the_list_to_the_payment_by_province(scene: WatchedScene) -> None:
    """The median of minutes, by province; fewer than five payments are not published."""
    people = [f"p{number}" for number in range(7)]
    rows = [row(name, 100, province="51" if at < 5 else "52") for at, name in enumerate(people)]
    batch = scene.approved(scene.campaign(), rows)
    for number, name in enumerate(people, start=1):
        scene.ledger.block_time_ms += 10 * MINUTE_MS
        scene.paid(f"{batch}-{number:05d}", name)
    scene.project()
    times = {one.cell["province"]: one for one in scene.figure("import_to_paid").cells}
    assert times["51"].percentiles["500"] == 30
    assert scene.cells("spent_by_province") == {"51": 500, "52": 200}
    assert scene.cells("beneficiaries_by_province") == {"51": 5, "52": 2}
    assert scene.cells("spent_by_province", full=False) == {"51": None, "52": None}


def test_refused_duplicates_and_failures_are_counted(scene: WatchedScene) -> None:
    """A row that is listed already; a bank's reference used twice is another matter."""
    scene.ok(SUPERVISOR, "change_parameters", parameters={"payment_tries_max": 1})
    campaign = scene.campaign()
    batch = scene.approved(campaign, [row("li")])
    order = scene.claimed(f"{batch}-00001", "li")
    scene.report(order, "REJECTED", reason="AC01")
    new = scene.ok(
        OFFICER,
        "import_list",
        campaign=campaign,
        period="2026-A",
        count=1,
        total=150_000,
        list_digest=list_digest_of([row("li")]),
    )
    assert scene.do(OFFICER, "add_rows", batch=new, rows=[row("li")]).code == "E_DUP"
    scene.project()
    assert scene.total("duplicates_blocked") == 1
    assert scene.cells("failed") == {campaign: 1}


@pytest.mark.parametrize(("late_ms", "share"), [(0, 10_000), (1, 0)])
def test_a_disclosure_is_in_time_until_its_last_millisecond(
    scene: WatchedScene, late_ms: int, share: int
) -> None:
    """Article 73: every 92 days from the opening on."""
    campaign = scene.campaign(gift=0)
    scene.next_at(scene.now + 92 * DAY_MS + late_ms)
    scene.ok(OFFICER, "disclose", campaign=campaign)
    scene.project()
    assert scene.cells("punctuality") == {campaign: share}


def test_a_disclosure_after_the_tick_that_found_it_missing_is_late(scene: WatchedScene) -> None:
    """The deadline is gone by then, which must not look like being in time."""
    campaign, draft = scene.campaign(), scene.ok(OFFICER, "register_campaign", **scene.plan())
    scene.warp(93)
    scene.ok(ANYONE, "tick")
    for _ in range(2):
        scene.ok(OFFICER, "disclose", campaign=campaign)
    scene.ok(OFFICER, "disclose", campaign=draft)
    scene.project()
    assert scene.cells("punctuality") == {campaign: 5_000, draft: 10_000}
    assert scene.cells("disclosure_overdue") == {campaign: 1}
