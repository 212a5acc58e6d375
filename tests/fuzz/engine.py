# SPDX-License-Identifier: Apache-2.0
"""Fuzz target for what comes through the consensus engine's socket."""

from __future__ import annotations

from tallystick.consensus.cometbft.connection import parse_request
from tallystick.consensus.cometbft.framing import FrameReader, append_frame
from tallystick.consensus.cometbft.proto.abci_pb2 import Request
from tallystick.errors import TallystickError
from tests.fuzz.kit import Instructions, attempt, expect

FRAME_SIZE_MAX = 512
_Read = tuple[list[bytes], str]
"""The frames of a stream, and the code of the error that ended it, if one did."""


def abci_frames(data: bytes) -> bool:
    """The first bytes say where the stream is cut; the rest is the stream.

    Accepted means: at least one frame, all of them requests, and nothing wrong after them.
    """
    steps = Instructions(data)
    sizes = [1 + steps.number() for _ in range(4)]
    stream = steps.rest()
    whole = _read([stream])
    pieces: list[bytes] = []
    at = 0
    while at < len(stream):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(stream[at : at + size])
        at += size
    expect(_read(pieces) == whole, "the cutting of a stream changes nothing")
    frames, fault = whole
    expect(sum(map(len, frames)) <= len(stream), "no byte is invented")
    expect(_read([_framed(frames)]) == (frames, ""), "what was read is written the same")
    requests = [found for frame in frames if isinstance(found := _request(frame), Request)]
    return bool(frames) and not fault and len(requests) == len(frames)


def _request(frame: bytes) -> object | None:
    found = attempt(parse_request, frame)
    if isinstance(found, Request):
        again = parse_request(found.SerializeToString())
        expect(again == found, "a request that was read is written and read the same")
    return found


def _read(pieces: list[bytes]) -> _Read:
    reader = FrameReader(size_max=FRAME_SIZE_MAX)
    frames: list[bytes] = []
    try:
        for piece in pieces:
            reader.feed(piece)
            while (frame := reader.next_frame()) is not None:
                frames.append(frame)
    except TallystickError as error:
        return frames, error.code
    return frames, ""


def _framed(frames: list[bytes]) -> bytes:
    buffer = bytearray()
    for frame in frames:
        append_frame(buffer, frame)
    return bytes(buffer)
