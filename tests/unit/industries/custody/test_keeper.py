# SPDX-License-Identifier: Apache-2.0
"""Keepers of five operators with real stores and real bytes: repair, damage, challenges."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from tallystick.cli.keeping import DepotBytes
from tallystick.contracts import Record
from tallystick.contracts.parts import KeptFile
from tallystick.encoding import Cid
from tallystick.errors import Refused
from tallystick.industries.custody.keeper import Keeper
from tallystick.industries.custody.records import StoredObject
from tallystick.merkle import address_of
from tallystick.model import Signer
from tests.unit.industries.custody.invariants import check_all
from tests.unit.industries.custody.scene import LEGAL, OPERATORS, OWNER, Scene, SealedFile

R = TypeVar("R", bound=Record)
SIZE = 2_500_000
"""Three chunks of the address's tree."""


class SceneLedger:
    """A scene as an operator's keeper sees it."""

    def __init__(self, scene: Scene, operator: Signer) -> None:
        """Sign as this operator."""
        self._scene, self._operator = scene, operator

    def rows(self, table: str, kind: type[R], /, **equal: str) -> Sequence[R]:
        """Return the rows that fit."""
        return [
            msgspec.convert(one, kind)
            for _, one in sorted(self._scene.table(table).items())
            if all(one[name] == value for name, value in equal.items())
        ]

    def record(self, table: str, kind: type[R], /, *key: str | int) -> R | None:
        """Return a record by its key."""
        found = self._scene.table(table).get("/".join(map(str, key)))
        return None if found is None else msgspec.convert(found, kind)

    def act(self, method: str, **arguments: Any) -> Any:
        """Call an action."""
        done = self._scene.do(self._operator, method, **arguments)
        if done.code != "ok":
            raise type("ByContract", (Refused,), {"code": done.code})(method)
        return done.result


class Shelf(DepotBytes):
    """The depot that `tally custody keep` uses, with a hand that damages."""

    def __init__(self, folder: Path) -> None:
        """Use a folder."""
        super().__init__(folder)
        self.folder = folder

    def damage(self, stored: StoredObject, at: int) -> None:
        """Turn one byte behind the depot's back."""
        (path,) = (one for one in (self.folder / "store").rglob(stored.cid) if one.is_file())
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.unlink()
        path.write_bytes(data)


class Consortium:
    """Five operators with stores of their own, and an owner that keeps the sealed file at first."""

    def __init__(self, folder: Path) -> None:
        """Begin with nothing stored."""
        self.scene = Scene()
        self.stores = {f"n{n}": Shelf(folder / f"n{n}") for n in range(5)}
        self.lost: set[str] = set()
        self.owned: dict[str, bytes] = {}

    def fetch(self, holder: str, file: KeptFile) -> Iterator[bytes] | None:
        """Give what a node's disk has, or what the owner has, unchecked."""
        if holder in self.lost:
            return None
        if holder == OWNER.organization:
            found = self.owned.get(file.cid)
            return None if found is None else iter([found])
        for path in (self.stores[holder].folder / "store").rglob(file.cid):
            return iter([path.read_bytes()])
        return None

    def declare(self, name: str = "o1", **more: Any) -> SealedFile:
        """Declare an object of three chunks under its real address."""
        file = self.scene.seal(SIZE)
        address = address_of(file.content)
        args = self.scene.new_object(name, file, **more)
        args |= {"cid": str(address.cid), "slices_root": address.slices_root.hex()}
        self.scene.ok(OWNER, "declare_object", **args)
        self.owned[str(address.cid)] = file.content
        return file

    def keep(self) -> dict[str, Any]:
        """Let every operator that is not lost do a round."""
        return {
            f"n{n}": Keeper(
                operator.organization,
                SceneLedger(self.scene, operator),
                self.stores[f"n{n}"],
                self,
            ).run_once()
            for n, operator in enumerate(OPERATORS)
            if f"n{n}" not in self.lost
        }

    def object(self, name: str = "o1") -> StoredObject:
        """Return an object as the ledger has it."""
        return msgspec.convert(self.scene.record("objects", name), StoredObject)


