# SPDX-License-Identifier: Apache-2.0
"""The replica: what each ABCI method answers, and that only Commit makes anything durable."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.consensus import Committed
from tallystick.consensus.cometbft.proto.abci_pb2 import (
    CheckTxType,
    Misbehavior,
    RequestApplySnapshotChunk,
    RequestFinalizeBlock,
    RequestInfo,
    RequestLoadSnapshotChunk,
    RequestOfferSnapshot,
    RequestProcessProposal,
    RequestQuery,
    ResponseApplySnapshotChunk,
    ResponseOfferSnapshot,
)
from tallystick.consensus.cometbft.replica import APP_VERSION, milliseconds
from tallystick.crypto import sha256
from tallystick.encoding import Value
from tallystick.errors import Expired, Halted, InvalidBlock, Malformed, Replayed, StorageFailed
from tallystick.units import VERSION
from tests.simulation.votes import METHOD, votes
from tests.simulation.world import (
    LIFETIME,
    ORGANIZATIONS,
    POWER,
    START,
    head,
    stranger,
    validator_key,
)
from tests.unit.consensus.cometbft.replica_kit import (
    CHAIN_ID,
    COURT,
    NETWORK,
    NODE_ID,
    Rig,
    answers,
    forged,
    opening,
)

FOREIGN = "simulated." + "0" * 32


# --- Info and InitChain -----------------------------------------------------------------------


def test_info_before_the_first_block_says_zero(rig: Rig) -> None:
    """So the engine begins with InitChain."""
    info = rig.info()
    assert (info.last_block_height, info.last_block_app_hash) == (0, b"")
    assert (info.version, info.app_version) == (VERSION, APP_VERSION)


def test_info_below_the_first_height_of_the_chain_says_zero(tmp_path: Path) -> None:
    """Blocks that were ordered alone are not this engine's."""
    rig = Rig(tmp_path / "data", initial_height=3)
    rig.order_alone(opening())
    rig.order_alone(opening())
    assert rig.info().last_block_height == 0
    begun = rig.init_chain(initial_height=3)
    assert begun.app_hash == rig.application.app_hash
    hashed = rig.decide(opening()).app_hash
    assert (rig.info().last_block_height, rig.info().last_block_app_hash) == (3, hashed)
    rig.close()


def test_info_says_what_is_durable_while_a_block_is_executed(rig: Rig) -> None:
    """A block that was executed and not committed may be lost: nobody must count on it."""
    first = rig.decide(opening()).app_hash
    second = rig.finalize(opening()).app_hash
    assert (rig.info().last_block_height, rig.info().last_block_app_hash) == (1, first)
    rig.replica.commit()
    assert (rig.info().last_block_height, rig.info().last_block_app_hash) == (2, second)


def test_another_abci_version_is_a_fault(rig: Rig) -> None:
    """Its messages could mean something else."""
    with pytest.raises(Halted, match="another version"):
        rig.replica.info(RequestInfo(abci_version="1.0.0"))


def test_init_chain_twice_answers_the_same_and_keeps_nothing(rig: Rig) -> None:
    """The engine asks again after a crash before the first commit (INV-I13)."""
    before = rig.contents()
    first = rig.init_chain()
    assert rig.init_chain() == first
    assert rig.contents() == before
    keys = [one.pub_key.ed25519 for one in first.validators]
    assert keys == sorted(validator_key(one) for one in ORGANIZATIONS[:4])
    assert {one.power for one in first.validators} == {POWER}


def test_a_crash_before_the_first_commit_begins_again_alike(tmp_path: Path) -> None:
    """Nothing of the block that was executed is left (INV-I13)."""
    raw = opening()
    rig = Rig(tmp_path / "data")
    begun, executed = rig.init_chain(), rig.finalize(raw)
    rig.close()
    again = Rig(tmp_path / "data")
    assert again.info().last_block_height == 0
    assert again.init_chain() == begun
    assert again.decide(raw) == executed
    again.close()


@pytest.mark.parametrize(("chain_id", "height"), [("other", 1), (CHAIN_ID, 2)])
def test_the_genesis_file_of_another_chain_is_a_fault(rig: Rig, chain_id: str, height: int) -> None:
    """Name and first height follow from this network."""
    with pytest.raises(Halted, match="another network"):
        rig.init_chain(chain_id=chain_id, initial_height=height)


