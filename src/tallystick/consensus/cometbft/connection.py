# SPDX-License-Identifier: Apache-2.0
"""One connection of the engine: requests come in frames, answers leave in the same order."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from typing import Final

from google.protobuf.message import DecodeError

from tallystick.consensus.cometbft.dispatch import CHECK_TX, FLUSHED, Dispatcher
from tallystick.consensus.cometbft.framing import FrameReader, append_frame
from tallystick.consensus.cometbft.inbox import Inbox
from tallystick.consensus.cometbft.proto.abci_pb2 import Request, RequestFlush, Response
from tallystick.errors import Malformed, TallystickError

_LOG: Final = logging.getLogger("tallystick.consensus")
_READ_SIZE: Final = 256 * 1024
_WRITE_SIZE: Final = 64 * 1024
"""Answers gathered beyond this leave without waiting for a flush."""
_FLUSH: Final = Request(flush=RequestFlush())
_FLUSH_BYTES: Final = _FLUSH.SerializeToString()
_FLUSHED_FRAME: Final = bytes([FLUSHED.ByteSize()]) + FLUSHED.SerializeToString()


class Connection:
    """Reads, dispatches and writes until the other side hangs up; one thread serves it.

    Where CheckTx come, a second thread answers while the first reads on: the engine's sender must
    not wait for room in the socket, for while it does its flush timer, of 20 ns, spins and takes
    a core.
    """

    def __init__(self, line: socket.socket, dispatcher: Dispatcher) -> None:
        """Take over an accepted socket."""
        self._line = line
        self._dispatcher = dispatcher
        self._reader = FrameReader()
        self._answers = bytearray()
        self.has_spoken = False
        """Whether a request was ever answered: else it may not be the engine that called."""
        self._is_flush_due = False
        self._inbox = Inbox()
        self._answerer: threading.Thread | None = None
        self._fault: Exception | None = None

    def serve(self) -> None:
        """Serve until the other side hangs up.

        Raises:
            Malformed, LimitExceeded: what came is not ABCI.
            Exception: what the application raised where it must not fail.
        """
        try:
            while data := self._receive():
                self._reader.feed(data)
                requests, broken = self._take()
                self._hand_over(requests, len(data))
                if broken is not None:
                    raise broken
        finally:
            self._finish()
        if self._fault is not None:
            raise self._fault

    def _hand_over(self, requests: list[Request], size: int) -> None:
        """Answer requests: at once, or behind those that another thread is answering."""
        if self._answerer is None and any(one.HasField(CHECK_TX) for one in requests):
            name = f"{threading.current_thread().name}-check"
            self._answerer = threading.Thread(target=self._answer_inbox, name=name, daemon=True)
            self._answerer.start()
        if self._answerer is None:
            self._answer(requests)
        elif requests:  # not for a piece of a long one: nobody would take it out
            self._inbox.put(requests, size)

    def _answer_inbox(self) -> None:
        """Answer what comes, many together; after a fault only let it come."""
        while requests := self._inbox.take():
            if self._fault is None:
                try:
                    self._answer(requests)
                except Exception as error:
                    self._fault = error
                    self.hang_up()

    def _finish(self) -> None:
        """Wait until everything that came has been answered."""
        if self._answerer is not None:
            self._inbox.close()
            self._answerer.join()

    def _answer(self, requests: list[Request]) -> None:
        try:
            for response in self._dispatcher.answer(requests):
                self._write(response)
                self.has_spoken = True
        finally:  # what was answered before a fault leaves all the same
            if self._is_flush_due:
                self._send()

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
        if response is FLUSHED:
            self._answers += _FLUSHED_FRAME
            self._is_flush_due = True
        else:
            append_frame(self._answers, response.SerializeToString())
        if len(self._answers) >= _WRITE_SIZE:
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
        self._is_flush_due = False


def parse_request(frame: bytes) -> Request:
    """Read one request; raises `Malformed` if it is none."""
    if frame == _FLUSH_BYTES:  # every second one under load
        return _FLUSH
    try:
        return Request.FromString(frame)
    except DecodeError as error:
        raise Malformed(
            "a frame of the engine is not an ABCI request",
            expected="tendermint.abci.Request",
            found=f"{len(frame)} bytes, {frame[:16].hex()}...",
        ) from error
