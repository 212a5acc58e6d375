# SPDX-License-Identifier: Apache-2.0
"""Each step that is refused where it does not belong, and goes where it does."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import pytest

from tallystick.contracts import digest_of
from tallystick.industries.custody import ManifestEntry
from tallystick.industries.custody.archive_records import TERMINALS_MAX, Gap, TerminalDay
from tallystick.industries.custody.refusals import BadManifest
from tallystick.industries.custody.rules import place_at
from tallystick.industries.custody.setting import NODES_MAX
from tallystick.model import Signer
from tallystick.testing import make_signer
from tests.unit.industries.custody.invariants import check_all
from tests.unit.industries.custody.scene import (
    AUDITOR,
    BANK,
    CUSTODIAN,
    DAY_MS,
    LEGAL,
    OPERATORS,
    OTHER_LEGAL,
    OTHER_OWNER,
    OWNER,
    READER,
    RULES,
    Scene,
    person,
)

DAY: Final = date(2026, 9, 21)


@pytest.fixture
def scene() -> Scene:
    """Everything is ready."""
    return Scene()


def run_of(terminal: str, first: int, entries: int, *gaps: tuple[int, int]) -> dict[str, Any]:
    """Return what a terminal numbered on a day."""
    told = [{"first": one, "count": count, "cause": "停电"} for one, count in gaps]
    return {"terminal": terminal, "first": first, "entries": entries, "gaps": told}


def day_of(*runs: dict[str, Any], on: int = 21) -> dict[str, Any]:
    """Return the arguments of a day's anchor."""
    day = DAY.replace(day=on).isoformat()
    return {"day": day, "root": digest_of("a day's root", on), "size": 1, "terminals": [*runs]}


def two_lines(scene: Scene) -> tuple[str, list[ManifestEntry]]:
    """Anchor a day of two lines; return manifest and lines."""
    scene.terminals(1)
    lines = [scene.entry("t0", number, scene.stored(f"o{number}")) for number in (1, 2)]
    return scene.anchor(lines, [run_of("t0", 1, 2)], DAY), lines


# --- nodes and money ----------------------------------------------------------------------------


def offer(name: str, **more: Any) -> dict[str, Any]:
    """Return the arguments of a node's offer."""
    usual = {"id": name, "zone": "xa", "capacity": 10**6, "price": 1, "currency": "CNY"}
    return usual | {"stake": 100_000} | more


def test_the_directory_of_nodes_has_an_end_and_a_closed_node_makes_room(scene: Scene) -> None:
    """E_VALUE for one node more than a repair can choose among."""
    for number in range(len(OPERATORS), NODES_MAX):
        scene.ok(OPERATORS[number % len(OPERATORS)], "offer_node", **offer(f"n{number}"))
    facts = scene.refused("E_VALUE", OPERATORS[0], "offer_node", **offer("more"))
    assert (facts["field"], facts["found"]) == ("nodes", str(NODES_MAX))
    scene.ok(OPERATORS[1], "close_node", node="n1")
    scene.ok(OPERATORS[0], "offer_node", **offer("more"))
    check_all(scene)


def test_a_node_is_paid_in_the_currency_of_the_agreement(scene: Scene) -> None:
    """E_FORMAT for a node that asks for another one; nothing is held or placed."""
    scene.ok(BANK, "open_money", currency="USD")
    payer = {"organization": OPERATORS[4].organization, "currency": "USD"}
    scene.ok(BANK, "receive_deposit", amount=100_000, reference="IN-USD", **payer)
    scene.ok(OPERATORS[4], "offer_node", **offer("n5", currency="USD"))
    args = scene.new_object("o1", scene.seal(), nodes=["n0", "n1", "n5"])
    facts = scene.refused("E_FORMAT", OWNER, "declare_object", **args)
    assert facts == {"subject": "n5", "currency": "USD"}
    scene.ok(OWNER, "declare_object", **(args | {"nodes": ["n0", "n1", "n2"]}))


# --- reading and destruction --------------------------------------------------------------------


def test_what_no_node_has_any_more_is_not_read(scene: Scene) -> None:
    """E_STATE after a release and its grace; the grant is not used up by the try."""
    names = scene.stored("o1", retention="short"), scene.stored("o2")
    scene.to_expiring()
    scene.ok(OWNER, "release", object=names[0])
    terms = {"reader": READER.organization, "purpose": "audit"}
    until = scene.now + 60 * DAY_MS
    gone, there = (
        scene.ok(OWNER, "grant_read", object=name, valid_until=until, **terms)["id"]
        for name in names
    )
    scene.warp(days=30)
    assert scene.copy(names[0], "n0") == "DROPPED"
    facts = scene.refused("E_STATE", READER, "open_read", grant=gone, purpose="audit")
    assert facts == {"subject": "o1", "why": "RELEASED"}
    assert scene.record("grants_grants", gone)["uses"] == 0
    assert scene.ok(READER, "open_read", grant=there, purpose="audit")["object"] == "o2"


