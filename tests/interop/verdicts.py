# SPDX-License-Identifier: Apache-2.0
"""How each outside judge goes through the cases: standard library only, for it runs beside theirs.

A judge is a function that raises if it refuses. One line for each case says what the judge said
and what it must say; the exit status is 1 if any verdict was a surprise, or none was given.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Case = dict[str, Any]
Judge = Callable[[Path, Case], object]


class Refused(Exception):
    """The judge's library said no."""


def judge_all(judge_name: str, judges: Mapping[str, Judge]) -> None:
    """Judge every case of a kind that `judges` knows, and end the process."""
    folder = Path(sys.argv[1])
    right = wrong = 0
    for case in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        judge = judges.get(case["kind"])
        if judge is None or judge_name in case.get("not_for", ()):
            continue
        said, why = verdict(judge, folder, case)
        must = "accepted" if case["accept"] else "refused"
        right, wrong = right + (said == must), wrong + (said != must)
        mark = "ok   " if said == must else "WRONG"
        print(f"{mark} {judge_name}: {case['kind']}: {case['name']}, {said}, must be {must}{why}")
    print(f"{judge_name}: {right} passed, {wrong} failed")
    sys.exit(int(wrong > 0 or right == 0))


def verdict(judge: Judge, folder: Path, case: Case) -> tuple[str, str]:
    """Return what a judge says of a case, and why."""
    try:
        judge(folder, case)
    except Exception as error:  # a library may raise whatever it likes for an altered file
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return "refused", f" ({reason[:100]})"
    return "accepted", ""
