# SPDX-License-Identifier: Apache-2.0
"""The numbered invariants of custody, checked against the whole state."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.unit.industries.custody.scene import Scene

_LIVE = {"OFFERED", "PINNED", "SUSPECT"}
_KEPT = {"STORED", "DEGRADED", "HELD", "EXPIRING", "RENEWED"}


def check_all(scene: Scene) -> None:
    """Check every invariant that a state can show."""
    afc_2_copies_lie_apart(scene)
    afc_4_what_must_be_kept_is_kept(scene)
    afc_5_paid_for_passed_challenges_only(scene)
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
    for (name, _), amount in paid.items():
        stored = scene.record("objects", name)
        agreement = scene.record("agreements", stored["agreement"])
        fee = stored["fee_slice"] * agreement["copies"] * agreement["challenges"]
        assert amount <= fee


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
