# SPDX-License-Identifier: Apache-2.0
"""Each figure of custody against numbers counted by hand, each warning with a near miss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tallystick.contracts import schema_of
from tallystick.industries.custody import Custody
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
from tests.unit.industries.custody.scene import Scene
from tests.unit.industries.figures import DAY, HOUR, SECOND, Figures, Told, told

MINUTE: Final = 60 * SECOND


def counted(at: int, name: str, owner: str, copies: int, size: int) -> Told:
    """Return that an object has so many good copies now; without any it is stored no more."""
    here = {"objects": int(copies > 0), "size": size if copies else 0}
    return told(at, CopiesCounted, object=name, owner=owner, copies=copies, **here)


def copied(name: str, node: str, zone: str, pinned: int = 1) -> Told:
    """Return that a node has a good copy, or has none any more; its operator is named after it."""
    place = {"node": node, "operator": f"op-{node}", "zone": zone}
    return told(0, CopyChanged, object=name, pinned=pinned, **place)


def ended(node: str, passed: int, paid: int = 0, penalty: int = 0) -> Told:
    """Return that a challenge was passed or not."""
    money = {"paid": paid, "penalty": penalty, "failed": 1 - passed}
    return told(0, ChallengeEnded, node=node, operator=f"op-{node}", passed=passed, **money)


def lasted(start: type, end: type, **lengths_ms: int) -> list[Told]:
    """Return what began at the beginning and ended so much later, by its subject."""
    key = "read" if start is ReadOpened else "object"
    begun = [told(0, start, **{key: name}) for name in lengths_ms]
    ends = sorted(lengths_ms.items(), key=lambda pair: pair[1])
    return begun + [told(length, end, **{key: name}) for name, length in ends]


STORED: Final = [
    counted(0, "o1", "A", 3, 5_000),
    counted(0, "o2", "A", 2, 7_000),
    counted(0, "o3", "B", 2, 100),
    counted(1, "o2", "A", 1, 7_000),
    counted(2, "o3", "B", 0, 100),
]
COPIES: Final = [
    *(copied("o1", node, zone) for node, zone in (("n0", "bj"), ("n1", "sh"), ("n2", "bj"))),
    *(copied("o2", node, zone) for node, zone in (("n0", "bj"), ("n1", "sh"))),
    copied("o1", "n0", "bj", pinned=0),
]
CHALLENGES: Final = [
    *(ended("n0", 1, paid=30) for _ in range(3)),
    ended("n0", 0, penalty=500),
    ended("n1", 1, paid=7),
]
ARCHIVES: Final = [
    told(0, DayAnchored, owner="A", entries=40),
    told(0, DayAnchored, owner="A", entries=2),
    told(0, DayAnchored, owner="B", entries=5),
    told(40 * DAY, DayAnchored, owner="A", entries=1_000),
]
GAPS: Final = [
    told(0, SequenceGap, terminal="t1", first=4, count=2),
    told(0, SequenceGap, terminal="t1", first=9, count=1),
    told(0, SequenceGap, terminal="t2", first=1, count=5),
]
READS: Final = lasted(ReadOpened, ReadDone, r1=2 * SECOND, r2=9 * SECOND, r3=4 * SECOND)
DEGRADED: Final = lasted(ObjectDegraded, ObjectRestored, o1=10 * MINUTE, o2=30 * MINUTE)
SEPTEMBER: Final = "2026-09"
Cells = dict[str, int | None]
FIGURES: Final[dict[str, tuple[Sequence[Told], int, Cells]]] = {
    "objects_stored": (STORED, 2, {"A": 2, "B": 0}),
    "bytes_stored": (STORED, 12_000, {"A": 12_000, "B": 0}),
    "copies": (STORED, 3, {"..1": 1, "1..2": 1, "2..3": 0, "3..4": 1}),
    "copies_by_operator": (COPIES, 4, {"op-n0": 1, "op-n1": 2, "op-n2": 1}),
    "copies_by_zone": (COPIES, 4, {"bj": 2, "sh": 2}),
    "degraded_time": (DEGRADED, 10, {"500": 10, "950": 30}),
    "challenges_passed": (CHALLENGES, 4, {"n0": 3, "n1": 1}),
    "challenges_ended": (CHALLENGES, 5, {"n0": 4, "n1": 1}),
    "challenge_pass_rate": (CHALLENGES, 8_000, {"n0": 7_500, "n1": 10_000}),
    "fees_paid": (CHALLENGES, 97, {"op-n0": 90, "op-n1": 7}),
    "penalties": (CHALLENGES, 500, {"op-n0": 500, "op-n1": 0}),
    "repaired_bytes": ([told(0, RepairDone, size=n) for n in (5_000, 64)], 5_064, {}),
    "retrieval_time": (READS, 4, {"500": 4, "950": 9}),
    "corruption_reports": (
        [told(0, CorruptionReported, node=node) for node in ("n0", "n0", "n1")],
        3,
        {"n0": 2, "n1": 1},
    ),
    "expiring": (
        [told(at, ObjectExpiring, owner=who) for at, who in ((0, "A"), (1, "B"), (40 * DAY, "A"))],
        2,
        {"A": 1, "B": 1},
    ),
    "lost": ([told(0, ObjectLost, owner=who) for who in "ABA"], 3, {"A": 2, "B": 1}),
    "archived": (ARCHIVES, 47, {"A": 42, "B": 5}),
    "gaps": (GAPS, 8, {"t1": 3, "t2": 5}),
}
"""Statistic -> history, total, and cells or percentiles; those by month are of September."""


def test_every_figure_has_its_numbers() -> None:
    """None is left out."""
    assert set(FIGURES) == {one.name for one in schema_of(Custody).statistics}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_what_is_counted_by_hand(tmp_path: Path, name: str) -> None:
    """Its total, and each of its cells."""
    history, total, cells = FIGURES[name]
    figures = Figures(Custody, sorted(history, key=lambda one: one.after_ms), tmp_path)
    (statistic,) = (one for one in schema_of(Custody).statistics if one.name == name)
    period = SEPTEMBER if statistic.period == "month" else ""
    assert figures.total(name, period) == total
    shown = figures.cells(name, period) or figures.table(name, period).total.percentiles
    assert shown == cells


def reads(count: int, *, apart_ms: int) -> list[Told]:
    """Return reads of one reader, the last of them so long after the first."""
    times = [0, *([apart_ms] * (count - 1))]
    return [told(at, ReadOpened, reader="R", read=f"r{n}") for n, at in enumerate(times)]


def shares(own: int, others: int) -> list[Told]:
    """Return copies at many operators, then so many at one."""
    spread = [copied("o", f"n{n}", "bj") for n in range(others)]
    return spread + [copied(f"o{n}", "own", "sh") for n in range(own)]


DEGRADES: Final = told(0, ObjectDegraded, object="o1", copies=2)
RESTORED: Final = told(HOUR - SECOND, ObjectRestored, object="o1")
WARNINGS: Final[dict[str, tuple[Sequence[Told], int, Sequence[Told], int]]] = {
    "AFC-W1 n0": (
        [*[ended("n0", 1)] * 98, ended("n0", 0)],
        0,
        [*[ended("n0", 1)] * 99, ended("n0", 0)],
        0,
    ),
    "AFC-W2 o1": ([DEGRADES], HOUR + SECOND, [DEGRADES, RESTORED], 2 * HOUR),
    "AFC-W3 op-own": (shares(5, 7), 0, shares(4, 6), 0),
    "AFC-W4 - t1 4": (GAPS[:1], 0, [told(0, SequenceGap, terminal="t1", first=4, count=0)], 0),
    "AFC-W5 R": (reads(101, apart_ms=HOUR - 1), 0, reads(101, apart_ms=HOUR + SECOND), 0),
    "AFC-W6 o1": ([told(0, RetentionEnding, object="o1", until=1)], 0, [], 0),
}
"""Alert -> a history that raises it and its end, and one that nearly does."""


def test_every_rule_has_its_case_and_its_near_miss() -> None:
    """None is left out."""
    rules = {one.id for one in schema_of(Custody).warnings}
    assert {name.split()[0] for name in WARNINGS} == rules


@pytest.mark.parametrize("alert", WARNINGS)
def test_a_rule_warns_of_its_case_and_not_of_the_near_miss(tmp_path: Path, alert: str) -> None:
    """One challenge, a second, a copy, a number or a read make the difference."""
    raising, until, near, near_until = WARNINGS[alert]
    for name, history, end, is_raised in (
        ("raising", raising, until, True),
        ("near", near, near_until, False),
    ):
        folder = tmp_path / name
        folder.mkdir()
        alerts = Figures(Custody, history, folder, until_ms=end).alerts()
        assert (alert in alerts) is is_raised, (name, alerts)


def test_a_hundred_reads_in_an_hour_are_no_spike(tmp_path: Path) -> None:
    """AFC-W5 warns of more than a hundred."""
    assert Figures(Custody, reads(100, apart_ms=1), tmp_path).alerts() == []


def test_the_first_copies_of_a_network_are_not_too_much_at_one_operator(tmp_path: Path) -> None:
    """AFC-W3 waits for ten: three operators in turn never warn, and nine copies of one do not."""
    for name, history in (
        ("turns", [copied(f"o{n}", f"n{at}", "bj") for n in range(20) for at in range(3)]),
        ("nine", shares(9, 0)),
    ):
        folder = tmp_path / name
        folder.mkdir()
        assert Figures(Custody, history, folder).alerts() == [], name


def test_copies_that_are_missing_for_less_than_an_hour_do_not_warn(tmp_path: Path) -> None:
    """AFC-W2: they are still missing, but the hour is not over."""
    assert Figures(Custody, [DEGRADES], tmp_path, until_ms=HOUR - SECOND).alerts() == []


def test_retention_is_told_to_end_thirty_days_before_and_not_earlier() -> None:
    """AFC-W6 rests on an event that the contract makes: not with 31 days left, but with 29."""
    scene = Scene()
    scene.stored(retention="voucher")  # ninety days
    scene.warp(days=59)
    assert scene.named("RetentionEnding") == []
    scene.warp(days=2)
    assert [one["object"] for one in scene.named("RetentionEnding")] == ["o1"]
