# SPDX-License-Identifier: Apache-2.0
"""Finality proofs, certificates and validator sets have one spelling and known bounds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tallystick.encoding import decode, encode
from tallystick.errors import InvalidReceipt, InvalidSignature, Malformed
from tallystick.model import (
    EngineBlockId,
    FinalityProof,
    Transition,
    Validator,
    decode_certificate,
    decode_finality,
    decode_genesis,
    decode_validators,
    encode_validators,
    engine_chain_id,
    find_heavy_validator,
    network_id,
)
from tallystick.model.finality import CERTIFICATE_BYTES_MAX, FINALITY_BYTES_MAX
from tallystick.units import TOTAL_POWER_MAX, VALIDATORS_MAX
from tests import factories
from tests.engine_chain import Chain, Electorate, Roots, digest
from tests.factories import BANK, COURT, secret

NOW = Electorate({COURT: secret(600), BANK: secret(601)})
CHAIN = Chain("tallystick-00112233445566778899aabbccddeeff")
PROOF = CHAIN.proof(Roots(8, digest("log")), NOW, height=8)
replace = msgspec.structs.replace


def fields() -> dict[str, Any]:
    """Return the proof's plain value."""
    value: Any = decode(PROOF.encode())
    return dict(value)


def test_a_proof_decodes_to_what_was_encoded() -> None:
    """And knows the ledger height that it proves: one below the header's."""
    assert decode_finality(PROOF.encode()) == PROOF
    assert (PROOF.height, PROOF.header.height) == (8, 9)
    assert PROOF.app_hash == PROOF.header.app_hash


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": True},
        {"log_size": -1},
        {"log_size": True},
        {"log_size": 2**63},
        {"log_root": bytes(31)},
        {"log_root": "A" * 44},
        {"validators": []},
        {"extra": 1},
        {"header": {}},
        {"commit": []},
    ],
)
def test_a_field_that_is_not_of_its_type_is_refused(change: dict[str, Any]) -> None:
    """Numbers as numbers within their range, bytes as bytes of their length, nothing more."""
    with pytest.raises(InvalidReceipt):
        decode_finality(encode({**fields(), **change}))


def test_a_field_left_out_is_refused() -> None:
    """Also the version, which has a default in memory."""
    for name in fields():
        rest = {key: value for key, value in fields().items() if key != name}
        with pytest.raises(InvalidReceipt):
            decode_finality(encode(rest))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("height", 0),
        ("height", 2**63),
        ("chain_id", ""),
        ("chain_id", "x" * 51),
        ("nanoseconds", 1_000_000_000),
        ("seconds", -62_135_596_801),
        ("seconds", 253_402_300_800),
        ("proposer_address", bytes(19)),
        ("app_hash", bytes(8)),
        ("last_block_id", [bytes(32), 1]),
        ("last_block_id", [bytes(32), 1, bytes(32), 1]),
        ("last_block_id", [bytes(32), 1, b""]),
        ("last_block_id", [bytes(20), 1, bytes(20)]),
    ],
)
def test_a_header_field_out_of_range_is_refused(name: str, value: Any) -> None:
    """Whatever the engine could not have in a header."""
    changed = fields()
    changed["header"] = {**changed["header"], name: value}
    with pytest.raises(InvalidReceipt):
        decode_finality(encode(changed))


def test_the_first_header_has_no_block_before_it() -> None:
    """Then the id of the last block is empty as a whole."""
    first = replace(PROOF, header=replace(PROOF.header, last_block_id=EngineBlockId(b"", 0, b"")))
    assert decode_finality(first.encode()) == first


@pytest.mark.parametrize("indices", [(0, 0), (1, 0), (0, 2)])
def test_signatures_are_listed_once_in_order_and_of_validators(indices: tuple[int, ...]) -> None:
    """A duplicate would count its power twice."""
    one = PROOF.commit.signatures[0]
    signatures = tuple(replace(one, index=index) for index in indices)
    wrong = replace(PROOF, commit=replace(PROOF.commit, signatures=signatures))
    with pytest.raises(InvalidReceipt, match=r"commit\.signatures"):
        decode_finality(wrong.encode())


def test_validators_are_listed_once_in_the_engines_order() -> None:
    """Most power first; a key twice, too many, or too much power is refused."""
    first, second = PROOF.validators
    same = replace(first, power=first.power)
    for wrong in ((second, first), (same, first), (replace(first, power=TOTAL_POWER_MAX), second)):
        with pytest.raises(InvalidReceipt, match="validators"):
            decode_finality(replace(PROOF, validators=wrong).encode())
    many = Electorate({f"o{n:04}": secret(10_000 + n) for n in range(VALIDATORS_MAX + 1)})
    with pytest.raises(InvalidReceipt, match=f"1 to {VALIDATORS_MAX} "):
        decode_finality(replace(PROOF, validators=many.ordered).encode())


def test_sizes_are_checked_before_anything_is_decoded() -> None:
    """Larger than any honest one is refused unread."""
    for decoder, most in (
        (decode_finality, FINALITY_BYTES_MAX),
        (decode_certificate, CERTIFICATE_BYTES_MAX),
    ):
        with pytest.raises(InvalidReceipt, match="too large"):
            decoder(bytes(most + 1))


