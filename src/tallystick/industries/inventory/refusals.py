# SPDX-License-Identifier: Apache-2.0
"""What the contract refuses, with the codes that all systems share."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Amount,
    Count,
    Format,
    Identifier,
    Name,
    OrganizationCode,
    Refusal,
    Timestamp,
)


class NotStated(Refusal, code="E_STATE"):
    """en: No maker has stated the case {serial}; it cannot be confirmed as genuine.

    zh: 箱码 {serial} 未见于任何酒厂的供货声明，无法确认真伪。
    """

    serial: Identifier


class CaseNotFree(Refusal, code="E_STATE"):
    """en: The case {serial} is {case_state}.

    zh: 箱码 {serial} 处于 {case_state} 状态。
    """

    serial: Identifier
    case_state: Name


class StepMissing(Refusal, code="E_STATE"):
    """en: {subject}: first comes {missing}.

    zh: {subject}：须先完成 {missing}。
    """

    subject: Name
    missing: Annotated[Name, Format("word")]


class AlertOpen(Refusal, code="E_STATE"):
    """en: An alert is open on the receipt {receipt}: {alert}.

    zh: 仓单 {receipt} 有未解除的警示：{alert}。
    """

    receipt: Identifier
    alert: Name


class Unlicensed(Refusal, code="E_ROLE"):
    """en: {keeper} does not keep a licensed warehouse {warehouse} (licensed until {until}).

    zh: {keeper} 不是持证仓库 {warehouse} 的保管人（许可至 {until}）。
    """

    keeper: OrganizationCode
    warehouse: Identifier
    until: Timestamp


class NotYours(Refusal, code="E_ROLE"):
    """en: {subject} is for {party} to act on.

    zh: {subject} 须由 {party} 办理。
    """

    subject: Name
    party: OrganizationCode


class Related(Refusal, code="E_CONFLICT"):
    """en: {organization} is related to {other}.

    zh: {organization} 与 {other} 存在关联关系。
    """

    organization: OrganizationCode
    other: OrganizationCode


class ReceiptFrozen(Refusal, code="E_FROZEN"):
    """en: A court has frozen the receipt {receipt}.

    zh: 仓单 {receipt} 已被法院冻结。
    """

    receipt: Identifier


class InsuranceExpired(Refusal, code="E_EXPIRED"):
    """en: The insurance of {receipt} ended at {valid_until}.

    zh: {receipt} 的保险已于 {valid_until} 到期。
    """

    receipt: Identifier
    valid_until: Timestamp


class LineExpired(Refusal, code="E_EXPIRED"):
    """en: The credit line of {dealer} ended at {line_until}.

    zh: {dealer} 的授信已于 {line_until} 到期。
    """

    dealer: OrganizationCode
    line_until: Timestamp


class AgreementExpired(Refusal, code="E_EXPIRED"):
    """en: The promise to buy {receipt} back ended at {agreed_until}.

    zh: {receipt} 的回购承诺已于 {agreed_until} 到期。
    """

    receipt: Identifier
    agreed_until: Timestamp


class PriceStale(Refusal, code="E_EXPIRED"):
    """en: The price of {sku} is older than allowed (list {listed_at}, dealers {quoted_at}).

    zh: {sku} 的价格已过时（出厂价 {listed_at}，经销价 {quoted_at}）。
    """

    sku: Identifier
    listed_at: Timestamp
    quoted_at: Timestamp


class PricesApart(Refusal, code="E_LIMIT"):
    """en: The sources of the price of {sku} are too far apart: {low} and {high}.

    zh: {sku} 的价格来源相差过大：{low} 与 {high}。
    """

    sku: Identifier
    low: Amount
    high: Amount


class TooMuch(Refusal, code="E_LIMIT"):
    """en: {amount} is more than the {limit} that {rule} allows.

    zh: {amount} 超过 {rule} 允许的 {limit}。
    """

    amount: Amount
    limit: Amount
    rule: Annotated[Name, Format("word")]


class TooManyCases(Refusal, code="E_LIMIT"):
    """en: {cases} cases cannot go; {allowed} can after this payment.

    zh: 不能提取 {cases} 箱；该笔还款后可提取 {allowed} 箱。
    """

    cases: Count
    allowed: Count


class ForgedCount(Refusal, code="E_SIG"):
    """en: The scan was not signed by the scanner of the warehouse {warehouse}.

    zh: 扫描结果并非由仓库 {warehouse} 登记的设备密钥签名。
    """

    warehouse: Identifier


class Backdated(Refusal, code="E_LATE"):
    """en: The scan says {scanned_at}; it must lie between {earliest} and {latest}.

    zh: 扫描时间 {scanned_at} 不在 {earliest} 至 {latest} 之间。
    """

    scanned_at: Timestamp
    earliest: Timestamp
    latest: Timestamp


class TooEarly(Refusal, code="E_EARLY"):
    """en: {subject} is possible after {after}.

    zh: {subject} 须待 {after} 之后。
    """

    subject: Name
    after: Timestamp


class DoesNotFit(Refusal, code="E_VALUE"):
    """en: {subject} does not fit: {what}.

    zh: {subject} 不符：{what}。
    """

    subject: Name
    what: Annotated[Name, Format("word")]


class SerialTwice(Refusal, code="E_DUP"):
    """en: The case {serial} is named or stated already.

    zh: 箱码 {serial} 重复。
    """

    serial: Identifier


class NumberUsed(Refusal, code="E_DUP"):
    """en: The registry number {number} stands for {pledge}.

    zh: 登记编号 {number} 已用于 {pledge}。
    """

    number: Name
    pledge: Identifier


class NotTheRegistry(Refusal, code="E_VALUE"):
    """en: Makers speak on the registry network of cases; {network} is not that of this network.

    zh: 酒厂的声明以箱货登记网络为准；{network} 不是本网络的登记网络。
    """

    network: Name


class NewerPriceKnown(Refusal, code="E_LATE"):
    """en: The price of {sku} said at {said_at} is older than the one known, of {listed_at}.

    zh: {sku} 的出厂价形成于 {said_at}，早于已知价格（{listed_at}）。
    """

    sku: Identifier
    said_at: Timestamp
    listed_at: Timestamp
