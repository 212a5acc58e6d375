# SPDX-License-Identifier: Apache-2.0
"""`AsyncNet` is the mirror image of `Net`: the same names, the same arguments, the same answers."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.client import AsyncNet, Deposit, Net, Placed, plan_folder
from tallystick.client.async_net_evidence import AsyncEvidenceDesk
from tallystick.client.async_net_governance import AsyncGovernanceDesk
from tallystick.client.async_net_reader import AsyncEvents, AsyncNetReader
from tallystick.client.net_evidence import EvidenceDesk
from tallystick.client.net_governance import GovernanceDesk
from tallystick.client.net_reader import Events, NetReader
from tallystick.encoding import encode
from tallystick.errors import NotFinal, Unavailable
from tests.unit.client.mock_node import MockNode, problem
from tests.unit.client.world import COURT, DOCUMENT, sha256_hex


def run(node: MockNode, work: Callable[[AsyncNet], Awaitable[Any]]) -> Any:
    """Run one piece of asynchronous work against a node."""

    async def whole() -> Any:
        async with node.async_net() as net:
            return await work(net)

    return asyncio.run(whole())


async def collect(rows: AsyncIterator[Any]) -> list[Any]:
    """Return all rows of an asynchronous list."""
    return [row async for row in rows]


def public(kind: type) -> dict[str, list[str]]:
    """Return the parameters of each public method."""
    return {
        name: list(inspect.signature(member).parameters)
        for name, member in inspect.getmembers(kind)
        if not name.startswith("_") and callable(member)
    }


@pytest.mark.parametrize(
    ("blocking", "mirrored"),
    [
        (Net, AsyncNet),
        (NetReader, AsyncNetReader),
        (EvidenceDesk, AsyncEvidenceDesk),
        (GovernanceDesk, AsyncGovernanceDesk),
        (Events, AsyncEvents),
    ],
)
def test_both_colours_offer_the_same(blocking: type, mirrored: type) -> None:
    """A method that one of them lacks would be found here (smell 21)."""
    theirs = public(mirrored)
    theirs.pop("trust", None)  # a property of Net: properties cannot be awaited nicely
    assert public(blocking) == theirs


def test_a_deposit_and_everything_that_reads_it(node: MockNode, tmp_path: Path) -> None:
    """One walk through writing and reading."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"async content")

    async def work(net: AsyncNet) -> None:
        deposit = await net.evidence.deposit(path, title="t")
        assert isinstance(deposit, Deposit)
        assert deposit.receipt.verification.ok
        transaction_id = deposit.transaction.id
        assert (await net.transaction(transaction_id)).leaf_index == 8
        assert (await net.receipt(transaction_id)).record == deposit.receipt.record
        assert (await net.wait(transaction_id)).code == "ok"
        assert len(await collect(net.transactions(code="ok"))) == 9
        assert len(await collect(net.blocks())) == 9
        assert len(await collect(net.organizations())) == 2
        assert len(await collect(net.evidence.list())) == 9
        assert (await net.block(1)).height == 1
        assert (await net.organization(COURT)).id == COURT
        assert (await net.evidence.show("EV-2023-000004")).sha256 == sha256_hex(DOCUMENT)
        assert (await net.query("evidence", "by_hash", a=1))[0] == "by_hash"
        assert (await net.status()).log_size == 9
        assert (await net.trust()).network == node.world.network
        head = await net.check_log()
        assert head is not None
        assert head.size == 9
        assert (await net.verify(path)).ok
        assert (await net.verify(path, receipt=deposit.receipt.record)).ok

    run(node, work)


def test_calls_submissions_and_batches(node: MockNode, tmp_path: Path) -> None:
    """The writing half."""
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_bytes(bytes([number]))

    async def work(net: AsyncNet) -> None:
        done = await net.call("evidence", "deposit", sha256=sha256_hex(b"c"), size=1)
        assert done.result == {"id": "EV-2023-000008"}
        raw = await net.sign("evidence", "deposit", {"sha256": sha256_hex(b"d"), "size": 1})
        assert (await net.submit(raw)).code == "ok"
        again = await net.sign("evidence", "deposit", {"sha256": sha256_hex(b"e"), "size": 1})
        (placed,) = await net.submit_many([again])
        assert isinstance(placed, Placed)
        results = await collect(net.evidence.deposit_batch(plan_folder(folder)))
        assert [one.state.value for one in results] == ["deposited"] * 3
        assert repr(net).startswith("<AsyncNet http://node.test as clerk")

    run(node, work)


def test_state_is_proven(node: MockNode) -> None:
    """As in `Net`."""
    node.write({b"evidence/deposits/x": encode({"a": 1})})
    assert run(node, lambda net: net.state("evidence", "deposits", "x")) == {"a": 1}
    assert run(node, lambda net: net.state("evidence", "deposits", "x", height=8)) == {"a": 1}


def test_pages_follow_each_other(node: MockNode) -> None:
    """As in `Net`."""
    node.page_rows = 3
    assert len(run(node, lambda net: collect(net.blocks()))) == 8


def test_failures_are_retried_and_raised_alike(node: MockNode, pauses: list[float]) -> None:
    """The flows are shared; this is their asynchronous driver."""
    node.faults["GET /v1/status"] = [problem("E_BUSY", 503), httpx.ConnectError("refused")]
    assert run(node, lambda net: net.status()).log_size == 8
    assert pauses == [0.1, 0.4]
    node.faults["GET /v1/status"] = [httpx.ConnectError("refused")] * 4
    with pytest.raises(Unavailable):
        run(node, lambda net: net.status())
    with pytest.raises(NotFinal):
        run(node, lambda net: net.wait("00" * 32, timeout_ms=0))
