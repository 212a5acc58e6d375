# SPDX-License-Identifier: Apache-2.0
"""What a supervisor sees: figures and alerts that follow from the contract's events alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tallystick.contracts import Contract, schema_of
from tallystick.industries.inventory import Inventory
from tallystick.industries.inventory.events import StockHeld
from tallystick.units import TimeMs
from tallystick.views import Projector, StatisticTable, Views, specs_of
from tests.unit.industries.figures import Figures, told
from tests.unit.industries.inventory import cast
from tests.unit.industries.inventory.stage import HASH, LIST_PRICE, SKU, Stage
from tests.unit.views.chain import GENESIS, Chain, Deed

CONTRACT: Final[type[Contract]] = Inventory
SPECS: Final = specs_of([schema_of(CONTRACT)])


class Seen:
    """The views of a stage's history."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        """Project the whole history, each call in a block of its own time."""
        self.url = f"sqlite:///{folder / 'views.sqlite'}"
        chain = Chain()
        for at, events in stage.history:
            own = tuple(event for event in events if event.name.startswith("inventory."))
            chain.add(Deed(contract="inventory", events=own), time=TimeMs(at))
        chain.add(Deed(contract="inventory", method="tick"), time=TimeMs(stage.now_ms))
        with Projector(self.url, GENESIS, SPECS) as projector:
            projector.apply(chain.blocks)

    def table(self, name: str, *, period: str = "") -> StatisticTable:
        """Return a statistic's full table."""
        with closing(Views(self.url)) as views:
            return views.statistic_table("inventory", name, period=period, is_full=True)

    def total(self, name: str, *, period: str = "") -> int | None:
        """Return the total of a statistic."""
        return self.table(name, period=period).total.value

    def cells(self, name: str) -> dict[tuple[object, ...], int | None]:
        """Return the values by cell."""
        return {tuple(one.cell.values()): one.value for one in self.table(name).cells}

    def rules(self) -> set[str]:
        """Return the rules that have warned."""
        with closing(Views(self.url)) as views:
            return {one.rule for one in views.list_alerts("inventory", limit=500).items}


@pytest.fixture
def stage() -> Stage:
    """Return a stage on which figures, prices, a warehouse and a product are known."""
    return Stage().ready()


def test_stock_and_its_pledged_share_follow_from_what_comes_and_goes(
    stage: Stage, tmp_path: Path
) -> None:
    """30 cases, 20 of them pledged, 5 of these redeemed: 25 cases, 15 of them pledged."""
    loan, receipt = stage.running(4_000_000, 20)
    stage.receipt(10)
    redemption = stage.repay(loan, 3_000_000, receipt, stage.serials_of(receipt)[:5])
    stage.ok(cast.KEEPER, "release_goods", redemption=redemption)
    seen = Seen(stage, tmp_path)
    assert seen.total("stock_value") == 25 * 480_000
    assert seen.cells("stock_by_sku") == {(SKU,): 25 * 480_000}
    assert seen.cells("stock_by_warehouse") == {(stage.warehouse,): 25}
    assert seen.total("pledged_share") == 6_000
    assert seen.total("release_time") == 1


def test_loans_stand_in_the_bin_of_their_last_valuation(stage: Stage, tmp_path: Path) -> None:
    """One at 60 %, one that was called: no loan is counted twice."""
    first, _ = stage.running(1_440_000, 10)
    second, _ = stage.running(2_880_000, 10)
    stage.price(LIST_PRICE * 80 // 100)
    for loan in (first, second):
        stage.ok(cast.STRANGER, "revalue", loan=loan)
    seen = Seen(stage, tmp_path)
    assert sum(value or 0 for value in seen.cells("ltv").values()) == 2
    assert seen.total("calls_made", period="2026-09") == 1
    assert seen.total("defaults", period="2026-09") in {0, None}


def test_inspections_have_a_rate(stage: Stage, tmp_path: Path) -> None:
    """Two passed, one was late: 66.66 %."""
    receipt = stage.receipt(3)
    for _ in range(2):
        drawn = stage.ok(cast.AUDITOR, "draw_inspection", receipt=receipt)
        stage.inspect(drawn["id"], drawn["serials"])
    stage.ok(cast.AUDITOR, "draw_inspection", receipt=receipt)
    stage.warp(hours=3)
    stage.ok(cast.STRANGER, "tick")
    seen = Seen(stage, tmp_path)
    assert seen.total("inspection_pass_rate") == 6_666
    assert "INV-W3" in seen.rules()


def test_an_ordinary_day_warns_of_nothing(stage: Stage, tmp_path: Path) -> None:
    """Two products in balance, a count that fits, a release by day."""
    stage.ok(cast.WINERY, "register_sku", sku="LZ-TQ", name="特曲", packing="6 x 500 ml")
    stage.ok(cast.WINERY, "publish_list_price", sku="LZ-TQ", price=LIST_PRICE)
    stage.ok(cast.VALUER, "quote_price", sku="LZ-TQ", price=500_000)
    seen = Seen(stage, tmp_path)
    assert seen.rules() == set()


def test_every_rule_of_the_section_warns(stage: Stage, tmp_path: Path) -> None:
    """Mismatch, ratio, late inspection, no turnover, one product, silence, night, photo."""
    sensors = {"warehouse": stage.warehouse, "cameras": 8, "sensors": 4}
    stage.ok(cast.MONITOR, "report_sensors", **sensors)
    draft = stage.draft()
    for _ in range(2):
        serials = stage.stated(1)
        stage.ok(cast.KEEPER, "take_in", receipt=draft, serials=serials, photo=HASH)
    loan, receipt = stage.running(2_880_000, 10)
    redemption = stage.repay(loan, 576_000, receipt, stage.serials_of(receipt)[:1])
    stage.ok(cast.KEEPER, "release_goods", redemption=redemption)  # at 22:13
    stage.ok(cast.AUDITOR, "draw_inspection", receipt=receipt)
    assert stage.count(receipt, 8).code == "ok"
    stage.price(LIST_PRICE * 70 // 100)
    stage.ok(cast.STRANGER, "revalue", loan=loan)
    stage.warp(days=91)
    stage.ok(cast.STRANGER, "tick")
    rules = {rule.id for rule in schema_of(CONTRACT).warnings}
    assert rules == {f"INV-W{number}" for number in range(1, 9)}
    assert Seen(stage, tmp_path).rules() == rules


@pytest.mark.parametrize(("own", "other", "is_raised"), [(50_001, 50_000, True), (5, 5, False)])
def test_one_product_dominates_from_more_than_exactly_half(
    tmp_path: Path, own: int, other: int, *, is_raised: bool
) -> None:
    """INV-W5 multiplies out: a share of 50.0005 % is more than half, though told as 5,000."""
    history = [
        told(0, StockHeld, receipt="r1", sku="beer", value=other),
        told(1, StockHeld, receipt="r2", sku="spirit", value=own),
    ]
    alerts = Figures(Inventory, history, tmp_path).alerts()
    assert ("INV-W5 spirit" in alerts) is is_raised
