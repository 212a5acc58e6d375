# SPDX-License-Identifier: Apache-2.0
"""What the fields, choices and states of the justice contract are called."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tallystick.contracts import StateChanged, Words, phrases, words, words_of
from tallystick.contracts.parts import PaymentMoved
from tallystick.industries.justice.case_records import (
    Basis,
    Before,
    CheckResult,
    CreditEvent,
    CreditFact,
    EnforcementState,
    Findings,
    MediationState,
    OpinionKind,
    Outcome,
    PaperKind,
    ServiceMethod,
    Verdict,
)
from tallystick.industries.justice.records import (
    AgreementState,
    DueKind,
    DueRule,
    EvidenceType,
    ObligationKind,
    ObligationState,
    ParameterKind,
    Party,
    TemplateState,
)
from tallystick.industries.justice.refusals import ClaimTooEarly
from tallystick.industries.justice.workflows import ROLE_WORDS

_FIELDS: Final = words(
    active=("履行中的合同数", "Agreements in force"),
    active_at=("生效时间", "In force since"),
    admitted=("采信件数", "Admitted"),
    after=("起算义务", "After the obligation"),
    agreement=("合同", "Agreement"),
    amendment=("变更协议", "Amendment"),
    amount_days=("逾期金额乘天数", "Overdue amounts times days"),
    answered_by=("答复人", "Answered by"),
    applied_bp=("适用利率（万分之）", "Rate applied (basis points)"),
    assertion=("身份核验编号", "Identity assertion"),
    attached_at=("提交时间", "Attached at"),
    attached_by=("提交机构", "Attached by"),
    authority=("司法机关", "Authority"),
    authorization=("扣款授权", "Leave to debit"),
    automatic=("自动履行笔数", "Discharged automatically"),
    awarded=("判令金额", "Awarded"),
    basis=("认定依据", "Shown by"),
    before=("存证前真实性", "Truth before the deposit"),
    breached=("违约义务数", "Breached obligations"),
    breached_at=("违约时间", "Breached at"),
    bundle=("立案案卷摘要", "Digest of the bundle"),
    cap_bp=("利率上限（万分之）", "Cap of the rate (basis points)"),
    case=("案件", "Case"),
    cause=("案由", "Cause of action"),
    chain=("上链证明", "Proof on the ledger"),
    claim=("诉讼请求", "Claim"),
    claimed_capture=("采集时间（声称）", "Captured at (claimed)"),
    closed_at=("结案时间", "Closed at"),
    closed_by=("结案人", "Closed by"),
    collected=("执行到位金额", "Collected"),
    collector=("采集程序", "Collecting program"),
    computed_at=("计算时间", "Computed at"),
    confirmation=("确认签名", "Confirmation"),
    considerations=("审查事项", "Considerations"),
    contract_bp=("约定利率（万分之）", "Agreed rate (basis points)"),
    counted_days=("已计逾期天数", "Days counted"),
    credit=("信用记录", "Credit record"),
    creditor=("债权人", "Creditor"),
    cure_until=("补正期限", "Cure until"),
    debited=("扣款中金额", "Being debited"),
    debtor=("债务人", "Debtor"),
    decided_at=("裁判时间", "Decided at"),
    decided_by=("裁判人", "Decided by"),
    decision=("裁判", "Decision"),
    declared_by=("申报机构", "Declared by"),
    depends_on=("先决义务", "Depends on"),
    deposit=("存证", "Deposit"),
    deposited=("所存哈希", "Hash deposited"),
    deposited_at=("存证时间", "Deposited at"),
    discharged_at=("履行完毕时间", "Discharged at"),
    dispute=("争议事项", "Dispute"),
    docket=("案号", "Docket number"),
    drafted_by=("起草人", "Drafted by"),
    drawn_at=("制作时间", "Drawn up at"),
    en=("英文释义", "In English"),
    ended_at=("结束时间", "Ended at"),
    enforcement=("执行案件", "Enforcement"),
    every=("每隔（天）", "Every (days)"),
    evidence=("证明材料", "Evidence"),
    excluded=("排除件数", "Excluded"),
    exhibits=("证据", "Exhibits"),
    fact=("信用事实", "Fact"),
    file_name=("文件名", "File name"),
    filed_at=("立案申请时间", "Filed at"),
    filed_by=("立案申请人", "Filed by"),
    findings=("核验结果", "Findings"),
    first=("一方机构", "One organisation"),
    fixed=("固定数值", "Fixed number"),
    grace=("宽限天数", "Days of grace"),
    grace_days=("宽限天数", "Days of grace"),
    heard_at=("开庭时间", "Heard at"),
    highest=("最大值", "Highest"),
    is_admitted=("予以采信", "Admitted"),
    is_enforceable=("可强制执行", "Enforceable"),
    issued_at=("核验时间", "Issued at"),
    judge=("承办法官", "Judge"),
    key=("代号", "Key"),
    left=("尚欠金额", "Left to pay"),
    level=("核验强度", "Assurance level"),
    likeness=("同类案件特征", "What cases like it share"),
    limit=("上限", "Limit"),
    lines=("明细", "Lines"),
    lowest=("最小值", "Lowest"),
    mediation=("调解", "Mediation"),
    mediator=("调解机构", "Mediator"),
    mediator_person=("调解员", "Mediating person"),
    method=("送达方式", "Way of service"),
    new=("新授权", "New leave"),
    noted_at=("记录时间", "Noted at"),
    notice=("违约通知", "Notice of breach"),
    obligation=("义务", "Obligation"),
    obligations=("义务", "Obligations"),
    offers=("调解方案", "Offers"),
    open=("未履行义务数", "Obligations open"),
    opened_at=("启动时间", "Opened at"),
    outcome=("裁判结果", "Outcome"),
    paid=("已付金额", "Paid"),
    paper=("私密文书", "Private paper"),
    parameter=("模板参数", "Parameter"),
    penalty=("违约金", "Penalty"),
    penalty_bp=("违约金年利率（万分之）", "Penalty a year (basis points)"),
    presented=("所出示文件的哈希", "Hash of the file presented"),
    proof=("送达凭证存证", "Deposit of the proof of service"),
    proposed_at=("提出时间", "Proposed at"),
    provider=("核验机构", "Identity provider"),
    rate_bp=("利率（万分之）", "Rate (basis points)"),
    reader=("查阅机构", "Reader"),
    reasons=("理由文书的哈希", "Digest of the reasons"),
    report=("案件报告摘要", "Digest of the report"),
    reported_at=("报告时间", "Reported at"),
    reported_by=("报告人", "Reported by"),
    returned_for=("退回理由", "Returned because"),
    review=("审查文书的哈希", "Digest of the review"),
    reviewed_at=("审查时间", "Reviewed at"),
    reviewed_by=("审查人", "Reviewed by"),
    revision=("修订内容", "Revision"),
    sealed=("密封数据", "Sealed data"),
    second=("另一方机构", "The other organisation"),
    served_by=("送达机构", "Served by"),
    settlement=("调解协议", "Settlement"),
    signatures=("签名", "Signatures"),
    signed=("签署", "Signature of the person"),
    size_ms=("偏差大小（毫秒）", "Size of the deviation (ms)"),
    skew_ms=("时钟偏差（毫秒）", "Deviation of the clock (ms)"),
    statement=("意见书存证", "Deposit of the opinion"),
    supports=("支持真实性", "Supports it"),
    text=("文本的哈希", "Digest of the text"),
    time=("时间戳", "Time-stamp"),
    times=("次数", "Times"),
    withdrawn=("采集程序已撤回的件数", "With a withdrawn program"),
    unmet=("未履行金额", "Unmet amount"),
    used=("已用金额", "Used"),
    used_for=("所签内容摘要", "Used for"),
    value=("数值", "Value"),
    verdict=("核验结论", "Verdict"),
    waits_for=("等待事项", "Waits for"),
    zh=("中文释义", "In Chinese"),
)

_STATES: Final = (
    words_of(
        AgreementState,
        DRAFT=("草拟", "draft"),
        SIGNING=("签署中", "being signed"),
        ACTIVE=("履行中", "in force"),
        PERFORMED=("履行完毕", "performed"),
        BREACHED=("违约", "breached"),
        MEDIATION=("调解中", "in mediation"),
        SETTLED=("已和解", "settled"),
        FAILED=("调解不成", "mediation failed"),
        FILED=("已申请立案", "filed"),
        RETURNED=("已退回", "returned"),
        ACCEPTED=("已受理", "accepted"),
        HEARD=("已开庭", "heard"),
        DECIDED=("已裁判", "decided"),
        ENFORCEMENT=("执行中", "in enforcement"),
        CLOSED=("已结案", "closed"),
    )
    | words_of(
        ObligationState,
        WAITING=("待触发", "waiting"),
        OPEN=("可履行", "open"),
        OVERDUE=("逾期", "overdue"),
        BREACHED=("违约", "breached"),
        DISCHARGED=("已履行", "discharged"),
        REPLACED=("被替代", "replaced"),
    )
    | words_of(
        MediationState,
        OPEN=("进行中", "open"),
        SETTLED=("已和解", "settled"),
        FAILED=("不成", "failed"),
        CURED=("已补正", "cured"),
    )
    | words_of(
        EnforcementState,
        APPLIED=("已申请", "applied for"),
        COLLECTED=("执行到位", "collected"),
        TERMINATED=("终结本次执行", "terminated"),
    )
    | words_of(
        TemplateState,
        DRAFT=("草拟", "draft"),
        REVIEWED=("已审查", "reviewed"),
        WITHDRAWN=("已撤回", "withdrawn"),
    )
    | words_of(
        Verdict,
        UNVERIFIED=("未核验", "not verified"),
        CONSISTENT=("一致", "consistent"),
        INCONSISTENT=("不一致", "inconsistent"),
        UNVERIFIABLE=("无法核验", "cannot be verified"),
    )
)

_CHOICES: Final = (
    words_of(
        ObligationKind,
        PAY=("付款", "payment"),
        DELIVER=("交付", "delivery"),
        RETURN=("返还", "return"),
        NOTIFY=("通知", "notice"),
        PERFORM=("履行行为", "performance"),
    )
    | words_of(
        EvidenceType,
        payment_receipt=("付款凭证", "payment receipt"),
        courier_sign_off=("快递签收", "courier's sign-off"),
        return_receipt=("退货签收", "return receipt"),
        notice_proof=("通知凭证", "proof of notice"),
        acceptance=("验收单", "acceptance"),
        system_record=("系统记录", "system record"),
    )
    | words_of(
        ParameterKind,
        amount=("金额", "amount"),
        days=("天数", "days"),
        rate=("利率", "rate"),
        time=("时间", "time"),
        count=("数量", "number"),
    )
    | words_of(
        DueKind,
        date=("固定日期", "date"),
        event=("事件之后", "after an event"),
        recurring=("定期", "recurring"),
    )
    | words_of(
        ServiceMethod,
        electronic=("电子送达", "electronic"),
        courier=("快递送达", "courier"),
        notary=("公证送达", "notary"),
    )
    | words_of(
        PaperKind,
        content=("存证文件", "file of a deposit"),
        party=("当事人信息", "particulars of a party"),
        offer=("调解方案", "offer"),
        reasons=("理由", "reasons"),
    )
    | words_of(
        CheckResult,
        passed=("通过", "passed"),
        failed=("未通过", "failed"),
        unknown=("无法检查", "cannot be checked"),
    )
    | words_of(
        Before,
        NOT_ASSESSED=("未认定", "not assessed"),
        SHOWN=("已证明", "shown"),
        NOT_SHOWN=("未证明", "not shown"),
    )
    | words_of(
        Basis,
        source=("数据来源", "source"),
        generation=("生成机制", "generation"),
        storage=("存储过程", "storage"),
        notary=("公证", "notary"),
        witness=("见证", "witness"),
        expert=("鉴定或专家意见", "expert"),
        other_evidence=("关联证据印证", "other evidence"),
        admission=("对方自认", "admission"),
    )
    | words_of(
        Outcome,
        upheld=("支持", "upheld"),
        in_part=("部分支持", "upheld in part"),
        dismissed=("驳回", "dismissed"),
    )
    | words_of(
        OpinionKind,
        notary=("公证机构", "notary"),
        forensic=("司法鉴定机构", "forensic expert"),
    )
    | words_of(
        CreditFact,
        kept=("守约", "kept its word"),
        defaulted=("违约", "defaulted"),
        cured=("已补正", "cured"),
        enforced=("被强制执行", "enforced against"),
    )
)

_PHRASES: Final = (
    phrases(
        "name",
        {
            "cure": "补正",
            "debit": "扣款",
            "due": "履行",
            "grace": "宽限",
            "mediation": "调解",
        },
    )
    | phrases(
        "missing",
        {
            "BREACHED": "违约",
            "MEDIATION": "调解中",
            "OPEN": "进行中",
            "breach": "违约",
            "credit event": "信用记录",
            "settle": "和解",
        },
    )
    | phrases(
        "what",
        {
            "a date has a parameter, nothing else has": "仅固定日期可有日期参数",
            "amount": "金额",
            "an authorisation is in force": "已有有效的扣款授权",
            "award": "判项",
            "awards": "判项",
            "basis": "认定依据",
            "before valid_from": "早于生效时间",
            "collected": "执行到位金额",
            "creditor": "债权人",
            "debtor and creditor are two of the parties": "债务人与债权人须为两方当事人",
            "exhibit": "证据",
            "it waits for what does not stand before it": "先决义务须列于其前",
            "lowest is above highest": "最小值大于最大值",
            "obligations": "义务",
            "one name twice": "名称重复",
            "one organisation": "同一机构",
            "one value for each parameter": "每个参数须有一个值",
            "only an event follows an obligation": "仅事件可由义务起算",
            "parties": "当事人",
            "replaces": "所替代的义务",
            "text": "文本",
        },
    )
    | phrases(
        "rule",
        {
            "cap": "扣款上限",
            "claim": "诉讼请求",
            "exhibits": "证据数上限",
            "obligations": "义务数上限",
            "offers": "调解方案数上限",
        },
    )
)

WORDS: Final[Words] = MappingProxyType(
    _FIELDS
    | words_of(Findings, file=("文件哈希", "File"))
    | words_of(DueRule, at=("日期参数", "Parameter of the date"))
    | words_of(ClaimTooEarly, after=("最早时间", "Not before"))
    | words_of(PaymentMoved, before=("变更前", "Before"), after=("变更后", "After"))
    | words_of(StateChanged, before=("变更前", "Before"), after=("变更后", "After"))
    | words_of(Party, subject=("签署人（身份摘要）", "Person, as a commitment"))
    | words_of(CreditEvent, subject=("债务人（身份摘要）", "Person, as a commitment"))
    | _STATES
    | _CHOICES
    | _PHRASES
    | ROLE_WORDS
)
