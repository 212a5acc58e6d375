# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally payments`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

_SEND: Final = (
    "tally payments send --contract charity --folder ./bank --payer payer.json --payees payees.json"
)

PAYMENTS_COMMANDS: Final[Mapping[str, CommandText]] = {
    "payments": CommandText(
        Text("carry payment orders to the bank and its answers back", "与银行往来付款指令与回执"),
        (
            _SEND,
            "tally payments collect --contract charity --folder ./bank",
            "tally payments status --folder ./bank",
        ),
    ),
    "payments send": CommandText(
        Text("send the orders that are ready to the bank", "将待付款指令发送银行"),
        (_SEND,),
        Text(
            "Writes one pain.001 and puts it into FOLDER/outbox. Names and accounts come from the "
            "payees' file, which never leaves this machine. After a crash, run the same again: the "
            "same file, nothing twice. Ends with 1 if orders had to wait.",
            "生成一份 pain.001 报文并放入 FOLDER/outbox。姓名与账号取自收款人文件，该文件不离开本机。"
            "中断后重新执行即可：报文相同，不会重复付款。有指令未能发送时退出码为 1。",
        ),
    ),
    "payments collect": CommandText(
        Text("report what the bank did, each result once", "上报银行处理结果，每项仅一次"),
        ("tally payments collect --contract charity --folder ./bank --json",),
        Text(
            "Reads pain.002, camt.054, 053 and 052 from FOLDER/inbox, and moves a file to "
            "FOLDER/archive once the ledger has all that it says. Ends with 1 if something needs a "
            "person.",
            "读取 FOLDER/inbox 中的 pain.002 与 camt.054、053、052；结果全部上链后移入 "
            "FOLDER/archive。有事项须人工处理时退出码为 1。",
        ),
    ),
    "payments status": CommandText(
        Text("show how far the sent orders are", "查看已发送指令的进展"),
        ("tally payments status --folder ./bank",),
    ),
}
PAYMENTS_OPTIONS: Final[Mapping[str, Text]] = {
    **{
        f"payments {verb}:{name}": text
        for verb in ("send", "collect", "status")
        for name, text in (
            ("contract", Text("the contract whose outbox it is", "付款指令所属合约")),
            ("folder", Text("folder that connects with the bank", "与银行交换文件的目录")),
            ("outbox", Text("what the contract calls its outbox", "合约中发件箱的名称")),
        )
        if verb != "status" or name == "folder"
    },
    "payments send:payer": Text(
        "private file that says who pays, from which account", "付款方信息（仅本人可读的文件）"
    ),
    "payments send:payees": Text(
        "private file with names and accounts", "收款人姓名与账号（仅本人可读的文件）"
    ),
}
PAYMENTS_MESSAGES: Final[Mapping[str, Text]] = {
    "payments.sent": Text("{count} payments went out in {file}", "{count} 笔付款已随 {file} 发出"),
    "payments.nothing_ready": Text("no payment to send", "没有待发送的付款"),
    "payments.unknown_payee": Text(
        "{order} ({case}) waits: its payee is not in the payees' file",
        "{order}（{case}）未发送：收款人不在收款人文件中",
    ),
    "payments.other_currency": Text(
        "{order} ({case}) waits: it is in {currency}, and the payer's account is not",
        "{order}（{case}）未发送：币种为 {currency}，与付款账户不符",
    ),
    "payments.collected": Text(
        "{files} files of the bank dealt with, {count} results reported",
        "已处理银行文件 {files} 份，上报结果 {count} 项",
    ),
    "payments.attention": Text(
        "a person must look: {why}, order {order}, in {file}",
        "须人工处理：{why}，指令 {order}，文件 {file}",
    ),
    "payments.unreadable": Text("{path} cannot be read", "无法读取 {path}"),
    "payments.unwritable": Text("{path} cannot be written", "无法写入 {path}"),
    "payments.open_file": Text(
        "other users may read or change {path}", "其他用户可读取或修改 {path}"
    ),
    "payments.wrong_form": Text("{path} does not have the form it must", "{path} 的格式不正确"),
    "payments.other_digest": Text(
        "a payee in {path} does not have the digest that it claims",
        "{path} 中有收款人与其摘要不符",
    ),
    "payments.no_bank": Text(
        "nothing says at which bank the payer's account is", "未注明付款账户的开户行"
    ),
    "payments.busy": Text("another process is using {path}", "另一进程正在使用 {path}"),
}
PAYMENTS_FIELDS: Final = (
    ("sent", "sent", "已发送"),
    ("waiting", "waiting", "未发送"),
    ("order", "order", "付款指令"),
    ("attempt", "try", "次数"),
    ("reference", "bank's reference", "银行流水号"),
    ("on_its_way", "a file on its way", "有文件在途"),
    ("stages", "orders by stage", "各阶段指令数"),
    ("attention", "for a person", "须人工处理"),
)
