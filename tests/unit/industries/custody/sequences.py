# SPDX-License-Identifier: Apache-2.0
"""Random sequences of actions, with every invariant held after each step.

`python -m tests.unit.industries.custody.sequences` runs 10,000, each from a seed of its own; so
does `make sequences`, for every industry.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from random import Random

from tallystick.model import Signer
from tests.unit.industries.custody.invariants import check_all
from tests.unit.industries.custody.scene import (
    ANYONE,
    BANK,
    COURT,
    LEGAL,
    OPERATORS,
    OWNER,
    REGULATOR,
    Scene,
)

STEPS = 40
_NODES = ("n0", "n1", "n2", "n3", "n4")


class Sequence:
    """One random life of a few objects."""

    def __init__(self, seed: int) -> None:
        """Begin with one stored object and one that may go soon."""
        self.random = Random(seed)
        self.scene = Scene()
        self.scene.stored("o0")
        self.scene.stored("o1", retention="short", nodes=["n1", "n2", "n3"])
        self.count = 2

    def run(self, steps: int = STEPS) -> int:
        """Take random steps; return how many calls succeeded."""
        succeeded = 0
        moves: list[Callable[[], bool]] = [
            *(self.declare, self.pin, self.pin, self.pin, self.wait, self.wait),
            *(self.answer, self.answer, self.answer, self.challenge, self.damage),
            *(self.hold, self.end, self.money, self.nodes, self.renew),
        ]
        for _ in range(steps):
            before = self.scene.ledger.state.values.copy()
            succeeded += self.random.choice(moves)()
            if self.scene.ledger.state.values != before:
                check_all(self.scene)
        return succeeded

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