def test_an_upload_that_is_not_complete_is_withdrawn_not_destroyed(scene: Scene) -> None:
    """E_STATE though its retention is over; once it is stored, destruction may be ordered."""
    scene.ok(RULES, "change_parameters", parameters={"pin_s": 2 * 86_400})
    scene.declare("o1", retention="short")
    for node in ("n0", "n1"):
        scene.pin("o1", node)
    scene.warp(days=1)
    order = {"object": "o1", "reason": "期满"}
    facts = scene.refused("E_STATE", OWNER, "order_destruction", **order)
    assert facts == {"subject": "o1", "why": "UPLOADING"}
    scene.pin("o1", "n2")
    scene.ok(OWNER, "order_destruction", **order)
    assert scene.ok(LEGAL, "sign_destruction", object="o1")["state"] == "DESTROYED"


# --- terminals and days -------------------------------------------------------------------------


def test_an_archive_has_so_many_terminals_and_a_closed_one_makes_room(scene: Scene) -> None:
    """E_FORMAT for one terminal more than a day's directory can name."""
    scene.terminals(TERMINALS_MAX)
    more = {"id": "more", "branch": "网点"}
    facts = scene.refused("E_FORMAT", OWNER, "register_terminal", **more)
    assert facts == {"what": "terminals"}
    scene.ok(OWNER, "close_terminal", id="t0")
    assert scene.ok(OWNER, "register_terminal", **more)["next"] == 1


@pytest.mark.parametrize("method", ["draw_audit", "draw_drill"])
def test_nothing_is_drawn_from_a_day_without_lines(scene: Scene, method: str) -> None:
    """E_FORMAT for a day on which nothing was archived; a day with a line is drawn from."""
    scene.terminals(1)
    empty = scene.ok(OWNER, "anchor_day", **day_of(run_of("t0", 1, 0)))["id"]
    assert scene.refused("E_FORMAT", AUDITOR, method, manifest=empty) == {"what": "an empty day"}
    full = scene.ok(OWNER, "anchor_day", **day_of(run_of("t0", 1, 1), on=22))["id"]
    assert scene.ok(AUDITOR, method, manifest=full)["state"] == "DRAWN"


def test_an_audit_is_shown_the_lines_that_chance_drew_and_no_others(scene: Scene) -> None:
    """E_FORMAT for a line of the day that was not drawn; the drawn one ends the audit."""
    manifest, lines = two_lines(scene)
    scene.ok(RULES, "change_parameters", parameters={"audit_entries": 1})
    audit = scene.ok(AUDITOR, "draw_audit", manifest=manifest)
    (drawn,) = audit["indices"]
    other = {"audit": audit["id"], "shown": [scene.shown(lines, 1 - drawn)]}
    facts = scene.refused("E_FORMAT", OWNER, "show_entries", **other)
    assert facts == {"what": f"line {1 - drawn}"}
    right = {"audit": audit["id"], "shown": [scene.shown(lines, drawn)]}
    assert scene.ok(OWNER, "show_entries", **right)["state"] == "PASSED"


def test_a_drill_brings_back_the_document_that_chance_drew(scene: Scene) -> None:
    """E_FORMAT for another document of the day, though it is intact."""
    manifest, lines = two_lines(scene)
    drill = scene.ok(AUDITOR, "draw_drill", manifest=manifest)
    told = {"drill": drill["id"], "node": "n1", "is_intact": True}
    other = scene.shown(lines, 1 - drill["index"])
    facts = scene.refused("E_FORMAT", AUDITOR, "report_drill", shown=other, **told)
    assert facts == {"what": f"line {1 - drill['index']}"}
    right = scene.shown(lines, drill["index"])
    assert scene.ok(AUDITOR, "report_drill", shown=right, **told)["state"] == "PASSED"


@pytest.mark.parametrize("on", [20, 21], ids=["before-the-last", "the-last-again"])
def test_a_day_is_anchored_once_and_after_the_last(scene: Scene, on: int) -> None:
    """AFC-7, E_DUP: nothing is added to a day that is anchored, and none is put in before it."""
    scene.terminals(1)
    first = scene.ok(OWNER, "anchor_day", **day_of(run_of("t0", 1, 1)))["id"]
    facts = scene.refused("E_DUP", OWNER, "anchor_day", **day_of(run_of("t0", 2, 1), on=on))
    assert facts == {"owner": OWNER.organization, "manifest": first}
    assert scene.ok(OWNER, "anchor_day", **day_of(run_of("t0", 2, 1), on=22))["number"] == 2


