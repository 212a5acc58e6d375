# SPDX-License-Identifier: Apache-2.0
"""The client against the real HTTP door over a node in memory: both speak the same language."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.api import HttpServer, Limits, create_app
from tallystick.client import (
    AsyncNet,
    BatchState,
    Identity,
    Placed,
    Result,
    connect,
    connect_async,
    plan_folder,
    problem_of,
    verify,
)
from tallystick.errors import (
    ActiveFile,
    Duplicate,
    HistoryTooLong,
    InvalidArguments,
    InvalidSignature,
    NotAMember,
    NotFound,
    Refused,
    RoleMissing,
    Unavailable,
    UnknownContract,
)
from tests.factories import ADMINISTRATOR, CLERK, COURT, TELLER
from tests.unit.api.fake_node import FakeNode
from tests.unit.interchange.test_active_content import pdf_with, script

ME = Identity(COURT, "clerk", CLERK)


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[FakeNode]:
    """Return a node in memory whose clock is this machine's."""
    (tmp_path / "node").mkdir()
    node = FakeNode(tmp_path / "node")
    node.now = time.time_ns() // 1_000_000
    yield node
    node.close()


def run(node: FakeNode, work: Callable[[AsyncNet], Awaitable[Any]], identity: Identity = ME) -> Any:
    """Run one piece of work over HTTP in this process."""

    async def whole() -> Any:
        app = create_app(node, limits=Limits())
        http = httpx.ASGITransport(app=app)
        async with connect_async("http://localhost", identity=identity, http=http) as net:
            return await work(net)

    return asyncio.run(whole())


async def collect(rows: AsyncIterator[Any]) -> list[Any]:
    """Return all rows of an asynchronous list."""
    return [row async for row in rows]


def test_a_deposit_is_made_found_shown_and_verified(backend: FakeNode, tmp_path: Path) -> None:
    """From a file to a match, offline at the end."""
    file = tmp_path / "采购合同.pdf"
    file.write_bytes(b"%PDF the contract")

    async def work(net: AsyncNet) -> None:
        deposit = await net.evidence.deposit(
            file,
            title="采购合同",
            case="（2026）京0491民初1号",
            kind="document",
            method="upload",
            collector={"device": "phone", "app": "camera"},
            note="原件",
            captured_at=1_700_000_000_000,
            with_sm3=True,
        )
        assert deposit.id is not None
        assert deposit.id.startswith("EV-")
        assert deposit.receipt.verification.result is Result.MATCH
        assert deposit.events[0].name == "evidence.Deposited"
        assert deposit.save().name == "采购合同.pdf.receipt.json"
        shown = await net.evidence.show(deposit.id)
        assert (shown.title, shown.file_name) == ("采购合同", "采购合同.pdf")
        assert shown.collector["app"] == "camera"
        (row,) = await collect(net.evidence.list(case="（2026）京0491民初1号", organization=COURT))
        assert row.id == deposit.id
        record = await net.transaction(deposit.transaction.id)
        assert record.args["media_type"] == "application/pdf"
        assert record.events[0].name == "evidence.Deposited"
        assert (await net.wait(deposit.transaction.id)).id == record.id
        assert (await net.verify("sha256:" + deposit.facts.sha256.hex())).ok
        assert await net.state("evidence", "deposits", deposit.id) is not None
        assert await net.state("evidence", "deposits", "EV-2026-999999") is None
        found = await net.query("evidence", "by_hash", sha256=deposit.facts.sha256.hex())
        assert found[0]["id"] == deposit.id
        trust = await net.trust()
        assert verify(file, trust=trust).ok
        file.write_bytes(b"%PDF the contrarct")
        assert verify(file, trust=trust).result is Result.NO_MATCH

    run(backend, work)


