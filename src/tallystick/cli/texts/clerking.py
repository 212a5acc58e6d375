# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally NAME put`, `declare`, `commit`, `archive-day` and `show-lines`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import Text

_DECLARED: Final = (
    "--object V-1 --agreement AG-1 --retention voucher --key-id K-1 "
    "--node n1 --node n2 --node n3 --as clerk"
)
CLERK_TEXTS: Final[Mapping[str, tuple[Text, Text, str]]] = {
    "put": (
        Text("seal a file, upload it, and declare it", "加密、上传并登记一份文件"),
        Text(
            "Seals the file here, puts it into the register of documents (as `tally document put`) "
            "and declares it as an object, whose nodes are asked to keep it. The card OBJECT."
            "card.json has the hash of the file and the salt of its commitment: keep it private; "
            "whoever has it and the file proves that this file was declared (`commit`). Should it "
            "break off after the upload, `declare` goes on with the same card.",
            "在本机加密文件，存入文件登记（同 `tally document put`），并登记为对象，由所列节点保管。"
            "卡片 OBJECT.card.json 载有文件哈希与承诺的盐，须保密；凭卡片与文件可证明所登记者即此文件"
            "（`commit`）。若上传后中断，以同一卡片执行 `declare` 即可。",
        ),
        f"voucher.pdf {_DECLARED}",
    ),
    "declare": (
        Text("declare a document of the register as an object", "将已登记文件登记为托管对象"),
        Text(
            "Takes address, size and slices root from the register, as the ledger proves them, and "
            "the hash of the sealed bytes from the own node, where they are checked against it.",
            "地址、大小与切片根取自文件登记（经账本证明），密文哈希由自本方节点取得并核对地址的密文计算。",
        ),
        f"D-1 {_DECLARED}",
    ),
    "commit": (
        Text("prove that a file is what an object was declared as", "证明文件即所登记的对象"),
        Text(
            "Computes the commitment of the file with the salt of its card and compares it with "
            "the one on the ledger, which is proven. Another file, or another salt, is no match: "
            "exit code 6.",
            "以卡片中的盐计算文件的承诺，并与账本所证的承诺比对。文件或盐不符时退出码为 6。",
        ),
        "voucher.pdf --card V-1.card.json",
    ),
    "archive-day": (
        Text("anchor a day from the file of its lines", "依明细文件锚定当日档案"),
        Text(
            "The directory has a JSON object a line: terminal, sequence, business_key, object, "
            "cid, size; by terminal, and each terminal's by number. Every terminal of the archive "
            "is named, also one without lines, and its numbers go on where its last day ended. A "
            "missing number needs a cause: --gap TERMINAL:FIRST-LAST=CAUSE. Keep the directory: "
            "audits and drills ask for its lines.",
            "明细每行一个 JSON 对象：terminal、sequence、business_key、object、cid、size；按终端分组、按序号"
            "排列。档案的每个终端均须列明（含当日无记录者），序号须接续前一日。缺号须说明原因："
            "--gap 终端:首号-末号=原因。请妥善保存明细，抽查与演练均须出示。",
        ),
        "2026-11-27 --directory day.jsonl --gap t1:7-8=voided --as clerk",
    ),
    "show-lines": (
        Text("show the lines that an audit asks for", "出示抽查所需的明细"),
        Text(
            "Checks the directory against the day's root on the ledger, and shows every line that "
            "was drawn by chance or asked for by its business key and was not shown yet, with its "
            "path. Run again after it broke off.",
            "先核对明细与账本上的当日根，再逐条出示随机抽中或按业务键指定且尚未出示的记录及其路径。中断后重新执行即可。",
        ),
        "AU-1 --directory day.jsonl --as clerk",
    ),
}
CLERK_OPTIONS: Final[Mapping[str, Text]] = {
    "file": Text("the file, in clear", "明文文件"),
    "document": Text("number of the document in the register", "文件登记编号"),
    "object": Text("name of the object", "对象编号"),
    "agreement": Text("the agreement it is kept under", "所依约定编号"),
    "retention": Text("class of retention", "留存类别"),
    "key_id": Text("name of its key at the key custodian", "密钥保管人处的密钥名称"),
    "node": Text("a node that is to keep it (once for each)", "保管节点（可重复）"),
    "media_type": Text("media type (default: by the name)", "媒体类型（默认依文件名）"),
    "card": Text("file with hash and salt (default: OBJECT.card.json)", "载有哈希与盐的卡片文件"),
    "day": Text("the day, YYYY-MM-DD", "日期，YYYY-MM-DD"),
    "directory": Text("the day's lines", "该日明细文件"),
    "gap": Text("TERMINAL:FIRST-LAST=CAUSE of missing numbers", "终端:首号-末号=缺号原因"),
    "audit": Text("number of the audit", "抽查编号"),
}
CLERK_MESSAGES: Final[Mapping[str, Text]] = {
    "clerk.card": Text("keep the card {path} private", "请妥善保密卡片 {path}"),
    "clerk.other_card": Text(
        "the card {path} is of another object or file", "卡片 {path} 属于另一对象或文件"
    ),
    "clerk.no_card": Text("{path} is no card", "{path} 不是卡片"),
    "clerk.no_object": Text("there is no object {name}", "没有对象 {name}"),
    "clerk.committed": Text("{name} was declared as this very file", "{name} 登记的即为此文件"),
    "clerk.not_committed": Text(
        "{name} was declared as another file, or with another salt",
        "{name} 登记的是另一文件，或盐不符",
    ),
    "clerk.shown": Text("nothing is left to show", "已全部出示"),
}
