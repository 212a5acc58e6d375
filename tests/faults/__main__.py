# SPDX-License-Identifier: Apache-2.0
"""Runs the faults: `python -m tests.faults [--short] [--only WORD ...]`.

Exits with 1 when a promise was broken, or a planted bug was not caught.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tallystick.consensus.cometbft import check_engine, find_engine
from tests.faults.plan import Plan, experiments
from tests.torture import report
from tests.torture.kit import Row

RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--short", action="store_true", help="the form for CI")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="groups to run")
    parser.add_argument("--scale", type=float, default=1.0, help="how much of the long form")
    parser.add_argument("--results", type=Path, help="write (or update) this JSON file")
    parser.add_argument("--table", action="store_true", help="print the results as Markdown")
    arguments = parser.parse_args()
    if arguments.table:
        print(report.table(arguments.results or RESULTS))
        return 0
    check_engine(find_engine())
    rows: list[Row] = []
    started = time.monotonic()
    for group, run in experiments(Plan(arguments.short, arguments.scale)):
        if not arguments.only or group in arguments.only:
            rows += _run(group, run, is_short=arguments.short)
            if arguments.results:
                report.save(arguments.results, rows)
    bad = [row for row in rows if row.is_bad]
    trials = sum(row.trials for row in rows)
    print(f"\n{len(rows)} experiments, {trials} trials, {time.monotonic() - started:.0f} s")
    for row in bad:
        print(f"{row.verdict}: {row.name}")
    print("faults FAILED" if bad else "faults passed")
    return 1 if bad or not rows else 0


def _run(group: str, run: Callable[[], list[Row]], *, is_short: bool) -> list[Row]:
    started = time.monotonic()
    try:
        rows = run()
    except Exception as error:  # a harness that breaks must fail the run
        traceback.print_exc()
        rows = [Row(f"{group}: the harness", violations=[f"{type(error).__name__}: {error}"])]
    seconds = time.monotonic() - started
    for row in rows:
        row.seconds = row.seconds or seconds / len(rows)
        report.show(row)
        if row.is_bad:
            form = " --short" if is_short else ""
            print(f"            again: python -m tests.faults{form} --only {group}", flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main())
