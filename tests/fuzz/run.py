# SPDX-License-Identifier: Apache-2.0
"""Run one fuzz target under atheris: python -m tests.fuzz.run TARGET --seconds N --corpus DIR ...

Only our own code is instrumented. The first finding ends the run; its input is written to the
folder of findings. `tests/fuzz/run.sh` makes the environment and runs one target after another.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

LENGTH_MAX_DEFAULT = 1_024


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="tests.fuzz.run")
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--findings", type=Path, required=True)
    parser.add_argument("--pass-by", action="append", default=[], help="a rule known to be broken")
    parser.add_argument("corpus", type=Path, nargs="+", help="the first one receives new inputs")
    return parser.parse_args()


def main() -> None:
    """Fuzz until the time is over or something is found."""
    asked = arguments()
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["tallystick", "json"]):
        table = importlib.import_module("tests.fuzz.targets")
    kit = importlib.import_module("tests.fuzz.kit")
    target = table.TARGETS[asked.target]
    counts = {"accepted": 0, "refused": 0, "passed by": 0}

    def run(data: bytes) -> None:
        try:
            accepted = target(data)
        except kit.Violation as violation:
            if violation.rule not in asked.pass_by:
                raise
            counts["passed by"] += 1
            return
        counts["accepted" if accepted else "refused"] += 1
        if not sum(counts.values()) % 10_000:
            # libFuzzer ends the process by itself, so the last of these lines is the figure.
            print(f"COUNTS {asked.target} {counts}", file=sys.stderr, flush=True)

    asked.findings.mkdir(parents=True, exist_ok=True)
    options = [
        sys.argv[0],
        f"-max_total_time={asked.seconds}",
        f"-max_len={table.LENGTH_MAX.get(asked.target, LENGTH_MAX_DEFAULT)}",
        f"-seed={asked.seed}",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        f"-artifact_prefix={asked.findings}/{asked.target}-",
        *map(str, asked.corpus),
    ]
    atheris.Setup(options, run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
