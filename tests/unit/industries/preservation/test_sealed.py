# SPDX-License-Identifier: Apache-2.0
"""PRES-8 through a real node: who may read names, grounds, property and quotes, and nobody else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tallystick.api import create_app
from tallystick.client import Identity, connect_async
from tallystick.errors import RoleMissing
from tallystick.model import Name, Organization
from tallystick.node import Node, NodeConfig, create_network, open_node
from tallystick.storage import backup
from tests.canaries import canaries_of, search_for
from tests.factories import BANK, COURT, LOG_KEY, make_genesis
from tests.unit.industries.preservation import cast
from tests.unit.industries.preservation import sealed_case as sealed
from tests.unit.industries.preservation.sealed_case import SealedCase, Work

PLACES = (COURT, cast.organization(40), BANK, cast.organization(30))


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """Run a node with the people of a case."""
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    genesis = make_genesis()
    more = tuple(
        Organization(id=code, name=Name(zh="机构", en=f"Organisation {code}"))
        for code in (PLACES[1], PLACES[3])
    )
    with_all = msgspec.structs.replace(
        genesis, organizations=(*genesis.organizations, *more), contracts=sealed.NAMES
    )
    people = SealedCase(PLACES, lambda *_: None).members(with_all)
    create_network(tmp_path / "node", people, LOG_KEY)
    config = NodeConfig(data=tmp_path / "node", workers=False, contracts=sealed.CONTRACTS)
    running = open_node(config)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def case(node: Node) -> SealedCase:
    """Have everything done at this node."""

    def act(who: Identity, _at: int, work: Work) -> Any:
        async def whole() -> Any:
            http = httpx.ASGITransport(app=create_app(node))
            async with connect_async("http://localhost", identity=who, http=http) as net:
                return await work(net)

        return asyncio.run(whole())

    return SealedCase(PLACES, act)


def test_each_reads_its_own_and_no_byte_of_it_is_anywhere_in_clear(
    case: SealedCase, node: Node, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """PRES-8: property is for court and registry; grounds for who is asked; a quote for who asks.

    Then every byte of the node, its log and its backup is searched, keys of records too.
    """
    caplog.set_level(logging.DEBUG)
    names = case.play()
    assert case.read(sealed.COURT, names["grounds"]) == sealed.GROUNDS
    assert case.read(sealed.INSURER, names["grounds"]) == sealed.GROUNDS
    assert case.read(sealed.COURT, names["clues"]) == sealed.CLUES
    assert case.read(sealed.REGISTRY, names["frozen"]) == sealed.PROPERTY
    assert case.read(sealed.APPLICANT, names["quote"]) == sealed.QUOTE
    for who, record in (
        (sealed.INSURER, "clues"),
        (sealed.INSURER, "frozen"),
        (sealed.APPLICANT, "frozen"),
        (sealed.REGISTRY, "grounds"),
        (sealed.REGISTRY, "clues"),
        (sealed.COURT, "quote"),
    ):
        with pytest.raises(RoleMissing):
            case.read(who, names[record])
    node.stop()
    backup(tmp_path / "node", tmp_path / "node.backup")
    (tmp_path / "log").write_text(caplog.text, encoding="utf-8")
    for place in ("node", "node.backup", "log"):
        search_for(tmp_path / place, canaries_of(*sealed.CANARIES))
