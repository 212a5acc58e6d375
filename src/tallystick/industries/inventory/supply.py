# SPDX-License-Identifier: Apache-2.0
"""The maker's word and the market's: which cases are genuine, and what a case costs."""

from __future__ import annotations

from typing import Annotated

from tallystick.contracts import (
    DAY_MS,
    Context,
    Identifier,
    Label,
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
    CasePrice,
    LendingParameters,
    NamedCases,
    NewListPrice,
    NewSupply,
    Price,
    Quote,
    Quotes,
    Statement,
)
from tallystick.industries.inventory.refusals import (
    CaseNotFree,
    DoesNotFit,
    NotStated,
    NotYours,
    SerialTwice,
)
from tallystick.industries.inventory.rules import median_of, normalised_serials
from tallystick.industries.inventory.stating import Stating, said_here
from tallystick.industries.inventory.workflows import DEALER, VALUER, WINERY


class Supply(Stating):
    """Statements of supply and prices; provenance's part until that system is there."""

    @action(
        role=WINERY,
        label=Label(zh="供货声明", en="State a supply"),
        emits=(SupplyStated,),
        refuses=(NotYours, SerialTwice, DoesNotFit),
    )
    def state_supply(self, ctx: Context, supply: NewSupply) -> Statement:
        """en: States which cases the maker shipped to which dealer; a serial is stated once.

        zh: 酒厂声明向某经销商发出的箱码；每个箱码只能声明一次。
        """
        return self.keep_supply(ctx, said_here(ctx), supply)

    @action(
        role=(DEALER, WINERY),
        label=Label(zh="登记售出", en="Mark as sold"),
        emits=(CasesMarked,),
        refuses=(NotStated, CaseNotFree, NotYours, SerialTwice, DoesNotFit),
    )
    def mark_sold(self, ctx: Context, named: NamedCases) -> None:
        """en: Notes that cases were sold to customers; those in a warehouse must leave it first.

        zh: 登记箱货已售予顾客；在库货物须先办理出库。
        """
        self.keep_sold(ctx, said_here(ctx), normalised_serials(named.serials))

    @action(
        role=WINERY,
        label=Label(zh="标记假冒", en="Mark as counterfeit"),
        emits=(CasesMarked, AlertChanged),
        refuses=(NotStated, CaseNotFree, NotYours, SerialTwice, DoesNotFit),
    )
    def mark_counterfeit(self, ctx: Context, named: NamedCases) -> None:
        """en: Notes that serials are on counterfeit cases; stored ones count for nothing any more.

        zh: 标记箱码为假冒；在库的不再计入质物价值，并触发警示。
        """
        self.keep_counterfeit(ctx, said_here(ctx), normalised_serials(named.serials))

    @action(
        role=WINERY,
        label=Label(zh="发布出厂价", en="Publish the list price"),
        emits=(PricePublished,),
        refuses=(NotYours,),
    )
    def publish_list_price(self, ctx: Context, new: NewListPrice) -> Price:
        """en: Publishes the winery's price of a case, or confirms it for another day.

        zh: 发布或确认酒厂的每箱出厂价，每日一次。
        """
        return self.keep_list_price(ctx, said_here(ctx), new)

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
        self.announce_price(
            ctx,
            now,
            source=own.source,
            kind="dealer",
            price=now.median,
            before=before.median,
        )
        return self.prices.put(now)

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
