# SPDX-License-Identifier: Apache-2.0
"""A finality proof is believed only if every part of it follows from the others."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.client.finality_check import Agreement, check_finality, tree_root, validators_hash
from tallystick.errors import InvalidReceipt, TallystickError
from tallystick.model import FinalityProof, decode_finality
from tests.engine_chain import Chain, Electorate, Roots, digest
from tests.factories import secret

CHAIN = Chain("tallystick-00112233445566778899aabbccddeeff")
ROOTS = Roots(8, digest("log"), digest("state"), digest("membership"))


def electorate(count: int = 4, **powers: int) -> Electorate:
    """Return validators a, b, c, ... of ten power each unless told otherwise."""
    return Electorate({chr(97 + n): secret(500 + n) for n in range(count)}, powers)


def check(proof: FinalityProof, chain_id: str = CHAIN.chain_id) -> Agreement:
    """Check a proof as it comes from outside: as bytes."""
    return check_finality(decode_finality(proof.encode()), chain_id)


def test_a_proof_by_all_validators_holds() -> None:
    """It says who signed, and with which power."""
    found = check(CHAIN.proof(ROOTS, electorate(), height=8))
    assert set(found.signers) == {one.public_key for one in electorate().ordered}
    assert (found.power, found.power_total) == (40, 40)


@pytest.mark.parametrize("count", [1, 4, 7, 25])
def test_more_than_two_thirds_are_needed(count: int) -> None:
    """One signature fewer than the quorum is refused, the quorum is enough."""
    now, quorum = electorate(count), 2 * count // 3 + 1
    enough = CHAIN.proof(ROOTS, now, height=8, signers=range(quorum))
    assert len(check(enough).signers) == quorum
    with pytest.raises(InvalidReceipt, match="too few"):
        check(CHAIN.proof(ROOTS, now, height=8, signers=range(quorum - 1)), CHAIN.chain_id)


def test_exactly_two_thirds_are_not_enough() -> None:
    """The rule is more than two thirds, by power and not by count."""
    now = electorate(3)
    with pytest.raises(InvalidReceipt, match="too few"):
        check(CHAIN.proof(ROOTS, now, height=8, signers=(0, 1)))
    heavy = electorate(3, a=100)
    assert check(CHAIN.proof(ROOTS, heavy, height=8, signers=(0,)), CHAIN.chain_id).power == 100


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 2**50), min_size=1, max_size=9),
    st.data(),
)
def test_power_decides_whoever_signs(powers: list[int], data: st.DataObject) -> None:
    """Any choice of signers is accepted exactly when it has more than two thirds of the power."""
    now = electorate(len(powers), **{chr(97 + n): power for n, power in enumerate(powers)})
    signers = sorted(data.draw(st.sets(st.integers(0, len(powers) - 1))))
    proof = CHAIN.proof(ROOTS, now, height=8, signers=signers)
    signed = sum(now.ordered[n].power for n in signers)
    if 3 * signed > 2 * sum(powers):
        assert check(proof).power == signed
    else:
        with pytest.raises(InvalidReceipt, match="too few"):
            check(proof)


def test_every_single_byte_matters() -> None:
    """No byte of a proof can be changed, at any place, in any of these ways (I23)."""
    data = CHAIN.proof(ROOTS, electorate(), height=8).encode()
    for place in range(len(data)):
        for change in (0x01, 0x20, 0x80, 0xFF):
            altered = bytearray(data)
            altered[place] ^= change
            with pytest.raises(InvalidReceipt):
                check_finality(decode_finality(bytes(altered)), CHAIN.chain_id)


def test_a_shortened_or_extended_proof_is_refused() -> None:
    """Cut at any place, or with a byte more, it is no proof."""
    data = CHAIN.proof(ROOTS, electorate(), height=8).encode()
    for cut in range(len(data)):
        with pytest.raises(InvalidReceipt):
            decode_finality(data[:cut])
    with pytest.raises(InvalidReceipt):
        decode_finality(data + b"\0")


def test_a_proof_of_another_chain_is_refused() -> None:
    """The same validators may order two networks; one's commit proves nothing in the other."""
    foreign = Chain("tallystick-ffffffffffffffffffffffffffffffff")
    with pytest.raises(InvalidReceipt, match="another network"):
        check(foreign.proof(ROOTS, electorate(), height=8))
    renamed = msgspec.structs.replace(
        foreign.proof(ROOTS, electorate(), height=8),
        header=CHAIN.header(9, ROOTS, electorate()),
    )
    with pytest.raises(InvalidReceipt, match="does not verify"):
        check(renamed)


