# SPDX-License-Identifier: Apache-2.0
"""What the contract announces; every event has what statistics and warnings count with.

Events of goods name no loan and no terms: they are what a winery follows.
"""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    Amount,
    Count,
    Digest,
    Event,
    Format,
    Identifier,
    Name,
    OrganizationCode,
    Timestamp,
)
from tallystick.contracts.parts import Currency
from tallystick.industries.inventory.loan_records import PrepaymentState, SaleKind
from tallystick.industries.inventory.records import CaseState, InspectionState


class Registered(Event):
    """en: {organization} registered {subject} ({kind}).

    zh: {organization} 登记了 {subject}（{kind}）。
    """

    organization: OrganizationCode
    kind: Name
    subject: Name


class RelationChanged(Event):
    """en: {first} and {second}: {kind} (declared by {organization}).

    zh: {first} 与 {second}：{kind}（由 {organization} 申报）。
    """

    first: OrganizationCode
    second: OrganizationCode
    kind: Name
    """How they are related; empty is never sent: `ended` says that they are no more."""
    organization: OrganizationCode


class SupplyStated(Event):
    """en: {winery} stated that it shipped {count} cases of {sku} to {dealer} ({statement}).

    zh: {winery} 声明向 {dealer} 发出 {sku} {count} 箱（{statement}）。
    """

    statement: Identifier
    winery: OrganizationCode
    dealer: OrganizationCode
    sku: Identifier
    count: Count


class CasesMarked(Event):
    """en: {organization} marked {count} cases {case_state}.

    zh: {organization} 将 {count} 箱标记为 {case_state}。
    """

    organization: OrganizationCode
    count: Count
    case_state: CaseState


class WordBrought(Event):
    """en: {bearer} brought the word of {organization} from {network}: {brought} ({subject}).

    zh: {bearer} 带来 {organization} 在 {network} 上的声明：{brought}（{subject}）。
    """

    bearer: OrganizationCode
    organization: OrganizationCode
    """Who said it there."""
    network: Name
    brought: Annotated[Name, Format("word")]
    subject: Name
    """The record that it is about, by the name it has here."""
    said_at: Timestamp
    """By the clock of the network on which it was said."""


class PricePublished(Event):
    """en: {source} says a case of {sku} costs {price} ({kind}); before {before}.

    zh: {source} 报价：{sku} 每箱 {price}（{kind}），此前 {before}。
    """

    sku: Identifier
    source: OrganizationCode
    kind: Name
    price: Amount
    before: Amount
    """The price on this side of the rule until now; 0: none."""
    unit_value: Amount
    """What a case is worth by the rule from now on."""
    currency: Currency


class CasesTakenIn(Event):
    """en: {warehouse} took in {count} cases of {sku} from {dealer} under {receipt}.

    zh: {warehouse} 收到 {dealer} 的 {sku} {count} 箱，记入仓单 {receipt}。
    """

    receipt: Identifier
    lot: Identifier
    warehouse: Identifier
    dealer: OrganizationCode
    sku: Identifier
    count: Count
    at: Timestamp


class StockHeld(Event):
    """en: {receipt} in {warehouse} stands for {cases} cases of {sku} worth {value}.

    zh: {warehouse} 仓单 {receipt}：{sku} {cases} 箱，价值 {value}。
    """

    receipt: Identifier
    warehouse: Identifier
    dealer: OrganizationCode
    sku: Identifier
    cases: Count
    value: Amount
    """At the prices last known; a counterfeit case counts for nothing."""
    pledged_value: Amount
    """The same if a bank has accepted the receipt as security, else 0."""
    at: Timestamp


class GoodsLeft(Event):
    """en: {count} cases of {sku} left {warehouse} under {receipt}, {waited_s} s after the paper.

    zh: {sku} {count} 箱依仓单 {receipt} 离开 {warehouse}，距签发 {waited_s} 秒。
    """

    receipt: Identifier
    warehouse: Identifier
    dealer: OrganizationCode
    sku: Identifier
    count: Count
    left: Count
    """Cases that the receipt still stands for."""
    waited_s: Count
    """Seconds since the bank signed or the receipt was surrendered."""
    minute_of_day: Count
    """At +08:00: goods that leave at night are worth a look."""
    at: Timestamp


class ReceiptsChanged(Event):
    """en: {receipt}: {change} {count} cases with {other}.

    zh: 仓单 {receipt}：{change} {count} 箱，对方仓单 {other}。
    """

    receipt: Identifier
    other: Identifier
    change: Annotated[Name, Format("word")]
    count: Count


class ReceiptTransferred(Event):
    """en: {receipt} passed from {before} to {holder}, sealed by {keeper}.

    zh: 仓单 {receipt} 由 {before} 背书转让给 {holder}，保管人 {keeper} 签章。
    """

    receipt: Identifier
    before: OrganizationCode
    holder: OrganizationCode
    keeper: OrganizationCode


class Counted(Event):
    """en: {warehouse} counted {counted} cases under {receipt}; there should be {expected}.

    zh: {warehouse} 盘点仓单 {receipt}：实存 {counted} 箱，应存 {expected} 箱。
    """

    receipt: Identifier
    warehouse: Identifier
    dealer: OrganizationCode
    expected: Count
    counted: Count
    at: Timestamp


