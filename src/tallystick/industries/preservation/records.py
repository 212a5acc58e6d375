# SPDX-License-Identifier: Apache-2.0
"""Figures of the law, the panel of guarantors, applications for preservation and their security."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from tallystick.contracts import (
    Amount,
    Arguments,
    Count,
    Digest,
    Format,
    Help,
    Identifier,
    Label,
    Meta,
    Name,
    OrganizationCode,
    PublicKey,
    Record,
    Timestamp,
    ValueDigest,
)
from tallystick.contracts.parts import VersionedParameters

CURRENCY: Final = "CNY"
"""All amounts are in fen of renminbi, in which Chinese courts preserve property."""
LETTERS_MAX: Final = 5
"""Letters that one application combines."""
MEASURES_MAX: Final = 50
"""Measures of one application."""
ON_PROPERTY_MAX: Final = 200
"""Measures on one property, those that are over counted too."""

Yuan: TypeAlias = Annotated[int, Meta(ge=1, le=10**15), Format("amount")]
"""An amount of at least one fen."""
BasisPoints: TypeAlias = Annotated[int, Meta(ge=1, le=10_000)]
Days: TypeAlias = Annotated[int, Meta(ge=1, le=3_650)]
Hours: TypeAlias = Annotated[int, Meta(ge=1, le=8_760)]
Years: TypeAlias = Annotated[int, Meta(ge=1, le=10)]


class LegalParameters(VersionedParameters):
    """The figures of the law; each names the rule that it comes from.

    PP: Supreme People's Court, provisions on property preservation (Fa Shi [2016] 22, as amended).
    CPL: Civil Procedure Law. CPI: its judicial interpretation (Fa Shi [2015] 5, as amended).
    """

    security_bp: Annotated[
        BasisPoints,
        Label(zh="诉讼中担保上限（基点）", en="Security in suit at most, bp"),
        Help(zh="财产保全规定第五条", en="PP art. 5: 30 % of the amount."),
    ] = 3_000
    pre_suit_bp: Annotated[
        BasisPoints,
        Label(zh="诉前担保（基点）", en="Security before suit, bp"),
        Help(
            zh="财产保全规定第五条、民诉法解释第一百五十二条",
            en="PP art. 5, CPI art. 152: the whole amount, less in special circumstances.",
        ),
    ] = 10_000
    ruling_days: Annotated[
        Days,
        Label(zh="裁定期限（日）", en="Days to rule"),
        Help(zh="财产保全规定第四条", en="PP art. 4: five days after the security."),
    ] = 5
    urgent_ruling_hours: Annotated[
        Hours,
        Label(zh="紧急裁定期限（小时）", en="Hours to rule, urgent"),
        Help(
            zh="民事诉讼法第一百零三、一百零四条；诉前均适用",
            en="CPL arts. 103, 104: 48 hours; before a suit always.",
        ),
    ] = 48
    start_days: Annotated[
        Days,
        Label(zh="开始执行期限（日）", en="Days to start"),
        Help(zh="财产保全规定第四条", en="PP art. 4: five days after the ruling."),
    ] = 5
    urgent_start_hours: Annotated[
        Hours,
        Label(zh="紧急开始执行期限（小时）", en="Hours to start, urgent"),
        Help(
            zh="财产保全规定第四条：“立即开始执行”，小时数为平台规则",
            en="PP art. 4: at once; the number of hours is a rule of the platform.",
        ),
    ] = 24
    suit_days: Annotated[
        Days,
        Label(zh="诉前保全起诉期限（日）", en="Days to sue"),
        Help(zh="民事诉讼法第一百零四条", en="CPL art. 104, PP art. 17: thirty days."),
    ] = 30
    renewal_days: Annotated[
        Days,
        Label(zh="续行申请提前日数", en="Days before expiry to ask for renewal"),
        Help(zh="财产保全规定第十八条", en="PP art. 18: seven days."),
    ] = 7
    first_notice_days: Annotated[
        Days,
        Label(zh="首次到期提醒（日）", en="First notice, days before expiry"),
        Help(zh="平台规则", en="A rule of the platform: thirty days."),
    ] = 30
    last_notice_days: Annotated[
        Days,
        Label(zh="末次到期提醒（日）", en="Last notice, days before expiry"),
        Help(zh="平台规则", en="A rule of the platform: ten days."),
    ] = 10
    reconsideration_days: Annotated[
        Days,
        Label(zh="申请复议期限（日）", en="Days to ask for reconsideration"),
        Help(
            zh="财产保全规定第二十五条、民诉法解释第一百七十一条",
            en="PP art. 25, CPI art. 171: five days.",
        ),
    ] = 5
    review_days: Annotated[
        Days,
        Label(zh="复议审查期限（日）", en="Days to review"),
        Help(
            zh="财产保全规定第二十五条、民诉法解释第一百七十一条",
            en="PP art. 25, CPI art. 171: ten days.",
        ),
    ] = 10
    release_days: Annotated[
        Days,
        Label(zh="解除保全期限（日）", en="Days to release"),
        Help(zh="财产保全规定第二十三条", en="PP art. 23: five days."),
    ] = 5
    urgent_release_hours: Annotated[
        Hours,
        Label(zh="紧急解除期限（小时）", en="Hours to release, urgent"),
        Help(zh="财产保全规定第二十三条", en="PP art. 23: 48 hours."),
    ] = 48
    deposit_years: Annotated[
        Years,
        Label(zh="冻结存款期限（年）", en="Years for deposits"),
        Help(zh="民诉法解释第四百八十五条", en="CPI art. 485: one year."),
    ] = 1
    movable_years: Annotated[
        Years,
        Label(zh="查封扣押动产期限（年）", en="Years for movables"),
        Help(zh="民诉法解释第四百八十五条", en="CPI art. 485: two years."),
    ] = 2
    immovable_years: Annotated[
        Years,
        Label(zh="查封不动产及其他财产权期限（年）", en="Years for real estate and other rights"),
        Help(zh="民诉法解释第四百八十五条", en="CPI art. 485: three years."),
    ] = 3
    claim_days: Annotated[
        Days,
        Label(zh="索赔期限（日）", en="Days to claim losses"),
        Help(zh="民法典第一百八十八条", en="Civil Code art. 188: three years."),
    ] = 1_095
    calendar: Annotated[Identifier, Label(zh="工作日历", en="Calendar")] = "CN"


class GuarantorKind(StrEnum):
    """Who gives letters: an insurer (PP 7), or a bank by independent guarantee (PP 8)."""

    INSURER = "INSURER"
    BANK = "BANK"


class NewGuarantor(Arguments):
    """A guarantor as the insurance regulator admits it."""

    organization: Annotated[OrganizationCode, Label(zh="机构", en="Organisation")]
    kind: Annotated[GuarantorKind, Label(zh="类别", en="Kind")]
    licence: Annotated[Name, Label(zh="许可证号", en="Licence")]
    seal_key: Annotated[
        PublicKey,
        Label(zh="保函签章公钥", en="Key of its seal"),
        Help(zh="每份保函须由该密钥签名", en="Every letter is signed by it."),
    ]
    net_assets: Annotated[Yuan, Label(zh="净资产", en="Net assets")]
    bank: Annotated[OrganizationCode, Label(zh="结算银行", en="Settlement bank")]
    payee: Annotated[ValueDigest, Label(zh="收款账户摘要", en="Digest of its account")]


class Guarantor(NewGuarantor):
    """A guarantor of the panel."""

    is_suspended: bool = False
    exposure: Amount = 0
    """Limits of its letters that a court has accepted and that are not over."""


class Scope(Record):
    """A version of the clause that says what a letter answers for."""

    version: Identifier
    text: Digest
    """SHA-256 of the clause; it must promise to pay losses from wrongful preservation (PP 7)."""
    court: OrganizationCode
    published_at: Timestamp


class PreservationState(StrEnum):
    """The life of an application and of what the court ordered on it."""

    FILED = "FILED"
    SECURITY_ORDERED = "SECURITY_ORDERED"
    SECURED = "SECURED"
    RULED = "RULED"
    EXECUTING = "EXECUTING"
    IN_EFFECT = "IN_EFFECT"
    RENEWED = "RENEWED"
    RELEASED = "RELEASED"
    LAPSED = "LAPSED"
    REVOKED = "REVOKED"


class Exemption(StrEnum):
    """When no security is asked for in a suit (PP art. 9, its six cases)."""

    MAINTENANCE = "MAINTENANCE"
    """Alimony, maintenance, pensions, medical fees, wages, industrial and traffic injuries."""
    DOMESTIC_VIOLENCE = "DOMESTIC_VIOLENCE"
    PUBLIC_PROSECUTION = "PUBLIC_PROSECUTION"
    """A procuratorate in the public interest."""
    RESCUE = "RESCUE"
    """Injured for a just cause."""
    CLEAR_CASE = "CLEAR_CASE"
    """Clear facts, no risk of error."""
    FINANCIAL_INSTITUTION = "FINANCIAL_INSTITUTION"
    """Banks and insurers with good standing of their own."""


class NewApplication(Arguments):
    """What an applicant asks for; names, property and grounds are sealed, not here."""

    court: Annotated[OrganizationCode, Label(zh="受理法院", en="Court")]
    is_pre_suit: Annotated[bool, Label(zh="诉前保全", en="Before the suit")]
    is_urgent: Annotated[bool, Label(zh="情况紧急", en="Urgent")] = False
    amount: Annotated[Yuan, Label(zh="保全金额", en="Amount")]
    applicant_party: Annotated[
        ValueDigest, Label(zh="申请人承诺值", en="Commitment to the applicant's name")
    ]
    respondent_party: Annotated[
        ValueDigest, Label(zh="被申请人承诺值", en="Commitment to the respondent's name")
    ]
    is_disputed_thing: Annotated[
        bool,
        Label(zh="争议标的物", en="The disputed thing itself"),
        Help(
            zh="对争议标的物的保全，非经申请人同意不得以担保替换",
            en="Then security replaces it only if the applicant agrees (PP art. 22).",
        ),
    ] = False
    payee: Annotated[ValueDigest, Label(zh="退款账户摘要", en="Digest of the account for refunds")]


class Application(NewApplication):
    """An application for preservation, and all that came of it."""

    id: Identifier
    applicant: OrganizationCode
    """Who filed it: the applicant, or its law firm."""
    counsel: OrganizationCode | None = None
    """The law firm, if one filed it."""
    state: PreservationState
    filed_at: Timestamp
    parameters: Count
    """Version of the figures that hold for it."""
    case_number: Name | None = None
    """Of the suit; null before the suit."""
    checked_by: Name | None = None
    respondent: OrganizationCode | None = None
    """Who acts for the respondent, once served."""
    required: Amount = 0
    """Security that the court ordered; 0 if exempt or not ordered yet."""
    exemption: Exemption | None = None
    reason: Name | None = None
    """Why the security before suit is less than the whole."""
    letters: tuple[Identifier, ...] = ()
    """Letters that were accepted."""
    secured: Amount = 0
    """The sum of their limits."""
    secured_at: Timestamp | None = None
    ruling: Digest | None = None
    """SHA-256 of the ruling."""
    ruled_amount: Amount = 0
    ruled_at: Timestamp | None = None
    reconsidered: Identifier | None = None
    measures: tuple[Identifier, ...] = ()
    frozen: Amount = 0
    """What the measures in effect hold, surplus not counted."""
    sue_by: Timestamp | None = None
    ended_at: Timestamp | None = None


class Reconsideration(Record):
    """What a party holds against the ruling, and what came of it."""

    id: Identifier
    application: Identifier
    party: OrganizationCode
    grounds: Digest
    asked_at: Timestamp
    due: Timestamp
    is_upheld: bool | None = None
    """Whether the ruling stands; null: not decided."""
    decided_at: Timestamp | None = None
