# SPDX-License-Identifier: Apache-2.0
"""Who plays in `tally demo charity`; all organisations and persons are invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.contracts import Label, Player
from tallystick.industries.charity.workflows import (
    AUDITOR,
    BANK,
    IDENTITY_PROVIDER,
    OFFICER,
    PLATFORM,
    REVIEWER,
    SCHOOL,
    SUPERVISOR,
)

FOUNDATION: Final = ("53110000MADEM1010Y", Label(zh="示例公益基金会", en="Example Foundation"))
BANK_HOUSE: Final = ("91310000MADEM1030G", Label(zh="示例储蓄银行", en="Example Savings Bank"))
CONTRACT: Final = "charity"
CURRENCY: Final = "CNY"
PAYER: Final[Mapping[str, str]] = {
    "name": "示例公益基金会",
    "account": "0200000709014403321",
    "bic": "ICBKCNBJ",
    "currency": CURRENCY,
    "remittance": "新未来高中生 2026 秋",
}
"""The foundation's account, as the bank's file names it."""

CIVIL, OFFICER_1, REVIEWER_1, TELLER = "civil-chen", "officer-li", "reviewer-wang", "teller-zhao"
TEACHER, VOUCHER, APP, AUDITOR_1 = "teacher-sun", "voucher-wu", "app-zheng", "auditor-lin"


def parts() -> tuple[Player, ...]:
    """Return everybody who signs on the ledger."""
    civil = ("11110000MADEM1020A", Label(zh="示例民政局", en="Example Civil Affairs"))
    school = ("12110108MADEM10402", Label(zh="示例中学", en="Example School"))
    provider = ("91110108MADEM1050X", Label(zh="示例身份认证中心", en="Example Identity Provider"))
    platform = ("91110108MADEM1060Y", Label(zh="示例公益平台", en="Example Charity Platform"))
    auditor = ("31110000MADEM1070D", Label(zh="示例会计师事务所", en="Example Auditors"))
    return (
        Player(*civil, CIVIL, Label(zh="陈民", en="Chen Min"), SUPERVISOR),
        Player(*FOUNDATION, OFFICER_1, Label(zh="李项", en="Li Xiang"), OFFICER),
        Player(*FOUNDATION, REVIEWER_1, Label(zh="王审", en="Wang Shen"), REVIEWER),
        Player(*BANK_HOUSE, TELLER, Label(zh="赵银", en="Zhao Yin"), BANK),
        Player(*school, TEACHER, Label(zh="孙老师", en="Sun Laoshi"), SCHOOL),
        Player(*provider, VOUCHER, Label(zh="吴证", en="Wu Zheng"), IDENTITY_PROVIDER),
        Player(*platform, APP, Label(zh="郑台", en="Zheng Tai"), PLATFORM),
        Player(*auditor, AUDITOR_1, Label(zh="林计", en="Lin Ji"), AUDITOR),
    )
