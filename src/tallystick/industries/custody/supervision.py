# SPDX-License-Identifier: Apache-2.0
"""What supervisors see of custody: figures and warnings, counted from the contract's events."""

from __future__ import annotations

from tallystick.contracts import (
    Label,
    Statistic,
    WarningRule,
    count,
    days,
    figure,
    hours,
    overdue,
    value_of,
)
from tallystick.industries.custody.events import (
    ChallengeEnded,
    CopiesCounted,
    CopyChanged,
    CorruptionReported,
    DayAnchored,
    ObjectDegraded,
    ObjectExpiring,
    ObjectLost,
    ObjectRestored,
    ReadDone,
    ReadOpened,
    RepairDone,
    RetentionEnding,
    SequenceGap,
)


class Supervision:
    """The chapter of figures and warnings."""

    objects_stored = Statistic(
        label=Label(zh="在存对象", en="Objects stored"),
        kind="gauge",
        event=CopiesCounted,
        value="objects",
        key="object",
        by="owner",
    )
    bytes_stored = Statistic(
        label=Label(zh="在存字节", en="Bytes stored"),
        kind="gauge",
        event=CopiesCounted,
        value="size",
        key="object",
        by="owner",
    )
    copies = Statistic(
        label=Label(zh="副本数分布", en="Objects by good copies"),
        kind="histogram",
        event=CopiesCounted,
        value="copies",
        key="object",
        bounds=(1, 2, 3, 4, 5),
    )
    copies_by_operator = Statistic(
        label=Label(zh="各运营方副本数", en="Good copies by operator"),
        kind="gauge",
        event=CopyChanged,
        value="pinned",
        key=("object", "node"),
        by="operator",
    )
    copies_by_zone = Statistic(
        label=Label(zh="各区域副本数", en="Good copies by zone"),
        kind="gauge",
        event=CopyChanged,
        value="pinned",
        key=("object", "node"),
        by="zone",
    )
    degraded_time = Statistic(
        label=Label(zh="副本不足时长", en="Time with missing copies"),
        kind="duration",
        event=ObjectDegraded,
        until=ObjectRestored,
        key="object",
        percentiles=(500, 950),
    )
    challenges_passed = Statistic(
        label=Label(zh="通过的挑战", en="Challenges passed"),
        kind="sum",
        event=ChallengeEnded,
        value="passed",
        by="node",
    )
    challenges_ended = Statistic(
        label=Label(zh="结束的挑战", en="Challenges ended"),
        kind="count",
        event=ChallengeEnded,
        by="node",
    )
    challenge_pass_rate = Statistic(
        label=Label(zh="挑战通过率", en="Pass rate of challenges"),
        kind="ratio",
        numerator="challenges_passed",
        denominator="challenges_ended",
    )
    fees_paid = Statistic(
        label=Label(zh="已付存储费", en="Fees paid"),
        kind="sum",
        event=ChallengeEnded,
        value="paid",
        by="operator",
    )
    penalties = Statistic(
        label=Label(zh="扣罚金额", en="Penalties"),
        kind="sum",
        event=ChallengeEnded,
        value="penalty",
        by="operator",
    )
    repaired_bytes = Statistic(
        label=Label(zh="修复字节数", en="Bytes repaired"),
        kind="sum",
        event=RepairDone,
        value="size",
        period="month",
    )
    retrieval_time = Statistic(
        label=Label(zh="调阅用时", en="Time to retrieve"),
        kind="duration",
        event=ReadOpened,
        until=ReadDone,
        key="read",
        unit="second",
        percentiles=(500, 950),
    )
    corruption_reports = Statistic(
        label=Label(zh="损坏报告", en="Reports of damaged bytes"),
        kind="count",
        event=CorruptionReported,
        by="node",
    )
    expiring = Statistic(
        label=Label(zh="即将到期对象", en="Objects whose period ends"),
        kind="count",
        event=ObjectExpiring,
        by="owner",
        period="month",
    )
    lost = Statistic(
        label=Label(zh="丢失对象", en="Objects lost"), kind="count", event=ObjectLost, by="owner"
    )
    archived = Statistic(
        label=Label(zh="归档条数", en="Lines archived"),
        kind="sum",
        event=DayAnchored,
        value="entries",
        by="owner",
        period="month",
    )
    gaps = Statistic(
        label=Label(zh="缺号数", en="Numbers missing"),
        kind="sum",
        event=SequenceGap,
        value="count",
        by="terminal",
    )

    failing_node = WarningRule(
        id="AFC-W1",
        version=1,
        level="warning",
        label=Label(zh="节点通过率低", en="A node fails challenges"),
        sentence=Label(
            zh="节点 {node} 的挑战通过率低于 99%",
            en="node {node} passes fewer than 99 % of its challenges",
        ),
        on=ChallengeEnded,
        # Multiplied, not divided: exact.
        when=figure("challenges_passed", by="node") * 100
        < figure("challenges_ended", by="node") * 99,
        dedupe="node",
        cool_down=days(1),
    )
    long_degraded = WarningRule(
        id="AFC-W2",
        version=1,
        level="critical",
        label=Label(zh="副本长时间不足", en="Copies are missing for long"),
        sentence=Label(
            zh="对象 {object} 副本不足已超过一小时",
            en="the copies of {object} have been incomplete for an hour",
        ),
        when=overdue(ObjectDegraded, until=ObjectRestored, by="object", after=hours(1)),
    )
    concentration = WarningRule(
        id="AFC-W3",
        version=1,
        level="warning",
        label=Label(zh="副本过于集中", en="Too much at one operator"),
        sentence=Label(
            zh="运营方 {operator} 持有全部副本的 40% 以上",
            en="the operator {operator} has more than 40 % of all copies",
        ),
        on=CopyChanged,
        # Three operators in turn are above it by chance until each has three copies.
        when=(value_of("pinned") == 1)
        & (figure("copies_by_operator") >= 10)
        & (figure("copies_by_operator", by="operator") * 10 > figure("copies_by_operator") * 4),
        dedupe="operator",
        cool_down=days(1),
    )
    sequence_gap = WarningRule(
        id="AFC-W4",
        version=1,
        level="warning",
        label=Label(zh="序号缺失", en="Gap in a sequence"),
        sentence=Label(
            zh="终端 {terminal} 自 {first} 起缺 {count} 个序号：{cause}",
            en="the terminal {terminal} lacks {count} numbers from {first}: {cause}",
        ),
        on=SequenceGap,
        when=value_of("count") > 0,
        dedupe=("manifest", "terminal", "first"),
    )
    access_spike = WarningRule(
        id="AFC-W5",
        version=1,
        level="warning",
        label=Label(zh="调阅激增", en="Spike of reads"),
        sentence=Label(
            zh="{reader} 一小时内调阅 {measured} 次",
            en="{reader} opened {measured} objects within an hour",
        ),
        on=ReadOpened,
        when=count(ReadOpened, by="reader", within=hours(1)) > 100,
        dedupe="reader",
        cool_down=hours(1),
    )
    retention_ending = WarningRule(
        id="AFC-W6",
        version=1,
        level="notice",
        label=Label(zh="留存期将满", en="Retention ends"),
        sentence=Label(
            zh="对象 {object} 的留存期三十日内届满",
            en="the retention of {object} ends within thirty days",
        ),
        on=RetentionEnding,
        when=value_of("until") > 0,
        dedupe="object",
    )
