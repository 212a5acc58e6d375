# SPDX-License-Identifier: Apache-2.0
"""A bank's whole day in one directory: 200 branches with 2,000 vouchers and 100 recordings each.

Every line is hashed and numbered, all are anchored as one root, and an audit and a drill look into
them. A branch's lines name one archive, as a CAR file holds many; its bytes are few here.

    python -m tests.unit.industries.custody.whole_day
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from tallystick.contracts import asdict
from tallystick.contracts.parts import BatchTree
from tallystick.industries.custody import ManifestEntry, entry_digest
from tests.unit.industries.custody.invariants import check_all
from tests.unit.industries.custody.scene import AUDITOR, OWNER, Scene


def run(*, branches: int, lines: int) -> Scene:
    """Anchor a day, look into it, hold every invariant; return the ledger with its records."""
    scene = Scene()
    scene.terminals(branches)
    entries, runs = [], []
    for branch in range(branches):
        archive, terminal = scene.stored(f"archive-{branch}"), f"t{branch}"
        # A number was given and not used, and its cause is known.
        gap = {"first": lines // 2 + 1, "count": 1, "cause": "printed twice"}
        numbers = [at for at in range(1, lines + 2) if at != gap["first"]]
        entries += [scene.entry(terminal, number, archive) for number in numbers]
        runs.append({"terminal": terminal, "first": 1, "entries": lines, "gaps": [gap]})
    tree = BatchTree([entry_digest(one) for one in entries])
    size = sum(one.size for one in entries)
    made = {"day": "2026-09-21", "root": tree.root, "size": size, "terminals": runs}
    manifest = scene.ok(OWNER, "anchor_day", **made)
    assert manifest["entries"] == len(entries) == branches * lines
    _look_into(scene, str(manifest["id"]), entries, tree)
    check_all(scene)
    return scene


def _look_into(scene: Scene, day: str, entries: list[ManifestEntry], tree: BatchTree) -> None:
    """Find what an audit draws, one line by its business key, and bring a drawn archive back."""
    wanted = entries[-1].business_key
    audit = scene.ok(AUDITOR, "draw_audit", manifest=day, asked=[wanted])
    indices = sorted({*audit["indices"], len(entries) - 1})
    shown = [_shown(entries, tree, index) for index in indices]
    ended = scene.ok(OWNER, "show_entries", audit=audit["id"], shown=shown)
    assert ended["state"] == "PASSED", ended
    drill = scene.ok(AUDITOR, "draw_drill", manifest=day)
    line = _shown(entries, tree, drill["index"])
    node = scene.record("objects", line["entry"]["object"])["nodes"][0]
    back = {"drill": drill["id"], "shown": line, "node": node, "is_intact": True}
    assert scene.ok(AUDITOR, "report_drill", **back)["state"] == "PASSED"


def _shown(entries: list[ManifestEntry], tree: BatchTree, index: int) -> dict[str, Any]:
    return {"index": index, "entry": asdict(entries[index]), "path": list(tree.path(index))}


def main() -> None:
    """Run a whole day and say what it came to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--branches", type=int, default=200)
    parser.add_argument("--lines", type=int, default=2_100)
    chosen = parser.parse_args()
    began = time.monotonic()
    scene = run(branches=chosen.branches, lines=chosen.lines)
    (day,) = scene.table("manifests").values()
    took = time.monotonic() - began
    print(f"{day['entries']:,} lines under one root; {took:.0f} s; balanced")  # noqa: T201


if __name__ == "__main__":
    main()
