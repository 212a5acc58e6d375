# SPDX-License-Identifier: Apache-2.0
"""A day of a court's chain and its platforms, from a seed, at any scale; its totals balance.

At scale 1, for each day: 1,000 agreements, of which 100 are breached and 20 filed with 20 to 60
items each, and 50,000 deposits under roots. Afterwards time goes on until every matter has ended.
A tenth of it:

    python -m tests.unit.industries.justice.workload --scale 0.1
"""

from __future__ import annotations

import argparse
import heapq
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from tallystick.contracts import digest_of
from tallystick.contracts.parts import BatchTree
from tallystick.industries.evidence.rules import deposit_leaf
from tallystick.testing import make_signer
from tests.unit.industries.inventory.cast import organization
from tests.unit.industries.justice import invariants
from tests.unit.industries.justice import stage as cast
from tests.unit.industries.justice.stage import HASH, RENT, Stage

AGREEMENTS_A_DAY: Final = 1_000
DEPOSITS_A_DAY: Final = 50_000
PLATFORMS: Final = 50
"""Each puts a day's deposits under one root."""
ITEMS_MIN, ITEMS_MAX = 20, 60
_TURNS_MAX: Final = 400

Life = Iterator[int]
"""What becomes of an agreement; it yields the days until it goes on."""


@dataclass
class Totals:
    """What was done, as who did it counted; the ledger must say the same."""

    batched: int = 0
    """Files under roots."""
    deposits: int = 0
    """Files with a record each."""
    agreements: int = 0
    performed: int = 0
    settled: int = 0
    closed: int = 0
    agreed: int = 0
    """Money: of agreements, settlements and decisions."""
    paid: int = 0
    debited: int = 0
    """Of what was paid, by debit."""
    replaced: int = 0
    """What settlements and decisions took the place of."""
    uncollected: int = 0
    """Left of what was ordered when its enforcement was applied for."""
    breaches: int = 0
    cured: int = 0
    filed: int = 0
    items: int = 0
    claimed: int = 0
    awarded: int = 0
    collected: int = 0


