# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally NAME export`, and of `tally extract`, which checks what it saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

EXPORT_SUMMARY: Final = Text("save a file to take away", "导出可留存的文件")
EXPORT_DETAILS: Final = Text(
    "A file is made from the node's tables; if they do not add up, or a proof or receipt does not "
    "hold, nothing is saved. JSON with its proofs is checked by `tally extract verify`. The "
    "files, each with the table whose key its SUBJECT is:",
    "文件由节点数据表生成；账目不符，或证明、回执不成立时，不保存任何文件。附带证明的 JSON "
    "可用 `tally extract verify` 核验。可导出的文件及其对象（SUBJECT）所属的表：",
)
EXPORT_OPTIONS: Final[Mapping[str, Text]] = {
    "kind": Text("which file; the list is above", "文件种类，见上文"),
    "subject": Text("number of what it is about", "文件对象的编号"),
    "out": Text("where to save it; NAME.pdf for a certificate", "保存位置；以 .pdf 结尾则生成证书"),
    "format": Text(
        "`pdf` for a sealed certificate, `file` for the file itself, whatever the name",
        "`pdf` 为带签章的证书，`file` 为文件本身，与文件名无关",
    ),
}
EXTRACT_COMMANDS: Final[Mapping[str, CommandText]] = {
    "extract": CommandText(
        Text("check extracts from the ledger", "核验链上摘录"),
        ("tally extract verify receipt.json --trust trust.json",),
    ),
    "extract verify": CommandText(
        Text("check extracts, with the trust file alone", "仅凭信任文件核验链上摘录"),
        (
            "tally extract verify receipt.json --trust trust.json",
            "tally extract verify *.extract.json --json",
        ),
        Text(
            "No node is asked. Every record is checked by its proof under the signed checkpoint, "
            "every transaction by its receipt; then the facts are made again from the records, "
            "which needs the contract's package. An extract tells how things were at its height.",
            "不询问任何节点。逐条凭签名检查点核验记录，逐笔核验交易回执，再由记录重新生成摘录内容进行比对"
            "（需安装该合约的软件包）。摘录反映其所载高度时的情况。",
        ),
    ),
}
EXTRACT_OPTIONS: Final[Mapping[str, Text]] = {
    "extract verify:files": Text("extracts", "摘录文件"),
    "extract verify:trust": Text(
        "trust file of the network (default: that of this machine)",
        "网络的信任文件（默认用本机的）",
    ),
}
EXPORT_MESSAGES: Final[Mapping[str, Text]] = {
    "export.no_kind": Text("there is no file {kind}", "没有文件种类 {kind}"),
    "export.no_subject": Text("{table} has no {subject}", "{table} 中没有 {subject}"),
    "export.none": Text("{contract} has no files to take away", "{contract} 没有可导出的文件"),
    "extract.heading": Text(
        "{contract} {kind} {subject}, after block {height} ({time})",
        "{contract} {kind} {subject}，区块 {height} 之后（{time}）",
    ),
    "extract.unreadable": Text("{name}: no extract", "{name}：不是摘录"),
    "extract.records": Text("records", "记录"),
    "extract.records_hold": Text(
        "{count} proven under the signed checkpoint", "{count} 条，均由签名检查点证明"
    ),
    "extract.receipts": Text("transactions", "交易"),
    "extract.receipts_hold": Text("{count} receipts hold", "{count} 份回执成立"),
    "extract.organizations": Text("registered name", "登记名称"),
    "extract.facts": Text("facts", "摘录内容"),
    "extract.facts_hold": Text("they follow from the records", "与记录相符"),
    "extract.facts_differ": Text(
        "they do not follow from the records: {names}", "与记录不符：{names}"
    ),
    "extract.facts_unknown": Text(
        "not made again: {contract} is not installed here", "未比对：本机未安装 {contract}"
    ),
}
