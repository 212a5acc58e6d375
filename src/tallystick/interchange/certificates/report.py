# SPDX-License-Identifier: Apache-2.0
"""The report of a verification as a page: what was checked, how, when, by which node; pure.

The page follows from the report as JSON, which is inside it. It bears no seal: it says what one
node found, and its last page says how anybody finds the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tallystick.crypto import sha256
from tallystick.encoding import format_json
from tallystick.interchange.certificates.facts import Group, Plain
from tallystick.interchange.certificates.glyphs import displayable
from tallystick.interchange.certificates.help import report_help
from tallystick.interchange.certificates.page import cell, ending_of, moment_text, number_of, row
from tallystick.interchange.certificates.records import Attached, Page, Text

REPORT_FORMAT: Final = "tallystick.verification-report.v1"
REPORT_FILE: Final = "report.json"
"""The attachment that the page follows from."""
_ABOUT_REPORT: Final = "The same report for programs / 供程序读取的同一报告"
_TITLE: Final = Text("核验报告", "Verification report")
_SCAN: Final = Text("扫码打开核验网页", "Scan to open the page")
_WIDTHS: Final = (9, 7, 24)

_OUTCOMES: Final = {
    "match": Text("一致", "match"),
    "partly checked": Text("部分核验", "partly checked"),
    "no match": Text("不一致", "no match"),
}
_RESULTS: Final = {
    "passed": Text("通过", "holds"),
    "failed": Text("未通过", "does not hold"),
    "skipped": Text("未核验", "not checked"),
}
_METHODS: Final = {
    "original": Text("原件：在持有人处计算哈希", "the original, hashed where it lies"),
    "hash": Text("仅凭哈希", "a hash alone"),
    "receipt": Text("提交的证明文件", "a proof that was handed in"),
}
_ALGORITHMS: Final = {"sha256": "SHA-256", "sm3": "SM3"}
_REASONS: Final = Text(
    "可能的原因：一、从未存证；二、存证之后被改动，哪怕只有一个字节；三、存证于另一个网络。"
    "请向出具该文件的一方查询。",
    "Possible reasons: it was never put on record; it was changed afterwards, if only by one "
    "byte; it is on record in another network. Ask whoever gave it to you.",
)


def report_page(report: Mapping[str, Any], link: str) -> Page:
    """Return the page of a report.

    Args:
        report: As JSON has it: `network`, `node`, `height`, `checked_at_ms`, `result`, `meaning`,
            and `items`, each a checklist with the `name`, `method` and `digest` it was made by.
        link: Address for the QR code.
    """
    content = f"{format_json(dict(report), indent=2)}\n".encode()
    file = Attached(REPORT_FILE, content, _ABOUT_REPORT)
    moment = datetime.fromtimestamp(report["checked_at_ms"] / 1000, UTC)
    groups = [_group(place, item) for place, item in enumerate(report["items"], start=1)]
    return Page(
        {
            "format": REPORT_FORMAT,
            "title": _TITLE._asdict(),
            "subject": displayable(report["network"]),
            "organization": displayable(report["node"]),
            "number": number_of(content),
            "time": [*moment.timetuple()[:6]],
            "head": _head(report, number_of(content)),
            "groups": [one.to_plain() for one in groups],
            "seal": _ground(report, content),
            "help": report_help(),
            "scan": _SCAN._asdict(),
            **ending_of(link, (file,)),
        },
        (file,),
    )


def _head(report: Mapping[str, Any], number: str) -> list[Plain]:
    return [
        row("报告编号", "Report", number),
        _row("结论", "Outcome", _OUTCOMES[report["result"]]),
        row("核验时间", "Checked at", moment_text(report["checked_at_ms"])),
        row("核验节点", "Node", report["node"]),
        row(
            "账本与区块",
            "Ledger and block",
            f"{report['network']}，区块 {report['height']}",
            english=f"{report['network']}, block {report['height']}",
        ),
    ]


def _ground(report: Mapping[str, Any], content: bytes) -> list[Plain]:
    meaning = report["meaning"]
    return [
        row("含义", "Meaning", meaning["zh"], english=meaning["en"]),
        row("附件摘要", "Attachment", sha256(content).hex(), "digest"),
        row(
            "说明",
            "Note",
            "本报告载明上述节点在上述时间的核验结果，未加盖签章；任何人均可重做核验，见末页。",
            english="What the node found at that time, without a seal; anybody can repeat it: "
            "last page.",
        ),
    ]


def _group(place: int, item: Mapping[str, Any]) -> Group:
    """Return one thing that was checked: what it is, how it stands, every check in its order."""
    name = displayable(item["name"]) or _ALGORITHMS[item["algorithm"]]
    group = Group(Text(f"第 {place} 项：{name}", f"item {place}"))
    group.rows.extend(_about(item))
    group.table = {
        "columns": [
            Text("核验项", "Check")._asdict(),
            Text("结果", "Result")._asdict(),
            Text("依据", "Evidence")._asdict(),
        ],
        "widths": [*_WIDTHS],
        "rows": [_line(check) for check in _until_failed(item["checks"])],
    }
    group.note = _REASONS if item["result"] == "no match" else None
    return group


def _about(item: Mapping[str, Any]) -> Iterator[Plain]:
    yield _row("结论", "Outcome", _OUTCOMES[item["result"]])
    yield _row("核验方式", "Method", _METHODS[item["method"]])
    if item["digest"]:
        algorithm = _ALGORITHMS[item["algorithm"]]
        yield row(algorithm, algorithm, item["digest"], "digest")
    if item["result"] == "no match":
        return
    deposit, subject = item["deposit"], item["subject"]
    if deposit is not None:
        yield row("存证编号", "Deposit", deposit["id"])
    if subject is not None:
        code, name = subject["organization"], subject["organization_name"] or {}
        yield row(
            "存证机构",
            "Put on record by",
            f"{name.get('zh', '')} {code}".strip(),
            english=f"{name.get('en', '')} {code}".strip(),
        )
        if subject["block_time_ms"] is not None:
            yield row("存证时间", "Put on record at", moment_text(subject["block_time_ms"]))
        yield row("交易", "Transaction", subject["transaction_id"], "digest")


def _until_failed(checks: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield checks up to the first that failed: what stands after it says nothing."""
    for check in checks:
        yield check
        if check["result"] == "failed":
            return


def _line(check: Mapping[str, Any]) -> list[Plain]:
    result = _RESULTS[check["result"]]
    code = f" {check['code']}" if check["code"] else ""
    return [
        cell(Text(**check["title"])),
        cell(Text(f"{result.zh}{code}", f"{result.en}{code}")),
        cell(Text(**check["evidence"])),
    ]


def _row(zh: str, en: str, value: Text) -> Plain:
    return row(zh, en, value.zh, english=value.en)
