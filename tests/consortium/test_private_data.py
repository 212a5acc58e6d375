# SPDX-License-Identifier: Apache-2.0
"""Private data among organisations with a node each: who holds it, and who no longer does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.api import create_app
from tallystick.client import AsyncNet, Identity, PrivatePlace, connect_async
from tallystick.crypto import SealingKey
from tallystick.errors import Erased, RoleMissing
from tallystick.industries.evidence import Evidence
from tests.networks import Network, Seat, consortium_genesis, wait_until
from tests.vault import CONTRACTS

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine_program")]

SEATS = [Seat(number) for number in (1, 2, 3, 4)]
OWNER, BANK, OTHER = range(3)
PLACE = PrivatePlace("vault", "secrets", "P-1")
CLEAR = b"for the second organisation only"
KEYS = [SealingKey.generate() for _ in SEATS]


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """Run four organisations with the vault."""
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    genesis = consortium_genesis(SEATS, contracts=("evidence", "sealing_keys", "vault"))
    network = Network(tmp_path / "four", genesis, SEATS)
    try:
        network.start(contracts=(Evidence, *CONTRACTS))
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
    public_key = KEYS[who].public_key
    act(network, who, who, lambda net: net.call("sealing_keys", "publish", public_key=public_key))


def held(network: Network, at: int) -> list[Path]:
    """Return the files of private data at a node."""
    return [path for path in (network.places[at].folder / "private").rglob("*") if path.is_file()]


def test_readers_nodes_hold_it_others_refuse_it_and_erasure_reaches_one_that_was_stopped(
    network: Network,
) -> None:
    """Handed to two nodes, refused by a third; destroyed by one that runs and one that comes."""
    bank = SEATS[BANK].organization
    for who in (OWNER, BANK):
        publish(network, who)

    async def declare(net: AsyncNet) -> Any:
        made = await net.private.seal(PLACE.record, CLEAR, [bank])
        await net.call(
            *("vault", "declare"),
            record=PLACE.record,
            sealed=made.declaration,
            recipients=[bank],
        )
        return made.package

    package = act(network, OWNER, OWNER, declare)
    for at in (OWNER, BANK):
        act(network, OWNER, at, lambda net: net.private.put(PLACE, package))
    with pytest.raises(RoleMissing, match="this node's"):
        act(network, OWNER, OTHER, lambda net: net.private.put(PLACE, package))
    assert act(network, BANK, BANK, lambda net: net.private.get(PLACE, [KEYS[BANK]])) == CLEAR
    assert held(network, OTHER) == []

    network.places[BANK].stop()
    act(network, OWNER, OWNER, lambda net: net.call("vault", "erase", record=PLACE.record))
    wait_until(lambda: held(network, OWNER) == [], "destruction at a node that runs")
    assert held(network, BANK)
    network.places[BANK].start(contracts=(Evidence, *CONTRACTS))
    wait_until(lambda: held(network, BANK) == [], "destruction at a node that was stopped")
    with pytest.raises(Erased):
        act(network, BANK, OWNER, lambda net: net.private.get(PLACE, [KEYS[BANK]]))
    network.agree()
