# SPDX-License-Identifier: Apache-2.0
"""The engine's interface as we read it: its texts become our errors, and nonsense is named."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tallystick.consensus.cometbft import EngineRpc, Handed
from tallystick.consensus.cometbft.rpc_types import convert, parse_time
from tallystick.errors import (
    EngineFailed,
    LimitExceeded,
    NotFound,
    Overloaded,
    TallystickError,
    Unavailable,
)
from tests.unit.consensus.cometbft.abci_kit import short_folder


class Desk:
    """Answers on a socket with what the engine was seen to say; the next answer is taken first."""

    def __init__(self, folder: Path) -> None:
        self.answers: list[bytes] = []
        self.asked: list[Any] = []
        self.hang_up_after_answer = False
        desk = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                desk.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                answer = desk.answers.pop(0)
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                self.close_connection = desk.hang_up_after_answer

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
                pass

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True

            def get_request(self) -> tuple[Any, Any]:
                line, _ = super().get_request()
                return line, ("local", 0)

        self.server = Server(str(folder / "rpc.sock"), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.rpc = EngineRpc(f"unix://{folder}/rpc.sock", timeout_ms=10_000)

    def close(self) -> None:
        self.rpc.close()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Give a socket that answers as told, and a client of it."""
    with short_folder() as folder:
        desk = Desk(folder)
        desk.thread.start()
        yield desk
        desk.close()


def fault(text: str, number: int = 0) -> dict[str, object]:
    """Return an error as the engine words it."""
    error = {"code": -32603, "message": "Internal error", "data": text}
    return {"jsonrpc": "2.0", "id": number, "error": error}


def taken(number: int) -> dict[str, object]:
    """Return the answer for a transaction that is on its way."""
    return {"jsonrpc": "2.0", "id": number, "result": {"code": 0, "hash": "AB"}}


# The texts are those of mempool/errors.go and rpc/core of v0.40.0.
TEXTS: list[tuple[str, type[TallystickError | Handed]]] = [
    ("tx already exists in cache", Handed),
    (
        "mempool is full: number of txs 20000 (max: 20000), total txs bytes 1 (max: 268435456)",
        Overloaded,
    ),
    (
        "mempool is still rechecking after a new committed block, so it is considered as full",
        Overloaded,
    ),
    ("Tx too large. Max size is 524288, but got 600000", LimitExceeded),
    ("endpoint is closed while node is catching up", Unavailable),
    ("something new", EngineFailed),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_a_refused_transaction_has_a_reason_of_ours(
    desk: Desk,
    text: str,
    expected: type[TallystickError | Handed],
) -> None:
    """Each in its place, whatever order the answers have."""
    desk.answers = [json.dumps([taken(2), fault(text, 1), taken(0)]).encode()]
    first, second, third = desk.rpc.submit([b"a", b"b", b"c"])
    assert (first, third) == (Handed.TAKEN, Handed.TAKEN)
    assert type(second) is expected
    assert [one["method"] for one in desk.asked[0]] == ["broadcast_tx_async"] * 3
    assert [one["params"]["tx"] for one in desk.asked[0]] == ["YQ==", "Yg==", "Yw=="]


def test_a_single_transaction_is_answered_with_an_object(desk: Desk) -> None:
    """The engine unpacks a batch of one."""
    desk.answers = [json.dumps(taken(0)).encode(), json.dumps(fault("Tx too large")).encode()]
    assert desk.rpc.submit([b"a"]) == [Handed.TAKEN]
    assert isinstance(desk.rpc.submit([b"b"])[0], LimitExceeded)


@pytest.mark.parametrize(
    "answer",
    [[taken(0)], [taken(0), taken(0)], [taken(0), taken(1), taken(2)], fault("too big")],
)
def test_an_answer_that_does_not_fit_the_batch_is_refused(desk: Desk, answer: object) -> None:
    """Nobody guesses which transaction is meant."""
    desk.answers = [json.dumps(answer).encode()]
    with pytest.raises(EngineFailed):
        desk.rpc.submit([b"a", b"b"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "height 9 must be less than or equal to the current blockchain height 2",
            NotFound,
        ),
        ("height 1 is not available, lowest height is 5", NotFound),
        ("height must be greater than 0, but got 0", EngineFailed),
    ],
)
def test_a_height_that_is_not_there_is_not_found(
    desk: Desk,
    text: str,
    expected: type[TallystickError],
) -> None:
    """Not yet, or no more."""
    desk.answers = [json.dumps(fault(text)).encode()] * 3
    for ask in (desk.rpc.commit, desk.rpc.block, desk.rpc.validators):
        with pytest.raises(expected):
            ask(9)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"{}", b'{"result":{"height":1}}', b"[]"])
