# SPDX-License-Identifier: Apache-2.0
"""The log as C2SP tiles: a stranger's client can rebuild and check it from these alone."""

from __future__ import annotations

from base64 import b64decode

import pytest

from tallystick.api.tiles import format_tile_index, parse_tile_path
from tallystick.encoding import decode
from tallystick.errors import NotFound
from tallystick.merkle import leaf_hash, log_root, verify_consistency, verify_inclusion
from tallystick.merkle import verify_absence as verify_state_absence
from tallystick.merkle import verify_value as verify_state_value
from tallystick.merkle.state_proofs import StateProof
from tallystick.model import open_checkpoint
from tests.factories import LOG_KEY, NETWORK
from tests.unit.api.caller import Caller
from tests.unit.api.fake_node import FakeNode, deposit


def split_bundle(bundle: bytes) -> list[bytes]:
    """Cut a bundle of entries as the specification says."""
    entries = []
    while bundle:
        size = int.from_bytes(bundle[:2], "big")
        entries.append(bundle[2 : 2 + size])
        assert len(entries[-1]) == size
        bundle = bundle[2 + size :]
    return entries


def test_the_log_can_be_rebuilt_from_checkpoint_tiles_and_entries(
    caller: Caller, node: FakeNode
) -> None:
    """300 entries: a full tile, a partial one, and one of the level above."""
    for first in range(1, 301, 100):
        node.submit([deposit(number) for number in range(first, first + 100)])
    note = caller.get("/checkpoint")
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    checkpoint = open_checkpoint(note.text, LOG_KEY.public_key, origin=NETWORK)
    assert checkpoint.size == 300
    full, rest = caller.get("/tile/0/000"), caller.get("/tile/0/001.p/44")
    assert len(full.body) == 256 * 32
    assert full.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert full.headers["content-type"] == "application/octet-stream"
    entries = split_bundle(caller.get("/tile/entries/000").body)
    entries += split_bundle(caller.get("/tile/entries/001.p/44").body)
    hashes = [leaf_hash(entry) for entry in entries]
    assert b"".join(hashes) == full.body + rest.body
    assert log_root(hashes) == checkpoint.root
    assert caller.get("/tile/1/000.p/1").body == log_root(hashes[:256])
    # An older, narrower partial tile stays available.
    assert caller.get("/tile/0/001.p/43").body == rest.body[: 43 * 32]


@pytest.mark.parametrize(
    "target",
    [
        "/tile/0/001",
        "/tile/0/000.p/3",
        "/tile/0/000.p/0",
        "/tile/0/000.p/256",
        "/tile/0/000.p/01",
        "/tile/0/000.p/",
        "/tile/0/0",
        "/tile/0/0000",
        "/tile/0/x000/000",
        "/tile/0/000/000",
        "/tile/0/x001/x234",
        "/tile/00/000",
        "/tile/64/000",
        "/tile/-1/000",
        "/tile/1/000",
        "/tile/0/000.p/2/3",
        "/tile/entries/000",
        "/tile/entries/000.p/3",
        "/tile/entries/x00",
        "/tile/data/000",
    ],
)
def test_what_is_not_there_or_not_spelt_so_is_404(
    caller: Caller, node: FakeNode, target: str
) -> None:
    """There is one path for one tile; the log here has two entries."""
    node.submit([deposit(1), deposit(2)])
    assert caller.get(target).status == 404


@pytest.mark.parametrize(
    ("index", "path"),
    [(0, "000"), (7, "007"), (1_000, "x001/000"), (1_234_067, "x001/x234/067")],
)
def test_tile_indexes_are_written_as_in_the_specification(index: int, path: str) -> None:
    """The specification's own example among them."""
    assert format_tile_index(index) == path
    assert parse_tile_path(path) == (index, 256)
    assert parse_tile_path(f"{path}.p/5") == (index, 5)


def test_an_index_with_a_leading_group_of_zeros_is_another_spelling() -> None:
    """And is refused."""
    with pytest.raises(NotFound):
        parse_tile_path("x000/001")


