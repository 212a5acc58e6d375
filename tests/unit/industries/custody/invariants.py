# SPDX-License-Identifier: Apache-2.0
"""The numbered invariants of custody, checked against the whole state."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from tests.unit.industries.custody.scene import Scene

_LIVE = {"OFFERED", "PINNED", "SUSPECT"}
_KEPT = {"STORED", "DEGRADED", "HELD", "EXPIRING", "RENEWED"}


def check_all(scene: Scene) -> None:
    """Check every invariant that a state can show."""
    afc_2_copies_lie_apart(scene)
    afc_4_what_must_be_kept_is_kept(scene)
    afc_5_paid_for_passed_challenges_only(scene)
    afc_6_what_lacks_copies_is_being_repaired(scene)
    afc_7_numbers_go_on_without_a_hole(scene)
    afc_10_answers_come_in_time(scene)
    checks_found_what_was_drawn(scene)
    room_is_what_copies_take(scene)
    money_is_conserved(scene)


def afc_2_copies_lie_apart(scene: Scene) -> None:
    """No two live copies at one operator; full sets lie in the agreed zones."""
    copies = defaultdict(list)
    for one in scene.table("placements").values():
        if one["state"] in _LIVE:
            copies[one["object"]].append(one)
    for name, stored in scene.table("objects").items():
        agreement = scene.record("agreements", stored["agreement"])
        live = copies[name]
        assert {one["node"] for one in live} == set(stored["nodes"])
        assert len({one["operator"] for one in live}) == len(live)
        good = [one for one in live if one["state"] == "PINNED"]
        assert stored["pinned"] == len(good)
        if len(good) >= agreement["copies"]:
            assert len({one["zone"] for one in good}) >= agreement["zones"]
        if stored["state"] == "STORED":
            assert len(good) >= agreement["copies"]
        if stored["state"] == "LOST":
            assert not live


def afc_4_what_must_be_kept_is_kept(scene: Scene) -> None:
    """What ended by a human hand was neither retained nor on hold."""
    documents = scene.table("files_documents")
    for name, stored in scene.table("objects").items():
        retain_until = documents[name]["retain_until"]
        if stored["state"] == "DESTROYED":
            assert documents[name]["deleted_at"] >= retain_until
        if stored["state"] == "RELEASED" and stored["stored_at"] is not None:
            assert stored["ended_at"] >= retain_until
        if stored["state"] == "HELD":
            assert documents[name]["legal_holds"] > 0


def afc_5_paid_for_passed_challenges_only(scene: Scene) -> None:
    """What operators were paid is the price of passed challenges, and no more than the fee."""
    paid: Counter[tuple[str, int]] = Counter()
    postings = scene.table("money_postings")
    for name, asked in scene.table("challenges").items():
        posting = postings.get(name)
        if posting is not None:
            assert asked["state"] == "PASSED"
            assert posting["amount"] == asked["pays"]
            assert posting["credit"] == asked["operator"]
            paid[asked["object"], asked["period"]] += posting["amount"]
    holds = scene.table("money_holds")
    for (name, period), amount in paid.items():
        stored = scene.record("objects", name)
        agreement = scene.record("agreements", stored["agreement"])
        fee = stored["fee_slice"] * agreement["copies"] * agreement["challenges"]
        hold = holds.get(f"fee/{name}/{period}")
        assert amount + (0 if hold is None else hold["amount"]) <= fee


def afc_6_what_lacks_copies_is_being_repaired(scene: Scene) -> None:
    """A copy too few is known since when, and a new one is offered or a node waited for."""
    deadlines, placements = scene.table("deadlines_deadlines"), scene.table("placements")
    for name, stored in scene.table("objects").items():
        copies = scene.record("agreements", stored["agreement"])["copies"]
        if stored["state"] not in _KEPT:
            assert stored["degraded_at"] is None
            continue
        assert (stored["degraded_at"] is not None) == (stored["pinned"] < copies)
        coming = [placements[f"{name}/{node}"]["state"] for node in stored["nodes"]]
        wanted = coming.count("OFFERED") + coming.count("PINNED")
        assert wanted >= copies or f"{name}/mend" in deadlines
    for repair in scene.table("repairs").values():
        assert repair["done_at"] is None or repair["done_at"] <= repair["due"]


def afc_7_numbers_go_on_without_a_hole(scene: Scene) -> None:
    """Every terminal's numbers, day after day, are entries or explained; days are a chain."""
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for day in scene.table("manifests").values():
        days[day["owner"]].append(day)
    following: Counter[str] = Counter()
    for owner, chain in days.items():
        chain.sort(key=lambda day: day["number"])
        assert [day["number"] for day in chain] == list(range(1, len(chain) + 1))
        assert [day["previous"] for day in chain] == [None, *(day["root"] for day in chain[:-1])]
        assert scene.record("archives", owner)["days"] == len(chain)
        for day in chain:
            assert day["entries"] == sum(run["entries"] for run in day["terminals"])
            for run in day["terminals"]:
                assert run["first"] == following[run["terminal"]] + 1
                explained = sum(gap["count"] for gap in run["gaps"])
                following[run["terminal"]] += run["entries"] + explained
    for name, terminal in scene.table("terminals").items():
        assert terminal["next"] == following[name] + 1


def afc_10_answers_come_in_time(scene: Scene) -> None:
    """Whatever passed was answered by its due; no two challenges have a seed in common."""
    asked = list(scene.table("challenges").values())
    for one in asked:
        assert (one["state"] == "PASSED") == (one["answered_at"] is not None)
        assert one["answered_at"] is None or one["answered_at"] <= one["due"]
    assert len({one["seed"] for one in asked}) == len(asked)


def checks_found_what_was_drawn(scene: Scene) -> None:
    """An audit passes when each drawn line was found; a drill when its line came back."""
    for audit in scene.table("audits").values():
        found, missing = set(audit["found"]), set(audit["missing"])
        assert not found & missing
        assert found | missing <= set(audit["indices"])
        is_whole = found == set(audit["indices"])
        assert (audit["state"] == "PASSED") == (
            is_whole and set(audit["asked_found"]) == set(audit["asked"])
        )
    for drill in scene.table("drills").values():
        assert drill["state"] != "PASSED" or drill["node"] is not None


def room_is_what_copies_take(scene: Scene) -> None:
    """A node's used room is the size of its live copies, within its capacity."""
    used: Counter[str] = Counter()
    for one in scene.table("placements").values():
        if one["state"] in _LIVE:
            used[one["node"]] += scene.record("objects", one["object"])["size"]
    for name, node in scene.table("nodes").items():
        assert node["used"] == used[name] <= node["capacity"]


def money_is_conserved(scene: Scene) -> None:
    """The sum over all accounts is what the bank has issued; holds are what is on hold."""
    accounts = scene.table("money_accounts").values()
    total = sum(one["available"] + one["held"] for one in accounts)
    assert total == scene.record("money_assets", "CNY")["outstanding"]
    held = sum(one["held"] for one in accounts)
    assert held == sum(one["amount"] for one in scene.table("money_holds").values())
