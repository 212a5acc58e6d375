# SPDX-License-Identifier: Apache-2.0
"""A door in front of a node with one fault planted: /healthz answers 418, which is undocumented.

A judge that does not notice it proves nothing about the rest.
"""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PLANTED_PATH = "/healthz"


@contextmanager
def planted(node_url: str) -> Iterator[str]:
    """Serve a node with the fault; give the address."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.partition("?")[0] == PLANTED_PATH:
                self._answer(418, "text/plain", b"short and stout")
                return
            try:
                answer = urllib.request.urlopen(node_url + self.path, timeout=30)  # noqa: S310
            except urllib.error.HTTPError as error:
                answer = error  # whatever else is wrong with a request is for the node to say
            with answer:
                self._answer(answer.status, answer.headers["Content-Type"], answer.read())

        def _answer(self, status: int, media_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
