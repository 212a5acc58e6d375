# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally lists`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

_IMPORT: Final = (
    "tally lists import charity list.xlsx --secret secret.hex --payees payees.json "
    "--set campaign=CP-2026-000001 --set period=2026-autumn"
)
_CROSSCHECK: Final = "tally lists crosscheck charity finance.csv BL-2026-000001 --secret secret.hex"

LISTS_COMMANDS: Final[Mapping[str, CommandText]] = {
    "lists": CommandText(
        Text("import lists of people, and compare them", "导入与核对人员名单"),
        (_IMPORT, _CROSSCHECK),
    ),
    "lists import": CommandText(
        Text("send a list to the ledger without its names", "导入名单（姓名不上链）"),
        (_IMPORT,),
        Text(
            "Reads CSV or XLSX. With a mistake anywhere nothing is sent, and every mistake is "
            "listed by row. Persons become commitments under the secret; names and accounts go "
            "into the private payees' file. What was interrupted goes on with --batch.",
            "读取 CSV 或 XLSX。任何一行有误则全部不提交，并逐行列出错误。人员以密钥生成摘要上链，"
            "姓名与账号写入仅本人可读的收款人文件。中断后以 --batch 继续。",
        ),
    ),
    "lists crosscheck": CommandText(
        Text("compare an own list with one on the ledger", "以自有名单核对链上名单"),
        (_CROSSCHECK,),
        Text(
            "Prints the digest to approve with, or the rows that differ; ends with 1 if any do.",
            "一致时输出用于审核的摘要，否则列出不一致的行，退出码为 1。",
        ),
    ),
}
LISTS_OPTIONS: Final[Mapping[str, Text]] = {
    **{
        f"lists {verb}:{name}": text
        for verb in ("import", "crosscheck")
        for name, text in (
            ("contract", Text("name of the contract", "合约名称")),
            ("file", Text("the list, CSV or XLSX", "名单文件（CSV 或 XLSX）")),
            ("batch", Text("number of the list on the ledger", "链上名单编号")),
            (
                "secret",
                Text(
                    "private file with 32 bytes or more in hexadecimal: the key of the commitments",
                    "摘要密钥文件（仅本人可读，32 字节以上，十六进制）",
                ),
            ),
        )
    },
    "lists import:payees": Text(
        "private file to write names and accounts to", "写入姓名与账号的文件（仅本人可读）"
    ),
    "lists import:set": Text(
        "NAME=VALUE, an argument of the contract's import", "合约导入参数，格式 名称=值"
    ),
}
LISTS_MESSAGES: Final[Mapping[str, Text]] = {
    "lists.begun": Text(
        "list {batch} begun; if this is interrupted, go on with --batch {batch}",
        "已新建名单 {batch}；如中断，请以 --batch {batch} 继续",
    ),
    "lists.sending": Text("sending rows", "提交名单行"),
    "lists.imported": Text("{count} rows are in list {batch}", "名单 {batch} 已提交 {count} 行"),
    "lists.same": Text("the list agrees with {batch}", "名单与 {batch} 一致"),
    "lists.differs": Text(
        "the list differs from {batch} in {count} rows", "名单与 {batch} 有 {count} 行不一致"
    ),
    "lists.problems": Text(
        "{count} mistakes; nothing was sent", "共 {count} 处错误，未提交任何内容"
    ),
    "lists.other": Text("{batch} is another list", "{batch} 是另一份名单"),
    "lists.no_reader": Text(
        "nothing here reads lists for {contract}", "未安装 {contract} 的名单读取程序"
    ),
}
LISTS_FIELDS: Final = (
    ("batch", "list", "名单"),
    ("rows", "rows", "行数"),
    ("total", "total (smallest unit)", "合计（最小单位）"),
    ("list_digest", "digest", "名单摘要"),
    ("payees", "payees' file", "收款人文件"),
    ("row", "row", "行"),
    ("column", "column", "列"),
    ("problem", "problem", "问题"),
    ("why", "why", "原因"),
    ("beneficiary", "beneficiary", "受益人"),
)
