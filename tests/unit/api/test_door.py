# SPDX-License-Identifier: Apache-2.0
"""The door: bodies within bounds, headers that give a browser nothing, HEAD without a body."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tallystick.api import ROUTES, Limits, create_app
from tallystick.api.budget import Budget
from tallystick.api.door import host_name
from tallystick.errors import Halted, Overloaded
from tests.unit.api.caller import Caller, Reply, ask, scope
from tests.unit.api.fake_node import FakeNode, deposit

COSE = {"content-type": "application/cose"}


def post_pieces(node: FakeNode, pieces: list[bytes], limits: Limits | None = None) -> Reply:
    """Post a body in pieces, without saying how long it is."""
    app = create_app(node, limits=limits)
    return asyncio.run(ask(app, "POST", "/v1/transactions", headers=COSE, pieces=pieces))


def test_a_body_may_come_in_pieces(node: FakeNode) -> None:
    """As networks deliver it."""
    raw = deposit(1)
    assert post_pieces(node, [raw[:10], b"", raw[10:]]).status == 201


def test_a_body_that_says_it_is_too_large_is_refused_unread(node: FakeNode) -> None:
    """413 before a byte of it was asked for."""
    app = create_app(node)
    made = scope("POST", "/v1/transactions", COSE)
    made["headers"].append((b"content-length", b"9999999"))
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("the body was read")

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(made, receive, send))
    assert sent[0]["status"] == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", " 1", "9" * 5_000])
def test_an_odd_content_length_is_refused(node: FakeNode, length: str) -> None:
    """The server in front refuses these too; nothing depends on it."""
    app = create_app(node)
    made = scope("POST", "/v1/transactions", COSE)
    made["headers"].append((b"content-length", length.encode()))
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(made, _never, send))
    assert sent[0]["status"] in {400, 413}


async def _never() -> Any:
    await asyncio.Event().wait()


def test_a_body_that_grows_beyond_its_limit_is_refused(node: FakeNode) -> None:
    """Whatever it said before."""
    reply = post_pieces(node, [b"x" * 40_000, b"x" * 40_000, b"x" * 40_000])
    assert (reply.status, reply.code) == (413, "E_LIMIT")


def test_a_body_that_does_not_come_is_408(node: FakeNode) -> None:
    """A slow sender does not hold a request for ever (A3)."""
    app = create_app(node, limits=Limits(body_timeout_ms=10))
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope("POST", "/v1/transactions", COSE), _never, send))
    assert sent[0]["status"] == 408


def test_a_client_that_goes_away_is_no_incident(node: FakeNode) -> None:
    """Nobody reads the answer; the log stays quiet."""
    reply = post_pieces(node, [])
    assert (reply.status, reply.code) == (503, "E_UNAVAILABLE")


def test_all_bodies_together_are_bounded_and_given_back(node: FakeNode) -> None:
    """503 E_BUSY beyond the memory set aside; afterwards there is room again."""
    raw = deposit(1)
    limits = Limits(body_bytes_total_max=len(raw))
    assert post_pieces(node, [raw, b"x"], limits).code == "E_BUSY"
    app = create_app(node, limits=limits)
    for number in (1, 2):
        body = deposit(number)
        reply = asyncio.run(ask(app, "POST", "/v1/transactions", headers=COSE, body=body))
        assert reply.status == 201
    assert app.state.body_bytes.held == 0


def test_a_budget_refuses_what_goes_beyond() -> None:
    """And says how much is held."""
    budget = Budget("things", 3)
    budget.take(2)
    with pytest.raises(Overloaded, match="too many things"):
        budget.take(2)
    budget.release(2)
    budget.take(3)
    assert budget.held == 3


@pytest.mark.parametrize("target", ["/healthz", "/nope", "/v1/status", "/", "/docs"])
def test_no_answer_lets_a_browser_do_anything(caller: Caller, target: str) -> None:
    """No sniffing, no framing, no scripts from elsewhere, no cookies."""
    headers = caller.get(target).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "set-cookie" not in headers
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("route", [one for one in ROUTES if one.method == "GET"])
def test_head_answers_as_get_without_the_body(route: Any, caller: Caller) -> None:
    """Same status and size, no body (RFC 9110 section 9.3.2)."""
    if "{" in route.path or route.name in {"follow_events", "follow_blocks"}:
        return
    got, head = caller.get(route.path), caller.get(route.path, method="HEAD")
    assert head.body == b""
    assert head.status == got.status
    if route.name != "show_metrics" and got.status < 400:
        assert head.headers["content-length"] == got.headers["content-length"]


def test_websockets_are_not_spoken(caller: Caller) -> None:
    """The application does not answer other protocols."""

    async def scene() -> None:
        async def send(message: Any) -> None:
            raise AssertionError(message)

        await caller.app({"type": "websocket"}, _never, send)

    caller.run(scene())


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:8700", "localhost"),
        ("LocalHost", "localhost"),
        ("[::1]:8700", "::1"),
        ("[::1]", "::1"),
        ("127.0.0.1", "127.0.0.1"),
        ("", ""),
    ],
)
def test_the_name_in_a_host_header_is_found(host: str, name: str) -> None:
    """With and without port, version 6 addresses too."""
    assert host_name(host) == name


def test_a_route_without_a_handler_is_an_invariant(node: FakeNode) -> None:
    """It cannot be written without somebody noticing."""
    from dataclasses import replace

    from tallystick.api.directory import Directory
    from tallystick.api.door import Door

    health = next(one for one in ROUTES if one.name == "show_health")
    app = Door(create_app(node).state, Directory([replace(health, reader=None)]))
    reply = asyncio.run(ask(app, "GET", "/healthz"))
    assert (reply.status, reply.code) == (503, Halted.code)
