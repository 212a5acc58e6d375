# SPDX-License-Identifier: Apache-2.0
"""`tally custody keep`, `export-car`, `restore`, `drill`: copies at a node with the register."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.cli import keep_command
from tallystick.cli.keep_command import Round
from tallystick.cli.keeping import DepotBytes, OwnNode, places_of
from tallystick.client import Identity, KeyStore, connect
from tallystick.contracts import digest_of
from tallystick.contracts.parts import BatchTree, Kept
from tallystick.contracts.registers import DocumentRegister, SealingKeys
from tallystick.crypto import SealingKey
from tallystick.documents import write_car
from tallystick.errors import Refused, TallystickError, Unavailable, UsageError
from tallystick.industries.custody import (
    Custody,
    ManifestEntry,
    directory_of,
    entry_digest,
    plain_commitment,
)
from tallystick.merkle import address_of
from tallystick.model import ROLE_ADMINISTRATOR, Name, Organization
from tallystick.node import NodeConfig, create_network
from tests.canaries import canaries_of, search_for
from tests.factories import COURT, LOG_KEY, make_genesis, member, member_key, secret
from tests.serving import served_node
from tests.unit.cli.conftest import Outcome, Tally
from tests.unit.industries.custody.scene import organization

CANARY = b"canary: nobody but its owner may read that voucher 7 pays 1,234.56 to Wang\n"
CLEAR = CANARY * 20_000
OPERATORS = tuple(organization(20 + number) for number in range(4))
SETTLING = organization(5)
DAY_MS = 86_400_000
ADMIN = (ROLE_ADMINISTRATOR,)
"""Who may publish a sealing key."""
IDENTITIES = {
    "owner": Identity(COURT, "sun", secret(20)),
    "legal": Identity(COURT, "zhao", secret(24)),
    "rules": Identity(SETTLING, "he", secret(21)),
    "bank": Identity(SETTLING, "qian", secret(22)),
    "auditor": Identity(SETTLING, "wu", secret(23)),
    "reader": Identity(SETTLING, "gu", secret(25)),
    **{
        f"n{number}": Identity(code, "keeper", secret(30 + number))
        for number, code in enumerate(OPERATORS)
    },
}


def genesis() -> Any:
    """Return an owner, a settling bank and four operators."""
    whole = make_genesis()
    roles = {name: f"custody.{name}" for name in ("owner", "rules", "bank", "auditor", "reader")}
    roles["legal"] = "custody.legal-officer"
    people = IDENTITIES.items()
    return msgspec.structs.replace(
        whole,
        organizations=(
            *whole.organizations,
            *(
                Organization(id=code, name=Name(zh="机构", en=f"Organisation {code}"))
                for code in (SETTLING, *OPERATORS)
            ),
        ),
        members=(
            *whole.members,
            *(
                member(one.organization, one.member, *ADMIN, roles.get(name, "custody.operator"))
                for name, one in people
            ),
        ),
        keys=(
            *whole.keys,
            *(member_key(one.secret, one.organization, one.member) for _, one in people),
        ),
        contracts=("custody", "documents", "sealing_keys"),
    )


class World:
    """One node, its people, and the folders of the operators."""

    def __init__(self, tally: Tally, folder: Path, url: str) -> None:
        """Prepare money, nodes and an agreement."""
        self.tally, self.folder, self.url, self.key = tally, folder, url, SealingKey.generate()
        self.act("rules", "define_class", id="voucher", title="会计凭证", days=10_957)
        self.act("bank", "open_money", currency="CNY")
        for number, code in enumerate((COURT, *OPERATORS)):
            money = {"currency": "CNY", "amount": 1_000_000, "reference": f"D{number}"}
            self.act("bank", "receive_deposit", organization=code, **money)
        for number in range(4):
            terms = {"capacity": 10**9, "price": 10, "currency": "CNY", "stake": 100_000}
            self.act(f"n{number}", "offer_node", id=f"n{number}", zone=f"z{number}", **terms)
        terms = {"copies": 3, "zones": 2, "period_days": 365, "price": 20, "challenges": 12}
        self.agreement = self.act("owner", "make_agreement", currency="CNY", **terms)["id"]

    def act(self, who: str, method: str, **args: Any) -> Any:
        """Call an action of the contract."""
        with connect(self.url, identity=IDENTITIES[who]) as net:
            return net.call("custody", method, **args).result

    def put(self, **stated: Any) -> None:
        """Seal a file, upload it to the node, and have three copies of it kept."""
        self.act("rules", "define_class", id="short", title="临时", days=1)
        clear = self.folder / "voucher.pdf"
        clear.write_bytes(CLEAR)
        with connect(self.url, identity=IDENTITIES["owner"]) as net:
            net.call("sealing_keys", "publish", public_key=self.key.public_key)
            facts = net.documents.put(clear, document="D-1").facts
        clear.unlink()
        usual = {
            "id": "v1",
            "agreement": self.agreement,
            "cid": facts.cid,
            "ciphertext": digest_of("sealed"),
            "plain": plain_commitment("v1", facts.sha256, b"salt"),
            "size": facts.size,
            "slices_root": facts.slices_root,
            "media_type": "application/pdf",
            "retention": "voucher",
            "key_id": "key-1",
            "nodes": ["n0", "n1", "n2"],
        }
        self.act("owner", "declare_object", **(usual | stated))

    def keep(self, node: str, *words: object) -> Outcome:
        """Let an operator's keeper do a round."""
        folder = self.folder / "kept" / node
        return self.tally("custody", "keep", "--folder", folder, "--as", node, *words, "--json")

    def verb(self, verb: str, *words: object, who: str = "auditor") -> Outcome:
        """Run a verb of the contract."""
        return self.tally("custody", verb, *words, *(("--as", who) if who else ()), "--json")

    def archive(self) -> tuple[str, Path]:
        """Anchor a day of the one object; return the day and the file of its lines."""
        self.act("owner", "register_terminal", id="t1", branch="网点")
        with connect(self.url) as net:
            stored = net.query("custody", "show_object", object="v1")["object"]
        facts = {"object": "v1", "cid": stored["cid"], "size": stored["size"]}
        line = ManifestEntry(terminal="t1", sequence=1, business_key="ab" * 32, **facts)
        run = {"terminal": "t1", "first": 1, "entries": 1, "gaps": []}
        root = BatchTree([entry_digest(line)]).root
        day = {"day": "2026-09-21", "root": root, "size": line.size, "terminals": [run]}
        lines = self.folder / "day.jsonl"
        lines.write_bytes(directory_of([line]))
        return self.act("owner", "anchor_day", **day)["id"], lines

    def bytes_at(self, node: str) -> Path:
        """Return the file with an operator's sealed bytes."""
        (found,) = (one for one in (self.folder / "kept" / node / "store").rglob("baf*"))
        return found

    def open(self, out: Path) -> None:
        """Open the register's document as its owner."""
        with connect(self.url, identity=IDENTITIES["owner"]) as net:
            net.documents.get("D-1", out, [self.key])

    def destroy(self) -> None:
        """Let two persons of the owner sign that the object is destroyed."""
        self.act("owner", "order_destruction", object="v1", reason="期满")
        self.act("legal", "sign_destruction", object="v1")

    def keepers(self) -> set[str]:
        """Return whom the register lets hold the sealed file without opening it."""
        with connect(self.url) as net:
            return {one["organization"] for one in net.table("documents.holders") if one["keeps"]}

    def state(self) -> str:
        """Return the state of the object."""
        with connect(self.url) as net:
            return str(net.query("custody", "show_object", object="v1")["object"]["state"])


