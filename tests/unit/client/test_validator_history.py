# SPDX-License-Identifier: Apache-2.0
"""Validator sets are trusted from genesis on, by certificates, and each for its heights only."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tallystick.client import Trust, TrustState
from tallystick.client.validator_history import ValidatorHistory
from tallystick.crypto import SecretKey, sha256
from tallystick.errors import (
    InvalidReceipt,
    Malformed,
    TallystickError,
    UntrustedSigner,
    Unverified,
)
from tallystick.model import (
    Checkpoint,
    EngineStart,
    Transition,
    decode_certificate,
    decode_finality,
    encode_validators,
    engine_chain_id,
    sign_checkpoint,
)
from tests.engine_chain import Chain, Electorate, Roots, digest, engine_start, recorded
from tests.unit.client.mock_node import URL, MockNode
from tests.unit.client.world import BANK, COURT, LOG_KEY, OTHER_LOG_KEY, World, make_genesis, secret

NOTARY = "91110000100000CC3K"
FIRST = Electorate({COURT: secret(600), BANK: secret(601)})
SECOND = Electorate({COURT: secret(602), BANK: secret(601)})
THIRD = Electorate({COURT: secret(602), BANK: secret(601), NOTARY: secret(603)}, {NOTARY: 5})
FOURTH = Electorate({COURT: secret(604), NOTARY: secret(603)})
HEIGHTS = (10, 20, 30)
"""Blocks that brought the changes; the next set is in force from two blocks later."""
GENESIS = msgspec.structs.replace(make_genesis(), validators=FIRST.validators)
CHAIN = Chain(engine_chain_id(GENESIS.encode()))
CHANGES = tuple(
    CHAIN.transition(now, after, height=height)
    for now, after, height in zip(
        (FIRST, SECOND, THIRD), (SECOND, THIRD, FOURTH), HEIGHTS, strict=True
    )
)
CERTIFICATES = tuple(one.encode() for one in CHANGES)


def trust(certificates: tuple[bytes, ...] = ()) -> Trust:
    """Return the trust of the network with a history."""
    return Trust.of_genesis(GENESIS.encode(), certificates)


def hashes(history: ValidatorHistory) -> list[bytes]:
    """Return the sets of a history by hash."""
    return [one.hash for one in history.sets]


def test_genesis_names_the_first_set() -> None:
    """It is in force from the first block on."""
    history = trust().validators
    assert hashes(history) == [FIRST.hash]
    assert history.at(1).hash == history.at(1_000).hash == FIRST.hash
    assert history.at(1).organization(secret(600).public_key) == COURT
    assert history.at(1).organization(secret(999).public_key) is None
    with pytest.raises(UntrustedSigner):
        history.at(0)


def test_a_history_of_three_changes_leads_from_genesis_to_the_newest_set() -> None:
    """Each set is in force from its first height to the next set's."""
    history = trust(CERTIFICATES).validators
    assert hashes(history) == [FIRST.hash, SECOND.hash, THIRD.hash, FOURTH.hash]
    expected = {1: FIRST, 11: FIRST, 12: SECOND, 21: SECOND, 22: THIRD, 31: THIRD, 32: FOURTH}
    assert {height: history.at(height).hash for height in expected} == {
        height: one.hash for height, one in expected.items()
    }
    assert history.at(99).organization(secret(603).public_key) == NOTARY


@pytest.mark.parametrize("known", range(4))
@pytest.mark.parametrize("start", range(3))
def test_a_receipt_may_bring_any_part_that_connects(known: int, start: int) -> None:
    """A tail, an overlap or the whole history leads to the same sets, whatever was known."""
    begun = trust(CERTIFICATES[:known])
    if start <= known:
        assert hashes(begun.validators_with(CERTIFICATES[start:])) == hashes(
            trust(CERTIFICATES).validators
        )
    else:
        with pytest.raises(InvalidReceipt, match="not by the validators in force"):
            begun.validators_with(CERTIFICATES[start:])


def test_certificates_out_of_order_are_refused() -> None:
    """A change is by the set before it."""
    for wrong in ((1, 0, 2), (2,), (0, 2)):
        with pytest.raises(InvalidReceipt):
            trust(tuple(CERTIFICATES[place] for place in wrong))


def test_a_stale_set_cannot_change_the_validators_again() -> None:
    """A set that was replaced names no other successor, before or after it was."""
    evil = Electorate({COURT: secret(666)})
    for height in (5, 10, 11, 40):
        forged = CHAIN.transition(FIRST, evil, height=height).encode()
        with pytest.raises(InvalidReceipt):
            trust(CERTIFICATES).validators_with([forged])


