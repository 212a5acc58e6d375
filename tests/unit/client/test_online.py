# SPDX-License-Identifier: Apache-2.0
"""Verifying with a node at hand: it supplies receipts, and is not believed either."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import msgspec
import pytest

from tallystick.client import Result
from tallystick.crypto import sha256
from tallystick.errors import FileProblem, NotWitnessed, Unavailable, Unverified, UsageError
from tallystick.model import LogKey, cosign_checkpoint, cosigner_name
from tests.unit.client.mock_node import ME, MockNode
from tests.unit.client.world import (
    BANK,
    COURT,
    DOCUMENT,
    OTHER_LOG_KEY,
    World,
    make_genesis,
    secret,
    sha256_hex,
)

KEY = b"evidence/deposits/EV-1"


def test_a_file_is_verified_by_asking_for_its_deposit(node: MockNode, tmp_path: Path) -> None:
    """Without a receipt the node supplies one, and is checked."""
    original = tmp_path / "x.pdf"
    original.write_bytes(DOCUMENT)
    with node.net() as net:
        assert net.verify(original).ok
        assert net.verify("sha256:" + sha256_hex(DOCUMENT)).ok
        assert net.verify(original, receipt=node.world.receipt(4)).ok
        original.write_bytes(b"altered")
        unknown = net.verify(original)
        assert unknown.result is Result.NO_MATCH
        assert unknown.checks[0].code == "E_NOT_FOUND"
        assert "no deposit" in unknown.checks[0].evidence.en
        with pytest.raises(Unverified):
            unknown.raise_for_failure()


def test_the_earliest_of_several_deposits_counts(node: MockNode) -> None:
    """However many came later; a row without its place in the log is passed over."""
    node.world.deposit(DOCUMENT)
    mine = [row for row in node.deposits() if row["sha256"] == sha256_hex(DOCUMENT)]
    page = {"items": [{"_created_leaf": None}, *mine[::-1]], "next_cursor": None}
    node.faults["GET /v1/evidence/deposits"] = [httpx.Response(200, json=page)]
    with node.net() as net:
        found = net.verify("sha256:" + sha256_hex(DOCUMENT))
    assert found.subject is not None
    assert found.subject.index == 4
    node.page_rows = 1
    with node.net() as net:
        found = net.verify("sha256:" + sha256_hex(DOCUMENT))
    assert found.subject is not None
    assert found.subject.index == 4


def witnessed_node() -> MockNode:
    """Return a node of a court, whose checkpoint a bank's log key cosigns."""
    genesis = make_genesis()
    bank = LogKey(organization=BANK, public_key=OTHER_LOG_KEY.public_key)
    world = World(msgspec.structs.replace(genesis, log_keys=(*genesis.log_keys, bank)))
    world.deposit(DOCUMENT)
    node = MockNode(world)
    name = cosigner_name(world.network, BANK)
    node.witnesses = [cosign_checkpoint(world.head(), OTHER_LOG_KEY, name=name, time=1)]
    return node


def test_witnesses_can_be_demanded() -> None:
    """Of a receipt, and of a verification, which says what is missing instead of failing."""
    node = witnessed_node()
    transaction = sha256(node.world.transactions[0]).hex()
    digest = "sha256:" + sha256_hex(DOCUMENT)
    with node.net() as net:
        receipt = net.receipt(transaction, witnesses=1)
        assert receipt.level == "witnessed"
        assert net.receipt(transaction).level == "committed"
        with pytest.raises(NotWitnessed):
            net.receipt(transaction, witnesses=2)
        found = net.verify(digest, witnesses_min=1)
        assert found.ok
        assert {one.role for one in found.standing} >= {"witness"}
        fewer = net.verify(digest, witnesses_min=2)
        assert fewer.result is Result.PARTLY
        assert [one.name for one in fewer.reasons] == ["level"]
        # Whatever a node counts: a stranger's line is no witness.
        name = cosigner_name(node.world.network, COURT)
        stranger = cosign_checkpoint(node.world.head(), secret(99), name=name, time=1)
        node.witnesses.append(stranger)
        with pytest.raises(NotWitnessed, match="trust file knows"):
            net.receipt(transaction, witnesses=2)


def test_the_asynchronous_client_demands_them_too() -> None:
    """As its mirror image does."""
    node = witnessed_node()
    transaction = sha256(node.world.transactions[0]).hex()

    async def ask() -> tuple[str, bool]:
        async with node.async_net() as net:
            receipt = await net.receipt(transaction, witnesses=1)
            found = await net.verify("sha256:" + sha256_hex(DOCUMENT), witnesses_min=1)
            return receipt.level, found.ok

    assert asyncio.run(ask()) == ("witnessed", True)


def test_a_node_that_sends_nonsense_as_a_receipt_gets_no_match(node: MockNode) -> None:
    """Online answers are checked like files."""
    path = f"GET /v1/transactions/{node.transaction(4)['id']}/receipt"
    node.faults[path] = [httpx.Response(200, text="{}")]
    node.faults["GET /tile/entries/000.p/5"] = [None, httpx.Response(200, content=b"\x00")]
    with node.net() as net:
        assert net.verify("sha256:" + sha256_hex(DOCUMENT)).result is Result.NO_MATCH
        with pytest.raises(Unavailable):
            net.verify("sha256:" + sha256_hex(DOCUMENT))


def test_misuse_of_verify_is_raised_as_offline(node: MockNode, tmp_path: Path) -> None:
    """A missing file is not the node's business."""
    with node.net() as net:
        with pytest.raises(FileProblem):
            net.verify(tmp_path / "gone")
        with pytest.raises(UsageError):
            net.verify(DOCUMENT, receipt=node.world.receipt(4), original=DOCUMENT)


def test_a_net_shows_where_it_leads_and_as_whom(node: MockNode) -> None:
    """Without secrets."""
    assert repr(node.net()) == f"<Net http://node.test as clerk of {COURT}>"
    assert repr(node.net(identity=None)) == "<Net http://node.test>"
    assert "seed" not in repr(ME)


def test_a_receipt_of_another_history_raises_the_alarm(node: MockNode, home: Path) -> None:
    """A head of the same size with another root is kept as evidence (C7)."""
    other = MockNode(World())
    for index in range(7):
        other.world.commit(node.world.transactions[index])
    other.world.deposit(b"a forged last entry")
    with node.net() as net:
        net.check_log()
        wanted = other.transaction(7)["id"]
        receipt = httpx.Response(200, text=other.world.receipt(7).to_json())
        node.faults[f"GET /v1/transactions/{wanted}/receipt"] = [receipt]
        with pytest.raises(Unverified, match="two different histories"):
            net.receipt(wanted)
    kept = list((home / "networks" / node.world.network).glob("conflict-8-*"))
    assert [path.read_text() for path in kept] == [other.world.note()]
