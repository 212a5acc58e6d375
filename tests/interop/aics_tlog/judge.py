# SPDX-License-Identifier: Apache-2.0
"""`aics-tlog` judges checkpoint, tiles, entries and proofs by the C2SP specifications."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.interop.verdicts import Case, Refused, judge_all

library = importlib.import_module("aics_tlog")


def require(holds: object, what: str) -> None:
    """Raise unless it holds: this library answers, it does not raise."""
    if not holds:
        raise Refused(what)


def checkpoint(folder: Path, case: Case) -> tuple[int, bytes]:
    """Judge a signed note; return its size and root."""
    note = library.parse_note((folder / case["file"]).read_bytes())
    key = library.parse_vkey(case["vkey"])
    result = library.verify_checkpoint(note, key, expected_origin=key.name)
    require(result.ok, result.error or "not verified")
    return result.size, result.root


def cosigned(folder: Path, case: Case) -> None:
    """Judge a checkpoint with cosignatures of organisations (tlog-cosignature v1)."""
    note = library.parse_note((folder / case["file"]).read_bytes())
    key = library.parse_vkey(case["vkey"])
    witnesses = [library.parse_vkey(one) for one in case["witnesses"]]
    result = library.verify_checkpoint(
        note, key, witnesses, case["quorum"], expected_origin=key.name
    )
    require(result.ok, result.error or "too few cosignatures")


def log(folder: Path, case: Case) -> None:
    """Judge a whole log: tiles against the root, entries against the leaves."""
    size, root = checkpoint(folder, case)
    reader = library.FileSystemTileReader(folder / case["folder"])
    require(library.tree_root_from_tiles(reader, size) == root, "another root")
    report = library.audit_tiles(reader, size, root)
    require(report.size == size and report.bundles, "nothing was read")


def inclusion(_folder: Path, case: Case) -> None:
    """Judge an inclusion proof."""
    leaf, root, path = hashes(case, "leaf", "root")
    require(library.verify_inclusion(leaf, case["index"], case["size"], path, root), "no")


def consistency(_folder: Path, case: Case) -> None:
    """Judge a consistency proof."""
    older, root, path = hashes(case, "root1", "root")
    require(library.verify_consistency(case["size1"], case["size"], older, root, path), "no")


def hashes(case: Case, *names: str) -> tuple[bytes, bytes, list[bytes]]:
    """Return two hashes by name, and the path."""
    first, second = (bytes.fromhex(case[name]) for name in names)
    return first, second, [bytes.fromhex(node) for node in case["path"]]


judge_all(
    "aics-tlog",
    {
        "checkpoint": checkpoint,
        "cosigned": cosigned,
        "log": log,
        "inclusion": inclusion,
        "consistency": consistency,
    },
)
