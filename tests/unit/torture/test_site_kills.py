# SPDX-License-Identifier: Apache-2.0
"""Kills are counted, not trials; what cannot be reached is given up and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.torture import site_kills
from tests.torture.kit import Trial, run_trials
from tests.torture.report import save, site_table
from tests.torture.site_kills import TRIALS_MAX, kill_at_sites
from tests.torture.sites import Strike

LOG = "blocks/00000000000000000001.log"
COMES = [Strike("write", LOG, number) for number in range(1, 4)]
COMES_SOMETIMES = [Strike("fdatasync", LOG, number) for number in range(1, 5)]
NEVER = [Strike("unlink", LOG, 1)]


def strike_made_up(numbered: tuple[int, Strike]) -> Trial:
    """Kill, unless the call does not come."""
    _, strike = numbered
    is_hit = strike in COMES or strike in COMES_SOMETIMES[:1]
    return Trial(facts={"killed": int(is_hit)})


@pytest.mark.timeout(300)
def test_each_site_is_struck_until_it_has_its_kills(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Again where a call came before; a site that is never reached stands in the table."""
    monkeypatch.setattr(site_kills, "_kill_at", strike_made_up)
    monkeypatch.setattr(site_kills, "has_strace", lambda: True)
    row = kill_at_sites([*COMES, *COMES_SOMETIMES, *NEVER], 8, 2)
    assert row.sites == {
        "fdatasync segment": (14, 8),
        "unlink segment": (8 * TRIALS_MAX, 0),
        "write segment": (8, 8),
    }
    assert row.facts["killed"] == 16
    save(tmp_path / "results.json", [row])
    assert json.loads((tmp_path / "results.json").read_text())["experiments"][0]["sites"]
    table = site_table(tmp_path / "results.json").splitlines()
    assert table[2:] == [
        "| fdatasync | segment | 14 | 8 |",
        f"| unlink | segment | {8 * TRIALS_MAX} | not reached |",
        "| write | segment | 8 | 8 |",
    ]


@pytest.mark.parametrize("processes", [1, 2, 3, 20])
def test_results_come_in_the_order_of_the_trials(processes: int) -> None:
    """Whatever process did them."""
    found = run_trials(lambda number: Trial(acknowledged=number), range(7), processes=processes)
    assert [trial.acknowledged for trial in found] == list(range(7))