@pytest.fixture
def consortium(tmp_path: Path) -> Consortium:
    """Five operators."""
    return Consortium(tmp_path)


@pytest.mark.parametrize("lost", list(combinations(("n0", "n1", "n2"), 2)), ids="-".join)
def test_afc_6_repair_after_the_loss_of_all_but_one_node(
    consortium: Consortium, lost: tuple[str, ...]
) -> None:
    """AFC-6: whichever k-1 of k nodes are gone, the last feeds two new ones; nothing is lost."""
    scene = consortium.scene
    file = consortium.declare()
    consortium.keep()
    assert scene.state("o1") == "STORED"
    consortium.owned.clear()
    consortium.lost |= set(lost)
    (left,) = {"n0", "n1", "n2"} - set(lost)
    for days, seconds in ((13, 0), (0, 601)):
        scene.warp(days=days, seconds=seconds)
        consortium.keep()
        scene.warp(seconds=61)
    assert (scene.state("o1"), consortium.object().pinned) == ("DEGRADED", 1)
    due = [one["due"] - scene.now for one in scene.named("RepairBegun")]
    assert len(due) == 2
    assert max(due) <= 600_000
    done = consortium.keep()
    assert scene.state("o1") == "STORED"
    assert set(consortium.object().nodes) == {left, "n3", "n4"}
    assert consortium.object().pinned == 3
    assert [done["n3"].pinned, done["n4"].pinned] == [("o1",), ("o1",)]
    cid = Cid.parse(consortium.object().cid)
    for node in (left, "n3", "n4"):
        found = b"".join(consortium.stores[node].depot.read(cid))
        assert hashlib.sha256(found).digest() == hashlib.sha256(file.content).digest()
    check_all(scene)


def test_afc_1_a_corrupted_copy_is_admitted_never_handed_on_and_replaced(
    consortium: Consortium,
) -> None:
    """AFC-1: one turned bit; the repairing node refuses these bytes and takes another copy."""
    scene = consortium.scene
    consortium.declare()
    consortium.keep()
    consortium.owned.clear()
    consortium.stores["n0"].damage(consortium.object(), 1_500_000)
    rounds = consortium.keep()
    assert rounds["n0"].damaged == ("o1",)
    later = [rounds, consortium.keep()]
    wrong = [one for each in later for round_ in each.values() for one in round_.refused_sources]
    assert set(wrong) == {("o1", "n0")}
    assert scene.state("o1") == "STORED"
    assert scene.copy("o1", "n0") == "EVICTED"
    check_all(scene)


def test_challenges_are_answered_from_the_stores(consortium: Consortium) -> None:
    """Every round of a period passes; nodes are paid."""
    scene = consortium.scene
    consortium.declare()
    consortium.keep()
    scene.warp(days=12, seconds=1)
    answered = [name for one in consortium.keep().values() for name in one.answered]
    assert len(answered) == 3
    assert sum(one["passed"] for one in scene.named("ChallengeEnded")) == 3
    check_all(scene)


def test_a_node_that_forged_its_address_is_refused(consortium: Consortium) -> None:
    """E_HASH: nothing is pinned that has another address; an unfetched offer stays open."""
    scene = consortium.scene
    consortium.declare()
    consortium.owned[consortium.object().cid] = b"\x00" * SIZE
    rounds = consortium.keep()
    assert all(one.unfetched == ("o1",) for name, one in rounds.items() if name in "n0 n1 n2")
    assert scene.state("o1") == "UPLOADING"
    operator = OPERATORS[0]
    scene.refused("E_HASH", operator, "pin", object="o1", node="n0", cid="b" + "a" * 58)


def test_what_was_destroyed_leaves_the_stores(consortium: Consortium) -> None:
    """AFC-8: after two signatures every keeper removes its bytes."""
    scene = consortium.scene
    consortium.declare(retention="short")
    consortium.keep()
    scene.warp(days=2)
    scene.ok(OWNER, "order_destruction", object="o1", reason="期满")
    scene.ok(LEGAL, "sign_destruction", object="o1")
    rounds = consortium.keep()
    assert [rounds[f"n{n}"].forgotten for n in range(3)] == [("o1",)] * 3
    assert not any(store.depot.cids() for store in consortium.stores.values())
