# SPDX-License-Identifier: Apache-2.0
"""What other nodes say of themselves: asked together, kept for a moment, never waited for twice."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tallystick.node.peer_standing import KEPT_S, PeerStanding, PeerStandings, ask_peer
from tests.networks import wait_until


class Peers:
    """Nodes whose answers a test decides."""

    def __init__(self) -> None:
        self.heights: dict[str, int] = {}
        self.now = 0.0
        self.asked: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def ask(self, url: str) -> PeerStanding | None:
        """Answer, or not."""
        self.asked.append(url)
        assert self.may_answer.wait(30)
        height = self.heights.get(url)
        return None if height is None else PeerStanding(height=height)

    def clock(self) -> float:
        """Tell the time of the test."""
        return self.now


def test_nodes_that_do_not_answer_are_left_out() -> None:
    """What the others say stands by their addresses; an empty address is nobody's."""
    peers = Peers()
    peers.heights = {"a": 7}
    standings = PeerStandings(peers.ask, peers.clock)
    assert standings.of(["a", "b", ""]) == {"a": PeerStanding(height=7)}
    assert sorted(peers.asked) == ["a", "b"]
    assert standings.of([]) == {}


def test_later_readers_get_what_is_known_while_nodes_are_asked_again() -> None:
    """A node that hangs keeps nobody from the page."""
    peers = Peers()
    peers.heights = {"a": 7}
    standings = PeerStandings(peers.ask, peers.clock)
    standings.of(["a"])
    peers.heights, peers.now = {"a": 8}, KEPT_S - 1
    assert standings.of(["a"]) == {"a": PeerStanding(height=7)}
    assert len(peers.asked) == 1
    peers.now = KEPT_S
    peers.may_answer.clear()
    assert standings.of(["a"]) == {"a": PeerStanding(height=7)}
    wait_until(lambda: len(peers.asked) == 2, "the second question")
    assert standings.of(["a"]) == {"a": PeerStanding(height=7)}
    peers.may_answer.set()
    wait_until(lambda: standings.of(["a"]) == {"a": PeerStanding(height=8)}, "the second answer")
    assert len(peers.asked) == 2


def test_another_nodes_word_is_read_with_care() -> None:
    """Of an older node the height alone; what is no status, and silence, are no answer."""
    answers = {"/old": b'{"height":3}', "/new": b'{"height":4,"disk_free_bytes":1}', "/bad": b"[]"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answers[self.path.removesuffix("/v1/status")])

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        assert ask_peer(f"{url}/old") == PeerStanding(height=3)
        assert ask_peer(f"{url}/new/") == PeerStanding(height=4, disk_free_bytes=1)
        assert ask_peer(f"{url}/bad") is None
        server.shutdown()
    assert ask_peer(url) is None
