# SPDX-License-Identifier: Apache-2.0
"""A large city's preservation from a seed, at any scale; its totals balance at the end.

At scale 1: 20 guarantors, 100,000 live measures with their timers, then days of 50 to 300
applications each, with letters of 100 to 500 KB and evidence of 5 to 50 MB (of which the ledger
sees digests and sizes). For example, a hundredth of it over forty days:

    python -m tests.unit.industries.preservation.workload --scale 0.01 --days 40
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from hashlib import sha256
from random import Random
from typing import Any, Final

from tallystick.model import Signer
from tests.unit.industries.preservation import cast, invariants
from tests.unit.industries.preservation.stage import DAY_MS, HASH, PREMIUM, SEALED, Stage

GUARANTORS: Final = 20
LIVE_MEASURES: Final = 100_000
APPLICATIONS_A_DAY: Final = (50, 300)
LETTER_BYTES: Final = (100_000, 500_000)
EVIDENCE_BYTES: Final = (5_000_000, 50_000_000)
MEASURES_OF_A_CASE: Final = 40
"""In the stock from which the days begin: what large cases have, so that it is soon there."""
DAYS_OF: Final = {"DEPOSIT": 365, "MOVABLE": 730, "REAL_ESTATE": 1_095, "OTHER_RIGHT": 1_095}
_TICK: Final = 50
"""What one call does at most: the outcome of more would not fit into one entry of the log."""


@dataclass
class Totals:
    """What came, went and stayed; all of it counted by the generator, not by the ledger."""

    applications: int = 0
    letters: int = 0
    accepted: int = 0
    rejected: int = 0
    refused: int = 0
    letter_bytes: int = 0
    evidence_bytes: int = 0
    premiums: int = 0
    premiums_paid_on: int = 0
    premiums_returned: int = 0
    frozen: int = 0
    surplus_freed: int = 0
    released: int = 0
    lapsed: int = 0
    still_frozen: int = 0
    live_measures: int = 0
    live_measures_most: int = 0
    notices: int = 0
    renewals: int = 0
    unsued: int = 0
    awarded: int = 0
    claims_paid: int = 0
    calls: int = 0


class Workload:
    """So many live measures, and so many days of business on top of them."""

    def __init__(self, *, scale: float, days: int, seed: int) -> None:
        """Take the size; there is at least one of everything."""
        self.random = Random(seed)
        self.stage = Stage().ready()
        self.scale = scale
        self.days = days
        self.did = Totals()
        self.guarantors = [cast.SIGNER, cast.OTHER_SIGNER]
        self.held: dict[str, int] = {}
        """What each live measure holds, as the registries confirmed it."""
        self.measures: dict[str, list[str]] = defaultdict(list)
        """Live measures by case."""
        self.unsued: dict[str, int] = {}
        """The last day to sue, by case before suit."""
        self.ticked_ms = 0
        """When everything due had last happened."""
        self._seen = 0

    def run(self) -> Totals:
        """Build the stock, let the days pass, settle with the banks, and check all."""
        for number in range(len(self.guarantors), self._part(GUARANTORS)):
            self.guarantors.append(cast.person("signer", 100 + number))
            self.stage.admit(self.guarantors[-1], net_assets=10**15)
        left = self._part(LIVE_MEASURES)
        while left:
            count = min(left, MEASURES_OF_A_CASE)
            case = self._secured(count * 1_000_000, is_pre_suit=False)
            self._freeze(case, count)
            self.stage.serve(case)
            left -= count
        for _ in range(self.days):
            self._spend_a_day()
        self._tick()
        self.stage.booked()
        self.did.live_measures = len(self.held)
        self.did.still_frozen = sum(self.held.values())
        self.did.calls = self.stage.height
        return self.did

    # --- a day ----------------------------------------------------------------------------------

    def _spend_a_day(self) -> None:
        """Let a day pass: timers first, then what people do about them, then new cases."""
        self.stage.warp(days=1)
        self._tick()
        for name, fields in self._news():
            if name == "MeasureLapsed":
                self._forget(fields["measure"], fields["application"], "lapsed")
            elif name == "ExpiryNotice":
                self.did.notices += 1
                if self.random.random() < 0.6:
                    self._renew(fields["measure"], fields["application"])
            elif name == "SuitMissing":
                self.did.unsued += 1
                self._release(fields["application"], ground=None)
        self._sue()
        for _ in range(self._part(self.random.randint(*APPLICATIONS_A_DAY))):
            self._apply()
        for case in self.random.sample(sorted(self.measures), -(-len(self.measures) // 200)):
            self._release(case, ground="PERFORMED")
        self.stage.booked()

    def _tick(self) -> None:
        """Let everything due happen; a notice that comes late is due at once."""
        while self.stage.ok(cast.STRANGER, "tick", limit=_TICK)["is_more_due"]:
            pass
        self.ticked_ms = self.stage.now_ms

    def _news(self) -> list[tuple[str, Any]]:
        """Return the events since the last time, so that nothing is done about one twice."""
        new = self.stage.events[self._seen :]
        self._seen = len(self.stage.events)
        return [(one.name.partition(".")[2], one.fields) for one in new]

    def _apply(self) -> None:
        """Bring an application from its filing to measures in effect."""
        is_pre_suit = self.random.random() < 0.3
        case = self._secured(self.random.randint(100, 5_000) * 10_000, is_pre_suit=is_pre_suit)
        self._freeze(case, self.random.randint(1, 3))
        self.stage.serve(case)
        if is_pre_suit and self.random.random() < 0.8:
            self.unsued[case] = self.stage.now_ms + self.random.randint(1, 29) * DAY_MS

    def _sue(self) -> None:
        """Register the suits of today."""
        for case, day in list(self.unsued.items()):
            if day <= self.stage.now_ms:
                del self.unsued[case]
                if case in self.measures:
                    self.stage.ok(cast.CLERK, "register_suit", application=case, case_number="2")

    # --- security -------------------------------------------------------------------------------

    def _secured(self, amount: int, *, is_pre_suit: bool) -> str:
        """Bring an application to its accepted letters: one mostly, two at times."""
        stage, chance = self.stage, self.random
        size = chance.randint(*EVIDENCE_BYTES)
        more = {"amount": amount, "is_pre_suit": is_pre_suit, "is_urgent": chance.random() < 0.1}
        required = amount if is_pre_suit else amount * 3 // 10
        sealed = dict(SEALED) | {"size": size}
        case = stage.ordered(cast.APPLICANT, required=required, sealed=sealed, **more)
        self.did.applications += 1
        self.did.evidence_bytes += size
        parts = [required // 3, required - required // 3] if chance.random() < 0.1 else [required]
        if chance.random() < 0.03:
            self._reject(case, required)
        letters = [self._letter(case, part) for part in parts]
        presented = [stage.presented(letter) for letter, _ in letters]
        self._forge(case, presented)
        stage.ok(cast.APPLICANT, "submit_letters", application=case, presented=presented)
        for letter, document in letters:
            stage.ok(cast.JUDGE, "accept_letter", letter=letter, document=document)
            self.did.accepted += 1
            self.did.premiums_paid_on += PREMIUM
        stage.ok(cast.JUDGE, "rule", application=case, amount=amount, ruling=HASH)
        stage.ok(cast.OFFICER, "start_execution", application=case)
        return case

    def _letter(self, case: str, limit: int) -> tuple[str, str]:
        """Have a guarantor issue a letter over a file of its own; return it and its digest."""
        stage, chance = self.stage, self.random
        content = chance.randbytes(chance.randint(*LETTER_BYTES))
        document = sha256(content).hexdigest()
        signer: Signer = chance.choice(self.guarantors)
        letter = stage.issued(case, signer, document=(document, len(content)), limit=limit)
        self.did.letters += 1
        self.did.letter_bytes += len(content)
        self.did.premiums += PREMIUM
        return letter, document

    def _reject(self, case: str, limit: int) -> None:
        """Have the judge not accept a letter; its premium goes back."""
        letter, _ = self._letter(case, limit)
        self.stage.submitted(case, letter)
        self.stage.ok(cast.JUDGE, "reject_letter", letter=letter, reason="条款不明确")
        self.did.rejected += 1
        self.did.premiums_returned += PREMIUM

    def _forge(self, case: str, presented: list[dict[str, Any]]) -> None:
        """Try a letter that was altered, now and then; nothing of it stays."""
        if self.random.random() < 0.05:
            altered = [presented[0] | {"limit": presented[0]["limit"] * 2}, *presented[1:]]
            args = {"application": case, "presented": altered}
            self.stage.refused("E_HASH", cast.APPLICANT, "submit_letters", **args)
            self.did.refused += 1

    # --- property -------------------------------------------------------------------------------

    def _freeze(self, case: str, count: int) -> None:
        """Freeze so many properties of equal worth; registries find too much now and then."""
        stage, chance = self.stage, self.random
        part = stage.table("applications")[case]["ruled_amount"] // count
        for number in range(count):
            kind = chance.choice(sorted(DAYS_OF))
            measure = stage.measure(case, part, kind)
            more = part // 10 if number == count - 1 and chance.random() < 0.1 else 0
            tag = sha256(f"{case}/{number}/{chance.random()}".encode()).hexdigest()
            days = chance.randint(1, DAYS_OF[kind])
            held = stage.confirm(measure, part + more, days=days, tag=tag)["amount"]
            self.held[measure] = held
            self.measures[case].append(measure)
            self.did.frozen += held
            if part + more > held:
                stage.ok(cast.REGISTRY, "release_surplus", measure=measure)
                self.did.surplus_freed += part + more - held
        self.did.live_measures_most = max(self.did.live_measures_most, len(self.held))

    def _renew(self, measure: str, case: str) -> None:
        """Renew a measure in time; its second notice finds it renewed already."""
        kept = self.stage.table("measures")[measure]
        if measure not in self.held or kept["expiry"] - 7 * DAY_MS < self.stage.now_ms:
            return
        asked = self.stage.ok(cast.APPLICANT, "ask_renewal", measure=measure)
        self.stage.ok(cast.JUDGE, "grant_renewal", renewal=asked["id"])
        until = self.stage.now_ms + DAYS_OF[kept["kind"]] * DAY_MS
        self.stage.ok(cast.REGISTRY, "confirm_renewal", renewal=asked["id"], until=until)
        self.did.renewals += 1

    def _release(self, case: str, *, ground: str | None) -> None:
        """Release a case's property: asked for on a ground, or because the contract said so."""
        stage = self.stage
        live = self.measures.get(case, [])
        if not live or (ground is not None and stage.table("releases").get(case)):
            return
        if ground is not None:
            stage.ok(cast.APPLICANT, "ask_release", application=case, ground=ground)
        stage.ok(cast.JUDGE, "order_release", application=case, order=HASH)
        for measure in list(live):
            stage.ok(cast.REGISTRY, "confirm_release", measure=measure)
            self._forget(measure, case, "released")
        if self.random.random() < 0.3:
            self._claim(case)

    def _claim(self, case: str) -> None:
        """Have the respondent claim on a released case's letter; half of it is awarded and paid."""
        stage = self.stage
        kept = stage.table("applications")[case]
        if kept["respondent"] is None:
            return
        letter = kept["letters"][0]
        awarded = stage.table("letters")[letter]["terms"]["limit"] // 2
        claim = stage.claim(letter, 2 * awarded)
        stage.decide(claim, awarded)
        money = {"amount": awarded, "reference": f"R/{claim}"}
        stage.ok(cast.TELLER, "receive_payout", claim=claim, **money)
        stage.ok(cast.JUDGE, "discharge_letter", letter=letter)
        self.did.awarded += awarded
        self.did.claims_paid += awarded

    def _forget(self, measure: str, case: str, how: str) -> None:
        """Count what a measure that ended had held."""
        held = self.held.pop(measure)
        self.measures[case].remove(measure)
        if not self.measures[case]:
            del self.measures[case]
        setattr(self.did, how, getattr(self.did, how) + held)

    def _part(self, whole: int) -> int:
        return max(round(whole * self.scale), 1)


