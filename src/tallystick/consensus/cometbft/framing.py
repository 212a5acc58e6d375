# SPDX-License-Identifier: Apache-2.0
"""The framing of CometBFT's socket: each message has its size before it, as an unsigned varint."""

from __future__ import annotations

from typing import Final

from tallystick.errors import LimitExceeded, Malformed

FRAME_SIZE_MAX: Final = 128 * 1024 * 1024
"""No message of a block of 4 MiB comes near it; a longer one is an error of the other side."""

_VARINT_SIZE_MAX: Final = 10
_COMPACT_SIZE: Final = 64 * 1024
"""Bytes already read are dropped from the buffer when there are as many as this."""


class FrameReader:
    """Cuts a stream of bytes, which arrives in pieces of any size, into frames."""

    __slots__ = ("_buffer", "_offset", "_size_max")

    def __init__(self, *, size_max: int = FRAME_SIZE_MAX) -> None:
        """Start before the first byte."""
        self._buffer = bytearray()
        self._offset = 0
        self._size_max = size_max

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self._compact()
        self._buffer += data

    def next_frame(self) -> bytes | None:
        """Return the next whole frame, or nothing until more bytes come.

        Raises:
            Malformed: the size is not a varint of 64 bits.
            LimitExceeded: the frame is longer than the limit.
        """
        head = self._read_size()
        if head is None:
            return None
        size, start = head
        end = start + size
        if end > len(self._buffer):
            return None
        self._offset = end
        return bytes(memoryview(self._buffer)[start:end])

    def _read_size(self) -> tuple[int, int] | None:
        """Return the size of the next frame and where it starts, or nothing if cut off."""
        buffer, offset = self._buffer, self._offset
        size = shift = 0
        for place in range(offset, min(offset + _VARINT_SIZE_MAX, len(buffer))):
            byte = buffer[place]
            size |= (byte & 0x7F) << shift
            if byte < 0x80:
                self._check_size(size)
                return size, place + 1
            shift += 7
        if len(buffer) - offset >= _VARINT_SIZE_MAX:
            raise Malformed(
                "the size of a frame does not end",
                expected=f"a varint of at most {_VARINT_SIZE_MAX} bytes",
            )
        return None

    def _check_size(self, size: int) -> None:
        if size > self._size_max:
            raise LimitExceeded(
                "a frame is too long",
                expected=f"at most {self._size_max} bytes",
                found=f"{size} bytes",
            )

    def _compact(self) -> None:
        if self._offset == len(self._buffer) or self._offset >= _COMPACT_SIZE:
            del self._buffer[: self._offset]
            self._offset = 0


def append_frame(buffer: bytearray, message: bytes) -> None:
    """Write a message behind its size at the end of a buffer."""
    size = len(message)
    while size > 0x7F:
        buffer.append(size & 0x7F | 0x80)
        size >>= 7
    buffer.append(size)
    buffer += message
