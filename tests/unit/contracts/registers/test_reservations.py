# SPDX-License-Identifier: Apache-2.0
"""An asset that one network reserves for another is locked once across both, step by step."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from tallystick.contracts import ANY_MEMBER, Context, Contract, Digest, Label, Name, action
from tallystick.contracts.parts import AssetLocks, fingerprint_of, fingerprints_of, lock_claim
from tallystick.contracts.registers import ASSETS_RESERVER, Assets, reservation_claim
from tallystick.contracts.registers.reservations import GivenBack
from tallystick.encoding import Value
from tallystick.execution import ContractRunner
from tallystick.testing import MemoryState, make_signer
from tests.ledger_networks import LedgerNetwork

KIND = "liquor-case"
SALT, OTHER_SALT = "5a" * 32, "5b" * 32
CASES = fingerprints_of(KIND, ["LZ-1", "LZ-2", "LZ-3"])
KEEPER = make_signer(ASSETS_RESERVER, "lender", member="keeper")
CLERK = make_signer("lender", member="clerk")
LABEL = Label(zh="做", en="Do")


class Lending(Contract, name="lending", version=1):
    """A contract that takes things as security and knows nothing of networks."""

    locks: ClassVar = AssetLocks()

    @action(role=ANY_MEMBER, label=LABEL)
    def lock(self, ctx: Context, asset: Digest, case: Name, kind: Name = KIND) -> None:
        """Take."""
        self.locks.lock(ctx, asset, kind=kind, case=case, holder="bank")

    @action(role=ANY_MEMBER, label=LABEL)
    def release(self, ctx: Context, asset: Digest, case: Name) -> None:
        """Let go."""
        self.locks.release(asset, case=case, holder="bank")

    @action(role=ANY_MEMBER, label=LABEL)
    def consume(self, ctx: Context, asset: Digest, case: Name) -> None:
        """Use up."""
        self.locks.consume(ctx, asset, case=case, holder="bank")


class World:
    """A registry and two channels under it."""

    def __init__(self) -> None:
        self.registry = _network("shared")
        self.channels = [_network("channel-a"), _network("channel-b")]
        for one in self.channels:
            self.registry.recognises(one)
            one.recognises(self.registry, KIND)

    def reserve(self, channel: LedgerNetwork, salt: str = SALT, *assets: str) -> str:
        """Reserve assets for a channel, all cases by default; return the number."""
        claim = reservation_claim(channel.id, salt)
        asked = list(assets or CASES)
        answer = self.registry.ok(KEEPER, "reserve", fingerprints=asked, claim=claim)
        return str(answer["reservation"])

    def admitted(self, channel: LedgerNetwork, *assets: str) -> str:
        """Reserve and recognise."""
        number = self.reserve(channel, SALT, *assets)
        channel.ok(CLERK, "recognise", proof=self.registry.proof(), salt=SALT)
        return number


def _network(name: str) -> LedgerNetwork:
    return LedgerNetwork(name, (Assets, Lending), [KEEPER, CLERK])


@pytest.fixture
def world() -> World:
    """Return the three networks."""
    return World()


def lend(network: LedgerNetwork, asset: str, case: str = "L-1", **more: str) -> str:
    """Lock an asset by the contract; return the code."""
    args = {"asset": asset, "case": case, **more}
    return network.run(CLERK, "lending", "lock", dict(args)).code


def test_on_a_channel_nothing_is_locked_that_the_registry_has_not_reserved(world: World) -> None:
    """Refused with E_MISSING until the reservation is recognised, then locked by any contract."""
    first, _ = world.channels
    assert lend(first, CASES[0]) == "E_MISSING"
    world.reserve(first)
    assert lend(first, CASES[0]) == "E_MISSING"
    answer = first.ok(CLERK, "recognise", proof=world.registry.proof(), salt=SALT)
    assert answer == {"reservation": "RS-2023-000001", "count": 3}
    assert lend(first, CASES[0]) == "ok"
    assert lend(first, CASES[0], "L-2") == "E_LOCKED"


def test_other_kinds_are_a_channels_own_affair(world: World) -> None:
    """Numbers that a channel gives itself mean nothing to others, so the vote left them out."""
    first, second = world.channels
    paper = fingerprint_of("warehouse-receipt", "WR-1")
    codes = [lend(one, paper, kind="warehouse-receipt") for one in (first, second)]
    assert codes == ["ok", "ok"]


def test_the_same_thing_is_refused_for_a_second_channel_by_the_registry(world: World) -> None:
    """INV-1 across networks: E_LOCKED, and nothing is told of who has it (INV-10)."""
    first, second = world.channels
    world.admitted(first)
    claim = reservation_claim(second.id, OTHER_SALT)
    facts = world.registry.refused(
        "E_LOCKED", KEEPER, "reserve", fingerprints=[CASES[1]], claim=claim
    )
    assert facts == {"fingerprint": CASES[1]}
    assert lend(world.registry, CASES[1]) == "E_LOCKED"
    assert lend(second, CASES[1]) == "E_MISSING"


def test_what_another_contract_holds_on_the_registry_is_not_reserved(world: World) -> None:
    """One register: a lock there and a reservation there exclude each other; so do two alike."""
    assert lend(world.registry, CASES[0]) == "ok"
    claim = reservation_claim(world.channels[0].id, SALT)
    registry = world.registry
    registry.refused("E_LOCKED", KEEPER, "reserve", fingerprints=CASES, claim=claim)
    twice = [CASES[1], CASES[1]]
    registry.refused("E_LOCKED", KEEPER, "reserve", fingerprints=twice, claim=claim)


def test_a_reservation_ends_by_the_channels_own_receipt(world: World) -> None:
    """Given back there, freed here; from then on the other channel can have it."""
    first, second = world.channels
    number = world.admitted(first)
    given = first.ok(KEEPER, "give_back", reservation=number, fingerprints=CASES[:2])
    assert given == {"reservation": number, "salt": SALT, "count": 2}
    freed = world.registry.ok(CLERK, "free", proof=first.proof())
    assert freed == {"reservation": number, "count": 2}
    assert world.registry.keys("assets/locks/") == {CASES[2]}
    assert world.admitted(second, *CASES[:2]) == "RS-2023-000002"
    assert [lend(second, CASES[0]), lend(first, CASES[0])] == ["ok", "E_MISSING"]
    assert lend(first, CASES[2]) == "ok"


def test_what_is_locked_or_used_up_on_a_channel_is_not_given_back(world: World) -> None:
    """E_LOCKED; what is used up there stays taken in the registry for ever."""
    first, _ = world.channels
    number = world.admitted(first)
    give: dict[str, Any] = {"reservation": number, "fingerprints": [CASES[0]]}
    assert lend(first, CASES[0]) == "ok"
    first.refused("E_LOCKED", KEEPER, "give_back", **give)
    first.ok(CLERK, "release", contract="lending", asset=CASES[0], case="L-1")
    assert lend(first, CASES[0]) == "ok"
    first.ok(CLERK, "consume", contract="lending", asset=CASES[0], case="L-1")
    first.refused("E_LOCKED", KEEPER, "give_back", **give)


def test_a_number_given_back_never_counts_again(world: World) -> None:
    """Old proofs on either side free nothing and admit nothing: E_REPLAY, E_STATE, E_DUP."""
    first, _ = world.channels
    number = world.admitted(first)
    reserved = len(world.registry.blocks) - 1
    first.ok(KEEPER, "give_back", reservation=number, fingerprints=CASES)
    given = len(first.blocks) - 1
    first.refused("E_REPLAY", CLERK, "recognise", proof=world.registry.proof(reserved), salt=SALT)
    world.registry.ok(CLERK, "free", proof=first.proof(given))
    world.admitted(first)
    world.registry.refused("E_REPLAY", CLERK, "free", proof=first.proof(given))
    first.refused("E_STATE", KEEPER, "give_back", reservation=number, fingerprints=CASES)
    assert world.registry.keys("assets/locks/") == set(CASES)


def test_a_claim_opens_for_its_channel_and_salt_alone(world: World) -> None:
    """Another channel that gets hold of the receipt cannot use it, nor can a guess of the salt."""
    first, second = world.channels
    world.reserve(first)
    proof = world.registry.proof()
    second.refused("E_HASH", CLERK, "recognise", proof=proof, salt=SALT)
    first.refused("E_HASH", CLERK, "recognise", proof=proof, salt=OTHER_SALT)
    first.ok(CLERK, "recognise", proof=proof, salt=SALT)


class Liar(Contract, name="assets", version=2):
    """A register of a channel whose members agree to lie: it gives back what it never had."""

    @action(role=ANY_MEMBER, label=LABEL)
    def give_back(self, ctx: Context, reservation: Name, fingerprints: list[Digest]) -> GivenBack:
        """Say yes."""
        return GivenBack(reservation=reservation, salt=SALT, count=len(fingerprints))


def test_one_channel_cannot_free_what_is_reserved_for_another(world: World) -> None:
    """Not even with number and salt: the claim opens for the network that signed alone."""
    first, second = world.channels
    number = world.admitted(first)
    world.admitted(second, fingerprint_of(KIND, "LZ-9"))
    second.refused("E_MISSING", KEEPER, "give_back", reservation="RS-1", fingerprints=CASES)
    liar = LedgerNetwork("channel-x", (Liar,), [CLERK])
    world.registry.recognises(liar)
    liar.ok(CLERK, "give_back", reservation=number, fingerprints=CASES)
    facts = world.registry.refused("E_STATE", CLERK, "free", proof=liar.proof())
    assert facts == {"fingerprint": CASES[0], "reservation": number}


def test_only_the_registry_of_the_vote_admits(world: World) -> None:
    """Another recognised network reserves in vain (E_VALUE); so it is where no registry stands."""
    _, second = world.channels
    alone = LedgerNetwork("alone", (Assets, Lending), [KEEPER, CLERK])
    alone.ok(KEEPER, "reserve", fingerprints=CASES, claim=reservation_claim(second.id, SALT))
    for network in (second, world.registry):
        network.recognises(alone)
        network.refused("E_VALUE", CLERK, "recognise", proof=alone.proof(), salt=SALT)


def test_a_channel_reserves_for_others_only_what_it_has_itself(world: World) -> None:
    """A channel of a channel holds what the registry at the top reserved, and no more."""
    first, _ = world.channels
    claim = reservation_claim("below." + "0" * 32, SALT)
    first.refused("E_MISSING", KEEPER, "reserve", fingerprints=CASES, claim=claim)
    world.admitted(first)
    first.ok(KEEPER, "reserve", fingerprints=CASES, claim=claim)
    assert lend(first, CASES[0]) == "E_LOCKED"


def test_a_proof_of_another_form_is_no_reservation(world: World) -> None:
    """A register with other arguments is another version: E_HASH, and nothing happens."""

    class Other(Contract, name="assets", version=3):
        """Reserves by name."""

        @action(role=ANY_MEMBER, label=LABEL)
        def reserve(self, ctx: Context, name: Name) -> Name:
            """Reserve."""
            return name

    first, _ = world.channels
    other = LedgerNetwork("alone", (Other,), [CLERK])
    channel = LedgerNetwork("channel-c", (Assets, Lending), [KEEPER, CLERK])
    channel.recognises(other, KIND)
    other.ok(CLERK, "reserve", name="x")
    facts = channel.refused("E_HASH", CLERK, "recognise", proof=other.proof(), salt=SALT)
    assert facts == {"part": "ReserveCall"}
    assert first.keys("assets/reservations/") == set()


def test_the_registry_knows_no_claim_that_a_contract_would_take_for_its_own(world: World) -> None:
    """Who reserves chooses the claim; a contract's own could otherwise be planted."""
    claim = lock_claim("lending", "L-1", "bank")
    world.registry.ok(KEEPER, "reserve", fingerprints=[CASES[0]], claim=claim)
    args = {"contract": "lending", "asset": CASES[0], "case": "L-1"}
    world.registry.refused("E_STATE", CLERK, "release", **args)


