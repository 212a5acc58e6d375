# SPDX-License-Identifier: Apache-2.0
"""The checked-in vectors of docs/spec/finality.md are what the script makes, and hold."""

from __future__ import annotations

import base64
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from tallystick import Trust, verify
from tallystick.client.finality_check import check_finality
from tallystick.crypto import verify_signature
from tallystick.errors import InvalidReceipt
from tallystick.merkle import leaf_hash, log_root
from tallystick.model import decode_finality, engine_chain_id, open_cosignatures

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/tallystick/finality.json").read_text(encoding="utf-8"))
TRUST = Trust.of_genesis(bytes.fromhex(VECTORS["genesis"]))


def load_script() -> ModuleType:
    """Return scripts/make_vectors_finality.py as a module."""
    path = ROOT / "scripts/make_vectors_finality.py"
    spec = importlib.util.spec_from_file_location("make_vectors_finality", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_is_what_the_script_makes() -> None:
    """A change of any byte of the formats shows here first (docs/spec)."""
    assert load_script().vectors() == VECTORS


def test_names_follow_from_the_genesis_document() -> None:
    """Network id and the engine's name of the chain."""
    assert TRUST.network == VECTORS["network"]
    assert engine_chain_id(TRUST.genesis_bytes) == VECTORS["chain_id"]


def test_leaves_lead_to_the_hashes_and_signatures_are_of_the_messages() -> None:
    """With nothing but SHA-256 and Ed25519."""
    engine = VECTORS["engine"]
    for leaves, root in (
        ("header_leaves", "header_hash"),
        ("validator_leaves", "validators_hash"),
    ):
        hashes = [leaf_hash(bytes.fromhex(leaf)) for leaf in engine[leaves]]
        assert log_root(hashes).hex() == engine[root]
    for one in engine["signed"]:
        key, message, signature = (
            bytes.fromhex(one[name]) for name in ("public_key", "message", "signature")
        )
        verify_signature(key, message, signature)
        assert bytes.fromhex(engine["header_hash"]) in message


def test_the_proof_holds_and_its_alterations_do_not() -> None:
    """Each of them decodes: it is the check that refuses."""
    proof = decode_finality(bytes.fromhex(VECTORS["proof"]))
    assert check_finality(proof, VECTORS["chain_id"]).header_hash.hex() == (
        VECTORS["engine"]["header_hash"]
    )
    for data in VECTORS["refused"].values():
        altered = decode_finality(bytes.fromhex(data))
        with pytest.raises(InvalidReceipt):
            check_finality(altered, VECTORS["chain_id"])


def test_histories_lead_to_the_listed_sets() -> None:
    """From genesis, and from an engine start."""
    certificates = [bytes.fromhex(one) for one in VECTORS["history"]["certificates"]]
    history = TRUST.validators_with(certificates)
    assert [{"first_height": s.first_height, "hash": s.hash.hex()} for s in history.sets] == (
        VECTORS["history"]["sets"]
    )
    start = VECTORS["engine_start"]
    solo = Trust.of_genesis(bytes.fromhex(start["genesis"]))
    begun = solo.validators_with([bytes.fromhex(start["certificate"])])
    assert begun.sets[0].first_height == start["first"]


def test_the_receipt_is_a_match_and_the_cosignature_is_the_listed_one() -> None:
    """The whole way, from two texts and the original."""
    found = verify(
        bytes.fromhex(VECTORS["original"]),
        receipt=json.loads(VECTORS["receipt_file"]),
        trust=json.loads(VECTORS["trust_file"]),
    )
    assert found.ok, str(found)
    cosigned = VECTORS["cosigned"]
    keys = [(organization, key) for key, organization in TRUST.log_keys.items()]
    opened = open_cosignatures(
        cosigned["checkpoint"], keys, network=TRUST.network
    )
    assert [(one.organization, one.time) for one in opened] == [
        (cosigned["organization"], cosigned["time"])
    ]


def test_a_receipt_by_a_later_log_key_is_a_match_and_its_alterations_are_not() -> None:
    """Genesis does not list the key; the validators signed the root over its record."""
    later = VECTORS["later_log_key"]
    assert bytes.fromhex(later["public_key"]) not in TRUST.log_keys
    original, receipt = bytes.fromhex(VECTORS["original"]), json.loads(later["receipt_file"])
    found = verify(original, receipt=receipt, trust=TRUST)
    assert found.ok, str(found)
    assert base64.b64decode(receipt["log_key"]).hex() == later["proof"]
    for data in later["refused"].values():
        altered = {**receipt, "log_key": base64.b64encode(bytes.fromhex(data)).decode()}
        again = verify(original, receipt=altered, trust=TRUST)
        assert {check.name for check in again.reasons} == {"receipt_signature", "checkpoint"}


def test_a_trust_file_that_certifies_a_later_log_key_trusts_it_until_it_is_revoked() -> None:
    """The certificates are those listed, and the newest word on a key counts."""
    later = VECTORS["later_log_key"]
    key = bytes.fromhex(later["public_key"])
    files = {name: Trust.parse(one["trust_file"]) for name, one in later["certificates"].items()}
    for name, trust in files.items():
        listed = later["certificates"][name]["certificate"]
        assert [one.hex() for one in trust.log_key_certificates] == [listed]
    assert key in files["registered"].log_keys
    news = files["registered"].with_news(files["revoked"])
    assert key not in news.log_keys
    assert key in news.retired_log_keys
    assert news.with_news(files["registered"]) == news
