# SPDX-License-Identifier: Apache-2.0
"""Every file that is taken away, read back by a reader that is not ours."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec
import pytest

from tallystick.contracts import Contradiction, ExtractTakeAway, FileTakeAway, Record, unlabelled
from tallystick.industries.custody.exports import TAKE_AWAYS, history_of
from tallystick.industries.custody.refusals import NothingThere
from tests.unit.industries.custody.scene import AUDITOR, CUSTODIAN, LEGAL, OWNER, Scene

R = TypeVar("R", bound=Record)
DAY = date(2026, 9, 21)


class SceneTables:
    """The tables of a scene, as files are made from them."""

    def __init__(self, scene: Scene) -> None:
        """Read from a scene; what is in `altered` stands in place of a record."""
        self.scene = scene
        self.altered: dict[tuple[str, str], dict[str, Any]] = {}

    def rows(self, table: str, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Return the rows that fit."""
        return [
            msgspec.convert(one, kind)
            for _, one in sorted(self.scene.table(table).items())
            if all(one[name] == value for name, value in equal.items())
        ]

    def record(self, table: str, kind: type[R], /, *key: str | int) -> R | None:
        """Return a record by its key."""
        name = "/".join(map(str, key))
        found = self.scene.table(table).get(name)
        changes = self.altered.get((table, name), {})
        return None if found is None else msgspec.convert({**found, **changes}, kind)


@pytest.fixture
def scene() -> Scene:
    """Everything is ready."""
    return Scene()


def facts(tables: SceneTables, kind: str, subject: str) -> dict[str, Any]:
    """Return the facts of an extract as its file has them."""
    take_away = TAKE_AWAYS[kind]
    assert isinstance(take_away, ExtractTakeAway)
    plain: dict[str, Any] = msgspec.to_builtins(dict(take_away.facts(tables, subject)))
    assert unlabelled(take_away.labels, plain) == [], "every fact has a name for people"
    return plain


def made(scene: Scene, kind: str, subject: str) -> bytes:
    """Return the bytes of a file."""
    take_away = TAKE_AWAYS[kind]
    assert isinstance(take_away, FileTakeAway)
    return take_away.make(SceneTables(scene), subject, DAY)


def archived(scene: Scene) -> tuple[str, list[Any]]:
    """Anchor a day of two lines with a gap; return manifest and lines."""
    scene.terminals(1)
    lines = [scene.entry("t0", number, scene.stored(f"o{number}")) for number in (1, 3)]
    gap = {"first": 2, "count": 1, "cause": "=cmd"}
    runs = [{"terminal": "t0", "first": 1, "entries": 2, "gaps": [gap]}]
    return scene.anchor(lines, runs, DAY), lines


def test_a_storage_certificate_names_address_copies_and_times(scene: Scene) -> None:
    """And is refused for what is not stored, or whose records contradict each other."""
    name = scene.stored()
    tables = SceneTables(scene)
    said = facts(tables, "storage", name)
    assert (said["cid"], said["copies_good"]) == (scene.files[name].cid, 3)
    assert [one["node"] for one in said["copies"]] == ["n0", "n1", "n2"]
    for change in (("placements", f"{name}/n0"), ("files_versions", f"{name}/1")):
        tables.altered = {change: {"state": "SUSPECT", "locator": "x"}}
        tables.altered[change].pop("locator" if change[0] == "placements" else "state")
        with pytest.raises(Contradiction):
            facts(tables, "storage", name)
    tables.altered = {}
    del scene.ledger.state.values[f"custody/placements/{name}/n0".encode()]
    with pytest.raises(Contradiction):
        facts(tables, "storage", name)
    scene.declare("o9")
    with pytest.raises(NothingThere):
        facts(tables, "storage", "o9")


