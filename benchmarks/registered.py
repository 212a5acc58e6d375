# SPDX-License-Identifier: Apache-2.0
"""The benchmark's contract as a package that is installed for as long as the benchmarks run.

A node's views live in a process of their own, which knows contracts by their entry points alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PROJECT: Final = Path(__file__).resolve().parents[1]
_METADATA: Final = "Metadata-Version: 2.1\nName: tallystick-benchmarks\nVersion: 1\n"
_ENTRY_POINTS: Final = "[tallystick.contracts]\nbank = benchmarks.bank:Bank\n"


@contextmanager
def bank_registered(folder: Path) -> Iterator[None]:
    """Let this process and those it starts find the bank's entry point; undone afterwards."""
    information = folder / "tallystick_benchmarks-1.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(_METADATA, encoding="utf-8")
    (information / "entry_points.txt").write_text(_ENTRY_POINTS, encoding="utf-8")
    before = os.environ.get("PYTHONPATH")
    places = [str(folder), str(_PROJECT), *([before] if before else [])]
    os.environ["PYTHONPATH"] = os.pathsep.join(places)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
