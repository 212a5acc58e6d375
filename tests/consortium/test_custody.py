# SPDX-License-Identifier: Apache-2.0
"""Custody among organisations with a node each: a lost copy comes back from another's node."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.api import HttpServer
from tallystick.cli.keep_command import Round
from tallystick.cli.keeping import DepotBytes, NetLedger, OwnNode, Places
from tallystick.client import Identity, connect
from tallystick.contracts import digest_of
from tallystick.contracts.registers import DocumentRegister, SealingKeys
from tallystick.crypto import SealingKey
from tallystick.industries.custody import Custody, plain_commitment
from tallystick.industries.custody.keeper import run_round
from tallystick.industries.evidence import Evidence
from tallystick.storage import backup
from tests.canaries import TemporaryFolder, canaries_of, search_for, temporary_folder
from tests.factories import member
from tests.networks import Network, Seat, consortium_genesis, wait_until

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.usefixtures("engine_program"),
]

SEATS = [Seat(number) for number in (1, 2, 3, 4)]
OWNER = 0
CONTRACTS = (Custody, DocumentRegister, Evidence, SealingKeys)
"""Evidence too: the network takes a deposit to see that it decides."""
NAME = "canary-name-of-the-voucher.pdf"
CANARY = b"canary: voucher 7 of counter 3 pays 1,234.56 to Wang, and nobody else may know it\n"


class World:
    """Four nodes over HTTP: an owner's, and those of three operators, n1 to n3."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Found the network and start everything."""
        self.folder = folder
        genesis = consortium_genesis(
            SEATS, contracts=("custody", "documents", "evidence", "sealing_keys")
        )
        roles = {0: ("custody.bank", "custody.owner", "custody.rules")}
        people = [
            member(
                one.organization,
                "clerk",
                "administrator",
                *roles.get(at, ("custody.operator",)),
                "depositor",
            )
            for at, one in enumerate(SEATS)
        ]
        others = [one for one in genesis.members if one.id != "clerk"]
        genesis = msgspec.structs.replace(genesis, members=(*people, *others))
        self.network = Network(folder / "four", genesis, SEATS)
        stack.callback(self.network.stop)
        self.network.start(contracts=CONTRACTS)
        self.urls = []
        for place in self.network.places:
            server = stack.enter_context(HttpServer(place.running, port=0))
            self.urls.append(f"http://localhost:{server.port}")

    def identity(self, who: int) -> Identity:
        """Return an organisation's clerk."""
        return Identity(SEATS[who].organization, "clerk", SEATS[who].clerk)

    def act(self, who: int, method: str, **args: Any) -> Any:
        """Call an action of the contract at the organisation's own node."""
        with connect(self.urls[who], identity=self.identity(who)) as net:
            return net.call("custody", method, **args).result

    def keep(self, who: int, **places: str) -> Round:
        """Let an operator's keeper do a round, and give what it has to its own node."""
        identity, store = self.identity(who), DepotBytes(self.kept(who))
        with connect(self.urls[who], identity=identity) as net:
            sources = Places(net, identity, places)
            done = run_round(identity.organization, NetLedger(net, "custody"), store, sources)
            return Round(done, OwnNode(net).give_all(store))

    def pins(self, who: int, places: dict[str, str]) -> bool:
        """Let an operator's keeper do a round; return whether it signed for the object."""
        return self.keep(who, **places).kept.pinned == ("v1",)

    def kept(self, who: int) -> Path:
        """Return the folder of an operator's keeper."""
        return self.folder / "kept" / f"n{who}"

    def held(self, who: int) -> list[str]:
        """Return the files of documents at an organisation's node."""
        found = (self.network.places[who].folder / "documents").rglob("*")
        return sorted(path.name for path in found if path.is_file())

    def state(self) -> str:
        """Return the state of the object, as the owner's node has it."""
        with connect(self.urls[OWNER]) as net:
            return str(net.query("custody", "show_object", object="v1")["object"]["state"])

    def store(self) -> None:
        """Seal a file, put it at the owner's node, and ask n1 and n2 to keep it."""
        self.act(OWNER, "define_class", id="voucher", title="会计凭证", days=10_957)
        self.act(OWNER, "open_money", currency="CNY")
        for at, seat in enumerate(SEATS):
            money = {"currency": "CNY", "amount": 1_000_000, "reference": f"D{at}"}
            self.act(OWNER, "receive_deposit", organization=seat.organization, **money)
        for at in (1, 2, 3):
            terms = {"capacity": 10**9, "price": 10, "currency": "CNY", "stake": 100_000}
            self.act(at, "offer_node", id=f"n{at}", zone=f"z{at}", **terms)
        terms = {"copies": 2, "zones": 2, "period_days": 365, "price": 20, "challenges": 12}
        agreement = self.act(OWNER, "make_agreement", currency="CNY", **terms)["id"]
        clear = self.folder / NAME
        clear.write_bytes(CANARY * 20_000)
        with connect(self.urls[OWNER], identity=self.identity(OWNER)) as net:
            key = SealingKey.generate().public_key
            net.call("sealing_keys", "publish", public_key=key)
            facts = net.documents.put(clear, document="D-1").facts
        clear.unlink()
        self.act(
            OWNER,
            "declare_object",
            id="v1",
            agreement=agreement,
            cid=facts.cid,
            ciphertext=digest_of("sealed"),
            plain=plain_commitment("v1", facts.sha256, b"salt"),
            size=facts.size,
            slices_root=facts.slices_root,
            media_type="application/pdf",
            retention="voucher",
            key_id="key-1",
            nodes=["n1", "n2"],
        )


