# SPDX-License-Identifier: Apache-2.0
"""Who plays in `tally demo preservation`; all organisations and persons are invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tallystick.contracts import Label, Player, digest_of
from tallystick.industries.preservation.workflows import (
    APPLICANT,
    CLERK,
    GUARANTOR_BANK,
    JUDGE,
    LAWYER,
    OFFICER,
    REGISTRY,
    REGULATOR,
    RESPONDENT,
    SIGNER,
    SUPERVISOR,
    TELLER,
    UNDERWRITER,
)

CONTRACT: Final = "preservation"
CALENDAR_KEEPER: Final = "calendar.keeper"
COURT: Final = "11310000MADEM6010T"
INSURER: Final = "91310000MADEM6030L"
GUARANTEE_BANK: Final = "91310000MADEM6040M"
SETTLEMENT_BANK: Final = "91310000MADEM6050N"
DEPOSIT_BANK: Final = "91310000MADEM6060P"
DEBTOR: Final = "91310000MADEM6080R"
PAYER: Final[Mapping[str, object]] = {
    "name": "示例结算银行保全担保专户",
    "account": "0200000709014404407",
    "bic": "ICBKCNBJ",
    "currency": "CNY",
    "remittance": "财产保全担保",
    "accounts": (f"{SETTLEMENT_BANK}/",),
}
"""The settlement bank's account, as its payment file names it."""

CALENDAR_CLERK, PRESIDENT = "clerk-qian", "supervisor-zhao"
FILING, PRESIDING, ENFORCER = "filing-sun", "judge-li", "officer-zhou"
COMMISSIONER = "regulator-wu"
ASSESSOR, SEALER, BANKER = "underwriter-zheng", "signer-wang", "guarantor-feng"
TELLER_1, DEPOSITS = "teller-chen", "registry-chu"
CREDITOR_1, COUNSEL, DEBTOR_1 = "applicant-wei", "lawyer-jiang", "respondent-shen"


def parts() -> tuple[Player, ...]:
    """Return everybody who signs on the ledger."""
    court = (COURT, Label(zh="示例中级法院", en="Example Intermediate Court"))
    regulator = ("11310000MADEM6020U", Label(zh="示例金融监管局", en="Example Regulator"))
    insurer = (INSURER, Label(zh="示例财产保险公司", en="Example Property Insurance"))
    guarantor = (GUARANTEE_BANK, Label(zh="示例担保银行", en="Example Guarantee Bank"))
    settling = (SETTLEMENT_BANK, Label(zh="示例结算银行", en="Example Settlement Bank"))
    deposits = (DEPOSIT_BANK, Label(zh="示例存款银行", en="Example Deposit Bank"))
    firm = ("31310000MADEM6070Y", Label(zh="示例律师事务所", en="Example Law Firm"))
    debtor = (DEBTOR, Label(zh="示例制造公司", en="Example Manufacturing"))
    creditor = ("91310000MADEM61007", Label(zh="示例贸易公司", en="Example Trading"))
    return (
        Player(*court, CALENDAR_CLERK, Label(zh="钱历", en="Qian Li"), CALENDAR_KEEPER),
        Player(*court, PRESIDENT, Label(zh="赵督", en="Zhao Du"), SUPERVISOR),
        Player(*court, FILING, Label(zh="孙立", en="Sun Li"), CLERK),
        Player(*court, PRESIDING, Label(zh="李审", en="Li Shen"), JUDGE),
        Player(*court, ENFORCER, Label(zh="周执", en="Zhou Zhi"), OFFICER),
        Player(*regulator, COMMISSIONER, Label(zh="吴监", en="Wu Jian"), REGULATOR),
        Player(*insurer, ASSESSOR, Label(zh="郑核", en="Zheng He"), UNDERWRITER),
        Player(*insurer, SEALER, Label(zh="王签", en="Wang Qian"), SIGNER),
        Player(*guarantor, BANKER, Label(zh="冯保", en="Feng Bao"), GUARANTOR_BANK),
        Player(*settling, TELLER_1, Label(zh="陈柜", en="Chen Gui"), TELLER),
        Player(*deposits, DEPOSITS, Label(zh="褚登", en="Chu Deng"), REGISTRY),
        Player(*creditor, CREDITOR_1, Label(zh="卫申", en="Wei Shen"), APPLICANT),
        Player(*firm, COUNSEL, Label(zh="蒋律", en="Jiang Lü"), LAWYER),
        Player(*debtor, DEBTOR_1, Label(zh="沈应", en="Shen Ying"), RESPONDENT),
    )


def sealed_words(*what: str) -> dict[str, Any]:
    """Return what the ledger keeps of contents that are sealed elsewhere."""
    return {
        "ciphertext": digest_of("ciphertext", *what),
        "plaintext": digest_of("plaintext", *what),
        "size": 400,
    }
