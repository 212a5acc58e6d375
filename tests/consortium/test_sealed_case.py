# SPDX-License-Identifier: Apache-2.0
"""A preservation case on four nodes: what is sealed for one is at its node, and clear at none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.api import create_app
from tallystick.client import Identity, connect_async
from tallystick.errors import RoleMissing
from tallystick.industries.evidence import Evidence
from tallystick.storage import backup
from tests.canaries import canaries_of, search_for
from tests.networks import Network, Seat, consortium_genesis
from tests.unit.industries.preservation import sealed_case as sealed
from tests.unit.industries.preservation.sealed_case import SealedCase, Work

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine_program")]

NAMES = tuple(sorted(("evidence", *sealed.NAMES)))
SEATS = [Seat(number) for number in (1, 2, 3, 4)]


class Four:
    """A network of court, applicant, insurer and registry, and how one acts at its nodes."""

    def __init__(self, folder: Path) -> None:
        """Found it."""
        self.case = SealedCase([seat.organization for seat in SEATS], self.act)
        genesis = self.case.members(consortium_genesis(SEATS, contracts=NAMES))
        self.network = Network(folder, genesis, SEATS)

    def act(self, who: Identity, at: int, work: Work) -> Any:
        """Do something as somebody at an organisation's node."""

        async def whole() -> Any:
            http = httpx.ASGITransport(app=create_app(self.network.places[at].running))
            url = f"http://localhost:{8700 + at}"
            async with connect_async(url, identity=who, http=http) as net:
                return await work(net)

        return asyncio.run(whole())


@pytest.fixture
def four(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Four]:
    """Run the network."""
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    made = Four(tmp_path / "four")
    try:
        made.network.start(contracts=(Evidence, *sealed.CONTRACTS))
        yield made
    finally:
        made.network.stop()


def test_readers_read_at_their_own_nodes_and_canaries_are_at_none(
    four: Four, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """PRES-8 at four organisations: every byte of nodes, logs and a backup is searched."""
    caplog.set_level(logging.DEBUG)
    names, case = four.case.play(), four.case
    assert case.read(sealed.INSURER, names["grounds"]) == sealed.GROUNDS
    assert case.read(sealed.COURT, names["clues"]) == sealed.CLUES
    assert case.read(sealed.REGISTRY, names["frozen"]) == sealed.PROPERTY
    assert case.read(sealed.APPLICANT, names["quote"]) == sealed.QUOTE
    with pytest.raises(RoleMissing):
        case.read(sealed.INSURER, names["frozen"], at=sealed.REGISTRY)
    with pytest.raises(RoleMissing):
        case.read(sealed.REGISTRY, names["grounds"], at=sealed.COURT)
    four.network.stop()
    backup(four.network.places[sealed.COURT].folder, tmp_path / "court.backup")
    (tmp_path / "log").write_text(caplog.text, encoding="utf-8")
    for place in ("four", "court.backup", "log"):
        search_for(tmp_path / place, canaries_of(*sealed.CANARIES))
