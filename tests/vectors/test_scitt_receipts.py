# SPDX-License-Identifier: Apache-2.0
"""Statements and receipts by other people: our arithmetic agrees with theirs, our profile holds."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import cbor2
import pytest

from tallystick.crypto import is_valid_signature
from tallystick.encoding import build_sign1, decode_cbor, encode_cbor, parse_sign1, to_be_signed
from tallystick.errors import InvalidProof, InvalidReceipt, Malformed, TallystickError
from tallystick.merkle import leaf_hash, log_root, node_hash, verify_inclusion
from tallystick.model import (
    decode_log_receipt,
    decode_transaction,
    split_transparent_statement,
    transparent_statement,
)

FOLDER: Final = Path(__file__).with_name("cose-receipts-scitt")
EDDSA: Final = -8
V1: Final = sorted(path.parent.name for path in FOLDER.glob("v1/*/expected.json"))
RECEIPTS: Final = sorted(path.parent.name for path in FOLDER.glob("receipt-v1/*/expected.json"))
ALL_RECEIPTS: Final = sorted(
    str(path.relative_to(FOLDER)) for path in FOLDER.rglob("receipt*.cose")
)


def read(name: str) -> bytes:
    """Return a file of the vectors."""
    return (FOLDER / name).read_bytes()


def expected(name: str) -> dict[str, Any]:
    """Return what the authors say of a vector."""
    found: dict[str, Any] = json.loads(read(f"{name}/expected.json"))
    return found


def public_key(name: str) -> bytes | None:
    """Return the raw Ed25519 key of a PEM file, None if it is of another kind."""
    lines = [line for line in read(name).decode().splitlines() if "-----" not in line]
    encoded = base64.b64decode("".join(lines))
    return encoded[-32:] if encoded[:9] == bytes.fromhex("302a300506032b6570") else None


@cache
def takes_apart(name: str) -> tuple[dict[int, Any], list[Any], bytes | None, bytes, bytes]:
    """Return labels, proofs, payload, protected bytes and signature of a receipt."""
    message: Any = decode_cbor(read(name))
    protected, unprotected, payload, signature = message.value
    labels: dict[int, Any] = cbor2.loads(protected)
    return labels, unprotected[396][-1], payload, protected, signature


def naive_root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Return the root a path leads to (RFC 9162, 2.1.3.2), `InvalidProof` if it does not fit."""
    node, place, last = leaf, index, size - 1
    if not 0 <= index < size:
        raise InvalidProof("outside the tree")
    for sibling in path:
        if not last:
            raise InvalidProof("too long")
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise InvalidProof("too short")
    return node


def check(name: str, entry: bytes, key: bytes | None) -> None:
    """Check a receipt the way RFC 9942 says, with our functions; raise if it does not hold.

    Any of its proofs may be the one for the entry, as the authors have it.
    """
    labels, proofs, payload, protected, signature = takes_apart(name)
    if payload is not None or labels.get(395) != 1 or labels.get(1) != EDDSA or key is None:
        raise InvalidReceipt("not a detached EdDSA receipt over RFC9162_SHA256")
    roots = []
    for proof in proofs:
        match decode_cbor(proof):
            case [int() as size, int() as index, list() as path]:
                roots.append(naive_root(leaf_hash(entry), index, size, path))
                verify_inclusion(leaf_hash(entry), index, size, path, roots[-1])
            case _:
                raise InvalidReceipt("a proof is malformed")
    if not any(is_valid_signature(key, to_be_signed(protected, root), signature) for root in roots):
        raise InvalidReceipt("the signature covers no root")


def test_the_copies_are_the_published_files() -> None:
    """Each file has the digest that its authors published; none is missing."""
    sums = {
        f"{folder}{name.removeprefix(folder)}": digest
        for folder in ("", "receipt-v1/")
        for digest, name in map(str.split, read(f"{folder}SHA256SUMS").decode().splitlines())
    }
    for name, digest in sums.items():
        assert hashlib.sha256(read(name)).hexdigest() == digest, name
    present = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.cose")} - {
        "vcp/vcp-statement.cose"
    }
    assert present <= sums.keys()
    assert (len(V1), len(RECEIPTS), len(ALL_RECEIPTS)) == (8, 16, 25)


