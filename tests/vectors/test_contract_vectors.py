# SPDX-License-Identifier: Apache-2.0
"""Digests and records of contract versions are what docs/spec/governance.md section 10 says."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from tallystick.crypto import sha256
from tallystick.encoding import Value, decode, encode

ROOT = Path(__file__).resolve().parents[2]
PATH = ROOT / "tests/vectors/tallystick/contract-versions.json"
VECTORS = json.loads(PATH.read_text(encoding="utf-8"))
PLAIN = {"name", "version", "height", "callable_from", "version_before"}


def test_the_file_is_what_the_script_makes() -> None:
    """A change of any byte shows here first."""
    path = ROOT / "scripts/make_vectors_contracts.py"
    spec = importlib.util.spec_from_file_location("make_vectors_contracts", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.vectors() == VECTORS


def test_the_digest_is_what_the_specification_says() -> None:
    """Computed from the words of the page, not by the code under test."""
    listed: list[Value] = [
        [path, sha256(text.encode())] for path, text in sorted(VECTORS["sources"].items())
    ]
    assert sha256(encode(listed)).hex() == VECTORS["digest"]


@pytest.mark.parametrize(
    ("place", "more"),
    [
        (0, set()),
        (1, {"digest"}),
        (2, {"digest", "digest_before", "migration"}),
        (3, {"digest", "migration"}),
    ],
)
def test_fields_that_do_not_apply_are_absent(place: int, more: set[str]) -> None:
    """So what was decided without them keeps its bytes."""
    record = decode(bytes.fromhex(VECTORS["records"][place]))
    assert isinstance(record, dict)
    assert set(record) == PLAIN | more


def test_an_action_names_what_was_voted_and_nothing_else() -> None:
    """The first is as it was before there were digests."""
    actions = [decode(bytes.fromhex(one)) for one in VECTORS["actions"]]
    assert actions[0] == {"type": "activate_contract", "name": "notes", "version": 1, "height": 5}
    assert isinstance(actions[1], dict)
    assert (actions[1]["digest"], actions[1]["migrate_from"]) == (
        bytes.fromhex(VECTORS["digest"]),
        1,
    )
    assert isinstance(actions[2], dict)
    assert "digest" not in actions[2]
