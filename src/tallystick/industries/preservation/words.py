# SPDX-License-Identifier: Apache-2.0
"""What the fields, choices and states of the preservation contract are called."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tallystick.contracts import Words, phrases, words, words_of
from tallystick.industries.preservation.events import ClaimDecided
from tallystick.industries.preservation.filing import Contents
from tallystick.industries.preservation.letter_records import (
    ClaimState,
    Letter,
    LetterState,
    LossClaim,
)
from tallystick.industries.preservation.measure_records import (
    MeasureState,
    PropertyKind,
    Release,
    ReleaseGround,
    ReleaseState,
    RenewalState,
)
from tallystick.industries.preservation.records import (
    Exemption,
    GuarantorKind,
    PreservationState,
    Scope,
)
from tallystick.industries.preservation.refusals import ScopeDiffers
from tallystick.industries.preservation.workflows import ROLE_WORDS

_FIELDS: Final = words(
    accepted_at=("采纳时间", "Accepted at"),
    accepted_by=("采纳人", "Accepted by"),
    applicant=("申请人", "Applicant"),
    application=("保全申请", "Application"),
    ask_by=("续行申请期限", "Ask for renewal by"),
    asked_by=("申请机构", "Asked by"),
    awarded=("判赔金额", "Awarded"),
    case=("保全案件", "Case"),
    case_number=("案号", "Case number"),
    checked_by=("审查人", "Checked by"),
    claim=("索赔", "Claim"),
    claimant=("索赔人", "Claimant"),
    claimed=("索赔金额", "Claimed"),
    claims=("未结索赔数", "Open claims"),
    counsel=("代理律所", "Counsel"),
    decided_at=("决定时间", "Decided at"),
    decision=("生效裁判的哈希", "Digest of the decision"),
    differs=("不一致的字段", "Fields that differ"),
    ended_at=("终结时间", "Ended at"),
    exemption=("免除担保事由", "Exemption"),
    expiry=("保全到期时间", "Expires"),
    exposure=("担保余额", "Exposure"),
    field_name=("字段", "Field"),
    filed_at=("提交时间", "Filed at"),
    frozen=("已保全金额", "Amount held"),
    ground=("解除事由", "Ground"),
    grounds=("复议理由的哈希", "Digest of the grounds"),
    guarantor=("担保人", "Guarantor"),
    is_agreed=("申请人同意", "The applicant agrees"),
    is_case_live=("案件尚未终结", "The case is not over"),
    is_chosen=("已选用", "Chosen"),
    is_in_time=("按期", "In time"),
    is_known=("保函已登记", "The letter is known"),
    is_paid=("保费已付", "Premium paid"),
    is_pre_suit=("诉前保全", "Before the suit"),
    is_suspended=("已暂停", "Suspended"),
    is_unaltered=("文件未被改动", "The file is unaltered"),
    is_upheld=("维持裁定", "Ruling upheld"),
    issued_at=("签发时间", "Issued at"),
    kept=("登记的内容", "On record"),
    letter=("保函", "Letter of guarantee"),
    letters=("保函", "Letters of guarantee"),
    limit=("担保限额", "Limit"),
    measure=("保全措施", "Measure"),
    measures=("保全措施", "Measures"),
    number=("编号", "Number"),
    opened_at=("立项时间", "Opened at"),
    ordered=("裁定保全金额", "Amount ordered"),
    ordered_at=("下达时间", "Ordered at"),
    paid=("已赔付金额", "Paid"),
    premium=("保费", "Premium"),
    presented=("所出示的内容", "As presented"),
    priority=("轮候顺位", "Priority"),
    reconsidered=("复议", "Reconsideration"),
    registry=("协助执行机构", "Registry"),
    rejected_for=("不予采纳的理由", "Rejected because"),
    release=("解除保全", "Release"),
    renewal=("续行保全", "Renewal"),
    required=("要求的担保金额", "Security required"),
    respondent=("被申请人代理机构", "Who acts for the respondent"),
    risk=("风险审查的哈希", "Digest of the risk check"),
    ruled_amount=("裁定金额", "Amount ruled"),
    ruled_at=("裁定时间", "Ruled at"),
    ruling=("裁定书的哈希", "Digest of the ruling"),
    scope=("担保范围条款版本", "Version of the scope clause"),
    secured=("已提供担保", "Secured"),
    secured_at=("担保落实时间", "Secured at"),
    security=("反担保的哈希", "Digest of the security"),
    security_amount=("反担保金额", "Amount of the security"),
    share_bp=("占净资产比例（万分之）", "Share of net assets (basis points)"),
    start=("起始时间", "Start"),
    submitted_at=("提交法院时间", "Submitted at"),
    sue_by=("起诉期限", "Sue by"),
    surplus=("超额保全金额", "Surplus"),
    surplus_due=("超额部分解除期限", "Surplus to be released by"),
    tag=("财产标签", "Tag of the property"),
    term=("期限", "Term"),
    terms=("保函条款", "Terms"),
    underwriter=("核保人", "Underwriter"),
)

_STATES: Final = (
    words_of(
        PreservationState,
        FILED=("已申请", "filed"),
        SECURITY_ORDERED=("已责令提供担保", "security ordered"),
        SECURED=("已提供担保", "secured"),
        RULED=("已裁定", "ruled"),
        EXECUTING=("执行中", "being carried out"),
        IN_EFFECT=("保全中", "in effect"),
        RENEWED=("已续行", "renewed"),
        RELEASED=("已解除", "released"),
        LAPSED=("已届满失效", "lapsed"),
        REVOKED=("已撤销", "revoked"),
    )
    | words_of(
        LetterState,
        APPLIED=("已申请", "applied for"),
        QUOTED=("已报价", "quoted"),
        ISSUED=("已签发", "issued"),
        CANCELLED=("已注销", "cancelled"),
        SUBMITTED=("已提交法院", "submitted to the court"),
        ACCEPTED=("已采纳", "accepted"),
        REJECTED=("未采纳", "not accepted"),
        IN_FORCE=("生效", "in force"),
        RELEASED=("担保责任已解除", "released"),
        CLAIMED=("理赔中", "claimed on"),
        PAID=("已赔付", "paid"),
        DENIED=("索赔已驳回", "claims denied"),
        DISCHARGED=("担保责任终止", "discharged"),
    )
    | words_of(
        MeasureState,
        ORDERED=("已下达", "ordered"),
        IN_EFFECT=("保全中", "in effect"),
        FAILED=("无可供保全财产", "nothing there"),
        RELEASED=("已解除", "released"),
        LAPSED=("已届满失效", "lapsed"),
    )
    | words_of(
        RenewalState,
        ASKED=("已申请", "asked for"),
        GRANTED=("已准许", "granted"),
        REFUSED=("不予准许", "refused"),
        DONE=("已办理", "done"),
    )
    | words_of(
        ReleaseState,
        DUE=("待办", "due"),
        ORDERED=("已裁定解除", "ordered"),
        DECLINED=("不予解除", "declined"),
        DONE=("已全部解除", "done"),
    )
    | words_of(
        ClaimState,
        FILED=("已提出", "filed"),
        AWARDED=("已判赔", "awarded"),
        PAID=("已赔付", "paid"),
        DENIED=("已驳回", "denied"),
    )
)

_CHOICES: Final = (
    words_of(
        Exemption,
        MAINTENANCE=("追索赡养费等", "maintenance and the like"),
        DOMESTIC_VIOLENCE=("家庭暴力", "domestic violence"),
        PUBLIC_PROSECUTION=("检察公益诉讼", "public prosecution"),
        RESCUE=("见义勇为", "injured in a rescue"),
        CLEAR_CASE=("案件事实清楚", "clear facts"),
        FINANCIAL_INSTITUTION=("金融机构", "financial institution"),
    )
    | words_of(
        PropertyKind,
        DEPOSIT=("存款", "deposit"),
        MOVABLE=("动产", "movable"),
        REAL_ESTATE=("不动产", "real estate"),
        OTHER_RIGHT=("其他财产权", "other right"),
    )
    | words_of(
        ReleaseGround,
        WITHDRAWN=("申请人撤回", "withdrawn"),
        REJECTED=("起诉或诉讼请求被驳回", "claim or suit rejected"),
        PERFORMED=("义务已履行", "performed"),
        NO_SUIT=("逾期未起诉", "nobody sued"),
        SUBSTITUTED=("被申请人提供充分担保", "other security given"),
        REVOKED=("裁定被撤销", "ruling revoked"),
    )
    | words_of(GuarantorKind, INSURER=("保险公司", "insurer"), BANK=("银行", "bank"))
    | words_of(Contents, GROUNDS=("申请理由", "grounds"), PROPERTY=("财产线索", "property"))
)

_TERMS: Final = MappingProxyType(
    {
        "claims": "索赔",
        "expiry": "保全到期",
        "first-notice": "首次到期提醒",
        "last-notice": "末次到期提醒",
        "reconsideration": "申请复议",
        "release": "解除保全",
        "review": "复议审查",
        "ruling": "裁定",
        "start": "开始执行",
        "suit": "起诉",
        "surplus": "解除超额部分",
    }
)
_PHRASES: Final = (
    phrases("name", _TERMS)
    | phrases("term", _TERMS)
    | phrases(
        "change",
        {
            "admitted": "纳入名单",
            "net assets": "净资产变更",
            "reinstated": "恢复",
            "suspended": "暂停",
        },
    )
    | phrases(
        "missing",
        {
            "a later expiry": "更晚的到期时间",
            "a letter in force": "生效的保函",
            "a letter issued and not decided on": "已签发而未决定的保函",
            "a live preservation before suit": "有效的诉前保全",
            "a measure in effect": "有效的保全措施",
            "a substitution that is asked for": "已申请的担保替换",
            "an application without a ruling": "尚未裁定的申请",
            "an end of the letter": "保函终结",
            "an expiry in the future": "将来的到期时间",
        },
    )
    | phrases(
        "what",
        {
            "CODE/YYYY-MM": "代码/年-月",
            "a case number in suit, none before": "诉讼中须有案号，诉前没有",
            "a suit: before it security is due (CPL 104)": "须已起诉：诉前须提供担保（民诉法第一百零四条）",
            "not JSON": "不是 JSON",
            "not text in UTF-8": "不是 UTF-8 文本",
            "not the text of a letter": "不是保函文本",
            "renewal <= last notice < first notice": "续行提前日数 <= 末次提醒 < 首次提醒",
            "valid_from < valid_until, in the future": "生效早于失效，且为将来",
        },
    )
    | phrases(
        "rule",
        {
            "application": "申请金额",
            "claim": "索赔金额",
            "measures": "措施数上限",
            "property": "财产价值",
            "ruling": "裁定金额",
            "security": "担保数额规则",
            "security before suit": "诉前保全担保规则",
            "security order": "责令提供的担保",
            "substitution": "担保替换规则",
        },
    )
)

WORDS: Final[Words] = MappingProxyType(
    _FIELDS
    | words_of(LossClaim, due=("应赔金额", "Owed by the letter"))
    | words_of(ClaimDecided, due=("应赔金额", "Owed by the letter"))
    | words_of(Letter, file=("保函文件", "File of the letter"))
    | words_of("issue_letter", file=("保函文件", "File of the letter"))
    | words_of(Release, order=("解除裁定的哈希", "Digest of the order"))
    | words_of(Scope, text=("条款文本的哈希", "Digest of the clause"))
    | words_of(ScopeDiffers, text=("条款文本的哈希", "Digest of the clause"))
    | _STATES
    | _CHOICES
    | _PHRASES
    | ROLE_WORDS
)
