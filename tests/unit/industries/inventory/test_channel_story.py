# SPDX-License-Identifier: Apache-2.0
"""The story of two banks' channels: in memory here, and on three real nodes by the command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from tallystick.client import Trust, verify
from tallystick.contracts import Label, Player
from tallystick.contracts.registers import Assets, WorkingDays
from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import encode
from tallystick.industries.inventory import Inventory, demo_channels
from tallystick.industries.inventory.demo_cast import BANK, OTHER_BANK, WINEMAKER, parts
from tallystick.testing import make_signer
from tests.canaries import search_for
from tests.ledger_networks import LedgerNetwork
from tests.unit.cli.conftest import Tally, home, tally
from tests.unit.industries.inventory.stage import START_MS

__all__ = ["home", "tally"]

WINERY: Final = next(one.code for one in parts() if one.member == WINEMAKER)
LENT: Final = 23_040_000
RATE_BP: Final = 435
LINE: Final = 500_000_000
"""The terms of the story's loan."""
CONTRACTS = (Assets, Inventory, WorkingDays)


class _Key:
    """The scanner's key."""

    def __init__(self) -> None:
        self._secret = SecretKey(bytes(31) + b"\x07")
        self.public_key = self._secret.public_key.hex()

    def sign(self, digest: str) -> str:
        """Sign a digest."""
        return self._secret.sign(bytes.fromhex(digest)).hex()


class MemoryTheatre:
    """A theatre without nodes, on a ledger in memory."""

    def __init__(self, name: str, players: Sequence[Player]) -> None:
        self.people = {
            one.member: make_signer(one.role, organization=one.code, member=one.member)
            for one in players
        }
        self.ledger = LedgerNetwork(name, CONTRACTS, self.people.values(), start=START_MS)
        self.network = self.ledger.id
        self.secret = sha256(name.encode())
        self.said: list[Label] = []

    @property
    def now(self) -> int:
        """Time of the last block."""
        return self.ledger.now_ms

    def say(self, text: Label) -> None:
        """Remember what was told."""
        self.said.append(text)

    def act(self, member: str, method: str, **arguments: Any) -> Any:
        """Carry out an action."""
        return self.ledger.ok(self.people[member], _name(method), **_with(method, arguments))

    def refused(self, code: str, member: str, method: str, **arguments: Any) -> None:
        """Have an action refused."""
        who = self.people[member]
        self.ledger.refused(code, who, _name(method), **_with(method, arguments))

    def ask(self, method: str, **arguments: Any) -> Any:
        """Ask."""
        return self.ledger.ask(_name(method), contract=_with(method, {})["contract"], **arguments)

    def check(self, *, holds: bool, claim: Label) -> None:
        """Hold a claim."""
        assert holds, claim.en

    def key(self, _: str) -> _Key:
        """Return the scanner's key."""
        return _Key()

    def proof(self) -> bytes:
        """Return what another network is shown of the last action that was carried out."""
        blocks = self.ledger.blocks
        last = max(number for number, one in enumerate(blocks) if one.codes == ("ok",))
        return self.ledger.proof(last)


def _name(method: str) -> str:
    return method.rpartition(".")[2]


def _with(method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"contract": method.rpartition(".")[0] or "inventory", **arguments}


def test_the_story_holds_and_the_shared_network_is_told_nothing_of_loans() -> None:
    """INV-10: what was told on the channels did not reach the register, where the winery plays."""
    theatres = {
        name: MemoryTheatre(name, players) for name, players in demo_channels.casts().items()
    }
    shared, *channels = (one.ledger for one in theatres.values())
    for one in channels:
        shared.recognises(one)
        one.recognises(shared, *demo_channels.CHANNELS)
    facts = demo_channels.tell(theatres)  # type: ignore[arg-type]  # no bank, no files here
    assert (facts["cases"], facts["released"]) == (80, 20)
    everything = shared.public_bytes() + shared.genesis.encode()
    secrets = [BANK, OTHER_BANK, *(facts[name] for name in ("loan", "pledge", "warehouse_receipt"))]
    assert [one for one in secrets if one.encode() in everything] == []
    assert WINERY.encode() in everything
    assert {LENT, RATE_BP, LINE}.isdisjoint(shared.numbers())
    assert all({LENT, RATE_BP, LINE} <= set(one.numbers()) for one in channels[:1])
    for one in channels:
        assert WINERY not in {member.id for member in one.genesis.organizations}
    assert len(shared.keys("assets/locks/")) == 100
    assert sum(len(one.said) for one in theatres.values()) == 9


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_story_is_told_on_three_nodes(tally: Tally, tmp_path: Path) -> None:
    """INV-10: no byte of the shared network's folder, log and views and all, tells of a loan.

    Each network has a folder of its own, and all receipts hold under its own trust file. In no
    channel's trust file is the winery; in its own network it followed its volumes by itself.
    """
    told = tally("demo", "inventory", "--channels", "--data", tmp_path / "story", "--json")
    assert told.code == 0, told.err
    assert told.json["verified"]
    for name in demo_channels.casts():
        folder = tmp_path / "story" / name
        receipts = sorted((folder / "receipts").iterdir())
        assert receipts
        assert all(verify(one, trust=folder / "trust.json").ok for one in receipts)
        members = {one.id for one in Trust.load(folder / "trust.json").genesis.organizations}
        assert (WINERY in members) is (name == demo_channels.SHARED)
    facts = [str(told.json[name]).encode() for name in ("loan", "pledge", "warehouse_receipt")]
    amounts = [encode(one) for one in (LENT, LINE)] + [str(one).encode() for one in (LENT, LINE)]
    canaries = [BANK.encode(), OTHER_BANK.encode(), *facts, *amounts]
    shared, channel = (
        tmp_path / "story" / one for one in (demo_channels.SHARED, demo_channels.FIRST)
    )
    found = b"".join(one.read_bytes() for one in channel.rglob("*") if one.is_file())
    assert [one for one in canaries if one not in found] == [OTHER_BANK.encode()]
    search_for(shared, canaries)


def test_only_some_stories_are_told_on_channels(tally: Tally) -> None:
    """Told before anything is founded; so is a wish for both kinds of network."""
    assert "not told on channels" in tally("demo", "charity", "--channels").err
    assert tally("demo", "inventory", "--channels", "--network").code == 2
