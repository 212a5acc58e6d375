# SPDX-License-Identifier: Apache-2.0
"""Previews and changes from Python, through the real HTTP door, blocking and not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.api import HttpServer, Limits, create_app
from tallystick.client import AsyncNet, Identity, Net, Preview, connect, connect_async
from tallystick.errors import InvalidArguments, NotFound, UnknownContract, UsageError
from tests.factories import ADMINISTRATOR, CLERK, COURT, TELLER
from tests.unit.api.fake_node import FakeNode
from tests.unit.api.fund import GENESIS_BYTES, Fund

ME = Identity(COURT, "clerk", CLERK)
HEAD = Identity(COURT, "head", ADMINISTRATOR)
OPEN = ("C-1", "Schools", 1250)


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[FakeNode]:
    """Return a node with the fund contract, whose clock is this machine's."""
    (tmp_path / "node").mkdir()
    node = FakeNode(tmp_path / "node", GENESIS_BYTES, contracts=(Fund,))
    node.now = time.time_ns() // 1_000_000
    yield node
    node.close()


@pytest.fixture
def connected(backend: FakeNode) -> Iterator[Callable[..., Net]]:
    """Connect over a real socket, as the clerk or as somebody else."""
    opened: list[Net] = []
    with HttpServer(backend, port=0) as server:

        def open_net(identity: Identity | None = ME) -> Any:
            opened.append(connect(f"http://localhost:{server.port}", identity=identity))
            return opened[-1]

        yield open_net
        for net in opened:
            net.close()


def test_a_preview_tells_what_the_call_then_does(connected: Callable[..., Any]) -> None:
    """By name of the method or of contract and method; bytes go as bytes."""
    net = connected()
    told: Any = net.fund.raising.open.preview(*OPEN, seal=b"\xca\xfe")
    assert isinstance(told, Preview)
    assert (told.is_ok, told.code, told.height, told.member) == (True, "ok", 0, "clerk")
    (change,) = told.changes
    assert (change.change, change.key) == ("added", "C-1")
    assert change.after is not None
    assert change.after["seal"] == "cafe"
    assert told.events[0].name == "fund.raising.Opened"
    args = {"id": "C-1", "title": "Schools", "goal": 1250, "seal": b"\xca\xfe"}
    assert net.preview("fund.raising", "open", args).changes == told.changes
    done = net.fund.raising.open(*OPEN, seal=b"\xca\xfe")
    changed = net.transaction_changes(done.tx.id)
    assert (changed.code, changed.height, changed.change_count) == ("ok", 1, 1)
    (record,) = changed.changes
    assert (record.key, record.after["seal"]) == ("C-1", "cafe")
    assert not changed.to_dict()["readers"]["sealed"]


def test_a_refusal_is_a_part_of_the_preview(connected: Callable[..., Any]) -> None:
    """Nothing is raised but for what is no call at all."""
    net = connected()
    net.fund.raising.open(*OPEN)
    told = net.fund.raising.open.preview(*OPEN)
    assert (told.is_ok, told.error.code) == (False, "E_DUP")
    assert told.error.sentence.en.startswith("There is a campaign C-1 already")
    assert told.changes == ()
    with pytest.raises(InvalidArguments):
        net.fund.raising.open.preview("C-2")
    with pytest.raises(UsageError, match="is a query"):
        net.fund.raising.show.preview("C-1")
    with pytest.raises(UnknownContract):
        net.preview("nowhere", "open", {})
    with pytest.raises(NotFound):
        net.transaction_changes("00" * 32)
    with pytest.raises(UsageError, match="who would sign"):
        connected(None).preview("fund.raising", "open", {})


def test_membership_is_previewed_with_its_bytes(connected: Callable[..., Any]) -> None:
    """It has no schema, so that bytes are marked, at any depth."""
    net = connected(HEAD)
    told = net.preview("membership", "revoke_key", {"public_key": CLERK.public_key})
    ((change,), founded) = told.changes, net.founding_changes()
    assert (change.table, change.key) == ("keys", CLERK.public_key.hex())
    assert change.before in [one.after for one in founded.changes]
    assert founded.change_count == len(founded.changes)
    action = {"type": "set_validator", "keys": [TELLER.public_key]}
    assert net.preview("governance", "propose", {"action": action}).error is not None


def test_the_asynchronous_net_is_the_mirror_image(backend: FakeNode) -> None:
    """`preview` ends the dotted name of a method."""

    async def work(net: AsyncNet) -> None:
        found: Any = net
        told = await found.fund.raising.open.preview(*OPEN)
        assert told.is_ok
        (method,) = (one for one in await net.contracts() if one.schema.name == "fund.raising")
        assert await method.method("open").preview(*OPEN) == told
        args: dict[str, Any] = {"id": "C-1", "title": "Schools", "goal": 1250}
        assert (await net.preview("fund.raising", "open", args)).changes == told.changes
        done = await found.fund.raising.open(*OPEN)
        assert (await net.transaction_changes(done.tx.id)).change_count == 1
        assert (await net.founding_changes()).changes
        with pytest.raises(UnknownContract):
            await found.fund.raising.preview()
        with pytest.raises(UnknownContract):
            await found.nowhere.at.all.preview()

    run(backend, work)


def run(node: FakeNode, work: Callable[[AsyncNet], Awaitable[None]]) -> None:
    """Run asynchronous work over HTTP in this process."""

    async def whole() -> None:
        http = httpx.ASGITransport(app=create_app(node, limits=Limits()))
        async with connect_async("http://localhost", identity=ME, http=http) as net:
            await work(net)

    asyncio.run(whole())
