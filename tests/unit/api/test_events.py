# SPDX-License-Identifier: Apache-2.0
"""The event stream: no gap, no repetition, whoever is slow or comes back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tallystick.api import Door, Limits, create_app
from tallystick.api.event_ids import LAST, matches, parse_place
from tallystick.api.view_ports import EventPlace
from tallystick.errors import Rejected, StorageFailed
from tallystick.model import Block
from tests.unit.api.caller import Caller, OpenStream, ask, events_in
from tests.unit.api.fake_node import FakeNode, deposit, deposit_args, signed

QUICK = Limits(event_heartbeat_ms=20, event_send_timeout_ms=20, event_clients_max=2)


def play(node: FakeNode, scene: Callable[[Door], Awaitable[Any]], limits: Limits = QUICK) -> Any:
    """Run a scene with an application, which is closed at the end."""

    async def whole() -> Any:
        app = create_app(node, limits=limits)
        try:
            return await scene(app)
        finally:
            app.state.tip.close()

    return asyncio.run(whole())


def ids(events: list[dict[str, Any]]) -> list[str]:
    """Return the ids of events."""
    return [event["id"] for event in events]


def test_history_comes_first_and_then_what_happens(node: FakeNode) -> None:
    """One stream over the seam between past and present."""
    node.submit([deposit(1), deposit(2)])

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/events?since=0")
        assert await stream.read() == b"retry: 2000\n: events follow; resume with the last id\n\n"
        assert ids(await stream.read_events(2)) == ["1.0.0", "1.1.0"]
        await asyncio.to_thread(node.submit, [deposit(3)])
        (event,) = await stream.read_events(1)
        assert event["id"] == "2.0.0"
        assert event["name"] == "evidence.Deposited"
        assert event["fields"]["id"] == "EV-2023-000003"
        assert "存证《采购合同 3》" in event["sentence"]["zh"]
        assert event["time"] == "2023-11-14T22:13:22.000Z"
        headers = dict(stream.head["headers"])
        assert headers[b"content-type"] == b"text/event-stream"
        assert headers[b"cache-control"] == b"no-store"
        await stream.close()
        assert app.state.event_clients.held == 0

    play(node, scene)


def test_without_a_place_only_what_comes_is_sent(node: FakeNode) -> None:
    """From now on."""
    node.submit([deposit(1)])

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/events")
        await stream.read()
        await asyncio.to_thread(node.submit, [deposit(2)])
        assert ids(await stream.read_events(1)) == ["2.0.0"]
        await stream.close()

    play(node, scene)


def test_a_new_block_is_read_once_for_all_streams(
    node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many wait for it; and a stream that goes meanwhile takes nothing from the others."""
    read: list[int] = []
    whole = type(node).block
    is_being_read, is_let_go = threading.Event(), threading.Event()

    def counted(self: FakeNode, height: int) -> Block:
        read.append(height)
        is_being_read.set()
        assert is_let_go.wait(10)
        return whole(self, height)

    monkeypatch.setattr(type(node), "block", counted)

    async def scene(app: Door) -> None:
        streams = [OpenStream(app, "/v1/events") for _ in range(5)]
        for stream in streams:
            await stream.read()
        await asyncio.to_thread(node.submit, [deposit(1)])
        assert await asyncio.to_thread(is_being_read.wait, 10)
        await streams[0].close()
        is_let_go.set()
        for stream in streams[1:]:
            assert ids(await stream.read_events(1)) == ["1.0.0"]
            await stream.close()
        assert read == [1]

    play(node, scene, Limits(event_heartbeat_ms=10_000, event_clients_max=5))


@pytest.mark.parametrize("is_header", [True, False])
def test_a_stream_resumes_in_the_middle_of_a_block(node: FakeNode, *, is_header: bool) -> None:
    """After the very event that was seen last; the header wins over the parameter."""
    node.submit([deposit(1), deposit(2), deposit(3)])
    node.submit([deposit(4)])

    async def scene(app: Door) -> None:
        if is_header:
            stream = OpenStream(app, "/v1/events?since=0", last_event_id="1.1.0")
        else:
            stream = OpenStream(app, "/v1/events?since=1.1.0")
        assert ids(await stream.read_events(2)) == ["1.2.0", "2.0.0"]
        await stream.close()

    play(node, scene)


