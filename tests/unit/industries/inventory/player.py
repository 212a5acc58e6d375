# SPDX-License-Identifier: Apache-2.0
"""Plays random sequences of actions on the inventory contract, checking invariants at each step.

10,000 sequences of 40 actions each, on one processor:

    python -m tests.unit.industries.inventory.player --sequences 10000
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from tallystick.model import Execution, Signer
from tests.unit.industries.inventory import cast, invariants
from tests.unit.industries.inventory.stage import HASH, LIST_PRICE, MEDIAN, SKU, Stage

STEPS: Final = 40
CASES_MAX: Final = 12
OFTEN: Final[Mapping[str, int]] = {
    "apply": 3,
    "bank": 6,
    "draw": 4,
    "freeze": 1,
    "pledge": 6,
    "redeem": 6,
    "surrender": 1,
    "usual_price": 5,
}
"""How often a move is chosen; others twice."""


class Player:
    """Somebody who tries everything, most of it sensible."""

    def __init__(self, seed: int) -> None:
        """Begin where figures are published and three receipts are issued."""
        self.random = random.Random(seed)
        self.stage = self.random.choice(_openings()).copy()
        self.outcomes: Counter[str] = Counter()
        self._moves: list[Callable[[], Execution | None]] = [
            getattr(self, name)
            for name in sorted(dir(type(self)))
            if name.startswith("try_")
            for _ in range(OFTEN.get(name.removeprefix("try_"), 2))
        ]

    def play(self, steps: int = STEPS) -> Counter[str]:
        """Make so many moves; return how often each ended how."""
        for _ in range(steps):
            before = self._stored()
            move = self.random.choice(self._moves)
            done = move()
            name = move.__name__.removeprefix("try_")
            if done is not None:
                self.outcomes[f"{name} {done.code}"] += 1
                self._check_conserved(name, before)
            invariants.check_all(self.stage)
        return self.outcomes

    # --- goods ----------------------------------------------------------------------------------

    def try_state(self) -> Execution | None:
        """The maker states a supply; now and then one that it has stated."""
        count = self.random.randint(1, CASES_MAX)
        fresh = self.stage.serials(count)
        known = list(self.stage.table("cases"))
        serials = self.random.sample(known, 1) if known and self._seldom() else fresh
        return self._do(
            cast.WINERY,
            "state_supply",
            dealer=self._dealer().organization,
            sku=SKU,
            delivery_note="D",
            serials=serials,
        )

    def try_draft(self) -> Execution | None:
        """The keeper drafts a receipt."""
        return self._do(cast.KEEPER, "draft_receipt", **self.stage.terms(self._dealer()))

    def try_take_in(self) -> Execution | None:
        """The keeper takes in cases, free ones mostly."""
        receipt = self._one("receipts", state="DRAFT")
        free = [
            name
            for name, one in self.stage.table("cases").items()
            if one["lot"] is None and one["owner"] == (receipt or {}).get("holder")
        ]
        pool = list(self.stage.table("cases")) if self._seldom() else free
        if receipt is None or not pool:
            return None
        serials = self.random.sample(pool, min(len(pool), self.random.randint(1, CASES_MAX)))
        return self._do(cast.KEEPER, "take_in", receipt=receipt["id"], serials=serials)

    def try_issue(self) -> Execution | None:
        """The keeper issues a receipt."""
        return self._on("receipts", cast.KEEPER, "issue_receipt", "receipt", state="DRAFT")

    def try_split(self) -> Execution | None:
        """A holder takes cases or a lot out of a receipt."""
        receipt = self._one("receipts", state="ISSUED")
        if receipt is None or not receipt["lots"]:
            return None
        share = self.random.choice(receipt["lots"])
        args: dict[str, Any] = {"lots": [share["lot"]]}
        if self.random.random() < 0.6:
            serials = self.stage.table("lots")[share["lot"]]["serials"]
            args = {"serials": self.random.sample(serials, self.random.randint(1, len(serials)))}
        return self._do(self._holder(receipt), "split_receipt", receipt=receipt["id"], **args)

    def try_merge(self) -> Execution | None:
        """A holder merges two receipts."""
        one, other = self._one("receipts", state="ISSUED"), self._one("receipts", state="ISSUED")
        if one is None or other is None:
            return None
        return self._do(
            self._holder(one), "merge_receipts", receipt=one["id"], absorbed=other["id"]
        )

    def try_transfer(self) -> Execution | None:
        """A holder endorses a receipt, and mostly the keeper seals it."""
        receipt = self._one("receipts", state="ISSUED")
        if receipt is None:
            return None
        to = self._dealer().organization
        done = self._do(self._holder(receipt), "endorse_receipt", receipt=receipt["id"], to=to)
        if self._seldom():
            return done
        return self._do(cast.KEEPER, "seal_endorsement", receipt=receipt["id"])

    def try_surrender(self) -> Execution | None:
        """A holder gives a receipt back."""
        receipt = self._one("receipts")
        if receipt is None:
            return None
        return self._do(self._holder(receipt), "surrender_receipt", receipt=receipt["id"])

    def try_hand_out(self) -> Execution | None:
        """The keeper hands out cases."""
        receipt = self._one("receipts", state="SURRENDERED") or self._one("receipts")
        if receipt is None or not receipt["lots"]:
            return None
        serials = self.stage.table("lots")[receipt["lots"][0]["lot"]]["serials"]
        return self._do(cast.KEEPER, "hand_out", receipt=receipt["id"], serials=serials)

    def try_freeze(self) -> Execution | None:
        """A court freezes a receipt, or lifts a freeze."""
        frozen = self._one("receipts", state="FROZEN")
        if frozen is not None:
            return self._do(cast.COURT, "unfreeze_receipt", receipt=frozen["id"])
        return (
            self._on("receipts", cast.COURT, "freeze_receipt", "receipt")
            if self._seldom()
            else None
        )

    def try_mark(self) -> Execution | None:
        """Somebody marks a case as sold, or seldom as counterfeit."""
        known = list(self.stage.table("cases"))
        if not known:
            return None
        serials: list[str] = [self.random.choice(known)]
        method = "mark_counterfeit" if self._seldom() else "mark_sold"
        return self._do(cast.WINERY, method, serials=serials) if self._seldom() else None

    def try_count(self) -> Execution | None:
        """A scanner counts, seldom wrongly."""
        receipt = self._one("receipts")
        if receipt is None:
            return None
        wrong = self.random.choice((-1, 1)) if self._seldom() else 0
        return self.stage.count(receipt["id"], max(receipt["count"] + wrong, 0))

    def try_clear(self) -> Execution | None:
        """An auditor ends an alert."""
        return self._on("receipts", cast.AUDITOR, "clear_alert", "receipt")

    def try_inspect(self) -> Execution | None:
        """A bank draws an inspection, and the keeper mostly shows the cases."""
        receipt = self._one("receipts")
        if receipt is None:
            return None
        done = self._do(cast.OFFICER, "draw_inspection", receipt=receipt["id"])
        if done.code != "ok" or self._seldom():
            return done
        drawn: Any = done.result
        found = drawn["serials"][1:] if self._seldom() else drawn["serials"]
        return self.stage.inspect(drawn["id"], found)

    # --- money ----------------------------------------------------------------------------------

    def try_apply(self) -> Execution | None:
        """A dealer applies, the bank assesses and approves."""
        more: dict[str, Any] = {}
        if self._seldom():
            more = {"winery": cast.WINERY.organization, "winery_account": HASH}
        done = self._do(
            cast.DEALER,
            "apply_for_loan",
            bank=cast.OFFICER.organization,
            amount=self.random.randint(1, CASES_MAX) * 250_000,
            payee=HASH,
            **more,
        )
        loan: Any = done.result
        self._do(cast.OFFICER, "assess_loan", loan=loan["id"])
        return self._do(
            cast.APPROVER,
            "approve_loan",
            loan=loan["id"],
            amount=loan["amount"],
            rate_bp=self.random.choice((0, 435, 1_200)),
            due=self.stage.now_ms + self.random.randint(5, 200) * 86_400_000,
        )

    def try_pledge(self) -> Execution | None:
        """A dealer offers a receipt; keeper, registry and bank follow, seldom not all of them."""
        state = self.random.choice(("", "APPROVED", "APPROVED", "NORMAL", "CALLED"))
        loan, receipt = self._one("loans", state=state), self._one("receipts", state="ISSUED")
        if loan is None or receipt is None:
            return None
        done = self._do(cast.DEALER, "offer_pledge", loan=loan["id"], receipt=receipt["id"])
        if done.code != "ok":
            return done
        pledge: Any = done.result
        steps: list[tuple[Signer, str, dict[str, Any]]] = [
            (cast.KEEPER, "mark_pledge", {}),
            (cast.REGISTRY, "register_pledge", {"number": f"N-{pledge['id']}"}),
            (cast.OFFICER, "accept_pledge", {}),
        ]
        for who, method, args in steps:
            if not self._seldom():
                done = self._do(who, method, pledge=pledge["id"], **args)
        return done

    def try_withdraw(self) -> Execution | None:
        """A dealer takes an offer back."""
        return self._on("pledges", cast.DEALER, "withdraw_pledge", "pledge", state="OFFERED")

    def try_draw(self) -> Execution | None:
        """The bank secures and draws, and mostly the money arrives."""
        ready = [
            one
            for one in self.stage.table("loans").values()
            if one["state"] == "APPROVED" and one["pledges"]
        ]
        loan = self.random.choice(ready) if ready else self._one("loans")
        if loan is None:
            return None
        self._do(cast.OFFICER, "secure_loan", loan=loan["id"])
        return self._do(cast.APPROVER, "draw_loan", loan=loan["id"])

    def try_bank(self) -> Execution | None:
        """The bank's payment system says something of an order, in any order, also twice."""
        order = self._one("payments_orders")
        if order is None:
            return None
        if order["state"] == "READY":
            return self._do(cast.OFFICER, "note_sent", orders=[order["id"]], file=HASH)
        if order["state"] in {"REJECTED", "RETURNED"}:
            return self._do(cast.OFFICER, "retry_payment", order=order["id"])
        state = self.random.choice(("ACCEPTED", "BOOKED", "BOOKED", "REJECTED", "RETURNED"))
        return self._do(
            cast.OFFICER,
            "report_payment",
            order=order["id"],
            state=state,
            attempt=order["attempt"],
            reference=f"{state}/{order['id']}/{order['attempt']}",
        )

    def try_redeem(self) -> Execution | None:
        """A dealer pays in, with or without cases; bank and keeper mostly follow."""
        loan = self._one("loans", state=self.random.choice(("NORMAL", "WARN", "CALLED", "DEFAULT")))
        if loan is None:
            return None
        amount = self.random.choice((0, 1, loan["principal"] // 3, loan["principal"] + 10_000))
        args: dict[str, Any] = {"amount": amount}
        receipts = self.stage.table("receipts")
        pledged = [receipts[self.stage.table("pledges")[one]["receipt"]] for one in loan["pledges"]]
        lots = [share["lot"] for one in pledged for share in one["lots"]]
        if lots and self.random.random() < 0.7:
            lot = self.stage.table("lots")[self.random.choice(lots)]
            some = self.random.randint(1, len(lot["serials"]))
            args |= {"receipt": lot["receipt"], "serials": lot["serials"][:some]}
        done = self._do(cast.DEALER, "ask_redemption", loan=loan["id"], **args)
        if done.code != "ok":
            return done
        asked: Any = done.result
        reference = f"R/{asked['id']}"
        self._do(cast.OFFICER, "sign_redemption", redemption=asked["id"], reference=reference)
        return self._do(cast.KEEPER, "release_goods", redemption=asked["id"])

    def try_release(self) -> Execution | None:
        """The keeper releases again, or what waits."""
        return self._on("redemptions", cast.KEEPER, "release_goods", "redemption")

    def try_refund(self) -> Execution | None:
        """The bank takes a refund."""
        loan = self._one("loans")
        if loan is None or loan["prepayment"] is None:
            return None
        reference = f"F/{self.stage.height}"
        return self._do(cast.OFFICER, "take_refund", loan=loan["id"], reference=reference)

    def try_ship(self) -> Execution | None:
        """The winery answers a payment in advance."""
        one, statement = self._one("prepayments"), self._one("statements")
        if one is None or statement is None:
            return None
        return self._do(
            cast.WINERY, "ship_prepaid", prepayment=one["id"], statement=statement["id"]
        )

    # --- the market, the clock, and the end -----------------------------------------------------

    def try_price(self) -> Execution | None:
        """The price moves, both sides of it or one."""
        percent = self.random.randint(45, 115)
        self._do(cast.WINERY, "publish_list_price", sku=SKU, price=LIST_PRICE * percent // 100)
        if self._seldom():
            return None
        who = cast.OTHER_VALUER if self._seldom() else cast.VALUER
        return self._do(who, "quote_price", sku=SKU, price=MEDIAN * percent // 100)

    def try_usual_price(self) -> Execution | None:
        """The price is as it was."""
        self._do(cast.WINERY, "publish_list_price", sku=SKU, price=LIST_PRICE)
        return self._do(cast.VALUER, "quote_price", sku=SKU, price=MEDIAN)

    def try_revalue(self) -> Execution | None:
        """Anybody values a loan."""
        return self._on("loans", cast.STRANGER, "revalue", "loan")

    def try_tick(self) -> Execution | None:
        """Time passes and somebody ticks, until nothing is due; one tick more does nothing."""
        self.stage.warp(hours=self.random.choice((1, 12, 24, 72, 240)))
        done = self._do(cast.STRANGER, "tick", limit=self.random.choice((1, 5, 50)))
        result: Any = done.result
        while result["is_more_due"]:
            result = self._do(cast.STRANGER, "tick").result
        again = self._do(cast.STRANGER, "tick")
        assert (again.writes, again.events) == ({}, ())
        invariants.no_call_is_overdue(self.stage)
        return done

    def try_promise(self) -> Execution | None:
        """The winery promises to buy back."""
        receipt = self._one("receipts")
        if receipt is None:
            return None
        return self._do(
            cast.WINERY,
            "promise_buy_back",
            receipt=receipt["id"],
            price=self.random.randint(100_000, 500_000),
            valid_until=self.stage.now_ms + 400 * 86_400_000,
        )

    def try_sell(self) -> Execution | None:
        """The goods of a loan in default are bought back or sold, and the loan is settled."""
        loan = self._one("loans", state=self.random.choice(("DEFAULT", "BUYBACK", "DISPOSAL")))
        if loan is None:
            return None
        pledges = self.stage.table("pledges")
        names = [pledges[one]["receipt"] for one in loan["pledges"]]
        if self.random.random() < 0.5:
            self._do(cast.WINERY, "buy_back", receipt=names[0])
        else:
            platform = cast.PLATFORM.organization
            self._do(
                cast.OFFICER, "dispose_of_goods", loan=loan["id"], platform=platform, account=HASH
            )
            for name in names:
                self._do(
                    cast.PLATFORM,
                    "sell_goods",
                    receipt=name,
                    buyer=cast.OTHER_DEALER.organization,
                    proceeds=self.random.choice((0, 1_000, 5_000_000)),
                    costs=self.random.choice((0, 2_000)),
                )
        reference = f"S/{self.stage.height}"
        return self._do(cast.OFFICER, "settle_loan", loan=loan["id"], reference=reference)

    def try_close(self) -> Execution | None:
        """Keeper, registry and bank close what is over."""
        loan = self._one("loans", state=self.random.choice(("REPAID", "BUYBACK", "DISPOSAL")))
        if loan is None:
            return None
        for pledge in loan["pledges"]:
            self._do(cast.KEEPER, "discharge_pledge", pledge=pledge)
            self._do(cast.REGISTRY, "cancel_registration", pledge=pledge)
        return self._do(cast.OFFICER, "close_loan", loan=loan["id"])

    # --- how ------------------------------------------------------------------------------------

    def _do(self, who: Signer, method: str, /, **args: Any) -> Execution:
        done = self.stage.do(who, method, **args)
        self.outcomes[f"{method} {done.code}"] += 1
        return done

    def _on(
        self, table: str, who: Signer, method: str, argument: str, *, state: str = ""
    ) -> Execution | None:
        found = self._one(table, state=state)
        return None if found is None else self._do(who, method, **{argument: found["id"]})

    def _one(self, table: str, *, state: str = "") -> dict[str, Any] | None:
        found = [
            one for one in self.stage.table(table).values() if not state or one["state"] == state
        ]
        return self.random.choice(found) if found else None

    def _seldom(self) -> bool:
        return self.random.random() < 0.15

    def _dealer(self) -> Signer:
        return cast.OTHER_DEALER if self._seldom() else cast.DEALER

    def _holder(self, receipt: dict[str, Any]) -> Signer:
        known = (cast.DEALER, cast.OTHER_DEALER, cast.WINERY)
        found = [one for one in known if one.organization == receipt["holder"]]
        return found[0] if found and not self._seldom() else cast.DEALER

    def _stored(self) -> set[str]:
        cases = self.stage.table("cases")
        return {name for name, one in cases.items() if one["lot"] is not None}

    def _check_conserved(self, name: str, before: set[str]) -> None:
        """INV-9: only taking in adds cases, only letting go takes them away."""
        after = self._stored()
        if name not in {"take_in", "redeem", "release", "hand_out"}:
            assert after == before
        elif name == "take_in":
            assert after >= before
        else:
            assert after <= before


@cache
def _openings() -> tuple[Stage, ...]:
    """Return stages to be copied: before any loan, with one running, and with one in default."""
    early = Stage().ready()
    early.line(10**9)
    for _ in range(3):
        early.receipt(10)
    running = early.copy()
    running.running(2_000_000, 10, limit=10**9, rate_bp=435)
    advance = early.copy()
    winery = cast.WINERY.organization
    advance.running(1_500_000, 10, limit=10**9, winery=winery, winery_account=HASH)
    lost = early.copy()
    loan, receipt = lost.running(2_400_000, 10, limit=10**9, rate_bp=1_200)
    lost.ok(
        cast.WINERY,
        "promise_buy_back",
        receipt=receipt,
        price=300_000,
        valid_until=lost.now_ms + 400 * 86_400_000,
    )
    lost.price(LIST_PRICE // 2)
    lost.ok(cast.STRANGER, "revalue", loan=loan)
    lost.warp(days=6)
    return early, running, running, advance, lost


def main() -> None:
    """Play many sequences and say what happened in them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--first-seed", type=int, default=0)
    chosen = parser.parse_args()
    began = time.monotonic()
    total: Counter[str] = Counter()
    for seed in range(chosen.first_seed, chosen.first_seed + chosen.sequences):
        try:
            total += Player(seed).play(chosen.steps)
        except AssertionError as broken:
            raise SystemExit(f"seed {seed}: {broken!r}") from broken
    for name, count in sorted(total.items()):
        print(f"{count:10,}  {name}")  # noqa: T201  # a command
    print(f"{chosen.sequences:,} sequences in {time.monotonic() - began:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
