# SPDX-License-Identifier: Apache-2.0
"""The checked-in snapshot of docs/spec/snapshot.md is what the script makes, and restores."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from tallystick.crypto import sha256
from tallystick.encoding import encode
from tallystick.model import read_snapshot
from tallystick.storage import StagedRestore

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/tallystick/snapshot.json").read_text(encoding="utf-8"))


def test_the_file_is_what_the_script_makes() -> None:
    """A change of any byte of a snapshot shows here first."""
    path = ROOT / "scripts/make_vectors_snapshot.py"
    spec = importlib.util.spec_from_file_location("make_vectors_snapshot", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.vectors() == VECTORS


def test_the_hash_is_what_the_specification_says() -> None:
    """Computed from the words of the page, not by the code under test."""
    chunks = [bytes.fromhex(chunk) for chunk in VECTORS["chunks"]]
    assert b"".join(chunks) == b"".join(map(bytes.fromhex, VECTORS["records"]))
    metadata = b"".join(sha256(chunk) for chunk in chunks)
    assert metadata.hex() == VECTORS["metadata"]
    digest = sha256(encode(["tallystick/snapshot/v1", VECTORS["height"], metadata]))
    assert digest.hex() == VECTORS["hash"]


def test_the_listed_snapshot_restores(tmp_path: Path) -> None:
    """To exactly the app hash that the file names."""
    snapshot = read_snapshot(
        VECTORS["height"],
        len(VECTORS["chunks"]),
        bytes.fromhex(VECTORS["hash"]),
        bytes.fromhex(VECTORS["metadata"]),
    )
    staged = StagedRestore(
        tmp_path, bytes.fromhex(VECTORS["genesis"]), snapshot, in_process=True
    )
    for chunk in VECTORS["chunks"]:
        staged.take(bytes.fromhex(chunk))
    assert staged.block_hash.hex() == VECTORS["block_hash"]
    staged.finish(bytes.fromhex(VECTORS["app_hash"]))
    assert (tmp_path / "restored" / "blocks").is_dir()
