# SPDX-License-Identifier: Apache-2.0
"""What measures the product still fits it: a benchmark that cannot run is noticed here."""

from __future__ import annotations

from pathlib import Path

from benchmarks import stages


def test_the_stages_of_the_budget_are_all_there(tmp_path: Path) -> None:
    """They are functions of the product, wrapped by name; each takes some time."""
    found = stages.run(tmp_path / "world", accounts=100, batches=1)
    assert found["accounts"] == 100
    assert len(found["us_per_tx"]) == 13
    assert set(found["us_per_tx"]) >= {
        "decode transaction",
        "state tree",
        "block log, encode and write",
    }
