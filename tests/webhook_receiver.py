# SPDX-License-Identifier: Apache-2.0
"""A program that is told things by webhooks: a real HTTP server on this machine."""

from __future__ import annotations

import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from typing import Any


@dataclass
class Receiver:
    """What it was sent, and what it answers."""

    url: str = ""
    got: list[tuple[Message, bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """Statuses of the next answers; 204 when there are none."""
    answers_with: dict[str, str] = field(default_factory=dict)
    """Headers of each answer."""
    gate: threading.Event | None = None
    """Nothing is answered before it is set."""

    def ids(self) -> list[str]:
        """Return the ids of the messages, in the order in which they came."""
        return [head["webhook-id"] for head, _ in self.got]

    def bodies(self) -> list[dict[str, Any]]:
        """Return what they said."""
        return [json.loads(body) for _, body in self.got]


@contextmanager
def receiving(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run one; with a context it speaks HTTPS."""
    receiver = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        """Notes a request and answers."""

        def do_POST(self) -> None:  # the base class calls it so
            """Take a message."""
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append((self.headers, body))
            if receiver.gate is not None:
                receiver.gate.wait(30)
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            for name, value in receiver.answers_with.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as inherited
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "http" if context is None else "https"
    receiver.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/told"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
