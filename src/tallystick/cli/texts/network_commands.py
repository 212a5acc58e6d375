# SPDX-License-Identifier: Apache-2.0
"""The commands for networks of several organisations: one line each, examples, details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

_ENTRY_EXAMPLE: Final = (
    "tally network entry --organization 91110108MADEM0038D --name-zh 示例公司 --name-en Example "
    "--p2p node.example.org:26656"
)

NETWORK_COMMANDS: Final[Mapping[str, CommandText]] = {
    "network": CommandText(
        Text(
            "found, join, watch and leave a network of several organisations",
            "多机构网络：创建、加入、查看、退出",
        ),
        ("tally network status", "tally network join consortium.invite.json --data ./node"),
    ),
    "network entry": CommandText(
        Text(
            "make this organisation's keys and its signed entry for a new network",
            "生成本机构密钥及加入新网络的签名条目",
        ),
        (_ENTRY_EXAMPLE,),
        Text(
            "The secret keys stay on this machine: those of the node in the data folder, those of "
            "the first three members (administrator, governor, operator) in your key store. The "
            "entry holds public halves and addresses, signed by each of the keys; hand it to "
            "whoever puts the genesis document together.",
            "私钥不离开本机：节点密钥在数据目录中，最初三位成员（管理员、治理代表、运维）的密钥在您的"
            "密钥库中。条目只含公钥与地址，并由每把密钥签名；请将其交给汇总创世文件的人。",
        ),
    ),
    "network init": CommandText(
        Text(
            "make the genesis document and the invite out of all entries",
            "用全部条目生成创世文件与邀请",
        ),
        (
            "tally network init consortium *.entry.json",
            "tally network init consortium *.entry.json --threshold 2/3 --out net.invite.json",
        ),
        Text(
            "Whoever does this holds nobody's keys. Give the invite to all organisations; each "
            "compares the genesis hash with the others by another way (telephone, meeting) before "
            "it joins.",
            "汇总者不持有任何人的密钥。请将邀请分发给所有机构；各机构须先通过其他渠道"
            "（电话、会议）核对创世哈希，再加入。",
        ),
    ),
    "network join": CommandText(
        Text("make this machine a node of the network of an invite", "凭邀请使本机成为网络节点"),
        (
            "tally network join consortium.invite.json --data ./node",
            "tally network join net.invite.json --data ./node --accept GENESIS_HASH",
        ),
        Text(
            "Checks that the genesis document has exactly this organisation's own keys, shows its "
            "hash, and asks for the beginning of the hash as other organisations told it.",
            "核对创世文件中恰好是本机构自己的密钥，显示其哈希，并要求输入其他机构告知的哈希开头。",
        ),
    ),
    "network invite": CommandText(
        Text("write an invite to the running network", "为正在运行的网络生成邀请"),
        ("tally network invite --out net.invite.json", "tally network invite --state-sync"),
        Text(
            "For an organisation that was voted in, on the machine of a node. --state-sync lets "
            "its node begin from a recent state instead of executing all blocks; at least two "
            "nodes must offer their API.",
            "在节点所在机器上运行，供已获表决通过的机构使用。--state-sync 让新节点从最近状态开始，"
            "而不必执行全部区块；至少需要两个节点提供接口。",
        ),
    ),
    "network register": CommandText(
        Text(
            "let this organisation's node connect and sign receipts",
            "登记本机构节点，使其可连接并签署回执",
        ),
        ("tally network register --data ./node --as CODE-administrator --url https://a.example",),
        Text(
            "For an organisation that was voted in, before its node starts: needs no vote, only "
            "the key of one of its administrators or operators, and the address of any member's "
            "node. Founders need it only for a second node. May be repeated.",
            "供已获表决接纳的机构在启动节点之前使用：无须表决，只需其管理员或运维的密钥及任一成员节点的"
            "地址。创始机构仅在增设节点时需要。可重复执行。",
        ),
    ),
    "network status": CommandText(
        Text(
            "show height, lag, peers, validators, versions, and keys that end soon",
            "查看高度、落后、对等节点、验证人、版本与即将到期的密钥",
        ),
        ("tally network status", "tally network status --json"),
    ),
    "network leave": CommandText(
        Text("take this organisation out of the network for good", "本机构永久退出网络"),
        ("tally network leave --as 91110108MADEM0038D-administrator",),
        Text(
            "Says what it means, asks, submits it, and waits until the others decide without this "
            "organisation's validator. Only then may its node be stopped without harm to them.",
            "先说明后果并询问，再提交，并等待其他机构在没有本机构验证人的情况下继续。此后停止本机构节点"
            "才不会影响他人。",
        ),
    ),
    "network switch": CommandText(
        Text(
            "hand the ledger of a node that ordered alone to several organisations",
            "将单机排序节点的账本交由多家机构继续",
        ),
        ("tally network switch *.entry.json --data ./alone --out switch.invite.json",),
        Text(
            "The node must have stopped, and must not be started alone again. The validators are "
            "those that the ledger names: set them by vote before. Every organisation, this one "
            "too, then joins with the invite and the ledger: `tally network join --ledger`.",
            "节点须已停止，且此后不得再单独启动。验证节点以账本所载为准，须先经表决设定。随后各机构"
            "（包括本机构）凭邀请和账本加入：`tally network join --ledger`。",
        ),
    ),
    "network demo": CommandText(
        Text(
            "run four organisations on this machine, stop two, bring them back",
            "在本机运行四家机构，停掉两家再恢复",
        ),
        ("tally network demo", "tally network demo --data ./four --keep"),
        Text(
            "Each has its own folder, keys, engine and ports, and is a process of its own. Ends by "
            "itself with exit code 0 if everything went as it must; also `make network`.",
            "每家机构各有目录、密钥、引擎与端口，且是独立进程。一切符合预期时自行结束，退出码为 0；"
            "亦可用 `make network`。",
        ),
    ),
    "node health": CommandText(
        Text("say whether the node is well, one line a check", "逐项检查节点是否正常"),
        ("tally node health", "tally node health --data ./node --json"),
        Text(
            "For supervisors: exit code 0 if all is well, 1 if a check failed, 7 if nobody is "
            "there.",
            "供监控程序使用：一切正常退出码为 0，检查未通过为 1，无响应为 7。",
        ),
    ),
}
