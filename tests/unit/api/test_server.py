# SPDX-License-Identifier: Apache-2.0
"""The server on real sockets: ports, limits on connections, stopping, and the ASGI seam."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.api import HttpServer, Limits, serve
from tallystick.api.guard import refusal_bytes
from tallystick.encoding import encode
from tallystick.errors import LimitExceeded, PortInUse, UsageError
from tests.unit.api.fake_node import FakeNode, deposit

PROJECT = Path(__file__).resolve().parents[3]
SMALL = Limits(
    connections_max=3,
    header_bytes_max=2_000,
    header_timeout_ms=200,
    body_timeout_ms=200,
    keep_alive_ms=1_000,
    unread_timeout_ms=300,
    event_heartbeat_ms=50,
    shutdown_ms=2_000,
)


@pytest.fixture
def server(node: FakeNode) -> Iterator[HttpServer]:
    """Return a running server with tight limits."""
    with HttpServer(node, port=0, limits=SMALL) as server:
        yield server


def url(server: HttpServer, path: str) -> str:
    """Return an address on the server."""
    return f"http://127.0.0.1:{server.port}{path}"


def connect(server: HttpServer) -> socket.socket:
    """Open a connection that waits at most ten seconds."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def read_all(connection: socket.socket) -> bytes:
    """Read until the server closes."""
    data = b""
    while piece := connection.recv(65_536):
        data += piece
    return data


def test_requests_are_answered_over_a_socket(server: HttpServer) -> None:
    """With uvicorn and httptools in between."""
    with httpx.Client() as client:
        reply = client.get(url(server, "/v1/status"))
        assert reply.json()["height"] == 0
        assert "server" not in reply.headers
        batch = encode([deposit(number) for number in range(1, 301)])
        assert len(batch) > 65_536
        reply = client.post(
            url(server, "/v1/transactions/batch"),
            content=batch,
            headers={"content-type": "application/cbor"},
        )
        assert [one["code"] for one in reply.json()["results"]] == ["ok"] * 300
        assert client.head(url(server, "/v1/blocks/1")).status_code == 200


def test_events_flow_over_a_socket_and_end_with_the_server(
    node: FakeNode, server: HttpServer
) -> None:
    """Stopping does not wait for clients that listen for ever."""
    node.submit([deposit(1)])
    lines: list[str] = []
    is_listening = threading.Event()

    def listen() -> None:
        with httpx.stream("GET", url(server, "/v1/events?since=0"), timeout=10) as stream:
            for line in stream.iter_lines():
                lines.append(line)
                if line.startswith("data: "):
                    is_listening.set()

    thread = threading.Thread(target=listen)
    thread.start()
    assert is_listening.wait(10)
    server.stop()
    thread.join(10)
    assert not thread.is_alive()
    (data,) = [line for line in lines if line.startswith("data: ")]
    assert json.loads(data.removeprefix("data: "))["id"] == "1.0.0"


def test_a_taken_port_is_known_before_anything_starts(node: FakeNode, server: HttpServer) -> None:
    """E_PORT with the port; the address in use stays as it was."""
    with pytest.raises(PortInUse) as caught:
        HttpServer(node, port=server.port)
    assert caught.value.found == str(server.port)
    with pytest.raises(PortInUse):
        serve(node, port=server.port)
    assert httpx.get(url(server, "/healthz")).status_code == 200


def test_an_address_of_another_machine_is_a_usage_error(node: FakeNode) -> None:
    """TEST-NET-1 belongs to nobody."""
    with pytest.raises(UsageError):
        HttpServer(node, host="192.0.2.1", port=0)


def test_a_name_that_is_no_address_is_a_usage_error(node: FakeNode) -> None:
    """Found out without asking a name server."""
    with pytest.raises(UsageError):
        HttpServer(node, host="no address", port=0)


