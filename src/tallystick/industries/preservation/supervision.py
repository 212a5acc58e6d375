# SPDX-License-Identifier: Apache-2.0
"""What court supervisor and regulator see: figures counted from the events, and rules that warn."""

from __future__ import annotations

from tallystick.contracts import (
    Label,
    RefusedCall,
    Statistic,
    WarningRule,
    days,
    figure,
    ratio,
    value_of,
)
from tallystick.industries.preservation.events import (
    ApplicationFiled,
    ClaimDecided,
    ExposureChanged,
    LetterAccepted,
    LetterIssued,
    LetterRejected,
    MeasureChanged,
    MeasureLapsed,
    SecurityOrdered,
    SuitMissing,
    TermKept,
    TermMissed,
)

_FORGED = (
    (
        (value_of("method") == "submit_letters")
        & (
            (value_of("code") == "E_HASH")
            | (value_of("code") == "E_SIG")
            | (value_of("code") == "E_MISSING")
        )
    )
    | ((value_of("method") == "issue_letter") & (value_of("code") == "E_SIG"))
    | ((value_of("method") == "accept_letter") & (value_of("code") == "E_HASH"))
)
"""A letter that is none, or not as signed; a seal that is not the guarantor's; another file."""


class Supervision:
    """Statistics and warning rules; they cost the contract's calls nothing."""

    applications_filed = Statistic(
        label=Label(zh="保全申请", en="Applications"),
        kind="count",
        event=ApplicationFiled,
        by="court",
    )
    exemptions = Statistic(
        label=Label(zh="免担保", en="Exemptions"),
        kind="count",
        event=SecurityOrdered,
        where=value_of("required") == 0,
    )
    security_asked = Statistic(
        label=Label(zh="担保金额", en="Security ordered"),
        kind="sum",
        event=SecurityOrdered,
        value="required",
    )
    amount_asked = Statistic(
        label=Label(zh="申请金额", en="Amount asked for"),
        kind="sum",
        event=SecurityOrdered,
        value="amount",
    )
    security_ratio = Statistic(
        label=Label(zh="担保比例", en="Security by amount"),
        kind="ratio",
        numerator="security_asked",
        denominator="amount_asked",
    )
    issue_to_accept = Statistic(
        label=Label(zh="签发至采纳（分钟）", en="Minutes from issue to acceptance"),
        kind="duration",
        event=LetterIssued,
        until=LetterAccepted,
        key="letter",
        unit="minute",
    )
    terms_done = Statistic(
        label=Label(zh="已办期限事项", en="Things done that had a term"),
        kind="count",
        event=TermKept,
        by="term",
    )
    terms_in_time = Statistic(
        label=Label(zh="按期办理", en="Done in time"),
        kind="count",
        event=TermKept,
        by="term",
        where=value_of("is_in_time") == True,  # noqa: E712  # an expression, not a truth value
    )
    compliance = Statistic(
        label=Label(zh="法定期限遵守率", en="Terms kept of all"),
        kind="ratio",
        numerator="terms_in_time",
        denominator="terms_done",
    )
    frozen_amount = Statistic(
        label=Label(zh="在保全金额", en="Frozen"),
        kind="gauge",
        event=MeasureChanged,
        value="amount",
        key="measure",
        by="kind",
    )
    lapses = Statistic(label=Label(zh="届满失效", en="Lapses"), kind="count", event=MeasureLapsed)
    letters_accepted = Statistic(
        label=Label(zh="采纳保函", en="Letters accepted"),
        kind="count",
        event=LetterAccepted,
        by="guarantor",
    )
    claims_decided = Statistic(
        label=Label(zh="裁判支持的索赔", en="Claims awarded"),
        kind="count",
        event=ClaimDecided,
        by="guarantor",
        where=value_of("due") > 0,
    )
    claims_ratio = Statistic(
        label=Label(zh="出险率", en="Claims by letters"),
        kind="ratio",
        numerator="claims_decided",
        denominator="letters_accepted",
    )
    letters_rejected = Statistic(
        label=Label(zh="不予采纳（按理由）", en="Letters rejected by reason"),
        kind="count",
        event=LetterRejected,
        by="reason",
    )
    letters_refused = Statistic(
        label=Label(zh="比对不符（按代码）", en="Submissions refused by code"),
        kind="count",
        event=RefusedCall,
        by="code",
        where=value_of("method") == "submit_letters",
    )
    pre_suit_filed = Statistic(
        label=Label(zh="律所诉前申请", en="Applications before suit by law firm"),
        kind="count",
        event=ApplicationFiled,
        by="counsel",
        where=value_of("is_pre_suit") == True,  # noqa: E712  # an expression
    )
    never_sued = Statistic(
        label=Label(zh="律所逾期未起诉", en="Never sued by law firm"),
        kind="count",
        event=SuitMissing,
        by="counsel",
    )

    forged = WarningRule(
        id="PRES-W1",
        version=1,
        level="critical",
        label=Label(zh="疑似伪造保函", en="Forged letter"),
        sentence=Label(
            zh="{organization} 办理的保函不存在、签章不符或被改动（{method}，{code}）",
            en="{organization} met a letter that is unknown, forged or altered ({method}, {code})",
        ),
        on=RefusedCall,
        when=_FORGED,
        dedupe="organization",
    )
    exposed = WarningRule(
        id="PRES-W2",
        version=1,
        level="warning",
        label=Label(zh="在保责任过高", en="Exposure high"),
        sentence=Label(
            zh="{guarantor} 在保责任为净资产的 {measured} 基点",
            en="{guarantor} answers for {measured} basis points of its net assets",
        ),
        on=ExposureChanged,
        when=value_of("share_bp") > 1_000,
        dedupe="guarantor",
        cool_down=days(1),
    )
    lapsed = WarningRule(
        id="PRES-W3",
        version=1,
        level="critical",
        label=Label(zh="案件在审而措施失效", en="Lapse in a live case"),
        sentence=Label(
            zh="{application} 尚在审理，措施 {measure} 已失效",
            en="{measure} lapsed while {application} is a live case",
        ),
        on=MeasureLapsed,
        when=value_of("is_case_live") == True,  # noqa: E712  # an expression
        dedupe="measure",
    )
    unsued = WarningRule(
        id="PRES-W4",
        version=1,
        level="warning",
        label=Label(zh="诉前保全多不起诉", en="Seldom sues"),
        sentence=Label(
            zh="律所 {counsel} 的诉前申请有 {measured} 基点未起诉",
            en="{measured} basis points of what {counsel} filed before suit were never sued",
        ),
        on=SuitMissing,
        # What is told is rounded down; more than three in ten is multiplied out: exact.
        when=(
            ratio(figure("never_sued", by="counsel"), figure("pre_suit_filed", by="counsel"))
            >= 3_000
        )
        & (figure("never_sued", by="counsel") * 10 > figure("pre_suit_filed", by="counsel") * 3),
        dedupe="counsel",
    )
    no_suit = WarningRule(
        id="PRES-W5",
        version=1,
        level="critical",
        label=Label(zh="逾期未起诉", en="Nobody sued"),
        sentence=Label(
            zh="{application} 逾期未起诉，应予解除", en="{application}: nobody sued, release it"
        ),
        on=SuitMissing,
        when=value_of("due") > 0,
        dedupe="application",
    )
    missed = WarningRule(
        id="PRES-W6",
        version=1,
        level="warning",
        label=Label(zh="法定期限届满未办", en="Term missed"),
        sentence=Label(zh="{application}：{term} 逾期未办", en="{application}: {term} is overdue"),
        on=TermMissed,
        when=(value_of("due") > 0) & ~(value_of("term") == "reconsideration"),
        dedupe=("application", "term"),
    )