def test_a_second_change_at_a_known_height_is_a_contradiction() -> None:
    """Even when the set in force signed both."""
    other = CHAIN.transition(SECOND, FOURTH, height=HEIGHTS[1]).encode()
    with pytest.raises(InvalidReceipt, match="contradicts"):
        trust(CERTIFICATES).validators_with([other])


def test_a_change_needs_the_quorum_of_the_set_before() -> None:
    """The new set's own signatures count for nothing."""
    before = decode_finality(CHANGES[2].proof)
    few = CHAIN.sign(before.header, THIRD, (0,))
    weak = msgspec.structs.replace(before, commit=few).encode()
    with pytest.raises(InvalidReceipt, match="too few"):
        trust((*CERTIFICATES[:2], msgspec.structs.replace(CHANGES[2], proof=weak).encode()))
    by_itself = CHAIN.transition(FOURTH, SECOND, height=30).encode()
    with pytest.raises(InvalidReceipt, match="not by the validators in force"):
        trust((*CERTIFICATES[:2], by_itself))


def test_a_header_that_changes_nothing_is_no_change() -> None:
    """So a history has one form."""
    with pytest.raises(InvalidReceipt, match="changes nothing"):
        trust((CHAIN.transition(FIRST, FIRST, height=5).encode(),))


def test_the_record_names_the_organisations_and_is_proven() -> None:
    """Nobody can put another name to a validator's key."""
    renamed = [
        msgspec.structs.replace(one, organization=NOTARY if one.organization == BANK else COURT)
        for one in SECOND.validators
    ]
    record = encode_validators(renamed)
    with pytest.raises(InvalidReceipt, match="record does not hold"):
        trust((msgspec.structs.replace(CHANGES[0], record=record).encode(),))


def test_the_record_is_the_set_that_the_header_names() -> None:
    """A record that lags behind the engine is refused."""
    record, root, state_proof = recorded(THIRD.validators)
    proof = decode_finality(CHANGES[0].proof)
    roots = Roots(proof.log_size, proof.log_root, proof.state_root, root)
    other = CHAIN.proof(roots, FIRST, height=10, after=SECOND)
    lagging = Transition(proof=other.encode(), record=record, state_proof=state_proof)
    with pytest.raises(InvalidReceipt, match="names other validators"):
        trust((lagging.encode(),))
    empty, root, state_proof = recorded([])
    roots = Roots(proof.log_size, proof.log_root, proof.state_root, root)
    nobody = CHAIN.proof(roots, FIRST, height=10, after=SECOND)
    with pytest.raises(InvalidReceipt, match="without validators"):
        trust((Transition(proof=nobody.encode(), record=empty, state_proof=state_proof).encode(),))


def test_every_byte_of_a_certificate_matters() -> None:
    """An altered certificate is refused even where the change is known already."""
    known = trust(CERTIFICATES)
    data = CERTIFICATES[0]
    for place in range(0, len(data), 3):
        altered = bytearray(data)
        altered[place] ^= 0x41
        with pytest.raises(Unverified):
            known.validators_with([bytes(altered)])


def test_a_history_is_bounded() -> None:
    """More certificates than any network has are not looked at."""
    with pytest.raises(InvalidReceipt, match="too many"):
        trust().validators_with([b""] * 1_001)


# --- a network that began with one ordering node

SOLO_GENESIS = make_genesis()
SOLO_CHAIN = Chain(engine_chain_id(SOLO_GENESIS.encode()))


def start_certificate(height: int = 50, *, key: SecretKey = LOG_KEY) -> EngineStart:
    """Return the certificate with which one node hands over to validators."""
    _, root, _ = recorded(FIRST.validators)
    network = Trust.of_genesis(SOLO_GENESIS.encode()).network
    head = Checkpoint(network, 7, digest("log"), height, 1_700_000_000_000, digest("state"), root)
    return engine_start(sign_checkpoint(head, key), FIRST.validators)


def test_one_node_hands_over_to_validators_once() -> None:
    """From the block after its last one, the set that its checkpoint proves is in force."""
    start = start_certificate().encode()
    change = SOLO_CHAIN.transition(FIRST, SECOND, height=60).encode()
    history = Trust.of_genesis(SOLO_GENESIS.encode(), [start, change]).validators
    assert [(one.first_height, one.source) for one in history.sets] == [
        (51, "engine_start"),
        (62, "transition"),
    ]
    with pytest.raises(UntrustedSigner):
        history.at(50)
    same = Trust.of_genesis(SOLO_GENESIS.encode(), [start]).validators_with([start, change])
    assert same == history


