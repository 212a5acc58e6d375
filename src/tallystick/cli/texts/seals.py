# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally seal`, and of certificates that bear a seal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

_BANK: Final = "911100001000000059"
_CERTIFICATE: Final = "tally evidence certificate EV-2026-000001 --out deposit.pdf"

SEAL_COMMANDS: Final[Mapping[str, CommandText]] = {
    "seal": CommandText(
        Text("the organisation's seal on certificates", "机构用于证书的电子签章"),
        (
            f"tally seal create --organization {_BANK} --name Bank",
            "tally seal publish --as admin",
        ),
    ),
    "seal create": CommandText(
        Text("make a seal and keep it here", "生成电子签章并保存在本机"),
        (f"tally seal create --organization {_BANK} --name Bank --passphrase-file pass.txt",),
        Text(
            "A P-256 key with an X.509 certificate of its own, in a PKCS#12 file of this user "
            "that any program for signatures takes. It seals nothing that is believed before it "
            "is published.",
            "P-256 密钥及自签 X.509 证书，保存为本用户的 PKCS#12 文件，通用签名软件均可使用。"
            "公布之前，其签章不被采信。",
        ),
    ),
    "seal publish": CommandText(
        Text("publish the seal on the ledger", "在账本上公布电子签章"),
        ("tally seal publish --as admin",),
        Text(
            "For an administrator of the organisation. The seal before it is retired; what it "
            "sealed stays good.",
            "由机构管理员执行。原签章随即停用，此前签署的文件继续有效。",
        ),
    ),
    "seal revoke": CommandText(
        Text("revoke a seal for good", "撤销电子签章"),
        ('tally seal revoke 1 --reason "key lost" --as admin',),
        Text(
            "For a key that may be in other hands. Certificates made afterwards with it are "
            "refused, and whoever asks the ledger learns it of earlier ones.",
            "用于密钥可能泄露的情形。此后用其签署的证书一律拒绝；此前的证书，查询账本者可知其已撤销。",
        ),
    ),
    "seal show": CommandText(
        Text("show the seal that an organisation has in force", "查看某机构现行电子签章"),
        (f"tally seal show {_BANK} --json",),
    ),
    "evidence certificate": CommandText(
        Text("a deposit's certificate as a sealed PDF", "存证证书（带签章的 PDF）"),
        (_CERTIFICATE, f"{_CERTIFICATE} --seal-of {_BANK}"),
        Text(
            "PDF/A in Chinese and English, with the proof inside; the proof is saved as JSON "
            "beside it too. `tally verify deposit.pdf` checks all of it without a node.",
            "中英文 PDF/A，内附全部证明；证明另存为同名 JSON。`tally verify deposit.pdf` "
            "不连接节点即可核验。",
        ),
    ),
}
_SEALING: Final = {
    "seal_of": Text(
        "code of the organisation whose seal is set (default: the only one kept here)",
        "签章机构代码（默认为本机唯一保存签章的机构）",
    ),
    "seal_passphrase_file": Text(
        "file with the seal's passphrase; - for standard input", "签章口令文件，- 表示标准输入"
    ),
    "time_stamp": Text(
        "address of a time-stamp authority (RFC 3161) for a trusted time; local for one's own",
        "可信时间戳机构（RFC 3161）地址；local 表示本用户的本地机构",
    ),
    "portal": Text(
        "public address that the QR code begins with (or $TALLY_PORTAL)",
        "二维码使用的公开网址（或 $TALLY_PORTAL）",
    ),
}
SEAL_OPTIONS: Final[Mapping[str, Text]] = {
    **_SEALING,
    "seal create:organization": Text("its unified social credit code", "机构统一社会信用代码"),
    "seal create:name": Text("its name, as certificates show it", "证书上显示的机构名称"),
    "seal create:passphrase_file": Text(
        "file with a new passphrase; - for standard input", "新口令文件，- 表示标准输入"
    ),
    "seal create:no_passphrase": Text(
        "keep it in the open, for this user only", "不设口令，仅本用户可读"
    ),
    "seal publish:fingerprint": Text(
        "which seal, if several are kept here", "签章指纹，本机有多个时填写"
    ),
    "seal revoke:version": Text("which of the own seals", "本机构签章的序号"),
    "seal revoke:reason": Text("why, for everybody to read", "撤销原因，公开可见"),
    "seal show:organization": Text("code of the organisation", "机构代码"),
    "evidence certificate:deposit": Text("number of the deposit", "存证编号"),
    "evidence certificate:out": Text("the PDF to write", "输出的 PDF"),
}
SEAL_MESSAGES: Final[Mapping[str, Text]] = {
    "seal.first": Text(
        "seal of {name} made and published, for certificates: {fingerprint}…",
        "已生成并公布 {name} 的电子签章，可用于证书：{fingerprint}…",
    ),
    "seal.first_failed": Text(
        "no seal was published for certificates: {why} (later: tally seal create, publish)",
        "未能公布用于证书的电子签章：{why}（可稍后执行 tally seal create、publish）",
    ),
    "seal.publish_next": Text(
        "next: an administrator runs `tally seal publish`",
        "下一步：由管理员执行 `tally seal publish`",
    ),
    "verify.link_offline": Text(
        "the text of a certificate proves nothing by itself", "证书核验文本本身不能证明任何内容"
    ),
    "verify.link_offline_hint": Text(
        "Name its extract or PDF with --receipt, or ask a node.",
        "请用 --receipt 给出摘录或 PDF，或向节点查询。",
    ),
    "seal.no_certificate": Text(
        "{kind} cannot be a certificate: it is no extract", "{kind} 不是摘录，不能生成证书"
    ),
}
SEAL_FIELDS: Final = (
    ("certificate", "certificate", "证书"),
    ("fingerprint", "fingerprint", "指纹"),
    ("proof", "proof", "证明"),
    ("published_at", "published", "公布时间"),
    ("published_by", "published by", "公布人"),
    ("valid_until", "valid until", "有效期至"),
)
