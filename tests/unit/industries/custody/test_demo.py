# SPDX-License-Identifier: Apache-2.0
"""`tally demo custody`, once, on a real node: every receipt and extract verifies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tallystick.cli.demo.story_papers import check_papers
from tallystick.client import verify
from tallystick.contracts.parts import BatchTree
from tallystick.errors import Unverified
from tallystick.industries.custody import entry_digest
from tallystick.industries.custody.restoring import entries_of


def test_the_story_ends_with_receipts_and_files_that_verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step has a receipt; certificate, report and manifest are saved."""
    from tallystick.cli.main import main

    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    place = tmp_path / "story"
    assert main(["demo", "custody", "--data", str(place), "--lang", "zh"]) == 0
    receipts = sorted((place / "receipts").iterdir())
    assert len(receipts) > 30
    assert all(verify(one, trust=place / "trust.json").ok for one in receipts)
    kinds = {one.name.partition("-")[0] for one in (place / "files").iterdir()}
    assert kinds == {"storage", "audit", "drill", "manifest", "history"}
    lines = entries_of((place / "originals" / "day.jsonl").read_bytes())
    (day,) = (place / "files").glob("manifest-json-*.json")
    told = json.loads(day.read_bytes())
    root = BatchTree([entry_digest(one) for one in lines]).root
    assert (told["root"], told["entries"]) == (root, len(lines)), "the day is whole"
    with pytest.raises(Unverified):
        _altered(place)


def _altered(place: Path) -> None:
    """Check the files again when one certificate was changed."""
    (paper,) = (place / "files").glob("storage-*.certificate.pdf")
    data = bytearray(paper.read_bytes())
    data[len(data) // 2] ^= 1
    paper.write_bytes(data)
    count = check_papers(place / "files", place / "trust.json")
    assert count > 0
