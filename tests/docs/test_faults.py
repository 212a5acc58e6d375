# SPDX-License-Identifier: Apache-2.0
"""The operator's page about faults of a network shows all counts that were measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from tests.torture import report

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = (ROOT / "docs/operator/faults.md").read_text("utf-8")
RESULTS: Final = ROOT / "tests/faults/results.json"


def test_the_table_on_the_page_is_that_of_the_results() -> None:
    """As `python -m tests.faults --table` prints it."""
    assert report.table(RESULTS) in PAGE


def test_no_promise_was_broken_in_the_results() -> None:
    """And every control was caught."""
    verdicts = {row["verdict"] for row in json.loads(RESULTS.read_text())["experiments"]}
    assert verdicts <= {"held", "caught", "NOT RUN"}