def check(workload: Workload) -> None:
    """Hold the ledger against what was done, and every invariant against the ledger.

    Raises:
        AssertionError: something does not balance.
    """
    stage, did = workload.stage, workload.did
    invariants.check_all(stage)
    timers_are_those_of_live_measures(stage, workload.ticked_ms)
    letters = stage.table("letters").values()
    states = Counter(one["state"] for one in stage.table("measures").values())
    assert did.premiums == did.premiums_paid_on + did.premiums_returned
    assert did.frozen == did.released + did.lapsed + did.still_frozen
    assert sum(one["frozen"] for one in stage.table("applications").values()) == did.still_frozen
    assert (states["IN_EFFECT"], states["ORDERED"]) == (did.live_measures, 0)
    assert len(letters) == did.letters == did.accepted + did.rejected
    assert sum(one["paid"] for one in letters) == did.claims_paid == did.awarded
    orders = stage.table("payments_orders").values()
    assert {one["state"] for one in orders} == {"BOOKED"}
    assert sum(one["amount"] for one in orders) == did.premiums + did.claims_paid
    assert not any(one["held"] + one["available"] for one in stage.table("money_accounts").values())


def timers_are_those_of_live_measures(stage: Stage, ticked_ms: int) -> None:
    """Each has its expiry, no other measure has a timer, and none of them is overdue."""
    live = {name for name, one in stage.table("measures").items() if one["state"] == "IN_EFFECT"}
    timers = defaultdict(set)
    for one in stage.table("deadlines_deadlines").values():
        assert one["due"] > ticked_ms
        if one["case"].startswith("PM-"):
            timers[one["case"]].add(one["name"])
    assert set(timers) == live
    assert all("expiry" in names for names in timers.values())


def main() -> None:
    """Run the workload and print its totals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--days", type=int, default=40)
    parser.add_argument("--seed", type=int, default=6)
    chosen = parser.parse_args()
    began = time.monotonic()
    workload = Workload(scale=chosen.scale, days=chosen.days, seed=chosen.seed)
    totals = workload.run()
    took = time.monotonic() - began
    check(workload)
    for name, value in asdict(totals).items():
        print(f"{name:20}{value:22,}")  # noqa: T201  # a command
    rate = totals.calls / took
    print(f"{took:.0f} s, {rate:,.0f} calls a second; balanced")  # noqa: T201  # a command


if __name__ == "__main__":
    main()