@pytest.mark.parametrize("form", ["bytes", "file"])
def test_a_pdf_with_scripts_is_deposited_only_as_it_is(
    backend: FakeNode, tmp_path: Path, form: str
) -> None:
    """Refused before anything is signed; said to be so, it goes on record with that."""
    data = pdf_with("/OpenAction", script())
    (tmp_path / "a.pdf").write_bytes(data)
    source = data if form == "bytes" else tmp_path / "a.pdf"

    async def work(net: AsyncNet) -> None:
        with pytest.raises(ActiveFile):
            await net.evidence.deposit(source, title="a")
        assert (await net.status()).log_size == 0
        kept = await net.evidence.deposit(source, title="a", active_content=True)
        assert kept.id is not None
        assert (await net.evidence.show(kept.id)).active_content is True

    run(backend, work)


def test_reading_gives_typed_records(backend: FakeNode) -> None:
    """Blocks, transactions, organisations, status, the log."""

    async def work(net: AsyncNet) -> None:
        for number in range(3):
            await net.evidence.deposit(bytes([number]), title=f"t{number}")
        assert [b.height for b in await collect(net.blocks())] == [3, 2, 1]
        assert (await net.block(2)).transactions[0].method == "deposit"
        rows = await collect(net.transactions(contract="evidence", method="deposit"))
        assert len(rows) == 3
        assert rows[0].sentence is not None
        organizations = await collect(net.organizations())
        assert COURT in {one.id for one in organizations}
        members = (await net.organization(COURT)).members
        assert "clerk" in {member.id for member in members}
        status = await net.status()
        assert (status.height, status.log_size, status.engine) == (3, 3, "solo")
        head = await net.check_log()
        assert head is not None
        assert head.size == 3
        with pytest.raises(NotFound):
            await net.block(9)

    run(backend, work)


def test_a_grown_log_is_proven_to_the_next_visit(backend: FakeNode) -> None:
    """Pins of one session hold the node to its word in the next (C7)."""

    async def work(net: AsyncNet) -> int:
        await net.evidence.deposit(str(len(backend.blocks)).encode(), title="t")
        head = await net.check_log()
        return 0 if head is None else head.size

    assert [run(backend, work) for _ in range(3)] == [1, 2, 3]


