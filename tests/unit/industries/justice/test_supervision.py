# SPDX-License-Identifier: Apache-2.0
"""What a supervisor sees: figures and alerts that follow from the contract's events alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Final

from tallystick.contracts import Contract, schema_of
from tallystick.industries.evidence import Evidence
from tallystick.industries.justice import Justice
from tallystick.model import Event
from tallystick.units import TimeMs
from tallystick.views import Projector, StatisticTable, Views, specs_of
from tests.unit.industries.justice import stage as cast
from tests.unit.industries.justice.stage import RENT, Stage
from tests.unit.industries.justice.test_workflow import settlement
from tests.unit.views.chain import GENESIS, Chain, Deed

CONTRACTS: Final[tuple[type[Contract], ...]] = (Justice, Evidence)
SPECS: Final = specs_of([schema_of(one) for one in CONTRACTS])


class Seen:
    """The views of a history."""

    def __init__(
        self, history: list[tuple[int, tuple[Event, ...]]], folder: Path, contract: str = "justice"
    ) -> None:
        """Project the whole history of a contract, each call in a block of its own time."""
        self.contract = contract
        self.url = f"sqlite:///{folder / 'views.sqlite'}"
        chain = Chain()
        for at, events in history:
            own = tuple(event for event in events if event.name.startswith(f"{contract}."))
            chain.add(Deed(contract=contract, events=own), time=TimeMs(at))
        with Projector(self.url, GENESIS, SPECS) as projector:
            projector.apply(chain.blocks)

    def table(self, name: str) -> StatisticTable:
        """Return a statistic's full table."""
        with closing(Views(self.url)) as views:
            return views.statistic_table(self.contract, name, period="", is_full=True)

    def total(self, name: str) -> int | None:
        """Return the total of a statistic."""
        return self.table(name).total.value

    def rules(self) -> set[str]:
        """Return the rules that have warned."""
        with closing(Views(self.url)) as views:
            return {one.rule for one in views.list_alerts(self.contract, limit=500).items}


def test_performance_breaches_and_mediation_are_counted(tmp_path: Path) -> None:
    """One of three discharges by debit, a breach cured, a mediation settled."""
    stage = Stage()
    agreement = stage.active()
    stage.authorized(agreement, RENT)
    stage.warp(days=10)
    (order,) = stage.table("payments_orders")
    stage.report(order, "BOOKED")
    stage.warp(days=40)
    stage.pay(agreement, 2)
    settlement(stage, *stage.mediated())
    seen = Seen(stage.history, tmp_path)
    assert (seen.total("performed"), seen.total("performed_by_debit")) == (4, 1)
    assert seen.total("automatic_rate") == 2_500
    assert (seen.total("cured"), seen.total("mediation_success")) == (1, 10_000)
    assert seen.total("active_agreements") == 2


def test_verdicts_by_platform_and_the_way_to_a_court_are_counted(tmp_path: Path) -> None:
    """An inconsistent item of a withdrawn collector warns twice; a clock six seconds off once."""
    stage = Stage()
    agreement, case = stage.accepted()
    items = stage.findings(agreement, collector="failed")
    named = {"case": case, "items": items, "report": cast.HASH}
    stage.ok(cast.COURT_NODE, "record_verification", **named)
    stage.ok(cast.TIME, "report_clock", platform=cast.PLATFORM.organization, skew_ms=-6_000)
    seen = Seen(stage.history, tmp_path)
    assert seen.total("items_inconsistent") == seen.total("items_checked") == len(items)
    assert seen.total("verdicts") == len(items)
    assert seen.rules() == {"JUD-W1", "JUD-W2", "JUD-W4"}
    assert seen.table("breach_to_filing").total.percentiles == {"500": 8}


def test_a_burst_of_identical_claims_warns_from_the_two_hundred_and_first(tmp_path: Path) -> None:
    """Of one creditor, within a day."""
    stage = Stage()
    stage.filed()
    (at, events) = next(
        one for one in stage.history if any(e.name == "justice.CaseFiled" for e in one[1])
    )
    filed = tuple(event for event in events if event.name == "justice.CaseFiled")
    for count, expected in ((200, set()), (201, {"JUD-W3"})):
        folder = tmp_path / str(count)
        folder.mkdir()
        history = [(at + number, filed) for number in range(count)]
        assert Seen(history, folder).rules() == expected


def test_the_days_deposits_are_counted_by_platform_in_each_way(tmp_path: Path) -> None:
    """One by one, many in a transaction, and under a root: files, not transactions."""
    stage = Stage()
    for _ in range(3):
        stage.deposit(cast.PLATFORM)
    many = [{"sha256": f"{number:02x}" * 32, "size": 1, "title": "x"} for number in range(5)]
    stage.ok(cast.PLATFORM, "deposit_many", "evidence", deposits=many)
    batch = {"root": cast.HASH, "count": 50_000, "total": 1, "first_at": 0, "last_at": 1}
    stage.ok(cast.LESSOR, "deposit_batch", "evidence", **batch)
    seen = Seen(stage.history, tmp_path, "evidence")
    found = {
        name: seen.total(name)
        for name in ("deposits_one_by_one", "deposits_many", "deposits_by_root")
    }
    assert found == {
        "deposits_one_by_one": 3,
        "deposits_many": 5,
        "deposits_by_root": 50_000,
    }
