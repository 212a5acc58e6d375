# SPDX-License-Identifier: Apache-2.0
"""Intake: uploads that come in pieces, may stop for days, and are kept whole or not at all.

    FOLDER/<content address>.<size>.part

- The offset is the size of the file, so it survives a restart of this process and of the machine.
  A power cut may take the last seconds; then the file is shorter, or fails its address and goes.
- What has come in is hashed as it comes. After a restart it is read again once.
- Nobody sees anything of an upload before its address, size and slices are what was declared.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tallystick.disk import failing_storage, make_private_folder, write_all
from tallystick.encoding import Cid
from tallystick.errors import HashMismatch, LimitExceeded, NotFound, WrongOffset
from tallystick.merkle import Address, ChunkHashes, ContentHasher

_NAME: Final = re.compile(r"(b[a-z2-7]{58})\.([0-9]{1,16})\.part")
_PRIVATE_FILE: Final = 0o600
_READ_BYTES: Final = 1 << 20


class Intake:
    """A folder of uploads; one process, and one thread at a time for one address."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when an upload begins."""
        self._folder = folder
        self._hashers: dict[str, ContentHasher] = {}

    @property
    def reserved_bytes(self) -> int:
        """What the uploads that have begun will need."""
        return sum(int(found[2]) for found in self._names())

    def begin(self, address: Address) -> None:
        """Begin an upload, if it has not begun.

        Raises:
            StorageFailed: the system refused.
        """
        path = self._path(address)
        make_private_folder(self._folder)
        with failing_storage(f"beginning {path.name}"):
            flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
            os.close(os.open(path, flags, _PRIVATE_FILE))

    def offset(self, address: Address) -> int | None:
        """Return how many bytes have come in, or None if it has not begun."""
        try:
            return self._path(address).stat().st_size
        except FileNotFoundError:
            return None

    def append(self, address: Address, offset: int, data: bytes) -> int:
        """Take the bytes from `offset` on; return where the next ones begin.

        Raises:
            NotFound: the upload has not begun, or was given up.
            WrongOffset: the last piece ended elsewhere; nothing was taken.
            LimitExceeded: more than was declared; nothing was taken.
            StorageFailed: the system refused; ask for the offset.
        """
        known = self.offset(address)
        if known is None:
            raise NotFound("no such upload has begun", field="cid", found=str(address.cid))
        if known != offset:
            raise WrongOffset(
                "the upload goes on elsewhere",
                field="offset",
                expected=str(known),
                found=str(offset),
            )
        if offset + len(data) > address.size:
            raise LimitExceeded(
                "more bytes than were declared",
                field="size",
                expected=f"{address.size} bytes",
                found=f"at least {offset + len(data)}",
            )
        hasher = self._hasher(address, offset)
        self._write(address, data)
        hasher.update(data)
        return offset + len(data)

    def finish(self, address: Address) -> tuple[Path, ChunkHashes]:
        """Return the file of a complete upload that is what was declared.

        Raises:
            NotFound: the upload has not begun, or was given up.
            WrongOffset: bytes are missing; it can go on.
            HashMismatch: it is something else, and was removed.
            StorageFailed: the system refused.
        """
        offset = self.offset(address)
        if offset is None:
            raise NotFound("no such upload has begun", field="cid", found=str(address.cid))
        if offset != address.size:
            raise WrongOffset(
                "the upload is not complete",
                field="offset",
                expected=str(address.size),
                found=str(offset),
            )
        hashes = self._hasher(address, offset).finish()
        self._hashers.pop(str(address.cid), None)
        found = hashes.address
        if found != address:
            self.abandon(address.cid)
            raise HashMismatch(
                "what was uploaded is not what was declared; it was removed",
                field="cid" if found.cid != address.cid else "slices_root",
                expected=f"{address.cid}, slices {address.slices_root.hex()}",
                found=f"{found.cid}, slices {found.slices_root.hex()}",
            )
        return self._path(address), hashes

    def abandon(self, cid: Cid) -> bool:
        """Remove what has come in of an upload; return whether there was any.

        Raises:
            StorageFailed: the system refused.
        """
        with failing_storage(f"removing the upload of {cid}"):
            self._hashers.pop(str(cid), None)
            found = [name for name in self._names() if name[1] == str(cid)]
            for name in found:
                (self._folder / name[0]).unlink(missing_ok=True)
        return bool(found)

    def idle_since(self, moment: float) -> list[Cid]:
        """Return the uploads that got nothing since a moment of the system's clock, in seconds."""
        names = [name for name in self._names() if self._changed_at(name[0]) < moment]
        return [Cid.parse(name[1]) for name in names]

    def _names(self) -> Iterator[re.Match[str]]:
        paths = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        return (found for path in paths if (found := _NAME.fullmatch(path.name)))

    def _changed_at(self, name: str) -> float:
        return (self._folder / name).stat().st_mtime

    def _path(self, address: Address) -> Path:
        return self._folder / f"{address.cid}.{address.size}.part"

    def _write(self, address: Address, data: bytes) -> None:
        path = self._path(address)
        with failing_storage(f"writing {path.name}"):
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            try:
                write_all(descriptor, data)
            finally:
                os.close(descriptor)

    def _hasher(self, address: Address, offset: int) -> ContentHasher:
        """Return the hasher of what has come in, made again where it is not at hand."""
        hasher = self._hashers.get(str(address.cid))
        if hasher is None or hasher.size != offset:
            hasher = ContentHasher()
            with failing_storage("reading an upload"), self._path(address).open("rb") as file:
                while piece := file.read(_READ_BYTES):
                    hasher.update(piece)
            self._hashers[str(address.cid)] = hasher
        return hasher
