# SPDX-License-Identifier: Apache-2.0
"""The story of two banks' channels: in memory here, and on three real nodes by the command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tallystick.client import verify
from tallystick.contracts import Label, Player
from tallystick.contracts.registers import Assets, WorkingDays
from tallystick.crypto import SecretKey, sha256
from tallystick.execution import ContractRunner
from tallystick.industries.inventory import Inventory, demo_channels
from tallystick.industries.inventory.demo_cast import BANK, DEALERS, OTHER_BANK
from tallystick.ledger import Tree
from tallystick.model import parse_receipt
from tallystick.testing import MemoryState, make_signer
from tests.ledger_networks import LedgerNetwork
from tests.unit.cli.conftest import Tally, home, tally
from tests.unit.industries.inventory.stage import START_MS

__all__ = ["home", "tally"]

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
        state = MemoryState()
        state.values = dict(self.ledger.store.items(Tree.STATE))
        contract = _with(method, {})["contract"]
        return ContractRunner(CONTRACTS).query(contract, _name(method), arguments, state)

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


def test_the_story_holds_and_the_shared_network_is_told_nothing_of_banks() -> None:
    """INV-10: of what was told on the channels, no name and no number reached the register."""
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
    secrets = [BANK, OTHER_BANK, *DEALERS, facts["loan"], facts["pledge"], "LZ-000001"]
    assert [one for one in secrets if one.encode() in everything] == []
    assert len(shared.keys("assets/locks/")) == 100
    assert sum(len(one.said) for one in theatres.values()) == 8


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_story_is_told_on_three_nodes(tally: Tally, tmp_path: Path) -> None:
    """Each with a folder of its own, all receipts verified under their own network's trust."""
    told = tally("demo", "inventory", "--channels", "--data", tmp_path / "story", "--json")
    assert told.code == 0, told.err
    assert told.json["verified"]
    kept = b""
    for name in demo_channels.casts():
        folder = tmp_path / "story" / name
        receipts = sorted((folder / "receipts").iterdir())
        assert receipts
        assert all(verify(one, trust=folder / "trust.json").ok for one in receipts)
        if name == demo_channels.SHARED:
            kept = b"".join(parse_receipt(one.read_bytes()).transaction for one in receipts)
    assert kept
    assert BANK.encode() not in kept


def test_only_some_stories_are_told_on_channels(tally: Tally) -> None:
    """Told before anything is founded; so is a wish for both kinds of network."""
    assert "not told on channels" in tally("demo", "charity", "--channels").err
    assert tally("demo", "inventory", "--channels", "--network").code == 2