@pytest.fixture
def temporary(tmp_path: Path) -> Iterator[TemporaryFolder]:
    """Make a folder of this test the system's temporary one, for the engines too."""
    with temporary_folder(tmp_path / "temporary") as folder:
        yield folder


@pytest.fixture
def world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, temporary: TemporaryFolder
) -> Iterator[World]:
    """Run four organisations."""
    assert not list(temporary.folder.iterdir())
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    with ExitStack() as stack:
        yield World(tmp_path, stack)


def test_afc_3_a_lost_copy_comes_back_from_another_organisations_node_and_nobody_reads_it(
    world: World, temporary: TemporaryFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """AFC-1, 3, 6: fetched from the owner's node, lost, repaired from n2's; canaries nowhere."""
    caplog.set_level(logging.DEBUG)
    world.store()
    owner = {SEATS[OWNER].organization: world.urls[OWNER]}
    for at in (1, 2):
        wait_until(partial(world.pins, at, owner), f"n{at}'s copy")
        assert len(world.held(at)) == 2  # the sealed file and its index, served from there
    wait_until(lambda: world.state() == "STORED", "the last signature")
    asked = world.act(OWNER, "challenge_copy", object="v1", node="n2")
    wait_until(lambda: world.keep(2).kept.answered == (asked["id"],), "the answer")

    shutil.rmtree(world.kept(1))
    wait_until(lambda: world.keep(1).kept.damaged == ("v1",), "the admission")
    wait_until(lambda: world.state() == "DEGRADED", "the repair's beginning")
    nowhere = str(tmp_path / "nowhere")
    holders = {SEATS[OWNER].organization: nowhere, "n1": nowhere, "n2": world.urls[2]}
    wait_until(partial(world.pins, 3, holders), "the repair")
    wait_until(lambda: world.state() == "STORED", "the restored object")
    wait_until(lambda: world.held(1) == [], "destruction at the node of the evicted operator")
    assert len(world.held(3)) == 2
    world.network.agree()

    world.network.stop()
    needles = canaries_of(CANARY[:48], NAME.encode())
    for number, place in enumerate(world.network.places):
        search_for(place.folder, needles)
        backup(place.folder, tmp_path / f"backup-{number}")
        search_for(tmp_path / f"backup-{number}", needles)
    search_for(tmp_path / "kept", needles)
    search_for(tmp_path / "home", needles)
    temporary.search_for(needles)
    assert not [one for one in needles if one.decode("latin-1") in caplog.text]
