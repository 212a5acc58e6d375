# SPDX-License-Identifier: Apache-2.0
"""What a supervisor sees: figures counted from the events, and rules that warn."""

from __future__ import annotations

from tallystick.contracts import (
    Label,
    Statistic,
    WarningRule,
    count,
    days,
    figure,
    hours,
    ratio,
    value_of,
)
from tallystick.industries.justice.case_records import MediationState, Verdict
from tallystick.industries.justice.events import (
    AgreementCounted,
    BreachCured,
    CaseFiled,
    ClockReported,
    ExhibitAttached,
    ItemVerified,
    MediationEnded,
    ObligationBreached,
    ObligationDischarged,
)


class Supervision:
    """Statistics and warning rules; they cost the contract's calls nothing."""

    deposits_shown = Statistic(
        label=Label(zh="每日入案存证（按平台）", en="Deposits brought into matters, by platform"),
        kind="count",
        event=ExhibitAttached,
        by="platform",
        period="day",
    )
    active_agreements = Statistic(
        label=Label(zh="履行中的合同", en="Agreements in force"),
        kind="gauge",
        event=AgreementCounted,
        value="active",
        key="agreement",
    )
    performed = Statistic(
        label=Label(zh="已履行义务", en="Obligations discharged"),
        kind="count",
        event=ObligationDischarged,
    )
    performed_by_debit = Statistic(
        label=Label(zh="自动扣款履行", en="Discharged by debit"),
        kind="count",
        event=ObligationDischarged,
        where=value_of("automatic") == 1,
    )
    automatic_rate = Statistic(
        label=Label(zh="自动履行率", en="Automatic performance"),
        kind="ratio",
        numerator="performed_by_debit",
        denominator="performed",
    )
    breaches = Statistic(
        label=Label(zh="违约", en="Breaches"), kind="count", event=ObligationBreached
    )
    cured = Statistic(label=Label(zh="补正", en="Cured"), kind="count", event=BreachCured)
    mediations_ended = Statistic(
        label=Label(zh="调解结束", en="Mediations ended"), kind="count", event=MediationEnded
    )
    mediations_settled = Statistic(
        label=Label(zh="调解成功", en="Mediations settled"),
        kind="count",
        event=MediationEnded,
        where=value_of("result") == str(MediationState.SETTLED),
    )
    mediation_success = Statistic(
        label=Label(zh="调解成功率", en="Mediations settled of all"),
        kind="ratio",
        numerator="mediations_settled",
        denominator="mediations_ended",
    )
    filed = Statistic(
        label=Label(zh="立案", en="Cases filed"), kind="count", event=CaseFiled, period="day"
    )
    breach_to_filing = Statistic(
        label=Label(zh="违约至立案天数", en="Days from breach to filing"),
        kind="duration",
        event=ObligationBreached,
        until=CaseFiled,
        key="agreement",
        unit="day",
    )
    verdicts = Statistic(
        label=Label(zh="核验结论分布", en="Verdicts"),
        kind="count",
        event=ItemVerified,
        by="verdict",
    )
    items_checked = Statistic(
        label=Label(zh="核验项（按平台）", en="Items checked, by platform"),
        kind="count",
        event=ItemVerified,
        by="platform",
    )
    items_inconsistent = Statistic(
        label=Label(zh="不一致项（按平台）", en="Items inconsistent, by platform"),
        kind="count",
        event=ItemVerified,
        by="platform",
        where=value_of("verdict") == str(Verdict.INCONSISTENT),
    )
    inconsistent_rate = Statistic(
        label=Label(zh="不一致率（按平台）", en="Inconsistent of all, by platform"),
        kind="ratio",
        numerator="items_inconsistent",
        denominator="items_checked",
    )

    inconsistent_platform = WarningRule(
        id="JUD-W1",
        version=1,
        level="critical",
        label=Label(zh="平台证据不一致", en="A platform's evidence differs"),
        sentence=Label(
            zh="{platform} 的存证不一致率为万分之 {measured}",
            en="{measured} in ten thousand items of {platform} are inconsistent",
        ),
        on=ItemVerified,
        # What is told is rounded down; more than one in a thousand is multiplied out: exact.
        when=(
            ratio(
                figure("items_inconsistent", by="platform"), figure("items_checked", by="platform")
            )
            >= 10
        )
        & (
            figure("items_inconsistent", by="platform") * 1_000
            > figure("items_checked", by="platform")
        ),
        dedupe="platform",
        cool_down=days(1),
    )
    clock_skew = WarningRule(
        id="JUD-W2",
        version=1,
        level="warning",
        label=Label(zh="时钟偏差", en="Clock wrong"),
        sentence=Label(
            zh="{platform} 的时钟偏差 {skew_ms} 毫秒",
            en="the clock of {platform} is {skew_ms} ms off",
        ),
        on=ClockReported,
        when=value_of("size_ms") > 5_000,
        dedupe="platform",
        cool_down=hours(1),
    )
    many_alike = WarningRule(
        id="JUD-W3",
        version=1,
        level="warning",
        label=Label(zh="同类批量立案", en="Burst of identical claims"),
        sentence=Label(
            zh="{creditor} 一日内提起 {measured} 件相同请求",
            en="{creditor} filed {measured} identical claims within a day",
        ),
        on=CaseFiled,
        when=count(CaseFiled, by=("creditor", "likeness"), within=days(1)) > 200,
        dedupe="creditor",
        cool_down=days(1),
    )
    collector_withdrawn = WarningRule(
        id="JUD-W4",
        version=1,
        level="warning",
        label=Label(zh="采集程序版本已撤回", en="Collector withdrawn"),
        sentence=Label(
            zh="{case} 的 {deposit} 由已撤回版本的程序采集",
            en="{deposit} in {case} was collected by a version that was withdrawn",
        ),
        on=ItemVerified,
        when=value_of("withdrawn") == 1,
        dedupe="deposit",
    )
