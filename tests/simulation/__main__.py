# SPDX-License-Identifier: Apache-2.0
"""Runs simulations: `python -m tests.simulation [--seeds N] [--start N] [--plants]`.

Exits with 1 at the first seed that breaks a promise, or when a planted bug goes unnoticed.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.network import Counts
from tests.simulation.plants import PLANTS, caught_by
from tests.simulation.runs import run_seed

SHOW_EVERY = 250


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5_000, help="how many")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--plants", action="store_true", help="planted bugs must be noticed")
    arguments = parser.parse_args()
    if arguments.plants:
        return run_plants(arguments.start, arguments.seeds)
    counts = Counts()
    started = time.monotonic()
    for number in range(arguments.seeds):
        seed = arguments.start + number
        try:
            counts.add(run_seed(seed))
        except Exception as fault:  # whatever it is, the seed is what is needed
            print(f"seed {seed} FAILED: {type(fault).__name__}: {fault}")
            print(f"repeat it: python -m tests.simulation --seeds 1 --start {seed}")
            if arguments.seeds == 1:
                raise
            return 1
        if (number + 1) % SHOW_EVERY == 0:
            show(number + 1, counts, time.monotonic() - started)
    show(arguments.seeds, counts, time.monotonic() - started)
    print("simulation passed")
    return 0


def show(done: int, counts: Counts, seconds: float) -> None:
    """Print how far it is."""
    what = ", ".join(f"{value} {name}" for name, value in vars(counts).items())
    print(f"{done} seeds ({60 * done / seconds:.0f} a minute): {what}", flush=True)


def run_plants(start: int, seeds: int) -> int:
    """Run each planted bug until it is noticed."""
    missed = 0
    for plant in PLANTS:
        found = caught_by(plant, range(start, start + seeds))
        print(f"{plant.__name__:32} {found or 'NOT NOTICED'}", flush=True)
        missed += found is None
    print("plants FAILED" if missed else f"all {len(PLANTS)} planted bugs were noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