def test_the_state_of_an_older_height_is_proven(
    backend: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Absent before it was made; what is not there yet or too costly has its class."""

    async def work(net: AsyncNet) -> None:
        first = await net.evidence.deposit(b"one", title="t")
        second = await net.evidence.deposit(b"two", title="t")
        await net.evidence.deposit(b"three", title="t")
        for deposit, since in ((first, 1), (second, 2)):
            for height in range(4):
                found = await net.state("evidence", "deposits", str(deposit.id), height=height)
                assert (found is not None) is (height >= since)
        with pytest.raises(NotFound):
            await net.state("evidence", "deposits", "x", height=4)
        monkeypatch.setattr("tallystick.api.proofs.HISTORY_STEPS_MAX", 1)
        with pytest.raises(HistoryTooLong):
            await net.state("evidence", "deposits", "x", height=2)

    run(backend, work)


def test_the_members_of_a_height_are_proven(backend: FakeNode) -> None:
    """They are in the state, under a root of their own."""

    async def work(net: AsyncNet) -> None:
        await net.evidence.deposit(b"one", title="t")
        await net.evidence.deposit(b"two", title="t")
        for height in (1, 2, None):
            found = await net.state("membership", "organizations", COURT, height=height)
            assert isinstance(found, dict)
            assert await net.state("membership", "organizations", "x", height=height) is None

    run(backend, work)


def test_refusals_have_their_class_code_and_facts(backend: FakeNode) -> None:
    """Each from the layer that says no."""

    async def work(net: AsyncNet) -> None:
        first = await net.evidence.deposit(b"once", title="t")
        with pytest.raises(Duplicate) as twice:
            await net.evidence.deposit(b"once", title="t")
        found = problem_of(twice.value)
        assert found is not None
        assert isinstance(found.facts, dict)
        assert found.facts["existing"] == first.id
        with pytest.raises(Refused) as early:
            await net.evidence.deposit(b"later", title="t", captured_at=2**45)
        assert early.value.code == "E_EARLY"
        with pytest.raises(InvalidArguments):
            await net.call("evidence", "deposit", nonsense=1)
        with pytest.raises(UnknownContract):
            await net.call("nothing", "deposit")
        raw = await net.sign("evidence", "deposit", {"sha256": "ab" * 32, "size": 1, "title": "t"})
        with pytest.raises(InvalidSignature):
            await net.submit(raw[:-1] + bytes([raw[-1] ^ 1]))

    run(backend, work)


def test_who_may_not_deposit_is_told_so(backend: FakeNode) -> None:
    """A member without the role, a key of another organisation, a stranger."""

    async def work(net: AsyncNet) -> None:
        await net.evidence.deposit(b"x", title="t")

    with pytest.raises(RoleMissing):
        run(backend, work, Identity(COURT, "head", ADMINISTRATOR))
    with pytest.raises(NotAMember):
        run(backend, work, Identity(COURT, "clerk", TELLER))


def test_many_transactions_in_one_request(backend: FakeNode) -> None:
    """Places and errors in order; the same bytes again give the same places."""

    async def work(net: AsyncNet) -> None:
        batch = [
            await net.sign(
                "evidence", "deposit", {"sha256": f"{n:064x}", "size": 1, "title": f"t{n}"}
            )
            for n in range(1, 21)
        ]
        broken = batch[0][:-1] + bytes([batch[0][-1] ^ 1])
        *placed, refused = await net.submit_many([*batch, broken])
        assert all(isinstance(one, Placed) and one.code == "ok" for one in placed)
        assert isinstance(refused, InvalidSignature)
        assert await net.submit_many(batch) == placed

    run(backend, work)


def test_a_batch_is_resumed(backend: FakeNode, tmp_path: Path) -> None:
    """With the real contract's list of duplicates, and with sampling."""
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(7):
        (folder / f"{number}.txt").write_bytes(b"%d" % number)
    (folder / "bad.txt").write_bytes(b"")

    async def work(net: AsyncNet) -> list[BatchState]:
        plan = plan_folder(folder, case="1")
        return [one.state async for one in net.evidence.deposit_batch(plan, items_max=3)]

    async def alone(net: AsyncNet) -> None:
        await net.evidence.deposit(folder / "4.txt", case="1")

    run(backend, alone)
    expected = [BatchState.DEPOSITED] * 8
    expected[4] = BatchState.EXISTING
    assert run(backend, work) == expected
    assert run(backend, work) == [BatchState.EXISTING] * 8


def test_events_come_over_a_real_connection_and_survive_a_restart(backend: FakeNode) -> None:
    """The blocking client, sockets, history first and then live, resumed at a new server."""
    with HttpServer(backend, port=0) as server, connect(_url(server), identity=ME) as net:
        for number in range(3):
            net.evidence.deposit(bytes([number]), title=f"t{number}")
        events = net.events.follow("evidence.*", since="last")
        titles = [next(events).fields["title"] for _ in range(3)]
        assert titles == ["t0", "t1", "t2"]
        net.evidence.deposit(b"live", title="live")
        live = next(events)
        assert (live.fields["title"], live.id) == ("live", "4.0.0")
        events.close()  # type: ignore[attr-defined]  # it is a generator
        port = server.port
    with HttpServer(backend, port=port) as server, connect(_url(server), identity=ME) as net:
        again = net.events.follow("evidence.*", since="last")
        assert next(again).fields["title"] == "live"
        again.close()  # type: ignore[attr-defined]  # it is a generator


def test_an_address_where_nobody_listens_is_unavailable(pauses: list[float]) -> None:
    """The real error of a real socket."""
    with connect("http://localhost:1") as net, pytest.raises(Unavailable, match="cannot be"):
        net.status()
    assert len(pauses) == 3


def _url(server: HttpServer) -> str:
    return f"http://localhost:{server.port}"
