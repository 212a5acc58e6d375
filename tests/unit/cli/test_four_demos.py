# SPDX-License-Identifier: Apache-2.0
"""Stories of industries on four nodes with four engines, as people run them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tallystick.client import Result, Verification, verify
from tests.processes import processes_of

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.usefixtures("engine_program"),
]


@pytest.mark.parametrize(
    ("story", "told"),
    [
        ("charity", {"donated": 1_000_000, "paid": 900_000, "beneficiaries": 6}),
        ("inventory", {"lent": 144_000_000, "cases": 500, "released": 100}),
        ("preservation", {"paid": 8_000_000, "receipts": 42}),
        ("custody", {"objects": 3, "challenges": 2}),
        ("justice", {"cured": "AG-2026-000001", "case": "CA-2026-000001", "collected": 100_000}),
    ],
    ids=["charity", "inventory", "preservation", "custody", "justice"],
)
def test_a_story_is_told_on_four_nodes(
    tmp_path: Path, story: str, told: dict[str, int | str]
) -> None:
    """Its receipts carry the validators' agreement, come from all four, and verify offline."""
    place = tmp_path / "story"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tallystick.cli", "demo", story, "--network"),
            *("--data", str(place), "--json"),
        ],
        capture_output=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr.decode()
    facts = json.loads(done.stdout)
    assert facts["verified"] is True
    assert {name: facts[name] for name in told} == told
    assert (len(facts["heights"]), len(set(facts["heights"]))) == (4, 1)
    _receipts_are_final(place, facts["receipts"])
    assert not processes_of(place)


def _receipts_are_final(place: Path, count: int) -> None:
    """Check every receipt with the trust file alone."""
    found = [verify(one, trust=place / "trust.json") for one in (place / "receipts").iterdir()]
    assert len(found) == count
    # What a deposit is about is not handed in here; nothing else may be open.
    assert {check.name for one in found for check in one.reasons} <= {"file"}
    assert all(one.result is not Result.NO_MATCH for one in found)
    assert all("of 4 validators signed" in _agreement(one) for one in found)
    answering = {
        one.organization for each in found for one in each.standing if one.role == "answering"
    }
    founders = {path.name.partition(".")[0] for path in place.glob("*.entry.json")}
    assert answering == founders
    assert len(founders) == 4


def _agreement(found: Verification) -> str:
    return next(one.evidence.en for one in found.checks if one.name == "finality")
