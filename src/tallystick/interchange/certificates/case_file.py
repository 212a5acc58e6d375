# SPDX-License-Identifier: Apache-2.0
"""A record of the ledger as a page: how it stands, how it came about, the files it names; pure.

The page follows from the same file as JSON, which is inside it with the proofs. It bears no seal:
its last page says how anybody checks what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tallystick.crypto import sha256
from tallystick.encoding import format_json
from tallystick.interchange.certificates.facts import Group, Plain
from tallystick.interchange.certificates.glyphs import displayable
from tallystick.interchange.certificates.help import case_help
from tallystick.interchange.certificates.page import cell, ending_of, moment_text, number_of, row
from tallystick.interchange.certificates.records import Attached, Page, Text

CASE_FORMAT: Final = "tallystick.case-file.v1"
CASE_FILE: Final = "case.json"
"""The attachment that the page follows from."""
_ABOUT: Final = "The same case for programs, with its proofs / 供程序读取的同一案卷及其证明"
_TITLE: Final = Text("案卷摘要", "Case file")
_SCAN: Final = Text("扫码打开案卷网页", "Scan to open the page")
_HISTORY: Final = Text("经过", "How it came about")
_FILES: Final = Text("文件", "Files")
_RECORD: Final = Text("记录", "Record")
_SIGNATURES: Final = Text("签署", "Signatures")
_NOBODY: Final = Text("尚未签署", "not yet signed")
_ELSEWHERE: Final = Text("本账本无存证", "not on record here")


def case_page(case: Mapping[str, Any], link: str) -> Page:
    """Return the page of a case.

    Args:
        case: As JSON has it: `network`, `node`, `height`, `made_at_ms`, `title`, `application`,
            `key`, `fields`, `signings`, `timeline`, `files`, and the proofs that only JSON shows.
        link: Address for the QR code.
    """
    content = f"{format_json(dict(case), indent=2)}\n".encode()
    file = Attached(CASE_FILE, content, _ABOUT)
    moment = datetime.fromtimestamp(case["made_at_ms"] / 1000, UTC)
    groups = [_record(case), _signatures(case), _history(case), _files(case)]
    return Page(
        {
            "format": CASE_FORMAT,
            "title": _TITLE._asdict(),
            "subject": displayable(case["key"]),
            "organization": displayable(case["node"]),
            "number": number_of(content),
            "time": [*moment.timetuple()[:6]],
            "head": _head(case, number_of(content)),
            "groups": [one.to_plain() for one in groups if one.rows or one.table],
            "seal": [
                row("附件摘要", "Attachment", sha256(content).hex(), "digest"),
                row(
                    "说明",
                    "Note",
                    "本摘要未加盖签章；附件 case.json 载有记录证明与每笔交易的回执，任何人均可核验，见末页。",
                    english="Without a seal: case.json in it holds the record's proof and every "
                    "receipt, which anybody can check; see the last page.",
                ),
            ],
            "help": case_help(),
            "scan": _SCAN._asdict(),
            **ending_of(link, (file,)),
        },
        (file,),
    )


def _head(case: Mapping[str, Any], number: str) -> list[Plain]:
    title, application = Text(**case["title"]), Text(**case["application"])
    return [
        row("案卷编号", "Case file", number),
        row("应用", "Application", application.zh, english=application.en),
        row("记录", "Record", f"{title.zh} {case['key']}", english=f"{title.en} {case['key']}"),
        row("制作时间", "Made at", moment_text(case["made_at_ms"])),
        row(
            "账本与区块",
            "Ledger and block",
            f"{case['network']}，区块 {case['height']}",
            english=f"{case['network']}, block {case['height']}",
        ),
    ]


def _record(case: Mapping[str, Any]) -> Group:
    rows = [
        row(
            one["label"]["zh"],
            one["label"]["en"],
            displayable(one["text"]["zh"]),
            "digest" if one["is_digest"] else "plain",
            english=displayable(one["text"]["en"]),
        )
        for one in case["fields"]
    ]
    return Group(_RECORD, rows)


def _signatures(case: Mapping[str, Any]) -> Group:
    rows = [
        row(one["name"], one["name"], moment_text(one["at"]))
        if one["at"] is not None
        else row(one["name"], one["name"], _NOBODY.zh, english=_NOBODY.en)
        for one in case["signings"]
    ]
    return Group(_SIGNATURES, rows)


def _history(case: Mapping[str, Any]) -> Group:
    columns = (
        Text("时间", "When"),
        Text("办理人", "By"),
        Text("事项", "What"),
        Text("交易", "Transaction"),
    )
    rows = [
        [
            cell(_same(moment_text(one["time_ms"]))),
            cell(_by(one)),
            cell(Text(**one["sentence"])),
            cell(_same(one["id"])),
        ]
        for one in case["timeline"]
    ]
    return _table(_HISTORY, columns, (7, 8, 14, 8), rows)


def _by(one: Mapping[str, Any]) -> Text:
    name, member = one["organization_name"] or {}, one["member"] or ""
    code = one["organization"] or ""
    return Text(
        f"{name.get('zh', code)} {member}".strip(), f"{name.get('en', code)} {member}".strip()
    )


def _files(case: Mapping[str, Any]) -> Group:
    columns = (Text("名称", "Name"), Text("SHA-256", "SHA-256"), Text("存证", "Deposit"))
    rows = [
        [
            cell(Text(**one["label"])),
            cell(_same(one["sha256"])),
            cell(_ELSEWHERE if one["deposit"] is None else _same(one["deposit"])),
        ]
        for one in case["files"]
    ]
    return _table(_FILES, columns, (8, 14, 8), rows)


def _table(
    title: Text, columns: Sequence[Text], widths: Sequence[int], rows: list[list[Plain]]
) -> Group:
    group = Group(title)
    if rows:
        group.table = {
            "columns": [one._asdict() for one in columns],
            "widths": [*widths],
            "rows": rows,
        }
    return group


def _same(text: str) -> Text:
    return Text(text, text)
