# SPDX-License-Identifier: Apache-2.0
"""A foundation's work at scale, from a seed: campaigns, gifts, lists, payouts, and the totals.

`python -m tests.unit.industries.charity.workload --projects 36 --payouts 1000` runs it and prints
totals that balance. The measure is 3,600 projects, a root of donations per minute, lists of 50 to
5,000 rows and 10,000 payouts a day.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tallystick.contracts import DAY_MS, digest_of
from tallystick.industries.charity import ListRow, list_digest_of
from tallystick.industries.charity.records import Book
from tests.unit.industries.charity.invariants import check_all
from tests.unit.industries.charity.scene import ANYONE, BANK, OFFICER, REVIEWER, Scene, row

PROVINCES: Final = tuple(str(code) for code in (11, 13, 14, 21, 34, 36, 41, 42, 43, 44, 45, 50))
ROWS_MIN, ROWS_MAX = 50, 5_000
ROWS_A_CALL: Final = 100
GIFTS_A_MINUTE: Final = 694
"""A million a day."""


@dataclass(slots=True)
class Expected:
    """What the generator knows it has done."""

    donated: int = 0
    donations: int = 0
    paid: int = 0
    payouts: int = 0
    failed: int = 0
    unclaimed: int = 0


@dataclass(slots=True)
class Workload:
    """One run."""

    seed: int
    projects: int
    payouts: int
    scene: Scene = field(default_factory=Scene)
    expected: Expected = field(default_factory=Expected)

    def run(self) -> Expected:
        """Do all of it; what was not claimed lapses at the end."""
        chance = Random(self.seed)
        left = self.payouts
        for project in range(self.projects):
            share = -(-left // (self.projects - project))
            self._project(chance, project, share)
            left -= share
        self.scene.warp(91)
        while self.scene.ok(ANYONE, "tick")["is_more_due"]:  # type: ignore[index,call-overload]
            pass
        return self.expected

    def _project(self, chance: Random, project: int, payouts: int) -> None:
        scene = self.scene
        campaign = scene.campaign(
            gift=0, project=f"project-{project}", closes_at=scene.now + 80 * DAY_MS
        )
        number = 0
        while payouts:
            size = min(payouts, self._size(chance))
            people = [
                row(
                    f"{project}/{number}/{at}",
                    chance.randint(500, 3_000) * 100,
                    province=chance.choice(PROVINCES),
                )
                for at in range(size)
            ]
            names = [f"{project}/{number}/{at}" for at in range(size)]
            self._give(chance, campaign, sum(one.amount for one in people))
            self._pay(chance, self._list(campaign, people, f"period-{number}"), names, people)
            payouts -= size
            number += 1

    def _size(self, chance: Random) -> int:
        """Most lists are small, some are long."""
        return min(ROWS_MAX, ROWS_MIN + int(chance.expovariate(1 / 150)))

    def _give(self, chance: Random, campaign: str, needed: int) -> None:
        """Let a minute's donations arrive, under one root, enough for the list."""
        amount = needed + chance.randint(0, 100_000)
        count = chance.randint(1, 2 * GIFTS_A_MINUTE)
        self.scene.ok(
            BANK,
            "receive_donations",
            campaign=campaign,
            amount=amount,
            count=count,
            root=digest_of("root", chance.getrandbits(64)),
            reference=self.scene.reference(),
        )
        self.expected.donated += amount
        self.expected.donations += count

    def _list(self, campaign: str, people: list[ListRow], period: str) -> str:
        """Import, check and approve a list, in calls of a hundred rows."""
        scene, digest = self.scene, list_digest_of(people)
        new = {"campaign": campaign, "period": period, "count": len(people)}
        total = sum(one.amount for one in people)
        batch = str(scene.ok(OFFICER, "import_list", total=total, list_digest=digest, **new))
        for start in range(0, len(people), ROWS_A_CALL):
            scene.ok(OFFICER, "add_rows", batch=batch, rows=people[start : start + ROWS_A_CALL])
        scene.ok(ANYONE, "check_list", batch=batch)
        scene.ok(REVIEWER, "approve_list", batch=batch, list_digest=digest)
        for _ in range(ROWS_A_CALL, len(people), ROWS_A_CALL):
            scene.ok(ANYONE, "open_claims", batch=batch)
        return batch

    def _pay(self, chance: Random, batch: str, names: list[str], people: list[ListRow]) -> None:
        """Let 97 in 100 claim; one payment in 50 is rejected once and tried again."""
        for number, (name, person) in enumerate(zip(names, people, strict=True), start=1):
            if chance.random() < 0.03:
                self.expected.unclaimed += 1
                continue
            order = self.scene.claimed(f"{batch}-{number:05d}", name)
            attempt = 1
            if chance.random() < 0.02:
                self.scene.report(order, "REJECTED", reason="AM05")
                attempt = 2
                self.expected.failed += 1
                self.scene.ok(BANK, "note_sent", orders=[order], file=digest_of("again", order))
            done = self.scene.report(order, "BOOKED", attempt=attempt)
            if done.result is not True:
                raise RuntimeError(f"{order}: {done.code}")
            self.expected.paid += person.amount
            self.expected.payouts += 1


def totals(scene: Scene) -> dict[str, int]:
    """Return the sums of all books."""
    books = scene.all("books", Book)
    return {
        name: sum(getattr(one, name) for one in books)
        for name in ("donated", "returned", "available", "held", "paid", "fees")
    } | {"payouts": sum(one.paid_entitlements for one in books)}


def check(workload: Workload) -> dict[str, int]:
    """Hold the ledger against what was done, and every invariant against the ledger."""
    check_all(workload.scene)
    found, expected = totals(workload.scene), workload.expected
    wanted = {
        "donated": expected.donated,
        "returned": 0,
        "available": expected.donated - expected.paid,
        "held": 0,
        "paid": expected.paid,
        "fees": 0,
        "payouts": expected.payouts,
    }
    if found != wanted:
        raise AssertionError(f"the books say {found}, done was {wanted}")
    return found


def main() -> int:
    """Run, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=36)
    parser.add_argument("--payouts", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=8)
    given = parser.parse_args()
    workload = Workload(given.seed, given.projects, given.payouts)
    began = time.perf_counter()
    expected = workload.run()
    took = time.perf_counter() - began
    for name, value in check(workload).items():
        sys.stdout.write(f"{name:<10} {value:>18,}\n")
    sys.stdout.write(
        f"{expected.donations:,} donations; {expected.failed:,} payments tried again, "
        f"{expected.unclaimed:,} unclaimed; {workload.scene.ledger.height:,} calls "
        f"in {took:.1f} s; balanced\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
