# SPDX-License-Identifier: Apache-2.0
"""Each refusal of the section with its code, and those that the rules add."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.industries.custody.scene import (
    AUDITOR,
    BANK,
    COURT,
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
)


@pytest.fixture
def scene() -> Scene:
    """Everything is ready."""
    return Scene()


def test_another_address_than_the_declared_is_refused(scene: Scene) -> None:
    """CID mismatch: E_HASH."""
    scene.declare("o1")
    facts = scene.refused(
        "E_HASH", OPERATORS[0], "pin", object="o1", node="n0", cid=scene.seal().cid
    )
    assert facts["node"] == "n0"


def test_a_node_that_is_not_registered_cannot_pin(scene: Scene) -> None:
    """E_ROLE: no such node, or another operator's; a node without an offer: E_MISSING."""
    scene.declare("o1")
    cid = scene.files["o1"].cid
    scene.refused("E_ROLE", OPERATORS[0], "pin", object="o1", node="n9", cid=cid)
    scene.refused("E_ROLE", OPERATORS[0], "pin", object="o1", node="n1", cid=cid)
    scene.refused("E_MISSING", OPERATORS[4], "pin", object="o1", node="n4", cid=cid)


@pytest.mark.parametrize("size", [0, 5_000_000_001])
def test_empty_and_oversize_objects_are_refused(scene: Scene, size: int) -> None:
    """E_FORMAT."""
    args = scene.new_object("o1", scene.seal()) | {"size": size}
    facts = scene.refused("E_FORMAT", OWNER, "declare_object", **args)
    assert facts == {"size": size, "size_max": 5_000_000_000}


def test_a_full_node_takes_nothing(scene: Scene) -> None:
    """Over capacity: E_LIMIT."""
    args = scene.new_object("o1", scene.seal()) | {"size": 10_000_001}
    assert scene.refused("E_LIMIT", OWNER, "declare_object", **args)["free"] == 10_000_000


def test_a_node_dearer_than_agreed_takes_nothing(scene: Scene) -> None:
    """E_LIMIT with the price."""
    cheap = scene.agree(OWNER, price=5)
    args = scene.new_object("o1", scene.seal(), agreement=cheap)
    assert scene.refused("E_LIMIT", OWNER, "declare_object", **args)["allowed"] == 5


def test_an_agreement_challenges_one_of_a_thousand_objects_a_day(scene: Scene) -> None:
    """E_LIMIT for fewer, with how many it takes; so many are enough."""
    terms = {"copies": 2, "zones": 2, "period_days": 3_660, "price": 20, "currency": "CNY"}
    facts = scene.refused("E_LIMIT", OWNER, "make_agreement", challenges=1, **terms)
    assert facts == {"challenges": 1, "needed": 2}
    scene.ok(OWNER, "make_agreement", challenges=2, **terms)
    scene.ok(OWNER, "make_agreement", challenges=1, **(terms | {"period_days": 2_000}))


def test_an_owner_without_money_stores_nothing(scene: Scene) -> None:
    """E_BALANCE before any node is asked."""
    dear = scene.agree(OWNER, price=10**9)
    args = scene.new_object("o1", scene.seal(), agreement=dear)
    scene.refused("E_BALANCE", OWNER, "declare_object", **args)


def test_what_is_of_another_owner_is_refused(scene: Scene) -> None:
    """E_ROLE: agreement, object, hold, destruction."""
    args = scene.new_object("o1", scene.seal())
    scene.refused("E_ROLE", OTHER_OWNER, "declare_object", **args)
    name = scene.stored()
    scene.refused("E_ROLE", OTHER_OWNER, "renew", object=name)
    scene.refused("E_ROLE", OTHER_OWNER, "challenge_copy", object=name, node="n0")
    scene.refused("E_ROLE", OTHER_LEGAL, "hold", object=name, reason="x")


def test_a_read_after_the_end_or_for_another_purpose_is_refused(scene: Scene) -> None:
    """E_EXPIRED, E_PURPOSE, E_LIMIT."""
    name = scene.stored()
    terms = {"object": name, "reader": READER.organization, "purpose": "audit"}
    until = scene.now + DAY_MS
    grant = scene.ok(OWNER, "grant_read", valid_until=until, **terms)["id"]
    scene.refused("E_PURPOSE", READER, "open_read", grant=grant, purpose="sale")
    read = scene.ok(READER, "open_read", grant=grant, purpose="audit")["id"]
    scene.refused("E_LIMIT", READER, "open_read", grant=grant, purpose="audit")
    scene.refused("E_MISSING", READER, "finish_read", read=read, node="n4")
    scene.ok(READER, "finish_read", read=read, node="n0")
    scene.refused("E_STATE", READER, "finish_read", read=read, node="n0")
    grant = scene.ok(OWNER, "grant_read", valid_until=until, **terms)["id"]
    scene.warp(days=2)
    scene.refused("E_EXPIRED", READER, "open_read", grant=grant, purpose="audit")
    grant = scene.ok(OWNER, "grant_read", valid_until=scene.now + DAY_MS, **terms)["id"]
    scene.ok(OWNER, "revoke_read", grant=grant)
    scene.refused("E_EXPIRED", READER, "open_read", grant=grant, purpose="audit")


