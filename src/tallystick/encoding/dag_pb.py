# SPDX-License-Identifier: Apache-2.0
"""Blocks of IPLD's `dag-pb` that name the chunks of a UnixFS file.

Protobuf allows many spellings of one record, and a content address is the hash of one of them:
links before data, each with a hash, an empty name and a size. Specs:
https://ipld.io/specs/codecs/dag-pb and https://specs.ipfs.tech/unixfs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tallystick.encoding.cid import CID_SIZE, Cid
from tallystick.errors import Malformed

VARINT_BYTES_MAX: Final = 9
"""What multiformats allow: 63 bits."""
LINKS_MAX: Final = 100_000
_FILE_TYPE: Final = b"\x08\x02"
_EMPTY_NAME: Final = b"\x12\x00"
_VARINT_FIELD: Final = 0
_BYTES_FIELD: Final = 2


class FileLink(NamedTuple):
    """A part of a file: a chunk, or a node over chunks."""

    cid: Cid
    size: int
    """Bytes of the file below it."""
    total_size: int
    """Bytes of all blocks below it, its own too."""


class NodeLink(NamedTuple):
    """A link as a foreign block has it."""

    cid: bytes
    """Of any kind, not checked here."""
    name: bytes


def encode_file_node(links: Sequence[FileLink]) -> bytes:
    """Return the one block that is a file made of these parts in order."""
    out = bytearray()
    for link in links:
        body = b"\x0a" + _sized(bytes(link.cid)) + _EMPTY_NAME + _number(0x18, link.total_size)
        out += b"\x12" + _sized(body)
    size = sum(link.size for link in links)
    data = _FILE_TYPE + _number(0x18, size) + b"".join(_number(0x20, link.size) for link in links)
    out += b"\x0a" + _sized(data)
    return bytes(out)


def decode_links(block: bytes) -> list[NodeLink]:
    """Return the links of any `dag-pb` block, a file's or another's.

    Raises:
        Malformed: it is not one: cut off, out of order, with fields that there are not.
    """
    links = []
    has_data = False
    for field, value in _fields(block):
        if field == 2 and not has_data:
            links.append(_decode_link(value))
        elif field == 1 and not has_data:
            has_data = True
        else:
            raise _malformed("links, then data once")
        if len(links) > LINKS_MAX:
            raise _malformed(f"at most {LINKS_MAX} links")
    return links


def encode_varint(number: int) -> bytes:
    """Return an unsigned LEB128 number, as protobuf and multiformats write it."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def decode_varint(data: bytes, place: int = 0) -> tuple[int, int]:
    """Return the number at `place` and where it ends; in its shortest form only.

    Raises:
        Malformed: it is cut off, longer than nine bytes, or padded.
    """
    number = 0
    for count in range(VARINT_BYTES_MAX):
        if place + count >= len(data):
            raise _malformed("a whole number")
        byte = data[place + count]
        number |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            if byte == 0 and count:
                raise _malformed("a number in its shortest form")
            return number, place + count + 1
    raise _malformed(f"a number of at most {VARINT_BYTES_MAX} bytes")


def _decode_link(body: bytes) -> NodeLink:
    cid, name = b"", b""
    for field, value in _fields(body):
        if field == 1:
            cid = value
        elif field == 2:
            name = value
        elif field != 3:
            raise _malformed("a link of hash, name and size")
    if len(cid) < CID_SIZE - 2:  # version 0 has no prefix
        raise _malformed("a link with a content address")
    return NodeLink(cid, name)


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and bytes of each field; a number's bytes are empty, as nobody asks for it."""
    place = 0
    while place < len(data):
        key, place = decode_varint(data, place)
        length, place = decode_varint(data, place)
        if key & 7 == _VARINT_FIELD:
            length = 0
        elif key & 7 != _BYTES_FIELD or place + length > len(data):
            raise _malformed("whole fields of bytes or numbers")
        yield key >> 3, data[place : place + length]
        place += length


def _sized(data: bytes) -> bytes:
    return encode_varint(len(data)) + data


def _number(key: int, number: int) -> bytes:
    return bytes((key,)) + encode_varint(number)


def _malformed(expected: str) -> Malformed:
    return Malformed("not a dag-pb block", field="block", expected=expected)
