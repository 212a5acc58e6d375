# SPDX-License-Identifier: Apache-2.0
"""S7: bits flipped at random over all files of a data folder."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.storage import flips


def flip(folder: Path, seed: int, count: int) -> dict[str, Counter[str]]:
    """Flip bits in a process of its own; return what came of them by kind of file."""
    done = subprocess.run(
        [sys.executable, "-m", flips.__name__, str(folder), str(seed), str(count)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    return {kind: Counter(found) for kind, found in json.loads(done.stdout).items()}


@pytest.mark.parametrize(
    ("seed", "count"),
    [
        pytest.param(1, 70),
        pytest.param(2, 7_000, marks=[pytest.mark.slow, pytest.mark.timeout(3_000)]),
    ],
)
def test_no_flipped_bit_is_ever_returned_as_truth(
    tmp_path: Path, seed: int, count: int, record_property: Callable[[str, object], None]
) -> None:
    """INV-P8: refused, or harmless; and what a reader could miss, the check finds."""
    counts = flip(tmp_path, seed, count)
    record_property("counts", json.dumps(counts))
    total = sum(counts.values(), Counter[str]())
    assert total.total() == count
    assert {"data.mdb", "segment", "committed", "format.json", "genesis.cbor"} == set(counts)
    assert not [found for found in total if found.startswith(flips.WRONG) or "missed" in found]
    assert sum(total[found] for found in total if found.startswith(flips.ABSENT)) <= count / 1_000
    assert counts["segment"][flips.SAME] == 0
    assert counts["genesis.cbor"][flips.SAME] == 0
    assert counts["data.mdb"][flips.REFUSED] > 0
