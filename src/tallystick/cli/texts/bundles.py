# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally NAME bundle` and `tally NAME check-bundle`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import Text

BUNDLE_SUMMARY: Final = Text("pack a case with its originals and proofs", "打包案卷、原件与证明")
BUNDLE_DETAILS: Final = Text(
    "Makes one file of a case: its extract (complaint, claim, index), a page that lists every "
    "exhibit with its hash (index.pdf, in two languages), the originals that the "
    "index lists, each with its receipt and time-stamp, and the chain of custody. An original "
    "that is not below --files is left out, and whoever checks the bundle sees that. The file is "
    "a BagIt bag, so `tally verify` and any BagIt tool read it too.",
    "将案卷打包为一个文件：案件摘录（诉状、请求计算、证据目录）、列明各项证据及其哈希的双语目录页 index.pdf、"
    "目录所列原件及其回执与时间戳、监管链。"
    "--files 中没有的原件不收入，核验方可见其缺失。文件为 BagIt 证据包，"
    "`tally verify` 与任何 BagIt 工具亦可读取。",
)
CHECK_SUMMARY: Final = Text("check a bundle item by item", "逐项核验案卷")
CHECK_DETAILS: Final = Text(
    "Re-hashes every file, checks the signatures of the parties by their certificates and the "
    "transactions that carried them, and of each item: the file against its deposit, the proof of "
    "the chain, the time-stamp by the ledger's table of authorities, the signature of the "
    "depositor at the time, the electronic signature of the file, and the collecting program by "
    "the proof of the register; the own node is asked whether it was withdrawn since "
    "(not with --offline). A bundle of which a byte was altered is refused. The verdict says only "
    "whether an item is unchanged since its deposit; whether it was true before is never said "
    "here. --out keeps the report: its SHA-256 and its `findings` are what goes on record.",
    "先对全部文件重新计算哈希，依证书与提交交易核验当事人签名，再逐项核验：文件与存证是否一致、链上证明、"
    "时间戳（依账本公布的机构表）、存证方当时的签名、文件的电子签名、采集程序的登记证明；并向本方节点查询其后是否撤回（--offline 时不查）。"
    "任一字节被改动的案卷即被拒绝。"
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
    "bundle.token_missing": Text(
        "the deposit names one, SHA-256 {digest}: it is not in the bundle",
        "存证登记了时间戳（SHA-256 {digest}），案卷内未见",
    ),
    "bundle.token": Text("time token", "时间戳令牌"),
    "bundle.token_passed": Text("passed", "通过"),
    "bundle.token_failed": Text("failed", "不通过"),
    "bundle.token_absent": Text("absent", "无"),
    "bundle.token_unknown": Text("not verified", "无法核验"),
    "bundle.token_stranger": Text(
        "{time}, by an authority that neither the ledger nor this machine knows",
        "{time}，其签发机构未在账本公布，本机亦未采信",
    ),
    "bundle.token_unbelieved": Text("{time}: {why}", "{time}：{why}"),
    "bundle.token_pinned": Text(
        "{time} by {authority}, certified by {anchor}, which is pinned here",
        "{time}，{authority}，由本机采信的 {anchor} 认证",
    ),
    "bundle.token_published": Text(
        "{time} by {authority}: “{name}”, published by {by} until {until}",
        "{time}，{authority}：即 {by} 公布的“{name}”，有效期至 {until}",
    ),
    "bundle.token_outside": Text(
        "{time} by {authority}: “{name}” is published only for {since} to {until}",
        "{time}，{authority}：“{name}”仅公布于 {since} 至 {until}",
    ),
    "bundle.authorities": Text("time-stamp authorities", "时间戳机构"),
    "bundle.authorities_case": Text(
        "time-stamp authorities, as the case proves: {count}", "时间戳机构（案卷附证明）：{count}"
    ),
    "bundle.authorities_node": Text(
        "time-stamp authorities, as the own node has them: {count}",
        "时间戳机构（本方节点所载）：{count}",
    ),
    "bundle.authorities_none": Text("none is published", "未公布任何机构"),
    "bundle.authority": Text(
        "certificate {certificate}, {since} to {until}, published by {by}",
        "证书 {certificate}，{since} 至 {until}，由 {by} 公布",
    ),
    "bundle.electronic": Text("electronic signature of the file", "文件的电子签名"),
    "bundle.no_signature": Text("none was deposited with it", "存证时未附电子签名"),
    "bundle.signature_missing": Text(
        "the deposit names one, SHA-256 {digest}: it is not in the bundle",
        "存证登记了电子签名（SHA-256 {digest}），案卷内未见",
    ),
    "bundle.no_collector": Text("no collecting program is named", "未声明采集程序"),
    "bundle.other_collector": Text(
        "{app} {version} is what the depositor signed; the case proves another",
        "存证方签名声明的是 {app} {version}，与案卷所证明者不同",
    ),
    "bundle.unregistered": Text("{app} {version} is not in the register", "{app} {version} 未登记"),
    "bundle.registered": Text(
        "{app} {version} was registered at {time} and is not withdrawn, as the case proves",
        "{app} {version} 于 {time} 登记且未撤回，案卷附其证明",
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
    "bundle.check_page": Text("index.pdf", "index.pdf"),
    "bundle.page_holds": Text(
        "set again from the case, it is the same", "由案卷重新排版，逐字节一致"
    ),
    "bundle.page_differs": Text(
        "it is not the page that follows from the case", "与由案卷排版所得的页面不同"
    ),
    "bundle.page_unknown": Text("what set it is not said", "未载明排版程序"),
    "bundle.page_elsewhere": Text(
        "not set again: made by {maker}", "未重新排版比对：由 {maker} 生成"
    ),
    "bundle.check_parties": Text("signatures of the parties", "当事人签名"),
    "bundle.signature_of": Text("{party}: {of}", "{party}：{of}"),
    "bundle.signature_wrong": Text(
        "it is not over what the case says was signed", "并非对案卷所载内容的签名"
    ),
    "bundle.certificate_over": Text(
        "the certificate {certificate} was not in force at {time}, or is another person's",
        "证书 {certificate} 在 {time} 无效，或属他人",
    ),
    "bundle.not_carried": Text(
        "no transaction of the case carries it", "案卷内没有任何交易载有该签名"
    ),
    "bundle.signature_holds": Text(
        "valid, {certificate} in force at {time}; carried by {method} of {sender}",
        "有效，证书 {certificate} 于 {time} 有效；由 {sender} 的 {method} 交易提交",
    ),
}