def two_days_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clocks of node and clients, which run in this process, say so."""
    now_ns = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now_ns() + 2 * DAY_MS * 1_000_000)


@pytest.fixture
def world(
    tally: Tally, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """Serve a node; keys of everybody are here."""
    assert home.exists()
    create_network(tmp_path / "node", genesis(), LOG_KEY)
    contracts = (Custody, DocumentRegister, SealingKeys)
    for name, identity in IDENTITIES.items():
        KeyStore().save(name, identity)
    config = NodeConfig(data=tmp_path / "node", workers=False, contracts=contracts)
    with served_node(config) as served:
        monkeypatch.setenv("TALLY_URL", served.url)
        yield World(tally, tmp_path, served.url)


def test_afc_3_copies_are_fetched_proven_repaired_and_never_in_clear(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """AFC-1, 3, 6: download by the register, a challenge, damage, repair from another's folder."""
    caplog.set_level(logging.DEBUG)
    world.put()
    for node in ("n0", "n1", "n2"):
        done = world.keep(node)
        assert (done.code, done.json["pinned"]) == (0, ["v1"]), done
    assert world.state() == "STORED"
    world.act("owner", "challenge_copy", object="v1", node="n0")
    assert len(world.keep("n0").json["answered"]) == 1

    (stored,) = (path for path in (tmp_path / "kept" / "n2" / "store").rglob("*") if path.is_file())
    stored.unlink()
    stored.write_bytes(b"\0")
    assert world.keep("n2").json["damaged"] == ["v1"]
    assert world.state() == "DEGRADED"
    nowhere = ("--source", "n0=http://localhost:9")
    kept = ("--source", f"n1={tmp_path / 'kept' / 'n1'}")
    repaired = world.keep("n3", *nowhere, *kept)
    assert (repaired.code, repaired.json["pinned"]) == (0, ["v1"]), repaired
    assert world.state() == "STORED"
    assert world.keep("n2").json["forgotten"] == ["v1"]
    assert world.keepers() == {OPERATORS[0], OPERATORS[1], OPERATORS[3]}
    assert world.keep("n3").json == {name: [] for name in repaired.json}

    canaries = canaries_of(CANARY)
    for place in (tmp_path / "kept", tmp_path / "node", tmp_path / "home"):
        search_for(place, canaries)
    assert not [one for one in canaries if one.decode("latin-1") in caplog.text]


