# SPDX-License-Identifier: Apache-2.0
"""Ninety days of stock and loans: deliveries, receipts, pledges, falling prices, inspections.

Written through a `Past`; what happens by chance is the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tallystick.contracts import DAY_MS, Life, Past, day_of, digest_of, first_steps
from tallystick.industries.inventory.counting import count_digest, inspection_digest
from tallystick.industries.inventory.demo_cast import (
    APPRAISER,
    APPROVER_1,
    ASSESSOR,
    AUDITOR_1,
    BANK,
    CALENDAR_CLERK,
    DEALER_1,
    DEALER_2,
    DEALERS,
    JUDGE,
    OTHER_BANK,
    REGISTRAR,
    RISK_1,
    RULES_1,
    STOREMAN,
    TELLER,
    WINEMAKER,
)
from tallystick.industries.inventory.demo_goods import licensed

_DAY: Final = 24
_OPEN_DAYS: Final = 16
_OPEN_LOANS: Final = 11
"""Begun in the last days, each of which waits for the next step; so every inbox has something."""
_SOLD_ON: Final = 6
"""Every so many receipts one is sold instead of pledged."""
_YEAR_MS: Final = 365 * DAY_MS
_SKUS: Final = (("LZ-DEMO", "示例大曲"), ("LZ-GOLD", "示例金装"), ("LZ-AGED", "示例陈酿"))
_PRICES: Final = (100, 100, 101, 102, 101, 99, 98, 96, 84, 78, 83, 90, 94, 97)
"""What the winery asks, week by week, in percent of the first price."""
_LIST_PRICE: Final = 600_000
_MARKET_PRICE: Final = 500_000
_WEEK_S: Final = 8 * 86_400
_LENT_PER_MILLE: Final = 472
"""Of the list price: of it 80 % count, and of those a little less than 60 % are lent."""


def history(past: Past) -> Life:
    """License the warehouse, price the product; then let dealers store and borrow."""
    year = day_of(past.now).year
    for one in (year, year + 1):
        past.act(CALENDAR_CLERK, "calendars.publish", calendar="CN", year=one)
    past.act(RULES_1, "change_parameters", parameters={"price_age_s": _WEEK_S})
    yield 1
    store = licensed(past, valid_ms=2 * _YEAR_MS)
    for sku, name in _SKUS:
        past.act(WINEMAKER, "register_sku", sku=sku, name=name, packing="6 x 500 ml")
    market = Market()
    past.begin(_prices(past, market))
    past.begin(_clock(past, market))
    yield _DAY
    _set_lines(past)
    past.begin(_bank(past))
    number = 0
    while past.days_left > _OPEN_DAYS:
        number += 1
        past.begin(Loan(past, market, store, number).life())
        yield past.chance.randint(4, 8) * _DAY
    for steps in range(1, _OPEN_LOANS + 1):
        number += 2 if (number + 1) % _SOLD_ON == 0 else 1
        past.begin(first_steps(Loan(past, market, store, number).life(), steps))
        yield 6


@dataclass
class Market:
    """What lenders count on, and who has borrowed."""

    percent: int = 100
    """Of the first price: the lowest of the last month, and they see a fall coming."""
    loans: dict[str, Loan] = field(default_factory=dict)


def _clock(past: Past, market: Market) -> Life:
    """Turn the clock every morning: it values the loans and ends periods; calls are answered."""
    while True:
        yield _DAY
        while past.act(STOREMAN, "tick", limit=50)["is_more_due"]:
            pass
        for call in past.news("MarginCalled"):
            if past.chance.random() < 0.7:
                past.begin(market.loans[call["loan"]].answer(call["repay"]))


def _prices(past: Past, market: Market) -> Life:
    """Publish both sides of every price each week."""
    for week, percent in enumerate(_PRICES):
        market.percent = min(_PRICES[max(week - 4, 0) : week + 3])
        price = _LIST_PRICE * percent // 100
        for sku, _ in _SKUS:
            past.act(WINEMAKER, "publish_list_price", sku=sku, price=price)
            past.act(APPRAISER, "quote_price", sku=sku, price=_MARKET_PRICE * percent // 100)
        yield 7 * _DAY


def _set_lines(past: Past) -> None:
    later = past.now + _YEAR_MS
    for dealer, code in ((DEALER_1, DEALERS[0]), (DEALER_2, DEALERS[1])):
        grant = past.act(dealer, "grant_history", bank=BANK, valid_until=later)["id"]
        line = {"limit": 500_000_000, "valid_until": later, "grant": grant}
        past.act(RISK_1, "set_line", dealer=code, checks=digest_of("checks", code), **line)


def _bank(past: Past) -> Life:
    """Pay out what was drawn."""
    while True:
        yield 6
        for order in [one["order"] for one in past.news("PaymentOrdered")]:
            past.act(TELLER, "note_sent", orders=[order], file=digest_of("file", order))
            said = {"order": order, "attempt": 1, "reference": f"B/{order}"}
            past.act(TELLER, "report_payment", state="BOOKED", **said)


class Loan:
    """A dealer's delivery, its receipt, and the loan that it secures."""

    def __init__(self, past: Past, market: Market, store: dict[str, str], number: int) -> None:
        """Take the warehouse with its policy, and a number."""
        self.past = past
        self.market = market
        self.store = store
        self.number = number
        self.sku = _SKUS[number % len(_SKUS)][0]
        place = number % 2
        self.dealer, self.code = ((DEALER_1, DEALERS[0]), (DEALER_2, DEALERS[1]))[place]
        self.serials = [f"LZ-{number:03d}-{at:04d}" for at in range(past.chance.randint(40, 90))]
        self.receipt = self.loan = self.pledge = ""
        self.owed = 0

    def life(self) -> Life:
        """Store; borrow; be watched; redeem; end."""
        chance = self.past.chance
        yield from self._stored()
        yield chance.randint(4, 2 * _DAY)
        if self.number % _SOLD_ON == 0:
            self._sell_on()
            return
        yield from self._lent()
        self.past.begin(self._watched())
        waits_long = self.number % 3 == 1  # until the price has fallen
        yield chance.randint(*((40, 55) if waits_long else (6, 16))) * _DAY
        yield from self._redeemed()
        if chance.random() < 0.6:
            yield chance.randint(6, 20) * _DAY
            yield from self._ended()

    def _stored(self) -> Life:
        """Bring the cases from the maker's word to a receipt."""
        past = self.past
        note = {"sku": self.sku, "delivery_note": f"D-{self.number:03d}"}
        past.act(WINEMAKER, "state_supply", dealer=self.code, serials=self.serials, **note)
        yield past.chance.randint(_DAY, 2 * _DAY)
        drafted = past.act(
            STOREMAN,
            "draft_receipt",
            zone="AB"[self.number % 2],
            depositor=self.code,
            sku=self.sku,
            quality="一级",
            packing="6 x 500 ml",
            marks="无",
            stored_until=past.now + _YEAR_MS,
            **self.store,
        )
        self.receipt = str(drafted["id"])
        if self.number % 4 == 1:  # a case that the winery never stated
            stray = {"receipt": self.receipt, "serials": ["LZ-999-9999"]}
            past.refused("E_STATE", STOREMAN, "take_in", **stray)
        past.act(STOREMAN, "take_in", receipt=self.receipt, serials=self.serials)
        yield 2
        past.act(STOREMAN, "issue_receipt", receipt=self.receipt)

    def _sell_on(self) -> None:
        """Endorse the receipt to the other dealer; a court's freeze stops it for a while."""
        past = self.past
        buyer = DEALERS[1] if self.dealer == DEALER_1 else DEALERS[0]
        past.act(JUDGE, "freeze_receipt", receipt=self.receipt)
        endorsed = {"receipt": self.receipt, "to": buyer}
        past.refused("E_FROZEN", self.dealer, "endorse_receipt", **endorsed)
        past.act(JUDGE, "unfreeze_receipt", receipt=self.receipt)
        past.act(self.dealer, "endorse_receipt", **endorsed)
        if self.number < 12:  # the last one waits for its seal
            past.act(STOREMAN, "seal_endorsement", receipt=self.receipt)

    def _lent(self) -> Life:
        """Apply, assess, approve, pledge, draw."""
        past, chance = self.past, self.past.chance
        price = _LIST_PRICE * self.market.percent // 100
        self.owed = len(self.serials) * price * _LENT_PER_MILLE // 1_000
        payee = digest_of("payee", self.code)
        applied = past.act(self.dealer, "apply_for_loan", bank=BANK, amount=self.owed, payee=payee)
        self.loan = str(applied["id"])
        self.market.loans[self.loan] = self
        yield chance.randint(4, 2 * _DAY)
        past.act(ASSESSOR, "assess_loan", loan=self.loan)
        yield chance.randint(2, _DAY)
        terms = {"amount": self.owed, "rate_bp": 435, "due": past.now + 180 * DAY_MS}
        past.act(APPROVER_1, "approve_loan", loan=self.loan, **terms)
        offered = past.act(self.dealer, "offer_pledge", loan=self.loan, receipt=self.receipt)
        self.pledge = str(offered["id"])
        if self.number % 3 == 0:  # the same stock at another bank
            other = past.act(
                self.dealer, "apply_for_loan", bank=OTHER_BANK, amount=self.owed, payee=payee
            )
            twice = {"loan": other["id"], "receipt": self.receipt}
            past.refused("E_LOCKED", self.dealer, "offer_pledge", **twice)
        yield chance.randint(3, _DAY)
        past.act(STOREMAN, "mark_pledge", pledge=self.pledge)
        yield 3
        number = f"ZD-2026-{self.number:06d}"
        past.act(REGISTRAR, "register_pledge", pledge=self.pledge, number=number)
        yield 2
        past.act(ASSESSOR, "accept_pledge", pledge=self.pledge)
        past.act(ASSESSOR, "secure_loan", loan=self.loan)
        yield 4
        past.act(APPROVER_1, "draw_loan", loan=self.loan)

    def _watched(self) -> Life:
        """Count the stock every ten days, and inspect some of it by chance."""
        chance = self.past.chance
        while True:
            yield chance.randint(8, 14) * _DAY
            stored = self._receipt()["count"]
            if not stored:
                return
            short = 1 if chance.random() < 0.15 else 0
            self._count(stored - short)
            if short:
                yield 3
                self._count(self._receipt()["count"])
            if chance.random() < 0.5:
                yield from self._inspected()

    def _count(self, counted: int) -> None:
        at = self.past.now
        signature = self.past.key("scanner").sign(count_digest(self.receipt, counted, at))
        said = {"counted": counted, "scanned_at": at, "signature": signature}
        self.past.act(STOREMAN, "count_stock", receipt=self.receipt, **said)

    def _inspected(self) -> Life:
        """Draw cases; one inspection in five is not answered in time, and drawn again."""
        past = self.past
        drawn = past.act(AUDITOR_1, "draw_inspection", receipt=self.receipt)
        if past.chance.random() < 0.2:
            yield 2 * _DAY
            drawn = past.act(AUDITOR_1, "draw_inspection", receipt=self.receipt)
        at = past.now
        digest = inspection_digest(drawn["id"], drawn["serials"], at)
        past.act(
            STOREMAN,
            "report_inspection",
            inspection=drawn["id"],
            found=drawn["serials"],
            scanned_at=at,
            signature=past.key("scanner").sign(digest),
        )

    def answer(self, repay: int) -> Life:
        """Repay what a margin call asks for."""
        yield self.past.chance.randint(4, _DAY)
        yield from self._paid_in(repay)

    def _redeemed(self) -> Life:
        """Pay for some cases and fetch them."""
        wanted = self.serials[: len(self.serials) // 4]
        yield from self._paid_in(self.owed // 2, receipt=self.receipt, serials=wanted)

    def _paid_in(self, amount: int, **goods: Any) -> Life:  # noqa: ANN401  # as the call takes them
        past = self.past
        asked = past.act(self.dealer, "ask_redemption", loan=self.loan, amount=amount, **goods)
        redemption = asked["id"]
        yield past.chance.randint(3, _DAY)
        while goods and not self._may_fetch():
            yield _DAY
        reference = f"CNAPS-{redemption}"
        past.act(TELLER, "sign_redemption", redemption=redemption, reference=reference)
        if goods:
            past.act(STOREMAN, "release_goods", redemption=redemption)

    def _may_fetch(self) -> bool:
        """Whether goods may leave: nothing is alerted, and the loan is in good order."""
        loan = self.past.ask("show_loan", loan=self.loan)["loan"]
        return not self._receipt()["alert"] and loan["state"] in {"NORMAL", "WARN"}

    def _receipt(self) -> Mapping[str, Any]:
        shown = self.past.ask("show_receipt", receipt=self.receipt)
        receipt: Mapping[str, Any] = shown["receipt"]
        return receipt

    def _ended(self) -> Life:
        """Repay the rest with its interest, discharge, cancel, close."""
        past = self.past
        principal = past.ask("show_loan", loan=self.loan)["loan"]["principal"]
        yield from self._paid_in(principal + principal // 50)
        yield 4
        past.act(STOREMAN, "discharge_pledge", pledge=self.pledge)
        yield 3
        past.act(REGISTRAR, "cancel_registration", pledge=self.pledge)
        past.act(ASSESSOR, "close_loan", loan=self.loan)
