# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally NAME export-car`, `restore`, `drill` and `read`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import Text

CAR_SUMMARY: Final = Text("save a kept file as a CAR archive", "将所存文件导出为 CAR 归档")
CAR_DETAILS: Final = Text(
    "Asks the object's nodes, then its owner, takes the first whose bytes have the address that "
    "the ledger proves, and writes them as a CAR that any IPFS tool reads. They stay sealed.",
    "依次向对象的存储节点、所有方取密文，采用首个与账本所证地址相符者，写为任何 IPFS 工具可读的 "
    "CAR 文件。内容仍为密文。",
)
RESTORE_SUMMARY: Final = Text(
    "bring a kept file back from a CAR archive", "由 CAR 归档恢复所存文件"
)
RESTORE_DETAILS: Final = Text(
    "Every block is hashed, and the whole must be the file whose address, size and slices root the "
    "ledger proves; an archive with a wrong block, or of a file that the ledger does not know, is "
    "refused and nothing of it is kept. --out saves the sealed file, --folder gives it to a "
    "keeper; with neither it is only checked.",
    "逐块核对哈希，整体须与账本所证的地址、大小、切片根一致；有错块或账本未登记的归档即被拒绝，不留任何内容。"
    "--out 保存密文，--folder 交给保管目录；两者皆无时仅作核验。",
)
DRILL_SUMMARY: Final = Text("try whether a kept file comes back", "恢复演练：试取回一份所存文件")
DRILL_DETAILS: Final = Text(
    "Checks the directory of the day against its root on the ledger, has the ledger draw one line "
    "by chance, fetches its file from the object's nodes, checks every byte against the address, "
    "and reports which node gave it. Nothing is reported if no node gives anything: run it again, "
    "or let the time for the drill pass. The directory has a JSON object a line: terminal, "
    "sequence, business_key, object, cid, size. Ends with 1 if the file did not come back whole "
    "from the first node that gave something.",
    "先核对日清单明细与账本根，再由账本随机抽取一条，自对象的存储节点取回密文，逐字节核对地址，并登记由哪个节点取得。"
    "无节点提供时不登记：可重试，或待演练期限届满。明细每行一个 JSON 对象：terminal、sequence、"
    "business_key、object、cid、size。首个提供数据的节点未能给出完整文件时退出码为 1。",
)
READ_SUMMARY: Final = Text("fetch a kept file by a grant", "凭授权调阅所存文件")
READ_DETAILS: Final = Text(
    "Records a use of the grant, asks the object's nodes one after another, takes the first whose "
    "bytes have the address on the ledger, and reports which node gave them and which gave others, "
    "with the first slice that differs: the ledger challenges those at once. What is saved stays "
    "sealed. If no node gives the right bytes nothing is saved; the read goes on when it is asked "
    "for again, without another use of the grant.",
    "登记一次授权使用，依次向各存储节点取密文，采用首个与账本地址相符者，并登记由哪个节点取得、"
    "哪些节点给出不符数据及首个不符切片；账本随即挑战后者。保存的内容仍为密文。"
    "各节点均未给出正确数据时不保存任何内容；再次执行时接续该次调阅，不另计次数。",
)
RESTORE_OPTIONS: Final[Mapping[str, Text]] = {
    "grant": Text("by which grant", "授权编号"),
    "purpose": Text("what for, exactly as the grant says", "与授权一致的用途"),
    "subject": Text("name of the object", "对象编号"),
    "car": Text("the CAR archive", "CAR 归档文件"),
    "day": Text("name of the day's manifest", "日清单编号"),
    "out": Text("where to save it", "保存位置"),
    "folder": Text("folder of a keeper that takes it", "接收密文的保管目录"),
    "directory": Text("the day's lines", "该日明细文件"),
}
RESTORE_MESSAGES: Final[Mapping[str, Text]] = {
    "restore.none": Text("{contract} keeps no files to restore", "{contract} 不保管可恢复的文件"),
    "restore.no_object": Text("{contract} has no object {name}", "{contract} 中没有对象 {name}"),
    "restore.large": Text(
        "{name} is larger than pages bring back; the command line takes it",
        "{name} 超出网页可取回的大小，请使用命令行",
    ),
    "restore.nobody": Text("{name}: nobody gave the right bytes", "{name}：未能取得正确密文"),
    "restore.damaged": Text(
        "{holder} gave other bytes from slice {index} on",
        "{holder} 自第 {index} 个切片起给出不符数据",
    ),
    "restore.restored": Text(
        "{name} is what the ledger says, byte for byte", "{name} 与账本逐字节相符"
    ),
    "restore.silent": Text(
        "no node gave {name}; the drill {drill} is open", "无节点提供 {name}；演练 {drill} 尚未结束"
    ),
}
