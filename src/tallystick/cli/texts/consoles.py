# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally console`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

CONSOLE_COMMANDS: Final[Mapping[str, CommandText]] = {
    "console": CommandText(
        Text("accounts of the node's pages, for its operator", "节点页面的账户（供运营者使用）"),
        ("tally console reset admin",),
    ),
    "console reset": CommandText(
        Text("make a link for a lost password", "生成忘记密码时的重设链接"),
        ("tally console reset admin", "tally console reset admin --factors"),
        Text(
            "For when no administrator of the console can give one. The link is good once, for a "
            "day; the node may run meanwhile. The audit notes it.",
            "用于没有管理员可以发放链接的情形。链接一天内有效，只能使用一次；节点可照常运行。"
            "审计会记录此操作。",
        ),
    ),
}
CONSOLE_OPTIONS: Final[Mapping[str, Text]] = {
    "console reset:login": Text("name by which the account is entered", "账户登录名"),
    "console reset:factors": Text(
        "take its one-time codes and passkeys away too", "同时取消其一次性验证码与通行密钥"
    ),
}
CONSOLE_MESSAGES: Final[Mapping[str, Text]] = {
    "console.reset": Text(
        "give this link to the person, and to nobody else", "请将此链接只交给本人"
    ),
}
