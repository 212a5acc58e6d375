# SPDX-License-Identifier: Apache-2.0
"""Submitting: the same bytes again are safe, so failures are retried and results matched."""

from __future__ import annotations

import re
import time

import httpx
import pytest

from tallystick.client import Placed, problem_of
from tallystick.errors import NotFinal, Refused, TallystickError, Unavailable, UnknownContract
from tallystick.model import decode_transaction
from tests.unit.client.mock_node import MockNode, problem
from tests.unit.client.world import World, sha256_hex

KEY = b"evidence/deposits/EV-1"


def test_submitting_the_same_bytes_again_gives_the_first_outcome(
    node: MockNode, pauses: list[float]
) -> None:
    """So a broken connection is simply tried again."""
    with node.net() as net:
        raw = net.sign("evidence", "deposit", {"sha256": sha256_hex(b"1"), "size": 1})
        node.faults["POST /v1/transactions"] = [
            httpx.ReadError("broken"),
            httpx.ReadTimeout("slow"),
            problem("E_BUSY", 503),
        ]
        placed = net.submit(raw)
        assert net.submit(raw) == placed
    assert (placed.code, placed.leaf_index) == ("ok", 8)
    assert pauses == [0.1, 0.4, 1.6]


def test_validity_keeps_to_what_members_voted_for(node: MockNode) -> None:
    """A vote may shorten the lifetime of transactions; a node that says more is not heard."""
    founding = node.world.genesis.parameters.transaction_lifetime_ms_max
    for said, most in ((60_000, 60_000), (0, founding), (10 * founding, founding)):
        node.lifetime_ms = said
        with node.net() as net:
            started = time.time_ns() // 1_000_000
            calls = [decode_transaction(net.sign("evidence", "deposit", {})).call for _ in "ab"]
        for call in calls:
            assert started < call.valid_until <= time.time_ns() // 1_000_000 + most // 2
    assert node.count("GET /v1/status") == 3


def test_retry_after_is_honoured_within_reason(node: MockNode, pauses: list[float]) -> None:
    """A node that asks for a moment gets it, but not for ever."""
    busy = [problem("E_BUSY", 503) for _ in range(3)]
    for response, seconds in zip(busy, ("3", "99999", "soon"), strict=True):
        response.headers["retry-after"] = seconds
    node.faults["GET /v1/status"] = [*busy]
    with node.net() as net:
        net.status()
    assert pauses == [3.0, 10.0, 1.6]


def test_an_unreachable_node_is_unavailable_after_some_attempts(
    node: MockNode, pauses: list[float]
) -> None:
    """The error names the address and, when writing, the transaction."""
    with node.net() as net:
        raw = net.sign("evidence", "deposit", {})
        node.faults["POST /v1/transactions"] = [httpx.ConnectError("refused")] * 4
        with pytest.raises(Unavailable, match=r"http://node\.test cannot be reached") as caught:
            net.submit(raw)
    assert len(pauses) == 3
    assert any("transaction id" in note for note in caught.value.__notes__)


def test_a_halted_node_is_not_asked_again(node: MockNode, pauses: list[float]) -> None:
    """It will not recover by itself."""
    node.faults["GET /v1/status"] = [problem("E_HALTED", 503)]
    with node.net() as net, pytest.raises(TallystickError, match="E_HALTED"):
        net.status()
    assert pauses == []


def test_views_that_are_behind_are_asked_again(node: MockNode, pauses: list[float]) -> None:
    """E_BEHIND passes by itself."""
    node.faults["GET /v1/blocks"] = [problem("E_BEHIND", 412)]
    with node.net() as net:
        assert len(list(net.blocks())) == 8
    assert pauses == [0.1]


