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
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from tallystick.industries.justice import authorization_digest
from tallystick.model import Signer
from tests.unit.industries.justice import invariants
from tests.unit.industries.justice import stage as cast
from tests.unit.industries.justice.stage import HASH, RENT, Stage

STEPS: Final = 40
OTHER_BANK: Final = cast.person("bank", 289)
BEGINNINGS: Final = (
    *("active", "breached", "served", "mediated", "failed", "filed"),
    *("heard", "heard", "decided", "decided", "decided"),
)
MOVES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "new": 2,
        "wait": 16,
        "perform": 12,
        "bank": 10,
        "leave": 4,
        "amend": 3,
        "serve": 10,
        "mediate": 12,
        "paper": 4,
        "file": 12,
        "court": 30,
        "enforce": 12,
    }
)
"""How often each is tried: steps of a court most, because a case has many of them."""


class Player:
    """Somebody who tries everything, most of it sensible."""

    def __init__(self, seed: int) -> None:
        """Begin with an agreement in force, and one that has come some way from breach to end."""
        self.random = random.Random(seed)
        self.stage = Stage()
        self.outcomes: Counter[str] = Counter()
        self.stage.authorized(self.stage.active(), self.random.randint(0, 3 * RENT))
        getattr(self.stage, self.random.choice(BEGINNINGS))()

    def play(self, steps: int = STEPS) -> Counter[str]:
        """Make so many moves; return how often each ended how, and where agreements ended."""
        for name in self.random.choices(list(MOVES), weights=list(MOVES.values()), k=steps):
            getattr(self, f"try_{name}")()
            invariants.check_all(self.stage)
        for one in self.stage.table("agreements").values():
            self.outcomes[f"ends {one['state']}"] += 1
        return self.outcomes

    def try_new(self) -> None:
        """A further agreement, now and then."""
        if len(self.stage.table("agreements")) < 5:
            self.stage.active()

    def try_wait(self) -> None:
        """Days pass; a second tick at the same time does nothing."""
        self.stage.warp(days=self.random.choice((1, 5, 8, 15, 31)))
        assert self.stage.ok(cast.STRANGER, "tick")["fired"] == 0

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
        named = self.stage.table("purposes")[order["id"]]["bank"]
        bank = cast.BANK if named == cast.BANK.organization else OTHER_BANK
        self.stage.do(bank, "note_sent", orders=[order["id"]], file=HASH)
        state = self.random.choice(("ACCEPTED", "BOOKED", "BOOKED", "REJECTED", "RETURNED"))
        report = {"attempt": order["attempt"], "reference": f"{state}{order['id']}"}
        self._do(bank, "report_payment", order=order["id"], state=state, **report)
        if self.random.random() < 0.3:
            self._do(bank, "retry_payment", order=order["id"])

    def try_serve(self) -> None:
        """A notice is served."""
        one = self._one("agreements", "BREACHED") or self._one("agreements")
        proof = self.stage.deposit(cast.PLATFORM)[0]
        named = {"agreement": one["id"], "service": "courier", "proof": proof}
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

    def try_leave(self) -> None:
        """Leave to debit is taken back, or given: to this bank or another."""
        one = self._one("agreements")
        named = {"agreement": one["id"], "role": "lessee"}
        self._do(cast.LESSEE, "revoke_debit", **named)
        bank = self.random.choice((cast.BANK, OTHER_BANK)).organization
        until = self.stage.now_ms + self.random.choice((5, 400)) * cast.DAY_MS
        cap = self.random.randint(0, 4 * RENT)
        document = authorization_digest(one["id"], "lessee", HASH, cap, until)
        signed = self.stage.signed("lessee", document)
        new = named | {"bank": bank, "account": HASH, "cap": cap, "valid_until": until}
        self._do(cast.LESSEE, "authorize_debit", new=new, signed=signed)

    def try_amend(self) -> None:
        """Both sign other months, or one of them does not."""
        one = self._one("agreements")
        deposit, text = self.stage.deposit(cast.PLATFORM)
        months = self.random.randint(1, 4)
        values = [
            kept | {"value": months} if kept["name"] == "months" else kept for kept in one["values"]
        ]
        named = {"agreement": one["id"], "values": values, "text": text, "deposit": deposit}
        made = self._do(cast.LESSOR, "propose_amendment", **named)
        if made is None:
            return
        for role, who in (("lessor", cast.LESSOR), ("lessee", cast.LESSEE)):
            if self.random.random() < 0.8:
                signed = self.stage.signed(role, made["digest"])
                self._do(who, "sign_amendment", amendment=made["id"], role=role, signed=signed)

    def try_paper(self) -> None:
        """A paper is kept for somebody, opened to somebody, or erased."""
        one = self._one("agreements")
        everybody = (cast.LESSOR, cast.LESSEE, cast.MEDIATOR, cast.JUDGE, cast.BANK)
        reader = self.random.choice(everybody).organization
        paper = f"P-{self.stage.height}"
        sealed = {"ciphertext": HASH, "plaintext": HASH, "size": 9}
        new = {"agreement": one["id"], "paper": paper, "kind": "party", "sealed": sealed}
        self._do(cast.LESSOR, "declare_paper", readers=[reader], **new)
        self._do(cast.LESSOR, "declare_paper", readers=[], **(new | {"paper": f"{paper}-2"}))
        self._do(cast.LESSOR, "open_paper", paper=f"{paper}-2", reader=reader)
        self._do(cast.LESSOR, "erase_paper", paper=f"{paper}-2")

    def try_file(self) -> None:
        """A creditor files what is breached, or something else."""
        one = self._one("agreements", "FAILED", "RETURNED")
        rents = [name for name in one.get("obligations", ()) if ".rent." in name]
        breached = [name for name in rents if self._obligation(name)["state"] == "BREACHED"]
        if not rents:
            return
        among = breached if breached and self.random.random() < 0.8 else rents
        keys = [name.split(".", 1)[1] for name in self.random.sample(among, 1)]
        self._do(cast.LESSOR, "file_case", **self.stage.filing(one["id"], *keys))

    def try_court(self) -> None:
        """The court does its next step, most often, or a wrong one."""
        one = self._one("agreements", "FILED", "ACCEPTED", "HEARD")
        case = one.get("case")
        if case is None:
            return
        right = {
            "FILED": (self._accept, self._accept, self._return),
            "ACCEPTED": (self._verify, self._hear, self._give_opinion),
            "HEARD": (self._verify, self._rule, self._decide),
        }[one["state"]]
        every = (self._accept, self._return, self._verify, self._hear, self._rule, self._decide)
        step = self.random.choice(right if self.random.random() < 0.8 else every)
        step(one["id"], case)

    def _accept(self, _: str, case: str) -> None:
        self._do(cast.FILING, "accept_case", case=case, docket="1")

    def _return(self, _: str, case: str) -> None:
        self._do(cast.FILING, "return_case", case=case, reason="x")

    def _verify(self, agreement: str, case: str) -> None:
        """Findings of what is not verified yet; one check in ten fails or cannot be made."""
        changes = {}
        if self.random.random() < 0.1:
            changes["time"] = self.random.choice(("failed", "unknown"))
        items = [
            one
            for one in self.stage.findings(agreement, **changes)
            if self.stage.table("exhibits")[f"{agreement}/{one['deposit']}"]["state"]
            == "UNVERIFIED"
        ]
        for start in range(0, len(items), 60):
            part = items[start : start + 60]
            self._do(cast.COURT_NODE, "record_verification", case=case, items=part, report=HASH)

    def _give_opinion(self, agreement: str, case: str) -> None:
        shown = self.random.choice(self.stage.table("agreements")[agreement]["exhibits"])
        named = {"case": case, "deposit": shown, "statement": self.stage.deposit(cast.NOTARY)[0]}
        self._do(cast.NOTARY, "give_opinion", supports=self.random.random() < 0.5, **named)

    def _hear(self, _: str, case: str) -> None:
        self._do(cast.JUDGE, "hear_case", case=case)

    def _rule(self, agreement: str, case: str) -> None:
        shown = self.random.choice(self.stage.table("agreements")[agreement]["exhibits"])
        self._do(cast.JUDGE, "rule_on_evidence", case=case, rulings=[self.stage.ruling(shown)])

    def _decide(self, _: str, case: str) -> None:
        named = {"case": case, "deposit": self.stage.deposit(cast.JUDGE)[0]}
        amount = self.random.randint(1, RENT)
        outcome = self.random.choice(("in_part", "in_part", "dismissed"))
        awards = [] if outcome == "dismissed" else [self.stage.award(amount)]
        self._do(cast.JUDGE, "decide_case", outcome=outcome, awards=awards, **named)

    def try_enforce(self) -> None:
        """A creditor applies; the officer closes, and goes on with what was terminated."""
        one = self._one("agreements", "DECIDED", "BREACHED", "ENFORCEMENT", "CLOSED")
        owed = [
            name
            for name in one.get("obligations", ())
            if (kept := self._obligation(name))["is_enforceable"]
            and (kept["state"], kept["creditor"]) == ("BREACHED", "lessor")
        ]
        if owed:
            args = self.stage.enforcement(one["id"], *owed)
            self._do(cast.LESSOR, "apply_for_enforcement", **args)
        kept = self._one("enforcements")
        if not kept:
            return
        named = {"enforcement": kept["id"]}
        if self.random.random() < 0.4:
            self._do(cast.OFFICER, "resume_enforcement", **named)
        if self.random.random() < 0.5:
            collected = self.random.choice((kept["amount"], self.random.randint(0, RENT)))
            self._do(cast.OFFICER, "close_enforcement", collected=collected, **named)

    def _obligation(self, name: str) -> dict[str, Any]:
        return dict(self.stage.table("obligations")[name])

    def _one(self, table: str, *states: str) -> dict[str, Any]:
        rows = self.stage.table(table).values()
        found = [one for one in rows if not states or one["state"] in states]
        return dict(self.random.choice(found)) if found else {}

    def _do(self, who: Signer, method: str, /, **args: Any) -> Any:
        """Try something; return what came of it, or None if it was refused."""
        before = dict(self.stage.ledger.values)
        done = self.stage.do(who, method, **args)
        self.outcomes[f"{method} {done.code}"] += 1
        assert done.code == "ok" or self.stage.ledger.values == before, method
        return done.result if done.code == "ok" else None


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