def test_a_day_names_a_terminal_once(scene: Scene) -> None:
    """AFC-7, E_FORMAT for two runs of a terminal, though the second goes on where one stopped."""
    scene.terminals(1)
    runs = run_of("t0", 1, 1), run_of("t0", 2, 1)
    facts = scene.refused("E_FORMAT", OWNER, "anchor_day", **day_of(*runs))
    assert facts == {"what": "a terminal twice"}
    assert scene.ok(OWNER, "anchor_day", **day_of(run_of("t0", 1, 2)))["entries"] == 2


def test_a_day_names_every_terminal_that_is_open(scene: Scene) -> None:
    """AFC-7, E_MISSING for one that is left out; no lines are said as none, and closed ones rest.

    A terminal of another owner is not the owner's to report: E_ROLE.
    """
    scene.terminals(2)
    scene.ok(OTHER_OWNER, "register_terminal", id="x0", branch="别家")
    one, none = run_of("t0", 1, 1), run_of("t1", 1, 0)
    facts = scene.refused("E_MISSING", OWNER, "anchor_day", **day_of(one))
    assert facts == {"terminal": "t1"}
    strange = day_of(one, none, run_of("x0", 1, 0))
    assert scene.refused("E_ROLE", OWNER, "anchor_day", **strange)["subject"] == "x0"
    scene.ok(OWNER, "anchor_day", **day_of(one, none))
    scene.ok(OWNER, "close_terminal", id="t1")
    scene.ok(OWNER, "anchor_day", **day_of(run_of("t0", 2, 1), on=22))


@pytest.mark.parametrize("lines", [0, 1])
def test_a_closed_terminal_has_no_lines_any_more_and_is_not_closed_twice(
    scene: Scene, lines: int
) -> None:
    """AFC-7, E_STATE for what it would number, and for saying that it numbers nothing."""
    scene.terminals(2)
    scene.ok(OWNER, "anchor_day", **day_of(run_of("t0", 1, 1), run_of("t1", 1, 1)))
    scene.ok(OWNER, "close_terminal", id="t1")
    late = day_of(run_of("t0", 2, 1), run_of("t1", 2, lines), on=22)
    assert scene.refused("E_STATE", OWNER, "anchor_day", **late) == {"terminal": "t1"}
    assert scene.refused("E_STATE", OWNER, "close_terminal", id="t1") == {"terminal": "t1"}
    assert scene.record("terminals", "t1")["next"] == 2
    scene.ok(OWNER, "anchor_day", **day_of(run_of("t0", 2, 1), on=22))


@pytest.mark.parametrize(
    ("gaps", "bad"),
    [
        ([(4, 1)], 4),
        ([(3, 2)], 3),
        ([(2, 1), (1, 1)], 1),
        ([(1, 2), (2, 1)], 2),
    ],
    ids=["after-the-run", "beyond-its-end", "out-of-order", "twice"],
)
def test_gaps_lie_within_their_run_in_order_and_apart(
    scene: Scene, gaps: list[tuple[int, int]], bad: int
) -> None:
    """AFC-7, E_FORMAT: a number is either a line or explained once; a hole that fits goes."""
    scene.terminals(1)
    day = day_of(run_of("t0", 1, 1, *gaps))
    facts = scene.refused("E_FORMAT", OWNER, "anchor_day", **day)
    assert facts == {"what": f"gap {bad} of t0"}
    scene.ok(OWNER, "anchor_day", **day_of(run_of("t0", 1, 1, (2, 1))))
    assert scene.record("terminals", "t0")["next"] == 3


def test_a_directory_has_no_place_beyond_its_lines() -> None:
    """AFC-7, BadManifest: two terminals, three lines, a hole: the fourth place is nobody's."""
    hole = Gap(first=2, count=1, cause="停电")
    days = [
        TerminalDay(terminal="t0", first=1, entries=2, gaps=(hole,)),
        TerminalDay(terminal="t1", first=7, entries=1),
    ]
    assert [place_at(days, index) for index in range(3)] == [("t0", 1), ("t0", 3), ("t1", 7)]
    with pytest.raises(BadManifest, match="place 3"):
        place_at(days, 3)


# --- who it is for ------------------------------------------------------------------------------


