# SPDX-License-Identifier: Apache-2.0
"""Each numbered invariant of custody by name (AFC-1, AFC-3 and AFC-6 with bytes: test_keeper)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tallystick.contracts import replace
from tallystick.contracts.parts import BatchTree
from tallystick.errors import Refused
from tallystick.industries.custody import business_key, entry_digest
from tests.unit.industries.custody.invariants import check_all
from tests.unit.industries.custody.scene import (
    AUDITOR,
    COURT,
    CUSTODIAN,
    LEGAL,
    OPERATORS,
    OTHER_OWNER,
    OWNER,
    READER,
    REGULATOR,
    RULES,
    TERMINAL,
    Scene,
)

DAY = date(2026, 9, 21)


@pytest.fixture
def scene() -> Scene:
    """Everything is ready."""
    return Scene()


def test_afc_1_damaged_bytes_are_reported_and_their_node_is_asked_at_once(scene: Scene) -> None:
    """AFC-1: the reader took another copy; the report is on the ledger and a challenge is open."""
    name = scene.stored()
    until = scene.now + 10**6
    grant = scene.ok(
        OWNER,
        "grant_read",
        object=name,
        reader=READER.organization,
        purpose="audit",
        valid_until=until,
    )["id"]
    read = scene.ok(READER, "open_read", grant=grant, purpose="audit")["id"]
    scene.ok(READER, "finish_read", read=read, node="n1", corrupted=[{"node": "n0", "index": 2}])
    (reported,) = scene.named("CorruptionReported")
    assert (reported["node"], reported["index"]) == ("n0", 2)
    (asked,) = scene.open_challenges()
    assert asked["node"] == "n0"
    assert scene.record("reads", read)["node"] == "n1"


@pytest.mark.parametrize(
    ("zones", "nodes", "code"),
    [
        (("bj", "sh", "gz", "bj", "sh"), ["n0", "n0", "n1"], "E_CONFLICT"),
        (("bj", "bj", "bj", "bj", "sh"), ["n0", "n1", "n2"], "E_CONFLICT"),
        (("bj", "sh", "gz", "bj", "sh"), ["n0", "n1"], "E_CONFLICT"),
    ],
    ids=["one-operator-twice", "one-zone", "too-few"],
)
def test_afc_2_copies_sit_on_different_operators_in_two_zones(
    zones: tuple[str, ...], nodes: list[str], code: str
) -> None:
    """AFC-2: refused before anything is placed."""
    scene = Scene(zones=zones)
    scene.refused(
        code, OWNER, "declare_object", **scene.new_object("o1", scene.seal(), nodes=nodes)
    )


def test_afc_2_a_repair_keeps_operators_and_zones_apart() -> None:
    """AFC-2: of two free nodes only the one in the second zone may take the copy."""
    scene = Scene(zones=("bj", "sh", "bj", "bj", "sh"))
    scene.stored()
    scene.fail("n1")
    (begun,) = scene.named("RepairBegun")
    assert begun["node"] == "n4"
    check_all(scene)


def test_afc_4_what_is_retained_or_held_cannot_be_released_or_destroyed(scene: Scene) -> None:
    """AFC-4: by nobody: not the owner, not with a court's hold after retention."""
    name = scene.stored()
    scene.refused("E_LOCKED", OWNER, "order_destruction", object=name, reason="old")
    scene.to_expiring()
    assert scene.state(name) == "EXPIRING"
    scene.refused("E_LOCKED", OWNER, "release", object=name)
    short = scene.stored("o2", retention="short")
    scene.ok(COURT, "hold", object=short, reason="案号 1")
    scene.warp(days=2)
    scene.refused("E_LOCKED", OWNER, "order_destruction", object=short, reason="old")
    scene.ok(COURT, "unhold", object=short)
    scene.ok(OWNER, "order_destruction", object=short, reason="old")
    scene.ok(REGULATOR, "hold", object=short, reason="检查")
    scene.refused("E_LOCKED", LEGAL, "sign_destruction", object=short)
    check_all(scene)


def test_afc_4_an_upload_on_hold_is_not_withdrawn(scene: Scene) -> None:
    """AFC-4: E_LOCKED though nobody retains it yet; withdrawn once the court has let it go."""
    scene.declare("o1")
    scene.pin("o1", "n0")
    scene.ok(COURT, "hold", object="o1", reason="案号 1")
    facts = scene.refused("E_LOCKED", OWNER, "withdraw_object", object="o1")
    assert (facts["object"], facts["legal_holds"]) == ("o1", 1)
    assert scene.copy("o1", "n0") == "PINNED"
    scene.ok(COURT, "unhold", object="o1")
    assert scene.ok(OWNER, "withdraw_object", object="o1")["state"] == "RELEASED"
    check_all(scene)


