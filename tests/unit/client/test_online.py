# SPDX-License-Identifier: Apache-2.0
"""Verifying with a node at hand: it supplies receipts, and is not believed either."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tallystick.client import Result
from tallystick.errors import (
    FileProblem,
    Unavailable,
    Unverified,
    UsageError,
)
from tests.unit.client.mock_node import ME, MockNode
from tests.unit.client.world import COURT, DOCUMENT, World, sha256_hex

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
    """Lists are newest first; a row without its place in the log is passed over."""
    node.world.deposit(DOCUMENT)
    rows = node.deposits()
    mine = [row for row in rows if row["sha256"] == sha256_hex(DOCUMENT)]
    page = {"items": [*mine, {"_created_leaf": None}], "next_cursor": None}
    node.faults["GET /v1/evidence/deposits"] = [httpx.Response(200, json=page)]
    with node.net() as net:
        found = net.verify("sha256:" + sha256_hex(DOCUMENT))
    assert found.subject is not None
    assert found.subject.index == 4


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