def test_a_copy_offered_too_long_ago_goes_to_another_node(scene: Scene) -> None:
    """E_LATE after a day; the tick asks the next node."""
    scene.declare("o1")
    scene.warp(days=1, seconds=1, tick=False)
    cid = scene.files["o1"].cid
    scene.refused("E_LATE", OPERATORS[0], "pin", object="o1", node="n0", cid=cid)
    scene.tick()
    assert scene.copy("o1", "n0") == "EVICTED"
    assert {one["node"] for one in scene.named("RepairBegun")} == {"n3", "n4"}


def test_destruction_takes_two_persons_in_order(scene: Scene) -> None:
    """No order: E_MISSING by the table; the key custodian only after the destruction."""
    name = scene.stored(retention="short")
    scene.warp(days=2)
    scene.refused("E_MISSING", LEGAL, "sign_destruction", object=name)
    scene.refused("E_STATE", CUSTODIAN, "confirm_key_destroyed", object=name)
    scene.ok(OWNER, "order_destruction", object=name, reason="x")
    scene.ok(LEGAL, "sign_destruction", object=name)
    scene.refused("E_STATE", OWNER, "order_destruction", object=name, reason="x")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"zones": 4}, "E_CONFLICT"),
        ({"currency": "USD"}, "E_MISSING"),
    ],
    ids=["more-zones-than-copies", "no-books"],
)
def test_agreements_that_cannot_be_kept_are_refused(
    scene: Scene, change: dict[str, Any], code: str
) -> None:
    """Before anything is stored under them."""
    terms = {"copies": 3, "zones": 2, "period_days": 60, "price": 1, "challenges": 1}
    scene.refused(code, OWNER, "make_agreement", **(terms | {"currency": "CNY"} | change))


def test_a_stake_below_the_least_is_refused_and_rules_must_fit(scene: Scene) -> None:
    """E_LIMIT; eviction comes after suspicion (E_VALUE)."""
    node = {"id": "n9", "zone": "bj", "capacity": 1, "price": 1, "currency": "CNY", "stake": 1}
    scene.refused("E_LIMIT", OPERATORS[0], "offer_node", **node)
    scene.refused("E_VALUE", RULES, "change_parameters", parameters={"fails_evict": 2})


def test_a_closed_node_takes_no_copies_and_gets_its_stake_back(scene: Scene) -> None:
    """E_STATE for new copies; the stake with the last copy."""
    scene.refused("E_ROLE", OPERATORS[1], "close_node", node="n0")
    scene.ok(OPERATORS[0], "close_node", node="n0")
    assert "stake/n0" not in scene.table("money_holds")
    scene.refused("E_STATE", OWNER, "declare_object", **scene.new_object("o1", scene.seal()))


def test_only_live_copies_are_challenged(scene: Scene) -> None:
    """E_MISSING for none, E_STATE for one that is only offered."""
    scene.declare("o1")
    scene.refused("E_STATE", AUDITOR, "challenge_copy", object="o1", node="n0")
    scene.refused("E_MISSING", AUDITOR, "challenge_copy", object="o1", node="n4")


def test_payouts_go_through_their_bank(scene: Scene) -> None:
    """Accepted: no number yet; booked: redeemed; rejected: given back; returned: booked again."""
    account = f"{OWNER.organization}/CNY"
    before, order = scene.record("money_accounts", account)["available"], ""
    for state, left in (("REJECTED", 0), ("BOOKED", 500)):
        payee = {"currency": "CNY", "amount": 500, "payee": "ab" * 32}
        order = scene.ok(OWNER, "withdraw", **payee)["id"]
        scene.ok(BANK, "note_sent", orders=[order], file="cd" * 32)
        assert scene.ok(BANK, "report_payment", order=order, state="ACCEPTED", attempt=1)
        said = {"order": order, "attempt": 1, "reference": f"B/{order}"}
        assert scene.ok(BANK, "report_payment", state=state, **said)
        assert not scene.ok(BANK, "report_payment", state=state, **said)
        assert scene.record("money_accounts", account)["available"] == before - left
    back = {"order": order, "attempt": 1, "reference": "B/back"}
    scene.ok(BANK, "report_payment", state="RETURNED", **back)
    assert scene.record("money_accounts", account)["available"] == before


def test_a_hold_survives_degradation_and_repair(scene: Scene) -> None:
    """HELD stays HELD while a copy is replaced; lifted, the object is STORED or DEGRADED."""
    name = scene.stored()
    scene.ok(COURT, "hold", object=name, reason="x")
    scene.ok(LEGAL, "hold", object=name, reason="y")
    scene.ok(OPERATORS[0], "report_damage", object=name, node="n0")
    assert scene.state(name) == "HELD"
    scene.ok(COURT, "unhold", object=name)
    assert scene.state(name) == "HELD"
    scene.ok(LEGAL, "unhold", object=name)
    assert scene.state(name) == "DEGRADED"
    scene.ok(COURT, "hold", object=name, reason="x")
    scene.pin(name, scene.named("RepairBegun")[0]["node"])
    assert scene.state(name) == "HELD"
