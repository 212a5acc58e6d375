# SPDX-License-Identifier: Apache-2.0
"""Fixed values: vectors of others for log proofs, and ours for both trees."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from scripts.make_vectors_merkle import vectors
from tallystick.errors import InvalidProof
from tallystick.merkle import (
    StateProof,
    TileKey,
    verify_absence,
    verify_consistency,
    verify_inclusion,
    verify_value,
)
from tests.unit.merkle import reference

VECTORS = Path(__file__).parents[2] / "vectors"
RFC9162 = VECTORS / "merkle-rfc9162"
OURS = VECTORS / "tallystick" / "merkle.json"
CASES = sorted(RFC9162.rglob("*.json"))


def test_all_vectors_are_here() -> None:
    """The numbers that the README beside them states; a lost file would pass unnoticed."""
    kinds = [case.relative_to(RFC9162).parts[0] for case in CASES]
    assert (kinds.count("inclusion"), kinds.count("consistency")) == (64, 63)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(RFC9162)))
def test_a_vector_of_the_standard_is_judged_as_its_authors_say(case: Path) -> None:
    """RFC 9162 vectors of transparency-dev/merkle: `wantErr` says which must be refused."""
    vector = json.loads(case.read_text(encoding="utf-8"))
    path = [b64decode(node) for node in vector["proof"] or []]
    try:
        if "leafIdx" in vector:
            leaf, root = b64decode(vector["leafHash"] or ""), b64decode(vector["root"] or "")
            verify_inclusion(leaf, vector["leafIdx"], vector["treeSize"], path, root)
        else:
            roots = [b64decode(vector[name] or "") for name in ("root1", "root2")]
            verify_consistency(vector["size1"], vector["size2"], path, *roots)
    except InvalidProof:
        assert vector["wantErr"]
    else:
        assert not vector["wantErr"]


def test_our_vectors_are_what_the_script_makes() -> None:
    """Hashes and proof forms never change unnoticed: receipts of old ledgers stay valid."""
    assert OURS.read_text(encoding="utf-8") == vectors()


def test_our_vectors_equal_the_definition() -> None:
    """They are checked against the recursive definitions, not only against our own code."""
    content: dict[str, Any] = json.loads(OURS.read_text(encoding="utf-8"))
    leaves = [reference.digest(b"\x00entry %d" % number) for number in range(70_000)]
    for size, root in content["log"]["roots"].items():
        assert reference.tree_hash(leaves[: int(size)]).hex() == root
    for one in content["log"]["inclusion"]:
        path = reference.path(one["index"], leaves[: one["size"]])
        assert [node.hex() for node in path] == one["path"]
    for one in content["log"]["consistency"]:
        path = reference.proof(one["size1"], leaves[: one["size2"]])
        assert [node.hex() for node in path] == one["path"]
    tiles = reference.tiles(leaves)
    for one in content["log"]["tiles_of_70000"]:
        hashes = tiles[TileKey(one["level"], one["index"])]
        row = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
        assert (len(row), reference.tree_hash(row).hex()) == (one["width"], one["root_of_hashes"])
    for one in content["state"]["states"]:
        items = {b"key %d" % number: b"value %d" % number for number in range(one["keys"])}
        assert reference.state_root(items).hex() == one["root"]
        records = reference.state_records(items)
        hashes_of = {
            prefix.decode(): reference.digest(record).hex() for prefix, record in records.items()
        }
        assert hashes_of == one["record_hashes"]


def test_our_proof_vectors_verify_and_the_refused_ones_do_not() -> None:
    """What another implementation must accept and refuse, as the vectors say."""
    content: dict[str, Any] = json.loads(OURS.read_text(encoding="utf-8"))
    claims = [
        one | {"root": state["root"]}
        for state in content["state"]["states"]
        for one in state["proofs"]
    ]
    assert len(claims) > 30
    for claim in claims:
        check(claim)
    assert len(content["state"]["refused"]) >= 7
    for claim in content["state"]["refused"]:
        with pytest.raises(InvalidProof):
            check(claim)


def check(claim: dict[str, Any]) -> None:
    """Verify one claim of the vectors."""
    levels = [[one["mask"], bytes.fromhex(one["siblings"])] for one in claim["levels"]]
    proof = StateProof.from_value([levels, bytes.fromhex(claim["page"])])
    root, key = bytes.fromhex(claim["root"]), bytes.fromhex(claim["key"])
    if claim["value"] is None:
        verify_absence(root, key, proof)
    else:
        verify_value(root, key, bytes.fromhex(claim["value"]), proof)
