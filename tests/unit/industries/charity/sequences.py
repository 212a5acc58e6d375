# SPDX-License-Identifier: Apache-2.0
"""Random sequences of actions, with every invariant held after each step.

`python -m tests.unit.industries.charity.sequences` runs 10,000, each from a seed of its own; so
does `make sequences`, for every industry.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from random import Random

from tallystick.contracts import digest_of
from tallystick.contracts.parts import OrderState, PaymentOrder
from tallystick.industries.charity import list_digest_of
from tallystick.industries.charity.records import (
    Batch,
    Campaign,
    Entitlement,
    EntitlementState,
    ListRow,
    Revocation,
)
from tests.unit.industries.charity.invariants import check_all
from tests.unit.industries.charity.scene import (
    ANYONE,
    AUDITOR,
    BANK,
    FOUNDATION,
    OFFICER,
    OFFICER_2,
    OFFICER_3,
    PLATFORM,
    REVIEWER,
    SUPERVISOR,
    Scene,
    account_of,
    person,
    row,
)

STEPS = 60
NAMES = ("li", "wang", "zhao", "qian")


class Sequence:
    """One random life of a foundation."""

    def __init__(self, seed: int, scene: Scene | None = None) -> None:
        """Begin with two campaigns and an approved list."""
        self.random = Random(seed)
        self.scene = scene or Scene()
        rich = self.scene.campaign(gift=900_000)
        self.scene.give(rich, 300_000, fund="grade-10")
        self.scene.campaign(gift=100_000)
        self.scene.approved(rich, [row("li", 90_000), row("wang", 80_000)], period="p0")
        self.lists: dict[str, list[ListRow]] = {}
        self.files = 0

    def run(self, steps: int = STEPS) -> int:
        """Take random steps; return how many calls succeeded."""
        succeeded = 0
        moves: list[Callable[[], bool]] = [
            self.give,
            self.list_beneficiaries,
            self.review,
            self.review,
            self.claim,
            self.claim,
            self.claim,
            self.bank,
            self.bank,
            self.bank,
            self.confirm,
            self.revoke,
            self.wait,
            self.money,
            self.close,
        ]
        for _ in range(steps):
            before = self.scene.ledger.state.values.copy()
            succeeded += self.random.choice(moves)()
            if self.scene.ledger.state.values != before:
                check_all(self.scene)
        return succeeded

    def one_of(self, table: str, kind: type) -> str:
        """Return the key of a random record, or a key that is not there."""
        keys = [*self.scene.ledger.state.records("charity", table)]
        return self.random.choice(keys) if keys else "none"

    def often(self) -> bool:
        """Return true three times in four."""
        return self.random.random() < 0.75

    def likely(self, *states: EntitlementState) -> str:
        """Return an entitlement, usually one in these states."""
        found = self.scene.all("entitlements", Entitlement)
        fitting = [one.id for one in found if one.state in states]
        if fitting and self.often():
            return self.random.choice(fitting)
        return self.one_of("entitlements", Entitlement)

    def did(self, signer: object, method: str, **args: object) -> bool:
        """Run an action and return whether it succeeded."""
        return self.scene.do(signer, method, **args).code == "ok"  # type: ignore[arg-type]

    def give(self) -> bool:
        """A donation arrives, to a random fund."""
        return self.did(
            BANK,
            "receive_donation",
            campaign=self.one_of("campaigns", Campaign),
            amount=self.random.randint(1, 200_000),
            donor=digest_of("donor"),
            reference=f"G{self.random.randint(1, 40)}",
            fund=self.random.choice(["free", "grade-10"]),
        )

    def list_beneficiaries(self) -> bool:
        """An officer imports a list; names repeat, funds may not fit."""
        names = self.random.sample(NAMES, self.random.randint(1, 3))
        tag = self.random.choice(["free", "grade-10"])
        rows = [
            row(
                name,
                self.random.randint(1, 150_000),
                fund=tag,
                tags=("grade-10",) if self.random.random() < 0.9 else (),
                guardian=person("mother") if name == "qian" else None,
                is_minor=name == "qian",
            )
            for name in names
        ]
        done = self.scene.do(
            OFFICER,
            "import_list",
            campaign=self.one_of("campaigns", Campaign),
            period=self.random.choice(["p1", "p2"]),
            count=len(rows),
            total=sum(one.amount for one in rows),
            list_digest=list_digest_of(rows),
        )
        if done.code != "ok":
            return False
        self.lists[str(done.result)] = rows
        has_rows = self.did(OFFICER, "add_rows", batch=done.result, rows=rows)
        if has_rows and self.often():
            digest = list_digest_of(rows)
            self.did(ANYONE, "check_list", batch=done.result)
            self.did(REVIEWER, "approve_list", batch=done.result, list_digest=digest)
        return has_rows

    def review(self) -> bool:
        """Somebody checks, approves or rejects a list."""
        batch = self.one_of("batches", Batch)
        digest = list_digest_of(self.lists.get(batch, []))
        method = self.random.choice(["check", "check", "approve", "approve", "reject"])
        if method == "check":
            return self.did(ANYONE, "check_list", batch=batch)
        if method == "approve":
            return self.did(REVIEWER, "approve_list", batch=batch, list_digest=digest)
        return self.did(REVIEWER, "reject_list", batch=batch, reason="no")

    def claim(self) -> bool:
        """A beneficiary, or somebody else, claims."""
        entitlement = self.likely(EntitlementState.HELD, EntitlementState.FAILED)
        if entitlement == "none":
            return False
        kept = self.scene.entitlement(entitlement)
        own = next(name for name in NAMES if person(name) == kept.beneficiary)
        account = account_of(self.random.choice([own, own, own, "thief"]))
        guardian = "mother" if kept.is_minor and self.random.random() < 0.8 else ""
        args = self.scene.claim_args(entitlement, own, account=account, guardian=guardian)
        return self.did(PLATFORM, self.random.choice(["claim", "claim_again"]), **args)

    def bank(self) -> bool:
        """The bank sends or reports, in any order, also twice."""
        order = self.one_of("payments_orders", PaymentOrder)
        if order != "none" and self.often():
            return self.proper_bank(self.scene.record("payments_orders", order, PaymentOrder))
        if self.random.random() < 0.4:
            file = digest_of("file", self.random.randint(1, 5))
            return self.did(BANK, "note_sent", orders=[order], file=file)
        return self.did(
            BANK,
            "report_payment",
            order=order,
            state=self.random.choice(["ACCEPTED", "BOOKED", "BOOKED", "REJECTED", "RETURNED"]),
            attempt=self.random.choice([1, 1, 1, 2, 3]),
            reference=f"B{self.random.randint(1, 60)}",
        )

    def proper_bank(self, order: PaymentOrder) -> bool:
        """The bank does what a bank does next; what it can truthfully say is never refused."""
        self.files += 1
        if order.state is OrderState.READY:
            file = digest_of("file", self.files)
            return bool(self.scene.ok(BANK, "note_sent", orders=[order.id], file=file))
        said = ["BOOKED", "BOOKED", "REJECTED", "ACCEPTED"]
        state = "RETURNED" if order.state is OrderState.BOOKED else self.random.choice(said)
        if state == "RETURNED" and self.often():
            return False
        done = self.scene.do(
            BANK,
            "report_payment",
            order=order.id,
            state=state,
            attempt=order.attempt,
            reference=f"N{self.files}",
        )
        is_ended = order.state in {OrderState.REJECTED, OrderState.RETURNED}
        assert is_ended or done.code == "ok", (order, done)
        return done.code == "ok"

    def confirm(self) -> bool:
        """A beneficiary confirms, or somebody else."""
        entitlement = self.likely(EntitlementState.PAID)
        if entitlement == "none":
            return False
        kept = self.scene.entitlement(entitlement)
        own = next(name for name in NAMES if person(name) == kept.beneficiary)
        return self.scene.confirm(entitlement, own if self.often() else "thief").code == "ok"

    def revoke(self) -> bool:
        """An officer asks for a revocation or approves one, or retries a payment."""
        if self.random.random() < 0.3:
            entitlement = self.one_of("entitlements", Entitlement)
            return self.did(OFFICER, "retry_payment", entitlement=entitlement)
        if self.random.random() < 0.5:
            entitlement = self.one_of("entitlements", Entitlement)
            return self.did(
                OFFICER_2, "request_revocation", entitlement=entitlement, reason="moved"
            )
        signer = self.random.choice([OFFICER, OFFICER_2, OFFICER_3])
        entitlement = self.one_of("revocations", Revocation)
        return self.did(signer, "approve_revocation", entitlement=entitlement)

    def wait(self) -> bool:
        """Days pass, and somebody ticks."""
        self.scene.warp(self.random.choice([1, 20, 40]))
        if self.random.random() < 0.2:
            self.scene.license(days=self.random.choice([5, 3650]))
        return self.did(ANYONE, "tick", limit=self.random.choice([1, 3, 200]))

    def money(self) -> bool:
        """Fees, recovery, disclosure, parameters."""
        kind = self.random.choice(["fee", "recover", "disclose", "parameters", "related"])
        campaign = self.one_of("campaigns", Campaign)
        reference = f"M{self.random.randint(1, 60)}"
        if kind == "fee":
            amount = self.random.randint(1, 20_000)
            return self.did(
                REVIEWER, "take_fee", campaign=campaign, amount=amount, reference=reference
            )
        if kind == "recover":
            entitlement = self.one_of("entitlements", Entitlement)
            self.did(OFFICER, "open_recovery", entitlement=entitlement, reason="wrong")
            amount = self.random.randint(1, 100_000)
            return self.did(
                BANK,
                "receive_recovered",
                entitlement=entitlement,
                amount=amount,
                reference=reference,
            )
        if kind == "disclose":
            return self.did(OFFICER, "disclose", campaign=campaign)
        if kind == "parameters":
            tries = self.random.randint(1, 3)
            values = {"payment_tries_max": tries}
            return self.did(SUPERVISOR, "change_parameters", parameters=values)
        who = person(self.random.choice(["nephew", "li"]))
        return self.random.random() < 0.1 and self.did(
            OFFICER, "declare_related", foundation=FOUNDATION, persons=[who]
        )

    def close(self) -> bool:
        """A campaign closes, gives its remainder away, is settled, or a new one opens."""
        campaign, other = self.one_of("campaigns", Campaign), self.one_of("campaigns", Campaign)
        kind = self.random.choice(["new", "close", "move", "settle"])
        if kind == "new":
            return self.did(OFFICER, "register_campaign", **self.scene.plan()) and self.did(
                OFFICER, "file_campaign", campaign=campaign
            )
        if kind == "close":
            return self.random.random() < 0.3 and self.did(
                OFFICER, "close_campaign", campaign=campaign
            )
        if kind == "move":
            reference = f"V{self.random.randint(1, 60)}"
            return self.did(
                OFFICER,
                "move_remainder",
                campaign=campaign,
                to=other,
                fund="free",
                reference=reference,
            )
        return self.did(AUDITOR, "settle_campaign", campaign=campaign)


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
