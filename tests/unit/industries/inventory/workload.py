# SPDX-License-Identifier: Apache-2.0
"""The workload of the section, from a seed, at any scale; its totals balance at the end.

At scale 1: 2,000 dealers, 50 warehouses, 200,000 cases pledged, 5,000 cases in or out and 500
redemptions a day, each loan valued nightly. For example, a hundredth of it over three days:

    python -m tests.unit.industries.inventory.workload --scale 0.01 --days 3
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import asdict, dataclass
from typing import Any, Final

from tallystick.model import Signer
from tests.unit.industries.inventory import cast, invariants
from tests.unit.industries.inventory.stage import HASH, LIST_PRICE, MEDIAN, START_MS, Stage

DEALERS: Final = 2_000
WAREHOUSES: Final = 50
CASES_OF_A_DEALER: Final = 100
CASES_MOVED_A_DAY: Final = 5_000
REDEMPTIONS_A_DAY: Final = 500
DAY_MS: Final = 86_400_000


@dataclass
class Totals:
    """What came, went and stayed."""

    dealers: int = 0
    calls: int = 0
    cases_in: int = 0
    cases_out: int = 0
    cases_stored: int = 0
    lent: int = 0
    repaid: int = 0
    owed: int = 0
    redemptions: int = 0
    valuations: int = 0
    inspections: int = 0


class Workload:
    """So many dealers with a loan each, and so many days of their business."""

    def __init__(self, *, scale: float, days: int, seed: int) -> None:
        """Take the size; there is at least one of everything."""
        self.random = random.Random(seed)
        self.stage = Stage().ready()
        self.days = days
        self.scale = scale
        self.dealers = [
            cast.person("dealer", 1_000 + number) for number in range(self._part(DEALERS))
        ]
        self.warehouses = [self.stage.warehouse]
        self.policies = [self.stage.policy]
        self.receipts: dict[str, str] = {}
        """The receipt that secures each loan."""

    def run(self) -> Totals:
        """Found the business, let the days pass, check all and add up."""
        for _ in range(self._part(WAREHOUSES) - 1):
            self.warehouses.append(self.stage.license(cast.KEEPER))
            self.policies.append(self.stage.insure(self.warehouses[-1]))
        for number, dealer in enumerate(self.dealers):
            self._lend(dealer, number)
        for _ in range(self.days):
            self._spend_a_day()
        invariants.check_all(self.stage)
        invariants.no_call_is_overdue(self.stage)
        return self._totals()

    def _lend(self, dealer: Signer, number: int) -> None:
        """Bring a dealer from its supply to a loan that runs."""
        stage = self.stage
        place = number % len(self.warehouses)
        more = {"warehouse": self.warehouses[place], "policy": self.policies[place]}
        if number % 200 == 0:
            self._confirm_prices()
        receipt = stage.receipt(CASES_OF_A_DEALER, dealer, **more)
        stage.ok(
            cast.RISK,
            "set_line",
            dealer=dealer.organization,
            limit=10**9,
            valid_until=START_MS + 400 * DAY_MS,
            grant=stage.grant(dealer),
            checks=HASH,
        )
        amount = CASES_OF_A_DEALER * self.random.randint(150_000, 288_000)
        bank = cast.OFFICER.organization
        loan = stage.ok(dealer, "apply_for_loan", bank=bank, amount=amount, payee=HASH)["id"]
        stage.ok(cast.OFFICER, "assess_loan", loan=loan)
        terms = {"amount": amount, "rate_bp": 435, "due": START_MS + 300 * DAY_MS}
        stage.ok(cast.APPROVER, "approve_loan", loan=loan, **terms)
        pledge = stage.ok(dealer, "offer_pledge", loan=loan, receipt=receipt)["id"]
        stage.ok(cast.KEEPER, "mark_pledge", pledge=pledge)
        stage.ok(cast.REGISTRY, "register_pledge", pledge=pledge, number=f"ZD-{pledge}")
        stage.ok(cast.OFFICER, "accept_pledge", pledge=pledge)
        stage.ok(cast.OFFICER, "secure_loan", loan=loan)
        stage.ok(cast.APPROVER, "draw_loan", loan=loan)
        order = f"PO-2026-{number + 1:06d}"
        stage.ok(cast.OFFICER, "note_sent", orders=[order], file=HASH)
        booked = {"state": "BOOKED", "attempt": 1, "reference": f"B/{order}"}
        stage.ok(cast.OFFICER, "report_payment", order=order, **booked)
        self.receipts[loan] = receipt

    def _spend_a_day(self) -> None:
        """Let a day pass: prices, nightly valuations, redemptions, goods in, an inspection."""
        stage = self.stage
        stage.warp(days=1)
        self._confirm_prices()
        while stage.ok(cast.STRANGER, "tick", limit=50)["is_more_due"]:
            pass
        redemptions = self._part(REDEMPTIONS_A_DAY)
        cases = max(self._part(CASES_MOVED_A_DAY) // 2 // redemptions, 1)
        for _ in range(redemptions):
            self._redeem(self.random.choice(sorted(self.receipts)), cases)
        for _ in range(redemptions):
            stage.receipt(cases, self.random.choice(self.dealers))
        receipt = self.random.choice(sorted(self.receipts.values()))
        if stage.table("receipts")[receipt]["count"]:
            drawn = stage.ok(cast.AUDITOR, "draw_inspection", receipt=receipt)
            assert stage.inspect(drawn["id"], drawn["serials"]).code == "ok"

    def _redeem(self, loan: str, cases: int) -> None:
        """Have a dealer pay for some cases, and fetch them."""
        stage = self.stage
        kept = stage.table("loans")[loan]
        lots = stage.table("receipts")[self.receipts[loan]]["lots"]
        if kept["state"] not in {"NORMAL", "WARN"} or not lots:
            return
        serials = stage.table("lots")[lots[0]["lot"]]["serials"][:cases]
        dealer = next(one for one in self.dealers if one.organization == kept["dealer"])
        asked: Any = stage.ok(
            dealer,
            "ask_redemption",
            loan=loan,
            amount=len(serials) * 300_000,
            receipt=self.receipts[loan],
            serials=serials,
        )
        redemption = asked["id"]
        stage.ok(
            cast.OFFICER, "sign_redemption", redemption=redemption, reference=f"R/{redemption}"
        )
        stage.ok(cast.KEEPER, "release_goods", redemption=redemption)

    def _confirm_prices(self) -> None:
        percent = self.random.randint(98, 102)
        self.stage.price(LIST_PRICE, median=MEDIAN * percent // 100)

    def _part(self, whole: int) -> int:
        return max(round(whole * self.scale), 1)

    def _totals(self) -> Totals:
        named = self.stage.named
        repaid = named("Repaid")
        return Totals(
            dealers=len(self.dealers),
            calls=self.stage.height,
            cases_in=sum(one["count"] for one in named("CasesTakenIn")),
            cases_out=sum(one["count"] for one in named("GoodsLeft")),
            cases_stored=sum(one["count"] for one in self.stage.table("receipts").values()),
            lent=sum(one["amount"] for one in self.stage.table("loans").values()),
            repaid=sum(one["principal"] for one in repaid),
            owed=sum(one["principal"] for one in self.stage.table("loans").values()),
            redemptions=len(repaid),
            valuations=len(named("LoanValued")),
            inspections=len(named("InspectionEnded")),
        )


def main() -> None:
    """Run the workload and print its totals."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    began = time.monotonic()
    totals = Workload(scale=chosen.scale, days=chosen.days, seed=chosen.seed).run()
    for name, value in asdict(totals).items():
        print(f"{name:14}{value:20,}")  # noqa: T201  # a command
    took = time.monotonic() - began
    print(f"{took:.0f} s, {totals.calls / took:,.0f} calls a second")  # noqa: T201


if __name__ == "__main__":
    main()
