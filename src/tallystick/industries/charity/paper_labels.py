# SPDX-License-Identifier: Apache-2.0
"""What the facts of the extracts are called on a page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from tallystick.contracts import (
    FactLabel,
    Label,
    digest_fact,
    fact,
    hidden_fact,
    money_fact,
    state_fact,
    time_fact,
)

Labels: TypeAlias = Mapping[str, FactLabel]

_CAMPAIGN: Final[Labels] = MappingProxyType(
    {
        "foundation": fact("慈善组织", "Foundation"),
        "licence": fact("登记证书", "Licence"),
        "title": fact("募捐项目", "Campaign"),
        "campaign": fact("项目编号", "Number of the campaign"),
        "project": fact("项目备案号", "Project"),
    }
)
_MONEY: Final[Labels] = MappingProxyType(
    {
        "amount": money_fact("金额", "Amount"),
        "amount_in_capitals": hidden_fact("大写金额", "Amount in capitals"),
        "currency": hidden_fact("币种", "Currency"),
    }
)
_FREE: Final = MappingProxyType({"free": Label(zh="无", en="none")})

DONATION_LABELS: Final[Labels] = MappingProxyType(
    {
        "donation": fact("收据编号", "Number"),
        **_CAMPAIGN,
        **_MONEY,
        "received_on": time_fact("到账日期", "Received on"),
        "bank_reference": fact("银行流水号", "Bank's reference"),
        "restriction": state_fact("用途限定", "Restriction", _FREE),
        "donations": fact("笔数", "Donations"),
        "donor": digest_fact("捐赠人摘要", "Donor (digest)"),
        "text": hidden_fact("供阅读的文本", "Text to read"),
    }
)

PAYMENT_LABELS: Final[Labels] = MappingProxyType(
    {
        "entitlement": fact("资助编号", "Number"),
        **_CAMPAIGN,
        "period": fact("期间", "Period"),
        **_MONEY,
        "paid_on": time_fact("付款日期", "Paid on"),
        "payment_order": fact("付款指令", "Payment order"),
        "bank_reference": fact("银行流水号", "Bank's reference"),
        "confirmed_on": time_fact("本人确认收款", "Confirmed by the beneficiary"),
        "beneficiary": digest_fact("受益人摘要", "Beneficiary (digest)"),
        "text": hidden_fact("供阅读的文本", "Text to read"),
    }
)

_SUMS: Final[Labels] = MappingProxyType(
    {
        "donated": money_fact("捐赠收入", "Donated"),
        "returned": money_fact("退回", "Returned"),
        "moved_in": money_fact("转入", "Moved in"),
        "available": money_fact("可用", "Available"),
        "held": money_fact("待付", "Held"),
        "paid": money_fact("已付", "Paid"),
        "fees": money_fact("费用", "Fees"),
        "moved_out": money_fact("转出", "Moved out"),
    }
)

DISCLOSURE_LABELS: Final[Labels] = MappingProxyType(
    {
        **_CAMPAIGN,
        "currency": fact("币种", "Currency"),
        "disclosures": fact("已公开次数", "Disclosures"),
        "now": fact("当前收支", "Sums now"),
        **{f"now.{name}": one for name, one in _SUMS.items()},
        "last": fact("最近一次信息公开", "Last disclosure"),
        "last.number": fact("次数", "Number"),
        "last.disclosed_on": time_fact("公开日期", "Disclosed on"),
        **{f"last.{name}": one for name, one in _SUMS.items()},
    }
)
