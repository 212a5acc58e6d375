# SPDX-License-Identifier: Apache-2.0
"""The event stream: parsed line by line, resumed without gap, and remembered by the consumer."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path

import httpx
import pytest

from tallystick.client import LiveEvent
from tallystick.client.event_stream import EventParser
from tallystick.errors import LimitExceeded, Rejected, Unavailable
from tests.unit.client.mock_node import MockNode, problem


def frame(height: int) -> str:
    """Return one event as the API sends it."""
    data = {
        "id": f"{height}.0.0",
        "name": "evidence.Deposited",
        "height": height,
        "index": 0,
        "position": 0,
        "transaction": "ab" * 32,
        "time": "2023-11-14T22:13:21.000Z",
        "time_ms": 1_700_000_001_000,
        "fields": {"id": f"EV-{height}"},
        "sentence": {"zh": "存证", "en": "deposited"},
    }
    return f"id: {height}.0.0\nevent: evidence.Deposited\ndata: {json.dumps(data)}\n\n"


def stream(*heights: int) -> httpx.Response:
    """Return a stream that sends some events, with comments between, and ends."""
    text = "retry: 2000\n: hello\n\n" + ": heartbeat\n\n".join(frame(h) for h in heights)
    return httpx.Response(200, text=text, headers={"content-type": "text/event-stream"})


def heights(events: list[LiveEvent]) -> list[int]:
    """Return the heights of events."""
    return [event.height for event in events]


def test_events_are_typed(node: MockNode) -> None:
    """Names, fields, sentence, place and time."""
    node.faults["GET /v1/events"] = [stream(1)]
    with node.net() as net:
        event = next(net.events.follow("evidence.*"))
    assert (event.id, event.name) == ("1.0.0", "evidence.Deposited")
    assert event.fields == {"id": "EV-1"}
    assert event.sentence is not None
    assert event.sentence.zh == "存证"
    assert event.time.tzinfo is not None
    assert dict(node.requests[-1].url.params) == {"name": "evidence.*"}
    assert node.requests[-1].headers["accept"] == "text/event-stream"


def test_a_broken_stream_is_resumed_after_the_last_event(
    node: MockNode, pauses: list[float]
) -> None:
    """No gap, no repetition: the server is told the last id."""
    node.faults["GET /v1/events"] = [stream(1, 2), httpx.ReadError("broken"), stream(3)]
    with node.net() as net:
        events = list(itertools.islice(net.events.follow(since=0), 3))
    assert heights(events) == [1, 2, 3]
    first, second, third = (r for r in node.requests if r.url.path == "/v1/events")
    assert first.url.params["since"] == "0"
    for later in (second, third):
        assert later.headers["last-event-id"] == "2.0.0"
        assert "since" not in later.url.params
    assert pauses == [0.0, 0.2]


def test_an_event_cut_in_the_middle_is_not_handed_out(node: MockNode, pauses: list[float]) -> None:
    """It comes whole after the reconnection."""
    cut = httpx.Response(200, text=frame(1) + frame(2)[:-20])
    node.faults["GET /v1/events"] = [cut, stream(2)]
    with node.net() as net:
        assert heights(list(itertools.islice(net.events.follow(), 2))) == [1, 2]
    assert pauses == [0.0]


def test_a_stream_that_never_brings_anything_is_given_up(
    node: MockNode, pauses: list[float]
) -> None:
    """After growing pauses, with the last reason."""
    node.faults["GET /v1/events"] = [httpx.ConnectError("refused")] * 8
    with node.net() as net, pytest.raises(Unavailable, match="cannot be reached"):
        next(net.events.follow())
    assert len(pauses) == 7
    node.faults["GET /v1/events"] = [httpx.Response(200, text="")] * 8
    with node.net() as net, pytest.raises(Unavailable, match="keeps ending"):
        next(net.events.follow())


def test_a_refused_stream_raises_its_problem(node: MockNode) -> None:
    """A wrong name is the caller's mistake, not a broken connection."""
    node.faults["GET /v1/events"] = [problem("E_ARGUMENT", 422)]
    with node.net() as net, pytest.raises(Rejected):
        next(net.events.follow("***"))


def test_a_consumer_goes_on_where_it_stopped(node: MockNode, home: Path) -> None:
    """An event counts as dealt with when the consumer comes back for the next one."""
    node.faults["GET /v1/events"] = [stream(1, 2, 3), stream(2, 3), stream(3)]
    with node.net() as net:
        events = net.events.follow("evidence.*", since="last")
        assert heights([next(events), next(events)]) == [1, 2]
    with node.net() as net:
        assert next(net.events.follow("evidence.*", since="last")).height == 2
    with node.net() as net:
        next(net.events.follow(since="last"))
    asked = [r for r in node.requests if r.url.path == "/v1/events"]
    assert asked[0].url.params["since"] == "0"
    assert asked[1].headers["last-event-id"] == "1.0.0"
    assert "last-event-id" not in asked[2].headers
    assert len(list((home / "cursors").glob("[0-9a-f]*"))) == 1


def test_what_is_no_event_is_no_nodes(node: MockNode) -> None:
    """Nonsense in the stream ends it, after some attempts."""
    node.faults["GET /v1/events"] = [httpx.Response(200, text="data: {}\n\n")] * 1
    with node.net() as net:
        parser = EventParser()
        parser.feed("data: {}")
        with pytest.raises(Unavailable, match="not a node's"):
            parser.feed("")
        assert net is not None


def test_an_event_has_a_size_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lines it has."""
    monkeypatch.setattr("tallystick.client.event_stream._DATA_MAX", 10)
    parser = EventParser()
    parser.feed("data: 123456")
    with pytest.raises(LimitExceeded):
        parser.feed("data: 123456")


def test_the_asynchronous_stream_is_the_same(node: MockNode, pauses: list[float]) -> None:
    """Resumed, refused and given up alike."""

    async def work() -> list[int]:
        found = []
        async with node.async_net() as net:
            async for event in net.events.follow(since=0):
                found.append(event.height)
                if len(found) == 3:
                    break
        return found

    node.faults["GET /v1/events"] = [stream(1, 2), httpx.ReadError("broken"), stream(3)]
    assert asyncio.run(work()) == [1, 2, 3]
    assert pauses == [0.0, 0.2]
    node.faults["GET /v1/events"] = [problem("E_ARGUMENT", 422)]
    with pytest.raises(Rejected):
        asyncio.run(work())
