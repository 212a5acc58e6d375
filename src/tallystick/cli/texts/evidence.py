# SPDX-License-Identifier: Apache-2.0
"""Texts of the verbs of `tally evidence` that hand deposits on: matter, package, custody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

_CASE: Final = '"（2026）京0491民初1号"'

EVIDENCE_COMMANDS: Final[Mapping[str, CommandText]] = {
    "evidence matter": CommandText(
        Text("list the deposits of a matter, oldest first", "按时间列出一个事项的存证"),
        (f"tally evidence matter {_CASE}", f"tally evidence matter {_CASE} --json"),
        Text(
            "The ledger numbers the deposits of an organisation in a matter, so one that is left "
            "out shows. The time of capture and the source are claims.",
            "账本对同一机构在同一事项内的存证依次编号，遗漏即可发现。采集时间与来源为存证方声称。",
        ),
    ),
    "evidence package": CommandText(
        Text("pack deposits with originals and proofs", "打包存证、原件与证明"),
        (
            "tally evidence package EV-2026-000001 --files contract.pdf --out bag.zip",
            f"tally evidence package --matter {_CASE} --files ./originals --out bag.zip",
            "tally evidence package EV-2026-000001 --files contract.pdf --form asic --out a.asice",
        ),
        Text(
            "Originals are found below --files by their SHA-256. A bag (BagIt, RFC 8493) holds "
            "each with its receipt, statement, log proof, time-stamp (NAME.tsr), electronic "
            "signature (NAME.p7s) and certificate (NAME.certificate.pdf) if they lie beside it, "
            "the chain of custody, and a page on checking it without us. "
            "`tally verify` and any BagIt tool check it.",
            "在 --files 中按 SHA-256 查找原件。证据包（BagIt，RFC 8493）包含每份原件及其回执、透明声明、"
            "日志证明，原件旁如有时间戳（NAME.tsr）、电子签名（NAME.p7s）与证书（NAME.certificate.pdf）"
            "亦一并收入，"
            "另附监管链与独立核验说明。可用 `tally verify` 或任何 BagIt 工具核验。",
        ),
    ),
    "evidence custody": CommandText(
        Text("write the chain of custody for forensic tools", "导出供鉴定工具使用的监管链"),
        (f"tally evidence custody --matter {_CASE} --out custody.jsonld",),
        Text(
            "CASE 1.5 as JSON-LD. Captures are marked as claimed, deposits as the ledger's.",
            "CASE 1.5（JSON-LD）。采集标明为声称，存证标明为账本记录。",
        ),
    ),
}
EVIDENCE_OPTIONS: Final[Mapping[str, Text]] = {
    "evidence matter:case": Text("number of the case or matter", "案号或事项编号"),
    "evidence package:deposits": Text("numbers of deposits", "存证编号"),
    "evidence package:files": Text("originals, or folders with them", "原件，或其所在目录"),
    "evidence package:out": Text("where to save it", "保存位置"),
    "evidence package:matter": Text("all deposits of this matter", "该事项的全部存证"),
    "evidence package:form": Text(
        "bag: BagIt; asic: ASiC-E container with a time-stamp, and a seal on request",
        "bag：BagIt；asic：含时间戳的 ASiC-E，可加盖签章",
    ),
    "evidence package:authority": Text(
        "address of a time-stamp authority for asic (default: the local one)",
        "asic 所用时间戳机构地址（默认使用本地机构）",
    ),
    "evidence package:seal": Text(
        "set the organisation's seal on an asic container too", "在 asic 容器上加盖机构电子签章"
    ),
    "evidence package:seal_of": Text(
        "whose seal, if several are kept here", "使用哪个机构的签章（保存多个时）"
    ),
    "evidence package:seal_passphrase_file": Text(
        "file with the seal's passphrase; - for standard input",
        "签章口令文件；- 表示标准输入",
    ),
    "evidence custody:deposits": Text("numbers of deposits", "存证编号"),
    "evidence custody:out": Text("where to save it", "保存位置"),
    "evidence custody:matter": Text("all deposits of this matter", "该事项的全部存证"),
}
EVIDENCE_MESSAGES: Final[Mapping[str, Text]] = {
    "package.no_deposits": Text("there is no deposit in {case}", "{case} 中没有存证"),
    "package.no_original": Text("the original of {id} is not at hand", "未找到 {id} 的原件"),
    "deposit.active": Text("{path}: {words}", "{path}：{words}"),
    "deposit.time_stamp": Text(
        "time-stamp {path}, {time}, goes on record with it", "时间戳 {path}（{time}）一并登记"
    ),
    "deposit.signature": Text(
        "electronic signature {path} goes on record with it: {who}",
        "电子签名 {path} 一并登记：{who}",
    ),
    "deposit.capture": Text(
        "the web capture claims: {uri}, {time}, {count} pages, digest {digest}",
        "网页采集文件声称：{uri}，{time}，共 {count} 页，摘要 {digest}",
    ),
}
EVIDENCE_FIELDS: Final = (
    ("source", "source (claimed)", "来源（声称）"),
    ("verification", "verified by", "核验方式"),
    ("collector_registered", "collector registered", "采集程序已登记"),
    ("matter_number", "number in the matter", "事项内序号"),
    ("matter_previous", "before it", "上一存证"),
    ("token_sha256", "time-stamp SHA-256", "时间戳 SHA-256"),
    ("signature_sha256", "signature SHA-256", "签名 SHA-256"),
)
