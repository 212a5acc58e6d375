# SPDX-License-Identifier: Apache-2.0
"""Reads ZIP archives as streams, bounded in number, size and packing; nothing touches the disk.

The table of contents is checked whole before a byte is unpacked. It may lie: what comes out is
counted again, and each member's checksum is compared at its end.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final, Protocol

from tallystick.errors import HostileFile, InvalidPackage, LimitExceeded
from tallystick.interchange.archives.names import check_name, check_names

_ENCRYPTED: Final = 0x1
_UNIX_MODE: Final = 16
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)
CHUNK: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much an archive may hold."""

    members: int = 10_000
    unpacked_bytes: int = 4 * 1024**3
    """Of all members together."""
    packing_ratio: int = 200
    """Unpacked to packed, for members of more than `free_bytes`."""
    free_bytes: int = 1024 * 1024
    """Members up to this size may be packed as well as they like."""


class Members(Protocol):
    """Named files of an archive, or of a folder that stands for one."""

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each file by its name, in the archive's order; folders are left out."""
        ...

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's content.

        Raises:
            InvalidPackage: it is damaged.
        """
        ...


class Archive:
    """An archive whose names and sizes are acceptable; see `open_archive`."""

    def __init__(self, opened: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
        """Take an open archive and the members that are files."""
        self._opened = opened
        self._members = {one.filename: one for one in members}

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each file by its name, in the archive's order."""
        return {name: one.file_size for name, one in self._members.items()}

    @property
    def is_stored(self) -> dict[str, bool]:
        """Whether each file is in the archive as it is, without packing or extra fields."""
        return {
            name: one.compress_type == zipfile.ZIP_STORED and not one.extra
            for name, one in self._members.items()
        }

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's content.

        Raises:
            InvalidPackage: it is damaged.
        """
        try:
            with self._opened.open(self._members[name]) as source:
                while chunk := source.read(CHUNK):
                    yield chunk
        except _DAMAGED as error:
            raise InvalidPackage(
                "a file of the archive is damaged", field=name[:60], found=type(error).__name__
            ) from error


def open_archive(source: IO[bytes], limits: ArchiveLimits | None = None) -> Archive:
    """Return the archive in a file that can be sought; nothing is unpacked yet.

    Raises:
        InvalidPackage: it is no ZIP archive, or has a password or packing that is not read here.
        HostileFile: names that are not acceptable, links, or a bomb.
        LimitExceeded: too many members, or too much in them.
    """
    bounds = limits or ArchiveLimits()
    try:
        opened = zipfile.ZipFile(source)
    except (*_DAMAGED, NotImplementedError) as error:
        raise InvalidPackage("not a ZIP archive", found=type(error).__name__) from error
    listed = opened.infolist()
    total = sum(one.file_size for one in listed)
    if len(listed) > bounds.members or total > bounds.unpacked_bytes:
        raise LimitExceeded(
            "the archive holds too much",
            field="archive",
            expected=f"at most {bounds.members} members, {bounds.unpacked_bytes} bytes",
            found=f"{len(listed)} members, {total} bytes",
        )
    for one in listed:
        _check_member(one, bounds)
    _check_apart(listed)
    files = [one for one in listed if not one.is_dir()]
    check_names(one.filename for one in files)
    for one in listed:
        check_name(one.filename.removesuffix("/"))
    return Archive(opened, files)


def _check_member(member: zipfile.ZipInfo, limits: ArchiveLimits) -> None:
    name = ascii(member.filename[:60])
    kind = stat.S_IFMT(member.external_attr >> _UNIX_MODE)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise HostileFile("a member is a link or a device", field=name)
    if member.orig_filename != member.filename:
        raise HostileFile("a name has a zero in it", field=name)
    if member.flag_bits & _ENCRYPTED or member.compress_type not in _METHODS:
        raise InvalidPackage(
            "a member has a password or unusual packing", field=name, expected="stored or deflated"
        )
    if member.file_size > limits.free_bytes + member.compress_size * limits.packing_ratio:
        raise HostileFile(
            "a member is packed too well",
            field=name,
            expected=f"at most {limits.packing_ratio} to one",
            found=f"{member.file_size} from {member.compress_size} bytes",
        )


def _check_apart(members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share bytes: the trick of bombs that pass every other bound."""
    end = 0
    for one in sorted(members, key=lambda member: member.header_offset):
        if one.header_offset < end:
            raise HostileFile("members of the archive overlap", field=ascii(one.filename[:60]))
        end = one.header_offset + one.compress_size