def test_accepted_is_waited_for(node: MockNode, pauses: list[float]) -> None:
    """The answer 202 is followed until the transaction is committed."""
    node.holds = True
    with node.net() as net:
        raw = net.sign("evidence", "deposit", {"sha256": sha256_hex(b"1"), "size": 1})
        assert net.submit(raw, wait=False).level == "accepted"
        with pytest.raises(NotFinal, match="not committed after 0 ms"):
            net.submit(raw, timeout_ms=0)
        original = node.routes[7]

        def release(request: httpx.Request, match: re.Match[str]) -> httpx.Response:
            node.release()
            return original[1](request, match)

        node.routes[7] = (original[0], release)
        assert net.submit(raw).level == "committed"
    assert pauses == []


def test_waiting_for_a_refused_transaction_raises_its_refusal(
    node: MockNode, pauses: list[float]
) -> None:
    """Found out by polling, with the contract's facts."""
    node.holds = True
    node.refusals["x"] = ("E_STATE", {"state": "CLOSED"})
    with node.net() as net:
        raw = net.sign("evidence", "deposit", {"title": "x", "sha256": "", "size": 1})
        placed = net.submit(raw, wait=False)
        node.faults[f"GET /v1/transactions/{placed.id}"] = [problem("E_NOT_FOUND", 404)]
        pauses_before = len(pauses)
        node.release()
        assert net.wait(placed.id).code == "E_STATE"
        assert len(pauses) == pauses_before + 1
        node.world.transactions, node.holds = node.world.transactions[:-1], True
        node.world.entries = node.world.entries[:-1]
        original = node.routes[7]

        def commit_now(request: httpx.Request, match: re.Match[str]) -> httpx.Response:
            node.world.transactions.append(raw)
            node.world.entries.append(refused)
            node.routes[7] = original
            return original[1](request, match)

        refused = World.refusal(raw, "E_STATE", {"state": "CLOSED"})
        node.routes[7] = (original[0], commit_now)
        with pytest.raises(Refused, match="E_STATE") as caught:
            net.submit(raw)
    found = problem_of(caught.value)
    assert found is not None
    assert found.facts == {"state": "CLOSED"}


def test_many_transactions_have_one_result_each_in_order(node: MockNode) -> None:
    """Places and errors side by side; a refusal of one does not touch the others."""
    node.refusals["bad"] = ("E_VALUE", None)
    with node.net() as net:
        batch = [
            net.sign("evidence", "deposit", {"sha256": sha256_hex(b"1"), "size": 1}),
            net.sign("evidence", "deposit", {"title": "bad"}),
            net.sign("evidence", "unknown", {}),
        ]
        placed, refused, rejected = net.submit_many(batch)
        assert net.submit_many([]) == []
    assert isinstance(placed, Placed)
    assert (placed.leaf_index, placed.code) == (8, "ok")
    assert isinstance(refused, TallystickError)
    assert refused.code == "E_VALUE"
    assert isinstance(rejected, UnknownContract)


def test_a_large_batch_is_cut_to_the_limits(
    node: MockNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By count and by bytes."""
    with node.net() as net:
        batch = [
            net.sign("evidence", "deposit", {"sha256": sha256_hex(bytes([n])), "size": 1})
            for n in range(7)
        ]
        monkeypatch.setattr("tallystick.client.submission.BATCH_TRANSACTIONS_MAX", 3)
        assert len(net.submit_many(batch)) == 7
        assert node.count("POST /v1/transactions/batch") == 3
        monkeypatch.setattr("tallystick.client.submission.BATCH_BYTES_MAX", 2 * len(batch[0]) + 20)
        assert len(net.submit_many(batch[:4])) == 4
        assert node.count("POST /v1/transactions/batch") == 5


def test_results_of_other_transactions_are_not_believed(node: MockNode) -> None:
    """An answer must be about what was asked."""
    strange = {"id": "00" * 32, "level": "committed"}
    node.faults["POST /v1/transactions"] = [httpx.Response(201, json={"transaction": strange})]
    node.faults["POST /v1/transactions/batch"] = [httpx.Response(200, json={"results": [strange]})]
    with node.net() as net:
        raw = net.sign("evidence", "deposit", {})
        with pytest.raises(Unavailable, match="not a node's"):
            net.submit(raw)
        with pytest.raises(Unavailable, match="not a node's"):
            net.submit_many([raw])
