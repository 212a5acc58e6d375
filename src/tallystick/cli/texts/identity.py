# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally identity`, and of the pages at its door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

_SERVE: Final = (
    "tally identity serve --contract charity --provider https://id.example.org "
    "--client-id tallystick --acr urn:example:face=3 --claim id_number --secret secret.hex "
    "--public https://vouch.example.org"
)

IDENTITY_COMMANDS: Final[Mapping[str, CommandText]] = {
    "identity": CommandText(
        Text("let an identity provider vouch for persons", "通过身份提供方核验人员"), (_SERVE,)
    ),
    "identity serve": CommandText(
        Text("serve the door where persons log in", "运行身份核验入口"),
        (_SERVE,),
        Text(
            "Sends who opens the link to the OpenID provider, compares who comes back with the "
            "record, and puts the provider's word for the person's key on the ledger. Listens on "
            "this machine only; a proxy with TLS stands before it. Nothing about a person is "
            "written anywhere.",
            "将打开链接者引导至 OpenID 身份提供方，返回后与记录比对，并将对其公钥的核验声明上链。"
            "仅监听本机，前置 TLS 反向代理。不记录任何个人信息。",
        ),
    ),
}
IDENTITY_OPTIONS: Final[Mapping[str, Text]] = {
    "identity serve:contract": Text("the contract to vouch in", "核验所属合约"),
    "identity serve:records": Text("its table of records for persons", "合约中按人登记的表"),
    "identity serve:provider": Text(
        "the provider's issuer, an address", "身份提供方的 issuer 地址"
    ),
    "identity serve:client_id": Text("our name with the provider", "在身份提供方登记的客户端编号"),
    "identity serve:client_secret": Text(
        "private file with our secret with the provider, if we have one",
        "客户端密钥文件（仅本人可读），如有",
    ),
    "identity serve:acr": Text(
        "ACR=LEVEL, a way of identifying that is accepted, and its level from 1 to 4",
        "接受的认证方式及其等级，格式 ACR=等级（1 至 4）",
    ),
    "identity serve:scope": Text("further scope to ask for", "额外申请的 scope"),
    "identity serve:also_host": Text(
        "further host of the provider's documents", "身份提供方文档可使用的其他主机"
    ),
    "identity serve:claim": Text(
        "claim of the ID token with the identity number", "身份令牌中证件号码的声明名"
    ),
    "identity serve:secret": Text(
        "private file with the key of the commitments, as for lists",
        "摘要密钥文件（仅本人可读），与名单导入相同",
    ),
    "identity serve:port": Text("port on this machine", "本机端口"),
    "identity serve:public": Text(
        "address by which browsers reach the door", "浏览器访问入口所用地址"
    ),
}
IDENTITY_MESSAGES: Final[Mapping[str, Text]] = {
    "identity.serving": Text("serving; Ctrl-C stops", "运行中；按 Ctrl-C 停止"),
    "identity.stopped": Text("the door is closed", "入口已关闭"),
    "identity.port": Text("port {port} cannot be listened on", "无法监听端口 {port}"),
    "identity.public": Text("{address} cannot be the door's address", "{address} 不能作为入口地址"),
    "identity.other_host": Text("this door is not known by that name", "入口不使用该主机名"),
    "identity.no_page": Text("there is no such page", "没有该页面"),
    "identity.query": Text("the address is too long or damaged", "地址过长或已损坏"),
    "identity.no_records": Text(
        "{table} of {contract} is no table of records for persons",
        "{contract} 的 {table} 不是按人登记的表",
    ),
    "identity.record": Text("the link names no record", "链接未指明记录"),
    "identity.key": Text("the link names no public key", "链接未指明公钥"),
    "identity.busy": Text("too many persons are logging in", "正在登录的人员过多"),
    "identity.nobody_waits": Text(
        "nobody waits for this response: it was used, is late, or another browser's",
        "无人等待该返回信息：已使用、已超时，或来自其他浏览器",
    ),
    "identity.other_person": Text(
        "{record} is for somebody else than was identified", "核验到的人员不是 {record} 所指之人"
    ),
    "identity.no_number": Text(
        "the provider's claim is no identity number", "身份提供方给出的不是有效证件号码"
    ),
    "identity.done": Text("Your identity is confirmed", "身份核验已完成"),
    "identity.next": Text(
        "Go back to the app within ten minutes. It needs this number:",
        "请在十分钟内返回应用。应用需要此编号：",
    ),
}
IDENTITY_FIELDS: Final = (
    ("link", "link for persons", "核验链接"),
    ("back", "redirect address", "回调地址"),
)
