# SPDX-License-Identifier: Apache-2.0
"""Ninety days of a foundation: gifts, lists, reviews, claims, payments, and what goes wrong.

Written through a `Past`; what happens by chance is the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from tallystick.contracts import DAY_MS, Life, Past, day_of, digest_of, first_steps
from tallystick.industries.charity.demo_cast import (
    APP,
    AUDITOR_1,
    CIVIL,
    CURRENCY,
    FOUNDATION,
    OFFICER_1,
    REVIEWER_1,
    TEACHER,
    TELLER,
    VOUCHER,
)
from tallystick.industries.charity.records import Entitlement, ListRow, PayeeAccount
from tallystick.industries.charity.rules import claim_digest, confirmation_digest, list_digest_of

_DAY: Final = 24
_OPEN_DAYS: Final = 7
"""In the last days a list of each project waits: for the school, the check, the review."""
_YEAR_MS: Final = 365 * DAY_MS
_PROVINCES: Final = ("11", "13", "14", "34", "36", "41", "42", "44", "45", "51", "53", "62")


class Project(NamedTuple):
    """What the foundation collects for."""

    title: str
    key: str
    target: int
    gift: int
    """The usual one."""
    sum: int
    """What a beneficiary gets."""


_PROJECTS: Final = (
    Project("新未来高中生", "new-future", 60_000_000, 500_000, 150_000),
    Project("山区学校午餐", "school-lunch", 40_000_000, 300_000, 60_000),
    Project("先心病患儿手术", "young-hearts", 80_000_000, 900_000, 1_200_000),
)


def history(past: Past) -> Life:
    """License the foundation; then let its projects begin, one after the other."""
    past.act(
        CIVIL,
        "license_foundation",
        foundation={
            "organization": FOUNDATION[0],
            "licence": "53100000500020",
            "valid_until": past.now + 3 * _YEAR_MS,
            "may_raise_publicly": True,
        },
    )
    past.act(TELLER, "open_money", currency=CURRENCY)
    past.begin(_clock(past))
    opened = []
    for project in _PROJECTS:
        yield 2
        campaign = _open(past, project)
        opened.append((project, campaign))
        past.begin(_gifts(past, project, campaign))
        past.begin(_lists(past, project, campaign))
        past.begin(_accounts(past, campaign))
        yield 4 * _DAY
    past.act(OFFICER_1, "register_campaign", **_plan(past, "图书角", "book-corner", 5_000_000))
    while past.days_left > _OPEN_DAYS:
        yield _DAY
    for steps, (project, campaign) in enumerate(opened, start=1):
        waiting = _list(past, project, campaign, f"2026-open-{steps}")
        past.begin(first_steps(waiting, steps))


def _clock(past: Past) -> Life:
    while True:
        yield 7 * _DAY
        past.act(APP, "tick")


def _plan(past: Past, title: str, key: str, target: int) -> dict[str, Any]:
    return {
        "title": title,
        "project": key,
        "plan": digest_of("plan", key),
        "target": target,
        "opens_at": past.now,
        "closes_at": past.now + 300 * DAY_MS,
        "fee_cap_basis": 800,
        "needs_school": key != "young-hearts",
    }


def _open(past: Past, project: Project) -> str:
    plan = _plan(past, project.title, project.key, project.target)
    campaign = str(past.act(OFFICER_1, "register_campaign", **plan))
    past.act(OFFICER_1, "file_campaign", campaign=campaign)
    past.act(OFFICER_1, "open_campaign", campaign=campaign)
    return campaign


def _gifts(past: Past, project: Project, campaign: str) -> Life:
    """Let gifts arrive: single ones, and at times those of a whole day under one root."""
    chance, number = past.chance, 0
    while True:
        number += 1
        reference = f"CNAPS-{campaign}-{number:04d}"
        usual = project.gift * chance.randint(5, 20) // 10
        money = {"campaign": campaign, "reference": reference}
        if number == 1 or chance.random() < 0.2:
            people = chance.randint(40, 300)
            root = digest_of("root", reference)
            many = money | {"amount": usual * 20, "count": people, "root": root}
            past.act(TELLER, "receive_donations", **many)
        else:
            past.act(
                TELLER,
                "receive_donation",
                amount=usual,
                donor=digest_of("donor", reference),
                **money,
            )
        yield chance.randint(2, 5) * _DAY


def _accounts(past: Past, campaign: str) -> Life:
    """Take a fee now and then, and disclose every month.

    What a year's fees may be depends on what was paid in it: a new year begins with none.
    """
    month = earlier = 0
    year = day_of(past.now).year
    while True:
        yield 24 * _DAY
        month += 1
        book = past.ask("show_book", campaign=campaign)
        share = 9 if month == 2 else 3
        if day_of(past.now).year != year:
            year, earlier = day_of(past.now).year, book["paid"]
        fee = (book["paid"] - earlier) * share // 100
        if fee:
            reference = f"F-{campaign}-{month}"
            past.act(REVIEWER_1, "take_fee", campaign=campaign, amount=fee, reference=reference)
        past.act(AUDITOR_1 if month % 2 else OFFICER_1, "disclose", campaign=campaign)


def _lists(past: Past, project: Project, campaign: str) -> Life:
    """Import a list every ten days or so."""
    number = 0
    yield 3 * _DAY
    while True:
        number += 1
        past.begin(_list(past, project, campaign, f"2026-{number:02d}"))
        yield past.chance.randint(10, 18) * _DAY


def _list(past: Past, project: Project, campaign: str, period: str) -> Life:
    """Bring a list from its import to its claims; one in six is rejected."""
    chance = past.chance
    rows = _rows(past, project, period)
    total = sum(one.amount for one in rows)
    if past.ask("show_book", campaign=campaign)["donated"] < total:
        return
    digest = list_digest_of(rows)
    new = {"count": len(rows), "total": total, "list_digest": digest}
    batch = str(past.act(OFFICER_1, "import_list", campaign=campaign, period=period, **new))
    plain = [
        {"beneficiary": one.beneficiary, "amount": one.amount, "province": one.province}
        for one in rows
    ]
    if chance.random() < 0.3:  # the office prepared the first row twice
        past.refused("E_DUP", OFFICER_1, "add_rows", batch=batch, rows=[plain[0], plain[0]])
    past.act(OFFICER_1, "add_rows", batch=batch, rows=plain)
    yield 5
    if project.key != "young-hearts":
        past.act(TEACHER, "attest_list", batch=batch, list_digest=digest)
    yield chance.randint(1, 2 * _DAY)
    yield from _until_paid_for(past, campaign, total)
    past.act(APP, "check_list", batch=batch)
    if chance.random() > 0.3:
        yield chance.randint(1, 3 * _DAY)
    if chance.random() < 0.15:
        past.act(REVIEWER_1, "reject_list", batch=batch, reason="名单与学校花名册不符")
        return
    yield from _until_paid_for(past, campaign, total)
    past.refused("E_ROLE", OFFICER_1, "approve_list", batch=batch, list_digest=digest)
    past.act(REVIEWER_1, "approve_list", batch=batch, list_digest=digest)
    for place, row in enumerate(rows, start=1):
        past.begin(_claim(past, f"{batch}-{place:05d}", batch, row))


def _until_paid_for(past: Past, campaign: str, total: int) -> Life:
    """Wait for donations while other lists have what this one needs."""
    while _left(past.ask("show_book", campaign=campaign)) < total:
        yield 2 * _DAY


def _left(book: Mapping[str, int]) -> int:
    """Return what a campaign has and has not set aside."""
    came = book["donated"] + book["returned"] + book["moved_in"]
    return came - book["held"] - book["paid"] - book["fees"] - book["moved_out"]


def _rows(past: Past, project: Project, period: str) -> list[ListRow]:
    chance = past.chance
    return [
        ListRow(
            beneficiary=digest_of("beneficiary", project.key, period, at),
            amount=project.sum * chance.randint(8, 12) // 10,
            province=chance.choice(_PROVINCES),
        )
        for at in range(chance.randint(4, 7))
    ]


def _claim(past: Past, entitlement: str, batch: str, row: ListRow) -> Life:
    """Let a beneficiary claim and be paid; one payment in twelve fails, and some never claim."""
    chance = past.chance
    yield chance.randint(2, 12 * _DAY)
    if chance.random() < 0.08:
        return
    order = _claimed(past, entitlement, batch, row)
    yield chance.randint(1, _DAY)
    past.act(TELLER, "note_sent", orders=[order], file=digest_of("payment file", order))
    yield chance.randint(1, _DAY)
    attempt = 1
    said: dict[str, Any] = {"order": order}
    if chance.random() < 0.12:
        past.act(TELLER, "report_payment", state="REJECTED", attempt=1, reason="AC04", **said)
        yield 2
        past.act(TELLER, "note_sent", orders=[order], file=digest_of("again", order))
        attempt = 2
        yield chance.randint(1, 5 * _DAY)
    booked = {"state": "BOOKED", "attempt": attempt, "reference": f"B-{order}"}
    past.act(TELLER, "report_payment", **booked, **said)
    yield chance.randint(1, 3 * _DAY)
    _confirm(past, entitlement, row)


def _claimed(past: Past, entitlement: str, batch: str, row: ListRow) -> str:
    """Vouch for a beneficiary, who signs; return the payment order."""
    key = past.key(row.beneficiary)
    assertion = f"A-{entitlement}"
    past.act(
        VOUCHER,
        "assert_identity",
        id=assertion,
        entitlement=entitlement,
        subject=row.beneficiary,
        public_key=key.public_key,
        level=3,
        issued_at=past.now - 1_000,
    )
    account = PayeeAccount(
        holder=row.beneficiary, account=digest_of("account", _account_of(past, row))
    )
    signature = key.sign(claim_digest(as_entitlement(entitlement, batch, row), account, CURRENCY))
    return str(
        past.act(
            APP,
            "claim",
            entitlement=entitlement,
            amount=row.amount,
            account={"holder": account.holder, "account": account.account},
            device=digest_of("device", past.chance.randint(1, 60)),
            beneficiary={"assertion": assertion, "signature": signature},
        )
    )


def _account_of(past: Past, row: ListRow) -> str:
    """Return an account of one's own; a few come with one that others have named too."""
    return "shared" if past.chance.random() < 0.03 else row.beneficiary


def _confirm(past: Past, entitlement: str, row: ListRow) -> None:
    feedback = digest_of("谢谢", entitlement)
    signature = past.key(row.beneficiary).sign(confirmation_digest(entitlement, feedback))
    said = {"feedback": feedback, "signature": signature}
    past.act(APP, "confirm", entitlement=entitlement, **said)


def as_entitlement(entitlement: str, batch: str, row: ListRow) -> Entitlement:
    """Return the entitlement that a row became, as far as its owner signs it."""
    return Entitlement(
        id=entitlement,
        batch=batch,
        campaign="",
        beneficiary=row.beneficiary,
        guardian=row.guardian,
        is_minor=row.is_minor,
        amount=row.amount,
        fund=row.fund,
        province=row.province,
    )
