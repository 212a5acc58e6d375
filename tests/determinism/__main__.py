# SPDX-License-Identifier: Apache-2.0
"""Runs the history in every variant: `python -m tests.determinism [--count N] [--seed N]`.

Exits with 1 when two processes differ in one byte.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.determinism.variants import difference, run, variants


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="python -m tests.determinism", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="transactions")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    first: list[str] = []
    wrong = 0
    for variant in variants():
        started = time.monotonic()
        lines = run(variant, seed=arguments.seed, count=arguments.count)
        first = first or lines
        found = difference(first, lines)
        wrong += found is not None
        seconds = time.monotonic() - started
        print(f"{variant.name:32} {seconds:6.0f} s  {found or 'the same'}", flush=True)
    took_effect = sum(int(line.split()[4]) for line in first)
    print(
        f"{arguments.count} transactions in {len(first)} blocks, {took_effect} took effect, "
        f"{len(variants())} processes: {'DIFFERENT' if wrong else 'the same bytes at every block'}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
