# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally NAME bundle` and `tally NAME check-bundle`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import Text

BUNDLE_SUMMARY: Final = Text("pack a case with its originals and proofs", "打包案卷、原件与证明")
BUNDLE_DETAILS: Final = Text(
    "Makes one file of a case: its extract (complaint, claim, index), the originals that the "
    "index lists, each with its receipt and time-stamp, and the chain of custody. An original "
    "that is not below --files is left out, and whoever checks the bundle sees that. The file is "
    "a BagIt bag, so `tally verify` and any BagIt tool read it too.",
    "将案卷打包为一个文件：案件摘录（诉状、请求计算、证据目录）、目录所列原件及其回执与时间戳、监管链。"
    "--files 中没有的原件不收入，核验方可见其缺失。文件为 BagIt 证据包，"
    "`tally verify` 与任何 BagIt 工具亦可读取。",
)
CHECK_SUMMARY: Final = Text("check a bundle item by item", "逐项核验案卷")
CHECK_DETAILS: Final = Text(
    "Re-hashes every file, then checks of each item: the file against its deposit, the proof of "
    "the chain, the time-stamp, the signature of the depositor at the time, and the collecting "
    "program in the register of the own node (not with --offline). A bundle of which a byte was "
    "altered is refused. The verdict says only whether an item is unchanged since its deposit; "
    "whether it was true before is never said here. --out keeps the report: its SHA-256 and its "
    "`findings` are what goes on record.",
    "先对全部文件重新计算哈希，再逐项核验：文件与存证是否一致、链上证明、时间戳、存证方当时的签名、"
    "采集程序在本方节点登记簿中的状态（--offline 时不查）。任一字节被改动的案卷即被拒绝。"
    "结论仅说明存证以来是否改动，存证前是否真实不在此认定。--out 保存报告，"
    "登记时使用其 SHA-256 与 `findings`。",
)
BUNDLE_OPTIONS: Final[Mapping[str, Text]] = {
    "subject": Text("number of the case", "案件编号"),
    "files": Text("originals, or folders with them", "原件，或其所在目录"),
    "out": Text("where to save it", "保存位置"),
    "bundle": Text("the bundle", "案卷文件"),
}
BUNDLE_MESSAGES: Final[Mapping[str, Text]] = {
    "bundle.none": Text("{contract} has no cases to hand over", "{contract} 没有可移交的案卷"),
    "bundle.missing": Text(
        "{deposit} ({name}) is not among the files: it is left out",
        "{deposit}（{name}）不在所给文件中，未收入",
    ),
    "bundle.item": Text("{verdict} · {deposit} {name}", "{verdict} · {deposit} {name}"),
    "bundle.before": Text(
        "This is about the time since the deposit of {time}. Whether it was true before is not "
        "answered here: source, generation, storage, notary or witness must show it.",
        "以上仅涉及 {time} 存证以后。存证前是否真实不在此认定，须由来源、生成、保存、公证或证人另行证明。",
    ),
    "bundle.not_given": Text("the file was not handed in", "未提交文件"),
    "bundle.no_token": Text("no time-stamp was deposited with it", "存证时未附时间戳"),
    "bundle.no_collector": Text("no collecting program is named", "未声明采集程序"),
    "bundle.not_asked": Text("the register was not asked (offline)", "离线核验，未查询登记簿"),
    "bundle.unregistered": Text("{app} {version} is not in the register", "{app} {version} 未登记"),
    "bundle.registered": Text(
        "{app} {version} is registered and not withdrawn", "{app} {version} 已登记且未撤回"
    ),
    "bundle.withdrawn": Text(
        "{app} {version} was withdrawn: {reason}", "{app} {version} 已撤回：{reason}"
    ),
    "bundle.check_file": Text("file", "文件"),
    "bundle.check_chain": Text("proof of the chain", "链上证明"),
    "bundle.check_time": Text("time-stamp", "时间戳"),
    "bundle.check_signature": Text("signature at that time", "当时签名"),
    "bundle.check_collector": Text("collecting program", "采集程序"),
    "bundle.check_before": Text("true before the deposit", "存证前是否真实"),
    "bundle.check_case": Text("case", "案件"),
}
