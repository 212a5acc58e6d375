# SPDX-License-Identifier: Apache-2.0
"""Runs the torture: `python -m tests.torture [--short] [--only WORD ...]`.

Exits with 1 when a promise was broken, or a planted bug was not caught.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.torture import report
from tests.torture.kit import Row
from tests.torture.plan import Plan, experiments


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--short", action="store_true", help="the form for CI: under 3 minutes")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="groups to run")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--scale", type=float, default=1.0, help="how much of the long form")
    parser.add_argument("--results", type=Path, help="write (or update) this JSON file")
    parser.add_argument("--table", action="store_true", help="print the results as Markdown")
    arguments = parser.parse_args()
    if arguments.table:
        results = arguments.results or Path(__file__).with_name("results.json")
        print(report.table(results), report.site_table(results), sep="\n\n")
        return 0
    subprocess.run(["bash", str(Path(__file__).with_name("install.sh"))], check=False)
    plan = Plan(arguments.short, arguments.processes, arguments.scale)
    rows: list[Row] = []
    started = time.monotonic()
    for group, run in experiments(plan):
        if not arguments.only or group in arguments.only:
            rows += _run(group, run)
            if arguments.results:
                report.save(arguments.results, rows)
    bad = [row for row in rows if row.is_bad]
    absent = [row for row in rows if row.not_run]
    trials = sum(row.trials for row in rows)
    print(f"\n{len(rows)} experiments, {trials} trials, {time.monotonic() - started:.0f} s")
    for row in absent:
        print(f"NOT RUN: {row.name}: {row.not_run}")
    for row in bad:
        print(f"{row.verdict}: {row.name}")
    print("torture FAILED" if bad else "torture passed")
    return 1 if bad else 0


def _run(group: str, run: Callable[[], list[Row]]) -> list[Row]:
    started = time.monotonic()
    try:
        rows = run()
    except Exception as error:  # a harness that breaks must fail the run
        rows = [Row(f"{group}: the harness", violations=[f"{type(error).__name__}: {error}"])]
    seconds = time.monotonic() - started
    for row in rows:
        row.seconds = row.seconds or seconds / len(rows)
        report.show(row)
    return rows


if __name__ == "__main__":
    sys.exit(main())