def test_an_answer_that_is_none_is_named(desk: Desk, answer: bytes) -> None:
    """Another program on the socket, or another version."""
    desk.answers = [answer]
    with pytest.raises(EngineFailed):
        desk.rpc.status()


def test_a_large_set_of_validators_is_read_page_by_page(desk: Desk) -> None:
    """The engine gives a hundred at a time."""

    def page(first: int, count: int) -> bytes:
        validators = [
            {
                "address": f"{number:040X}",
                "pub_key": {"type": "tendermint/PubKeyEd25519", "value": "AAAA"},
                "voting_power": str(number),
                "proposer_priority": "-1",
            }
            for number in range(first, first + count)
        ]
        result = {"block_height": "7", "validators": validators, "count": "1", "total": "130"}
        return json.dumps({"jsonrpc": "2.0", "id": 0, "result": result}).encode()

    desk.answers = [page(0, 100), page(100, 30)]
    found = desk.rpc.validators(7)
    assert [one.voting_power for one in found] == list(range(130))
    assert [one["params"]["page"] for one in desk.asked] == ["1", "2"]


@pytest.mark.parametrize(
    "method",
    ["broadcast_tx_sync", "dial_peers", "unsafe_flush_mempool", "dump_consensus_state", "net_info"],
)
def test_others_may_ask_a_closed_list_of_questions(desk: Desk, method: str) -> None:
    """What a joining node needs; nothing else reaches the engine."""
    with pytest.raises(NotFound):
        desk.rpc.relay(method, {}, 1)
    assert desk.asked == []
    desk.answers = [b'{"jsonrpc":"2.0","id":1,"result":{}}']
    assert desk.rpc.relay("commit", {"height": "7"}, 1)
    assert [one["method"] for one in desk.asked] == ["commit"]


def test_a_connection_that_was_closed_meanwhile_is_replaced(desk: Desk) -> None:
    """The engine closes connections that nobody used for ten seconds."""
    desk.hang_up_after_answer = True
    desk.answers = [json.dumps(taken(0)).encode()] * 3
    for text in (b"a", b"b", b"c"):
        assert desk.rpc.submit([text]) == [Handed.TAKEN]


def test_an_engine_that_does_not_answer_in_time_is_unavailable() -> None:
    """The question may have been heard: asking again is safe."""
    with short_folder() as folder:
        silent = Desk(
            folder
        )  # its thread is not started: the kernel takes the call, nobody answers
        rpc = EngineRpc(f"unix://{folder}/rpc.sock", timeout_ms=50)
        with pytest.raises(Unavailable, match="did not answer in time"):
            rpc.status()
        assert not rpc.is_ready()
        rpc.close()
        silent.server.server_close()


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:01.5Z", 1_500_000_000),
        ("2026-11-26T19:59:44.796959996Z", 1_795_723_184_796_959_996),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000_000),
    ],
)
def test_times_keep_every_digit(text: str, nanoseconds: int) -> None:
    """Each is signed; the year 1 is how Go writes no time at all."""
    assert parse_time(text) == nanoseconds


@pytest.mark.parametrize(
    "text", ["", "2026-11-26", "2026-11-26T19:59:44+01:00", "2026-11-26T25:00:00Z"]
)
def test_other_times_are_refused(text: str) -> None:
    """The engine writes UTC only."""
    with pytest.raises(ValueError, match=r"time|hour"):
        parse_time(text)


def test_other_types_are_left_to_the_decoder() -> None:
    """Only the engine's own spellings are ours to read."""
    with pytest.raises(NotImplementedError):
        convert(set, "x")
