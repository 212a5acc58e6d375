# SPDX-License-Identifier: Apache-2.0
"""How many certificates a second one process makes, and how many it checks."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from tallystick.interchange.certificates import read_sealed, render, set_seal
from tests.certificates import FACTS, NAME, SEAL, page, sealed

_COUNT = 50


def run(*, repeat: int) -> dict[str, Any]:
    """Measure setting and sealing a page of its own each time; opening one and setting it again."""
    render(page())  # fonts are loaded once for a process

    def make(number: int) -> None:
        set_seal(render(page({**FACTS, "number": f"LN-{number}"})), SEAL, NAME)

    def check(_: int) -> None:
        if render(page()) != read_sealed(sealed()).page:
            raise RuntimeError("the page is not the same")

    made = [_per_second(make) for _ in range(repeat)]
    checked = [_per_second(check) for _ in range(repeat)]
    return {
        "made_per_second": round(median(made), 1),
        "checked_per_second": round(median(checked), 1),
        "rounds_made": made,
        "rounds_checked": checked,
    }


def _per_second(work: Callable[[int], None]) -> float:
    started = time.perf_counter()
    for number in range(_COUNT):
        work(number)
    return round(_COUNT / (time.perf_counter() - started), 1)
