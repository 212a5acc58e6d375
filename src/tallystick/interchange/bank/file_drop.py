# SPDX-License-Identifier: Apache-2.0
"""A bank behind a folder: the usual connection, an SFTP host or a share that a program polls.

    FOLDER/outbox   the bank's side takes files from here
    FOLDER/inbox    the bank's side puts files here, by renaming whole ones into place
    FOLDER/archive  what we took from the inbox, under its digest and name
    FOLDER/sent     what was ever delivered, under its name
    FOLDER/staged   what is on its way into the outbox

Delivering takes three steps that survive a crash between any two: the file is complete in
`staged`, then it is in `sent`, then it moves from `staged` to `outbox`. A rename happens or does
not, so a file in `sent` and no longer in `staged` has been in the outbox, even if the bank's side
has taken it since. All are on one file system for that reason.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tallystick.crypto import sha256
from tallystick.errors import BankUnreachable, IdempotencyConflict, Malformed
from tallystick.interchange.bank.ports import BankFile

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
_FOLDERS: Final = ("outbox", "inbox", "archive", "sent", "staged")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}", re.ASCII)
_UNFINISHED: Final = (".tmp", ".part", ".filepart", ".writing")
"""Names that transfer programs give a file until it is whole."""
_PARTIAL: Final = ".partial"
_KEPT_NAME_BYTES: Final = 150


class FileDropConnector:
    """Exchanges files with a bank through a folder. One process uses a folder at a time."""

    def __init__(self, folder: Path) -> None:
        """Make the folder and those in it, where they are missing.

        Raises:
            BankUnreachable: the folder cannot be used.
        """
        self._folder = folder
        with _reaching(folder):
            for name in _FOLDERS:
                (folder / name).mkdir(parents=True, exist_ok=True)
            _sync_folder(folder)

    def deliver(self, name: str, data: bytes) -> None:
        """See `BankConnector.deliver`."""
        if _NAME.fullmatch(name) is None or name.endswith(_UNFINISHED):
            raise Malformed(
                "the name cannot be a file's",
                field="name",
                expected="letters, digits, points, hyphens; the ending of a whole file",
                found=name[:60],
            )
        sent, staged = self._folder / "sent" / name, self._folder / "staged" / name
        with _reaching(self._folder):
            if not sent.exists():
                _write(staged, data)
                _write(sent, data)
            elif sent.read_bytes() != data:
                raise IdempotencyConflict(
                    f"another file was delivered as {name}",
                    field="name",
                    hint="Give a new file a new name; what was delivered stays delivered.",
                )
            if staged.exists():
                staged.rename(self._folder / "outbox" / name)
                _sync_folder(self._folder / "outbox")
                _sync_folder(self._folder / "staged")

    def collect(self) -> tuple[BankFile, ...]:
        """See `BankConnector.collect`; hidden and unfinished files, folders and links stay."""
        with _reaching(self._folder):
            inbox = self._folder / "inbox"
            names = sorted(entry.name for entry in inbox.iterdir())
            files = (_read(inbox / name) for name in names if _is_whole(name))
            found = tuple(file for file in files if file is not None)
            for file in found:
                if self._archived(file).exists():
                    self._forget(file)  # a crash came between the two steps of acknowledging
            return tuple(file for file in found if not self._archived(file).exists())

    def acknowledge(self, file: BankFile) -> None:
        """See `BankConnector.acknowledge`."""
        with _reaching(self._folder):
            if not self._archived(file).exists():
                _write(self._archived(file), file.data)
            self._forget(file)

    def _archived(self, file: BankFile) -> Path:
        """Where a file is kept: the digest comes first, so that a name used again loses nothing."""
        kept = file.name.encode()[:_KEPT_NAME_BYTES].decode(errors="ignore")
        return self._folder / "archive" / f"{sha256(file.data).hex()}-{kept}"

    def _forget(self, file: BankFile) -> None:
        """Take a file from the inbox, unless another has come under its name."""
        place = self._folder / "inbox" / file.name
        if _read(place) == file:
            place.unlink()
            _sync_folder(place.parent)


def _is_whole(name: str) -> bool:
    return not name.startswith(".") and not name.lower().endswith(_UNFINISHED)


def _read(place: Path) -> BankFile | None:
    """Return a regular file that is there and not a link, None otherwise.

    Raises:
        OSError: it cannot be read, or is too large.
    """
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        if place.is_symlink() or not place.exists():
            return None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(FILE_BYTES_MAX + 1)
    if len(data) > FILE_BYTES_MAX:
        raise OSError(f"{place.name} is larger than {FILE_BYTES_MAX} bytes")
    return BankFile(place.name, data)


def _write(place: Path, data: bytes) -> None:
    """Make a whole file: after a crash it is there with all its bytes, or not at all."""
    partial = place.with_name(f".{sha256(place.name.encode()).hex()}{_PARTIAL}")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(place)
    _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    """Return when the names in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _reaching(folder: Path) -> Iterator[None]:
    """Turn an error of the operating system into `BankUnreachable`."""
    try:
        yield
    except OSError as error:
        raise BankUnreachable(
            f"the bank's folder {folder} cannot be used: {error.strerror or error}",
            found=type(error).__name__,
        ) from error
