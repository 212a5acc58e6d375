# SPDX-License-Identifier: Apache-2.0
"""What a supervisor sees: figures and alerts that follow from the contract's events alone."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

from tallystick.contracts import Contract, schema_of
from tallystick.industries.custody import Custody
from tallystick.units import TimeMs
from tallystick.views import Projector, StatisticTable, Views, specs_of
from tests.unit.industries.custody.scene import OPERATORS, OWNER, READER, Scene
from tests.unit.views.chain import GENESIS, Chain, Deed

CONTRACT: Final[type[Contract]] = Custody
SPECS: Final = specs_of([schema_of(CONTRACT)])


class Seen:
    """The views of a scene's history."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        """Project the whole history, each call in a block of its own time."""
        self.url = f"sqlite:///{folder / 'views.sqlite'}"
        chain = Chain()
        for at, events in scene.history:
            chain.add(Deed(contract="custody", events=events), time=TimeMs(at))
        chain.add(Deed(contract="custody", method="tick"), time=TimeMs(scene.now))
        with Projector(self.url, GENESIS, SPECS) as projector:
            projector.apply(chain.blocks)

    def table(self, name: str, *, period: str = "") -> StatisticTable:
        """Return a statistic's full table."""
        with closing(Views(self.url)) as views:
            return views.statistic_table("custody", name, period=period, is_full=True)

    def total(self, name: str, *, period: str = "") -> int | None:
        """Return the total of a statistic."""
        return self.table(name, period=period).total.value

    def cells(self, name: str) -> dict[tuple[object, ...], int | None]:
        """Return the values by cell."""
        return {tuple(one.cell.values()): one.value for one in self.table(name).cells}

    def rules(self) -> set[str]:
        """Return the rules that have warned."""
        with closing(Views(self.url)) as views:
            return {one.rule for one in views.list_alerts("custody", limit=500).items}


def test_figures_follow_from_copies_challenges_and_repairs(tmp_path: Path) -> None:
    """Two objects, one node silent twice, one repair."""
    scene = Scene()
    scene.stored("o1")
    scene.fail("n0")
    scene.pin("o1", scene.named("RepairBegun")[0]["node"])
    scene.stored("o2", nodes=["n1", "n2", "n3"])
    seen = Seen(scene, tmp_path)
    assert seen.total("objects_stored") == 2
    assert seen.total("bytes_stored") == 10_000
    assert seen.total("copies_by_operator") == 6
    assert seen.cells("copies_by_operator")[(OPERATORS[0].organization,)] in {0, None}
    assert sum(value or 0 for value in seen.cells("copies_by_zone").values()) == 6
    assert seen.cells("challenge_pass_rate")[("n0",)] == 0
    assert seen.cells("challenge_pass_rate")[("n1",)] == 10_000
    assert seen.total("penalties") == 2 * 2 * scene.record("objects", "o1")["fee_slice"]
    assert sum(value or 0 for value in seen.cells("fees_paid").values()) > 0
    assert seen.total("degraded_time") is not None


def test_every_rule_of_the_section_warns(tmp_path: Path) -> None:
    """Failing node, long degraded, concentration, gap, spike of reads, retention."""
    scene = Scene()
    scene.stored("o1", retention="short")
    for number in range(2, 9):
        scene.declare(f"o{number}")
        scene.pin(f"o{number}", "n0")  # the others are late: eight of ten copies are at one
    scene.terminals(1)
    gap = {"first": 1, "count": 2, "cause": "停电"}
    scene.ok(
        OWNER,
        "anchor_day",
        day=date(2026, 9, 21).isoformat(),
        root="ab" * 32,
        size=0,
        terminals=[{"terminal": "t0", "first": 1, "entries": 0, "gaps": [gap]}],
    )
    grant = scene.ok(
        OWNER,
        "grant_read",
        object="o1",
        reader=READER.organization,
        purpose="audit",
        valid_until=scene.now + 10**7,
        max_uses=200,
    )["id"]
    for _ in range(101):
        scene.ok(READER, "open_read", grant=grant, purpose="audit")
    for number in (3, 4):
        scene.ok(OPERATORS[number], "close_node", node=f"n{number}")
    scene.fail("n0")
    scene.warp(seconds=3_700)
    seen = Seen(scene, tmp_path)
    rules = {rule.id for rule in schema_of(CONTRACT).warnings}
    assert rules == {f"AFC-W{number}" for number in range(1, 7)}
    assert seen.rules() == rules
    assert seen.total("gaps") == 2


def test_every_other_figure_of_the_section_is_counted(tmp_path: Path) -> None:
    """Copies by number, bytes repaired, time to retrieve, what expires, is lost, is archived."""
    scene = Scene()
    scene.stored("o1", retention="short")
    scene.terminals(1)
    lines = [scene.entry("t0", 1, "o1")]
    run = {"terminal": "t0", "first": 1, "entries": 1, "gaps": []}
    scene.anchor(lines, [run], date(2026, 9, 21))
    terms = {"reader": READER.organization, "purpose": "audit", "valid_until": scene.now + 10**7}
    grant = scene.ok(OWNER, "grant_read", object="o1", **terms)["id"]
    read = scene.ok(READER, "open_read", grant=grant, purpose="audit")["id"]
    scene.ledger.warp(seconds=2)
    damaged = [{"node": "n0", "index": 0}]
    scene.ok(READER, "finish_read", read=read, node="n1", corrupted=damaged)
    scene.ok(OPERATORS[0], "report_damage", object="o1", node="n0")
    scene.pin("o1", scene.named("RepairBegun")[0]["node"])
    scene.to_expiring()
    for node in scene.record("objects", "o1")["nodes"]:
        scene.ok(OPERATORS[int(node[1:])], "report_damage", object="o1", node=node)
    for _ in range(8):
        scene.warp(seconds=61)
        scene.warp(seconds=601)
    seen = Seen(scene, tmp_path)
    assert seen.total("copies") is not None
    assert seen.total("retrieval_time") is not None
    assert seen.cells("corruption_reports")[("n0",)] == 1
    assert seen.total("archived", period="2026-09") == 1
    assert seen.total("repaired_bytes", period="2026-09") == 5_000
    assert seen.total("expiring", period="2026-10") == 1
    assert seen.total("lost") == 1
    assert seen.total("objects_stored") == 0