def test_a_certificate_of_destruction_names_both_signers_and_the_key(scene: Scene) -> None:
    """And is refused before, or when the document has no tombstone."""
    name = scene.stored(retention="short")
    scene.warp(days=2)
    tables = SceneTables(scene)
    with pytest.raises(NothingThere):
        facts(tables, "destruction", name)
    scene.ok(OWNER, "order_destruction", object=name, reason="期满")
    scene.ok(LEGAL, "sign_destruction", object=name)
    assert facts(tables, "destruction", name)["key_destroyed_at"] is None
    scene.ok(CUSTODIAN, "confirm_key_destroyed", object=name)
    said = facts(tables, "destruction", name)
    assert said["ordered_by"] != said["signed_by"]
    assert said["key_destroyed_at"] is not None
    tables.altered = {("files_documents", name): {"deleted_at": None}}
    with pytest.raises(Contradiction):
        facts(tables, "destruction", name)


def test_reports_on_audit_and_drill_say_what_chance_drew(scene: Scene) -> None:
    """Two lines found; one document restored; a drill that nobody did has failed."""
    manifest, lines = archived(scene)
    audit = scene.ok(AUDITOR, "draw_audit", manifest=manifest)
    shown = [scene.shown(lines, index) for index in audit["indices"]]
    scene.ok(OWNER, "show_entries", audit=audit["id"], shown=shown)
    tables = SceneTables(scene)
    said = facts(tables, "audit", audit["id"])
    assert (said["result"], said["lines_found"]) == ("PASSED", 2)
    assert [one["sequence"] for one in said["lines"]] == [1, 3]
    drill = scene.ok(AUDITOR, "draw_drill", manifest=manifest)
    with pytest.raises(NothingThere):
        facts(tables, "drill", drill["id"])
    line = scene.shown(lines, drill["index"])
    scene.ok(AUDITOR, "report_drill", drill=drill["id"], shown=line, node="n1", is_intact=True)
    assert facts(tables, "drill", drill["id"])["result"] == "PASSED"
    late = [
        scene.ok(AUDITOR, "draw_drill", manifest=manifest),
        scene.ok(AUDITOR, "draw_audit", manifest=manifest),
    ]
    scene.warp(days=2)
    assert facts(tables, "drill", late[0]["id"])["result"] == "FAILED"
    assert facts(tables, "audit", late[1]["id"])["lines_found"] == 0
    refused = {"drill": late[0]["id"], "shown": line, "node": "n1", "is_intact": True}
    scene.refused("E_LATE", AUDITOR, "report_drill", **refused)
    scene.refused("E_LATE", OWNER, "show_entries", audit=late[1]["id"], shown=shown)


def test_a_line_whose_object_is_gone_fails_the_audit(scene: Scene) -> None:
    """Shown, and missing."""
    manifest, lines = archived(scene)
    scene.warp(days=13)
    for _ in range(8):
        scene.warp(seconds=61)
        scene.warp(seconds=601)
    assert scene.state("o1") == "LOST"
    audit = scene.ok(AUDITOR, "draw_audit", manifest=manifest)
    shown = [scene.shown(lines, index) for index in audit["indices"]]
    ended = scene.ok(OWNER, "show_entries", audit=audit["id"], shown=shown)
    assert (ended["state"], ended["missing"]) == ("FAILED", [0, 1])


def test_a_day_manifest_is_read_by_other_readers(scene: Scene) -> None:
    """CSV and JSON by the standard library; a cause cannot be a formula."""
    manifest, _ = archived(scene)
    text = made(scene, "manifest", manifest).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    assert (row["first"], row["last"], row["entries"], row["gaps"]) == ("1", "3", "2", "1")
    assert not row["causes"].startswith("=")
    plain = json.loads(made(scene, "manifest-json", manifest))
    assert plain["root"] == scene.record("manifests", manifest)["root"]
    assert plain["terminals"][0]["gaps"][0]["first"] == 2


def test_a_history_names_the_object_its_copies_and_challenges(scene: Scene) -> None:
    """Three copies, three challenges."""
    name = scene.stored()
    scene.warp(days=13)
    named = list(history_of(SceneTables(scene), name))
    assert [table for table, _ in named] == ["objects", *["placements"] * 3, *["challenges"] * 3]
