# SPDX-License-Identifier: Apache-2.0
"""Shows the rows of a run, and keeps them as JSON."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Final

from tallystick.units import VERSION
from tests.torture.kit import Row

SHOWN_MAX: Final = 5


def show(row: Row) -> None:
    """Print one row."""
    facts = ", ".join(f"{name} {value}" for name, value in row.facts.items())
    line = f"{row.verdict:<11} {row.name}: {row.trials} trials"
    print(f"{line}{'; ' + facts if facts else ''} ({row.seconds:.0f} s)", flush=True)
    if row.not_run:
        print(f"            {row.not_run}", flush=True)
    if row.is_bad:
        for violation in row.violations[:SHOWN_MAX]:
            print(f"            {violation}", flush=True)


def save(path: Path, rows: list[Row]) -> None:
    """Write the rows; those that the file has and this run did not make stay."""
    known = json.loads(path.read_text()) if path.exists() else {"experiments": []}
    by_name = {row["name"]: row for row in known["experiments"]}
    by_name.update({row.name: _plain(row) for row in rows})
    record = {
        "version": VERSION,
        "machine": {
            "kernel": platform.release(),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
        },
        "experiments": list(by_name.values()),
    }
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def _plain(row: Row) -> dict[str, object]:
    return {
        "name": row.name,
        "verdict": row.verdict,
        "trials": row.trials,
        "facts": row.facts,
        **({"sites": row.sites} if row.sites else {}),
        "violations": len(row.violations) if row.must_catch else row.violations,
        "not_run": row.not_run,
        "seconds": round(row.seconds, 1),
    }


def table(path: Path) -> str:
    """Return the rows of a file as a Markdown table, experiments first, then controls."""
    known = json.loads(path.read_text())["experiments"]
    lines = ["| experiment | trials | counts | verdict |", "|---|---|---|---|"]
    for row in sorted(known, key=lambda row: row["name"].startswith(("control", "limit"))):
        facts = dict(row["facts"])
        if row["name"].startswith("control"):
            facts = {name: count for name, count in facts.items() if name == "silent"}
        counts = ", ".join(f"{name} {count:,}" for name, count in facts.items() if count)
        verdict = row["not_run"] or row["verdict"]
        lines.append(f"| {row['name']} | {row['trials']:,} | {counts} | {verdict} |")
    return "\n".join(lines)


def site_table(path: Path) -> str:
    """Return the kills at each site as a Markdown table; a site that was never hit says so."""
    lines = ["| call | file | trials | kills |", "|---|---|---|---|"]
    for row in json.loads(path.read_text())["experiments"]:
        for site, (trials, kills) in row.get("sites", {}).items():
            call, file = site.split(" ", 1)
            lines.append(f"| {call} | {file} | {trials} | {kills or 'not reached'} |")
    return "\n".join(lines)
