# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally charity export`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

CHARITY_EXPORT_COMMANDS: Final[Mapping[str, CommandText]] = {
    "charity": CommandText(
        Text("gifts that go straight to the beneficiary's account", "善款直达受益人的链上公益"),
        ("tally charity show-campaign --help", "tally charity export --help"),
    ),
    "charity export": CommandText(
        Text("save a file to take away of a campaign", "导出募捐项目的文件"),
        (
            "tally charity export disclosure CP-2026-000001 --out disclosure.csv",
            "tally charity export 360giving CP-2026-000001 --out grants.json",
            "tally charity export audit CP-2026-000001 --out audit.zip",
        ),
        Text(
            "`disclosure` has every disclosure and the sums as they are now; `360giving` and "
            "`360giving-csv` publish what was paid out as grants, with lists of fewer than five "
            "payments taken together; `audit` packs the events and the receipt of every "
            "transaction, each checked. If the tables do not add up, nothing is saved.",
            "`disclosure` 含历次信息公开与当前收支；`360giving`、`360giving-csv` 按 360Giving "
            "标准公布发放情况，不足五笔的名单合并列示；`audit` 打包全部事件与经核验的交易凭证。"
            "账目不符时不导出任何文件。",
        ),
    ),
}
CHARITY_EXPORT_OPTIONS: Final[Mapping[str, Text]] = {
    "charity export:kind": Text("which file", "文件种类"),
    "charity export:campaign": Text("number of the campaign", "项目编号"),
    "charity export:out": Text("where to save it", "保存位置"),
}
CHARITY_EXPORT_MESSAGES: Final[Mapping[str, Text]] = {
    "help.group.systems": Text("Systems", "业务系统"),
    "charity.no_campaign": Text("there is no campaign {campaign}", "没有项目 {campaign}"),
}