def test_proofs_on_request_hold(caller: Caller, node: FakeNode) -> None:
    """Inclusion and consistency, verified with our own verifier (C3)."""
    node.submit([deposit(1)])
    first = open_checkpoint(caller.get("/checkpoint").text, LOG_KEY.public_key, origin=NETWORK)
    node.submit([deposit(number) for number in range(2, 8)])
    now = open_checkpoint(caller.get("/checkpoint").text, LOG_KEY.public_key, origin=NETWORK)
    entries = split_bundle(caller.get("/tile/entries/000.p/7").body)
    for query in ("index=4&size=7", "index=4"):
        found = caller.get(f"/v1/log/proof/inclusion?{query}").json
        assert (found["leaf_index"], found["size"]) == (4, 7)
        path = [bytes.fromhex(step) for step in found["path"]]
        verify_inclusion(leaf_hash(entries[4]), 4, 7, path, now.root)
    for query in ("from=1&to=7", "from=1"):
        found = caller.get(f"/v1/log/proof/consistency?{query}").json
        path = [bytes.fromhex(step) for step in found["path"]]
        verify_consistency(1, 7, path, first.root, now.root)
    assert caller.get("/v1/log/proof/consistency?from=8").status == 404


def test_state_values_and_absence_are_provable(caller: Caller, node: FakeNode) -> None:
    """Under the state root of the checkpoint that comes along."""
    node.submit([deposit(1)])
    for key, is_present in (("EV-2023-000001", True), ("EV-2023-000002", False)):
        found = caller.get(f"/v1/state/evidence/deposits/{key}/proof").json
        assert found["is_present"] is is_present
        checkpoint = open_checkpoint(found["checkpoint"], LOG_KEY.public_key, origin=NETWORK)
        proof = StateProof.from_value(decode(b64decode(found["proof"])))
        state_key = bytes.fromhex(found["state_key"])
        assert state_key == f"evidence/deposits/{key}".encode()
        if is_present:
            value = b64decode(found["value_base64"])
            verify_state_value(checkpoint.state_root, state_key, value, proof)
            assert found["value"]["title"] == "采购合同 1"
        else:
            verify_state_absence(checkpoint.state_root, state_key, proof)


def test_the_state_of_an_older_height_is_provable(caller: Caller, node: FakeNode) -> None:
    """Under the checkpoint of that height; a deposit is absent before it was made."""
    for number in (1, 2, 3):
        node.submit([deposit(number)])
    path = "/v1/state/evidence/deposits/EV-2023-000002/proof"
    for height in range(4):
        answer = caller.get(f"{path}?height={height}")
        assert "immutable" in answer.headers["cache-control"]
        found = answer.json
        assert found["is_present"] is (height >= 2)
        checkpoint = open_checkpoint(found["checkpoint"], LOG_KEY.public_key, origin=NETWORK)
        assert checkpoint.height == height
        proof = StateProof.from_value(decode(b64decode(found["proof"])))
        key = bytes.fromhex(found["state_key"])
        if found["is_present"]:
            value = b64decode(found["value_base64"])
            verify_state_value(checkpoint.state_root, key, value, proof)
        else:
            verify_state_absence(checkpoint.state_root, key, proof)
    future = caller.get(f"{path}?height=4")
    assert (future.status, future.code) == (404, "E_NOT_FOUND")
    assert caller.get(f"{path}?height=-1").status == 400


def test_a_height_behind_too_much_of_the_log_is_refused(
    caller: Caller, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request must not keep a node busy for long; the newest height costs nothing."""
    monkeypatch.setattr("tallystick.api.proofs.HISTORY_STEPS_MAX", 5)
    node.submit([deposit(1), deposit(2)])
    for number in (3, 4, 5):
        node.submit([deposit(number)])
    path = "/v1/state/evidence/deposits/EV-2023-000001/proof"
    statuses = [caller.get(f"{path}?height={height}").status for height in range(5)]
    assert statuses == [200, 200, 200, 422, 200]
    refused = caller.get(f"{path}?height=3")
    assert (refused.code, refused.json["field"]) == ("E_HISTORY", "height")
    assert "at most 5 entries and blocks" in refused.json["expected"]


def test_keys_of_several_fields_are_reached(caller: Caller, node: FakeNode) -> None:
    """Slashes stand between the fields of a key."""
    node.submit([deposit(1, case_number="c1")])
    from tests.factories import COURT

    found = caller.get(f"/v1/state/evidence/filings/{2:064x}/{COURT}/c1/proof").json
    assert found["is_present"] is True
    assert found["value"]["id"] == "EV-2023-000001"
