# SPDX-License-Identifier: Apache-2.0
"""The frame reader: any cutting of a stream gives the same frames, and nonsense ends it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.consensus.cometbft.framing import FRAME_SIZE_MAX, FrameReader, append_frame
from tallystick.errors import LimitExceeded, Malformed


def framed(*messages: bytes) -> bytes:
    """Return messages as they stand in a stream."""
    buffer = bytearray()
    for message in messages:
        append_frame(buffer, message)
    return bytes(buffer)


def read(*pieces: bytes, size_max: int = FRAME_SIZE_MAX) -> list[bytes]:
    """Return the frames that the pieces of a stream contain."""
    reader = FrameReader(size_max=size_max)
    found: list[bytes] = []
    for piece in pieces:
        reader.feed(piece)
        while (frame := reader.next_frame()) is not None:
            found.append(frame)
    return found


@pytest.mark.parametrize(
    ("size", "head"),
    [(0, "00"), (1, "01"), (127, "7f"), (128, "8001"), (300, "ac02"), (16_384, "808001")],
)
def test_a_size_is_an_unsigned_varint(size: int, head: str) -> None:
    """As Go's encoding/binary writes it; older libraries zig-zag the number and do not work."""
    assert framed(bytes(size)).hex().startswith(head)
    assert read(framed(bytes(size))) == [bytes(size)]


def test_a_stream_split_at_every_byte_gives_the_same_frames() -> None:
    """The kernel cuts a stream where it likes."""
    messages = [b"", b"a", bytes(127), b"b" * 128, b"", b"c" * 300]
    stream = framed(*messages)
    for cut in range(len(stream) + 1):
        assert read(stream[:cut], stream[cut:]) == messages
    assert read(*(stream[at : at + 1] for at in range(len(stream)))) == messages


@given(st.lists(st.binary(max_size=400), max_size=20), st.data())
def test_any_cutting_gives_the_same_frames(messages: list[bytes], data: st.DataObject) -> None:
    """Reading does not depend on how the bytes came."""
    stream = framed(*messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    edges = [0, *cuts, len(stream)]
    assert read(*(stream[a:b] for a, b in pairwise(edges))) == messages


def test_a_long_stream_does_not_stay_in_memory() -> None:
    """What was read is dropped."""
    reader = FrameReader()
    for _ in range(100):
        reader.feed(framed(bytes(10_000))[:-1])
        assert reader.next_frame() is None
        reader.feed(b"\0")
        assert reader.next_frame() == bytes(10_000)
    assert len(reader._buffer) <= 2 * 10_002


def test_a_frame_at_the_limit_is_read_and_one_byte_more_is_refused() -> None:
    """The size alone decides, before a byte of the frame has come."""
    assert read(framed(bytes(500)), size_max=500) == [bytes(500)]
    with pytest.raises(LimitExceeded, match="too long"):
        read(framed(bytes(501))[:2], size_max=500)


@pytest.mark.parametrize("head", ["ffffffffffffffffff01", "ffffffffffffffffff7f", "81808080808001"])
def test_a_size_of_ten_bytes_is_read_and_found_too_long(head: str) -> None:
    """A varint of 64 bits has up to ten bytes."""
    with pytest.raises(LimitExceeded, match="too long"):
        read(bytes.fromhex(head))


def test_a_size_that_does_not_end_is_refused() -> None:
    """Eleven bytes are no varint of 64 bits; ten with more to come are enough to know."""
    assert read(b"\xff" * 9) == []
    with pytest.raises(Malformed, match="does not end"):
        read(b"\xff" * 10)


@given(st.binary(max_size=300))
def test_garbage_gives_frames_or_a_typed_error(garbage: bytes) -> None:
    """Whatever comes, the reader never raises anything else and never invents bytes."""
    try:
        frames = read(garbage, size_max=100)
    except (Malformed, LimitExceeded):
        return
    assert sum(map(len, frames)) <= len(garbage)


def test_frames_before_a_broken_one_are_still_given_out() -> None:
    """The order of a stream is kept to its end."""
    reader = FrameReader()
    reader.feed(framed(b"good") + b"\xff" * 10)
    assert reader.next_frame() == b"good"
    with pytest.raises(Malformed):
        reader.next_frame()