@pytest.mark.parametrize(
    "change",
    [
        {"log_size": 9},
        {"log_root": digest("other")},
        {"state_root": digest("other")},
        {"membership_root": digest("other")},
    ],
)
def test_other_roots_are_refused(change: dict[str, object]) -> None:
    """The header's app hash is of these roots only."""
    proof = CHAIN.proof(ROOTS, electorate(), height=8)
    with pytest.raises(InvalidReceipt, match="not that of the roots"):
        check(msgspec.structs.replace(proof, **change))


def _swap(proof: FinalityProof, other: FinalityProof, part: str) -> FinalityProof:
    return msgspec.structs.replace(proof, **{part: getattr(other, part)})


@pytest.mark.parametrize("part", ["header", "commit", "validators"])
def test_parts_of_two_valid_proofs_do_not_mix(part: str) -> None:
    """Each part of one block with the rest of another is refused, at other height or set."""
    proof = CHAIN.proof(ROOTS, electorate(), height=8)
    for other in (
        CHAIN.proof(ROOTS, electorate(5), height=8),
        CHAIN.proof(Roots(9, digest("later")), electorate(5), height=9),
    ):
        with pytest.raises(InvalidReceipt):
            check(_swap(proof, other, part))


def test_a_commit_of_another_height_is_refused() -> None:
    """The signed bytes hold the height."""
    proof = CHAIN.proof(ROOTS, electorate(), height=8)
    later = CHAIN.proof(ROOTS, electorate(), height=9)
    with pytest.raises(InvalidReceipt, match="does not verify"):
        check(_swap(proof, later, "commit"))


def test_a_signature_that_proves_nothing_is_not_carried_along() -> None:
    """Even beside a quorum, an invalid signature is refused: it could name an organisation."""
    proof = CHAIN.proof(ROOTS, electorate(), height=8)
    *others, last = proof.commit.signatures
    forged = msgspec.structs.replace(last, signature=bytes(64))
    commit = msgspec.structs.replace(proof.commit, signatures=(*others, forged))
    with pytest.raises(InvalidReceipt, match="validator 3"):
        check(msgspec.structs.replace(proof, commit=commit))


def test_a_signature_of_a_later_round_does_not_count() -> None:
    """The round is signed: votes of two rounds are not one commit."""
    now = electorate()
    proof = CHAIN.proof(ROOTS, now, height=8)
    other = CHAIN.sign(proof.header, now, round_number=1)
    mixed = msgspec.structs.replace(
        proof.commit, signatures=(*proof.commit.signatures[:3], other.signatures[3])
    )
    with pytest.raises(InvalidReceipt, match="does not verify"):
        check(msgspec.structs.replace(proof, commit=mixed))
    whole = msgspec.structs.replace(proof, commit=other)
    assert check(whole).power == 40


def test_the_engine_orders_validators_by_power_and_then_address() -> None:
    """The hash of a set does not depend on the order in which it is given."""
    now = electorate(7, c=30, f=2)
    ordered = now.ordered
    assert [one.power for one in ordered] == [30, 10, 10, 10, 10, 10, 2]
    equal = ordered[1:-1]
    assert list(equal) == sorted(equal, key=lambda one: one.address)
    assert validators_hash(reversed(ordered)) == tree_root([one.leaf() for one in ordered])


def test_errors_name_the_field() -> None:
    """A refusal says which part was wrong and what was expected."""
    proof = CHAIN.proof(ROOTS, electorate(), height=8)
    with pytest.raises(TallystickError) as caught:
        check(proof, "tallystick-other")
    assert caught.value.field == "finality.header.chain_id"
    assert caught.value.expected == "tallystick-other"