class Workload:
    """So many days of new agreements, each with a life of its own."""

    def __init__(self, *, scale: float, days: int, seed: int) -> None:
        """Take the size; of everything there is at least one a day."""
        self.random = random.Random(seed)
        self.stage = Stage()
        self.scale = scale
        self.days = days
        self.done = Totals()
        self.day = 0
        self._waiting: list[tuple[int, int, Life]] = []
        self._numbers = 0
        self._lives: dict[str, Callable[[], Life]] = {
            "paid": self._paid,
            "debited": self._debited,
            "cured": self._cured,
            "cured late": self._cured_late,
            "settled": self._settled,
            "broken again": self._broken_again,
            "performed": self._performed,
            "returned": self._returned,
            "dismissed": self._dismissed,
            "enforced": self._enforced,
        }

    def run(self) -> Totals:
        """Let the days pass until every matter has ended; hold the ledger against what was done."""
        for _ in range(self.days):
            self._begin_a_day()
            self._turn(1)
        for _ in range(_TURNS_MAX):
            if not self._waiting:
                break
            self._turn(1)
        assert not self._waiting, "a matter does not end"
        invariants.check_all(self.stage)
        found = said_by_the_ledger(self.stage)
        assert found == self.done, f"the ledger says {found}, done was {self.done}"
        return found

    def _begin_a_day(self) -> None:
        """Make a day's deposits and agreements: of a thousand, 900 end well by themselves."""
        for platform in range(self._part(PLATFORMS)):
            self._batch(platform, self._part(DEPOSITS_A_DAY) // self._part(PLATFORMS))
        whole = self._part(AGREEMENTS_A_DAY)
        shares = {
            "cured": 500,
            "cured late": 150,
            "settled": 100,
            "broken again": 50,
            "performed": 80,
            "returned": 20,
            "dismissed": 20,
            "enforced": 80,
        }
        fates: list[str] = []
        for name, share in shares.items():
            fates += [name] * max(round(whole * share / 10_000), 1)
        good = max(whole - len(fates), 2)
        fates += ["debited"] * (good // 3) + ["paid"] * (good - good // 3)
        self.random.shuffle(fates)
        for name in fates:
            self._go_on(self._lives[name]())

    def _turn(self, days: int) -> None:
        """Let time pass, and let everything go on whose day has come."""
        self.day += days
        self.stage.warp(days=days)
        while self._waiting and self._waiting[0][0] <= self.day:
            self._go_on(heapq.heappop(self._waiting)[2])

    def _go_on(self, life: Life) -> None:
        for days in life:
            self._numbers += 1
            heapq.heappush(self._waiting, (self.day + days, self._numbers, life))
            return

    def _batch(self, platform: int, count: int) -> None:
        """Deposit many files under one root; one of them is looked for by its path."""
        stage = self.stage
        files = [
            (digest_of("file", self.day, platform, number), 10_000 + number)
            for number in range(count)
        ]
        tree = BatchTree([deposit_leaf(*one) for one in files])
        who = make_signer("depositor", organization=organization(500 + platform))
        total = sum(size for _, size in files)
        times = {"first_at": stage.now_ms - cast.DAY_MS, "last_at": stage.now_ms}
        kept = stage.ok(
            who, "deposit_batch", "evidence", root=tree.root, count=count, total=total, **times
        )
        at = self.random.randrange(count)
        sha256, size = files[at]
        named = {"batch": kept["id"], "sha256": sha256, "size": size, "index": at}
        found = stage.ask("in_batch", "evidence", path=list(tree.path(at)), **named)
        assert found["root"] == tree.root
        self.done.batched += count

    # --- lives ----------------------------------------------------------------------------------

    def _paid(self) -> Life:
        agreement = self._begin()
        yield self.random.randint(1, 9)
        first = self.random.randint(1, RENT - 1)
        self._pay(agreement, first)
        self._pay(agreement, RENT - first)
        yield 2
        self._give_back(agreement)

    def _debited(self) -> Life:
        """One debit in ten is rejected once, and made again."""
        agreement = self._begin()
        self.stage.authorized(agreement, RENT)
        yield 10
        order = self.stage.order_of(f"{agreement}.rent.1")
        attempt = 1
        if self.random.random() < 0.1:
            self.stage.report(order, "REJECTED")
            self.stage.ok(cast.BANK, "retry_payment", order=order)
            attempt = 2
        self.stage.report(order, "BOOKED", attempt=attempt)
        self.done.paid += RENT
        self.done.debited += RENT
        yield 2
        self._give_back(agreement)

    def _cured(self) -> Life:
        agreement = yield from self._serve()
        yield self.random.randint(1, 6)
        self._cure(agreement)

    def _cured_late(self) -> Life:
        agreement = yield from self._serve()
        yield self.random.randint(9, 20)
        self._take_mediation(agreement)
        self._cure(agreement)

    def _settled(self) -> Life:
        new = yield from self._settle()
        yield 9
        self._pay(new, RENT // 2)
        self._give_back(new)

    def _broken_again(self) -> Life:
        """A court confirms the settlement; broken, it is enforced without a case."""
        new = yield from self._settle()
        self.stage.ok(cast.JUDGE, "confirm_settlement", agreement=new)
        yield 20
        self.done.breaches += 1
        yield from self._enforce(new, f"{new}.rent.1")

    def _performed(self) -> Life:
        _, award = yield from self._decide()
        yield 5
        self._pay_award(award, self.stage.left(award))
        self.done.performed += 1

    def _dismissed(self) -> Life:
        agreement, case = yield from self._hear()
        self._rule(agreement, case, "dismissed", 0)
        self.done.performed += 1

    def _returned(self) -> Life:
        """Returned for an address; the debtor pays before it is filed again."""
        agreement = yield from self._fail()
        case = self._file(agreement)
        yield 2
        self.stage.ok(cast.FILING, "return_case", case=case, reason="address")
        yield 2
        self._cure(agreement)

    def _enforced(self) -> Life:
        agreement, award = yield from self._decide()
        self._pay_award(award, self.random.randint(1, RENT // 10))
        yield 12
        self.done.breaches += 1
        yield from self._enforce(agreement, award)

    # --- what lives are made of -----------------------------------------------------------------

    def _begin(self) -> str:
        """Sign an agreement over a month's rent, and deliver."""
        self.done.agreements += 1
        self.done.agreed += RENT
        self.done.deposits += 2
        return self.stage.active(values=_values(RENT))

    def _serve(self) -> Generator[int, None, str]:
        """Begin an agreement, let it be breached, and serve the notice."""
        agreement = self._begin()
        yield 14
        self.done.breaches += 1
        self.done.deposits += 1
        proof = self.stage.deposit(cast.PLATFORM)[0]
        named = {"agreement": agreement, "service": "electronic", "proof": proof}
        self.stage.ok(cast.PLATFORM, "serve_notice", **named)
        return agreement

    def _pay(self, agreement: str, amount: int) -> None:
        self.stage.pay(agreement, 1, amount)
        self.done.paid += amount
        self.done.deposits += 1

    def _cure(self, agreement: str) -> None:
        self._pay(agreement, self.stage.left(f"{agreement}.rent.1"))
        self.done.cured += 1
        self._give_back(agreement)

    def _give_back(self, agreement: str) -> None:
        self.stage.perform(agreement, "giveback", "return_receipt")
        self.done.deposits += 1
        self.done.performed += 1

    def _take_mediation(self, agreement: str) -> str:
        mediation = str(self.stage.table("agreements")[agreement]["mediation"])
        self.stage.ok(cast.MEDIATOR, "take_mediation", mediation=mediation)
        return mediation

    def _settle(self) -> Generator[int, None, str]:
        """Bring a breach to a settlement over half the rent."""
        stage = self.stage
        agreement = yield from self._serve()
        yield 10
        mediation = self._take_mediation(agreement)
        sealed = {"ciphertext": HASH, "plaintext": HASH, "size": 9}
        offer = {"mediation": mediation, "role": "lessee", "sealed": sealed}
        stage.ok(cast.LESSEE, "make_offer", paper=f"O-{mediation}", **offer)
        new = stage.signing(cast.MEDIATOR, replaces=agreement, values=_values(RENT // 2))
        stage.sign(new)
        stage.ok(cast.MEDIATOR, "settle", mediation=mediation, settlement=new)
        stage.perform(new, "deliver", "courier_sign_off", cast.LESSEE)
        self.done.agreements += 1
        self.done.agreed += RENT // 2
        self.done.deposits += 2
        self.done.settled += 1
        self.done.replaced += RENT
        return new

    def _fail(self) -> Generator[int, None, str]:
        """Bring a breach, of which a part is paid, through a mediation that leads nowhere."""
        agreement = yield from self._serve()
        yield 3
        self._pay(agreement, self.random.randint(1, RENT // 2))
        yield 6
        if self.random.random() < 0.5:
            named = {"mediation": self._take_mediation(agreement), "reason": "no offer"}
            self.stage.ok(cast.MEDIATOR, "fail_mediation", **named)
        yield 31
        return agreement

    def _file(self, agreement: str) -> str:
        """File with twenty to sixty items; a part payment has lowered the claim by itself."""
        stage = self.stage
        count = self.random.randint(ITEMS_MIN, ITEMS_MAX)
        more = count - len(stage.table("agreements")[agreement]["exhibits"])
        for _ in range(more):
            deposit, sha256 = stage.deposit(cast.PLATFORM)
            named = {"deposit": deposit, "sha256": sha256, "file_name": f"{deposit}.pdf"}
            stage.ok(cast.PLATFORM, "attach", agreement=agreement, **named)
        left = stage.left(f"{agreement}.rent.1")
        case = stage.ok(cast.LESSOR, "file_case", **stage.filing(agreement))
        assert case["claim"]["unmet"] == left, "JUD-4"
        self.done.deposits += more
        self.done.filed += 1
        self.done.items += count
        self.done.claimed += left
        return str(case["id"])

    def _hear(self) -> Generator[int, None, tuple[str, str]]:
        """Bring an agreement to its hearing; the court's node has checked every item."""
        stage = self.stage
        agreement = yield from self._fail()
        case = self._file(agreement)
        yield 2
        stage.ok(cast.FILING, "accept_case", case=case, docket=f"docket of {case}")
        yield 5
        items = stage.findings(agreement)
        stage.ok(cast.COURT_NODE, "record_verification", case=case, items=items, report=HASH)
        yield 10
        stage.ok(cast.JUDGE, "hear_case", case=case)
        rulings = [stage.ruling(one["deposit"]) for one in items]
        assert stage.ok(cast.JUDGE, "rule_on_evidence", case=case, rulings=rulings) == len(items)
        return agreement, case

    def _decide(self) -> Generator[int, None, tuple[str, str]]:
        """Bring an agreement to a decision over all that is left; return it and what is owed."""
        agreement, case = yield from self._hear()
        left = self.stage.left(f"{agreement}.rent.1")
        decision = self._rule(agreement, case, "upheld", left)
        self.done.agreed += left
        self.done.awarded += left
        return agreement, f"{decision}.sum"

    def _rule(self, agreement: str, case: str, outcome: str, amount: int) -> str:
        """Decide a case; what is left of the rent is replaced."""
        self.done.replaced += self.stage.left(f"{agreement}.rent.1")
        self.done.deposits += 1
        awards = [self.stage.award(amount)] if amount else []
        text = self.stage.deposit(cast.JUDGE)[0]
        named = {"case": case, "outcome": outcome, "deposit": text, "awards": awards}
        return str(self.stage.ok(cast.JUDGE, "decide_case", **named)["id"])

    def _pay_award(self, award: str, amount: int) -> None:
        self.stage.ok(
            cast.LESSOR,
            "report_performance",
            obligation=award,
            evidence="payment_receipt",
            deposit=self.stage.deposit(cast.LESSOR)[0],
            amount=amount,
        )
        self.done.deposits += 1
        self.done.paid += amount

    def _enforce(self, agreement: str, owed: str) -> Life:
        """Apply for enforcement; of three, two are collected and one is found to be in vain."""
        args = self.stage.enforcement(agreement, owed)
        applied = self.stage.ok(cast.LESSOR, "apply_for_enforcement", **args)
        self.done.uncollected += self.stage.left(owed)
        yield 30
        amount = int(applied["amount"])
        collected = self.random.choice((amount, amount, amount // 3))
        closing = {"enforcement": applied["id"], "collected": collected}
        self.stage.ok(cast.OFFICER, "close_enforcement", **closing)
        self.done.collected += collected
        self.done.closed += 1

    def _part(self, whole: int) -> int:
        return max(round(whole * self.scale), 1)


def said_by_the_ledger(stage: Stage) -> Totals:
    """Return the same figures from the records and events of the ledger."""
    states = Counter(one["state"] for one in stage.table("agreements").values())
    money = [one for one in stage.table("obligations").values() if one["kind"] == "PAY"]
    events = Counter(one.name.partition(".")[2] for _, events in stage.history for one in events)
    cases = stage.table("cases").values()
    orders = stage.table("payments_orders").values()
    closed = {key for key, one in stage.table("agreements").items() if one["state"] == "CLOSED"}
    batches = stage.ledger.tables["evidence/batches_batches"].values()
    return Totals(
        batched=sum(one["count"] for one in batches),
        deposits=len(stage.ledger.tables["evidence/deposits"]),
        agreements=sum(states.values()),
        performed=states["PERFORMED"],
        settled=states["SETTLED"],
        closed=states["CLOSED"],
        agreed=sum(one["amount"] for one in money),
        paid=sum(one["paid"] for one in money),
        debited=sum(one["amount"] for one in orders if one["state"] == "BOOKED"),
        replaced=sum(_left(one) for one in money if one["state"] == "REPLACED"),
        uncollected=sum(
            _left(one) for one in money if one["agreement"] in closed and one["state"] == "BREACHED"
        ),
        breaches=events["ObligationBreached"],
        cured=events["BreachCured"],
        filed=events["CaseFiled"],
        items=sum(len(one["exhibits"]) for one in cases),
        claimed=sum(one["claim"]["unmet"] for one in cases),
        awarded=sum(one["awarded"] for one in stage.table("decisions").values()),
        collected=sum(one["collected"] for one in stage.table("enforcements").values()),
    )


def _values(rent: int) -> list[dict[str, Any]]:
    values = {"rent": rent, "months": 1, "grace": 3, "penalty": 1_200}
    return [{"name": name, "value": value} for name, value in values.items()]


def _left(obligation: dict[str, Any]) -> int:
    return int(obligation["amount"]) - int(obligation["paid"])


def main() -> None:
    """Run the workload and print its totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.1)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--seed", type=int, default=5)
    chosen = parser.parse_args()
    workload = Workload(scale=chosen.scale, days=chosen.days, seed=chosen.seed)
    began = time.perf_counter()
    totals = workload.run()
    took = time.perf_counter() - began
    for name, value in asdict(totals).items():
        sys.stdout.write(f"{name:12}{value:18,}\n")
    calls = workload.stage.height
    sys.stdout.write(f"{calls:,} calls in {took:.0f} s over {workload.day} days; balanced\n")


if __name__ == "__main__":
    main()
