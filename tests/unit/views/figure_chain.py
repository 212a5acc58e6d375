# SPDX-License-Identifier: Apache-2.0
"""Histories of events, and the figures and alerts that follow from them."""

from __future__ import annotations

from contextlib import closing
from typing import Any, Final

from tallystick.contracts import schema_of
from tallystick.encoding import Value
from tallystick.model import Event
from tallystick.views import AlertRow, Projector, StatisticTable, Views, specs_of
from tests.unit.views.chain import GENESIS, T0, Chain, Deed
from tests.unit.views.supervised import Charity
from tests.unit.views.supervised_stock import Inventory

SPECS: Final = specs_of([schema_of(Charity), schema_of(Inventory)])
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


def donated(amount: int, donor: str, province: str = "川", campaign: str = "school") -> Event:
    """Return a gift."""
    fields: dict[str, Value] = {"campaign": campaign, "province": province, "donor": donor}
    return Event("charity.Donated", {**fields, "amount": amount})


def paid(beneficiary: str = "b1", batch: str = "B1", **changed: Value) -> Event:
    """Return a payout."""
    fields: dict[str, Value] = {
        "batch": batch,
        "campaign": "school",
        "province": "川",
        "beneficiary": beneficiary,
        "account": f"account of {beneficiary}",
        "device": f"device of {beneficiary}",
        "amount": 10_000,
        "fee": 0,
    }
    return Event("charity.Paid", fields | changed)


def charity(event: str, **fields: Value) -> Event:
    """Return an event of the charity."""
    return Event(f"charity.{event}", fields)


def stock(event: str, **fields: Value) -> Event:
    """Return an event of the stock finance."""
    return Event(f"inventory.{event}", fields)


def valued(receipt: str = "R1", **changed: Value) -> Event:
    """Return a valuation."""
    fields: dict[str, Value] = {
        "receipt": receipt,
        "dealer": f"dealer of {receipt}",
        "sku": "spirit",
        "value": 100,
        "pledged": False,
        "ltv_bp": 5000,
        "photo": receipt.encode(),
        "price_bp": 0,
    }
    return stock("Valued", **(fields | changed))


class World:
    """A history that grows block by block, and its views."""

    def __init__(self, url: str) -> None:
        """Begin with genesis."""
        self.url = url
        self.chain = Chain()

    def block(
        self, *events: Event, at: int = 0, contract: str = "charity", code: str = "ok"
    ) -> None:
        """Append a block, one event a transaction, `at` milliseconds after the first time."""
        deeds = [Deed(contract=contract, events=(event,)) for event in events]
        if code != "ok":
            deeds.append(Deed(contract=contract, method="import_list", code=code))
        self.chain.add(*deeds, time=T0 + at)

    def project(self) -> None:
        """Bring the views up to the chain."""
        with Projector(self.url, GENESIS, SPECS) as projector:
            projector.apply(self.chain.blocks)

    def table(self, name: str, *, full: bool = True, period: str = "") -> StatisticTable:
        """Return a statistic's table."""
        contract, _, statistic = name.partition(".")
        with closing(Views(self.url)) as views:
            return views.statistic_table(contract, statistic, period=period, is_full=full)

    def values(self, name: str, **how: Any) -> dict[tuple[object, ...], int | None]:
        """Return the shown value of each cell, by the values that name it."""
        return {tuple(one.cell.values()): one.value for one in self.table(name, **how).cells}

    def total(self, name: str, **how: Any) -> int | None:
        """Return the shown value of the total."""
        return self.table(name, **how).total.value

    def alerts(self, contract: str = "charity", rule: str | None = None) -> list[AlertRow]:
        """Return a contract's alerts in the order of raising."""
        with closing(Views(self.url)) as views:
            found = views.list_alerts(contract, limit=500).items
        return [one for one in reversed(found) if rule in {None, one.rule}]