def test_a_chain_cannot_begin_where_the_ledger_is_not(rig: Rig) -> None:
    """A ledger with blocks belongs to an engine that knows them."""
    rig.order_alone(opening())
    with pytest.raises(Halted, match="begins where the ledger is"):
        rig.init_chain()


# --- Query ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"/p2p/filter/id/{NODE_ID}", 0),
        ("/p2p/filter/id/" + "f" * 40, 1),
        ("/p2p/filter/id/", 1),
        ("/p2p/filter/addr/203.0.113.5:26656", 0),
        ("/store/key", 1),
        ("", 1),
    ],
)
def test_only_registered_nodes_pass_the_filter(rig: Rig, path: str, code: int) -> None:
    """Addresses may change; who a node is does not. Everything else is the API's business."""
    assert rig.replica.query(RequestQuery(path=path)).code == code


def test_a_refused_peer_is_logged_and_its_name_cut(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """Anybody who reaches the engine's interface can ask with a name of any length."""
    with caplog.at_level(logging.WARNING):
        rig.replica.query(RequestQuery(path="/p2p/filter/id/" + "x" * 10_000))
    assert "x" * 40 in caplog.text
    assert len(caplog.text) < 500


# --- CheckTx ----------------------------------------------------------------------------------


def test_what_could_execute_passes_the_door(rig: Rig) -> None:
    """And passes again at the recheck, as long as nothing changes."""
    raw = opening()
    assert rig.check(raw, raw) == ["", ""]
    assert rig.check(raw, kind=CheckTxType.RECHECK) == [""]


def test_each_refusal_is_a_code(rig: Rig) -> None:
    """The engine shows the text to callers: it is our stable code, nothing else."""
    used = opening(nonce=77)
    rig.decide(used)
    refused = {
        "E_FORMAT": b"junk",
        "E_SIG": forged(),
        "E_NETWORK": opening(network=FOREIGN),
        "E_EXPIRED": opening(valid_until=START - 1),
        "E_EARLY": opening(valid_until=START + LIFETIME + 1),
        "E_MEMBER": opening(signer=stranger()),
        "E_REPLAY": opening(nonce=77),
    }
    assert rig.check(*refused.values()) == list(refused)


def test_who_waits_is_told_what_is_final(rig: Rig) -> None:
    """A nonce that another transaction has used, or a period that is over by block time."""
    replayed, late = opening(nonce=5), opening(valid_until=START + 10)
    waiting = rig.submit(replayed, late)
    rig.decide(opening(nonce=5), time=START + 11)
    assert rig.check(replayed, late, kind=CheckTxType.RECHECK) == ["E_REPLAY", "E_EXPIRED"]
    assert [type(one) for one in answers(waiting)] == [Replayed, Expired]


def test_who_waits_is_not_told_what_may_change(rig: Rig) -> None:
    """A fast clock or a suspended member keeps it out of this mempool, not out of others'."""
    raw = opening(valid_until=START + 10)
    waiting = rig.submit(raw)
    rig.now = START + 11
    assert rig.check(raw) == ["E_EXPIRED"]
    args: dict[str, Value] = {"member": "clerk", "active": False}
    suspend = head(COURT).sign(
        NETWORK, "membership", "set_active", args, nonce=1, valid_until=START + LIFETIME
    )
    rig.now = START
    assert rig.codes(suspend) == ["ok"]
    assert rig.check(raw, kind=CheckTxType.RECHECK) == ["E_MEMBER"]
    assert not waiting.future.done()


def test_a_check_between_execution_and_commit_answers_nobody(rig: Rig) -> None:
    """The nonce is used by the very transaction: its block answers, when it is durable."""
    raw = opening()
    waiting = rig.submit(raw)
    rig.finalize(raw)
    assert rig.check(raw) == ["E_REPLAY"]
    second = rig.submit(raw)
    assert not waiting.future.done()
    rig.replica.commit()
    place = Committed(sha256(raw), 1, 0, 0, "ok")
    assert answers(waiting) == answers(second) == answers(rig.submit(raw)) == [place]


# --- proposals --------------------------------------------------------------------------------


def test_an_honest_proposal_is_accepted_by_a_node_that_knows_nothing(
    rig: Rig, tmp_path: Path
) -> None:
    """Neither mempool nor cache of the one who judges matters (INV-I7, INV-I8)."""
    mempool = [opening(), b"junk", forged(), opening(signer=stranger()), opening()]
    rig.check(*mempool)
    proposal = rig.prepare(*mempool)
    assert proposal == [mempool[0], mempool[4]]
    other = Rig(tmp_path / "other")
    assert other.accepts(*proposal)
    assert rig.accepts(*proposal)
    other.close()


def test_a_rejected_proposal_is_logged_with_its_proposer(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody should ask that organisation why."""
    request = RequestProcessProposal(txs=[b"junk"], height=7, proposer_address=b"\xab" * 20)
    with caplog.at_level(logging.WARNING):
        rig.replica.process_proposal(request)
    assert "height 7" in caplog.text
    assert "ab" * 20 in caplog.text


def test_a_proposal_from_before_1970_is_rejected_not_a_fault(rig: Rig) -> None:
    """A faulty proposer must not be able to stop a node."""
    assert rig.accepts()
    assert not rig.accepts(time=-1_000)


# --- FinalizeBlock and Commit -----------------------------------------------------------------

ANY_BYTES = st.one_of(
    st.binary(max_size=200),
    st.builds(opening, note=st.text(max_size=3)),
    st.builds(lambda cut: opening()[:cut], st.integers(0, 200)),
    st.builds(forged),
    st.just(b"\xd2" * (2**20)),
    st.just(opening(network=FOREIGN)),
    st.just(opening(nonce=1)),
    st.just(opening(valid_until=START - 1)),
    st.just(opening(signer=stranger())),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(blocks=st.lists(st.lists(ANY_BYTES, max_size=6), max_size=3))
def test_any_bytes_get_one_result_each(rig: Rig, blocks: list[list[bytes]]) -> None:
    """Whatever a decided block holds, it is executed, stored, and read back (INV-I2)."""
    for raws in blocks:
        before = rig.application.app_hash
        response = rig.decide(*raws)
        assert len(response.tx_results) == len(raws)
        assert (response.app_hash == before) == (not raws)  # INV-I3
        block = rig.log.block(rig.application.height)
        assert block.transactions == tuple(raws)
        assert [one.data for one in response.tx_results] == [sha256(one) for one in block.entries]
    assert rig.info().last_block_height == rig.application.height


def test_the_same_transaction_takes_effect_once(rig: Rig) -> None:
    """Twice in a block, in two blocks, before and after a restart (INV-I6)."""
    raw = opening()
    assert rig.codes(raw, raw) == ["ok", "E_REPLAY"]
    assert rig.codes(raw) == ["E_REPLAY"]
    rig.close()
    again = Rig(rig.data)
    assert again.application.height == 2
    assert again.check(raw) == ["E_REPLAY"]
    assert not again.accepts(raw)
    assert again.codes(raw) == ["E_REPLAY"]
    again.close()


def test_what_is_forged_has_no_effect_when_it_is_decided(rig: Rig) -> None:
    """Not even on the nonce of the signer it names (INV-I9)."""
    raw = bytearray(opening(nonce=9))
    raw[-1] ^= 1
    assert rig.codes(bytes(raw), opening(nonce=9)) == ["E_SIG", "ok"]


def test_results_hold_a_number_and_a_hash(rig: Rig) -> None:
    """No text that could differ between versions stands in what engines agree on (INV-I4)."""
    response = rig.decide(opening("one"), opening("one"), b"junk", forged())
    assert [one.code for one in response.tx_results] == [0, 1, 1, 1]
    for one in response.tx_results:
        assert {field.name for field, _ in one.ListFields()} <= {"code", "data"}
        assert len(one.data) == 32
    assert {field.name for field, _ in response.ListFields()} == {"tx_results", "app_hash"}


def test_two_replicas_answer_alike_warm_or_cold(rig: Rig, tmp_path: Path) -> None:
    """The cache saves work and changes nothing (INV-I1)."""
    raws = [opening(), b"junk", forged(), opening(signer=stranger())]
    rig.check(*raws)
    other = Rig(tmp_path / "other")
    assert rig.decide(*raws) == other.decide(*raws)
    other.close()


def test_nothing_is_written_before_commit(rig: Rig) -> None:
    """Every file of the data folder is the same, byte by byte (INV-I5)."""
    rig.decide(opening())
    before = rig.contents()
    raw = opening()
    rig.info()
    rig.check(raw)
    rig.prepare(raw)
    rig.accepts(raw)
    rig.finalize(raw)
    assert rig.contents() == before
    rig.replica.commit()
    assert rig.contents() != before


def test_commit_answers_after_the_append_and_names_what_may_be_pruned(rig: Rig) -> None:
    """Promise P1, and the engine's own blocks."""
    raw = opening()
    waiting = rig.submit(raw)
    rig.finalize(raw)
    assert not waiting.future.done()
    assert rig.log.height == 0
    assert rig.replica.commit().retain_height == 0
    assert answers(waiting) == [Committed(sha256(raw), 1, 0, 0, "ok")]
    rig.finalize()
    assert rig.replica.commit().retain_height == 1


def test_nobody_is_answered_when_the_append_fails(rig: Rig) -> None:
    """The caller learns when the node stops that it is not known."""
    waiting = rig.submit(raw := opening())
    rig.finalize(raw)
    rig.log.close()
    with pytest.raises(StorageFailed):
        rig.replica.commit()
    assert not waiting.future.done()


def test_commit_without_execution_is_a_fault(rig: Rig) -> None:
    """The engine has lost its order."""
    with pytest.raises(Halted, match="not executed"):
        rig.replica.commit()


def test_execution_without_commit_between_is_a_fault(rig: Rig) -> None:
    """The same."""
    rig.finalize()
    with pytest.raises(Halted, match="before the next one comes"):
        rig.finalize()


def test_a_block_that_does_not_follow_is_a_fault(rig: Rig) -> None:
    """Heights have no gaps."""
    request = RequestFinalizeBlock(height=2)
    request.time.FromMilliseconds(START)
    with pytest.raises(InvalidBlock):
        rig.replica.finalize_block(request)


def test_misbehaviour_is_logged(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """It is an organisation's validator: people must talk."""
    one = Misbehavior(type="DUPLICATE_VOTE", height=4)
    one.validator.address = b"\xcd" * 20
    request = RequestFinalizeBlock(height=1, misbehavior=[one])
    request.time.FromMilliseconds(START)
    with caplog.at_level(logging.CRITICAL):
        rig.replica.finalize_block(request)
    assert "cd" * 20 in caplog.text


def test_the_engine_is_told_how_validators_change(rig: Rig) -> None:
    """A rotation is the old key's end and the new key's beginning in one list (INV-I11)."""
    organization = ORGANIZATIONS[1]

    def vote(power: int, key: int) -> bytes:
        args: dict[str, Value] = {"organization": organization, "power": power, "key": key}
        return head(organization).sign(
            NETWORK, "membership", METHOD, args, nonce=key, valid_until=START + LIFETIME
        )

    with votes():
        response = rig.decide(vote(POWER + 1, 5))
    changes = {one.pub_key.ed25519: one.power for one in response.validator_updates}
    assert changes == {validator_key(organization): 0, validator_key(organization, 5): POWER + 1}
    assert list(changes) == sorted(changes)
    assert not rig.decide(opening()).validator_updates


# --- the rest ---------------------------------------------------------------------------------


def test_without_snapshots_none_are_given_or_taken(rig: Rig) -> None:
    """The desk decides; the replica hands on."""
    replica = rig.replica
    assert not replica.list_snapshots().snapshots
    assert replica.load_snapshot_chunk(RequestLoadSnapshotChunk(height=1)).chunk == b""
    offered = replica.offer_snapshot(RequestOfferSnapshot())
    assert offered.result == ResponseOfferSnapshot.ABORT
    applied = replica.apply_snapshot_chunk(RequestApplySnapshotChunk())
    assert applied.result == ResponseApplySnapshotChunk.ABORT


def test_engine_times_are_rounded_down_to_milliseconds() -> None:
    """The engine counts nanoseconds; two of its times may be one of ours, never out of order."""
    request = RequestFinalizeBlock()
    request.time.FromNanoseconds(1_700_000_000_123_999_999)
    assert milliseconds(request.time) == 1_700_000_000_123
    request.time.FromNanoseconds(-1)
    with pytest.raises(Malformed):
        milliseconds(request.time)
