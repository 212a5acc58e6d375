# SPDX-License-Identifier: Apache-2.0
"""The local time-stamp authority over HTTP (RFC 3161 3.4), on this machine only.

An organisation's own proxy stands before it if others are to ask.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.cli.time_stamps import answer_locally, local_authority
from tallystick.errors import PortInUse
from tallystick.interchange.timestamps import REPLY_TYPE, REQUEST_BYTES_MAX, REQUEST_TYPE

HOST: Final = "127.0.0.1"
_READ_TIMEOUT_S: Final = 10


class _Handler(BaseHTTPRequestHandler):
    """Answers a POST of a request with a reply; anything else with a status."""

    server_version = "tallystick"
    sys_version = ""
    timeout = _READ_TIMEOUT_S

    def do_POST(self) -> None:
        """Answer one request."""
        length = self.headers.get("content-length", "")
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != REQUEST_TYPE:
            self.send_error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        elif not (length.isascii() and length.isdigit()):
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
        elif len(length) > len(str(REQUEST_BYTES_MAX)) or int(length) > REQUEST_BYTES_MAX:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            reply = answer_locally(self.rfile.read(int(length)))
            self.send_response(HTTPStatus.OK)
            self.send_header("content-type", REPLY_TYPE)
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as it overrides
        """Log nothing: who asked for which hash is nobody's business."""


@contextmanager
def serving(port: int) -> Iterator[str]:
    """Answer requests until the block ends; gives the address.

    Raises:
        PortInUse: another program listens there.
    """
    local_authority()  # whatever is wrong with it is said now
    try:
        server = ThreadingHTTPServer((HOST, port), _Handler)
    except OSError as error:
        message = say("timestamp.port", port=port)
        raise PortInUse(message, field="--port", found=str(error.strerror)) from error
    thread = threading.Thread(target=server.serve_forever, name="tally-timestamp")
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
