# SPDX-License-Identifier: Apache-2.0
"""The tables of states, and an object's ways through them."""

from __future__ import annotations

import pytest

from tallystick.contracts import Contract, schema_of
from tallystick.industries.custody import Custody
from tests.unit.industries.custody.invariants import check_all
from tests.unit.industries.custody.scene import OPERATORS, OWNER, Scene

CONTRACT: type[Contract] = Custody


@pytest.fixture
def scene() -> Scene:
    """Everything is ready."""
    return Scene()


def ways(name: str) -> set[tuple[str, str]]:
    """Return from where to where the moves of a table lead."""
    flow = next(one for one in schema_of(CONTRACT).workflows if one.name == name)
    return {(before, one.after) for one in flow.moves for before in one.before}


def test_the_table_of_objects_is_the_texts() -> None:
    """Each arrow of the text; besides: withdrawn, lapsed and destroyed from other states."""
    text = {
        ("UPLOADING", "STORED"),
        ("STORED", "DEGRADED"),
        ("DEGRADED", "STORED"),
        ("STORED", "EXPIRING"),
        ("EXPIRING", "RENEWED"),
        ("EXPIRING", "RELEASED"),
        ("STORED", "HELD"),
        ("HELD", "STORED"),
        ("STORED", "DESTROYED"),
        ("DEGRADED", "LOST"),
    }
    besides = {
        ("UPLOADING", "RELEASED"),
        ("RENEWED", "STORED"),
        ("DEGRADED", "RELEASED"),
        *((state, "LOST") for state in ("HELD", "EXPIRING", "RENEWED")),
        *(
            (state, "DESTROYED")
            for state in ("DEGRADED", "EXPIRING", "RENEWED", "RELEASED", "LOST")
        ),
    }
    assert ways("object_flow") == text | besides


def test_the_tables_of_copies_and_challenges_are_the_texts() -> None:
    """A copy may also lapse or be dropped when it is not wanted any more."""
    assert ways("placement_flow") == {
        ("OFFERED", "PINNED"),
        ("PINNED", "SUSPECT"),
        ("SUSPECT", "PINNED"),
        ("SUSPECT", "EVICTED"),
        ("OFFERED", "EVICTED"),
        *((state, "DROPPED") for state in ("OFFERED", "PINNED", "SUSPECT")),
    }
    assert ways("challenge_flow") == {("ISSUED", "PASSED"), ("ISSUED", "FAILED")}


def test_an_upload_is_stored_when_the_last_node_has_signed(scene: Scene) -> None:
    """The fee is held from the declaration on; a withdrawn upload gives it back."""
    scene.declare("o1")
    fee = scene.record("money_holds", "fee/o1/1")["amount"]
    assert fee == scene.record("objects", "o1")["fee_slice"] * 12
    for node in ("n0", "n1"):
        assert scene.pin("o1", node)["state"] == "UPLOADING"
    assert scene.pin("o1", "n2")["state"] == "STORED"
    scene.declare("o2")
    scene.ok(OWNER, "withdraw_object", object="o2")
    assert (scene.state("o2"), scene.copy("o2", "n0")) == ("RELEASED", "DROPPED")
    assert "fee/o2/1" not in scene.table("money_holds")
    check_all(scene)


def test_a_copy_that_fails_during_an_upload_is_replaced_and_leaves_no_trace(scene: Scene) -> None:
    """An upload lacks copies without being degraded; complete, it has none to spare."""
    scene.declare("o1")
    scene.pin("o1", "n0")
    scene.ok(OPERATORS[0], "report_damage", object="o1", node="n0")
    assert scene.record("objects", "o1")["degraded_at"] is None
    assert not scene.named("ObjectDegraded")
    for node in scene.record("objects", "o1")["nodes"][1:]:
        scene.pin("o1", node)
    kept = scene.record("objects", "o1")
    assert (kept["state"], kept["pinned"], kept["degraded_at"]) == ("STORED", 3, None)
    assert (scene.copy("o1", "n0"), len(kept["nodes"])) == ("EVICTED", 3)
    check_all(scene)


