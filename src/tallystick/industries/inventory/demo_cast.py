# SPDX-License-Identifier: Apache-2.0
"""Who plays in `tally demo inventory`; all organisations and persons are invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.contracts import Label, Player
from tallystick.industries.inventory.workflows import (
    APPROVER,
    AUDITOR,
    COURT,
    DEALER,
    INSURER,
    KEEPER,
    OFFICER,
    REGISTRY,
    RISK,
    RULE_KEEPER,
    VALUER,
    WINERY,
)

CONTRACT: Final = "inventory"
CALENDAR_KEEPER: Final = "calendar.keeper"
DEALERS: Final = ("91510100MADEM20209", "91500000MADEM20301")
KEEPERS: Final = ("91510500MADEM20400",)
BANK: Final = "91510100MADEM2050C"
OTHER_BANK: Final = "91500000MADEM20604"
PAYER: Final[Mapping[str, object]] = {
    "name": "示例商业银行贷款资金户",
    "account": "0200000709014403999",
    "bic": "ICBKCNBJ",
    "currency": "CNY",
    "remittance": "存货融资放款",
    "accounts": (f"{BANK}/",),
}
"""The bank's account, as its payment file names it."""

CALENDAR_CLERK, REGISTRAR, INSURANCE_CLERK = "clerk-qian", "registrar-sun", "insurance-zhou"
WINEMAKER, APPRAISER, STOREMAN = "winery-wu", "valuer-zheng", "keeper-wang"
DEALER_1, DEALER_2 = "dealer-feng", "dealer-chen"
RISK_1, ASSESSOR, APPROVER_1, TELLER = "risk-chu", "officer-wei", "approver-jiang", "teller-shen"
OTHER_TELLER, JUDGE, AUDITOR_1 = "officer-han", "judge-yang", "auditor-zhu"
RULES_1: Final = "rules-qin"


def parts() -> tuple[Player, ...]:
    """Return everybody who signs on the ledger."""
    registry = ("91110000MADEM2090G", Label(zh="示例动产登记中心", en="Example Pledge Registry"))
    winery = ("91510500MADEM2010W", Label(zh="示例酒厂", en="Example Winery"))
    first = (DEALERS[0], Label(zh="示例酒类经销公司", en="Example Dealers"))
    second = (DEALERS[1], Label(zh="示例名酒贸易公司", en="Example Traders"))
    keeper = (KEEPERS[0], Label(zh="示例仓储公司", en="Example Warehousing"))
    bank = (BANK, Label(zh="示例酒城银行", en="Example Liquor City Bank"))
    other = (OTHER_BANK, Label(zh="示例城市银行", en="Example City Bank"))
    valuer = ("91110108MADEM20707", Label(zh="示例价格评估公司", en="Example Appraisers"))
    insurer = ("91310000MADEM2080W", Label(zh="示例保险公司", en="Example Insurance"))
    court = ("11510100MADEM21005", Label(zh="示例法院", en="Example Court"))
    auditor = (
        "31510100MADEM21104",
        Label(zh="示例西南会计师事务所", en="Example Auditors South-West"),
    )
    return (
        Player(*registry, CALENDAR_CLERK, Label(zh="钱历", en="Qian Li"), CALENDAR_KEEPER),
        Player(*registry, RULES_1, Label(zh="秦规", en="Qin Gui"), RULE_KEEPER),
        Player(*registry, REGISTRAR, Label(zh="孙登", en="Sun Deng"), REGISTRY),
        Player(*winery, WINEMAKER, Label(zh="吴酿", en="Wu Niang"), WINERY),
        Player(*first, DEALER_1, Label(zh="冯商", en="Feng Shang"), DEALER),
        Player(*second, DEALER_2, Label(zh="陈贸", en="Chen Mao"), DEALER),
        Player(*keeper, STOREMAN, Label(zh="王仓", en="Wang Cang"), KEEPER),
        Player(*bank, RISK_1, Label(zh="褚险", en="Chu Xian"), RISK),
        Player(*bank, ASSESSOR, Label(zh="卫客", en="Wei Ke"), OFFICER),
        Player(*bank, APPROVER_1, Label(zh="蒋批", en="Jiang Pi"), APPROVER),
        Player(*bank, TELLER, Label(zh="沈柜", en="Shen Gui"), OFFICER),
        Player(*other, OTHER_TELLER, Label(zh="韩客", en="Han Ke"), OFFICER),
        Player(*valuer, APPRAISER, Label(zh="郑估", en="Zheng Gu"), VALUER),
        Player(*insurer, INSURANCE_CLERK, Label(zh="周保", en="Zhou Bao"), INSURER),
        Player(*court, JUDGE, Label(zh="杨法", en="Yang Fa"), COURT),
        Player(*auditor, AUDITOR_1, Label(zh="朱审", en="Zhu Shen"), AUDITOR),
    )
