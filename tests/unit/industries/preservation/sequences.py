# SPDX-License-Identifier: Apache-2.0
"""Random sequences of actions, with every invariant held after each step.

`python -m tests.unit.industries.preservation.sequences` runs 10,000, each from a seed of its own;
so does `make sequences`, for every industry.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from tallystick.model import Signer
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation.invariants import check_all
from tests.unit.industries.preservation.stage import (
    AMOUNT,
    DAY_MS,
    HASH,
    REQUIRED,
    SEALED,
    TAG,
    Stage,
)

STEPS = 50
_OWNERS = (cast.APPLICANT, cast.OTHER_APPLICANT, cast.LAWYER)


class Sequence:
    """One random life of a few cases."""

    def __init__(self, seed: int) -> None:
        """Begin with cases in effect, one before suit, and some on their way there."""
        self.random = Random(seed)
        self.stage = _opening().copy()

    def run(self, steps: int = STEPS) -> int:
        """Take random steps; return how many calls succeeded."""
        succeeded = 0
        moves: list[Callable[[], bool]] = [
            *(self.file, self.order, self.underwrite, self.underwrite, self.submit, self.submit),
            *(self.accept, self.accept, self.cancel, self.rule, self.rule, self.refuse),
            *(self.freeze, self.freeze, self.confirm, self.confirm, self.confirm, self.surplus),
            *(self.renew, self.renew, self.serve, self.object, self.release, self.free, self.free),
            *(self.claim, self.claim, self.decide, self.decide, self.pay, self.pay),
            *(self.discharge, self.bank, self.bank, self.wait, self.wait, self.sue, self.panel),
        ]
        for _ in range(steps):
            before = self.stage.state.values.copy()
            succeeded += self.random.choice(moves)()
            if self.stage.state.values != before:
                check_all(self.stage)
        return succeeded

    def did(self, who: Signer, method: str, **args: Any) -> bool:
        """Run an action and return whether it succeeded."""
        return self.stage.do(who, method, **args).code == "ok"

    def one(self, table: str, *states: str) -> str:
        """Return a record, in one of these states if there is any; a wrong one now and then."""
        return self.fit(table, lambda one: one.get("state") in states)

    def fit(self, table: str, fits: Callable[[Any], bool]) -> str:
        """Return a record that fits, if there is any; one that need not now and then."""
        rows = self.stage.table(table)
        fit = [name for name, one in rows.items() if fits(one)]
        return self.random.choice(fit if fit and self.random.random() < 0.9 else list(rows) or [""])

    def owner(self, case: str) -> Signer:
        """Return who filed a case, seldom somebody else."""
        applicant = self.stage.table("applications")[case]["applicant"]
        own = next(one for one in _OWNERS if one.organization == applicant)
        return own if self.random.random() < 0.95 else self.random.choice(_OWNERS)

    def amount(self, whole: int) -> int:
        """Return an amount up to somewhat more than the whole; mostly the whole."""
        if self.random.random() < 0.7:
            return max(1, whole)
        return max(1, self.random.choice([1, whole // 3, whole + 1]))

    # --- security -------------------------------------------------------------------------------

    def file(self) -> bool:
        """Somebody applies and the clerk checks."""
        is_pre_suit = self.random.random() < 0.4
        more: Any = {"is_pre_suit": is_pre_suit, "is_urgent": self.random.random() < 0.3}
        case = self.stage.filed(self.random.choice(_OWNERS), **more)
        number = {} if is_pre_suit else {"case_number": "1"}
        return self.did(cast.CLERK, "check_application", application=case, **number)

    def order(self) -> bool:
        """A judge orders security, or exempts."""
        case = self.one("applications", "FILED")
        if self.random.random() < 0.1:
            return self.did(cast.JUDGE, "exempt_security", application=case, exemption="CLEAR_CASE")
        is_pre_suit = self.stage.table("applications")[case]["is_pre_suit"]
        required = self.amount(AMOUNT if is_pre_suit else REQUIRED)
        reason = {"reason": "酌减"} if self.random.random() < 0.3 else {}
        args = {"application": case, "required": required, **reason}
        return self.did(cast.JUDGE, "order_security", **args)

    def underwrite(self) -> bool:
        """A guarantor is asked, quotes, issues, and mostly is paid."""
        case = self.one("applications", "SECURITY_ORDERED")
        signer = self.random.choice([cast.SIGNER, cast.OTHER_SIGNER, cast.BANK_1])
        asked = {"application": case, "guarantor": signer.organization}
        kept = self.stage.table("applications")[case]
        is_open = kept["state"] in {"FILED", "SECURITY_ORDERED", "SECURED"}
        if not is_open or self.stage.table("guarantors")[signer.organization]["is_suspended"]:
            return self.did(self.owner(case), "ask_guarantee", **asked)
        letter = self.stage.chosen(case, signer)
        limit = self.amount(kept["required"] or REQUIRED)
        seal = cast.FORGER if self.random.random() < 0.1 else cast.SEAL
        done = self.stage.issue(letter, signer, seal=seal, limit=limit).code == "ok"
        if done and self.random.random() < 0.8:
            money = {"amount": self.amount(150_000), "reference": f"P/{letter}"}
            self.did(cast.TELLER, "receive_premium", letter=letter, **money)
        return done

    def submit(self) -> bool:
        """Letters are presented, some altered, some in another case."""
        letters = self.stage.table("letters")
        issued = self.one("letters", "ISSUED")
        case = letters[issued]["application"] if issued else self.one("applications")
        own = [
            name
            for name, one in letters.items()
            if one["state"] == "ISSUED" and one["application"] == case
        ]
        if not own or self.random.random() < 0.2:
            own = [name for name, one in letters.items() if one["terms"] is not None]
        some = self.random.sample(own, min(len(own), self.random.randint(1, 5)))
        altered = {"limit": 10**9} if self.random.random() < 0.1 else {}
        presented = [self.stage.presented(one, **altered) for one in some]
        return self.did(self.owner(case), "submit_letters", application=case, presented=presented)

    def accept(self) -> bool:
        """A judge accepts or rejects."""
        letter = self.fit("letters", lambda one: one["state"] == "SUBMITTED" and one["is_paid"])
        if self.random.random() < 0.2:
            return self.did(cast.JUDGE, "reject_letter", letter=letter, reason="x")
        return self.did(cast.JUDGE, "accept_letter", letter=letter, document=HASH)

    def cancel(self) -> bool:
        """A guarantor cancels, seldom."""
        if self.random.random() < 0.6:
            return False
        letter = self.one("letters", "ISSUED")
        organization = self.stage.table("letters")[letter]["guarantor"]
        people = (cast.SIGNER, cast.OTHER_SIGNER, cast.BANK_1)
        who = next(one for one in people if one.organization == organization)
        return self.did(who, "cancel_letter", letter=letter)

    # --- enforcement ----------------------------------------------------------------------------

    def rule(self) -> bool:
        """A judge rules; an officer starts."""
        case = self.one("applications", "SECURED")
        args = {"application": case, "amount": self.amount(AMOUNT), "ruling": HASH}
        done = self.did(cast.JUDGE, "rule", **args)
        return self.did(cast.OFFICER, "start_execution", application=case) or done

    def refuse(self) -> bool:
        """A judge refuses an application."""
        if self.random.random() < 0.7:
            return False
        case = self.one("applications", "FILED", "SECURITY_ORDERED", "SECURED")
        return self.did(cast.JUDGE, "refuse_application", application=case, reason="x")

    def freeze(self) -> bool:
        """An officer orders a measure and seals its property."""
        done = self.stage.do(
            cast.OFFICER,
            "order_measure",
            application=self.one("applications", "EXECUTING", "IN_EFFECT", "RENEWED"),
            registry=cast.REGISTRY.organization,
            kind=self.random.choice(["DEPOSIT", "MOVABLE", "REAL_ESTATE", "OTHER_RIGHT"]),
            amount=self.amount(AMOUNT // 4),
        )
        if done.code != "ok":
            return False
        measure: Any = done.result
        return self.did(cast.OFFICER, "declare_property", measure=measure["id"], sealed=SEALED)

    def confirm(self) -> bool:
        """A registry confirms, or finds nothing."""
        cases = self.stage.table("applications")
        measure = self.fit(
            "measures",
            lambda one: (
                one["state"] == "ORDERED"
                and cases[one["application"]]["frozen"] < cases[one["application"]]["ruled_amount"]
            ),
        )
        if self.random.random() < 0.1:
            return self.did(cast.REGISTRY, "fail_measure", measure=measure)
        days = self.random.choice([20, 60, 60, 200, 300, 365, 700])
        amount = self.amount(self.random.choice([AMOUNT // 4, AMOUNT // 4, AMOUNT]))
        return self.did(
            cast.REGISTRY,
            "confirm_measure",
            measure=measure,
            tag=self.random.choice([TAG, HASH]),
            amount=amount,
            until=self.stage.now_ms + days * DAY_MS,
        )

    def surplus(self) -> bool:
        """A registry frees a surplus."""
        measure = self.fit("measures", lambda one: one["surplus"] > 0)
        return self.did(cast.REGISTRY, "release_surplus", measure=measure)

    def renew(self) -> bool:
        """A measure is renewed, or one of the steps to it."""
        measure = self.fit(
            "measures", lambda one: one["state"] == "IN_EFFECT" and one["renewal"] is None
        )
        case = self.stage.table("measures")[measure]["application"]
        done = self.did(self.owner(case), "ask_renewal", measure=measure)
        if not self.stage.table("renewals"):
            return done
        renewal = self.one("renewals", "ASKED", "GRANTED")
        method = "refuse_renewal" if self.random.random() < 0.2 else "grant_renewal"
        done |= self.did(cast.JUDGE, method, renewal=renewal)
        until = self.stage.now_ms + self.random.choice([100, 360, 360, 900]) * DAY_MS
        return self.did(cast.REGISTRY, "confirm_renewal", renewal=renewal, until=until) or done

    # --- endings --------------------------------------------------------------------------------

    def serve(self) -> bool:
        """The respondent is served."""
        case = self.fit(
            "applications", lambda one: one["ruled_at"] is not None and one["respondent"] is None
        )
        respondent = cast.RESPONDENT.organization
        return self.did(cast.CLERK, "serve_respondent", application=case, respondent=respondent)

    def sue(self) -> bool:
        """A clerk registers a suit."""
        case = self.fit("applications", lambda one: one["sue_by"] and one["case_number"] is None)
        return self.did(cast.CLERK, "register_suit", application=case, case_number="2")

    def object(self) -> bool:
        """The respondent objects, or the judge decides."""
        case = self.fit("applications", lambda one: one["respondent"] and not one["reconsidered"])
        done = self.did(cast.RESPONDENT, "ask_reconsideration", application=case, grounds=HASH)
        if not self.stage.table("reconsiderations"):
            return done
        decide = {
            "reconsideration": self.fit("reconsiderations", lambda one: one["is_upheld"] is None),
            "is_upheld": self.random.random() < 0.7,
        }
        return self.did(cast.JUDGE, "decide_reconsideration", **decide) or done

    def release(self) -> bool:
        """A party asks for release; the judge orders or declines."""
        case = self.one("applications", "RULED", "EXECUTING", "IN_EFFECT", "RENEWED")
        ground = self.random.choice(["WITHDRAWN", "PERFORMED", "REJECTED", "SUBSTITUTED"])
        who = cast.RESPONDENT if ground == "SUBSTITUTED" else self.owner(case)
        other = {"security": HASH, "security_amount": self.amount(AMOUNT)}
        self.did(who, "ask_release", application=case, ground=ground, **other)
        if self.random.random() < 0.4:
            return self.did(cast.JUDGE, "decline_release", application=case, reason="x")
        done = self.did(cast.JUDGE, "order_release", application=case, order=HASH)
        return done and (self.random.random() < 0.4 or self.free())

    def free(self) -> bool:
        """A registry confirms a release, mostly one that was ordered."""
        releases = self.stage.table("releases")
        measure = self.fit(
            "measures",
            lambda one: (
                one["state"] in {"IN_EFFECT", "ORDERED"}
                and releases.get(one["application"], {}).get("state") == "ORDERED"
            ),
        )
        return self.did(cast.REGISTRY, "confirm_release", measure=measure)

    def claim(self) -> bool:
        """The respondent claims."""
        served = self.stage.table("applications")
        letter = self.fit(
            "letters",
            lambda one: (
                one["state"] in {"IN_FORCE", "CLAIMED", "PAID", "DENIED"}
                and served[one["application"]]["respondent"] is not None
            ),
        )
        return self.did(cast.RESPONDENT, "file_claim", letter=letter, claimed=5, payee=HASH)

    def decide(self) -> bool:
        """A final decision is recorded."""
        if not self.stage.table("claims"):
            return False
        awarded = self.random.choice([0, 0, 1, REQUIRED // 2, REQUIRED // 2, 10**10])
        args = {"claim": self.one("claims", "FILED"), "awarded": awarded, "decision": HASH}
        done = self.did(cast.JUDGE, "decide_claim", **args)
        return self.pay() or done if self.random.random() < 0.5 else done

    def pay(self) -> bool:
        """A guarantor pays in on a claim."""
        if not self.stage.table("claims"):
            return False
        claim = self.one("claims", "AWARDED")
        due = self.stage.table("claims")[claim]["due"]
        money = {"amount": self.amount(due), "reference": f"R/{self.stage.height}"}
        done = self.did(cast.TELLER, "receive_payout", claim=claim, **money)
        return self.discharge() or done if self.random.random() < 0.5 else done

    def discharge(self) -> bool:
        """A court ends a letter."""
        letter = self.fit(
            "letters", lambda one: one["state"] in {"PAID", "DENIED"} and one["claims"] == 0
        )
        return self.did(cast.JUDGE, "discharge_letter", letter=letter)

    # --- the bank, the clock, the regulator -----------------------------------------------------

    def bank(self) -> bool:
        """The bank says something of an order, in any order, also twice."""
        if not self.stage.table("payments_orders"):
            return False
        order = self.stage.table("payments_orders")[self.one("payments_orders", "READY", "SENT")]
        self.did(cast.TELLER, "note_sent", orders=[order["id"]], file=HASH)
        if order["state"] in {"REJECTED", "RETURNED"}:
            return self.did(cast.TELLER, "retry_payment", order=order["id"])
        state = self.random.choice(["ACCEPTED", "BOOKED", "BOOKED", "REJECTED", "RETURNED"])
        said = {"order": order["id"], "state": state, "attempt": order["attempt"]}
        reference = f"{state}/{order['id']}/{order['attempt']}"
        return self.did(cast.TELLER, "report_payment", reference=reference, **said)

    def wait(self) -> bool:
        """Time passes, and somebody ticks."""
        self.stage.warp(hours=self.random.choice([1, 1, 24, 49, 200, 400, 800, 4_000]))
        return self.did(cast.STRANGER, "tick", limit=self.random.choice([1, 50, 200]))

    def panel(self) -> bool:
        """A regulator suspends or reinstates, seldom."""
        guarantor = self.random.choice([cast.SIGNER, cast.OTHER_SIGNER]).organization
        is_seldom = self.random.random() < 0.2
        method = "suspend_guarantor" if is_seldom else "reinstate_guarantor"
        return self.did(cast.REGULATOR, method, guarantor=guarantor)


@cache
def _opening() -> Stage:
    stage = Stage().ready()
    for owner, is_pre_suit in ((cast.APPLICANT, False), (cast.LAWYER, True)):
        case, _letter = stage.executing(owner, is_pre_suit=is_pre_suit)
        stage.confirm(stage.measure(case, AMOUNT // 4), AMOUNT // 4, days=60)
        stage.serve(case)
    stage.secured(cast.APPLICANT)
    stage.issued(stage.ordered(cast.OTHER_APPLICANT))
    return stage


def main() -> None:
    """Run as many sequences as asked for; the first that breaks an invariant ends it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--first-seed", type=int, default=0)
    chosen = parser.parse_args()
    began, succeeded = time.monotonic(), 0
    for seed in range(chosen.first_seed, chosen.first_seed + chosen.sequences):
        try:
            succeeded += Sequence(seed).run(chosen.steps)
        except AssertionError as broken:
            raise SystemExit(f"seed {seed}: {broken!r}") from broken
    took = time.monotonic() - began
    print(f"{succeeded:10,}  calls succeeded")  # noqa: T201  # a command
    print(f"{chosen.sequences:,} sequences in {took:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
