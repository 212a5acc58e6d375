# SPDX-License-Identifier: Apache-2.0
"""Figures of a period as a page: tables of figures, of the cells of one, and of alerts; pure.

The page follows from the same figures as JSON, which is inside it. It bears no seal: its last page
says how anybody counts them again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tallystick.crypto import sha256
from tallystick.encoding import format_json
from tallystick.interchange.certificates.facts import Group, Plain
from tallystick.interchange.certificates.glyphs import displayable
from tallystick.interchange.certificates.help import figures_help
from tallystick.interchange.certificates.page import cell, ending_of, moment_text, number_of, row
from tallystick.interchange.certificates.records import Attached, Page, Text

FIGURES_FORMAT: Final = "tallystick.figures-report.v1"
FIGURES_FILE: Final = "figures.json"
"""The attachment that the page follows from."""
_ABOUT: Final = "The same figures for programs / 供程序读取的同一组数字"
_TITLE: Final = Text("监管总览", "Overview of supervision")
_SCAN: Final = Text("扫码打开总览网页", "Scan to open the page")
_FIGURES: Final = Text("指标", "Figures")
_ALERTS: Final = Text("预警", "Alerts")


def figures_page(report: Mapping[str, Any], link: str) -> Page:
    """Return the page of a report.

    Args:
        report: As JSON has it: `network`, `node`, `height`, `made_at_ms`, `period`, and tables
            `figures`, `cells` (of `drawn`) and `alerts` of texts, each with its `columns`.
        link: Address for the QR code.
    """
    content = f"{format_json(dict(report), indent=2)}\n".encode()
    file = Attached(FIGURES_FILE, content, _ABOUT)
    moment = datetime.fromtimestamp(report["made_at_ms"] / 1000, UTC)
    columns = report["columns"]
    drawn = displayable(report["drawn"])
    groups = [
        _table(_FIGURES, columns["figures"], (8, 12, 9, 9, 6), report["figures"]),
        _table(Text(drawn, ""), columns["cells"], (16, 10, 10), report["cells"]),
        _table(_ALERTS, columns["alerts"], (5, 24, 6), report["alerts"]),
    ]
    return Page(
        {
            "format": FIGURES_FORMAT,
            "title": _TITLE._asdict(),
            "subject": displayable(f"{report['period']['begin']} – {report['period']['end']}"),
            "organization": displayable(report["node"]),
            "number": number_of(content),
            "time": [*moment.timetuple()[:6]],
            "head": _head(report, number_of(content)),
            "groups": [one.to_plain() for one in groups if one.table],
            "seal": [
                row("附件摘要", "Attachment", sha256(content).hex(), "digest"),
                row(
                    "说明",
                    "Note",
                    "本报告未加盖签章；数字由账本上的事件得出，任何人均可重新统计，见末页。",
                    english="Without a seal: the figures follow from events on the ledger, and "
                    "anybody can count them again; see the last page.",
                ),
            ],
            "help": figures_help(),
            "scan": _SCAN._asdict(),
            **ending_of(link, (file,)),
        },
        (file,),
    )


def _head(report: Mapping[str, Any], number: str) -> list[Plain]:
    period = report["period"]
    chosen = " ".join(one for one in (report["system"], report["only"]) if one)
    return [
        row("报告编号", "Report", number),
        row("期间", "Period", f"{period['begin']} – {period['end']}"),
        row("对比期间", "Compared with", f"{period['before_begin']} – {period['before_end']}"),
        row("范围", "Extent", displayable(chosen) or "全部", english=displayable(chosen) or "all"),
        row("制作时间", "Made at", moment_text(report["made_at_ms"])),
        row(
            "账本与区块",
            "Ledger and block",
            f"{report['network']}，区块 {report['height']}",
            english=f"{report['network']}, block {report['height']}",
        ),
    ]


def _table(
    title: Text, columns: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]
) -> Group:
    group = Group(title)
    if rows:
        group.table = {
            "columns": [{"zh": one, "en": ""} for one in columns],
            "widths": [*widths],
            "rows": [[cell(_same(one)) for one in texts] for texts in rows],
        }
    return group


def _same(text: str) -> Text:
    shown = displayable(text)
    return Text(shown, shown)