def only(scene: Scene, wrong: Signer, right: Signer, method: str, /, **args: Any) -> Any:
    """Let the same role of another organisation be refused (E_ROLE), and the right one go."""
    scene.refused("E_ROLE", wrong, method, **args)
    return scene.ok(right, method, **args)


def test_every_step_of_an_object_is_for_its_owners_people(scene: Scene) -> None:
    """E_ROLE for each step tried by another organisation, at the moment at which it would go."""
    scene.declare("o0")
    only(scene, OTHER_OWNER, OWNER, "withdraw_object", object="o0")
    name, other = (scene.stored(one, retention="short") for one in ("o1", "o2"))
    only(scene, OPERATORS[1], OPERATORS[0], "report_damage", object=other, node="n0")
    scene.pin(other, scene.named("RepairBegun")[0]["node"])
    only(scene, OTHER_LEGAL, LEGAL, "hold", object=name, reason="x")
    only(scene, OTHER_LEGAL, LEGAL, "unhold", object=name)
    grant = {"object": name, "reader": READER.organization, "purpose": "audit"}
    only(scene, OTHER_OWNER, OWNER, "grant_read", valid_until=scene.now + DAY_MS, **grant)
    scene.to_expiring()
    only(scene, OTHER_OWNER, OWNER, "release", object=other)
    only(scene, OTHER_OWNER, OWNER, "order_destruction", object=name, reason="x")
    only(scene, OTHER_LEGAL, LEGAL, "sign_destruction", object=name)
    strange = person("key-custodian", 11)
    only(scene, strange, CUSTODIAN, "confirm_key_destroyed", object=name)
    check_all(scene)


def test_who_orders_a_destruction_does_not_sign_it(scene: Scene) -> None:
    """AFC-8, E_CONFLICT: neither with both roles at once nor with the second one given later."""
    name = scene.stored(retention="short")
    scene.warp(days=2)
    scene.ok(OWNER, "order_destruction", object=name, reason="x")
    same = {"organization": OWNER.organization, "member": OWNER.member}
    both = make_signer(*OWNER.roles, *LEGAL.roles, **same)
    facts = scene.refused("E_CONFLICT", both, "sign_destruction", object=name)
    assert facts == {"roles": sorted(both.roles)}
    later = make_signer(*LEGAL.roles, **same)
    facts = scene.refused("E_CONFLICT", later, "sign_destruction", object=name)
    assert facts["person"] == f"{OWNER.organization}/{OWNER.member}"
    assert scene.ok(LEGAL, "sign_destruction", object=name)["state"] == "DESTROYED"


def test_a_read_is_finished_by_its_reader(scene: Scene) -> None:
    """E_ROLE for another organisation that may read, but has not opened this one."""
    terms = {"object": scene.stored(), "reader": READER.organization, "purpose": "audit"}
    grant = scene.ok(OWNER, "grant_read", valid_until=scene.now + DAY_MS, **terms)["id"]
    use = {"grant": grant, "purpose": "audit"}
    read = only(scene, person("reader", 7), READER, "open_read", **use)["id"]
    only(scene, person("reader", 7), READER, "finish_read", read=read, node="n0")


def test_a_payout_is_settled_by_the_bank_of_its_currency(scene: Scene) -> None:
    """E_ROLE for another bank, which neither sends it nor says what became of it."""
    strange = person("bank", 7)
    payee = {"currency": "CNY", "amount": 500, "payee": "ab" * 32}
    order = scene.ok(OWNER, "withdraw", **payee)["id"]
    only(scene, strange, BANK, "note_sent", orders=[order], file="cd" * 32)
    said = {"order": order, "state": "BOOKED", "attempt": 1, "reference": "B/1"}
    assert only(scene, strange, BANK, "report_payment", **said) is True
    check_all(scene)


def test_a_day_is_shown_and_its_terminals_closed_by_its_owner(scene: Scene) -> None:
    """E_ROLE for another owner; a drill may be reported by who drew it or by the owner."""
    manifest, lines = two_lines(scene)
    audit = scene.ok(AUDITOR, "draw_audit", manifest=manifest)
    shown = [scene.shown(lines, index) for index in audit["indices"]]
    only(scene, OTHER_OWNER, OWNER, "show_entries", audit=audit["id"], shown=shown)
    drill = scene.ok(AUDITOR, "draw_drill", manifest=manifest)
    line = scene.shown(lines, drill["index"])
    told = {"drill": drill["id"], "shown": line, "node": "n1", "is_intact": True}
    scene.refused("E_ROLE", person("auditor", 7), "report_drill", **told)
    only(scene, OTHER_OWNER, OWNER, "report_drill", **told)
    only(scene, OTHER_OWNER, OWNER, "close_terminal", id="t0")
