# SPDX-License-Identifier: Apache-2.0
"""How messages travel between a node and its storage process: length, then MessagePack."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

import msgspec

FRAME_SIZE_BYTES: Final = 4
_ENCODER: Final = msgspec.msgpack.Encoder()


def encode_frame(message: msgspec.Struct, frame: bytearray) -> None:
    """Make `frame` the frame of a message; reusing it saves copies under the interpreter lock."""
    if len(frame) < FRAME_SIZE_BYTES:
        frame.extend(bytes(FRAME_SIZE_BYTES))
    _ENCODER.encode_into(message, frame, FRAME_SIZE_BYTES)
    size = len(frame) - FRAME_SIZE_BYTES
    frame[:FRAME_SIZE_BYTES] = size.to_bytes(FRAME_SIZE_BYTES, "big")


def read_frame(descriptor: int, *, wait: Callable[[], bool] = lambda: True) -> bytearray | None:
    """Read the body of one frame; None when the other side has gone.

    Args:
        descriptor: of the pipe.
        wait: called before each read; may wait for data, and says whether to go on at all.

    Raises:
        OSError: the pipe failed.
    """
    head = _read_exactly(descriptor, FRAME_SIZE_BYTES, wait)
    return None if head is None else _read_exactly(descriptor, int.from_bytes(head, "big"), wait)


def _read_exactly(descriptor: int, size: int, wait: Callable[[], bool]) -> bytearray | None:
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        count = os.readv(descriptor, [rest]) if wait() else 0
        if count == 0:
            return None
        rest = rest[count:]
    return data
