# SPDX-License-Identifier: Apache-2.0
"""INV-1 across networks: however the steps interleave, one network at most can lock a thing.

A registry and two channels, a keeper who forgets, repeats, shows old proofs and mixes them up.
"""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.contracts import ANY_MEMBER, Context, Contract, Digest, Label, action
from tallystick.contracts.parts import AssetLocks, fingerprints_of
from tallystick.contracts.registers import ASSETS_RESERVER, Assets, reservation_claim
from tallystick.encoding import decode
from tallystick.ledger import Tree
from tallystick.testing import make_signer
from tests.ledger_networks import LedgerNetwork

KIND = "liquor-case"
CASES = fingerprints_of(KIND, ["LZ-1", "LZ-2"])
SALT = "5a" * 32
"""One salt for all: then nothing but the channel's name tells claims apart."""
KEEPER = make_signer(ASSETS_RESERVER, member="keeper")
LABEL = Label(zh="做", en="Do")


class Stock(Contract, name="stock", version=1):
    """Lends on things."""

    locks: ClassVar = AssetLocks()

    @action(role=ANY_MEMBER, label=LABEL)
    def lock(self, ctx: Context, asset: Digest) -> None:
        """Take."""
        self.locks.lock(ctx, asset, kind=KIND, case="L", holder="bank")

    @action(role=ANY_MEMBER, label=LABEL)
    def release(self, ctx: Context, asset: Digest) -> None:
        """Let go."""
        self.locks.release(asset, case="L", holder="bank")

    @action(role=ANY_MEMBER, label=LABEL)
    def consume(self, ctx: Context, asset: Digest) -> None:
        """Use up."""
        self.locks.consume(ctx, asset, case="L", holder="bank")


CHANNEL = st.integers(1, 2)
SOME = st.lists(st.sampled_from(CASES), min_size=1, max_size=2)
PICK = st.integers(0, 5)
"""Which of the proofs and numbers that there are, counted back from the newest."""
STEPS = st.one_of(
    st.tuples(st.just("reserve"), CHANNEL, SOME),
    st.tuples(st.just("recognise"), CHANNEL, PICK),
    st.tuples(st.just("give_back"), CHANNEL, SOME),
    st.tuples(st.just("free"), CHANNEL, PICK),
    st.tuples(st.sampled_from(("lock", "lock", "release")), CHANNEL, st.sampled_from(CASES)),
    st.tuples(st.just("consume"), CHANNEL, st.sampled_from(CASES[:1])),
    st.tuples(st.sampled_from(("lock", "release")), st.just(0), st.sampled_from(CASES)),
)


class World:
    """The registry (0) and its channels (1, 2), and what a keeper can try on them."""

    def __init__(self) -> None:
        self.networks = [
            LedgerNetwork(name, (Assets, Stock), [KEEPER]) for name in ("shared", "first", "second")
        ]
        registry, *channels = self.networks
        for one in channels:
            registry.recognises(one)
            one.recognises(registry, KIND)
        self.reserved: list[int] = [0]
        """Blocks of the registry that reserved something; the first is one that did not."""
        self.given: list[list[int]] = [[0], [0], [0]]
        """Blocks of each channel that gave something back."""

    def do(self, step: str, network: int, what: Any) -> bool:
        """Take a step, which may be refused; return whether it was taken."""
        registry, at = self.networks[0], self.networks[network]
        asked: dict[str, Any]
        if step == "reserve":
            at, claim = registry, reservation_claim(at.id, SALT)
            asked = {"claim": claim, "fingerprints": what}
        elif step == "recognise":
            asked = {"proof": registry.proof(_back(self.reserved, what)), "salt": SALT}
        elif step == "give_back":
            asked = {"fingerprints": what, "reservation": self._number(at, what[0])}
        elif step == "free":
            at, asked = registry, {"proof": at.proof(_back(self.given[network], what))}
        else:
            asked = {"asset": what}
        contract = "stock" if "asset" in asked else "assets"
        is_taken = at.run(KEEPER, contract, step, asked).code == "ok"
        if is_taken and step == "reserve":
            self.reserved.append(at.height - 1)
        if is_taken and step == "give_back":
            self.given[network].append(at.height - 1)
        return is_taken

    def _number(self, at: LedgerNetwork, fingerprint: str) -> str:
        """Return the reservation under which a channel has a thing; else one of long ago."""
        record = at.store.get(Tree.STATE, f"assets/admissions/{fingerprint}".encode())
        admission: Any = {"reservation": "RS-2023-000001"} if record is None else decode(record)
        return str(admission["reservation"])

    def check(self) -> None:
        """One network at most holds a thing, and one at most may lock it."""
        locked = [one.keys("assets/locks/") for one in self.networks]
        admitted = [one.keys("assets/admissions/") for one in self.networks]
        reserved = {one for one in locked[0] if self._kind(one) == "reserved"}
        own = locked[0] - reserved
        assert not locked[1] & locked[2]
        assert not own & (locked[1] | locked[2])
        assert not admitted[1] & admitted[2]
        assert locked[1] <= admitted[1] <= reserved
        assert locked[2] <= admitted[2] <= reserved

    def _kind(self, fingerprint: str) -> Any:
        key = f"assets/locks/{fingerprint}".encode()
        record: Any = decode(self.networks[0].store.get(Tree.STATE, key) or b"")
        return record["kind"]


def _back(blocks: list[int], pick: int) -> int:
    return blocks[-1 - pick % len(blocks)]


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, min_size=15, max_size=40))
def test_no_interleaving_locks_a_thing_on_two_networks(steps: list[Any]) -> None:
    """After every step: locked in one place at most, and only where it is reserved for."""
    world = World()
    for step in steps:
        world.do(*step)
        world.check()


def test_a_thing_goes_round_and_old_proofs_do_nothing() -> None:
    """The property is no empty one: on the usual way every step is taken; shown again, none is."""
    world = World()
    for number in (1, 2, 1):
        way: list[tuple[str, int, Any]] = [
            ("reserve", number, CASES),
            ("recognise", number, 0),
            ("lock", number, CASES[0]),
            ("release", number, CASES[0]),
            ("give_back", number, CASES),
            ("free", number, 0),
        ]
        for step in way:
            assert world.do(*step)
            world.check()
        old = [("recognise", channel, pick) for channel in (1, 2) for pick in range(3)]
        old += [("free", channel, pick) for channel in (1, 2) for pick in range(3)]
        assert not any(world.do(*step) for step in old)
