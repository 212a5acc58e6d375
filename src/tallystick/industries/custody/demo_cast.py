# SPDX-License-Identifier: Apache-2.0
"""Who plays in `tally demo custody`; all organisations and persons are invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.contracts import Label, Player
from tallystick.industries.custody.workflows import (
    AUDITOR,
    BANK,
    LEGAL,
    OPERATOR,
    OWNER,
    READER,
    RULE_KEEPER,
)

CONTRACT: Final = "custody"
PAYER: Final[Mapping[str, str]] = {
    "name": "示例结算银行",
    "account": "0200000709014403322",
    "bic": "ICBKCNBJ",
    "currency": "CNY",
    "remittance": "存储费",
}
RULES_1, TELLER, OFFICER_1, LAWYER = "rules-he", "teller-qian", "archive-sun", "legal-zhou"
AUDITOR_1, READER_1 = "auditor-wu", "reader-zheng"
AUDITORS: Final = "31110000MADEM1070D"
OWNER_HOUSE: Final = ("91310000MADEM1030G", Label(zh="示例储蓄银行", en="Example Savings Bank"))
SETTLING: Final = ("91310000MADEM40205", Label(zh="示例托管结算银行", en="Example Custody Bank"))
OPERATORS: Final = (
    ("91110108MADEM4010F", "node-bj", "beijing"),
    ("91310000MADEM40609", "node-sh", "shanghai"),
    ("91440100MADEM4030E", "node-gz", "guangzhou"),
    ("91510100MADEM4040R", "node-cd", "chengdu"),
)


def parts() -> tuple[Player, ...]:
    """Return everybody who signs on the ledger."""
    auditor = (AUDITORS, Label(zh="示例会计师事务所", en="Example Auditors"))
    operators = tuple(
        Player(
            code,
            Label(zh=f"示例存储运营方（{zone}）", en=f"Example Storage, {zone}"),
            node,
            Label(zh=node, en=node),
            OPERATOR,
        )
        for code, node, zone in OPERATORS
    )
    return (
        Player(*SETTLING, RULES_1, Label(zh="何规", en="He Gui"), RULE_KEEPER),
        Player(*SETTLING, TELLER, Label(zh="钱银", en="Qian Yin"), BANK),
        Player(*OWNER_HOUSE, OFFICER_1, Label(zh="孙档", en="Sun Dang"), OWNER),
        Player(*OWNER_HOUSE, LAWYER, Label(zh="周法", en="Zhou Fa"), LEGAL),
        Player(*auditor, AUDITOR_1, Label(zh="吴审", en="Wu Shen"), AUDITOR),
        Player(*auditor, READER_1, Label(zh="郑阅", en="Zheng Yue"), READER),
        *operators,
    )
