# SPDX-License-Identifier: Apache-2.0
"""What follows from a word about cases and prices, whether said here or on the registry network.

Two doors lead here: the direct actions, where the signer speaks, and those that bring a proof of
what was said on the network that all share. So both refuse the same, and do the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tallystick.contracts import Context, replace
from tallystick.industries.inventory.events import (
    CasesMarked,
    PricePublished,
    Registered,
    SupplyStated,
)
from tallystick.industries.inventory.records import (
    Case,
    CaseState,
    NewListPrice,
    NewSku,
    NewSupply,
    Price,
    Sku,
    Statement,
)
from tallystick.industries.inventory.refusals import CaseNotFree, NotStated, NotYours, SerialTwice
from tallystick.industries.inventory.rules import normalised_serials, unit_value
from tallystick.industries.inventory.tables import InventoryTables

COUNTERFEIT_ALERT = "counterfeit"


class Said(NamedTuple):
    """Who says something, and since when it is known; never in the future."""

    organization: str
    at: int
    """By the clock of the network on which it was said."""


class Stating(InventoryTables):
    """A maker's products, supplies, marks and prices."""

    def keep_product(self, ctx: Context, said: Said, new: NewSku) -> Sku:
        """Keep a product of the winery that speaks.

        Raises:
            DuplicateRecord: there is one of this id.
        """
        ctx.emit(Registered(organization=said.organization, kind="sku", subject=new.sku))
        return self.skus.add(
            Sku(
                id=new.sku,
                winery=said.organization,
                name=new.name,
                currency=new.currency,
                packing=new.packing,
            )
        )

    def keep_supply(self, ctx: Context, said: Said, supply: NewSupply) -> Statement:
        """Keep a statement of supply with its cases.

        Raises:
            UnknownRecord: there is no such product.
            NotYours: it is another winery's.
            SerialTwice: a case is named twice, or was stated before.
            DoesNotFit: a serial is nothing but separators.
        """
        winery = self.skus.require(supply.sku).winery
        _require_said_by(said, supply.sku, winery)
        statement = Statement(
            id=ctx.next_id("SS"),
            winery=winery,
            dealer=supply.dealer,
            sku=supply.sku,
            delivery_note=supply.delivery_note,
            count=len(supply.serials),
            stated_at=said.at,
        )
        for serial in normalised_serials(supply.serials):
            if self.cases.contains(serial):
                raise SerialTwice(serial=serial)
            self.cases.add(
                Case(
                    serial=serial,
                    sku=supply.sku,
                    winery=winery,
                    owner=supply.dealer,
                    statement=statement.id,
                    state=self._waiting_mark(serial, winery, supply.dealer),
                )
            )
        ctx.emit(
            SupplyStated(
                statement=statement.id,
                winery=winery,
                dealer=supply.dealer,
                sku=supply.sku,
                count=statement.count,
            )
        )
        return self.statements.add(statement)

    def keep_sold(self, ctx: Context, said: Said, serials: Sequence[str]) -> None:
        """Note that cases were sold to customers; owner or maker says so.

        Raises:
            NotStated: no maker has stated one.
            NotYours: somebody else speaks.
            CaseNotFree: one is stored, sold or counterfeit.
        """
        for serial in serials:
            case = self.stated_case(serial)
            if said.organization not in {case.owner, case.winery}:
                raise NotYours(subject=serial, party=case.owner)
            if case.state not in {CaseState.SUPPLIED, CaseState.RELEASED}:
                raise CaseNotFree(serial=serial, case_state=case.state)
            self.cases.replace(replace(case, state=CaseState.SOLD))
        ctx.emit(_marked(said, len(serials), CaseState.SOLD))

    def keep_counterfeit(self, ctx: Context, said: Said, serials: Sequence[str]) -> None:
        """Note that cases are counterfeit; stored ones count for nothing, and are alerted.

        Raises:
            NotStated: no maker has stated one.
            NotYours: somebody else than its maker speaks.
            CaseNotFree: one is marked so already.
        """
        for serial in serials:
            case = self.stated_case(serial)
            _require_said_by(said, serial, case.winery)
            if case.state is CaseState.COUNTERFEIT:
                raise CaseNotFree(serial=serial, case_state=case.state)
            self.cases.replace(replace(case, state=CaseState.COUNTERFEIT))
            if case.lot is not None:
                receipt = self.receipts.require(self.lots.require(case.lot).receipt)
                excluded = replace(receipt, excluded=receipt.excluded + 1)
                changed = self.raise_alert(excluded, COUNTERFEIT_ALERT)
                if receipt.alert != COUNTERFEIT_ALERT:
                    ctx.emit(changed)
        ctx.emit(_marked(said, len(serials), CaseState.COUNTERFEIT))

    def keep_list_price(self, ctx: Context, said: Said, new: NewListPrice) -> Price:
        """Keep the price of a case on the winery's side of the rule.

        Raises:
            UnknownRecord: there is no such product.
            NotYours: it is another winery's.
        """
        _require_said_by(said, new.sku, self.skus.require(new.sku).winery)
        before = self.price_of(new.sku)
        now = replace(before, list_price=new.price, listed_at=said.at)
        self.announce_price(
            ctx,
            now,
            source=said.organization,
            kind="list",
            price=new.price,
            before=before.list_price,
        )
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

    def announce_price(
        self, ctx: Context, now: Price, *, source: str, kind: str, price: int, before: int
    ) -> None:
        """Announce the price of one source, and what a case is worth by it."""
        ctx.emit(
            PricePublished(
                sku=now.sku,
                source=source,
                kind=kind,
                price=price,
                before=before,
                unit_value=unit_value(now, self.parameters.now()),
                currency=self.skus.require(now.sku).currency,
            )
        )

    def _waiting_mark(self, serial: str, winery: str, dealer: str) -> CaseState:
        """Return the state in which a case is stated: a mark that was brought before it counts."""
        for organization in (winery, dealer):
            mark = self.marks.get(serial, organization)
            if mark is not None:
                self.marks.remove(serial, organization)
                return mark.case_state
        return CaseState.SUPPLIED


def said_here(ctx: Context) -> Said:
    """Return the word of whoever signs, said now."""
    return Said(ctx.signer.organization, ctx.block_time_ms)


def _require_said_by(said: Said, subject: str, party: str) -> None:
    """Go on only if this organisation speaks.

    Raises:
        NotYours: it is another.
    """
    if said.organization != party:
        raise NotYours(subject=subject, party=party)


def _marked(said: Said, count: int, state: CaseState) -> CasesMarked:
    return CasesMarked(organization=said.organization, count=count, case_state=state)
