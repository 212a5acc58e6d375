# SPDX-License-Identifier: Apache-2.0
"""Each figure of justice against numbers counted by hand, each warning with a near miss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tallystick.contracts import schema_of
from tallystick.industries.justice import Justice
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
from tests.unit.industries.figures import DAY, HOUR, SECOND, Figures, Told, told

TODAY: Final = "2026-09-21"
"""The day at which a history begins, in China."""


def item(platform: str, verdict: Verdict, *, deposit: str = "d", withdrawn: int = 0) -> Told:
    """Return what a court found of an item."""
    found = {"platform": platform, "verdict": str(verdict), "withdrawn": withdrawn}
    return told(0, ItemVerified, deposit=deposit, **found)


def items(good: int, bad: int) -> list[Told]:
    """Return so many consistent items of a platform, then so many that are not."""
    return [item("P", Verdict.CONSISTENT)] * good + [item("P", Verdict.INCONSISTENT)] * bad


def filed(at: int, creditor: str = "C", likeness: str = "like", agreement: str = "a1") -> Told:
    """Return a case that was filed."""
    return told(at, CaseFiled, creditor=creditor, likeness=likeness, agreement=agreement)


EXHIBITS: Final = [
    *(told(at, ExhibitAttached, platform=who) for at, who in ((0, "P"), (1, "P"), (2, "Q"))),
    told(2 * DAY, ExhibitAttached, platform="P"),
]
AGREEMENTS: Final = [
    told(at, AgreementCounted, agreement=name, active=active)
    for at, name, active in ((0, "a1", 1), (1, "a2", 1), (2, "a3", 1), (3, "a1", 0))
]
DISCHARGED: Final = [told(0, ObligationDischarged, automatic=one) for one in (1, 0, 0)]
ENDINGS: Final = (MediationState.SETTLED, MediationState.FAILED, MediationState.SETTLED)
MEDIATIONS: Final = [
    told(0, MediationEnded, result=str(one)) for one in (*ENDINGS, MediationState.CURED)
]
ITEMS: Final = [
    *(item("P", one) for one in (Verdict.CONSISTENT, Verdict.INCONSISTENT, Verdict.CONSISTENT)),
    item("P", Verdict.UNVERIFIABLE),
    item("Q", Verdict.CONSISTENT),
]
WAYS: Final = [
    *(told(0, ObligationBreached, agreement=name) for name in ("a1", "a2", "a3")),
    filed(3 * DAY, agreement="a1"),
    filed(8 * DAY, agreement="a2"),
    filed(20 * DAY, agreement="a3"),
]
Cells = dict[str, int | None]
FIGURES: Final[dict[str, tuple[Sequence[Told], int, Cells]]] = {
    "deposits_shown": (EXHIBITS, 3, {"P": 2, "Q": 1}),
    "active_agreements": (AGREEMENTS, 2, {}),
    "performed": (DISCHARGED, 3, {}),
    "performed_by_debit": (DISCHARGED, 1, {}),
    "automatic_rate": (DISCHARGED, 3_333, {}),
    "breaches": (WAYS, 3, {}),
    "cured": ([told(0, BreachCured), told(1, BreachCured)], 2, {}),
    "mediations_ended": (MEDIATIONS, 4, {}),
    "mediations_settled": (MEDIATIONS, 2, {}),
    "mediation_success": (MEDIATIONS, 5_000, {}),
    "filed": ([filed(0), filed(1), filed(2 * DAY)], 2, {}),
    "breach_to_filing": (WAYS, 8, {"500": 8}),
    "verdicts": (ITEMS, 5, {"CONSISTENT": 3, "INCONSISTENT": 1, "UNVERIFIABLE": 1}),
    "items_checked": (ITEMS, 5, {"P": 4, "Q": 1}),
    "items_inconsistent": (ITEMS, 1, {"P": 1}),
    "inconsistent_rate": (ITEMS, 2_000, {"P": 2_500, "Q": 0}),
}
"""Statistic -> history, total, and cells or percentiles; those by day are of the first."""


def test_every_figure_has_its_numbers() -> None:
    """None is left out."""
    assert set(FIGURES) == {one.name for one in schema_of(Justice).statistics}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_what_is_counted_by_hand(tmp_path: Path, name: str) -> None:
    """Its total, and each of its cells."""
    history, total, cells = FIGURES[name]
    figures = Figures(Justice, history, tmp_path)
    (statistic,) = (one for one in schema_of(Justice).statistics if one.name == name)
    period = TODAY if statistic.period == "day" else ""
    assert figures.total(name, period) == total
    shown = figures.cells(name, period) or figures.table(name, period).total.percentiles
    assert shown == cells


def clock(off_ms: int) -> list[Told]:
    """Return a clock that is so much off."""
    return [told(0, ClockReported, platform="P", skew_ms=-off_ms, size_ms=off_ms)]


CLAIMS: Final = [filed(number) for number in range(201)]
WARNINGS: Final[dict[str, tuple[Sequence[Told], tuple[Sequence[Told], ...]]]] = {
    "JUD-W1 P": (items(998, 1), (items(999, 1), items(1_000, 0))),
    "JUD-W2 P": (clock(5_001), (clock(5_000),)),
    "JUD-W3 C": (
        CLAIMS,
        (
            CLAIMS[:200],
            [filed(number, likeness=f"{number % 2}") for number in range(201)],
            [*CLAIMS[:1], *(filed(DAY + SECOND + number) for number in range(200))],
        ),
    ),
    "JUD-W4 d": (
        [item("P", Verdict.CONSISTENT, withdrawn=1)],
        ([item("P", Verdict.CONSISTENT, withdrawn=0)],),
    ),
}
"""Alert -> a history that raises it, and those that nearly do."""


def test_every_rule_has_its_case_and_its_near_miss() -> None:
    """None is left out."""
    rules = {one.id for one in schema_of(Justice).warnings}
    assert {name.split()[0] for name in WARNINGS} == rules
    assert all(near for _, near in WARNINGS.values())


@pytest.mark.parametrize("alert", WARNINGS)
def test_a_rule_warns_of_its_case_and_not_of_the_near_miss(tmp_path: Path, alert: str) -> None:
    """Exactly that alert, once; of what nearly is one, nothing at all."""
    raising, near = WARNINGS[alert]
    for number, (history, expected) in enumerate(
        [(raising, [alert]), *((one, []) for one in near)]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        end = max((one.after_ms for one in history), default=0) + HOUR
        assert Figures(Justice, history, folder, until_ms=end).alerts() == expected, number
