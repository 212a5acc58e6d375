# SPDX-License-Identifier: Apache-2.0
"""One connection of the engine: requests come in frames, answers leave in the same order."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from typing import Final

from google.protobuf.message import DecodeError

from tallystick.consensus.cometbft.dispatch import Dispatcher
from tallystick.consensus.cometbft.framing import FrameReader, append_frame
from tallystick.consensus.cometbft.proto.abci_pb2 import Request, Response
from tallystick.errors import Malformed, TallystickError

_LOG: Final = logging.getLogger("tallystick.consensus")
_READ_SIZE: Final = 256 * 1024
_WRITE_SIZE: Final = 64 * 1024
"""Answers gathered beyond this leave without waiting for a flush."""


class Connection:
    """Reads, dispatches and writes until the other side hangs up; used by one thread."""

    def __init__(self, line: socket.socket, dispatcher: Dispatcher) -> None:
        """Take over an accepted socket."""
        self._line = line
        self._dispatcher = dispatcher
        self._reader = FrameReader()
        self._answers = bytearray()
        self.has_spoken = False
        """Whether a request was ever answered: else it may not be the engine that called."""

    def serve(self) -> None:
        """Serve until the other side hangs up.

        Raises:
            Malformed, LimitExceeded: what came is not ABCI.
            Exception: what the application raised where it must not fail.
        """
        while data := self._receive():
            self._reader.feed(data)
            requests, broken = self._take()
            for response in self._dispatcher.answer(requests):
                self._write(response)
                self.has_spoken = True
            if broken is not None:
                raise broken

    def hang_up(self) -> None:
        """End both directions: wakes the thread that serves, from any other thread."""
        try:
            self._line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other side was faster

    def close(self) -> None:
        """Give the socket back; the serving thread does this last."""
        self._line.close()

    def _take(self) -> tuple[list[Request], TallystickError | None]:
        """Return all whole requests that have come, and what is wrong with the one after them."""
        requests: list[Request] = []
        try:
            requests.extend(self._whole_requests())
        except TallystickError as error:
            return requests, error
        return requests, None

    def _whole_requests(self) -> Iterator[Request]:
        while (frame := self._reader.next_frame()) is not None:
            yield parse_request(frame)

    def _write(self, response: Response) -> None:
        append_frame(self._answers, response.SerializeToString())
        if response.HasField("flush") or len(self._answers) >= _WRITE_SIZE:
            self._send()

    # A broken line is the engine's end, noticed by who runs the engine; here it only means that
    # nobody reads any more. An OSError of the application is something else and must come through.

    def _receive(self) -> bytes:
        try:
            return self._line.recv(_READ_SIZE)
        except OSError:
            return b""

    def _send(self) -> None:
        try:
            self._line.sendall(self._answers)
        except OSError as error:
            _LOG.info("an answer to the engine could not be sent: %s", error)
        self._answers.clear()


def parse_request(frame: bytes) -> Request:
    """Read one request; raises `Malformed` if it is none."""
    try:
        return Request.FromString(frame)
    except DecodeError as error:
        raise Malformed(
            "a frame of the engine is not an ABCI request",
            expected="tendermint.abci.Request",
            found=f"{len(frame)} bytes, {frame[:16].hex()}...",
        ) from error