def test_an_upload_is_complete_when_its_last_copy_comes_back(scene: Scene) -> None:
    """Two good copies and a suspect one, which is shown again; the repair is called off."""
    scene.declare("o1")
    scene.pin("o1", "n0")
    scene.ok(OPERATORS[0], "report_damage", object="o1", node="n0")
    for node in ("n1", "n2"):
        scene.pin("o1", node)
    assert scene.state("o1") == "UPLOADING"
    asked = scene.ok(OWNER, "challenge_copy", object="o1", node="n0")
    assert scene.answer(asked).code == "ok"
    assert scene.state("o1") == "STORED"
    assert set(scene.record("objects", "o1")["nodes"]) == {"n0", "n1", "n2"}
    check_all(scene)


def test_a_renewed_object_goes_on_for_another_period(scene: Scene) -> None:
    """EXPIRING, RENEWED, STORED; renewing twice is refused."""
    name = scene.stored()
    scene.to_expiring()
    scene.ok(OWNER, "renew", object=name)
    assert scene.state(name) == "RENEWED"
    scene.refused("E_STATE", OWNER, "renew", object=name)
    for _ in range(30):
        scene.warp(days=1)
        scene.answer_all()
    kept = scene.record("objects", name)
    assert (kept["state"], kept["period"], kept["is_renewed"]) == ("STORED", 2, False)
    assert "fee/o1/1" not in scene.table("money_holds")
    check_all(scene)


def test_a_released_object_is_dropped_after_thirty_days(scene: Scene) -> None:
    """By its owner, or by the clock where nobody renews and nothing must be kept."""
    one, two = scene.stored("o1", retention="short"), scene.stored("o2", retention="short")
    scene.to_expiring()
    scene.ok(OWNER, "release", object=one)
    for _ in range(30):
        scene.warp(days=1)
        scene.answer_all()
    assert (scene.state(one), scene.state(two)) == ("RELEASED", "RELEASED")
    assert scene.copy(two, "n0") == "PINNED"
    scene.warp(days=31)
    assert scene.copy(one, "n0") == scene.copy(two, "n0") == "DROPPED"
    check_all(scene)


def test_a_suspect_copy_that_is_shown_counts_again(scene: Scene) -> None:
    """SUSPECT to PINNED by a right answer; the repair that had begun is called off."""
    name = scene.stored()
    scene.fail("n0")
    scene.warp(seconds=590)
    scene.warp(seconds=11)
    (asked,) = [one for one in scene.open_challenges() if one["node"] == "n0"]
    assert scene.answer(asked).code == "ok"
    assert (scene.state(name), scene.copy(name, "n0")) == ("STORED", "PINNED")
    assert set(scene.record("objects", name)["nodes"]) == {"n0", "n1", "n2"}
    check_all(scene)


def test_a_repair_waits_until_a_node_can_take_it(scene: Scene) -> None:
    """Blocked while no other operator has a node open; tried again every hour."""
    name = scene.stored()
    for number in (3, 4):
        scene.ok(OPERATORS[number], "close_node", node=f"n{number}")
    scene.ok(OPERATORS[0], "report_damage", object=name, node="n0")
    assert scene.named("RepairBlocked")
    node = {"id": "n5", "zone": "xa", "capacity": 10**6, "price": 1, "currency": "CNY"}
    scene.ok(OPERATORS[3], "offer_node", stake=100_000, **node)
    scene.warp(seconds=3_601)
    (begun,) = scene.named("RepairBegun")
    assert begun["node"] == "n5"


def test_a_tick_is_never_too_large_however_many_objects_are_due(scene: Scene) -> None:
    """Eighty rounds in a block: at the largest limit the tick is not refused, others go on."""
    for number in range(80):
        scene.declare(f"o{number}", 100)
        for node in ("n0", "n1", "n2"):
            scene.pin(f"o{number}", node)
    scene.ledger.warp(days=13)
    first = scene.ok(OWNER, "tick", limit=200)
    assert first["is_more_due"]
    scene.tick()
    assert len(scene.named("ChallengeIssued")) == 3 * 80


def test_a_tick_twice_changes_nothing(scene: Scene) -> None:
    """Nothing fires a second time."""
    scene.stored()
    scene.warp(days=13)
    assert scene.ok(OWNER, "tick", limit=50)["fired"] == 0
