# SPDX-License-Identifier: Apache-2.0
"""Logs by other people: notes, tiles, bundles and proofs of a Go-made log and of two real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tallystick.crypto import is_valid_signature
from tallystick.encoding import parse_base64
from tallystick.errors import Corrupted, InvalidCheckpoint, InvalidProof
from tallystick.merkle import LogTree, leaf_hash, verify_consistency, verify_inclusion
from tallystick.model import open_checkpoint, verifier_key

FOLDER: Final = Path(__file__).with_name("c2sp-tlog")
LOG: Final = FOLDER / "tessera-testlog"
VKEY: Final = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
SIZES: Final = range(1, 16)
CHECKPOINTS: Final = sorted(path.name for path in LOG.glob("checkpoint*"))


class Head(NamedTuple):
    """A checkpoint without extension lines, which `open_checkpoint` does not take."""

    origin: str
    size: int
    root: bytes


def open_note(note: str, vkey: str) -> Head:
    """Return the head in a note if the key signed it; this test's own reading of C2SP."""
    name, hint, encoded = vkey.split("+", 2)
    public_key = parse_base64(encoded)[1:]
    body, _, signatures = note.partition("\n\n")
    for line in signatures.splitlines():
        blob = parse_base64(line.removeprefix(f"— {name} "))
        if blob[:4].hex() == hint and is_valid_signature(
            public_key, (body + "\n").encode(), blob[4:]
        ):
            origin, size, root = body.split("\n")
            return Head(origin, int(size), parse_base64(root))
    raise InvalidCheckpoint("not signed by this key")


class Tiles:
    """The published tiles of level 0, by width."""

    def read_tile(self, level: int, index: int, width: int) -> bytes | None:
        """Return the first hashes of the only tile."""
        path = LOG / "tile" / "0" / "000.p" / str(width)
        return path.read_bytes() if (level, index) == (0, 0) else None


def entries(size: int) -> list[bytes]:
    """Return the entries of the published bundle of a width."""
    data = (LOG / "tile" / "entries" / "000.p" / str(size)).read_bytes()
    found = []
    while data:
        count = int.from_bytes(data[:2], "big")
        found.append(data[2 : 2 + count])
        data = data[2 + count :]
    return found


def head_at(size: int) -> Head:
    """Return the published checkpoint of a size."""
    return open_note((LOG / f"checkpoint.{size}").read_text(encoding="utf-8"), VKEY)


def test_our_verifier_key_text_is_the_published_one() -> None:
    """Key type, hint and base64 are put together as the Go programs do (C2SP signed-note)."""
    name, _, encoded = VKEY.split("+", 2)
    assert verifier_key(name, parse_base64(encoded)[1:]) == VKEY


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_every_published_checkpoint_verifies_and_an_altered_one_does_not(name: str) -> None:
    """Seventeen notes of the Go-made log; the last one is there under two names."""
    note = (LOG / name).read_text(encoding="utf-8")
    head = open_note(note, VKEY)
    assert head.origin == "example.com/log/testdata"
    assert head.size == int(name.partition(".")[2] or 15)
    with pytest.raises(InvalidCheckpoint):
        open_note(note.replace(f"\n{head.size}\n", f"\n{head.size + 1}\n"), VKEY)


def test_there_are_seventeen_checkpoints() -> None:
    """So that a lost file is noticed."""
    assert len(CHECKPOINTS) == 17


@pytest.mark.parametrize("size", SIZES)
def test_published_tiles_lead_to_the_published_root(size: int) -> None:
    """The log tree opens foreign tiles and finds the root the Go program signed."""
    tree = LogTree(Tiles(), size, root=head_at(size).root)
    assert tree.root() == head_at(size).root


def test_tiles_do_not_open_under_another_root() -> None:
    """The control: the root is compared, not believed."""
    with pytest.raises(Corrupted):
        LogTree(Tiles(), 7, root=head_at(8).root)


@pytest.mark.parametrize("size", SIZES)
def test_published_entries_hash_to_the_published_leaves(size: int) -> None:
    """Bundles hold, each with its length in two bytes, what the leaves are made of."""
    leaves = b"".join(leaf_hash(entry) for entry in entries(size))
    assert leaves == Tiles().read_tile(0, 0, size)


@pytest.mark.parametrize("size", SIZES)
def test_our_proofs_over_published_tiles_hold_under_published_roots(size: int) -> None:
    """Inclusion of each leaf, consistency from each earlier size; not under another root."""
    tree = LogTree(Tiles(), size)
    head = head_at(size)
    for index, entry in enumerate(entries(size)):
        path = tree.inclusion_proof(index)
        verify_inclusion(leaf_hash(entry), index, size, path, head.root)
        with pytest.raises(InvalidProof):
            verify_inclusion(leaf_hash(entry + b"x"), index, size, path, head.root)
    for older in range(1, size):
        path = tree.consistency_proof(older)
        verify_consistency(older, size, path, head_at(older).root, head.root)
        with pytest.raises(InvalidProof):
            verify_consistency(older, size, path, head.root, head.root)


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_foreign_checkpoint_does_not_pass_for_one_of_ours(name: str) -> None:
    """Our checkpoints bind state and membership too; one without these lines is not ours."""
    note = (LOG / name).read_text(encoding="utf-8")
    public_key = parse_base64(VKEY.split("+", 2)[2])[1:]
    with pytest.raises(InvalidCheckpoint, match="extension lines"):
        open_checkpoint(note, public_key, origin="example.com/log/testdata")


def transcripts() -> list[dict[str, Any]]:
    """Return the witness conversations."""
    text = (FOLDER / "witness-transcripts.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)
    return found


def test_a_witness_would_have_said_the_same_with_our_proofs() -> None:
    """A Sigsum log's checkpoints: what the witness took verifies, what it refused as 422 does not.

    The witness's own rules (unknown log, conflict of sizes) are above the proof and not judged.
    """
    conversation = transcripts()[0]
    public_key = bytes.fromhex(conversation["log_key_hex_ed25519"])
    seen: dict[int, bytes] = {}
    judged = {200: 0, 422: 0}
    for step in conversation["steps"]:
        request, _, note = step["body"].partition("\n\n")
        older = int(request.split("\n")[0].removeprefix("old "))
        path = [parse_base64(line) for line in request.split("\n")[1:]]
        if step["status"] not in judged:
            continue
        origin = note.split("\n")[0]
        head = open_note(note, verifier_key(origin, public_key))
        judged[step["status"]] += 1
        if step["status"] == 422:
            with pytest.raises(InvalidProof):
                verify_consistency(older, head.size, path, seen[older], head.root)
            continue
        if older:
            verify_consistency(older, head.size, path, seen[older], head.root)
        seen[head.size] = head.root
    assert judged == {200: 3, 422: 2}


def test_the_checksum_database_of_go_signs_under_another_name_than_its_origin() -> None:
    """Origin and key name are two things; the largest log there is proves it."""
    conversation = transcripts()[1]
    note = conversation["steps"][0]["body"].partition("\n\n")[2]
    head = open_note(note, conversation["log_vkey"])
    assert head.origin == conversation["origin"] != conversation["log_vkey"].split("+")[0]
    assert head.size == 35_225_469
