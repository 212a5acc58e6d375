# SPDX-License-Identifier: Apache-2.0
"""What a proposal may hold: chosen to the byte, and judged by block and state alone."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tallystick.consensus.cometbft.proposals import changed_validators, encoded_size
from tallystick.consensus.cometbft.proto.abci_pb2 import ResponsePrepareProposal
from tallystick.consensus.cometbft.replica import STALE_MS
from tallystick.consensus.cometbft.verdicts import VerdictCache
from tallystick.model import Transaction
from tests.simulation import faults
from tests.simulation.world import BLOCK_MAX, LIFETIME, ORGANIZATIONS, START, stranger
from tests.unit.consensus.cometbft.replica_kit import NETWORK, Rig, opening

_NONCES = itertools.count(10**6)


def material(rig: Rig, seed: int = 0) -> faults.Material:
    """Return what a faulty proposer needs: an honest proposal, and what is committed."""
    past = [opening(), opening(valid_until=START + 10)]
    rig.decide(*past, time=START + 5)
    # By now the second one's nonce is forgotten.
    rig.decide(time=START + 30_000)
    return faults.Material(
        random=random.Random(seed),
        organizations=ORGANIZATIONS[:4],
        network=NETWORK,
        time=START + 30_000,
        honest=[opening(), opening()],
        past=past,
        nonces=lambda: next(_NONCES),
    )


@given(st.integers(0, 2**21 + 9))
@example(0)
@example(127)
@example(128)
@example(16_383)
@example(16_384)
@example(2**21 - 1)
@example(2**21)
def test_a_transaction_is_as_large_as_the_engine_counts(size: int) -> None:
    """The engine's own rule is protobuf's size of a repeated field."""
    raw = bytes(size)
    assert encoded_size(raw) == ResponsePrepareProposal(txs=[raw]).ByteSize()


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sizes=st.lists(st.integers(0, 1_500), min_size=1, max_size=5), slack=st.integers(-2, 2))
def test_a_proposal_fits_to_the_byte(rig: Rig, sizes: list[int], slack: int) -> None:
    """One byte more would stop the proposer; one byte less leaves something out (INV-I7)."""
    raws = [opening(note="x" * size) for size in sizes]
    whole = ResponsePrepareProposal(txs=raws).ByteSize()
    chosen = rig.prepare(*raws, bytes_max=whole + slack)
    assert ResponsePrepareProposal(txs=chosen).ByteSize() <= whole + slack
    assert (chosen == raws) == (slack >= 0)
    assert rig.accepts(*chosen)


def test_what_does_not_fit_makes_room_for_what_does(rig: Rig) -> None:
    """A large transaction does not hold up the small ones behind it."""
    large, small = opening(note="x" * 1_000), opening()
    assert rig.prepare(large, small, bytes_max=encoded_size(small)) == [small]
    assert rig.prepare(large, small, bytes_max=0) == []
    assert rig.prepare(large, small, bytes_max=-1) == []


def test_a_proposal_holds_as_many_as_a_block_may(rig: Rig) -> None:
    """In the order of the mempool; the rest waits."""
    raws = [opening() for _ in range(BLOCK_MAX + 3)]
    assert rig.prepare(*raws) == raws[:BLOCK_MAX]
    assert rig.accepts(*raws[:BLOCK_MAX])
    assert not rig.accepts(*raws[: BLOCK_MAX + 1])


def test_what_could_not_execute_is_left_out(rig: Rig) -> None:
    """By the state and the time of the block, not by this node's clock."""
    used = opening(nonce=3)
    rig.decide(used)
    good = opening(valid_until=START + 100)
    rig.now = START + 200
    mempool = [used, opening(nonce=3), good, good, opening(signer=stranger()), b"junk"]
    assert rig.prepare(*mempool, time=START + 100) == [good]
    assert rig.prepare(good, time=START + 101) == []


def test_after_a_pause_an_empty_block_comes_first(rig: Rig) -> None:
    """It moves block time to now; one is enough, so that a wrong clock stops nothing."""
    rig.decide(opening())
    raw = opening()
    rig.now = START + STALE_MS
    assert rig.prepare(raw) == [raw]
    rig.now += 1
    assert rig.prepare(raw) == []
    assert rig.accepts()
    rig.decide()
    assert rig.prepare(raw) == [raw]


def test_of_two_with_one_nonce_the_first_is_proposed(rig: Rig) -> None:
    """The second would only be refused."""
    first, second = opening(nonce=8), opening(nonce=8)
    assert rig.prepare(first, second) == [first]


@pytest.mark.parametrize("make", faults.WRONG, ids=lambda one: one.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_what_no_correct_node_proposes_is_rejected(rig: Rig, make: object, seed: int) -> None:
    """By each node, whatever it has seen before (INV-I8, INV-I9)."""
    has = material(rig, seed)
    assert callable(make)
    proposal = make(has)
    assert rig.accepts(*has.honest, time=has.time)
    assert not rig.accepts(*proposal, time=has.time)
    rig.check(*proposal)
    assert not rig.accepts(*proposal, time=has.time)
    rig.replica.verdicts = VerdictCache(rig.application.read)
    rig.now += LIFETIME
    assert not rig.accepts(*proposal, time=has.time)


@pytest.mark.parametrize("make", faults.ODD, ids=lambda one: one.__name__)
def test_what_is_only_odd_is_accepted(rig: Rig, make: object) -> None:
    """Rejecting is for what no correct node can propose: else a bug could stop the network."""
    has = material(rig)
    assert callable(make)
    assert rig.accepts(*make(has), time=has.time)


def test_an_expired_transaction_cannot_come_into_the_log_again(rig: Rig) -> None:
    """Its nonce is forgotten, so only its period keeps it out."""
    has = material(rig)
    old = has.past[1]
    assert not rig.application.ledger.replay_guard.is_used(*_signed_by(rig, old))
    assert not rig.accepts(old, time=has.time)


def _signed_by(rig: Rig, raw: bytes) -> tuple[bytes, int]:
    (one,) = rig.application.read([raw])
    assert isinstance(one, Transaction)
    return one.signer, one.call.nonce


SETS = st.dictionaries(st.binary(min_size=1, max_size=2), st.integers(1, 5), min_size=1, max_size=6)


@given(st.lists(SETS, min_size=2, max_size=6))
def test_changes_of_validators_lead_from_set_to_set(sets: list[dict[bytes, int]]) -> None:
    """As the engine applies them: sorted, each key once, never an unknown removal (INV-I11)."""
    engine = dict(sets[0])
    for before, after in itertools.pairwise(sets):
        changes = changed_validators(list(before.items()), list(after.items()))
        keys = [key for key, _ in changes]
        assert keys == sorted(set(keys))
        for key, power in changes:
            assert power or key in engine
            assert engine.get(key) != power
            engine[key] = power
        engine = {key: power for key, power in engine.items() if power}
        assert engine == after