def test_afc_8_what_was_destroyed_is_opened_by_nobody_through_the_register(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner opens it before; two signatures later the register has a tombstone, not a key."""
    world.put(retention="short")
    for node in ("n0", "n1", "n2"):
        world.keep(node)
    world.open(tmp_path / "before.pdf")
    assert (tmp_path / "before.pdf").read_bytes() == CLEAR
    two_days_later(monkeypatch)
    world.destroy()
    with pytest.raises(TallystickError) as refused:
        world.open(tmp_path / "after.pdf")
    assert refused.value.code == "E_ERASED"
    assert not (tmp_path / "after.pdf").exists()
    with connect(world.url) as net:
        assert net.documents.facts("D-1").erased_at is not None
    assert world.state() == "DESTROYED"


@pytest.mark.parametrize("more", ["version", "retention"])
def test_afc_8_nothing_is_destroyed_while_the_register_must_keep_it(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    """E_STATE for another content in the document, or a longer retention; all stays as it was."""
    world.put(retention="short")
    for node in ("n0", "n1", "n2"):
        world.keep(node)
    other = tmp_path / "other.pdf"
    other.write_bytes(b"another content")
    with connect(world.url, identity=IDENTITIES["owner"]) as net:
        if more == "version":
            net.documents.put(other, document="D-1", version=2)
        else:
            until = time.time_ns() // 1_000_000 + 9 * DAY_MS
            net.call("documents", "extend", document="D-1", retain_until=until)
    two_days_later(monkeypatch)
    with pytest.raises(Refused) as refused:
        world.destroy()
    assert refused.value.code == "E_STATE"
    assert world.state() == "STORED"
    assert len(world.keepers()) == 3
    if more == "version":
        with connect(world.url, identity=IDENTITIES["owner"]) as net:
            net.call("documents", "erase", document="D-1")
        world.act("legal", "sign_destruction", object="v1")
        assert world.state() == "DESTROYED"


def test_a_keeper_that_its_owner_dismissed_is_not_dismissed_twice(world: World) -> None:
    """The copy ends all the same; what the owner has named by hand is left alone."""
    with connect(world.url, identity=IDENTITIES["owner"]) as net:
        world.put()
        dismissed = {"document": "D-1", "organization": OPERATORS[2]}
        net.call("documents", "let_go", **dismissed)
        net.call("documents", "keep_at", document="D-1", organization=OPERATORS[3])
    assert world.keepers() == {OPERATORS[0], OPERATORS[1], OPERATORS[3]}
    world.act("owner", "withdraw_object", object="v1")
    assert world.keepers() == {OPERATORS[3]}


def test_a_round_can_give_what_it_has_to_the_own_node(world: World, tmp_path: Path) -> None:
    """Once for a process; a damaged file is not taken, and that is said."""
    world.put()
    done = world.keep("n0", "--serve")
    assert (done.code, len(done.json["served"])) == (0, 1), done
    (store,) = (tmp_path / "node" / "documents" / "store").rglob("baf*")
    assert store.read_bytes() == world.bytes_at("n0").read_bytes()
    kept = DepotBytes(tmp_path / "kept" / "n0")
    with connect(world.url, identity=IDENTITIES["n0"]) as net:
        node = OwnNode(net)
        assert node.give_all(kept) == tuple(done.json["served"])
        assert node.give_all(kept) == ()
    unknown = DepotBytes(tmp_path / "unknown")
    unknown.depot.keep(address_of(b"x"), [b"x"])
    with connect(world.url, identity=IDENTITIES["bank"]) as net:
        assert OwnNode(net).give_all(unknown) == ()
        assert OwnNode(net).give_all(kept) == ()  # the bank keeps nothing: its node refuses


def test_a_round_without_a_source_says_so(world: World, tmp_path: Path) -> None:
    """Exit code 1 and the object's name; nothing is pinned, and the next round tries again."""
    world.put()
    empty = tmp_path / "empty"
    done = world.keep("n0", "--source", f"{COURT}={empty}")
    assert (done.code, done.json["unfetched"], done.json["pinned"]) == (1, ["v1"], [])
    assert world.keep("n0").json["pinned"] == ["v1"]
    assert world.keep("n0", "--source", "n1").json["error"]["code"] == "E_USAGE"
    assert "Ctrl-C" not in done.err
    assert "签收" in world.tally("--lang", "zh", "custody", "keep", "--help").out


def test_a_car_goes_out_and_comes_back_and_a_wrong_block_is_refused(
    world: World, tmp_path: Path
) -> None:
    """AFC-1: exported from a keeper, restored against the ledger; an altered archive is refused."""
    world.put()
    world.keep("n0")
    source = ("--source", f"n0={tmp_path / 'kept' / 'n0'}")
    car = tmp_path / "v1.car"
    done = world.verb("export-car", "v1", "--out", car, *source)
    assert (done.code, done.json["holder"]) == (0, "n0"), done
    assert done.json["size"] == car.stat().st_size
    sealed = world.bytes_at("n0").read_bytes()
    assert sealed[-1_000:] == car.read_bytes()[-1_000:]

    back, folder = tmp_path / "back.age", tmp_path / "taken"
    again = world.verb("restore", car, "--out", back, "--folder", folder, who="")
    assert (again.code, again.json["object"]) == (0, "v1"), again
    assert back.read_bytes() == sealed
    (taken,) = (folder / "store").rglob("baf*")
    taken.unlink()
    taken.write_bytes(b"damaged")
    assert world.verb("restore", car, "--folder", folder, who="").code == 0
    assert taken.read_bytes() == sealed

    whole = bytearray(car.read_bytes())
    whole[-1] ^= 1
    car.write_bytes(whole)
    wrong, nowhere = tmp_path / "wrong.age", tmp_path / "nowhere"
    refused = world.verb("restore", car, "--out", wrong, "--folder", nowhere, who="")
    assert (refused.code, refused.json["error"]["code"]) == (1, "E_CAR"), refused
    assert not wrong.exists()
    assert not list((nowhere / "store").rglob("baf*"))
    assert "逐块" in world.tally("--lang", "zh", "custody", "restore", "--help").out


def test_what_the_ledger_does_not_know_is_neither_exported_nor_restored(
    world: World, tmp_path: Path
) -> None:
    """A name that is nobody's, an archive of another file, a file that is not there: each said."""
    depot = DepotBytes(tmp_path / "other").depot
    other = address_of(b"another file")
    depot.keep(other, [b"another file"])
    car = tmp_path / "other.car"
    car.write_bytes(b"".join(write_car(depot, other.cid)))
    assert world.verb("restore", car, who="").json["error"]["code"] == "E_NOT_FOUND"
    missing = world.verb("restore", tmp_path / "none.car", who="")
    assert missing.json["error"]["code"] == "E_FILE"
    out = ("--out", tmp_path / "x.car")
    assert world.verb("export-car", "v9", *out).json["error"]["code"] == "E_NOT_FOUND"
    world.put()
    holders = (COURT, "n0", "n1", "n2")
    nothing = [word for one in holders for word in ("--source", f"{one}={tmp_path / 'empty'}")]
    assert world.verb("export-car", "v1", *out, *nothing).json["error"]["code"] == "E_NOT_FOUND"
    nowhere = ("--out", tmp_path / "no" / "folder" / "x.car")
    assert world.verb("export-car", "v1", *nowhere).json["error"]["code"] == "E_FILE"


def test_an_archive_is_held_against_all_that_the_ledger_says(world: World, tmp_path: Path) -> None:
    """AFC-1: the right address is not enough; size and slices root must be the declared ones."""
    world.put(slices_root="ab" * 32)
    (stored,) = (tmp_path / "node" / "documents" / "store").rglob("baf*")
    sealed, depot = stored.read_bytes(), DepotBytes(tmp_path / "other").depot
    depot.keep(address_of(sealed), [sealed])
    car = tmp_path / "v1.car"
    car.write_bytes(b"".join(write_car(depot, address_of(sealed).cid)))
    assert world.verb("restore", car, who="").json["error"]["code"] == "E_HASH"


def test_a_drill_brings_back_what_chance_draws_and_reports_it(world: World, tmp_path: Path) -> None:
    """AFC-1: from a node, whole; a node that gives other bytes fails the drill on the ledger."""
    world.put()
    for node in ("n0", "n1", "n2"):
        world.keep(node)
    day, lines = world.archive()
    empty = [f"{node}={tmp_path / 'empty'}" for node in ("n0", "n1", "n2")]
    at_n1 = [f"n1={tmp_path / 'kept' / 'n1'}"]

    def drill(*sources: str, directory: Path = lines) -> Outcome:
        given = [word for one in sources for word in ("--source", one)]
        return world.verb("drill", day, "--directory", directory, *given)

    done = drill(*empty, *at_n1)
    assert (done.code, done.json["holder"], done.json["is_reported"]) == (0, "n1", True), done
    silent = drill(*empty)
    assert (silent.code, silent.json["holder"], silent.json["is_reported"]) == (1, None, False)

    damaged = world.bytes_at("n1")
    content = damaged.read_bytes()
    damaged.unlink()
    damaged.write_bytes(b"x" + content[1:])
    wrong = drill(*empty, *at_n1)
    assert (wrong.code, wrong.json["wrong"], wrong.json["is_reported"]) == (1, ["n1"], True), wrong
    with connect(world.url) as net:
        drills = {one["id"]: one["state"] for one in net.table("custody.drills")}
    assert drills[done.json["drill"]] == "PASSED"
    assert drills[silent.json["drill"]] == "DRAWN"
    assert drills[wrong.json["drill"]] == "FAILED"

    for content in (b"{}", b"not json", lines.read_bytes().replace(b"t1", b"t2"), b""):
        other = tmp_path / "other.jsonl"
        other.write_bytes(content)
        assert drill(directory=other).json["error"]["code"] == "E_HASH"


def test_places_have_one_form() -> None:
    """HOLDER=PLACE; an address may have an equals sign itself."""
    assert places_of(["n1=/x", "n2=https://a/?b=c"]) == {"n1": "/x", "n2": "https://a/?b=c"}
    for wrong in ("n1", "=/x", "n1="):
        with pytest.raises(UsageError):
            places_of([wrong])


def test_watching_goes_on_after_a_node_was_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A round that meets no node is done again; each round tells what it did; a signal ends it."""
    from tallystick.cli import stopping

    ended = threading.Event()
    monkeypatch.setattr(stopping, "told_to_stop", lambda: _given(ended))
    kept = Kept(
        pinned=("v1",), unfetched=("v2",), refused_sources=(("v2", "n9"),), rejected=("E_X",)
    )
    rounds: list[Round | Exception] = [Unavailable("away"), Round(kept, ("bafk",))]

    def once() -> Round:
        found = rounds.pop(0)
        if not rounds:
            ended.set()
        if isinstance(found, Exception):
            raise found
        return found

    assert keep_command._watch(once, 0.001).kept.pinned == ("v1",)
    said = capsys.readouterr().err
    for part in ("trying again", "signed for 1", "gave 1", "v2", "n9", "E_X"):
        assert part in said


class _given:  # noqa: N801  # stands for a function
    def __init__(self, ended: threading.Event) -> None:
        self.ended = ended

    def __enter__(self) -> threading.Event:
        return self.ended

    def __exit__(self, *_: object) -> None:
        return None