class AlertChanged(Event):
    """en: {receipt} in {warehouse}: alert {alert}.

    zh: {warehouse} 仓单 {receipt}：警示 {alert}。
    """

    receipt: Identifier
    warehouse: Identifier
    dealer: OrganizationCode
    alert: Annotated[Name, Format("word")]
    """`cleared` if nothing is wrong any more."""


class InspectionDrawn(Event):
    """en: {count} cases of {receipt} were drawn for the inspection {inspection}, due {due}.

    zh: 抽查 {inspection}：从仓单 {receipt} 抽取 {count} 箱，限 {due} 前完成。
    """

    inspection: Identifier
    receipt: Identifier
    warehouse: Identifier
    count: Count
    due: Timestamp


class InspectionEnded(Event):
    """en: Inspection {inspection} of {receipt} in {warehouse}: {result}, {missing} missing.

    zh: {warehouse} 仓单 {receipt} 的抽查 {inspection}：{result}，缺 {missing} 箱。
    """

    inspection: Identifier
    receipt: Identifier
    warehouse: Identifier
    result: InspectionState
    missing: Count
    took_s: Count


class SensorsReported(Event):
    """en: {warehouse}: {cameras} cameras and {sensors} sensors work, after {silent_s} s.

    zh: {warehouse}：{cameras} 路摄像头、{sensors} 个传感器正常，距上次 {silent_s} 秒。
    """

    warehouse: Identifier
    cameras: Count
    sensors: Count
    silent_s: Count
    evidence: Digest | None
    """Of the record that the monitor keeps."""
    at: Timestamp


class PhotoRepeated(Event):
    """en: The photo of {lot} in {warehouse} was shown for {first} before.

    zh: {warehouse} 批次 {lot} 的照片此前已用于 {first}。
    """

    lot: Identifier
    first: Identifier
    warehouse: Identifier


class LineSet(Event):
    """en: {bank} lends {dealer} up to {limit} {currency} until {valid_until}.

    zh: {bank} 给予 {dealer} 授信 {limit} {currency}，至 {valid_until}。
    """

    bank: OrganizationCode
    dealer: OrganizationCode
    limit: Amount
    currency: Currency
    valid_until: Timestamp


class LoanValued(Event):
    """en: {loan}: goods of {value}, {principal} owed, loan-to-value {ltv_bp} bp.

    zh: {loan}：质物价值 {value}，欠款 {principal}，质押率 {ltv_bp} 基点。
    """

    loan: Identifier
    bank: OrganizationCode
    dealer: OrganizationCode
    currency: Currency
    value: Amount
    principal: Amount
    ltv_bp: Count
    largest_sku_bp: Count
    """Share of the product that makes up most of the value."""
    cases: Count
    is_stale: bool
    at: Timestamp


class MarginCalled(Event):
    """en: {call}: {dealer} repays {repay} or adds {add_cases} cases by {due} ({ltv_bp} bp).

    zh: {call}：{dealer} 须于 {due} 前还款 {repay} 或补充 {add_cases} 箱（{ltv_bp} 基点）。
    """

    call: Identifier
    loan: Identifier
    bank: OrganizationCode
    dealer: OrganizationCode
    ltv_bp: Count
    repay: Amount
    add_cases: Count
    due: Timestamp


class Defaulted(Event):
    """en: {dealer} is in default of {loan} with {bank}: {owed} {currency}.

    zh: {dealer} 在 {bank} 的贷款 {loan} 违约，欠款 {owed} {currency}。
    """

    loan: Identifier
    bank: OrganizationCode
    dealer: OrganizationCode
    currency: Currency
    owed: Amount
    ltv_bp: Count


class Repaid(Event):
    """en: {loan}: {amount} came in, {interest} for interest, {principal} for the principal.

    zh: {loan}：收到 {amount}，其中利息 {interest}，本金 {principal}。
    """

    loan: Identifier
    amount: Amount
    interest: Amount
    principal: Amount
    surplus: Amount


class Settled(Event):
    """en: {loan}: {proceeds} = {costs} + {interest} + {principal} + {surplus}; short {shortfall}.

    zh: {loan}：处置款 {proceeds}＝费用 {costs}＋利息 {interest}＋本金 {principal}＋剩余 {surplus}；
    缺口 {shortfall}。
    """

    loan: Identifier
    bank: OrganizationCode
    dealer: OrganizationCode
    currency: Currency
    proceeds: Amount
    costs: Amount
    interest: Amount
    principal: Amount
    surplus: Amount
    shortfall: Amount
    """Claimed from the dealer; a note for the credit system."""


class GoodsSold(Event):
    """en: {cases} cases of {receipt} were sold by {seller} to {buyer} ({kind}).

    zh: {seller} 将仓单 {receipt} 的 {cases} 箱售予 {buyer}（{kind}）。
    """

    receipt: Identifier
    seller: OrganizationCode
    buyer: OrganizationCode
    cases: Count
    kind: SaleKind


class PrepaymentChanged(Event):
    """en: {prepayment}: {winery} ships goods for {amount} {currency} by {ship_by}: {state}.

    zh: {prepayment}：{winery} 应于 {ship_by} 前发出 {amount} {currency} 的货物：{state}。
    """

    prepayment: Identifier
    winery: OrganizationCode
    dealer: OrganizationCode
    amount: Amount
    currency: Currency
    ship_by: Timestamp
    state: PrepaymentState