def test_afc_4_a_hold_in_the_grace_of_a_release_keeps_the_copies(scene: Scene) -> None:
    """AFC-4: the grace begins anew as long as it stands; lifted, the copies are dropped."""
    name = scene.stored(retention="short")
    scene.to_expiring()
    scene.ok(OWNER, "release", object=name)
    scene.ok(COURT, "hold", object=name, reason="案号 1")
    for _ in range(2):
        scene.warp(days=31)
        assert {scene.copy(name, node) for node in ("n0", "n1", "n2")} == {"PINNED"}
    scene.ok(COURT, "unhold", object=name)
    scene.warp(days=31)
    assert {scene.copy(name, node) for node in ("n0", "n1", "n2")} == {"DROPPED"}
    check_all(scene)


def test_afc_4_what_must_be_kept_is_renewed_at_the_end_of_its_period(scene: Scene) -> None:
    """AFC-4: retention of ninety days outlives a period of sixty; an empty account only delays."""
    name = scene.stored()
    account = scene.record("money_accounts", f"{OWNER.organization}/CNY")
    scene.ok(OWNER, "withdraw", currency="CNY", amount=account["available"], payee="ab" * 32)
    scene.warp(days=61)
    assert scene.state(name) in {"EXPIRING", "DEGRADED"}
    assert [one["state"] for one in scene.table("deadlines_deadlines").values()].count("FAILED")
    assert scene.record("objects", name)["nodes"]
    scene.deposit(OWNER, 1_000_000)
    scene.warp(days=1)
    assert scene.record("objects", name)["period"] == 2


def test_afc_5_a_node_is_paid_for_passed_challenges_and_never_more_than_the_fee(
    scene: Scene,
) -> None:
    """AFC-5: three nodes, four rounds, one node silent in the last: eleven slices of twelve."""
    name = scene.stored()
    stored = scene.record("objects", name)
    before = scene.record("money_accounts", f"{OPERATORS[0].organization}/CNY")["available"]
    for number in range(4):
        scene.warp(days=12, seconds=1)
        assert len(scene.open_challenges()) == 3
        scene.answer_all(*(["n1"] if number == 3 else []))
    scene.warp(seconds=61)
    paid = sum(one["paid"] for one in scene.named("ChallengeEnded"))
    assert paid == 11 * stored["fee_slice"]
    after = scene.record("money_accounts", f"{OPERATORS[0].organization}/CNY")["available"]
    assert after - before == 4 * stored["fee_slice"]
    failed = [one for one in scene.named("ChallengeEnded") if one["failed"]]
    assert [one["penalty"] for one in failed] == [2 * stored["fee_slice"]]
    check_all(scene)


def test_afc_6_repair_restores_the_copies_and_evicts_the_node(scene: Scene) -> None:
    """AFC-6: two failures make a copy suspect; a repair due in ten minutes a GB replaces it."""
    name = scene.stored()
    scene.fail("n0")
    assert (scene.state(name), scene.copy(name, "n0")) == ("DEGRADED", "SUSPECT")
    (begun,) = scene.named("RepairBegun")
    assert begun["due"] - scene.now <= 600_000
    scene.pin(name, begun["node"])
    assert (scene.state(name), scene.copy(name, "n0")) == ("STORED", "EVICTED")
    check_all(scene)


def test_afc_6_the_loss_of_all_but_one_copy_loses_nothing(scene: Scene) -> None:
    """AFC-6: with k-1 nodes silent for good two repairs begin, and end well."""
    name = scene.stored()
    for number in range(2):
        scene.warp(days=0 if number else 13, seconds=601 if number else 0)
        scene.answer_all("n0", "n1")
        scene.warp(seconds=61)
    assert scene.record("objects", name)["pinned"] == 1
    for begun in scene.named("RepairBegun"):
        scene.pin(name, begun["node"])
    assert scene.state(name) == "STORED"
    assert set(scene.record("objects", name)["nodes"]) == {"n2", "n3", "n4"}
    check_all(scene)


def test_an_object_is_lost_only_when_no_copy_is_left(scene: Scene) -> None:
    """DEGRADED to LOST with no copy; the fee is given back and the nodes are free."""
    name = scene.stored()
    scene.warp(days=13)
    for _ in range(8):
        scene.warp(seconds=61)
        scene.warp(seconds=601)
    assert scene.state(name) == "LOST"
    assert scene.named("ObjectLost")
    check_all(scene)


