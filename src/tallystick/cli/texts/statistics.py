# SPDX-License-Identifier: Apache-2.0
"""Texts of `tally contract statistics` and `tally contract alerts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import CommandText, Text

STATISTICS_COMMANDS: Final[Mapping[str, CommandText]] = {
    "contract statistics": CommandText(
        Text("show what a contract counts", "查看合约的统计指标"),
        (
            "tally contract statistics charity",
            "tally contract statistics charity raised_daily --period 2026-11-27",
            "tally contract statistics custody fees_paid --since 2026-11-01 --until 2026-12-01",
            "tally contract statistics charity raised --full --data ./ledger",
        ),
        Text(
            "Without a statistic: all of them with their totals over all time. Figures that fewer "
            "subjects stand behind than are published read `<5`, and one more cell is withheld "
            "with them. --since and --until show one over any time, counted anew from its events; "
            "one that says who is counted is refused there. --full reads everything from the data "
            "folder of this machine's node, for those who may look at it anyway.",
            "未指定指标时列出全部指标及累计值。主体过少的单元格显示为 `<5`，并同时隐去另一单元格。"
            "--since 与 --until 按任意时段由事件重新统计；涉及被统计人员的指标不可如此查看。"
            "--full 直接读取本机节点的数据目录，显示全部数值，仅供本就有权查看者使用。",
        ),
    ),
    "contract alerts": CommandText(
        Text("list the alerts that a contract's rules raised", "列出合约规则发出的预警"),
        (
            "tally contract alerts charity",
            "tally contract alerts inventory --rule INV-W2 --state open --json",
        ),
    ),
}
STATISTICS_OPTIONS: Final[Mapping[str, Text]] = {
    "contract statistics:contract": Text("name of the contract", "合约名称"),
    "contract statistics:statistic": Text("name of the statistic", "指标名称"),
    "contract statistics:period": Text(
        "a day or month, as the statistic lists them", "日期或月份（以指标所列为准）"
    ),
    "contract statistics:since": Text(
        "over any time: from when (RFC 3339, or a date)", "任意时段：起始时间（RFC 3339 或日期）"
    ),
    "contract statistics:until": Text("until when, exclusive", "截止时间（不含）"),
    "contract statistics:stretches": Text(
        "in how many equal stretches; 24 by default", "等分为几段，默认 24"
    ),
    "contract statistics:cell": Text(
        "only of cells with this value, NAME=VALUE; may be repeated",
        "仅此取值的单元格（NAME=VALUE，可重复）",
    ),
    "contract statistics:full": Text(
        "hide nothing; needs this machine's data folder", "不隐去任何数值；须有本机数据目录"
    ),
    "contract alerts:contract": Text("name of the contract", "合约名称"),
    "contract alerts:rule": Text("only of the rule with this id", "仅此编号的规则"),
    "contract alerts:level": Text("only of this level", "仅此级别"),
    "contract alerts:state": Text("only in this state", "仅此状态"),
}
STATISTICS_FIELDS: Final = (
    ("rule", "rule", "规则"),
    ("about", "about", "对象"),
    ("count", "count", "次数"),
    ("shown", "figure", "数值"),
    ("bin", "bin", "区间"),
    ("label", "label", "名称"),
    ("by", "by", "分组"),
    ("numerator", "numerator", "分子"),
    ("denominator", "denominator", "分母"),
    ("percentiles", "percentiles", "分位数"),
    ("subjects", "subjects", "主体数"),
)
"""Headings: name, English, Chinese."""
