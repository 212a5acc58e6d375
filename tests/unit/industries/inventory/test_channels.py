# SPDX-License-Identifier: Apache-2.0
"""Two banks, each with a channel of its own, and one register of taken cases on a shared chain.

The contract of inventory finance is the very same as on one chain, and knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tallystick.contracts.parts import fingerprints_of, lock_claim
from tallystick.contracts.registers import ASSETS_RESERVER, Assets, reservation_claim
from tallystick.crypto import sha256
from tallystick.encoding import Value, decode
from tallystick.execution import ContractRunner
from tallystick.ledger import Tree
from tallystick.model import Execution, Signer, decode_entry, decode_transaction
from tallystick.testing import MemoryState, make_signer
from tests.ledger_networks import LedgerNetwork
from tests.unit.industries.inventory import cast, invariants
from tests.unit.industries.inventory.stage import CONTRACTS, START_MS, Stage

CASE: Final = "liquor-case"
AMOUNT: Final = 2_700_017
RATE_BP: Final = 4_357
LIMIT: Final = 77_700_013
"""Numbers that nothing else has by chance."""
KEEPER: Final = make_signer(
    "inventory.keeper", ASSETS_RESERVER, organization=cast.KEEPER.organization, member="keeper"
)
CAST: Final = [one for one in vars(cast).values() if isinstance(one, Signer)]
BANKS: Final = (cast.OFFICER.organization, cast.OTHER_OFFICER.organization)
DEALERS: Final = (cast.DEALER.organization, cast.OTHER_DEALER.organization)


class ChannelStage(Stage):
    """A channel: what is stated there is reserved on the shared chain, if it is still free."""

    def __init__(self, network: LedgerNetwork, shared: LedgerNetwork) -> None:
        """Play on a network that has the shared chain's register above its own."""
        super().__init__(network.now_ms)
        self.network, self.shared = network, shared
        self.salts = 0

    def warp(self, **times: int) -> None:
        """Let time pass on the channel."""
        super().warp(**times)
        self.network.now_ms = self.now_ms

    def stated(self, count: int, dealer: Signer = cast.DEALER) -> list[str]:
        """Have the maker state a supply, and the keeper reserve the cases."""
        serials = super().stated(count, dealer)
        self.reserve(serials)
        return serials

    def reserve(self, serials: list[str]) -> str:
        """Have the keeper reserve cases, and show it here; return the number."""
        claim, salt = self.claim()
        fingerprints = fingerprints_of(CASE, serials)
        self.shared.ok(KEEPER, "reserve", fingerprints=fingerprints, claim=claim)
        proof = self.shared.proof()
        done = self.ok(cast.KEEPER, "recognise", contract="assets", proof=proof, salt=salt)
        return str(done["reservation"])

    def claim(self) -> tuple[str, str]:
        """Return a claim for this channel, and its salt."""
        self.salts += 1
        salt = sha256(f"{self.network.id} {self.salts}".encode()).hex()
        return reservation_claim(self.network.id, salt), salt

    def give_back(self, serials: list[str], reservation: str = "RS-2026-000001") -> None:
        """Have the keeper give cases back, and show it to the shared chain."""
        args = {"reservation": reservation, "fingerprints": fingerprints_of(CASE, serials)}
        self.ok(cast.KEEPER, "give_back", contract="assets", **args)
        self.shared.ok(KEEPER, "free", proof=self.network.proof())

    def _execute(self, who: Signer, contract: str, method: str, args: Any) -> Execution:
        done = self.network.run(who, contract, method, args)
        self.height, self.now_ms = self.network.height, self.network.now_ms
        return done


class World:
    """The shared chain, and a channel for each bank."""

    def __init__(self) -> None:
        members = [
            *(KEEPER, cast.WINERY, cast.REGISTRY, cast.AUDITOR, cast.INSURER, cast.COURT),
            *(cast.OFFICER, cast.OTHER_OFFICER),
        ]
        self.shared = LedgerNetwork("shared", (Assets,), members, start=START_MS)
        voters = [one for one in self.shared.governors if one.organization not in BANKS]
        self.stages = []
        for name, absent in (("channel-one", BANKS[1]), ("channel-two", BANKS[0])):
            people = [one for one in CAST if one.organization != absent and one != cast.KEEPER]
            network = LedgerNetwork(name, CONTRACTS, [*people, KEEPER], start=START_MS)
            self.shared.recognises(network, voters=voters)
            network.recognises(self.shared, CASE)
            self.stages.append(ChannelStage(network, self.shared))


@pytest.fixture
def world() -> World:
    """Return the three networks."""
    return World()


def drawn(world: World) -> tuple[ChannelStage, ChannelStage, list[str]]:
    """Return both channels, on the first a loan that is drawn on ten cases."""
    first, second = world.stages
    first.ready()
    loan, receipt = first.running(AMOUNT, 10, rate_bp=RATE_BP, limit=LIMIT)
    lots = first.table("receipts")[receipt]["lots"]
    serials = first.table("lots")[lots[0]["lot"]]["serials"]
    assert first.table("loans")[loan]["state"] == "NORMAL"
    invariants.check_all(first)
    return first, second, serials


