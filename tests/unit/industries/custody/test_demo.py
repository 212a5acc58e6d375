# SPDX-License-Identifier: Apache-2.0
"""`tally demo custody`, once, on a real node: every receipt and extract verifies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.client import verify


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
    assert kinds >= {"storage", "audit", "manifest"}
