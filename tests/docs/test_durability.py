# SPDX-License-Identifier: Apache-2.0
"""The operator's page about durability shows the counts that were measured, all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.torture import report
from tests.torture.plan import KILLS_A_SITE

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = (ROOT / "docs/operator/durability.md").read_text("utf-8")
RESULTS: Final = ROOT / "tests/torture/results.json"


def test_the_tables_on_the_page_are_those_of_the_results() -> None:
    """As `python -m tests.torture --table` prints them."""
    assert report.table(RESULTS) in PAGE
    assert report.site_table(RESULTS) in PAGE


def test_every_site_has_the_kills_that_the_page_claims() -> None:
    """Or is said not to be reached."""
    assert f"at least {KILLS_A_SITE} times" in PAGE
    for row in report.site_table(RESULTS).splitlines()[2:]:
        kills = row.split("|")[4].strip()
        assert kills == "not reached" or int(kills) >= KILLS_A_SITE