def test_one_node_cannot_appoint_validators_of_a_network_that_has_some() -> None:
    """One organisation's log key does not outweigh the genesis document or an earlier start."""
    with pytest.raises(TallystickError):
        trust((start_certificate().encode(),))
    begun = Trust.of_genesis(SOLO_GENESIS.encode(), [start_certificate().encode()])
    with pytest.raises(InvalidReceipt, match="engine start"):
        begun.validators_with([start_certificate(40).encode()])
    network = trust().network
    _, root, _ = recorded(SECOND.validators)
    head = Checkpoint(network, 7, digest("log"), 50, 1_700_000_000_000, digest("state"), root)
    own = engine_start(sign_checkpoint(head, LOG_KEY), SECOND.validators)
    with pytest.raises(InvalidReceipt, match="engine start"):
        trust((own.encode(),))


def test_a_stranger_cannot_start_an_engine() -> None:
    """The handing over is signed by a log key of the genesis document."""
    forged = start_certificate(key=OTHER_LOG_KEY).encode()
    with pytest.raises(Unverified):
        Trust.of_genesis(SOLO_GENESIS.encode(), [forged])
    tampered = msgspec.structs.replace(
        start_certificate(), record=encode_validators(SECOND.validators)
    )
    with pytest.raises(InvalidReceipt, match="record does not hold"):
        Trust.of_genesis(SOLO_GENESIS.encode(), [tampered.encode()])


# --- the trust file


def test_a_trust_file_carries_the_history() -> None:
    """What is written is read back, and is checked when it is read."""
    known = trust(CERTIFICATES)
    again = Trust.parse(known.to_json())
    assert again == known
    assert hashes(again.validators) == hashes(known.validators)
    text = known.to_json().replace('"validators": [', '"validators": ["AAAA",')
    with pytest.raises(InvalidReceipt):
        Trust.parse(text)


def test_an_old_trust_file_has_no_history_and_stays_as_it_was() -> None:
    """No list is written where there are no certificates, and an empty one is refused."""
    plain = Trust.of_genesis(make_genesis().encode())
    assert "validators" not in plain.to_json()
    assert not plain.validators.sets
    with pytest.raises(Malformed):
        Trust.parse(plain.to_json().replace('"format"', '"validators": [], "format"'))
    with pytest.raises(Malformed):
        Trust.parse(plain.to_json().replace('"format"', '"validators": [1], "format"'))


def test_a_network_id_of_a_genesis_without_validators_is_unchanged() -> None:
    """The optional field is left out of the bytes while it says nothing."""
    assert b"validators" not in make_genesis().encode()
    assert b"validators" in GENESIS.encode()


def test_genesis_validators_are_of_known_organisations() -> None:
    """A validator of nobody is refused when the document is read."""
    nobody = msgspec.structs.replace(
        GENESIS, validators=Electorate({NOTARY: secret(603)}).validators
    )
    with pytest.raises(Malformed, match="validators refers to what is not listed"):
        Trust.of_genesis(nobody.encode())


def test_certificates_decode_to_what_was_encoded() -> None:
    """Both kinds, and nothing else is one."""
    certificates: list[Transition | EngineStart] = [*CHANGES, start_certificate()]
    for one in certificates:
        assert decode_certificate(one.encode()) == one
    for wrong in (b"", b"\xa0", CHANGES[0].encode()[:-1], CHANGES[0].proof):
        with pytest.raises(InvalidReceipt):
            decode_certificate(wrong)


# --- what a client learns from the nodes it meets


def test_a_trust_takes_only_what_is_new() -> None:
    """Known changes are not listed twice, and a trust that learns nothing is the same."""
    half = trust(CERTIFICATES[:2])
    whole = half.with_history(CERTIFICATES)
    assert whole == trust(CERTIFICATES)
    assert whole.with_history(CERTIFICATES[1:]) is whole
    other = CHAIN.transition(SECOND, FOURTH, height=HEIGHTS[1]).encode()
    with pytest.raises(InvalidReceipt, match="contradicts"):
        half.with_history([other])


def test_a_client_remembers_changes_that_a_node_showed(home: Path) -> None:
    """A later node, or the same one, cannot bring retired validators back."""
    node = MockNode(World(GENESIS))
    wanted = sha256(node.world.transactions[node.world.deposit()]).hex()
    for known in (0, 2, 1, 3):
        node.world.trust = trust(CERTIFICATES[:known])
        with node.net() as net:
            net.receipt(wanted)
        pinned = TrustState(home).trust_at(URL)
        assert pinned is not None
        assert len(pinned.validators.sets) == 1 + max(known, 2 if known == 1 else 0)
    other = CHAIN.transition(THIRD, SECOND, height=HEIGHTS[2]).encode()
    node.world.trust = trust((*CERTIFICATES[:2], other))
    with node.net() as net, pytest.raises(InvalidReceipt, match="contradicts"):
        net.receipt(wanted)