def test_afc_7_a_gap_in_a_terminals_numbers_is_refused_or_an_alert_with_its_cause(
    scene: Scene,
) -> None:
    """AFC-7: numbers go on across days; a hole needs a cause; none comes twice."""
    scene.terminals(1)
    scene.stored("o1")
    entries = [scene.entry("t0", 1, "o1")]

    def day(first: int, count: int, *gaps: dict[str, Any], on: int = 21) -> dict[str, Any]:
        run = {"terminal": "t0", "first": first, "entries": count, "gaps": [*gaps]}
        return {
            "day": date(2026, 9, on).isoformat(),
            "root": "ab" * 32,
            "size": 1,
            "terminals": [run],
        }

    scene.anchor(entries, [{"terminal": "t0", "first": 1, "entries": 1, "gaps": []}], DAY)
    scene.refused("E_MISSING", OWNER, "anchor_day", **day(3, 1, on=22))
    scene.refused("E_DUP", OWNER, "anchor_day", **day(1, 1, on=22))
    gap = {"first": 2, "count": 3, "cause": "停电"}
    scene.ok(OWNER, "anchor_day", **day(2, 1, gap, on=22))
    (alert,) = scene.named("SequenceGap")
    assert (alert["first"], alert["count"], alert["cause"]) == (2, 3, "停电")
    assert scene.record("terminals", "t0")["next"] == 6


def test_afc_7_each_line_stands_at_the_place_of_its_number(scene: Scene) -> None:
    """AFC-7: a line shown at another number's place is refused, so nothing is swapped in."""
    scene.terminals(1)
    entries = [scene.entry("t0", number, scene.stored(f"o{number}")) for number in (1, 2)]
    swapped = [entries[1], entries[0]]
    runs = [{"terminal": "t0", "first": 1, "entries": 2, "gaps": []}]
    manifest = scene.anchor(swapped, runs, DAY)
    audit = scene.ok(AUDITOR, "draw_audit", manifest=manifest)
    assert audit["indices"] == [0, 1]
    shown = [scene.shown(swapped, 0)]
    scene.refused("E_HASH", OWNER, "show_entries", audit=audit["id"], shown=shown)


def test_afc_7_lines_asked_for_by_business_key_are_shown_or_the_audit_fails(scene: Scene) -> None:
    """AFC-7: a regulator names transactions; a line that is not there cannot be made up."""
    scene.terminals(1)
    lines = [scene.entry("t0", number, scene.stored(f"o{number}")) for number in (1, 2, 3)]
    manifest = scene.anchor(lines, [{"terminal": "t0", "first": 1, "entries": 3, "gaps": []}], DAY)
    scene.ok(RULES, "change_parameters", parameters={"audit_entries": 1})
    keys, nowhere = [one.business_key for one in lines], business_key(b"secret", "TX-404")
    twice = {"manifest": manifest, "asked": [nowhere] * 2}
    facts = scene.refused("E_FORMAT", REGULATOR, "draw_audit", **twice)
    assert facts == {"what": "a business key twice"}
    one = scene.ok(REGULATOR, "draw_audit", manifest=manifest, asked=keys)
    shown = [scene.shown(lines, at) for at in range(3)]
    half = scene.ok(OWNER, "show_entries", audit=one["id"], shown=shown[:1])
    assert half["state"] == "DRAWN"
    whole = scene.ok(OWNER, "show_entries", audit=one["id"], shown=shown[1:])
    assert (whole["state"], set(whole["asked_found"])) == ("PASSED", set(keys))
    two = scene.ok(REGULATOR, "draw_audit", manifest=manifest, asked=[nowhere])
    (drawn,) = two["indices"]
    strange = [shown[(drawn + 1) % 3]]
    scene.refused("E_FORMAT", OWNER, "show_entries", audit=two["id"], shown=strange)
    done = scene.ok(OWNER, "show_entries", audit=two["id"], shown=[shown[drawn]])
    assert done["state"] == "DRAWN"
    scene.warp(days=2)
    assert scene.record("audits", two["id"])["state"] == "FAILED"
    assert scene.named("AuditEnded")[-1]["missing"] == 1
    check_all(scene)


def test_afc_7_a_line_asked_for_whose_object_was_never_stored_fails_the_audit(scene: Scene) -> None:
    """AFC-7: chance drew the other line, which is whole; the one that was asked for is not."""
    scene.terminals(1)
    lines = [scene.entry("t0", number, scene.stored(f"o{number}")) for number in (1, 2)]
    lines[1] = replace(lines[1], object="o9")
    manifest = scene.anchor(lines, [{"terminal": "t0", "first": 1, "entries": 2, "gaps": []}], DAY)
    scene.ok(RULES, "change_parameters", parameters={"audit_entries": 1})
    asked = [lines[1].business_key]
    audits = [scene.ok(AUDITOR, "draw_audit", manifest=manifest, asked=asked) for _ in range(9)]
    audit = next(one for one in audits if one["indices"] == [0])
    shown = [scene.shown(lines, at) for at in range(2)]
    ended = scene.ok(OWNER, "show_entries", audit=audit["id"], shown=shown)
    assert (ended["state"], ended["missing"], ended["asked_missing"]) == ("FAILED", [], asked)
    check_all(scene)


