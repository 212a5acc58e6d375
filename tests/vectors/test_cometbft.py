# SPDX-License-Identifier: Apache-2.0
"""Our bytes for the engine's headers, votes and validator sets are the engine's own."""

from __future__ import annotations

import base64
import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from tallystick.client.finality_check import tree_root, validators_hash
from tallystick.crypto import is_valid_signature
from tallystick.encoding import engine_precommit
from tallystick.model import EngineBlockId, EngineHeader, EngineValidator, in_engine_order

HERE = Path(__file__).parent / "cometbft"
HASHES = (
    "last_commit_hash",
    "data_hash",
    "validators_hash",
    "next_validators_hash",
    "consensus_hash",
    "app_hash",
    "last_results_hash",
    "evidence_hash",
    "proposer_address",
)


def load(name: str) -> Any:
    """Return a file of vectors."""
    return json.loads((HERE / name).read_text(encoding="utf-8"))


PUBLISHED, GENERATED, KVSTORE = load("published.json"), load("generated.json"), load("kvstore.json")


def block_id(listed: dict[str, Any]) -> tuple[bytes, int, bytes]:
    """Return hash, parts and their hash."""
    return (
        bytes.fromhex(listed["hash"]),
        listed["parts_total"],
        bytes.fromhex(listed["parts_hash"]),
    )


def header_of(listed: dict[str, Any]) -> EngineHeader:
    """Return a header as listed; nothing is checked, since some are of no real chain."""
    return EngineHeader(
        block_version=listed["block_version"],
        app_version=listed["app_version"],
        chain_id=listed["chain_id"],
        height=listed["height"],
        seconds=listed["seconds"],
        nanoseconds=listed["nanoseconds"],
        last_block_id=EngineBlockId(*block_id(listed["last_block_id"])),
        **{name: bytes.fromhex(listed[name]) for name in HASHES},
    )


def sign_bytes(listed: dict[str, Any]) -> bytes:
    """Return what a precommit signs."""
    voted = listed.get("block_id")
    return engine_precommit(
        listed["chain_id"],
        listed["height"],
        listed["round"],
        None if voted is None else block_id(voted),
        (listed["seconds"], listed["nanoseconds"]),
    )


def set_of(listed: dict[str, Any]) -> list[EngineValidator]:
    """Return a validator set in the order in which the engine lists it."""
    return [
        EngineValidator(bytes.fromhex(one["public_key"]), one["power"])
        for one in listed["validators"]
    ]


@pytest.mark.parametrize(
    "listed", [PUBLISHED["header"], *GENERATED["headers"]], ids=lambda listed: listed["name"]
)
def test_header_hashes_are_the_engines(listed: dict[str, Any]) -> None:
    """Also of zero times, the first header, and empty fields."""
    assert tree_root(header_of(listed).leaves()).hex() == listed["hash"]


@pytest.mark.parametrize("listed", [*PUBLISHED["precommits"], *GENERATED["precommits"]])
def test_precommits_sign_the_engines_bytes(listed: dict[str, Any]) -> None:
    """Also votes for no block, zero height and round, and the largest of both."""
    assert sign_bytes(listed).hex() == listed["sign_bytes"]


@pytest.mark.parametrize("listed", PUBLISHED["votes_of_no_type"])
def test_votes_of_no_type_differ_by_the_type_alone(listed: dict[str, Any]) -> None:
    """The engine's other published cases, with the type that a precommit has."""
    data = bytes.fromhex(listed["sign_bytes"])
    typed = {**listed, "seconds": -62_135_596_800, "nanoseconds": 0}
    assert sign_bytes(typed) == bytes((data[0] + 2, 0x08, 0x02)) + data[1:]


@pytest.mark.parametrize("listed", GENERATED["validator_sets"], ids=lambda s: len(s["validators"]))
def test_validator_sets_have_the_engines_order_and_hash(listed: dict[str, Any]) -> None:
    """By power, then by address, whatever order they come in."""
    validators = set_of(listed)
    assert [one.address.hex() for one in validators] == [
        one["address"] for one in listed["validators"]
    ]
    assert list(in_engine_order(reversed(validators))) == validators
    assert validators_hash(reversed(validators)).hex() == listed["hash"]


@pytest.mark.parametrize("listed", GENERATED["commits"], ids=lambda c: c["chain_id"])
def test_commits_are_accepted_exactly_when_the_engine_accepts_them(listed: dict[str, Any]) -> None:
    """Absent validators and votes for no block do not count; every signature verifies."""
    validators, power = set_of(listed["set"]), 0
    for validator, one in zip(validators, listed["signatures"], strict=True):
        if one["flag"] == "absent":
            continue
        voted = listed["block_id"] if one["flag"] == "commit" else None
        vote = {**listed, **one, "block_id": voted}
        signature = bytes.fromhex(one["signature"])
        assert is_valid_signature(validator.public_key, sign_bytes(vote), signature)
        power += validator.power if voted else 0
    accepted = 3 * power > 2 * sum(one.power for one in validators)
    assert accepted == listed["accepted"]


def test_generated_commits_are_of_both_kinds() -> None:
    """A file in which all were accepted would prove little."""
    assert {one["accepted"] for one in GENERATED["commits"]} == {True, False}


@pytest.mark.parametrize(
    "block", KVSTORE["blocks"], ids=lambda b: b["signed_header"]["header"]["height"]
)
def test_blocks_of_a_running_engine_verify(block: dict[str, Any]) -> None:
    """Header hash, validator set hash and each signature, as an RPC client gets them."""
    header, commit = block["signed_header"]["header"], block["signed_header"]["commit"]
    last = header["last_block_id"]
    seconds, nanoseconds = moment(header["time"])
    record = EngineHeader(
        block_version=int(header["version"]["block"]),
        app_version=int(header["version"].get("app", 0)),
        chain_id=header["chain_id"],
        height=int(header["height"]),
        seconds=seconds,
        nanoseconds=nanoseconds,
        last_block_id=EngineBlockId(
            bytes.fromhex(last["hash"]),
            last["parts"]["total"],
            bytes.fromhex(last["parts"]["hash"]),
        ),
        **{name: bytes.fromhex(header[name]) for name in HASHES},
    )
    voted = commit["block_id"]
    assert tree_root(record.leaves()).hex().upper() == voted["hash"]
    validators = [
        EngineValidator(base64.b64decode(one["pub_key"]["value"]), int(one["voting_power"]))
        for one in block["validators"]
    ]
    assert validators_hash(validators) == record.validators_hash
    for validator, one in zip(validators, commit["signatures"], strict=True):
        assert validator.address.hex().upper() == one["validator_address"]
        message = engine_precommit(
            record.chain_id,
            int(commit["height"]),
            commit["round"],
            (
                bytes.fromhex(voted["hash"]),
                voted["parts"]["total"],
                bytes.fromhex(voted["parts"]["hash"]),
            ),
            moment(one["timestamp"]),
        )
        signature = base64.b64decode(one["signature"])
        assert is_valid_signature(validator.public_key, message, signature)


def moment(text: str) -> tuple[int, int]:
    """Return seconds and nanoseconds of an RFC 3339 time in UTC with up to nine decimals."""
    whole, _, decimals = text.removesuffix("Z").partition(".")
    time = datetime.datetime.fromisoformat(whole + "+00:00")
    return int(time.timestamp()), int(decimals.ljust(9, "0") or 0)
