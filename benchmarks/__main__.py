# SPDX-License-Identifier: Apache-2.0
"""`make bench`: measure, print, and keep the figures; benchmarks report, they never fail a test."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import (
    call,
    catching_up,
    certificates,
    console,
    consortium,
    deposits,
    documents,
    http_batch,
    pipeline,
    registered,
    report,
    small,
    snapshot,
    stages,
)
from benchmarks.machine import describe

Work = Callable[[Path, argparse.Namespace], Any]

BENCHMARKS: dict[str, Work] = {
    "start_up": lambda _, o: small.start_up(repeat=o.repeat),
    "verification": lambda folder, o: small.verification(folder, repeat=o.repeat),
    "certificates": lambda _, o: certificates.run(repeat=o.repeat),
    "call": lambda _, o: call.run(calls=2_000 if o.quick else 50_000, repeat=o.repeat),
    "log_growth": lambda _, o: small.log_growth(
        (1_000, 100_000) if o.quick else (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
    ),
    "pipeline": lambda folder, o: pipeline.run(
        folder,
        accounts=20_000 if o.quick else 1_000_000,
        batches=5 if o.quick else 60,
        repeat=o.repeat,
    ),
    "http": lambda folder, o: http_batch.run(
        folder,
        accounts=20_000 if o.quick else 1_000_000,
        batches=5 if o.quick else 40,
        repeat=o.repeat,
    ),
    "deposits": lambda folder, o: deposits.run(
        folder, files=500 if o.quick else 10_000, repeat=1 if o.quick else 3
    ),
    "bundles": lambda folder, o: deposits.bundled(folder, bundles=3 if o.quick else 20),
    "console": lambda folder, o: console.run(
        folder, seconds=5 if o.quick else 60, deposits=200 if o.quick else 2_000
    ),
    "documents": lambda folder, o: documents.run(
        folder, size_mib=4 if o.quick else 512, repeat=1 if o.quick else o.repeat
    ),
    "growth": lambda folder, o: [
        _short(pipeline.run(folder, accounts=accounts, batches=40, repeat=3))
        for accounts in _growth_sizes(o)
    ],
    "stages": lambda folder, o: stages.run(
        folder, accounts=20_000 if o.quick else 1_000_000, batches=5 if o.quick else 40
    ),
    "consortium": lambda folder, o: {
        str(count): consortium.run(
            folder,
            organizations=count,
            transactions=2_000 if o.quick else 20_000,
            repeat=1 if o.quick else min(3, o.repeat),
        )
        for count in (1, 4)
    },
    "catching_up": lambda folder, o: catching_up.run(
        folder, transactions=2_000 if o.quick else 60_000, repeat=1 if o.quick else 3
    ),
    "node_start": lambda folder, o: small.node_start(
        folder, accounts=20_000 if o.quick else 1_000_000, transactions=5_000
    ),
    "snapshot": lambda folder, o: snapshot.run(
        folder, accounts=1_000 if o.quick else 10_000, batches=5 if o.quick else 100
    ),
}


def _growth_sizes(options: argparse.Namespace) -> tuple[int, ...]:
    if options.quick:
        return (1_000, 10_000)
    return (10_000, 100_000, 1_000_000, *((10_000_000,) if options.full else ()))


def _short(result: dict[str, Any]) -> dict[str, Any]:
    last = result["rounds"][-1]
    names = ("accounts", "tx_s", "lone", "memory_mib", "store_mib")
    return {name: result[name] for name in names} | {
        "cpu_us_per_tx": last["cpu_us_per_tx"],
        "foreign_cores": [one["foreign_cores"] for one in result["rounds"]],
    }


def main() -> None:
    """Run the benchmarks that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", help=f"comma-separated, of {', '.join(BENCHMARKS)}")
    parser.add_argument("--repeat", type=int, default=5, help="rounds, of which the median counts")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does it work at all")
    parser.add_argument("--full", action="store_true", help="growth up to 10 million keys too")
    parser.add_argument("--folder", type=Path, help="where nodes keep their data meanwhile")
    parser.add_argument("--no-save", action="store_true", help="print only")
    parser.add_argument("--write-docs", action="store_true", help="only put kept figures into docs")
    options = parser.parse_args()
    if options.write_docs:
        report.write_docs()
        return
    names = options.only.split(",") if options.only else list(BENCHMARKS)
    machine = describe()
    with (
        tempfile.TemporaryDirectory(dir=options.folder) as folder,
        registered.bank_registered(Path(folder) / "installed"),
    ):
        for name in names:
            print(f"# {name}", flush=True)
            results = {name: BENCHMARKS[name](Path(folder) / name, options)}
            print(json.dumps(results[name], indent=1), flush=True)
            if not options.no_save:
                report.save(results, machine)


if __name__ == "__main__":
    main()