def test_afc_7_a_line_is_on_the_chain_a_minute_after_it_was_written(scene: Scene) -> None:
    """The institution's own ledger: numbered blocks, each with the root of the one before."""
    scene.terminals(1)
    lines = [scene.entry("t0", number, scene.stored(f"o{number}")) for number in (1, 2)]
    roots = [BatchTree([entry_digest(one)]).root for one in lines]
    size = sum(one.size for one in lines)
    blocks = [
        scene.ok(who, "anchor_snapshot", root=root, entries=1, size=size, begun_at=scene.now)
        for who, root in zip((TERMINAL, OWNER), roots, strict=True)
    ]
    assert [one["number"] for one in blocks] == [1, 2]
    assert [one["previous"] for one in blocks] == [None, roots[0]]
    again = {"root": roots[0], "entries": 1, "size": size, "begun_at": scene.now}
    assert scene.refused("E_DUP", OWNER, "anchor_snapshot", **again)["batch"] == blocks[0]["id"]
    ask = scene.ledger.query
    shown = scene.shown(lines[1:], 0)
    assert ask("check_snapshot", snapshot=blocks[1]["id"], shown=shown) == blocks[1]
    with pytest.raises(Refused, match="not at place 0"):
        ask("check_snapshot", snapshot=blocks[0]["id"], shown=shown)
    check_all(scene)


def test_afc_8_a_destroyed_object_is_gone_and_its_proof_stays(scene: Scene) -> None:
    """AFC-8: copies dropped, sealed keys erased, two signers; document and address still there."""
    key = {"ciphertext": "cd" * 32, "plaintext": "ef" * 32, "size": 100}
    name = scene.stored(retention="short", key=key)
    scene.warp(days=2)
    scene.ok(OWNER, "order_destruction", object=name, reason="期满")
    scene.ok(LEGAL, "sign_destruction", object=name)
    scene.ok(CUSTODIAN, "confirm_key_destroyed", object=name)
    assert scene.state(name) == "DESTROYED"
    assert scene.record("keys_records", name)["erased_at"] is not None
    assert {one["state"] for one in scene.table("placements").values()} == {"DROPPED"}
    document = scene.record("files_documents", name)
    assert document["deleted_at"] is not None
    assert scene.record("files_versions", f"{name}/1")["locator"] == scene.files[name].cid
    check_all(scene)


def test_afc_9_equal_plaintexts_of_two_owners_share_nothing_on_the_ledger(scene: Scene) -> None:
    """AFC-9: sealed anew, committed with a salt; the same sealed bytes twice are refused."""
    other = scene.agree(OTHER_OWNER)
    one = scene.declare("o1")
    two = scene.declare("o2", who=OTHER_OWNER, agreement=other)
    for field in ("cid", "plain", "slices_root", "key_id"):
        assert one[field] != two[field]
    again = scene.new_object("o3", scene.files["o1"])
    assert scene.refused("E_DUP", OWNER, "declare_object", **again) == {"object": "o1"}
    scene.ok(OWNER, "declare_object", **scene.new_object("o3", scene.seal()))


def test_afc_10_a_copied_answer_fails(scene: Scene) -> None:
    """AFC-10: another node's answer, under its own seed or under this one's, proves nothing."""
    scene.stored(size=200_000)
    scene.warp(days=13)
    first, second, _ = sorted(scene.open_challenges(), key=lambda one: str(one["node"]))
    assert first["seed"] != second["seed"]
    assert first["index"] != second["index"]
    copied = scene.answer_args(first) | {"challenge": second["id"]}
    operator = OPERATORS[int(second["node"][1:])]
    scene.refused("E_REPLAY", operator, "answer", **copied)
    scene.refused("E_HASH", operator, "answer", **(copied | {"seed": second["seed"]}))
    assert scene.answer(second).code == "ok"


def test_afc_10_a_challenge_is_answered_once_in_time_by_the_node_itself(scene: Scene) -> None:
    """AFC-10: E_REPLAY, E_LATE, E_ROLE."""
    scene.stored()
    scene.warp(days=13)
    first, second, third = scene.open_challenges()
    assert scene.answer(first).code == "ok"
    operator = OPERATORS[int(first["node"][1:])]
    scene.refused("E_REPLAY", operator, "answer", **scene.answer_args(first))
    scene.refused("E_ROLE", operator, "answer", **scene.answer_args(second))
    scene.warp(seconds=61, tick=False)
    operator = OPERATORS[int(third["node"][1:])]
    scene.refused("E_LATE", operator, "answer", **scene.answer_args(third))
    scene.tick()
    scene.refused("E_LATE", operator, "answer", **scene.answer_args(third))