@pytest.mark.parametrize("name", V1)
def test_statements_verify_exactly_if_their_authors_say_so(name: str) -> None:
    """Sig_structure and Ed25519 agree with an implementation that shares no line with ours."""
    said = expected(f"v1/{name}")
    message = parse_sign1(read(f"v1/{name}/statement.cose"))
    key = public_key(f"v1/{name}/issuer-key.pub")
    if key is None:
        assert said["protected_header"]["statement"]["alg"] != "EdDSA"
        return
    signed = to_be_signed(message.protected, message.payload or b"")
    assert is_valid_signature(key, signed, message.signature) is said["statement_signature_valid"]


def test_a_statement_from_an_exchange_verifies_and_an_altered_one_does_not() -> None:
    """A third origin, the same Sig_structure."""
    message = parse_sign1(read("vcp/vcp-statement.cose"))
    key = public_key("vcp/vcp-issuer-pub.pem") or b""
    payload = message.payload or b""
    signed = to_be_signed(message.protected, payload)
    assert is_valid_signature(key, signed, message.signature)
    altered = to_be_signed(message.protected, payload.replace(b"XAU", b"XAG"))
    assert not is_valid_signature(key, altered, message.signature)


@pytest.mark.parametrize("name", V1)
def test_receipts_verify_exactly_if_their_authors_say_so(name: str) -> None:
    """Tree, paths, roots and signatures agree; what we do not support is refused (INV-4)."""
    said = expected(f"v1/{name}")
    entry = hashlib.sha256(read(f"v1/{name}/statement.cose")).digest()
    key = public_key(f"v1/{name}/log-key.pub")
    labels = takes_apart(f"v1/{name}/receipt.cose")[0]
    is_ours = labels.get(395) == 1 and labels.get(1) == EDDSA
    holds = True
    try:
        check(f"v1/{name}/receipt.cose", entry, key)
    except TallystickError:
        holds = False
    assert holds is (said["receipt_valid"] and is_ours)


def test_the_published_tree_has_the_published_root_and_path() -> None:
    """The manifest says how the tree of eight was made; ours has the same root and path."""
    said = expected("v1/valid-eddsa")
    label = "scitt-cose test vectors v1 :: valid-eddsa :: filler leaf"
    entries = [hashlib.sha256(f"{label} {number}".encode()).digest() for number in range(8)]
    entries[2] = hashlib.sha256(read("v1/valid-eddsa/statement.cose")).digest()
    leaves = [leaf_hash(entry) for entry in entries]
    assert entries[2].hex() == said["leaf_entry"]
    assert log_root(leaves).hex() == said["reconstructed_root"]
    siblings = [leaves[3], log_root(leaves[:2]), log_root(leaves[4:])]
    assert [node.hex() for node in siblings] == said["inclusion_path"]
    verify_inclusion(leaves[2], 2, 8, siblings, log_root(leaves))


@pytest.mark.parametrize("name", RECEIPTS)
def test_lone_receipts_verify_exactly_if_their_authors_say_so(name: str) -> None:
    """Attached payloads, wrong keys, altered claims and malformed proofs are refused."""
    said = expected(f"receipt-v1/{name}")
    entry = bytes.fromhex(said["leaf_entry_hex"])
    key = public_key(f"receipt-v1/{name}/log-key.pub")
    is_ours = takes_apart(f"receipt-v1/{name}/receipt.cose")[0].get(1) == EDDSA
    holds = True
    try:
        check(f"receipt-v1/{name}/receipt.cose", entry, key)
    except TallystickError:
        holds = False
    assert holds is (said["ok"] and is_ours)


@pytest.mark.parametrize("name", ALL_RECEIPTS)
def test_no_foreign_receipt_passes_for_one_of_ours(name: str) -> None:
    """Without the network as issuer and the log's key id, a receipt is not of our profile."""
    with pytest.raises(InvalidReceipt):
        decode_log_receipt(read(name))


@pytest.mark.parametrize("name", V1)
def test_no_foreign_statement_passes_for_a_transaction(name: str) -> None:
    """Another content type, algorithm or header is refused at the door (spec: admission 1)."""
    with pytest.raises((Malformed, TallystickError)):
        decode_transaction(read(f"v1/{name}/statement.cose"))


def test_a_foreign_receipt_travels_in_a_transparent_statement_unchanged() -> None:
    """Attaching and splitting is byte-exact for statements and receipts of others too."""
    statement, receipt = read("v1/valid-eddsa/statement.cose"), read("v1/valid-eddsa/receipt.cose")
    whole = transparent_statement(statement, receipt)
    assert split_transparent_statement(whole) == (statement, receipt)
    message = parse_sign1(statement)
    attached = encode_cbor({394: [receipt]})
    parts = (message.protected, message.payload, message.signature)
    assert whole == build_sign1(*parts, unprotected=attached)
