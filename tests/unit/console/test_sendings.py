# SPDX-License-Identifier: Apache-2.0
"""A signed transaction on its way: four steps with their times, kept, and never sent twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tallystick.api import create_app
from tallystick.client import Identity, KeyStore
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.signing.sendings import Sending, State, is_lost, steps_of
from tallystick.node import Node
from tests.factories import CLERK, COURT
from tests.networks import wait_until
from tests.unit.console.conftest import Reader
from tests.unit.console.test_work import PLACE, be_the_clerk, filled_in

_SUBMITS = re.compile(r"/v1/contracts/[^/]+/[^/]+$")


class SlowNode:
    """A node's API whose pool can be full of others, and whose answers can be lost on the way."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self.is_full = False
        self.loses_answers = False
        self.refuses = False
        self.taken: list[bytes] = []
        """Bodies of submissions that reached the node itself."""
        self._held: list[tuple[dict[str, Any], bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the node; a submission may be held back, or its answer be lost."""
        if scope["method"] != "POST" or not _SUBMITS.match(scope["path"]):
            await self._application(scope, receive, send)
            return
        body = (await receive())["body"]
        if self.refuses:
            await _answer(send, 422, {"code": "E_EARLY", "title": "too early", "status": 422})
            return
        if self.is_full:
            self._held.append((scope, body))
            placed = {"transaction": {"id": "", "level": "accepted"}}
            await _answer(send, 202, placed)
            return
        await self._submit(scope, body, _nobody if self.loses_answers else send)
        if self.loses_answers:
            await _answer(send, 503, {"code": "E_UNAVAILABLE", "title": "gone", "status": 503})

    async def let_go(self) -> None:
        """Let the node have what was held back, once for each time it was sent."""
        self.is_full = False
        for scope, body in self._held:
            await self._submit(scope, body, _nobody)
        self._held.clear()

    async def _submit(self, scope: Any, body: bytes, send: Any) -> None:
        self.taken.append(body)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._application(scope, receive, send)


async def _nobody(_: Any) -> None:
    """Lose an answer."""


async def _answer(send: Any, status: int, document: Any) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(document)})


class Desk:
    """A clerk before a console of a slow node."""

    def __init__(self, slow: SlowNode, reader: Reader, runner: asyncio.Runner) -> None:
        self.slow = slow
        self.reader = reader
        self._runner = runner
        self.key = be_the_clerk(reader)

    def begin(self, title: str) -> str:
        """Fill a form in; return the address of its preview."""
        content = {"sha256": sha256(title.encode()).hexdigest(), "title": title}
        sent = self.reader.post(PLACE, data=filled_in(self.key, **content))
        assert sent.status_code == 303, sent.text
        return str(sent.headers["location"])

    def confirm(self, place: str) -> httpx.Response:
        """Press the button of a preview."""
        return self.reader.post(place, data={"form_key": self.key})

    def shown(self, place: str) -> Any:
        """Return what a page shows."""
        return self.reader.get(f"{place}.json").json()

    def states(self, place: str) -> list[tuple[str, str]]:
        """Return how the steps stand."""
        return [(one["name"], one["state"]) for one in self.shown(place)["sent"]["steps"]]

    def let_go(self) -> None:
        """Let the node have what was held back."""
        self._runner.run(self.slow.let_go())


@pytest.fixture
def desk(node: Node, tmp_path: Path) -> Iterator[Desk]:
    """Give the clerk."""
    KeyStore(tmp_path / "cast").save("clerk", Identity(COURT, "clerk", CLERK))
    options = ConsoleOptions(data=tmp_path, demonstration_keys=tmp_path / "cast")
    slow = SlowNode(create_app(node))
    transport = httpx.ASGITransport(app=create_console(slow, options))
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        yield Desk(slow, Reader(client, runner), runner)
        runner.run(client.aclose())


def size_of(node: Node) -> int:
    """Return how many transactions are on the ledger."""
    return node.status().log_size


ALL_DONE = [(name, "done") for name in ("signed", "pool", "block", "final")]


def test_what_is_final_at_once_shows_four_steps_with_their_times(desk: Desk) -> None:
    """In order; the second press of the button sends nothing."""
    place = desk.begin("sending at once")
    assert desk.shown(place)["sent"] is None
    assert desk.confirm(place).status_code == 303
    shown = desk.shown(place)["sent"]
    assert [(one["name"], one["state"]) for one in shown["steps"]] == ALL_DONE
    signed, pool, block, final = (one["at"] for one in shown["steps"])
    assert signed <= pool <= final
    assert block == shown["transaction"]["time_ms"]
    assert len(desk.slow.taken) == 1
    assert desk.confirm(place).status_code == 303
    assert len(desk.slow.taken) == 1
    page = desk.reader.get(place).text
    assert 'data-step="final" data-state="done"' in page
    assert 'hx-trigger="every 1s"' not in page


def test_what_waits_in_the_pool_is_followed_from_any_page(desk: Desk, node: Node) -> None:
    """The steps survive leaving the page, stand in the inbox, and end when a block has it."""
    desk.slow.is_full = True
    place = desk.begin("sending that waits")
    before = size_of(node)
    assert desk.confirm(place).status_code == 303
    waiting = [("signed", "done"), ("pool", "done"), ("block", "now"), ("final", "to-come")]
    assert desk.states(place) == waiting
    page = desk.reader.get(place).text
    assert 'hx-trigger="every 1s"' in page
    assert '<meta http-equiv="refresh"' in page  # for who has no script
    done = desk.reader.get("/inbox", params={"tab": "done"}).text
    assert f'href="{place}"' in done
    assert size_of(node) == before
    desk.let_go()
    wait_until(lambda: size_of(node) == before + 1, "the block")
    assert desk.states(place) == ALL_DONE
    assert f'href="{place}"' not in desk.reader.get("/inbox", params={"tab": "done"}).text


def test_a_lost_answer_is_asked_for_and_nothing_is_sent_twice(desk: Desk, node: Node) -> None:
    """The node took it, the console did not hear of it: the page finds it on the ledger."""
    place = desk.begin("answer that is lost")
    before = size_of(node)
    desk.slow.loses_answers = True
    assert desk.confirm(place).status_code == 503
    assert size_of(node) == before + 1
    assert desk.states(place) == ALL_DONE
    assert desk.confirm(place).status_code == 303
    assert (size_of(node), len(desk.slow.taken)) == (before + 1, 1)


def test_what_was_lost_with_a_node_is_sent_again_as_the_same_bytes(desk: Desk, node: Node) -> None:
    """Pressed again while it is in no block, the node has it twice and counts it once."""
    desk.slow.is_full = True
    place = desk.begin("sent again")
    before = size_of(node)
    for _ in range(2):
        assert desk.confirm(place).status_code == 303
    desk.let_go()
    assert size_of(node) == before + 1
    first, again = desk.slow.taken
    assert first == again


def test_a_refusal_at_the_door_leaves_the_preview(desk: Desk) -> None:
    """What the node did not take has come nowhere: it can be confirmed once more."""
    place = desk.begin("refused at the door")
    desk.slow.refuses = True
    assert desk.confirm(place).status_code == 422
    assert desk.shown(place)["sent"] is None
    desk.slow.refuses = False
    assert desk.confirm(place).status_code == 303
    assert desk.states(place) == ALL_DONE


def test_steps_of_what_came_too_late() -> None:
    """A transaction that nobody took in time failed in the pool, or before a block; times stay."""
    sent = Sending(pending="p", transaction="t", signed_at=5)
    held = Sending(pending="p", transaction="t", signed_at=5, taken_at=6)
    untaken = [one.state for one in steps_of(sent, None, is_lost=True)]
    assert untaken == [State.DONE, State.FAILED, State.TO_COME, State.TO_COME]
    assert [one.state for one in steps_of(held, None, is_lost=True)][2] is State.FAILED
    assert [one.at for one in steps_of(held, {"time_ms": 7}, is_lost=False)] == [5, 6, 7, None]
    assert [one.at for one in steps_of(None, {"time_ms": 7}, is_lost=False)][:2] == [None, None]
    assert [is_lost(100_000, now) for now in (159_999, 160_000)] == [False, True]