def test_a_port_that_may_not_be_used_is_e_port(
    node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Low ports need rights that the caller may not have."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(PortInUse, match="cannot be used: Permission denied"):
        HttpServer(node, port=0)


def test_a_server_that_never_ran_gives_its_port_back(node: FakeNode) -> None:
    """And stops following the node."""
    first = HttpServer(node, port=0)
    first.stop()
    with HttpServer(node, port=first.port) as second:
        assert httpx.get(url(second, "/healthz")).status_code == 200


@pytest.mark.parametrize(
    ("host", "names", "asked", "status"),
    [
        ("127.0.0.1", (), "localhost", 200),
        ("127.0.0.1", (), "evil.example", 400),
        ("127.0.0.1", ("node.example",), "Node.Example:80", 200),
        ("localhost", (), "evil.example", 400),
        ("0.0.0.0", (), "anything.example", 200),  # noqa: S104  # what is tested
        ("0.0.0.0", ("node.example",), "evil.example", 400),  # noqa: S104  # what is tested
        ("0.0.0.0", ("node.example",), "localhost", 200),  # noqa: S104  # what is tested
    ],
)
def test_a_node_on_loopback_answers_loopback_names_only(
    node: FakeNode, host: str, names: tuple[str, ...], asked: str, status: int
) -> None:
    """DNS rebinding: a web page must not read the node of whoever looks at it."""
    with HttpServer(node, host=host, port=0, host_names=frozenset(names)) as server:
        reply = httpx.get(url(server, "/healthz"), headers={"host": asked})
        assert reply.status_code == status


def test_headers_that_never_end_are_refused(server: HttpServer) -> None:
    """431 as a problem, then the connection is closed (A3)."""
    with connect(server) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: " + b"x" * 3_000)
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b'"code":"E_LIMIT"' in answer


def test_headers_that_come_too_slowly_are_refused(server: HttpServer) -> None:
    """408: a slow-loris costs one timer."""
    with connect(server) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost:")
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"E_TIMEOUT"' in answer


def test_a_connection_that_says_nothing_is_closed(server: HttpServer) -> None:
    """Without an answer: there was no question."""
    with connect(server) as connection:
        assert read_all(connection) == b""


def test_a_body_that_does_not_come_is_408(server: HttpServer) -> None:
    """The application bounds what comes after the headers."""
    with connect(server) as connection:
        connection.sendall(
            b"POST /v1/transactions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n"
            b"content-type: application/cose\r\nconnection: close\r\n\r\nx"
        )
        assert read_all(connection).startswith(b"HTTP/1.1 408 ")


def test_one_connection_too_many_is_turned_away(server: HttpServer) -> None:
    """503 at once; those who were there before are still served."""
    request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"
    kept = [connect(server) for _ in range(3)]
    try:
        for connection in kept:
            connection.sendall(request)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        with connect(server) as late:
            late.sendall(request)
            answer = late.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1" in answer
        kept[0].sendall(request)
        assert kept[0].recv(65_536).startswith(b"HTTP/1.1 200 ")
    finally:
        for connection in kept:
            connection.close()


def test_an_idle_connection_is_closed_after_its_time(server: HttpServer) -> None:
    """Keep-alive, but not for ever."""
    with connect(server) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")


def test_what_is_not_http_is_refused(server: HttpServer) -> None:
    """And the server goes on."""
    with connect(server) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not http\r\n\r\n")
        assert read_all(connection).startswith(b"HTTP/1.1 400 ")
    assert httpx.get(url(server, "/healthz")).status_code == 200


def test_a_reader_who_stops_reading_is_cut_off(server: HttpServer) -> None:
    """An answer larger than the socket's buffers, and nobody takes it: the memory is freed."""
    with connect(server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        request = b"GET /site/swagger-ui-bundle.js HTTP/1.1\r\nhost: localhost\r\n\r\n"
        connection.sendall(request * 8)
        connection.recv(1_000)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            time.sleep(0.2)
            if not server.connection_count:
                break
        assert server.connection_count == 0


def test_a_refusal_without_application_is_a_whole_answer() -> None:
    """Head and body agree."""
    head, _, body = refusal_bytes(431, LimitExceeded("large")).partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    problem: dict[str, Any] = json.loads(body)
    assert (problem["status"], problem["code"]) == (431, "E_LIMIT")


PROGRAM = """
import sys, tempfile, pathlib
from tests.unit.api.fake_node import FakeNode
from tallystick.api import serve
node = FakeNode(pathlib.Path(tempfile.mkdtemp()))
serve(node, port=0, on_ready=lambda server: print(server.port, flush=True))
print("the node is stopped after the server", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_and_leaves_the_rest_to_its_caller(
    number: signal.Signals,
) -> None:
    """The node still has to be stopped: the signal must not end the process by itself."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert process.stdout is not None
    with process:
        port = int(process.stdout.readline())
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").text == "ok\n"
        process.send_signal(number)
        assert process.stdout.read() == "the node is stopped after the server\n"
    assert process.returncode == 0


def test_signals_are_the_callers_again_afterwards(node: FakeNode) -> None:
    """While serving they ask the server to stop; a second SIGINT does not wait."""
    server = HttpServer(node, port=0)
    before = signal.getsignal(signal.SIGTERM)
    with server._server.capture_signals():
        signal.raise_signal(signal.SIGTERM)
        first = (server._server.should_exit, server._server.force_exit)
        signal.raise_signal(signal.SIGINT)
        second = (server._server.should_exit, server._server.force_exit)
    assert (first, second) == ((True, False), (True, True))
    assert signal.getsignal(signal.SIGTERM) is before
    server.stop()
