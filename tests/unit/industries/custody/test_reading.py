# SPDX-License-Identifier: Apache-2.0
"""Reading by a grant: real stores, of which some lie, and two owners with one plaintext."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from tallystick.client.document_files import SealedFacts, seal_file
from tallystick.contracts.parts import KeptFile, ReadBack
from tallystick.crypto import SealingKey
from tallystick.encoding import Cid
from tallystick.errors import Refused
from tallystick.industries.custody import plain_commitment
from tallystick.industries.custody.restoring import run_read
from tests.unit.industries.custody.invariants import check_all
from tests.unit.industries.custody.scene import OTHER_OWNER, OWNER, READER, Scene, SealedFile
from tests.unit.industries.custody.test_keeper import Consortium, SceneLedger, Shelf, consortium

__all__ = ["consortium"]
DAMAGED: Final = 1_500_000
SLICE: Final = 1_024
Lie = Callable[[bytes], bytes]
LIES: Final[dict[str, tuple[Lie, int]]] = {
    "one turned bit": (
        lambda data: data[:DAMAGED] + bytes((data[DAMAGED] ^ 1,)) + data[DAMAGED + 1 :],
        DAMAGED // SLICE,
    ),
    "cut off": (lambda data: data[:DAMAGED], DAMAGED // SLICE),
    "cut off at a slice": (lambda data: data[: 4 * SLICE], 4),
    "too long": (lambda data: data + b"x", 2_441),
    "something else": (lambda data: bytes(len(data)), 0),
    "nothing": (lambda _: b"", 0),
}


class Liars:
    """Nodes as they are, but for some that give other bytes."""

    def __init__(self, consortium: Consortium, lies: dict[str, Lie]) -> None:
        """Let these nodes lie."""
        self._consortium, self._lies = consortium, lies
        self.asked: list[str] = []

    def fetch(self, holder: str, file: KeptFile) -> Iterator[bytes] | None:
        """Give what a node has on its disk, or its lie, in pieces that fit no slice."""
        self.asked.append(holder)
        data = b"".join(self._consortium.fetch(holder, file) or ())
        told = self._lies.get(holder, bytes)(data)
        return iter([told[at : at + 100_000] for at in range(0, len(told), 100_000)])


def granted(scene: Scene) -> str:
    """Let the reader read the object for an audit, as often as it likes."""
    terms = {"object": "o1", "reader": READER.organization, "purpose": "audit"}
    return str(scene.ok(OWNER, "grant_read", **terms, valid_until=scene.now + 10**6)["id"])


def read(consortium: Consortium, store: Shelf, sources: Liars, purpose: str = "audit") -> ReadBack:
    """Read as the reader."""
    grant = granted(consortium.scene)
    return run_read(SceneLedger(consortium.scene, READER), store, sources, grant, purpose)


@pytest.mark.parametrize("lie", LIES)
def test_afc_1_damaged_bytes_are_fetched_from_another_node_and_reported(
    consortium: Consortium, tmp_path: Path, lie: str
) -> None:
    """AFC-1: only bytes of the address are returned; who gave others is named, and challenged."""
    scene, store = consortium.scene, Shelf(tmp_path / "reader")
    file = consortium.declare()
    consortium.keep()
    change, index = LIES[lie]
    sources = Liars(consortium, {"n0": change})
    done = read(consortium, store, sources)
    assert (done.holder, done.damaged, sources.asked) == ("n1", (("n0", index),), ["n0", "n1"])
    assert b"".join(store.depot.read(Cid.parse(consortium.object().cid))) == file.content
    (reported,) = scene.named("CorruptionReported")
    assert (reported["node"], reported["index"]) == ("n0", index)
    assert [one["node"] for one in scene.open_challenges()] == ["n0"]
    assert scene.record("reads", done.read)["node"] == "n1"
    check_all(scene)


def test_afc_1_honest_nodes_are_not_reported(consortium: Consortium, tmp_path: Path) -> None:
    """AFC-1: the first one is enough, and nobody is challenged."""
    scene = consortium.scene
    consortium.declare()
    consortium.keep()
    done = read(consortium, Shelf(tmp_path / "reader"), Liars(consortium, {}))
    assert (done.holder, done.damaged) == ("n0", ())
    assert scene.named("CorruptionReported") == scene.open_challenges() == []


def test_afc_1_where_all_lie_nothing_is_returned(consortium: Consortium, tmp_path: Path) -> None:
    """AFC-1: no byte stays, and the read is not said to be done."""
    scene, store = consortium.scene, Shelf(tmp_path / "reader")
    consortium.declare()
    consortium.keep()
    change, _ = LIES["one turned bit"]
    done = read(consortium, store, Liars(consortium, dict.fromkeys(("n0", "n1", "n2"), change)))
    assert (done.holder, [node for node, _ in done.damaged]) == (None, ["n0", "n1", "n2"])
    assert store.depot.cids() == []
    assert not [one for one in (tmp_path / "reader").rglob("*") if one.is_file()]
    assert scene.record("reads", done.read)["done_at"] is None


def test_no_byte_is_fetched_that_the_grant_does_not_allow(
    consortium: Consortium, tmp_path: Path
) -> None:
    """The ledger is asked before any node."""
    consortium.declare()
    consortium.keep()
    sources = Liars(consortium, {})
    with pytest.raises(Refused):
        read(consortium, Shelf(tmp_path / "reader"), sources, purpose="curiosity")
    assert sources.asked == []


def sealed_by(folder: Path, clear: Path) -> tuple[SealedFacts, SealedFile]:
    """Seal a file as a client does, with real age."""
    key = SealingKey.generate().public_key
    made = seal_file(clear, folder, media_type="application/pdf", public_key=key)
    return made.facts, SealedFile(made.sealed.read_bytes())


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text of a record."""
    if isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)
    elif isinstance(value, str):
        yield value