def test_events_are_filtered_by_name(node: FakeNode) -> None:
    """A whole name, or a beginning with a star."""
    node.submit([deposit(1)])

    async def scene(app: Door) -> None:
        for name, found in (("evidence.*", 1), ("evidence.Deposited", 1), ("*", 1), ("x.*", 0)):
            stream = OpenStream(app, f"/v1/events?since=0&name={name}")
            await stream.read()
            piece = await stream.read()
            assert piece is not None
            assert len(events_in(piece)) == found
            assert found or piece == b": heartbeat\n\n"
            await stream.close()

    play(node, scene)


def test_a_long_history_is_read_from_the_views_without_a_seam(node: FakeNode) -> None:
    """450 events in 90 blocks, more than a page; the views end 20 blocks before the tip."""
    for first in range(1, 351, 5):
        node.submit([deposit(number) for number in range(first, first + 5)])
    node.projects = False
    for first in range(351, 451, 5):
        node.submit([deposit(number) for number in range(first, first + 5)])

    async def scene(app: Door) -> list[dict[str, Any]]:
        stream = OpenStream(app, "/v1/events?since=0")
        found: list[dict[str, Any]] = await stream.read_events(450)
        await stream.close()
        return found

    found = play(node, scene)
    assert ids(found) == [f"{height}.{index}.0" for height in range(1, 91) for index in range(5)]
    # History and present tell the same of an event.
    titles = [event["fields"]["title"] for event in found]
    assert titles == [f"采购合同 {number}" for number in range(1, 451)]
    assert {tuple(sorted(event)) for event in found} == {tuple(sorted(found[0]))}


def test_views_that_lag_far_behind_do_not_stop_the_stream(node: FakeNode) -> None:
    """Then the blocks themselves are read."""
    node.projects = False
    for number in range(1, 41):
        node.submit([deposit(number)])

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/events?since=0")
        assert len(await stream.read_events(40)) == 40
        await stream.close()

    play(node, scene)


