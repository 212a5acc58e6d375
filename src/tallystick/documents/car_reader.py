# SPDX-License-Identifier: Apache-2.0
"""Reads CAR files, versions 1 and 2: every block has the hash that it is named by, or none is kept.

A CAR promises nothing: lengths, hashes and roots are what its writer chose. So numbers and sections
are bounded before they are used, and each block is hashed as it is read.
Specs: https://ipld.io/specs/transport/car and docs/spec/document.md section 5.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

import cbor2

from tallystick.encoding import CODEC_DAG_PB, decode_varint
from tallystick.errors import InvalidContentArchive, Malformed

SECTION_BYTES_MAX: Final = (2 << 20) + 128
HEADER_BYTES_MAX: Final = 32 * 1024
BLOCKS_MAX: Final = 100_000
_VARINT_BYTES_MAX: Final = 9
_PRAGMA: Final = bytes.fromhex("0aa16776657273696f6e02")
_V2_HEADER_SIZE: Final = 40
_SHA2_256: Final = 0x12
_IDENTITY: Final = 0x00
_DIGEST_BYTES_MAX: Final = 128
_LINK_TAG: Final = 42


class CarBlock(NamedTuple):
    """A block of a CAR whose hash was checked."""

    cid: bytes
    codec: int
    offset: int
    """Where its bytes begin in the file."""
    data: bytes


class CarReader:
    """A CAR in a file that can be read at any place."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the header.

        Raises:
            InvalidContentArchive: it is no CAR of version 1 or 2.
        """
        self._file = file
        self._end = file.seek(0, 2)
        file.seek(0)
        self.version = 1
        if file.read(len(_PRAGMA)) == _PRAGMA:
            self.version = 2
            self._enter_payload()
        else:
            file.seek(0)
        self.roots = self._read_header()
        """Addresses that the file is about; they need not be in it."""
        self._first = file.tell()

    def blocks(self) -> Iterator[CarBlock]:
        """Yield each block, in the order of the file.

        Raises:
            InvalidContentArchive: a block has another hash than it is named by, a hash that is
                not accepted, or the file is cut off or misbuilt.
        """
        self._file.seek(self._first)
        count = 0
        while self._file.tell() < self._end:
            count += 1
            if count > BLOCKS_MAX:
                raise invalid(f"at most {BLOCKS_MAX} blocks")
            section = self._section(SECTION_BYTES_MAX)
            cid, codec = _take_cid(section)
            data = section[len(cid) :]
            yield CarBlock(cid, codec, self._file.tell() - len(data), data)

    def _enter_payload(self) -> None:
        header = self._file.read(_V2_HEADER_SIZE)
        offset = int.from_bytes(header[16:24], "little")
        size = int.from_bytes(header[24:32], "little")
        start = len(_PRAGMA) + _V2_HEADER_SIZE
        if len(header) < _V2_HEADER_SIZE or offset < start or offset + size > self._end:
            raise invalid("a version 2 header whose payload lies in the file")
        self._file.seek(offset)
        self._end = offset + size

    def _read_header(self) -> list[bytes]:
        try:
            header = cbor2.loads(self._section(HEADER_BYTES_MAX))
        except (cbor2.CBORDecodeError, ValueError, TypeError, EOFError) as error:
            raise invalid("a header in DAG-CBOR") from error
        if not isinstance(header, dict) or set(header) != {"roots", "version"}:
            raise invalid("a header of roots and version")
        roots = header["roots"]
        if header["version"] != 1 or not isinstance(roots, list):
            raise invalid("version 1 and a list of roots")
        return [_linked(root) for root in roots]

    def _section(self, most: int) -> bytes:
        start = self._file.tell()
        head = self._file.read(min(_VARINT_BYTES_MAX, self._end - start))
        try:
            size, used = decode_varint(head)
        except Malformed as error:
            raise invalid("a section with its length") from error
        if not 0 < size <= most:
            raise invalid(f"a section of 1 to {most} bytes")
        if start + used + size > self._end:
            raise invalid("whole sections: the file is cut off")
        self._file.seek(start + used)
        return self._file.read(size)


def invalid(expected: str) -> InvalidContentArchive:
    """Return the error that says what a CAR should have had."""
    return InvalidContentArchive(
        f"not an acceptable CAR: expected {expected}", field="car", expected=expected
    )


def _linked(root: object) -> bytes:
    """Return the bytes of a content address: tag 42 over them, after a zero."""
    if isinstance(root, cbor2.CBORTag) and root.tag == _LINK_TAG:
        value = root.value
        if isinstance(value, bytes) and value[:1] == b"\0":
            return value[1:]
    raise invalid("content addresses as roots")


def _take_cid(section: bytes) -> tuple[bytes, int]:
    """Return a section's content address and its codec, after hashing the rest of it."""
    try:
        if section[:2] == b"\x12\x20":  # version 0 has neither version nor codec
            codec, place = CODEC_DAG_PB, 0
        else:
            version, place = decode_varint(section)
            codec, place = decode_varint(section, place)
            if version != 1:
                raise invalid("content addresses of version 0 or 1")
        function, place = decode_varint(section, place)
        size, place = decode_varint(section, place)
    except Malformed as error:
        raise (
            error if isinstance(error, InvalidContentArchive) else invalid("an address")
        ) from error
    digest = section[place : place + size]
    if size > _DIGEST_BYTES_MAX or len(digest) != size:
        raise invalid("a whole digest")
    data = section[place + size :]
    if function == _SHA2_256:
        is_right = hashlib.sha256(data).digest() == digest
    elif function == _IDENTITY:
        is_right = data == digest
    else:
        raise invalid("blocks named by SHA-256 or identity")
    if not is_right:
        raise invalid("blocks that have the hash that they are named by")
    return section[: place + size], codec
