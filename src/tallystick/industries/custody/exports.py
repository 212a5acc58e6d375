# SPDX-License-Identifier: Apache-2.0
"""Files to take away: certificates and reports with proofs, day manifests, histories."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from tallystick.contracts import (
    ExtractTakeAway,
    FileTakeAway,
    HistoryTakeAway,
    Label,
    TableReader,
    TakeAway,
    required_record,
)
from tallystick.industries.custody.archive_records import Manifest
from tallystick.industries.custody.fact_names import (
    AUDIT_LABELS,
    DESTRUCTION_LABELS,
    DRILL_LABELS,
    STORAGE_LABELS,
)
from tallystick.industries.custody.facts import (
    audit_facts,
    destruction_facts,
    drill_facts,
    is_destroyed,
    is_over,
    is_stored,
    storage_facts,
)
from tallystick.industries.custody.records import Challenge, Placement
from tallystick.industries.custody.rules import end_of_run
from tallystick.interchange.tables import write_csv

_HEADER: Final = ("manifest", "day", "terminal", "first", "last", "entries", "gaps", "causes")


def manifest_csv(tables: TableReader, manifest: str, _: date) -> bytes:
    """Return a day's numbers by terminal as a CSV file."""
    kept = required_record(tables, "manifests", Manifest, manifest)
    rows = [
        (
            kept.id,
            kept.day.isoformat(),
            run.terminal,
            run.first,
            end_of_run(run) - 1,
            run.entries,
            sum(gap.count for gap in run.gaps),
            "; ".join(f"{gap.first}+{gap.count}: {gap.cause}" for gap in run.gaps),
        )
        for run in kept.terminals
    ]
    return write_csv(_HEADER, rows)


def manifest_json(tables: TableReader, manifest: str, _: date) -> bytes:
    """Return a day's root and numbers as JSON."""
    kept = required_record(tables, "manifests", Manifest, manifest)
    plain: dict[str, Any] = {
        "manifest": kept.id,
        "owner": kept.owner,
        "number": kept.number,
        "day": kept.day.isoformat(),
        "root": kept.root,
        "previous_root": kept.previous,
        "entries": kept.entries,
        "bytes": kept.size,
        "terminals": [
            {
                "terminal": run.terminal,
                "first": run.first,
                "entries": run.entries,
                "gaps": [
                    {"first": gap.first, "count": gap.count, "cause": gap.cause} for gap in run.gaps
                ],
            }
            for run in kept.terminals
        ],
    }
    return (json.dumps(plain, ensure_ascii=False, indent=2) + "\n").encode()


def history_of(tables: TableReader, object_id: str) -> Iterator[tuple[str, str]]:
    """Name the records whose history is an object's: itself, its copies, its challenges."""
    yield "objects", object_id
    for copy in tables.rows("placements", Placement, object=object_id):
        yield "placements", f"{copy.object}/{copy.node}"
    for asked in tables.rows("challenges", Challenge, object=object_id):
        yield "challenges", asked.id


TAKE_AWAYS: Final[Mapping[str, TakeAway]] = MappingProxyType(
    {
        "storage": ExtractTakeAway(
            Label(
                zh="存储证明：地址、副本与时间", en="storage certificate: address, copies, times"
            ),
            "objects",
            storage_facts,
            ("objects", "placements"),
            title=Label(zh="存储证明", en="Storage certificate"),
            labels=STORAGE_LABELS,
            is_ready=is_stored,
        ),
        "destruction": ExtractTakeAway(
            Label(zh="销毁证明", en="certificate of destruction"),
            "objects",
            destruction_facts,
            ("objects", "destructions"),
            title=Label(zh="销毁证明", en="Certificate of destruction"),
            labels=DESTRUCTION_LABELS,
            is_ready=is_destroyed,
        ),
        "audit": ExtractTakeAway(
            Label(zh="档案抽查报告", en="report on an audit of a day"),
            "audits",
            audit_facts,
            ("audits", "manifests"),
            title=Label(zh="档案抽查报告", en="Audit report"),
            labels=AUDIT_LABELS,
        ),
        "drill": ExtractTakeAway(
            Label(zh="恢复演练报告", en="report on a restore drill"),
            "drills",
            drill_facts,
            ("drills", "manifests"),
            title=Label(zh="恢复演练报告", en="Restore drill report"),
            labels=DRILL_LABELS,
            is_ready=is_over,
        ),
        "manifest": FileTakeAway(
            Label(zh="日清单各终端序号（CSV）", en="a day's numbers by terminal (CSV)"),
            "manifests",
            manifest_csv,
        ),
        "manifest-json": FileTakeAway(
            Label(zh="日清单（JSON）", en="a day's root and numbers (JSON)"),
            "manifests",
            manifest_json,
            ".json",
        ),
        "history": HistoryTakeAway(
            Label(
                zh="一个对象的全部事件与经核验的交易回执（ZIP）",
                en="the events and the receipt of every transaction of an object (ZIP)",
            ),
            "objects",
            history_of,
        ),
    }
)
"""What can be taken away, by its name on the command line."""
