# SPDX-License-Identifier: Apache-2.0
"""What the demonstration says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import Text

DEMO: Final[Mapping[str, Text]] = {
    "demo.title": Text(
        "Tallystick · a demonstration consortium on this machine (--lang zh 显示中文)",
        "Tallystick · 本机演示联盟 (--lang en for English)",
    ),
    "demo.founded": Text(
        "network founded: {organizations} organisations, {members} members, each with its own key; "
        "{days} days of history in {transactions} transactions",
        "网络已创建：{organizations} 家机构、{members} 名成员，各持自己的密钥；"
        "已有 {days} 天的历史，共 {transactions} 笔交易",
    ),
    "demo.writing": Text(
        "writing {days} days of history through the node", "正在通过节点写入 {days} 天的历史"
    ),
    "demo.console": Text("Console: {url}", "控制台：{url}"),
    "demo.tour": Text(
        "guided tour: {url}/tour · act as anybody: {url}/act-as",
        "导览：{url}/tour · 切换身份：{url}/act-as",
    ),
    "demo.loopback": Text(
        "a demonstration listens on this machine only: its keys are no secrets",
        "演示仅在本机监听：其密钥不构成秘密",
    ),
    "demo.loopback_hint": Text(
        "`--expose-demo` serves it to others all the same, without acting as its people.",
        "加 `--expose-demo` 仍可对外提供，但不提供切换身份。",
    ),
    "demo.reset": Text("the demonstration begins anew: {path}", "演示已恢复初始状态：{path}"),
    "demo.nothing_to_reset": Text("there is no demonstration in {path}", "{path} 中没有演示网络"),
    "demo.other_version": Text(
        "the demonstration in {path} was founded by another version: its keys or its seal are not "
        "those that this one expects ({what})",
        "{path} 中的演示由其他版本创建，其密钥或签章与本版本不符（{what}）",
    ),
    "demo.other_version_hint": Text(
        "Found it anew, which gives up what was done in it: `tally demo reset --data {path}`. "
        "Or keep it, and name another folder with --data.",
        "重新创建（其间所做的一切随之消失）：`tally demo reset --data {path}`；"
        "或保留它，以 --data 指定其他目录。",
    ),
    "demo.reset_alone": Text(
        "reset is of the demonstration that `tally up --demo` founds; it has no network of four",
        "reset 恢复的是 `tally up --demo` 创建的演示；它没有四节点网络",
    ),
    "demo.deposited": Text(
        "deposited {file} as {id}, signed by {member} @ {organization}; final in block {height}",
        "已存证 {file}，编号 {id}，由 {member} @ {organization} 签名，于区块 {height} 最终确认",
    ),
    "demo.known": Text("{file} is on record already as {id}", "{file} 此前已存证，编号 {id}"),
    "demo.folder": Text(
        "deposited a folder of {count} files for the case {case}, in one transaction",
        "已批量存证 {count} 个文件（一笔交易），案号 {case}",
    ),
    "demo.folder_known": Text(
        "a folder of {count} files for the case {case} is on record already",
        "案号 {case} 的 {count} 个文件此前已存证",
    ),
    "demo.receipts": Text(
        "{count} receipts fetched and checked: {path}", "已获取并核验 {count} 份回执：{path}"
    ),
    "demo.trust": Text("trust file saved: {path}", "信任文件已保存：{path}"),
    "demo.offline": Text(
        "verified offline, in a process of its own that was given three files and no network",
        "离线核验通过：独立进程，仅凭三个文件，不联网",
    ),
    "demo.certificate": Text(
        "certificate sealed and verified, with the proof inside it: {path}",
        "证书已签章并核验，内附全部证明：{path}",
    ),
    "demo.certificate_failed": Text("the certificate does not hold", "证书未通过核验"),
    "demo.try_certificate": Text("look at the certificate, and check it", "查看并核验证书"),
    "demo.altered": Text(
        "an altered copy (one byte) was refused, as it must be",
        "篡改一个字节的副本被识破，符合预期",
    ),
    "demo.altered_why": Text(
        "the copy's SHA-256 is {found}…, on record is {expected}…",
        "副本的 SHA-256 为 {found}…，存证为 {expected}…",
    ),
    "demo.failed": Text(
        "the demonstration did not go as it must: {reason}", "演示未按预期进行：{reason}"
    ),
    "demo.offline_failed": Text("offline verification failed", "离线核验失败"),
    "demo.altered_passed": Text("an altered copy was accepted", "篡改的副本竟通过核验"),
    "demo.next": Text("What to try next", "接下来可以尝试"),
    "demo.try_console": Text("what this node says about itself", "节点首页"),
    "demo.try_up": Text("keep the node running", "让节点持续运行"),
    "demo.try_docs": Text("the HTTP API, to try out", "HTTP 接口文档"),
    "demo.try_deposit": Text("put a file of yours on record", "给自己的文件存证"),
    "demo.try_verify": Text("check it, with or without the node", "核验，节点可有可无"),
    "demo.try_list": Text("what was deposited", "查看存证"),
    "demo.try_log": Text("check the whole log, block by block", "逐块核验整个日志"),
    "demo.try_doctor": Text("check this machine", "检查本机"),
}
