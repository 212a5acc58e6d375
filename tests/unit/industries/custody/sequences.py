# SPDX-License-Identifier: Apache-2.0
"""Random sequences of actions, with every invariant held after each step.

`python -m tests.unit.industries.custody.sequences` runs 10,000, each from a seed of its own; so
does `make sequences`, for every industry.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from tallystick.contracts.parts import BatchTree
from tallystick.industries.custody import ManifestEntry, entry_digest
from tallystick.model import Execution, Signer
from tests.unit.industries.custody.invariants import check_all
from tests.unit.industries.custody.scene import (
    ANYONE,
    AUDITOR,
    BANK,
    COURT,
    LEGAL,
    OPERATORS,
    OWNER,
    READER,
    REGULATOR,
    Scene,
)

STEPS = 50
_NODES = ("n0", "n1", "n2", "n3", "n4")
_TERMINALS = ("t0", "t1")
_FIRST_DAY = date(2026, 9, 21)
REACHED: dict[str, tuple[str, dict[str, object]]] = {
    "a copy was repaired": ("RepairDone", {}),
    "a copy failed": ("CopyChanged", {"change": "suspect"}),
    "a copy came back": ("CopyChanged", {"change": "recovered"}),
    "an object was lost": ("ObjectLost", {}),
    "no node was left for a repair": ("RepairBlocked", {}),
    "a challenge was paid": ("ChallengeEnded", {"passed": 1}),
    "a challenge failed": ("ChallengeEnded", {"failed": 1}),
    "a period ended": ("PeriodEnded", {}),
    "a day was anchored": ("DayAnchored", {}),
    "a gap was explained": ("SequenceGap", {}),
    "an audit found all": ("AuditEnded", {"missing": 0}),
    "an audit ended": ("AuditEnded", {}),
    "a drill passed": ("DrillEnded", {"passed": 1}),
    "a drill failed": ("DrillEnded", {"passed": 0}),
    "damage was found by a reader": ("CorruptionReported", {}),
    "an object was destroyed": ("ObjectDestroyed", {}),
}
"""What sequences must come to, by the event that says so."""


class Sequence:
    """One random life of a few objects."""

    def __init__(self, seed: int) -> None:
        """Begin with one stored object and one that may go soon."""
        self.random = Random(seed)
        self.scene = Scene()
        self.scene.stored("o0")
        self.scene.stored("o1", retention="short", nodes=["n1", "n2", "n3"])
        self.scene.terminals(len(_TERMINALS))
        self.count = 2
        self.next = dict.fromkeys(_TERMINALS, 1)
        self.days: dict[str, list[ManifestEntry]] = {}

    def run(self, steps: int = STEPS) -> int:
        """Take random steps; return how many calls succeeded."""
        succeeded = 0
        moves: list[Callable[[], bool]] = [
            *(self.declare, self.pin, self.pin, self.pin, self.wait, self.wait),
            *(self.answer, self.answer, self.answer, self.challenge, self.damage),
            *(self.hold, self.end, self.money, self.nodes, self.renew, self.silence, self.silence),
            *(self.anchor, self.anchor, self.audit, self.audit, self.drill, self.read),
            *(self.show, self.show, self.show),
        ]
        for _ in range(steps):
            before = self.scene.ledger.state.values.copy()
            succeeded += self.random.choice(moves)()
            if self.scene.ledger.state.values != before:
                check_all(self.scene)
        return succeeded

    def reached(self) -> Counter[str]:
        """Return how often each of what sequences must come to happened."""
        return Counter(
            what
            for what, (kind, fields) in REACHED.items()
            for event in self.scene.named(kind)
            if all(event[name] == value for name, value in fields.items())
        )

    def did(self, who: Signer, method: str, **args: object) -> bool:
        """Run an action and return whether it succeeded."""
        return self.scene.do(who, method, **args).code == "ok"

    def name(self) -> str:
        """Return an object, or one that is not there."""
        return f"o{self.random.randrange(self.count + 1)}"

    def declare(self) -> bool:
        """An owner declares an object at random nodes, some of which do not fit."""
        args = self.scene.new_object(
            f"o{self.count}",
            self.scene.seal(self.random.randint(0, 6_000)),
            nodes=self.random.choices(_NODES, k=3),
            retention=self.random.choice(["voucher", "short"]),
        )
        done = self.did(OWNER, "declare_object", **args)
        self.count += done
        return done

    def pin(self) -> bool:
        """A node signs for what it was offered, or tries to."""
        offered = [
            one for one in self.scene.table("placements").values() if one["state"] == "OFFERED"
        ]
        if not offered:
            return False
        one = self.random.choice(offered)
        cid = self.scene.files[one["object"]].cid
        operator = OPERATORS[int(one["node"][1:])]
        return self.did(operator, "pin", object=one["object"], node=one["node"], cid=cid)

    def wait(self) -> bool:
        """Time passes, and somebody ticks."""
        seconds = self.random.choice([30, 61, 601, 4_000, 90_000, 13 * 86_400, 31 * 86_400])
        self.scene.warp(seconds=seconds, tick=False)
        return self.did(ANYONE, "tick", limit=self.random.choice([1, 5, 200]))

    def answer(self) -> bool:
        """Nodes answer what is open, some not, and some with another's answer."""
        asked = self.scene.open_challenges()
        done = False
        for one in asked:
            if self.random.random() < 0.75:
                done |= self.scene.answer(one).code == "ok"
            elif len(asked) > 1:
                other = self.random.choice(asked)
                args = self.scene.answer_args(other) | {"challenge": one["id"]}
                self.did(OPERATORS[int(one["node"][1:])], "answer", **args)
        return done

    def challenge(self) -> bool:
        """Somebody asks a node beyond the rounds."""
        who = self.random.choice([OWNER, REGULATOR])
        node = self.random.choice(_NODES)
        return self.did(who, "challenge_copy", object=self.name(), node=node)

    def silence(self) -> bool:
        """A node, or each, says nothing for some rounds, while others repair; it may come back."""
        self.scene.tick()
        name = self.stored_name()
        nodes = list(self.scene.record("objects", name)["nodes"])
        silent = nodes if self.random.random() < 0.2 else nodes[:1]
        asked = [self.did(OWNER, "challenge_copy", object=name, node=node) for node in silent]
        for _ in range(self.random.choice([1, 2, 2, 3, 6])):
            self.scene.answer_all(*silent)
            self.scene.warp(seconds=61)
            while self.random.random() < 0.7 and self.pin():
                pass
            self.scene.warp(seconds=600)
        if self.random.random() < 0.5:
            self.scene.answer_all()
        return any(asked)

    def damage(self) -> bool:
        """A node admits damage."""
        node = self.random.choice(_NODES)
        operator = OPERATORS[int(node[1:])]
        return self.did(operator, "report_damage", object=self.name(), node=node)

    def hold(self) -> bool:
        """A hold is put or lifted."""
        who, name = self.random.choice([LEGAL, COURT]), self.name()
        if self.random.random() < 0.5:
            return self.did(who, "hold", object=name, reason="x")
        return self.did(who, "unhold", object=name)

    def end(self) -> bool:
        """An owner withdraws, releases or destroys."""
        name = self.name()
        if self.did(OWNER, self.random.choice(["withdraw_object", "release"]), object=name):
            return True
        ordered = self.did(OWNER, "order_destruction", object=name, reason="x")
        return self.did(LEGAL, "sign_destruction", object=name) or ordered

    def renew(self) -> bool:
        """An owner renews."""
        return self.did(OWNER, "renew", object=self.name())

    def money(self) -> bool:
        """An operator withdraws; the bank sends and reports."""
        who = self.random.choice([*OPERATORS, OWNER])
        amount = self.random.choice([1, 1_000, 10_000_000])
        done = self.did(who, "withdraw", currency="CNY", amount=amount, payee="ab" * 32)
        for order in self.scene.table("payments_orders").values():
            state = self.random.choice(["BOOKED", "REJECTED", "RETURNED", "ACCEPTED"])
            said = {"order": order["id"], "state": state, "attempt": 1}
            self.did(BANK, "note_sent", orders=[order["id"]], file="cd" * 32)
            reference = f"B{self.scene.ledger.height}"
            self.did(BANK, "report_payment", reference=reference, **said)
        return done

    def nodes(self) -> bool:
        """A node stops taking copies, seldom."""
        if self.random.random() < 0.8:
            return False
        node = self.random.choice(_NODES)
        return self.did(OPERATORS[int(node[1:])], "close_node", node=node)

    # --- the archive ----------------------------------------------------------------------------

    def anchor(self) -> bool:
        """A day is anchored; some days name one terminal only, begin wrongly or hide a number."""
        entries: list[ManifestEntry] = []
        runs: list[dict[str, Any]] = []
        for terminal in _TERMINALS[: self.random.choice([1, 2, 2, 2, 2])]:
            first = self.next[terminal] + self.random.choice([0] * 12 + [1, -1])
            count = self.random.randrange(4)
            gap = self.random.randrange(count + 2) if self.random.random() < 0.3 else None
            numbers = [first + at for at in range(count + (gap is not None)) if at != gap]
            entries += [self.scene.entry(terminal, at, self.stored_name()) for at in numbers]
            gaps = [] if gap is None else [{"first": first + gap, "count": 1, "cause": "x"}]
            named = {"terminal": terminal, "first": max(first, 1), "entries": len(numbers)}
            runs.append({**named, "gaps": gaps})
        day = _FIRST_DAY + timedelta(days=len(self.days))
        root = BatchTree([entry_digest(one) for one in entries]).root if entries else "00" * 32
        size = sum(one.size for one in entries)
        args = {"day": day.isoformat(), "root": root, "size": size, "terminals": runs}
        done = self.scene.do(OWNER, "anchor_day", **args)
        if done.code != "ok":
            return False
        self.days[_id_of(done)] = entries
        for run in runs:
            self.next[run["terminal"]] = run["first"] + run["entries"] + len(run["gaps"])
        return True

    def audit(self) -> bool:
        """Somebody draws an audit of a day."""
        who, manifest = self.random.choice([AUDITOR, REGULATOR, OWNER]), self.day()
        entries = self.days.get(manifest, [])
        asked = [one.business_key for one in entries if self.random.random() < 0.2]
        return self.did(who, "draw_audit", manifest=manifest, asked=asked)

    def show(self) -> bool:
        """The owner shows what an audit drew, or a line at another's place."""
        drawn = [one for one in self.scene.table("audits").values() if one["state"] == "DRAWN"]
        if not drawn:
            return False
        audit = self.random.choice(drawn)
        entries, indices = self.days[audit["manifest"]], list(audit["indices"])
        shown = [self.scene.shown(entries, index) for index in indices]
        if self.random.random() < 0.2:
            shown[0]["index"] += 1
        return self.did(OWNER, "show_entries", audit=audit["id"], shown=shown)

    def drill(self) -> bool:
        """A drill is drawn, and the document comes back, damaged perhaps."""
        done = self.scene.do(AUDITOR, "draw_drill", manifest=self.day())
        if done.code != "ok" or self.random.random() < 0.2:
            return done.code == "ok"
        drawn = self.scene.record("drills", _id_of(done))
        line = self.scene.shown(self.days[drawn["manifest"]], drawn["index"])
        back = {"node": self.random.choice(_NODES), "is_intact": self.random.random() < 0.8}
        return self.did(AUDITOR, "report_drill", drill=drawn["id"], shown=line, **back)

    def read(self) -> bool:
        """A reader reads by a grant, and reports what was damaged."""
        until = self.scene.now + 86_400_000
        terms = {"reader": READER.organization, "purpose": "audit", "valid_until": until}
        granted = self.scene.do(OWNER, "grant_read", object=self.name(), **terms)
        if granted.code != "ok":
            return False
        grant = _id_of(granted)
        opened = self.scene.do(READER, "open_read", grant=grant, purpose="audit")
        if opened.code != "ok":
            return True
        damaged = [{"node": self.random.choice(_NODES), "index": 0}]
        corrupted = damaged if self.random.random() < 0.5 else []
        done = {"read": _id_of(opened), "node": self.random.choice(_NODES)}
        return self.did(READER, "finish_read", **done, corrupted=corrupted)

    def stored_name(self) -> str:
        """Return an object that was declared."""
        return f"o{self.random.randrange(self.count)}"

    def day(self) -> str:
        """Return a day, or one that is not there."""
        return self.random.choice([*self.days, "DM-2026-999999"])


def _id_of(done: Execution) -> str:
    """Return the name of what an action made."""
    return str(done.result["id"])  # type: ignore[index,call-overload]


def main() -> None:
    """Run as many sequences as asked for; the first that breaks an invariant ends it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--first-seed", type=int, default=0)
    chosen = parser.parse_args()
    began, succeeded = time.monotonic(), 0
    reached: Counter[str] = Counter()
    for seed in range(chosen.first_seed, chosen.first_seed + chosen.sequences):
        sequence = Sequence(seed)
        try:
            succeeded += sequence.run(chosen.steps)
        except AssertionError as broken:
            raise SystemExit(f"seed {seed}: {broken!r}") from broken
        reached += sequence.reached()
    took = time.monotonic() - began
    print(f"{succeeded:10,}  calls succeeded")  # noqa: T201  # a command
    for what in REACHED:
        print(f"{reached[what]:10,}  times {what}")  # noqa: T201  # a command
    print(f"{chosen.sequences:,} sequences in {took:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
