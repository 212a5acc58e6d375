# SPDX-License-Identifier: Apache-2.0
"""What other validators, peers and clients may try through the engine, and what it comes to."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from tallystick.consensus.cometbft.proto.abci_pb2 import (
    Misbehavior,
    MisbehaviorType,
    RequestCheckTx,
    RequestFinalizeBlock,
    RequestProcessProposal,
    RequestQuery,
    ResponseProcessProposal,
)
from tallystick.ledger import Tree
from tests.factories import LIFETIME, START, sign
from tests.unit.consensus.cometbft.snapshot_kit import Bench

ACCEPT, REJECT = ResponseProcessProposal.ACCEPT, ResponseProcessProposal.REJECT
GOOD = sign("put", {"id": "a", "text": "x"}, nonce=1)


def forged(raw: bytes) -> bytes:
    """Return a transaction with another signature."""
    return raw[:-1] + bytes([raw[-1] ^ 1])


HOSTILE = {
    "a forged signature": [GOOD, forged(sign("put", {"id": "b", "text": "x"}, nonce=2))],
    "bytes that are no transaction": [GOOD, b"\xff" * 40],
    "nothing": [b""],
    "another network's": [sign("put", {"id": "a", "text": "x"}, nonce=3, network="other.00")],
    "the same twice": [GOOD, GOOD],
}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Give a node without an engine."""
    made = Bench(tmp_path / "data")
    yield made
    made.close()


def judge(bench: Bench, *transactions: bytes) -> int:
    """Return the verdict on a proposal of another validator."""
    return bench.replica.process_proposal(
        RequestProcessProposal(
            txs=transactions, height=bench.height + 1, time=Timestamp(seconds=START // 1000)
        )
    ).status


@pytest.mark.parametrize("what", HOSTILE)
def test_a_proposal_that_no_correct_node_makes_is_rejected(bench: Bench, what: str) -> None:
    """And counted; the same without the bad part is accepted (INV-I8)."""
    assert judge(bench, *HOSTILE[what]) == REJECT
    assert bench.replica._counts.proposals_rejected == 1
    assert judge(bench, GOOD) == ACCEPT
    assert judge(bench) == ACCEPT
    assert bench.replica._counts.proposals_rejected == 1


def test_what_was_committed_is_not_proposed_again(bench: Bench) -> None:
    """A validator that brings it once more is rejected (INV-I6)."""
    bench.decide(GOOD)
    assert judge(bench, GOOD) == REJECT


@pytest.mark.parametrize("what", ["a forged signature", "bytes that are no transaction"])
def test_what_colluding_validators_decide_all_the_same_has_no_effect(
    bench: Bench, tmp_path: Path, what: str
) -> None:
    """Two thirds can put garbage into the log; it writes nothing, and nobody's name is under it."""
    good, bad = HOSTILE[what]
    bench.decide(good, bad)
    other = Bench(tmp_path / "other")
    try:
        other.decide(good)
        state = list(other.storage.store.items(Tree.STATE))
    finally:
        other.close()
    assert list(bench.storage.store.items(Tree.STATE)) == state
    bench.decide(sign("put", {"id": "b", "text": "x"}, nonce=2))  # the nonce is not used up
    assert list(bench.storage.store.items(Tree.STATE)) != state


def test_misbehaviour_is_counted_and_told(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Evidence that the engine put into a block: who, and at what height."""
    request = RequestFinalizeBlock(height=1)
    request.time.seconds = START // 1000 + 1
    one = Misbehavior(height=7, type=MisbehaviorType.DUPLICATE_VOTE)
    one.validator.address = bytes(range(20))
    request.misbehavior.append(one)
    with caplog.at_level(logging.CRITICAL, logger="tallystick.consensus"):
        bench.replica.finalize_block(request)
    assert bench.replica._counts.misbehaviours == 1
    assert f"validator {bytes(range(20)).hex()} misbehaved at height 7" in caplog.text


def test_the_mempool_refuses_what_could_not_execute(bench: Bench) -> None:
    """Forged, of another network, expired, too far ahead, used: refused before it is spread."""
    bench.decide(GOOD)
    refused = [
        forged(sign("put", {"id": "b", "text": "x"}, nonce=2)),
        HOSTILE["another network's"][0],
        sign("put", {"id": "c", "text": "x"}, nonce=4, valid_until=START - 1),
        sign("put", {"id": "c", "text": "x"}, nonce=5, valid_until=START + 10 * LIFETIME),
        sign("put", {"id": "other", "text": "x"}, nonce=1),
    ]
    fresh = sign("put", {"id": "d", "text": "x"}, nonce=6)
    asked = [RequestCheckTx(tx=raw) for raw in (*refused, fresh)]
    codes = [answer.code for answer in bench.replica.check_txs(asked)]
    assert codes == [1, 1, 1, 1, 1, 0]
    assert bench.replica._counts.mempool_refusals == len(refused)
    misses = bench.replica._counts.verdict_misses
    bench.replica.check_txs(asked)
    assert bench.replica._counts.verdict_misses == misses, "verified twice"


def test_a_stranger_is_refused_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By the id that its key proves, from wherever it calls; it cannot fill the log either."""
    caplog.set_level(logging.WARNING, logger="tallystick.consensus")
    bench = Bench(tmp_path / "data")
    try:
        monkeypatch.setattr(bench.replica, "_is_peer", lambda node_id: node_id == "aa" * 20)
        for path, code in (
            (f"/p2p/filter/id/{'aa' * 20}", 0),
            (f"/p2p/filter/id/{'bb' * 20}", 1),
            ("/p2p/filter/id/", 1),
            ("/p2p/filter/addr/127.0.0.1:1", 0),
            ("/store", 1),
        ):
            assert bench.replica.query(RequestQuery(path=path)).code == code
        for _ in range(1_000):
            bench.replica.query(RequestQuery(path=f"/p2p/filter/id/{'cc' * 20}"))
        assert bench.replica._counts.peers_refused == 1_002
        assert caplog.text.count("was refused") == 1
    finally:
        bench.close()
