# SPDX-License-Identifier: Apache-2.0
"""A contract that announces what supervisors of stock finance ask for; see `supervised`."""

from __future__ import annotations

from tallystick.contracts import (
    ANY_MEMBER,
    Amount,
    Context,
    Contract,
    Count,
    Event,
    Statistic,
    WarningRule,
    action,
    count,
    days,
    figure,
    hour_of_day,
    hours,
    overdue,
    ratio,
    silent,
    value_of,
)
from tests.unit.views.supervised import said


class Valued(Event):
    """en: {receipt} is worth {value}.

    zh: {receipt} 价值 {value}。
    """

    receipt: str
    dealer: str
    sku: str
    value: Amount
    pledged: bool
    ltv_bp: Count | None
    photo: bytes
    price_bp: int


class Called(Event):
    """en: {receipt} was called.

    zh: {receipt} 追加。
    """

    receipt: str
    is_default: bool


class Drawn(Event):
    """en: inspect {inspection}.

    zh: 检查 {inspection}。
    """

    inspection: str


class Inspected(Event):
    """en: {inspection}: {counted} of {booked}.

    zh: {inspection}：{counted}/{booked}。
    """

    inspection: str
    counted: Count
    booked: Count


class Ordered(Event):
    """en: {redemption} ordered.

    zh: {redemption} 下单。
    """

    redemption: str


class Released(Event):
    """en: {redemption} released.

    zh: {redemption} 放行。
    """

    redemption: str
    dealer: str


class Scanned(Event):
    """en: {warehouse} scanned.

    zh: {warehouse} 扫描。
    """

    warehouse: str


STOCK_EVENTS = (Valued, Called, Drawn, Inspected, Ordered, Released, Scanned)


class Inventory(Contract, name="inventory", version=1):
    """Stock that banks lend on."""

    stock = Statistic(
        label=said("stock value"),
        kind="gauge",
        event=Valued,
        value="value",
        key="receipt",
        period="day",
    )
    stock_by_sku = Statistic(
        label=said("stock by sku"),
        kind="gauge",
        event=Valued,
        value="value",
        key="receipt",
        by="sku",
    )
    pledged = Statistic(
        label=said("pledged"),
        kind="gauge",
        event=Valued,
        value="value",
        key="receipt",
        where=value_of("pledged"),
        period="day",
    )
    pledged_share = Statistic(
        label=said("pledged share"), kind="ratio", numerator="pledged", denominator="stock"
    )
    ltv = Statistic(
        label=said("loan to value"),
        kind="histogram",
        event=Valued,
        value="ltv_bp",
        key="receipt",
        bounds=(6000, 7000, 7500, 8500),
        subject="dealer",
    )
    calls = Statistic(label=said("calls"), kind="count", event=Called)
    defaults = Statistic(
        label=said("defaults"), kind="count", event=Called, where=value_of("is_default")
    )
    inspections = Statistic(label=said("inspections"), kind="count", event=Inspected)
    passed = Statistic(
        label=said("passed"),
        kind="count",
        event=Inspected,
        where=value_of("counted") == value_of("booked"),
    )
    pass_rate = Statistic(
        label=said("pass rate"), kind="ratio", numerator="passed", denominator="inspections"
    )
    release_time = Statistic(
        label=said("release time"), kind="duration", event=Ordered, until=Released, key="redemption"
    )
    price_drift = Statistic(
        label=said("price drift"),
        kind="histogram",
        event=Valued,
        value="price_bp",
        by="sku",
        bounds=(-1000, 0, 1000),
    )
    stock_days = Statistic(
        label=said("stock days"),
        kind="duration",
        event=Ordered,
        until=Released,
        key="redemption",
        by="dealer",
        unit="day",
    )

    mismatch = WarningRule(
        id="INV-W1",
        version=1,
        level="critical",
        label=said("count mismatch"),
        sentence=said("{inspection}: {counted} of {booked}"),
        on=Inspected,
        when=value_of("counted") != value_of("booked"),
        dedupe="inspection",
    )
    high = WarningRule(
        id="INV-W2",
        version=1,
        level="warning",
        label=said("LTV"),
        sentence=said("{receipt}: {ltv_bp}"),
        on=Valued,
        when=value_of("ltv_bp") >= 7000,
        dedupe="receipt",
        cool_down=hours(24),
    )
    pledged_now = WarningRule(
        id="INV-W9",
        version=1,
        level="notice",
        label=said("pledged"),
        sentence=said("{receipt} is pledged"),
        on=Valued,
        when=value_of("pledged"),
        dedupe="receipt",
    )
    late = WarningRule(
        id="INV-W3",
        version=1,
        level="warning",
        label=said("inspection late"),
        sentence=said("{inspection} is late by {measured} minutes"),
        when=overdue(Drawn, until=Inspected, by="inspection", after=hours(2)),
    )
    slow = WarningRule(
        id="INV-W4",
        version=1,
        level="notice",
        label=said("turnover stopped"),
        sentence=said("{dealer} sells nothing"),
        when=silent(Released, by="dealer", for_=days(90)),
    )
    lopsided = WarningRule(
        id="INV-W5",
        version=1,
        level="notice",
        label=said("one SKU"),
        sentence=said("{sku} is {measured} of 10,000"),
        on=Valued,
        when=ratio(figure("stock_by_sku", by="sku"), figure("stock")) > 5000,
        dedupe="sku",
    )
    blind = WarningRule(
        id="INV-W6",
        version=1,
        level="critical",
        label=said("camera silent"),
        sentence=said("{warehouse} is silent"),
        when=silent(Scanned, by="warehouse", for_=hours(2)),
        cool_down=hours(24),
    )
    night = WarningRule(
        id="INV-W7",
        version=1,
        level="notice",
        label=said("release at night"),
        sentence=said("{redemption} at hour {measured}"),
        on=Released,
        when=(hour_of_day() >= 22) | (hour_of_day() < 6),
        dedupe="redemption",
    )
    same_photo = WarningRule(
        id="INV-W8",
        version=1,
        level="critical",
        label=said("same photo"),
        sentence=said("{photo} shows {measured} receipts"),
        on=Valued,
        when=count(Valued, by="photo", distinct="receipt") > 1,
        dedupe="photo",
    )

    @action(role=ANY_MEMBER, label=said("act"), emits=STOCK_EVENTS)
    def act(self, ctx: Context) -> None:
        """Announce something."""