def test_an_empty_page_of_history_that_goes_on_is_followed(
    node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page may be empty and still have a cursor: nothing after it may be skipped."""
    for number in range(1, 41):
        node.submit([deposit(number)])
    honest = node.views.list_events
    calls: list[str | None] = []

    def hesitant(pattern: str | None, **options: Any) -> Any:
        calls.append(options["cursor"])
        page = honest(pattern, **{**options, "cursor": None})
        if options["cursor"] is None:
            return type(page)((), "go on", page.height)
        return page

    monkeypatch.setattr(node.views, "list_events", hesitant)

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/events?since=0")
        assert len(await stream.read_events(40)) == 40
        await stream.close()

    play(node, scene)
    assert calls == [None, "go on"]


def test_silence_is_broken_by_heartbeats(node: FakeNode) -> None:
    """So that proxies and clients know that the stream is alive."""

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/events")
        await stream.read()
        assert [await stream.read() for _ in range(2)] == [b": heartbeat\n\n"] * 2
        await stream.close()

    play(node, scene)


def test_a_client_that_takes_nothing_is_let_go(node: FakeNode) -> None:
    """Its place in the number of streams is free again; it can resume by its last id."""
    node.submit([deposit(1)])

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/events?since=0")
        await stream.read()
        stream.stuck_sends = 99
        await stream.ended()
        assert app.state.event_clients.held == 0

    play(node, scene)


def test_a_client_that_is_slow_once_is_told_to_resume(node: FakeNode) -> None:
    """The comment reaches a client that has begun to read again."""
    node.submit([deposit(1)])

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/events?since=0")
        await stream.read()
        stream.stuck_sends = 1
        assert await stream.read() == b": too slow; resume with the last id\n\n"
        assert await stream.read() is None

    play(node, scene)


def test_the_number_of_streams_is_bounded(node: FakeNode) -> None:
    """503 and Retry-After for the one too many; a place becomes free when one goes."""

    async def scene(app: Door) -> None:
        streams = [OpenStream(app, "/v1/events") for _ in range(2)]
        for stream in streams:
            await stream.read()
        refused = await ask(app, "GET", "/v1/events")
        assert (refused.status, refused.code) == (503, "E_BUSY")
        await streams[0].close()
        another = OpenStream(app, "/v1/events")
        assert await another.read()
        for stream in (streams[1], another):
            await stream.close()

    play(node, scene)


def test_a_server_that_stops_ends_its_streams_at_once(node: FakeNode) -> None:
    """And does not wait for a heartbeat."""

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/events")
        await stream.read()
        app.state.tip.close()
        assert await stream.read() is None
        await stream.ended()

    play(node, scene, Limits(event_heartbeat_ms=60_000))


def test_a_fault_of_the_node_ends_the_stream_so_that_the_client_resumes(
    node: FakeNode, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The head of the answer is gone; only the end can tell."""
    node.submit([deposit(1)])

    def broken(_: int) -> None:
        raise StorageFailed("gone")

    monkeypatch.setattr(node, "block", broken)

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/events?since=0")
        await stream.read()
        assert await stream.read() is None
        await stream.ended()

    play(node, scene)
    assert "an event stream ended at 0." in caplog.text


def test_a_place_in_the_future_waits(node: FakeNode) -> None:
    """A client of another node may be ahead of this one."""

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/events?since=1.0.0")
        await stream.read()
        assert await stream.read() == b": heartbeat\n\n"
        await asyncio.to_thread(node.submit, [deposit(1), deposit(2)])
        piece = b": heartbeat\n\n"
        while piece == b": heartbeat\n\n":
            piece = await stream.read() or b""
        assert ids(events_in(piece)) == ["1.1.0"]
        await stream.close()

    play(node, scene)


def test_head_of_a_stream_ends(caller: Caller) -> None:
    """HEAD has no body, so there is nothing to wait for."""
    reply = caller.get("/v1/events", method="HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert caller.app.state.event_clients.held == 0


@pytest.mark.parametrize(
    "query", ["since=x", "since=1.2", "since=-1", "since=1.2.3.4", "name=*x", "name=a%20b"]
)
def test_wrong_places_and_names_are_refused(caller: Caller, query: str) -> None:
    """Before the stream begins."""
    reply = caller.get(f"/v1/events?{query}")
    assert (reply.status, reply.code) == (400, "E_REQUEST")
    assert caller.app.state.event_clients.held == 0


def test_places_are_read_strictly() -> None:
    """An id, or a height: all of its block is then behind."""
    assert parse_place("3.2.1") == EventPlace(3, 2, 1)
    assert parse_place("3") == EventPlace(3, LAST, LAST) > EventPlace(3, 9, 9)
    with pytest.raises(Rejected):
        parse_place("३")


def test_names_match_as_the_views_match_them() -> None:
    """The same pattern means the same in history and present."""
    assert matches(None, "a.B")
    assert matches("a.*", "a.B")
    assert not matches("a.*", "ab.C")
    assert matches("a.B", "a.B")
    assert not matches("a.B", "a.Bc")


def test_large_blocks_are_sent_in_pieces(node: FakeNode) -> None:
    """A piece is at most a little over 64 KiB, so that no buffer swells."""
    node.submit([deposit(number, title="题" * 200) for number in range(1, 101)])

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/events?since=0")
        await stream.read()
        pieces: list[bytes] = []
        while sum(len(events_in(piece)) for piece in pieces) < 100:
            pieces.append(await stream.read() or b"")
        assert len(pieces) > 1
        assert max(map(len, pieces)) < 70_000
        await stream.close()

    play(node, scene, Limits())


def test_new_blocks_are_told_with_and_without_events(node: FakeNode) -> None:
    """The newest at once, then each newer one; a lull is a heartbeat."""
    node.submit([deposit(1)])

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/blocks/follow")
        assert (await stream.read() or b"").startswith(b"retry: 2000\n")
        assert await stream.read() == b'id: 1\ndata: {"height":1}\n\n'
        assert await stream.read() == b": heartbeat\n\n"
        await asyncio.to_thread(node.submit, [signed("deposit", deposit_args(1), nonce=9)])
        pieces = [await stream.read() for _ in range(2)]  # a heartbeat may come before
        assert b'id: 2\ndata: {"height":2}\n\n' in pieces
        app.state.tip.close()
        assert await stream.read() is None
        assert app.state.event_clients.held == 0

    play(node, scene)


def test_a_new_block_is_told_even_if_lists_are_behind(node: FakeNode) -> None:
    """Whoever asks then gets an older list, and knows by its height."""
    node.projects = False
    node.submit([deposit(1)])

    async def scene(app: Door) -> None:
        stream = OpenStream(app, "/v1/blocks/follow")
        await stream.read()
        assert await stream.read() == b'id: 1\ndata: {"height":1}\n\n'
        await stream.close()

    play(node, scene, Limits(views_wait_ms_max=10))
