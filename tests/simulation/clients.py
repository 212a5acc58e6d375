# SPDX-License-Identifier: Apache-2.0
"""Those who submit, and what they were told: nothing they were promised may be broken."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from dataclasses import dataclass, field

from tallystick.consensus import Committed
from tallystick.consensus.submission import Submission
from tallystick.crypto import sha256
from tallystick.encoding import Value
from tallystick.errors import NotFinal, Overloaded, Replayed, TallystickError
from tests.simulation.station import Station
from tests.simulation.votes import METHOD
from tests.simulation.world import LIFETIME, POWER, Person, clerk, head, stranger


class Broken(Exception):  # named after what happened, like our own
    """A promise was broken."""


@dataclass
class Sent:
    """One submission to one node."""

    raw: bytes
    station: Station
    submission: Submission


@dataclass
class Clients:
    """Makes transactions and keeps what became of them."""

    random: random.Random
    network: str
    organizations: tuple[str, ...]
    open: list[Sent] = field(default_factory=list)
    made: list[bytes] = field(default_factory=list)
    committed: dict[bytes, tuple[int, int, str]] = field(default_factory=dict)
    refused: dict[bytes, str] = field(default_factory=dict)
    copies: defaultdict[bytes, int] = field(default_factory=lambda: defaultdict(int))
    clashing: set[bytes] = field(default_factory=set)
    """Transactions whose nonce another one has too."""
    nonces: itertools.count[int] = field(default_factory=itertools.count)
    keys: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    used: list[tuple[Person, int, int]] = field(default_factory=list)
    """Signer, nonce and end of transactions whose nonce may come again."""

    def make(self, now: int) -> bytes:
        """Return a new transaction, most of them good ones."""
        chance = self.random.random()
        nonce = next(self.nonces)
        valid_until = now + self.random.choice((400, 5_000, LIFETIME // 2, LIFETIME - 5_000))
        signer, contract, method, args = self._call()
        earlier = self._earlier(now) if chance < 0.12 else None
        if earlier is not None:
            signer, nonce, until = earlier
            contract, method, args = "bank", "open", self._account()
            # As long as the first one, or anew when nobody remembers its nonce any more.
            valid_until = max(until, valid_until) if until < now else until
        elif chance < 0.15:
            valid_until = now + self.random.choice((-1_000, LIFETIME + 2_000))
        elif chance < 0.17:
            signer = stranger()
        raw = signer.sign(
            self.network, contract, method, args, nonce=nonce, valid_until=valid_until
        )
        if earlier is not None or chance > 0.7:
            self.clashing.add(raw)
            self.used.append((signer, nonce, valid_until))
        self.made.append(raw)
        return raw

    def _earlier(self, now: int) -> tuple[Person, int, int] | None:
        """Return signer, nonce and end of an earlier transaction, mostly of one that is over."""
        over = [one for one in self.used if one[2] < now - 10_000]
        listed = over if over and self.random.random() < 0.7 else self.used
        return self.random.choice(listed) if listed else None

    def _account(self) -> dict[str, Value]:
        return {"id": f"a{self.random.randrange(12)}", "balance": self.random.randrange(100)}

    def _call(self) -> tuple[Person, str, str, dict[str, Value]]:
        organization = self.random.choice(self.organizations)
        chance = self.random.random()
        if chance < 0.35:
            return clerk(organization), "bank", "open", self._account()
        if chance < 0.8:
            src, dst = (f"a{self.random.randrange(12)}" for _ in range(2))
            args: dict[str, Value] = {"src": src, "dst": dst}
            args |= {"amount": self.random.randint(1, 60), "memo": "备注"}
            return clerk(organization), "bank", "transfer", args
        if chance < 0.9:
            who = self.random.choice(("clerk", "clerk", "clerk", "head", "nobody"))
            active = self.random.random() < 0.6
            return head(organization), "membership", "set_active", {"member": who, "active": active}
        if chance < 0.97:
            power = self.random.choice((0, POWER - 2, POWER, POWER + 1, 9 * POWER))
            chosen = self.random.choice(self.organizations)
            key = next(self.keys) if self.random.random() < 0.4 else 0
            args = {"organization": chosen, "power": power, "key": key}
            return head(organization), "membership", METHOD, args
        return clerk(organization), "bank", "unknown", {}

    def submit(self, raw: bytes, station: Station) -> None:
        """Send a transaction to a node."""
        self.copies[sha256(raw)] += 1
        self.open.append(Sent(raw, station, station.submit(raw)))

    def collect(self, chain: dict[int, tuple[bytes, ...]], codes: dict[int, list[str]]) -> None:
        """Look at what was answered since the last time.

        Raises:
            Broken: an answer is not true, or not durable on the node that gave it.
        """
        waiting = []
        for sent in self.open:
            if not sent.submission.future.done():
                waiting.append(sent)
                continue
            key = sha256(sent.raw)
            (result,) = sent.submission.future.result()
            if isinstance(result, Committed):
                self._check(sent, result, chain, codes)
                self.committed[key] = (result.height, result.index, result.code)
            elif not isinstance(result, NotFinal | Overloaded):
                self._note_refusal(key, result)
        self.open = waiting

    def _check(
        self,
        sent: Sent,
        place: Committed,
        chain: dict[int, tuple[bytes, ...]],
        codes: dict[int, list[str]],
    ) -> None:
        if chain[place.height][place.index] != sent.raw:
            raise Broken("an answer names a place where another transaction is")
        if place.code and place.code != codes[place.height][place.index]:
            raise Broken(f"an answer says {place.code}, the block another code")
        if len(sent.station.disk.records) < place.height:
            raise Broken(f"block {place.height} was answered before it was on disk")

    def _note_refusal(self, key: bytes, refusal: TallystickError) -> None:
        self.refused[key] = refusal.code
        if isinstance(refusal, Replayed) and key in self.committed:
            raise Broken("a committed transaction was refused as used before")

    def abandon(self, station: Station) -> list[bytes]:
        """Give up what a crashed node had not answered; return it, to be sent elsewhere."""
        lost = [sent.raw for sent in self.open if sent.station is station]
        self.open = [sent for sent in self.open if sent.station is not station]
        return lost

    def check_end(self, executed: set[bytes]) -> None:
        """Check what can be said when everything has come to rest.

        Raises:
            Broken: somebody still waits, or what was refused has taken effect.
        """
        if self.open:
            raise Broken(f"{len(self.open)} submissions were never answered")
        clashing = {sha256(raw) for raw in self.clashing}
        for key, code in self.refused.items():
            if key not in executed or key in clashing:
                continue
            # Who sends one transaction to two nodes may be refused by one and served by the other,
            # but never because of its own copy.
            if self.copies[key] == 1 or code == Replayed.code:
                raise Broken(f"a transaction refused as {code} has taken effect")
