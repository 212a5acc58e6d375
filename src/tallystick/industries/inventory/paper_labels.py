# SPDX-License-Identifier: Apache-2.0
"""What the facts of the extracts are called on a page, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from tallystick.contracts import (
    FactLabel,
    Label,
    choice_words,
    digest_fact,
    fact,
    hidden_fact,
    money_fact,
    state_fact,
    time_fact,
)
from tallystick.contracts.parts import OrderState
from tallystick.industries.inventory.loan_records import LoanState, PledgeState, RedemptionState
from tallystick.industries.inventory.records import InspectionState, ReceiptState
from tallystick.industries.inventory.words import WORDS

Labels: TypeAlias = Mapping[str, FactLabel]

_RECEIPT_STATES: Final = choice_words(WORDS, ReceiptState)
_LOAN_STATES: Final = choice_words(WORDS, LoanState)
_PLEDGE_STATES: Final = choice_words(WORDS, PledgeState)
_REDEMPTION_STATES: Final = choice_words(WORDS, RedemptionState)
_INSPECTION_STATES: Final = choice_words(WORDS, InspectionState)
_ORDER_STATES: Final = choice_words(WORDS, OrderState)
_ALERTS: Final = MappingProxyType(
    {
        "count": Label(zh="盘点不符", en="a count differs"),
        "counterfeit": Label(zh="发现假货", en="counterfeit cases"),
        "inspection": Label(zh="抽查缺箱", en="cases missing at an inspection"),
    }
)

_RECEIPT: Final = fact("仓单编号", "Receipt")
_RECEIPT_STATE: Final = state_fact("仓单状态", "State of the receipt", _RECEIPT_STATES)
_KEEPER: Final = fact("保管人", "Keeper")
_DEALER: Final = fact("经销商", "Dealer")
_BANK: Final = fact("银行", "Bank")
_LOAN: Final = fact("贷款编号", "Loan")
_PLEDGE: Final = fact("质押编号", "Pledge")
_CURRENCY: Final = hidden_fact("币种", "Currency")
_CASES: Final = fact("箱数", "Cases")
_SERIALS: Final = fact("箱码", "Serials")
_SERIALS_DIGEST: Final = digest_fact("箱码清单摘要", "Digest of the serials")
_ALERT: Final = state_fact("警示", "Alert", _ALERTS)
_REGISTRY_NUMBER: Final = fact("公示登记编号", "Number in the public registry")
_REGISTER: Final[Labels] = MappingProxyType(
    {
        "register": fact("资产登记", "Register of assets"),
        "register.fingerprint": digest_fact("资产指纹", "Fingerprint"),
        "register.is_free": fact("未被占用", "Free"),
    }
)

RECEIPT_LABELS: Final[Labels] = MappingProxyType(
    {
        "receipt": _RECEIPT,
        "state": _RECEIPT_STATE,
        "issued_at": time_fact("签发时间", "Issued at"),
        "keeper": _KEEPER,
        "depositor": fact("存货人", "Depositor"),
        "holder": fact("持有人", "Holder"),
        "stored_until": time_fact("储存期至", "Stored until"),
        "fee_a_month": money_fact("仓储费（每月）", "Fee a month"),
        "currency": _CURRENCY,
        "alert": _ALERT,
        "goods": fact("货物", "Goods"),
        "goods.name": fact("品名", "Name"),
        "goods.sku": fact("品种编号", "Product"),
        "goods.winery": fact("生产酒厂", "Winery"),
        "goods.quality": fact("质量", "Quality"),
        "goods.packing": fact("包装", "Packing"),
        "goods.marks": fact("标记", "Marks"),
        "goods.loss_basis_points": fact("损耗标准（万分之）", "Loss standard (of 10,000)"),
        "cases": _CASES,
        "cases.count": fact("现存", "Present"),
        "cases.received": fact("入库", "Received"),
        "cases.released": fact("出库", "Released"),
        "cases.counterfeit": fact("假货", "Counterfeit"),
        "cases.counted": fact("最近盘点", "Last count"),
        "cases.counted_at": time_fact("盘点时间", "Counted at"),
        "warehouse": fact("仓库", "Warehouse"),
        "warehouse.id": fact("仓库编号", "Warehouse"),
        "warehouse.zone": fact("库区", "Zone"),
        "warehouse.licence": fact("许可证号", "Licence"),
        "warehouse.licensed_until": time_fact("许可有效期至", "Licensed until"),
        "insurance": fact("保险", "Insurance"),
        "insurance.number": fact("保单号", "Policy"),
        "insurance.insurer": fact("保险人", "Insurer"),
        "insurance.sum_insured": money_fact("保险金额", "Sum insured"),
        "insurance.valid_until": time_fact("有效期至", "Valid until"),
        **_REGISTER,
        "authenticity": fact("真实性核验", "Authenticity"),
        "authenticity.cases_checked": fact("核验箱数", "Cases checked"),
        "authenticity.are_all_genuine": fact("全部为真", "All genuine"),
        "authenticity.cases": fact("逐箱核验", "Case by case"),
        "authenticity.cases.serial": fact("箱码", "Serial"),
        "authenticity.cases.winery": fact("酒厂", "Winery"),
        "authenticity.cases.statement": fact("出厂声明", "Statement"),
        "authenticity.cases.delivery_note": fact("发货单", "Delivery note"),
        "authenticity.cases.is_genuine": fact("为真", "Genuine"),
        "lots": fact("批次", "Lots"),
        "lots.lot": fact("批次编号", "Lot"),
        "lots.serials": _SERIALS,
        "serials_digest": _SERIALS_DIGEST,
    }
)

PLEDGE_LABELS: Final[Labels] = MappingProxyType(
    {
        "pledge": _PLEDGE,
        "state": state_fact("质押状态", "State of the pledge", _PLEDGE_STATES),
        "loan": _LOAN,
        "bank": fact("质权人（银行）", "Pledgee (bank)"),
        "dealer": fact("出质人（经销商）", "Pledgor (dealer)"),
        "receipt": _RECEIPT,
        "receipt_state": _RECEIPT_STATE,
        "keeper": _KEEPER,
        "cases": _CASES,
        "offered_at": time_fact("提出时间", "Offered at"),
        "marked_at": time_fact("保管人标注时间", "Marked by the keeper at"),
        "registry_number": _REGISTRY_NUMBER,
        **_REGISTER,
        "register.is_for_this_pledge": fact("为本质押占用", "Held for this pledge"),
        "serials_digest": _SERIALS_DIGEST,
    }
)

DISCHARGE_LABELS: Final[Labels] = MappingProxyType(
    {
        "pledge": _PLEDGE,
        "state": state_fact("质押状态", "State of the pledge", _PLEDGE_STATES),
        "registry_number": _REGISTRY_NUMBER,
        "is_registration_cancelled": fact("公示登记已注销", "Registration cancelled"),
        "loan": _LOAN,
        "loan_state": state_fact("贷款状态", "State of the loan", _LOAN_STATES),
        "owed": money_fact("尚欠本金", "Principal owed"),
        "currency": _CURRENCY,
        "bank": _BANK,
        "dealer": _DEALER,
        "receipt": _RECEIPT,
        "receipt_state": _RECEIPT_STATE,
        "holder": fact("仓单持有人", "Holder of the receipt"),
        "cases": _CASES,
        **_REGISTER,
    }
)

REDEMPTION_LABELS: Final[Labels] = MappingProxyType(
    {
        "redemption": fact("赎货编号", "Redemption"),
        "state": state_fact("状态", "State", _REDEMPTION_STATES),
        "loan": _LOAN,
        "bank": _BANK,
        "dealer": _DEALER,
        "paid": money_fact("还款金额", "Paid"),
        "currency": _CURRENCY,
        "receipt": _RECEIPT,
        "warehouse": fact("仓库", "Warehouse"),
        "keeper": _KEEPER,
        "cases": _CASES,
        "cases_allowed": fact("可赎箱数", "Cases allowed"),
        "asked_at": time_fact("申请时间", "Asked at"),
        "signed_by": fact("银行签署人", "Signed for the bank by"),
        "signed_at": time_fact("签署时间", "Signed at"),
        "released_by": fact("放货人", "Released by"),
        "released_at": time_fact("放货时间", "Released at"),
        "serials": _SERIALS,
    }
)

INSPECTION_LABELS: Final[Labels] = MappingProxyType(
    {
        "inspection": fact("抽查编号", "Inspection"),
        "result": state_fact("结果", "Result", _INSPECTION_STATES),
        "receipt": _RECEIPT,
        "warehouse": fact("仓库", "Warehouse"),
        "keeper": _KEEPER,
        "drawn_at": time_fact("抽样时间", "Drawn at"),
        "due": time_fact("应于此前出示", "To be shown by"),
        "cases_drawn": fact("抽样箱数", "Cases drawn"),
        "cases_found": fact("在库箱数", "Cases found"),
        "cases_missing": fact("缺失箱数", "Cases missing"),
        "alert": _ALERT,
        "scanner_key": digest_fact("扫描设备公钥", "Key of the scanner"),
        "drawn_by_transaction": digest_fact("抽样交易", "Drawn by transaction"),
        "serials": _SERIALS,
    }
)

LOAN_LABELS: Final[Labels] = MappingProxyType(
    {
        "loan": _LOAN,
        "state": state_fact("贷款状态", "State of the loan", _LOAN_STATES),
        "bank": _BANK,
        "dealer": _DEALER,
        "currency": _CURRENCY,
        "applied_at": time_fact("申请时间", "Applied for at"),
        "due": time_fact("到期日", "Due"),
        "rate_basis_points": fact("年利率（万分之）", "Rate a year (of 10,000)"),
        "sums": fact("金额", "Sums"),
        "sums.drawn": money_fact("放款", "Drawn"),
        "sums.paid_in": money_fact("收到还款", "Paid in"),
        "sums.used_for_principal": money_fact("用于本金", "Used for principal"),
        "sums.used_for_interest": money_fact("用于利息", "Used for interest"),
        "sums.paid_back_as_surplus": money_fact("退回余款", "Paid back as surplus"),
        "sums.principal_owed": money_fact("尚欠本金", "Principal owed"),
        "payments_in": fact("还款明细", "Payments in"),
        "payments_in.number": fact("编号", "Number"),
        "payments_in.amount": money_fact("金额", "Amount"),
        "payments_in.cases": _CASES,
        "payments_in.asked_at": time_fact("时间", "Time"),
        "payments_out": fact("付款明细", "Payments out"),
        "payments_out.order": fact("付款指令", "Order"),
        "payments_out.amount": money_fact("金额", "Amount"),
        "payments_out.state": state_fact("状态", "State", _ORDER_STATES),
        "payments_out.is_booked": hidden_fact("已入账", "Booked"),
        "payments_out.bank_reference": fact("银行流水号", "Bank's reference"),
        "payments_out.payee": digest_fact("收款账户摘要", "Digest of the account"),
        "pledges": fact("质押", "Pledges"),
        "pledges.pledge": _PLEDGE,
        "pledges.receipt": _RECEIPT,
        "pledges.state": state_fact("状态", "State", _PLEDGE_STATES),
        "valuation": fact("估值", "Valuation"),
        "valuation.valued_at": time_fact("估值时间", "Valued at"),
        "valuation.value": money_fact("货值", "Value of the goods"),
        "valuation.principal": money_fact("本金", "Principal"),
        "valuation.ltv_percent": fact("质押率（%）", "Loan to value (%)"),
        "valuation.is_price_doubtful": fact("价格存疑", "Price doubtful"),
        "call": fact("追加通知", "Margin call"),
        "call.call": fact("通知编号", "Call"),
        "call.called_at": time_fact("通知时间", "Called at"),
        "call.ltv_percent": fact("当时质押率（%）", "Loan to value then (%)"),
        "call.repay": money_fact("应还", "To repay"),
        "call.or_add_cases": fact("或追加箱数", "Or cases to add"),
        "call.due": time_fact("期限", "Due"),
        "call.calendar": fact("工作日历", "Calendar"),
    }
)
