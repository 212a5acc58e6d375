# SPDX-License-Identifier: Apache-2.0
"""What the fields, choices and states of the charity contract are called."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tallystick.contracts import Words, phrases, words, words_of
from tallystick.industries.charity.records import (
    Assertion,
    BatchState,
    CampaignState,
    EntitlementState,
    RelatedPerson,
)
from tallystick.industries.charity.refusals import FeeTooHigh
from tallystick.industries.charity.workflows import ROLE_WORDS

_FIELDS: Final = words(
    allowed=("允许的最高额", "Allowed at most"),
    approved_by=("批准人", "Approved by"),
    assertion=("身份核验编号", "Identity assertion"),
    assertion_age_ms_max=("身份核验最长有效时间（毫秒）", "Identity assertions valid for (ms)"),
    attested_by=("证明人", "Attested by"),
    batch=("名单批次", "Batch"),
    batch_state=("批次状态", "State of the batch"),
    beneficiary=("受益人（身份摘要）", "Beneficiary, as a commitment"),
    campaign=("募捐活动", "Campaign"),
    checked_at=("校验时间", "Checked at"),
    claimed=("申领金额", "Claimed"),
    claimed_at=("申领时间", "Claimed at"),
    closes_at=("募捐截止时间", "Closes at"),
    declared_by=("申报人", "Declared by"),
    device=("设备（摘要）", "Device, as a digest"),
    disclosed_at=("公开时间", "Disclosed at"),
    disclosure_days=("信息公开间隔（天）", "Days between disclosures"),
    disclosures=("已公开次数", "Disclosures"),
    donated=("捐赠收入", "Donated"),
    donation=("捐赠", "Donation"),
    donor=("捐赠人（摘要）", "Donor, as a digest"),
    entitlement=("受助资格", "Entitlement"),
    fee=("管理费", "Fee"),
    fee_cap_basis=("管理费上限（万分之）", "Cap of fees (basis points)"),
    fee_year_basis=("年度管理费上限（万分之）", "Cap of fees in a year (basis points)"),
    feedback=("反馈材料的哈希", "Digest of the feedback"),
    fees=("管理费", "Fees"),
    finished=("已办结条目", "Rows finished"),
    foundation=("慈善组织", "Foundation"),
    fund=("专项基金", "Fund"),
    guardian=("监护人（身份摘要）", "Guardian, as a commitment"),
    held_rows=("已冻结资金的条目", "Rows with money held"),
    hold=("资金冻结编号", "Hold of the money"),
    holder=("账户持有人", "Holder of the account"),
    imported_at=("导入时间", "Imported at"),
    imported_by=("导入人", "Imported by"),
    inflow=("流入", "Inflow"),
    is_complete=("是否完整", "Complete"),
    is_minor=("未成年人", "Minor"),
    issued_at=("核验时间", "Issued at"),
    lapse_days=("申领期限（天）", "Days to claim"),
    left=("余额", "Left"),
    level=("核验强度", "Assurance level"),
    licence=("登记证书编号", "Licence"),
    list_digest=("名单摘要", "Digest of the list"),
    may_raise_publicly=("具有公开募捐资格", "May raise in public"),
    minutes=("所用分钟", "Minutes taken"),
    moved_in=("转入", "Moved in"),
    moved_out=("转出", "Moved out"),
    needs_school=("需学校证明", "Needs a school's word"),
    offset=("在基金中的起点", "Place in the fund"),
    on_time=("按期", "On time"),
    open_entitlements=("未办结的受助资格", "Open entitlements"),
    opened_by=("立项人", "Opened by"),
    opens_at=("募捐开始时间", "Opens at"),
    orders=("付款指令", "Payment orders"),
    outflow=("流出", "Outflow"),
    paid=("已拨付", "Paid"),
    paid_at=("拨付时间", "Paid at"),
    paid_entitlements=("已拨付的受助资格", "Entitlements paid"),
    part=("签署身份", "Signs as"),
    payment_tries_max=("付款最多尝试次数", "Tries of a payment"),
    payouts=("拨付笔数", "Payouts"),
    period=("救助期次", "Period"),
    persons=("人员（身份摘要）", "Persons, as commitments"),
    plan=("募捐方案的哈希", "Digest of the plan"),
    project=("项目", "Project"),
    provider=("核验机构", "Identity provider"),
    province=("省份", "Province"),
    received_at=("到账时间", "Received at"),
    recovered=("已追回", "Recovered"),
    registered_by=("登记人", "Registered by"),
    remainder_to=("剩余财产转入活动", "What is left goes to"),
    remind_days=("提前提醒天数", "Days of notice"),
    requested_by=("申请人", "Requested by"),
    returned=("已退回", "Returned"),
    reviewed_by=("复核人", "Reviewed by"),
    row=("名单行号", "Row of the list"),
    rows=("条目数", "Rows"),
    running=("累计摘要", "Running digest"),
    settlement_days=("清算期限（天）", "Days to settle"),
    share_basis=("占比（万分之）", "Share (basis points)"),
    shares=("资金来源", "Shares of funds"),
    slices=("资金去向", "Where the money went"),
    tags=("限定条件", "Tags"),
    target=("募捐目标", "Target"),
    title=("名称", "Title"),
    to=("转入活动", "To"),
)

_PHRASES: Final = (
    phrases(
        "name",
        {
            "claim": "申领",
            "closing": "募捐截止",
            "disclosure": "信息公开",
            "reminder": "申领提醒",
            "settlement": "清算",
        },
    )
    | phrases("limit", {"plan": "募捐方案的上限", "year": "年度上限"})
    | phrases("what", {"digest": "名单摘要", "count": "条目数", "total": "合计金额"})
)

WORDS: Final[Words] = MappingProxyType(
    _FIELDS
    | _PHRASES
    | words_of(FeeTooHigh, limit=("上限依据", "Limit"))
    | words_of(Assertion, subject=("本人（身份摘要）", "Person, as a commitment"))
    | words_of(RelatedPerson, person=("关联人（身份摘要）", "Person, as a commitment"))
    | words_of(
        CampaignState,
        DRAFT=("草拟", "draft"),
        FILED=("已备案", "filed"),
        OPEN=("募捐中", "open"),
        CLOSED=("已截止", "closed"),
        SETTLED=("已清算", "settled"),
    )
    | words_of(
        BatchState,
        IMPORTED=("已导入", "imported"),
        CHECKED=("已校验", "checked"),
        APPROVED=("已批准", "approved"),
        REJECTED=("已驳回", "rejected"),
        EXHAUSTED=("已办结", "exhausted"),
    )
    | words_of(
        EntitlementState,
        LISTED=("已列入名单", "listed"),
        HELD=("资金已冻结", "money held"),
        CLAIMED=("已申领", "claimed"),
        PAYING=("付款中", "being paid"),
        PAID=("已付款", "paid"),
        CONFIRMED=("已确认收款", "confirmed"),
        LAPSED=("逾期失效", "lapsed"),
        REVOKED=("已撤销", "revoked"),
        FAILED=("付款失败", "payment failed"),
    )
    | ROLE_WORDS
)
