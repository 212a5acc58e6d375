# SPDX-License-Identifier: Apache-2.0
"""How signed items travel to a verifier process: one length-prefixed frame for a whole batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, TypeAlias

SignedItem: TypeAlias = tuple[bytes, bytes, bytes]
"""(public key of 32 bytes, message, signature of 64 bytes)."""

_KEY_END = 32
_SIGNATURE_END = 96
_SIZE_BYTES = 4


def encode_items(items: Sequence[SignedItem]) -> bytes:
    """Return a frame body: for each item its size, key, signature and message."""
    parts: list[bytes] = []
    for key, message, signature in items:
        parts += (
            (_SIGNATURE_END + len(message)).to_bytes(_SIZE_BYTES, "big"),
            key,
            signature,
            message,
        )
    return b"".join(parts)


def decode_items(body: bytes) -> list[SignedItem]:
    """Return the items of a frame body made by `encode_items`."""
    items: list[SignedItem] = []
    offset = 0
    while offset < len(body):
        start = offset + _SIZE_BYTES
        offset = start + int.from_bytes(body[offset:start], "big")
        item = body[start:offset]
        items.append((item[:_KEY_END], item[_SIGNATURE_END:], item[_KEY_END:_SIGNATURE_END]))
    return items


def write_frame(stream: BinaryIO, body: bytes) -> None:
    """Write one frame."""
    stream.write(len(body).to_bytes(_SIZE_BYTES, "big") + body)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame; None when the other side has gone."""
    head = stream.read(_SIZE_BYTES)
    if len(head) < _SIZE_BYTES:
        return None
    size = int.from_bytes(head, "big")
    body = stream.read(size)
    return body if len(body) == size else None
