# SPDX-License-Identifier: Apache-2.0
"""Who plays in `tally demo justice`; all organisations and persons are invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.contracts import Label, Player
from tallystick.industries.justice.workflows import (
    AUTHORITY,
    BANK,
    COURT_NODE,
    CREDIT,
    FILING,
    IDENTITY,
    JUDGE,
    MEDIATOR,
    OFFICER,
    PLATFORM,
    REVIEWER,
    RULE_KEEPER,
    TIME,
)

CONTRACT: Final = "justice"
PLATFORM_HOUSE: Final = "91330100MADEM3010A"
BANK_HOUSE: Final = "91330100MADEM3020B"
PAYER: Final[Mapping[str, object]] = {
    "name": "示例扣款清算户",
    "account": "1202020709900054321",
    "bic": "ICBKCNBJ",
    "currency": "CNY",
    "remittance": "授权扣款",
    "accounts": (f"{BANK_HOUSE}/",),
}
TELLER: Final = "teller-shi"
CLERK, ARCHIVIST, VOUCHER = "platform-lin", "archive-he", "identity-gao"
ISSUER, REVIEWER_1, CREDIT_1 = "ca-luo", "reviewer-song", "credit-tang"
RULES_1, MEDIATOR_1, CLERK_OF_COURT = "rules-zhu", "mediator-he", "court-archive"
FILING_1, JUDGE_1, MACHINE, OFFICER_1 = "filing-liang", "judge-fang", "court-node", "officer-wei"
CLOCK_1: Final = "time-ji"
MEDIATION: Final = "52330100MADEM3070H"
COURT: Final = "11330100MADEM3030L"


def parts() -> tuple[Player, ...]:
    """Return everybody who signs on the ledger."""
    platform = (PLATFORM_HOUSE, Label(zh="示例租赁平台", en="Example Leasing Platform"))
    court = (COURT, Label(zh="杭州示例互联网法院", en="Example Internet Court of Hangzhou"))
    trust = ("91330100MADEM3040D", Label(zh="示例电子认证公司", en="Example Certification"))
    identity = ("91330100MADEM3050E", Label(zh="示例身份服务", en="Example Identity"))
    credit = ("12330100MADEM3060L", Label(zh="示例信用中心", en="Example Credit Centre"))
    bank = (BANK_HOUSE, Label(zh="示例银行", en="Example Bank"))
    mediation = (MEDIATION, Label(zh="示例调解中心", en="Example Mediation Centre"))
    return (
        Player(*platform, CLERK, Label(zh="林台", en="Lin Tai"), PLATFORM),
        Player(*platform, ARCHIVIST, Label(zh="何存", en="He Cun"), "depositor"),
        Player(*court, REVIEWER_1, Label(zh="宋审", en="Song Shen"), REVIEWER),
        Player(*court, RULES_1, Label(zh="朱规", en="Zhu Gui"), RULE_KEEPER),
        Player(*court, FILING_1, Label(zh="梁立", en="Liang Li"), FILING),
        Player(*court, MACHINE, Label(zh="法院节点", en="The court's node"), COURT_NODE),
        Player(*court, JUDGE_1, Label(zh="方判", en="Fang Pan"), JUDGE),
        Player(*court, CLERK_OF_COURT, Label(zh="书记员", en="Clerk of the court"), "depositor"),
        Player(*court, OFFICER_1, Label(zh="魏执", en="Wei Zhi"), OFFICER),
        Player(*mediation, MEDIATOR_1, Label(zh="何解", en="He Jie"), MEDIATOR),
        Player(*trust, ISSUER, Label(zh="罗证", en="Luo Zheng"), AUTHORITY),
        Player(*trust, CLOCK_1, Label(zh="季时", en="Ji Shi"), TIME),
        Player(*identity, VOUCHER, Label(zh="高识", en="Gao Shi"), IDENTITY),
        Player(*credit, CREDIT_1, Label(zh="唐信", en="Tang Xin"), CREDIT),
        Player(*bank, TELLER, Label(zh="施柜", en="Shi Gui"), BANK),
    )