def test_the_largest_honest_proof_is_within_the_bound() -> None:
    """As many validators as there may be, who all signed."""
    one = PROOF.commit.signatures[0]
    keys = Electorate({f"o{n:04}": secret(10_000 + n) for n in range(VALIDATORS_MAX)})
    signatures = tuple(
        replace(one, index=n, seconds=253_402_300_799, nanoseconds=999_999_999)
        for n in range(VALIDATORS_MAX)
    )
    largest = FinalityProof(
        header=PROOF.header,
        commit=replace(PROOF.commit, signatures=signatures),
        validators=tuple(replace(v, power=2**50) for v in keys.ordered),
        log_size=PROOF.log_size,
        log_root=PROOF.log_root,
        state_root=PROOF.state_root,
        membership_root=PROOF.membership_root,
    )
    data = replace(largest, validators=tuple(sorted(largest.validators, key=lambda v: v.address)))
    assert len(data.encode()) < FINALITY_BYTES_MAX
    assert decode_finality(data.encode()) == data


def test_certificates_of_no_known_kind_are_refused() -> None:
    """The kind is part of the bytes."""
    good: Any = decode(Transition(proof=b"", record=b"", state_proof=b"").encode())
    for wrong in ({**good, "kind": "other"}, {**good, "version": 2}, {**good, "more": 1}):
        with pytest.raises(InvalidReceipt):
            decode_certificate(encode(wrong))
    with pytest.raises(InvalidReceipt):
        decode_certificate(encode({key: good[key] for key in good if key != "version"}))
    with pytest.raises(InvalidReceipt, match="nested"):
        decode_certificate(b"\x81" * 40 + b"\x00")


# --- the record of the validator set


@given(
    st.dictionaries(st.text("ABCDEFGH", min_size=1, max_size=4), st.integers(1, 4), max_size=8),
    st.randoms(use_true_random=False),
)
def test_a_validator_set_has_one_record_whatever_the_order(
    powers: dict[str, int], shuffle: Any
) -> None:
    """It is sorted by organisation, and reads back as it was."""
    validators = [
        Validator(organization=name, public_key=secret(700 + n).public_key, power=power)
        for n, (name, power) in enumerate(sorted(powers.items()))
    ]
    assume(find_heavy_validator(tuple(validators)) is None)
    data = encode_validators(validators)
    assert decode_validators(data) == tuple(validators)
    shuffle.shuffle(validators)
    assert encode_validators(validators) == data


def record(*changes: dict[str, object]) -> bytes:
    """Return the record of two validators with changes to each."""
    plain = [
        {"organization": v.organization, "power": v.power, "public_key": v.public_key}
        for v in NOW.validators
    ]
    listed: Any = [{**one, **change} for one, change in zip(plain, changes, strict=True)]
    return encode(listed)


def test_a_validator_record_that_contradicts_itself_is_refused() -> None:
    """One validator an organisation, each key once, power from one."""
    key = NOW.validators[1].public_key
    contradictions: tuple[tuple[dict[str, object], dict[str, object]], ...] = (
        ({"organization": BANK}, {}),
        ({"organization": "z"}, {}),
        ({"public_key": key}, {"public_key": key}),
        ({"power": 0}, {}),
        ({"power": TOTAL_POWER_MAX}, {}),
        ({"power": "1"}, {}),
        ({"more": 1}, {}),
    )
    for changes in contradictions:
        with pytest.raises(Malformed):
            decode_validators(record(*changes))
    with pytest.raises(InvalidSignature) as caught:
        decode_validators(record({"public_key": bytes(32)}, {}))
    assert caught.value.field == "public_key"
    with pytest.raises(Malformed):
        decode_validators(b"\xa0")


def test_a_validator_set_is_bounded() -> None:
    """More than any consortium has is refused."""
    one = {"organization": "", "power": 1, "public_key": NOW.validators[0].public_key}
    many: Any = [{**one, "organization": f"o{n:05}"} for n in range(VALIDATORS_MAX + 1)]
    with pytest.raises(Malformed, match=r"too many|one key"):
        decode_validators(encode(many))


# --- genesis


def test_genesis_with_validators_has_another_id_and_one_spelling() -> None:
    """The field is part of the document when it says something, and left out when not."""
    plain = decode_genesis(factories.GENESIS_BYTES)
    assert plain.encode() == factories.GENESIS_BYTES
    founded = replace(plain, validators=NOW.validators)
    assert decode_genesis(founded.encode()) == founded
    value: Any = decode(factories.GENESIS_BYTES)
    with pytest.raises(Malformed):
        decode_genesis(encode({**value, "validators": []}))
    unsorted = replace(plain, validators=NOW.validators[::-1])
    with pytest.raises(Malformed):
        decode_genesis(unsorted.encode())


def test_the_engines_name_of_a_network_ends_in_the_same_hash() -> None:
    """So that a vote for one network means nothing in another; the engine takes 50 characters."""
    chain_id = engine_chain_id(factories.GENESIS_BYTES)
    network = network_id("testnet", factories.GENESIS_BYTES)
    assert chain_id == "tallystick-" + network.rpartition(".")[2]
    assert len(chain_id) <= 50
