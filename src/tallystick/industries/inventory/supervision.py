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
    hour_of_day,
    hours,
    ratio,
    silent,
    value_of,
)
from tallystick.industries.inventory.events import (
    CasesTakenIn,
    Counted,
    Defaulted,
    GoodsLeft,
    InspectionEnded,
    LoanValued,
    MarginCalled,
    PhotoRepeated,
    PricePublished,
    SensorsReported,
    StockHeld,
)
from tallystick.industries.inventory.records import InspectionState


class Supervision:
    """Statistics and warning rules; they cost the contract's calls nothing."""

    stock_value = Statistic(
        label=Label(zh="存货价值", en="Stock value"),
        kind="gauge",
        event=StockHeld,
        value="value",
        key="receipt",
        subject="dealer",
    )
    stock_by_sku = Statistic(
        label=Label(zh="各品种存货价值", en="Stock value by product"),
        kind="gauge",
        event=StockHeld,
        value="value",
        key="receipt",
        by="sku",
        subject="dealer",
    )
    stock_by_warehouse = Statistic(
        label=Label(zh="各仓库箱数", en="Cases by warehouse"),
        kind="gauge",
        event=StockHeld,
        value="cases",
        key="receipt",
        by="warehouse",
        subject="dealer",
    )
    pledged_value = Statistic(
        label=Label(zh="已质押价值", en="Value pledged"),
        kind="gauge",
        event=StockHeld,
        value="pledged_value",
        key="receipt",
        subject="dealer",
    )
    pledged_share = Statistic(
        label=Label(zh="质押占比", en="Share pledged"),
        kind="ratio",
        numerator="pledged_value",
        denominator="stock_value",
    )
    ltv = Statistic(
        label=Label(zh="质押率分布", en="Loans by loan-to-value"),
        kind="histogram",
        event=LoanValued,
        value="ltv_bp",
        key="loan",
        bounds=(0, 5_000, 6_000, 7_000, 7_500, 8_500),
        subject="dealer",
    )
    calls_made = Statistic(
        label=Label(zh="追加通知", en="Margin calls"),
        kind="count",
        event=MarginCalled,
        period="month",
        subject="dealer",
    )
    defaults = Statistic(
        label=Label(zh="违约", en="Defaults"),
        kind="count",
        event=Defaulted,
        period="month",
        subject="dealer",
    )
    inspections_made = Statistic(
        label=Label(zh="抽查", en="Inspections"), kind="count", event=InspectionEnded
    )
    inspections_passed = Statistic(
        label=Label(zh="合格抽查", en="Inspections passed"),
        kind="count",
        event=InspectionEnded,
        where=value_of("result") == str(InspectionState.PASSED),
    )
    inspection_pass_rate = Statistic(
        label=Label(zh="抽查合格率", en="Inspections passed of all"),
        kind="ratio",
        numerator="inspections_passed",
        denominator="inspections_made",
    )
    release_time = Statistic(
        label=Label(zh="出库等待（秒）", en="Seconds from the paper to the gate"),
        kind="histogram",
        event=GoodsLeft,
        value="waited_s",
        bounds=(0, 3_600, 14_400, 86_400, 259_200),
    )
    lowest_price = Statistic(
        label=Label(zh="月度最低单位价值", en="Lowest value of a case"),
        kind="minimum",
        event=PricePublished,
        value="unit_value",
        by="sku",
        period="month",
    )
    highest_price = Statistic(
        label=Label(zh="月度最高单位价值", en="Highest value of a case"),
        kind="maximum",
        event=PricePublished,
        value="unit_value",
        by="sku",
        period="month",
    )
    stock_days = Statistic(
        label=Label(zh="存货天数", en="Days from taking in to the first leaving"),
        kind="duration",
        event=CasesTakenIn,
        until=GoodsLeft,
        key="receipt",
        unit="day",
    )

    count_mismatch = WarningRule(
        id="INV-W1",
        version=1,
        level="critical",
        label=Label(zh="账实不符", en="Count differs"),
        sentence=Label(
            zh="{warehouse} 仓单 {receipt}：实存 {counted} 箱，应存 {expected} 箱",
            en="{warehouse}: {receipt} has {counted} cases, there should be {expected}",
        ),
        on=Counted,
        when=value_of("counted") != value_of("expected"),
        dedupe="receipt",
        cool_down=hours(1),
    )
    high_ltv = WarningRule(
        id="INV-W2",
        version=1,
        level="warning",
        label=Label(zh="质押率过高", en="Loan-to-value high"),
        sentence=Label(zh="{loan} 质押率 {measured} 基点", en="{loan} stands at {measured} bp"),
        on=LoanValued,
        when=value_of("ltv_bp") >= 7_000,
        dedupe="loan",
        cool_down=days(1),
    )
    late_inspection = WarningRule(
        id="INV-W3",
        version=1,
        level="warning",
        label=Label(zh="抽查逾期", en="Inspection late"),
        sentence=Label(
            zh="{warehouse} 未按时完成抽查 {inspection}",
            en="{warehouse} did not show the cases of {inspection} in time",
        ),
        on=InspectionEnded,
        when=value_of("result") == str(InspectionState.LATE),
        dedupe="inspection",
    )
    no_turnover = WarningRule(
        id="INV-W4",
        version=1,
        level="notice",
        label=Label(zh="周转停滞", en="Turnover stopped"),
        sentence=Label(
            zh="{dealer} 九十日未提货", en="no goods of {dealer} have left for ninety days"
        ),
        when=silent(GoodsLeft, by="dealer", for_=days(90)),
    )
    one_product = WarningRule(
        id="INV-W5",
        version=1,
        level="notice",
        label=Label(zh="品种集中", en="One product dominates"),
        sentence=Label(
            zh="{sku} 占存货价值 {measured} 基点", en="{sku} is {measured} bp of the stock's value"
        ),
        on=StockHeld,
        # What is told is rounded down; more than half is multiplied out: exact.
        when=(ratio(figure("stock_by_sku", by="sku"), figure("stock_value")) >= 5_000)
        & (figure("stock_by_sku", by="sku") * 2 > figure("stock_value")),
        dedupe="sku",
        cool_down=days(1),
    )
    silent_warehouse = WarningRule(
        id="INV-W6",
        version=1,
        level="critical",
        label=Label(zh="监控静默", en="Sensors silent"),
        sentence=Label(
            zh="{warehouse} 监控已静默 {measured} 分钟",
            en="{warehouse} has been silent for {measured} minutes",
        ),
        when=silent(SensorsReported, by="warehouse", for_=hours(2)),
    )
    night_release = WarningRule(
        id="INV-W7",
        version=1,
        level="warning",
        label=Label(zh="夜间出库", en="Goods leave at night"),
        sentence=Label(
            zh="{warehouse} 夜间放行仓单 {receipt} 的 {count} 箱",
            en="{warehouse} let {count} cases of {receipt} go at night",
        ),
        on=GoodsLeft,
        when=(hour_of_day() >= 22) | (hour_of_day() < 6),
        dedupe="receipt",
        cool_down=hours(1),
    )
    repeated_photo = WarningRule(
        id="INV-W8",
        version=1,
        level="critical",
        label=Label(zh="照片重复", en="Photo shown twice"),
        sentence=Label(
            zh="{warehouse} 批次 {lot} 与 {first} 使用同一照片",
            en="{warehouse} showed the photo of {first} for {lot} again",
        ),
        on=PhotoRepeated,
        when=count(PhotoRepeated, by="lot") > 0,
        dedupe="lot",
    )