def test_a_case_pledged_to_one_bank_is_refused_on_the_channel_of_another(world: World) -> None:
    """INV-1 across chains: neither the shared chain reserves it, nor can the second take it in."""
    _, second, serials = drawn(world)
    second.ready()
    Stage.stated(second, 10)
    facts = world.shared.refused(
        "E_LOCKED",
        KEEPER,
        "reserve",
        fingerprints=fingerprints_of(CASE, serials[:1]),
        claim=second.claim()[0],
    )
    assert facts == {"fingerprint": fingerprints_of(CASE, serials[:1])[0]}
    draft = second.draft()
    second.refused("E_MISSING", cast.KEEPER, "take_in", receipt=draft, serials=serials)


def test_what_was_redeemed_is_given_back_and_goes_to_the_other_bank(world: World) -> None:
    """Exactly the released cases; the rest stays with the first, and both keep all invariants."""
    first, second, serials = drawn(world)
    second.ready()
    Stage.stated(second, 10)
    (receipt,) = first.table("receipts")
    (loan,) = first.table("loans")
    asked = first.repay(loan, AMOUNT // 2, receipt, serials[:3])
    first.ok(cast.KEEPER, "release_goods", redemption=asked)
    first.give_back(serials[:3])
    second.reserve(serials[:3])
    draft = second.draft()
    second.refused("E_MISSING", cast.KEEPER, "take_in", receipt=draft, serials=serials[2:4])
    second.ok(cast.KEEPER, "take_in", receipt=draft, serials=serials[:3])
    second.ok(cast.KEEPER, "issue_receipt", receipt=draft)
    for stage in (first, second):
        invariants.check_all(stage)
    locked = [stage.network.keys("assets/locks/") for stage in (first, second)]
    assert not locked[0] & locked[1]


def test_pledged_cases_cannot_be_given_back(world: World) -> None:
    """E_LOCKED on the channel: so no receipt of it can ever reach the shared chain."""
    first, _, serials = drawn(world)
    args = {"reservation": "RS-2026-000001", "fingerprints": fingerprints_of(CASE, serials[:1])}
    first.refused("E_LOCKED", cast.KEEPER, "give_back", contract="assets", **args)


def test_the_shared_chain_tells_another_bank_nothing_but_taken_or_free(world: World) -> None:
    """INV-10: no bank, dealer, loan, receipt, amount or rate in any byte of its blocks and state.

    Only the founding document names the banks, who are members there and never act.
    """
    first, _, serials = drawn(world)
    (receipt,) = first.table("receipts")
    (loan,) = first.table("loans")
    asked = first.repay(loan, AMOUNT // 2, receipt, serials[:3])
    first.ok(cast.KEEPER, "release_goods", redemption=asked)
    first.give_back(serials[:3])

    shared = world.shared
    everything = shared.public_bytes()
    pledge = next(iter(first.table("pledges")))
    secrets = [*BANKS, *DEALERS, loan, receipt, pledge, *serials, cast.OFFICER.member]
    assert [one for one in secrets if one.encode() in everything] == []
    assert cast.KEEPER.organization.encode() in everything  # the search can find something
    numbers = set(_numbers(shared))
    assert numbers.isdisjoint({AMOUNT, RATE_BP, LIMIT, AMOUNT // 2, 600_000, 500_000, 4_800})
    assert 3 in numbers


def test_a_claim_cannot_be_guessed(world: World) -> None:
    """INV-10: who knows bank, case and channel, but no salt, recognises nothing."""
    first, _, serials = drawn(world)
    state = MemoryState()
    state.values = dict(world.shared.store.items(Tree.STATE))
    fingerprint = fingerprints_of(CASE, serials[:1])[0]
    runner = ContractRunner([Assets])
    for holder in (cast.KEEPER.organization, *BANKS):
        asked: dict[str, Value] = {"fingerprint": fingerprint, "holder": holder}
        own = asked | {"contract": "inventory", "case": serials[0]}
        answer: Any = runner.query("assets", "ask_own", own, state)
        assert answer["availability"] == "taken"
    record: Any = decode(state.values[f"assets/locks/{fingerprint}".encode()])
    assert record.keys() == {"fingerprint", "kind", "state", "claim", "since"}
    assert record["kind"] == "reserved"
    assert record["claim"] != lock_claim("inventory", serials[0], cast.KEEPER.organization)
    claims = {reservation_claim(first.network.id, f"{salt:064x}") for salt in range(100)}
    assert record["claim"] not in claims


def _numbers(network: LedgerNetwork) -> Iterator[int]:
    """Yield every integer in calls, answers, events and records of a network."""
    for applied in network.blocks:
        for raw, entry in zip(applied.block.transactions, applied.block.entries, strict=True):
            yield from _integers(decode_transaction(raw).call.args)
            outcome = decode_entry(entry).outcome
            yield from _integers([outcome.result, *(event.fields for event in outcome.events)])
    for _, value in network.store.items(Tree.STATE):
        yield from _integers(decode(value))


def _integers(value: object) -> Iterator[int]:
    if isinstance(value, dict):
        yield from _integers([*value.values()])
    elif isinstance(value, list):
        for one in value:
            yield from _integers(one)
    elif isinstance(value, int):
        yield value
