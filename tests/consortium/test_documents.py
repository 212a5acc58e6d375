# SPDX-License-Identifier: Apache-2.0
"""Documents among organisations with a node each: canaries in no byte outside the grant."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.api import HttpServer, create_app
from tallystick.client import AsyncNet, Identity, Use, connect_async
from tallystick.contracts.registers import DocumentRegister, SealingKeys
from tallystick.crypto import SealingKey
from tallystick.errors import Erased, Refused, RoleMissing
from tallystick.industries.evidence import Evidence
from tallystick.node.peer_api import PeerApi
from tallystick.storage import backup
from tests.canaries import TemporaryFolder, canaries_of, search_for, temporary_folder
from tests.networks import Network, Seat, consortium_genesis, wait_until
from tests.unit.node.test_documents import CANARY, NAME

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine_program")]

SEATS = [Seat(number) for number in (1, 2, 3, 4)]
OWNER, BANK, KEEPER, OTHER = range(4)
KEYS = [SealingKey.generate() for _ in SEATS]
CONTRACTS = (Evidence, DocumentRegister, SealingKeys)
LOAN = Use(grant="G-1", purpose="loan")


@pytest.fixture
def temporary(tmp_path: Path) -> Iterator[TemporaryFolder]:
    """Make a folder of this test the system's temporary one, for the engines too."""
    with temporary_folder(tmp_path / "temporary") as folder:
        yield folder


@pytest.fixture
def network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, temporary: TemporaryFolder
) -> Iterator[Network]:
    """Run four organisations with the register of documents."""
    assert not list(temporary.folder.iterdir())
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    genesis = consortium_genesis(SEATS, contracts=("documents", "evidence", "sealing_keys"))
    network = Network(tmp_path / "four", genesis, SEATS)
    try:
        network.start(contracts=CONTRACTS)
        yield network
    finally:
        network.stop()


def act(network: Network, who: int, at: int, work: Callable[[AsyncNet], Awaitable[Any]]) -> Any:
    """Do something as one organisation's clerk, at a node."""
    identity = Identity(SEATS[who].organization, "clerk", SEATS[who].clerk)

    async def whole() -> Any:
        http = httpx.ASGITransport(app=create_app(network.places[at].running))
        url = f"http://localhost:{8700 + at}"
        async with connect_async(url, identity=identity, http=http) as net:
            return await work(net)

    return asyncio.run(whole())


def publish(network: Network, who: int) -> None:
    """Publish an organisation's sealing key through its own node."""
    key = KEYS[who].public_key
    act(network, who, who, lambda net: net.call("sealing_keys", "publish", public_key=key))


def know(network: Network, at: int, url: str) -> None:
    """Let a node know another one by its URL, as `api` in engine.json does."""
    parts = network.places[at].running.copies._parts
    object.__setattr__(parts, "sources", (PeerApi(url),))


def held(network: Network, at: int) -> list[str]:
    """Return the files of documents at a node."""
    found = (network.places[at].folder / "documents").rglob("*")
    return sorted(path.name for path in found if path.is_file())


def test_canaries_reach_no_node_and_erasure_reaches_one_that_was_stopped(
    network: Network, temporary: TemporaryFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Owner, grantee, keeper and stranger: who holds what, through grant, revocation, erasure."""
    caplog.set_level(logging.DEBUG)
    codes = [seat.organization for seat in SEATS]
    source, out, again = tmp_path / NAME, tmp_path / "out", tmp_path / "again"
    source.write_bytes(CANARY * 1_000)
    for who in (OWNER, BANK):
        publish(network, who)
    act(network, OWNER, OWNER, lambda net: net.documents.put(source, document="D-1"))
    terms: dict[str, Any] = {
        "grantee": codes[BANK],
        "documents": ["D-1"],
        "purpose": "loan",
        "valid_from": 0,
        "valid_until": 2_000_000_000_000,
    }
    own = [KEYS[OWNER]]
    act(network, OWNER, OWNER, lambda net: net.documents.grant("G-1", terms, own))
    keep = {"document": "D-1", "organization": codes[KEEPER]}
    act(network, OWNER, OWNER, lambda net: net.call("documents", "keep_at", **keep))

    bank = [KEYS[BANK]]
    act(network, BANK, OWNER, lambda net: net.documents.get("D-1", out, bank, use=LOAN))
    assert out.read_bytes() == source.read_bytes()
    (stored,) = (network.places[OWNER].folder / "documents" / "store").rglob("baf*")
    act(network, OWNER, KEEPER, lambda net: net.documents.hand_over("D-1", stored, version=1))
    with HttpServer(network.places[OWNER].running, port=0) as server:
        for at in (BANK, OTHER):
            know(network, at, f"http://localhost:{server.port}")
        act(network, BANK, BANK, lambda net: net.documents.fetch("D-1"))
    for at in (BANK, KEEPER):
        assert len(held(network, at)) == 2  # the sealed file and its index; no wrap
    with pytest.raises(RoleMissing, match="this node's"):
        act(network, OWNER, OTHER, lambda net: net.documents.hand_over("D-1", stored, version=1))
    with pytest.raises(RoleMissing, match="this node's"):
        act(network, OWNER, OTHER, lambda net: net.documents.fetch("D-1"))
    assert held(network, OTHER) == []

    network.places[KEEPER].stop()
    revoked = act(network, OWNER, OWNER, lambda net: net.documents.revoke("G-1", own))
    assert revoked.rotated == {"D-1": 2}
    wait_until(lambda: held(network, BANK) == [], "destruction at the grantee's node")
    with pytest.raises(Refused):
        act(network, BANK, OWNER, lambda net: net.documents.get("D-1", again, bank, use=LOAN))
    erased = act(network, OWNER, OWNER, lambda net: net.call("documents", "erase", document="D-1"))
    wait_until(lambda: held(network, OWNER) == [], "destruction at the owner's node")
    assert held(network, KEEPER)
    network.places[KEEPER].start(contracts=CONTRACTS)
    wait_until(lambda: held(network, KEEPER) == [], "destruction at a node that was stopped")
    with pytest.raises(Erased):
        act(network, BANK, OWNER, lambda net: net.documents.get("D-1", again, bank, use=LOAN))
    transaction = erased.transaction.id
    assert act(network, OTHER, OTHER, lambda net: net.receipt(transaction))
    network.agree()

    network.stop()
    needles = canaries_of(CANARY[:32], NAME.encode())
    for number, place in enumerate(network.places):
        search_for(place.folder, needles)
        backup(place.folder, tmp_path / f"backup-{number}")
        search_for(tmp_path / f"backup-{number}", needles)
    search_for(tmp_path / "home", needles)
    temporary.search_for(needles)
    assert not [one for one in needles if one.decode("latin-1") in caplog.text]
