# SPDX-License-Identifier: Apache-2.0
"""`tally custody keep`: operators of real copies, at a node that runs contract and register."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.api import HttpServer
from tallystick.cli import keep_command
from tallystick.cli.keeping import places_of
from tallystick.client import Identity, KeyStore, connect
from tallystick.contracts import digest_of
from tallystick.contracts.parts import Kept
from tallystick.contracts.registers import DocumentRegister, SealingKeys
from tallystick.crypto import SealingKey
from tallystick.errors import Unavailable, UsageError
from tallystick.industries.custody import Custody, plain_commitment
from tallystick.model import ROLE_ADMINISTRATOR, Name, Organization
from tallystick.node import NodeConfig, create_network, open_node
from tests.canaries import canaries_of, search_for
from tests.factories import COURT, LOG_KEY, make_genesis, member, member_key, secret
from tests.unit.cli.conftest import Outcome, Tally
from tests.unit.industries.custody.scene import organization

CANARY = b"canary: nobody but its owner may read that voucher 7 pays 1,234.56 to Wang\n"
CLEAR = CANARY * 20_000
OPERATORS = tuple(organization(20 + number) for number in range(4))
SETTLING = organization(5)
ADMIN = (ROLE_ADMINISTRATOR,)
"""Who may publish a sealing key."""
IDENTITIES = {
    "owner": Identity(COURT, "sun", secret(20)),
    "rules": Identity(SETTLING, "he", secret(21)),
    "bank": Identity(SETTLING, "qian", secret(22)),
    **{
        f"n{number}": Identity(code, "keeper", secret(30 + number))
        for number, code in enumerate(OPERATORS)
    },
}


def genesis() -> Any:
    """Return an owner, a settling bank and four operators."""
    whole = make_genesis()
    roles = {name: f"custody.{name}" for name in ("owner", "rules", "bank")}
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
        self.tally, self.folder, self.url = tally, folder, url
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

    def put(self) -> None:
        """Seal a file, upload it to the node, and have three copies of it kept."""
        clear = self.folder / "voucher.pdf"
        clear.write_bytes(CLEAR)
        with connect(self.url, identity=IDENTITIES["owner"]) as net:
            key = SealingKey.generate().public_key
            net.call("sealing_keys", "publish", public_key=key)
            facts = net.documents.put(clear, document="D-1").facts
        clear.unlink()
        self.act(
            "owner",
            "declare_object",
            id="v1",
            agreement=self.agreement,
            cid=facts.cid,
            ciphertext=digest_of("sealed"),
            plain=plain_commitment("v1", facts.sha256, b"salt"),
            size=facts.size,
            slices_root=facts.slices_root,
            media_type="application/pdf",
            retention="voucher",
            key_id="key-1",
            nodes=["n0", "n1", "n2"],
        )

    def keep(self, node: str, *words: object) -> Outcome:
        """Let an operator's keeper do a round."""
        folder = self.folder / "kept" / node
        return self.tally("custody", "keep", "--folder", folder, "--as", node, *words, "--json")

    def state(self) -> str:
        """Return the state of the object."""
        with connect(self.url) as net:
            return str(net.query("custody", "show_object", object="v1")["object"]["state"])


@pytest.fixture
def world(
    tally: Tally, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """Serve a node; keys of everybody are here."""
    assert home.exists()
    create_network(tmp_path / "node", genesis(), LOG_KEY)
    contracts = (Custody, DocumentRegister, SealingKeys)
    node = open_node(NodeConfig(data=tmp_path / "node", workers=False, contracts=contracts))
    node.start()
    for name, identity in IDENTITIES.items():
        KeyStore().save(name, identity)
    try:
        with HttpServer(node, port=0) as server:
            url = f"http://localhost:{server.port}"
            monkeypatch.setenv("TALLY_URL", url)
            yield World(tally, tmp_path, url)
    finally:
        node.stop()


def test_copies_are_fetched_proven_repaired_and_never_in_clear(
    world: World, tmp_path: Path
) -> None:
    """AFC-1, 3, 6: download by the register, a challenge, damage, repair from another's folder."""
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
    assert world.keep("n3").json == {name: [] for name in repaired.json}

    for place in (tmp_path / "kept", tmp_path / "node"):
        search_for(place, canaries_of(CANARY))


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
    rounds: list[Kept | Exception] = [
        Unavailable("away"),
        Kept(pinned=("v1",), unfetched=("v2",), refused_sources=(("v2", "n9"),), rejected=("E_X",)),
    ]

    def once() -> Kept:
        found = rounds.pop(0)
        if not rounds:
            ended.set()
        if isinstance(found, Exception):
            raise found
        return found

    assert keep_command._watch(once, 0.001).pinned == ("v1",)
    said = capsys.readouterr().err
    for part in ("trying again", "signed for 1", "v2", "n9", "E_X"):
        assert part in said


class _given:  # noqa: N801  # stands for a function
    def __init__(self, ended: threading.Event) -> None:
        self.ended = ended

    def __enter__(self) -> threading.Event:
        return self.ended

    def __exit__(self, *_: object) -> None:
        return None
