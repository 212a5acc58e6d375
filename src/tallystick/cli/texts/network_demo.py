# SPDX-License-Identifier: Apache-2.0
"""What `tally network demo` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import Text

NETWORK_DEMO: Final[Mapping[str, Text]] = {
    "four.title": Text(
        "Tallystick · four organisations on this machine (--lang zh 显示中文)",
        "Tallystick · 本机运行四家机构 (--lang en for English)",
    ),
    "four.engine": Text("CometBFT {version}: {path}", "CometBFT {version}：{path}"),
    "four.ceremony": Text(
        "{count} organisations made their own keys, contributed signed entries, compared the "
        "genesis hash and joined {network}",
        "{count} 家机构各自生成密钥、提交签名条目、核对创世哈希并加入 {network}",
    ),
    "four.no_keys": Text(
        "no secret key left its organisation's folder below {path}",
        "私钥均未离开各机构在 {path} 下的目录",
    ),
    "four.started": Text(
        "{count} nodes run, each with its engine, application and API",
        "{count} 个节点已运行，各有引擎、应用与接口",
    ),
    "four.deposited": Text(
        "deposited {id} through {name}; final in block {height}",
        "已通过 {name} 存证 {id}，于区块 {height} 最终确认",
    ),
    "four.verified": Text(
        "read and verified through {name}, with its own trust file",
        "已通过 {name} 读取，并用其自有信任文件核验",
    ),
    "four.one_stopped": Text("stopped {name}", "已停止 {name}"),
    "four.goes_on": Text(
        "work goes on with three of four: {id}, final in block {height}",
        "四家中三家在线，工作照常：{id} 于区块 {height} 最终确认",
    ),
    "four.two_stopped": Text("stopped {name} too", "又停止了 {name}"),
    "four.halted": Text(
        "with two of four nothing is decided: still at block {height} after {seconds} s, and the "
        "client says that it is not final",
        "四家中仅两家在线，不再出块：{seconds} 秒后仍为区块 {height}，客户端如实报告未最终确认",
    ),
    "four.kept": Text(
        "what was final is still there and verifies, through {name}",
        "此前已确认的内容仍在，并可通过 {name} 核验",
    ),
    "four.back": Text("both came back and caught up", "两家均已恢复并追上"),
    "four.finished": Text(
        "the deposit that waited is final in block {height}, exactly once",
        "等待中的存证于区块 {height} 最终确认，且仅一次",
    ),
    "four.same": Text(
        "all four have the same app hash at block {height}", "四家在区块 {height} 的应用哈希一致"
    ),
    "four.stopped": Text("all four stopped cleanly", "四个节点均已正常停止"),
    "four.done": Text(
        "Done in {seconds} s. What an operator does: docs/operator/network.md",
        "用时 {seconds} 秒。运维步骤见 docs/operator/network.md",
    ),
    "four.not_empty": Text("{path} is not empty", "{path} 不是空目录"),
    "four.command_failed": Text(
        "the command {command} of an organisation ended with {code}",
        "某机构的命令 {command} 退出码为 {code}",
    ),
    "four.not_ready": Text(
        "the node of {organization} did not become ready", "{organization} 的节点未能就绪"
    ),
    "four.not_level": Text("the nodes did not reach one height", "各节点未到达同一高度"),
    "four.unclean": Text("a node did not stop cleanly", "有节点未正常停止"),
    "four.not_verified": Text("a receipt did not verify", "有回执未通过核验"),
    "four.did_not_halt": Text(
        "something was decided with two of four", "仅两家在线时仍有内容被确认"
    ),
    "four.lost": Text("something that was final is gone", "已确认的内容丢失"),
    "four.differ": Text("the app hashes differ", "应用哈希不一致"),
}
