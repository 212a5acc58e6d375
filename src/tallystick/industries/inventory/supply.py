# SPDX-License-Identifier: Apache-2.0
"""The maker's word and the market's: which cases are genuine, and what a case costs."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    DAY_MS,
    Context,
    Identifier,
    Label,
    Name,
    OrganizationCode,
    action,
    day_of,
    replace,
)
from tallystick.industries.inventory.events import (
    AlertChanged,
    CasesMarked,
    PricePublished,
    SupplyStated,
)
from tallystick.industries.inventory.records import (
    QUOTES_MAX,
    Case,
    CasePrice,
    CaseState,
    LendingParameters,
    Price,
    Quote,
    Quotes,
    Serials,
    Statement,
)
from tallystick.industries.inventory.refusals import (
    CaseNotFree,
    DoesNotFit,
    NotStated,
    NotYours,
    SerialTwice,
)
from tallystick.industries.inventory.rules import median_of, normalised_serials, unit_value
from tallystick.industries.inventory.tables import InventoryTables, require_party
from tallystick.industries.inventory.workflows import DEALER, VALUER, WINERY

COUNTERFEIT_ALERT = "counterfeit"


class Supply(InventoryTables):
    """Statements of supply and prices; provenance's part until that system is there."""

    @action(
        role=WINERY,
        label=Label(zh="供货声明", en="State a supply"),
        emits=(SupplyStated,),
        refuses=(NotYours, SerialTwice, DoesNotFit),
    )
    def state_supply(
        self,
        ctx: Context,
        dealer: Annotated[OrganizationCode, Label(zh="经销商", en="Dealer")],
        sku: Annotated[Identifier, Label(zh="品种", en="Product")],
        delivery_note: Annotated[Name, Label(zh="发货单号", en="Delivery note")],
        serials: Annotated[Serials, Label(zh="箱码", en="Serials")],
    ) -> Statement:
        """en: States which cases the maker shipped to which dealer; a serial is stated once.

        zh: 酒厂声明向某经销商发出的箱码；每个箱码只能声明一次。
        """
        product = self.skus.require(sku)
        require_party(ctx, sku, product.winery)
        statement = Statement(
            id=ctx.next_id("SS"),
            winery=product.winery,
            dealer=dealer,
            sku=sku,
            delivery_note=delivery_note,
            count=len(serials),
            stated_at=ctx.block_time_ms,
        )
        for serial in normalised_serials(serials):
            if self.cases.contains(serial):
                raise SerialTwice(serial=serial)
            self.cases.add(
                Case(
                    serial=serial,
                    sku=sku,
                    winery=product.winery,
                    owner=dealer,
                    statement=statement.id,
                    state=CaseState.SUPPLIED,
                )
            )
        ctx.emit(
            SupplyStated(
                statement=statement.id,
                winery=statement.winery,
                dealer=dealer,
                sku=sku,
                count=statement.count,
            )
        )
        return self.statements.add(statement)

    @action(
        role=(DEALER, WINERY),
        label=Label(zh="登记售出", en="Mark as sold"),
        emits=(CasesMarked,),
        refuses=(NotStated, CaseNotFree, NotYours, SerialTwice, DoesNotFit),
    )
    def mark_sold(
        self, ctx: Context, serials: Annotated[Serials, Label(zh="箱码", en="Serials")]
    ) -> None:
        """en: Notes that cases were sold to customers; those in a warehouse must leave it first.

        zh: 登记箱货已售予顾客；在库货物须先办理出库。
        """
        for serial in normalised_serials(serials):
            case = self.stated_case(serial)
            if ctx.signer.organization not in {case.owner, case.winery}:
                raise NotYours(subject=serial, party=case.owner)
            if case.state not in {CaseState.SUPPLIED, CaseState.RELEASED}:
                raise CaseNotFree(serial=serial, case_state=case.state)
            self.cases.replace(replace(case, state=CaseState.SOLD))
        ctx.emit(_marked(ctx, len(serials), CaseState.SOLD))

    @action(
        role=WINERY,
        label=Label(zh="标记假冒", en="Mark as counterfeit"),
        emits=(CasesMarked, AlertChanged),
        refuses=(NotStated, CaseNotFree, NotYours, SerialTwice, DoesNotFit),
    )
    def mark_counterfeit(
        self, ctx: Context, serials: Annotated[Serials, Label(zh="箱码", en="Serials")]
    ) -> None:
        """en: Notes that serials are on counterfeit cases; stored ones count for nothing any more.

        zh: 标记箱码为假冒；在库的不再计入质物价值，并触发警示。
        """
        for serial in normalised_serials(serials):
            case = self.stated_case(serial)
            require_party(ctx, serial, case.winery)
            if case.state is CaseState.COUNTERFEIT:
                raise CaseNotFree(serial=serial, case_state=case.state)
            self.cases.replace(replace(case, state=CaseState.COUNTERFEIT))
            if case.lot is not None:
                receipt = self.receipts.require(self.lots.require(case.lot).receipt)
                excluded = replace(receipt, excluded=receipt.excluded + 1)
                changed = self.raise_alert(excluded, COUNTERFEIT_ALERT)
                if receipt.alert != COUNTERFEIT_ALERT:
                    ctx.emit(changed)
        ctx.emit(_marked(ctx, len(serials), CaseState.COUNTERFEIT))

    @action(
        role=WINERY,
        label=Label(zh="发布出厂价", en="Publish the list price"),
        emits=(PricePublished,),
        refuses=(NotYours,),
    )
    def publish_list_price(
        self,
        ctx: Context,
        sku: Annotated[Identifier, Label(zh="品种", en="Product")],
        price: Annotated[CasePrice, Label(zh="每箱出厂价", en="List price of a case")],
    ) -> Price:
        """en: Publishes the winery's price of a case, or confirms it for another day.

        zh: 发布或确认酒厂的每箱出厂价，每日一次。
        """
        require_party(ctx, sku, self.skus.require(sku).winery)
        before = self.price_of(sku)
        now = replace(before, list_price=price, listed_at=ctx.block_time_ms)
        self._announce_price(ctx, now, kind="list", price=price, before=before.list_price)
        return self.prices.put(now)

    @action(
        role=VALUER,
        label=Label(zh="报送经销价", en="Quote the dealer price"),
        emits=(PricePublished,),
    )
    def quote_price(
        self,
        ctx: Context,
        sku: Annotated[Identifier, Label(zh="品种", en="Product")],
        price: Annotated[CasePrice, Label(zh="每箱经销价", en="Dealer price of a case")],
    ) -> Price:
        """en: Tells what dealers pay for a case today; the newest quote of a source and day counts.

        zh: 报送当日每箱经销价；同一来源同一日以最新一次为准。
        """
        self.skus.require(sku)
        parameters = self.parameters.now()
        own = Quote(source=ctx.signer.organization, price=price, quoted_at=ctx.block_time_ms)
        quotes = self._quotes_with(sku, own, parameters)
        self.quotes.put(Quotes(sku=sku, quotes=quotes))
        before = self.price_of(sku)
        good_from = ctx.block_time_ms - parameters.price_age_s * 1_000
        newest = {one.source: one.price for one in quotes if one.quoted_at >= good_from}
        now = replace(
            before,
            median=median_of(quotes),
            quoted_at=ctx.block_time_ms,
            low=min(newest.values()),
            high=max(newest.values()),
            sources=tuple(sorted({one.source for one in quotes})),
        )
        self._announce_price(ctx, now, kind="dealer", price=now.median, before=before.median)
        return self.prices.put(now)

    def stated_case(self, serial: str) -> Case:
        """Return a case that its maker has stated.

        Raises:
            NotStated: no maker has.
        """
        case = self.cases.get(serial)
        if case is None:
            raise NotStated(serial=serial)
        return case

    def _quotes_with(
        self, sku: str, own: Quote, parameters: LendingParameters
    ) -> tuple[Quote, ...]:
        """Return the quotes of the last days with a new one, which takes its day's place."""
        kept = self.quotes.get(sku)
        since = own.quoted_at - parameters.median_days * DAY_MS
        today = day_of(own.quoted_at)
        others = [
            one
            for one in (kept.quotes if kept else ())
            if one.quoted_at > since
            and (one.source != own.source or day_of(one.quoted_at) != today)
        ]
        return (*others, own)[-QUOTES_MAX:]

    def _announce_price(
        self, ctx: Context, now: Price, *, kind: str, price: int, before: int
    ) -> None:
        ctx.emit(
            PricePublished(
                sku=now.sku,
                source=ctx.signer.organization,
                kind=kind,
                price=price,
                before=before,
                unit_value=unit_value(now, self.parameters.now()),
                currency=self.skus.require(now.sku).currency,
            )
        )


def _marked(ctx: Context, count: int, state: CaseState) -> CasesMarked:
    return CasesMarked(organization=ctx.signer.organization, count=count, case_state=state)
