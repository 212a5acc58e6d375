# SPDX-License-Identifier: Apache-2.0
"""Plays random sequences of actions on the justice contract, checking invariants at each step.

10,000 sequences of 40 actions each, on one processor:

    python -m tests.unit.industries.justice.sequences --sequences 10000
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from typing import Any, Final

from tests.unit.industries.justice import invariants
from tests.unit.industries.justice import stage as cast
from tests.unit.industries.justice.stage import HASH, RENT, Stage

STEPS: Final = 40


class Player:
    """Somebody who tries everything, most of it sensible."""

    def __init__(self, seed: int) -> None:
        """Begin with an agreement in force whose debtor may be debited."""
        self.random = random.Random(seed)
        self.stage = Stage()
        self.stage.authorized(self.stage.active(), self.random.randint(0, 3 * RENT))
        self.outcomes: Counter[str] = Counter()
        self.moves = sorted(name for name in dir(self) if name.startswith("try_"))

    def play(self, steps: int = STEPS) -> Counter[str]:
        """Make so many moves; return how often each ended how."""
        for _ in range(steps):
            name = self.random.choice(self.moves)
            getattr(self, name)()
            invariants.check_all(self.stage)
        return self.outcomes

    def try_new(self) -> None:
        """A further agreement, now and then."""
        if self.random.random() < 0.2:
            self.stage.active()

    def try_wait(self) -> None:
        """Days pass; a second tick at the same time does nothing."""
        self.stage.warp(days=self.random.choice((1, 5, 8, 15, 31)))
        assert self.stage.ok(cast.STRANGER, "tick")["fired"] == 0

    try_wait_again = try_wait

    def try_perform(self) -> None:
        """Something is reported as performed, in part or whole."""
        one = self._one("obligations")
        pays = one["kind"] == "PAY"
        left = max(one["amount"] - one["paid"], 1)
        who = cast.LESSOR if one["creditor"] == "lessor" else cast.LESSEE
        self._do(
            who,
            "report_performance",
            obligation=one["id"],
            evidence=self.random.choice(one["evidence"]),
            deposit=self.stage.deposit(who)[0],
            amount=self.random.choice((left, self.random.randint(1, left))) if pays else 0,
        )

    def try_bank(self) -> None:
        """The bank says something of a debit."""
        order = self._one("payments_orders")
        if not order:
            return
        self.stage.do(cast.BANK, "note_sent", orders=[order["id"]], file=HASH)
        state = self.random.choice(("ACCEPTED", "BOOKED", "REJECTED", "RETURNED"))
        report = {"attempt": order["attempt"], "reference": f"{state}{order['id']}"}
        self._do(cast.BANK, "report_payment", order=order["id"], state=state, **report)
        if self.random.random() < 0.3:
            self._do(cast.BANK, "retry_payment", order=order["id"])

    def try_serve(self) -> None:
        """A notice is served."""
        one = self._one("agreements", "BREACHED")
        proof = self.stage.deposit(cast.PLATFORM)[0]
        named = {"agreement": one.get("id", "AG-1"), "service": "courier", "proof": proof}
        self._do(cast.PLATFORM, "serve_notice", **named)

    def try_mediate(self) -> None:
        """A mediator takes a mediation on, and ends it sooner or later."""
        one = self._one("mediations", "OPEN")
        if not one:
            return
        self._do(cast.MEDIATOR, "take_mediation", mediation=one["id"])
        if self.random.random() < 0.4:
            self._do(cast.MEDIATOR, "fail_mediation", mediation=one["id"], reason="x")
        elif self.random.random() < 0.5:
            new = self.stage.signing(cast.MEDIATOR, replaces=one["agreement"])
            self.stage.sign(new)
            self._do(cast.MEDIATOR, "settle", mediation=one["id"], settlement=new)
            self._do(cast.JUDGE, "confirm_settlement", agreement=new)

    def try_file(self) -> None:
        """A creditor files what is breached, or something else."""
        one = self._one("agreements", "FAILED", "RETURNED")
        rents = [name for name in one.get("obligations", ()) if ".rent." in name]
        if not rents:
            return
        keys = [name.split(".", 1)[1] for name in self.random.sample(rents, 1)]
        self._do(cast.LESSOR, "file_case", **self.stage.filing(one["id"], *keys))

    def try_court(self) -> None:
        """The court does its next step, or a wrong one."""
        one = self._one("agreements", "FILED", "ACCEPTED", "HEARD")
        case = one.get("case")
        if case is None:
            return
        step = self.random.randrange(5)
        if step == 0:
            self._do(cast.FILING, "return_case", case=case, reason="x")
        elif step == 1:
            self._do(cast.FILING, "accept_case", case=case, docket="1")
        elif step == 2:
            items = self.stage.findings(one["id"])
            self._do(cast.COURT_NODE, "record_verification", case=case, items=items, report=HASH)
        elif step == 3:
            self._do(cast.JUDGE, "hear_case", case=case)
        else:
            text = self.stage.deposit(cast.JUDGE)[0]
            named = {"case": case, "outcome": "in_part", "deposit": text}
            awards = [self.stage.award(self.random.randint(1, RENT))]
            self._do(cast.JUDGE, "decide_case", awards=awards, **named)

    def try_enforce(self) -> None:
        """A creditor applies, and the officer closes."""
        one = self._one("agreements", "DECIDED", "BREACHED")
        owed = [
            name
            for name in one.get("obligations", ())
            if (kept := self.stage.table("obligations")[name])["is_enforceable"]
            and kept["state"] == "BREACHED"
            and kept["creditor"] == "lessor"
        ]
        if not owed:
            return
        args = self.stage.enforcement(one["id"], *owed)
        self._do(cast.LESSOR, "apply_for_enforcement", **args)
        open_ones = self._one("enforcements", "APPLIED")
        if open_ones:
            closing = {"enforcement": open_ones["id"], "collected": open_ones["amount"]}
            self._do(cast.OFFICER, "close_enforcement", **closing)

    def _one(self, table: str, *states: str) -> dict[str, Any]:
        rows = self.stage.table(table).values()
        found = [one for one in rows if not states or one["state"] in states]
        return dict(self.random.choice(found)) if found else {}

    def _do(self, who: Any, method: str, /, **args: Any) -> None:
        before = dict(self.stage.ledger.values)
        done = self.stage.do(who, method, **args)
        self.outcomes[f"{method} {done.code}"] += 1
        assert done.code == "ok" or self.stage.ledger.values == before, method


def main() -> None:
    """Play so many sequences and say how they ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=10_000)
    options = parser.parse_args()
    began, outcomes = time.monotonic(), Counter[str]()
    for seed in range(options.sequences):
        outcomes += Player(seed).play()
    for name, count in sorted(outcomes.items()):
        sys.stdout.write(f"{count:8} {name}\n")
    took = time.monotonic() - began
    sys.stdout.write(f"{options.sequences} sequences in {took:.0f} s\n")


if __name__ == "__main__":
    main()
