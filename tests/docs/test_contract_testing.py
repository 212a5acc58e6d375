# SPDX-License-Identifier: Apache-2.0
"""The page about testing contracts: its tests pass, in a run of pytest of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from tallystick import testing

DOCS: Final = Path(__file__).resolve().parents[2] / "docs" / "contract-author"
BLOCK: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[str]:
    """Return the Python of a page."""
    return BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))


def test_every_test_of_the_page_passes(tmp_path: Path) -> None:
    """As it stands there, beside the contract of the other page, with the plug-in as installed."""
    (tmp_path / "loans.py").write_text(blocks("first-contract.md")[0], encoding="utf-8")
    tests = blocks("testing.md")
    (tmp_path / "test_loans.py").write_text("\n\n".join(tests), encoding="utf-8")
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    count = "\n".join(tests).count("\ndef test_")
    assert (done.returncode, f"{count} passed" in done.stdout) == (0, True), done.stdout


def test_the_page_names_what_authors_import() -> None:
    """A part of the kit that nobody reads of helps nobody."""
    text = (DOCS / "testing.md").read_text(encoding="utf-8")
    for_the_platform = {"LedgerHarness", "MemoryState", "make_signer", "run"}
    annotations = {"Answer", "Party", "Person", "RandomRun", "Rejection", "Snapshot", "TableView"}
    errors = {"BrokenInvariant", "DifferentOutcome"}
    wanted = set(testing.__all__) - for_the_platform - annotations - errors
    assert sorted(name for name in wanted if name not in text) == []