def test_reserving_and_giving_back_are_for_who_holds_the_things(world: World) -> None:
    """E_ROLE for others; recognising and freeing are for whoever has the proof."""
    first, _ = world.channels
    number = world.admitted(first)
    claim = reservation_claim(first.id, SALT)
    world.registry.refused("E_ROLE", CLERK, "reserve", fingerprints=CASES, claim=claim)
    first.refused("E_ROLE", CLERK, "give_back", reservation=number, fingerprints=CASES)


def test_two_hundred_cases_fit_into_one_proof(world: World) -> None:
    """The most that one call takes goes through both networks and back."""
    first, _ = world.channels
    many = fingerprints_of(KIND, [f"N-{number}" for number in range(200)])
    number = world.admitted(first, *many)
    first.ok(KEEPER, "give_back", reservation=number, fingerprints=many)
    assert world.registry.ok(CLERK, "free", proof=first.proof())["count"] == 200


def test_claim_and_fingerprints_are_made_by_queries_too(world: World) -> None:
    """So a person needs no program for them."""
    first, _ = world.channels
    asked = {"channel": first.id, "salt": SALT}
    runner = ContractRunner([Assets])
    made = runner.query("assets", "claim", asked, MemoryState())
    assert made == reservation_claim(first.id, SALT)
    things: dict[str, Value] = {"kind": KIND, "identifiers": ["LZ-1", "lz 2", "LZ-3"]}
    assert runner.query("assets", "fingerprints", things, MemoryState()) == CASES
