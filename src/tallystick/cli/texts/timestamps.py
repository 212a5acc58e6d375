# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally timestamp`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

_REQUEST: Final = "tally timestamp request contract.pdf"

TIMESTAMP_COMMANDS: Final[Mapping[str, CommandText]] = {
    "timestamp": CommandText(
        Text("trusted time-stamps (RFC 3161)", "可信时间戳（RFC 3161）"),
        (_REQUEST, "tally timestamp verify contract.pdf"),
    ),
    "timestamp request": CommandText(
        Text("get a time-stamp for a file", "为文件申请时间戳"),
        (
            _REQUEST,
            f"{_REQUEST} --authority https://time.example.com/tsa",
            f"{_REQUEST} --query",
        ),
        Text(
            "Only the SHA-256 is sent. Without --authority the local authority of this user "
            "signs, which is created at the first time: strangers believe it as much as they "
            "believe you. The reply is saved beside the file as NAME.tsr.",
            "仅发送 SHA-256。未指定 --authority 时由本用户的本地机构签发（首次使用时自动创建），"
            "其证明力以他人对您的信任为限。应答保存在文件旁，名为 NAME.tsr。",
        ),
    ),
    "timestamp verify": CommandText(
        Text("check a time-stamp of a file", "核验文件的时间戳"),
        (
            "tally timestamp verify contract.pdf",
            "tally timestamp verify contract.pdf token.tst --authorities ca.pem",
        ),
        Text(
            "Takes whole replies (.tsr) and bare tokens (.tst). Certificates inside are not "
            "believed: only those of --authorities, and those pinned in the user's folder.",
            "支持完整应答（.tsr）与裸令牌（.tst）。令牌内附证书一律不予采信，"
            "仅采信 --authorities 所列及用户目录中已固定的证书。",
        ),
    ),
    "timestamp authority": CommandText(
        Text("the time-stamp authority of this user", "本用户的时间戳机构"),
        ("tally timestamp authority create", "tally timestamp authority serve"),
    ),
    "timestamp authority create": CommandText(
        Text("create it, and pin its root", "创建机构并固定其根证书"),
        ('tally timestamp authority create --name "Example Court time"',),
    ),
    "timestamp authority serve": CommandText(
        Text("answer requests over HTTP on this machine", "在本机以 HTTP 应答时间戳请求"),
        ("tally timestamp authority serve --port 8703",),
    ),
}
TIMESTAMP_OPTIONS: Final[Mapping[str, Text]] = {
    "timestamp request:file": Text("what the time-stamp is over", "申请时间戳的文件"),
    "timestamp request:authority": Text(
        "address of an authority (default: the local one)", "时间戳机构地址（默认使用本地机构）"
    ),
    "timestamp request:query": Text(
        "only write the request (.tsq), to be sent another way", "仅生成请求文件（.tsq），另行提交"
    ),
    "timestamp request:out": Text("where to save it", "保存位置"),
    "timestamp verify:file": Text("what the time-stamp is over", "时间戳所针对的文件"),
    "timestamp verify:token": Text(
        "reply or token (default: NAME.tsr beside the file)",
        "应答或令牌文件（默认为文件旁的 NAME.tsr）",
    ),
    "timestamp verify:authorities": Text(
        "certificates of authorities to believe (PEM or DER)", "采信的机构证书（PEM 或 DER）"
    ),
    "verify:signers": Text(
        "certificates of signers, or of their authorities, whose signatures are believed",
        "采信其电子签名的证书：签名人或其认证机构",
    ),
    "verify:services": Text(
        "files of transparency services and issuers to believe",
        "采信的透明服务与签发方文件",
    ),
    "verify:authorities": Text(
        "certificates of time-stamp authorities to believe", "采信的时间戳机构证书"
    ),
    "timestamp authority create:name": Text("name in its certificate", "证书中的名称"),
    "timestamp authority serve:port": Text("where it listens; 0: any", "监听端口；0 为任意端口"),
}
TIMESTAMP_MESSAGES: Final[Mapping[str, Text]] = {
    "timestamp.address": Text(
        "an authority has an http or https address", "时间戳机构须为 http 或 https 地址"
    ),
    "timestamp.unreachable": Text("{address} gave no time-stamp", "{address} 未签发时间戳"),
    "timestamp.port": Text("port {port} cannot be used", "端口 {port} 无法使用"),
    "timestamp.serving": Text("answering; Ctrl+C stops", "正在应答；按 Ctrl+C 停止"),
}
TIMESTAMP_FIELDS: Final = (
    ("serial", "serial number", "序列号"),
    ("policy", "policy", "策略"),
    ("pinned", "pinned", "已固定证书"),
)