def test_afc_9_one_plaintext_of_two_owners_is_linked_by_nothing_in_custody(tmp_path: Path) -> None:
    """AFC-9: sealed twice as a client does; ciphertext, address and every record tell nothing."""
    clear = tmp_path / "voucher.pdf"
    clear.write_bytes(b"voucher 7 pays 1,234.56 to Wang\n" * 40)
    scene = Scene()
    agreements = {OWNER: scene.agreement, OTHER_OWNER: scene.agree(OTHER_OWNER)}
    before = len(scene.events)
    told: dict[str, set[str]] = {}
    sealed: dict[str, SealedFile] = {}
    for number, (who, agreement) in enumerate(agreements.items()):
        name = f"o{number}"
        facts, sealed[name] = sealed_by(tmp_path / name, clear)
        assert facts.cid == sealed[name].cid
        salt = sha256(name.encode()).digest()  # of each owner's own: nobody else has it
        args = scene.new_object(name, sealed[name], agreement=agreement)
        args |= {
            "plain": plain_commitment(name, facts.sha256, salt),
            "slices_root": facts.slices_root,
            "media_type": facts.media_type,
            "size": facts.size,
        }
        scene.ok(who, "declare_object", **args)
        events = [dict(one.fields) for one in scene.events[before:]]
        before = len(scene.events)
        told[name] = {*texts_in(scene.record("objects", name)), *texts_in(events)}
        assert facts.sha256 not in " ".join(told[name])
    assert sealed["o0"].content != sealed["o1"].content
    assert sealed["o0"].cid != sealed["o1"].cid
    # What both have in common is of the network: nodes, class, kind of file, states.
    common = {one for one in told["o0"] & told["o1"] if len(one) > 18}
    assert common <= {"application/pdf"}
    assert {len(one) for one in told["o0"] if one.startswith("b")} >= {59}, "addresses were seen"
