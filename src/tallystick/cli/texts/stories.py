# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally demo`; what a story says itself comes with its industry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

STORY_COMMANDS: Final[Mapping[str, CommandText]] = {
    "demo": CommandText(
        Text(
            "tell the story of an industry, to verified receipts",
            "演示一个行业系统的全流程，直至核验回执",
        ),
        (
            "tally demo charity",
            "tally demo inventory --lang zh --data ./story",
            "tally demo charity --network",
            "tally demo reset",
            "tally demo inventory --channels",
        ),
        Text(
            "Founds a network of its own on this machine, lets everybody play their part through "
            "the public client, carries payments through a bank's folder, and checks every receipt "
            "offline. The bank is the demonstration's own stand-in. With --network four of the "
            "organisations run a node with its own keys and CometBFT, the others are voted in, and "
            "everybody calls through the node of the own organisation or of a host. With "
            "--channels two banks have a network each, and what must be unique is on a third. "
            "`reset` is no story: it puts what `tally up --demo` founded back to its start.",
            "在本机创建独立网络，各方经公开客户端逐步办理，付款经银行文件目录往来，最后离线核验全部"
            "回执。其中银行为演示自带的模拟程序。加 --network 时，其中四家机构各运行一个自持密钥的节点"
            "与 CometBFT，其余机构经投票加入，各方经本机构或所托机构的节点办理。加 --channels 时，"
            "两家银行各用一个网络，须唯一的事项登记在第三个网络。`reset` 不是故事：它将 "
            "`tally up --demo` 的演示恢复为初始状态。",
        ),
    ),
}
STORY_OPTIONS: Final[Mapping[str, Text]] = {
    "demo:name": Text("which story, or `reset`", "演示名称，或 `reset`"),
    "demo:network": Text(
        "on four nodes with CometBFT instead of one (needs the engine)",
        "在四个 CometBFT 节点上演示，而非单节点（需共识引擎）",
    ),
    "demo:channels": Text(
        "on three networks: a shared register and a channel for each of two banks",
        "在三个网络上演示：共有登记网络与两家银行各自的通道",
    ),
    "demo:data": Text(
        "folder to keep it in (default: a temporary one); with reset, that of the demonstration",
        "保存演示数据的目录（默认为临时目录）；用于 reset 时为演示的数据目录",
    ),
}
STORY_MESSAGES: Final[Mapping[str, Text]] = {
    "story.title": Text(
        "Tallystick · the story of {name} (--lang zh for Chinese)",
        "Tallystick · {name} 全流程演示 (--lang en for English)",
    ),
    "story.stand_in": Text(
        "The bank here is the demonstration's own stand-in; all persons and accounts are invented.",
        "此处的银行为演示自带的模拟程序；人物与账号均为虚构。",
    ),
    "story.no_channels": Text("the story {name} is not told on channels", "{name} 没有通道演示"),
    "story.recognised": Text(
        "{count} channels and the shared network recognised each other by vote",
        "{count} 个通道与共有网络已经表决相互承认",
    ),
    "story.unknown": Text("there is no story {name}", "没有名为 {name} 的演示"),
    "story.not_refused": Text(
        "{method} should have been refused with {code}, but was {found}",
        "{method} 应以 {code} 被拒绝，实际为 {found}",
    ),
    "story.views_behind": Text("the views are behind the ledger", "查询视图落后于账本"),
    "story.verified": Text(
        "{count} receipts verified offline, with the trust file, and the original where named",
        "已凭信任文件离线核验 {count} 份回执，涉及原件的连同原件核验",
    ),
    "story.papers": Text(
        "{count} files to take away in {path}, each verified with the trust file alone",
        "{count} 份可带走的文件存于 {path}，均仅凭信任文件核验",
    ),
    "story.admitted": Text(
        "{count} organisations that run no node applied and were admitted by vote",
        "{count} 家不运行节点的机构已申请并经投票加入",
    ),
    "story.enrolled": Text(
        "{count} people were enrolled, each by the administrator of the own organisation",
        "{count} 名经办人已由各自机构的管理员登记",
    ),
    "story.done": Text("Done in {seconds} s.", "演示完成，用时 {seconds} 秒。"),
}
STORY_FIELDS: Final = (
    ("campaign", "campaign", "项目"),
    ("list", "list", "名单"),
    ("donated", "given (cents)", "募集（分）"),
    ("paid", "paid (cents)", "发放（分）"),
    ("beneficiaries", "beneficiaries", "受益人数"),
    ("receipts", "receipts", "回执数"),
    ("warehouse_receipt", "warehouse receipt", "仓单"),
    ("loan", "loan", "贷款"),
    ("pledge", "pledge", "质押"),
    ("lent", "lent (cents)", "放款（分）"),
    ("cases", "cases", "箱数"),
    ("released", "cases released", "已放行箱数"),
)
