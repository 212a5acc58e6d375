# SPDX-License-Identifier: Apache-2.0
"""Wraps of documents: for each version a folder with one small sealed file an organisation.

    FOLDER/<SHA-256 of the place>/place.json          which version of which document
                                  <ORGANISATION>.wrap its identity and name, sealed to them

A folder is made with its place first, so a crash leaves no wrap of an unknown document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tallystick.crypto import sha256
from tallystick.disk import failing_storage, remove_files, sync_folder, write_file
from tallystick.encoding import encode, format_json, parse_json
from tallystick.errors import Corrupted, NotFound, TallystickError

_PLACE_FILE: Final = "place.json"
_WRAP_SUFFIX: Final = ".wrap"
_FOLDER_NAME: Final = re.compile(r"[0-9a-f]{64}")
_PRIVATE_FILE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700


class Wraps:
    """A folder of wraps; one process at a time, which locks."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when something is kept."""
        self._folder = folder

    def places(self) -> Iterator[tuple[str, int]]:
        """Yield the document and version of each folder of wraps, in no order.

        Raises:
            Corrupted: one does not say whose it is.
        """
        found = list(self._folder.iterdir()) if self._folder.is_dir() else []
        for folder in found:
            if _FOLDER_NAME.fullmatch(folder.name):
                yield _read_place(folder)

    def keep(self, document: str, version: int, organization: str, wrap: bytes) -> None:
        """Keep a wrap, in place of one before; it is on disk when this returns.

        Raises:
            StorageFailed: the system refused.
        """
        folder = self._of(document, version)
        with failing_storage("making a folder of wraps"):
            if not folder.is_dir():
                folder.mkdir(parents=True, mode=_PRIVATE_FOLDER)
                sync_folder(folder.parent.parent)
                sync_folder(folder.parent)
        place = format_json({"document": document, "version": version}).encode()
        write_file(folder / _PLACE_FILE, place, mode=_PRIVATE_FILE)
        write_file(folder / f"{organization}{_WRAP_SUFFIX}", wrap, mode=_PRIVATE_FILE)

    def get(self, document: str, version: int, organization: str) -> bytes:
        """Return the wrap of an organisation.

        Raises:
            NotFound: none was handed over for it.
            StorageFailed: the system refused.
        """
        path = self._of(document, version) / f"{organization}{_WRAP_SUFFIX}"
        with failing_storage("reading a wrap"):
            if path.is_file():
                return path.read_bytes()
        raise NotFound(
            "no wrap of this document is here for the organisation",
            field="organization",
            found=organization,
            hint="Its owner hands it over: `tally document share`. Until then an earlier version, "
            "`--version 1`, may open.",
        )

    def organizations(self, document: str, version: int) -> list[str]:
        """Return whose wraps are here."""
        folder = self._of(document, version)
        found = folder.glob(f"[!.]*{_WRAP_SUFFIX}") if folder.is_dir() else ()
        return sorted(path.name.removesuffix(_WRAP_SUFFIX) for path in found)

    def remove(self, document: str, version: int, organization: str) -> None:
        """Destroy the wrap of an organisation, if there is one.

        Raises:
            StorageFailed: the system refused; run it again.
        """
        folder = self._of(document, version)
        if folder.is_dir():
            remove_files(folder, [folder / f"{organization}{_WRAP_SUFFIX}"])

    def destroy(self, document: str, version: int) -> None:
        """Destroy all wraps of a version, half written ones too.

        Raises:
            StorageFailed: the system refused; run it again.
        """
        folder = self._of(document, version)
        if not folder.is_dir():
            return
        paths = list(folder.iterdir())
        remove_files(folder, [path for path in paths if path.name != _PLACE_FILE])
        remove_files(folder, paths)
        with failing_storage("removing a folder of wraps"):
            folder.rmdir()
            sync_folder(folder.parent)

    def _of(self, document: str, version: int) -> Path:
        return self._folder / sha256(encode([document, version])).hex()


def _read_place(folder: Path) -> tuple[str, int]:
    try:
        match parse_json((folder / _PLACE_FILE).read_bytes(), name=_PLACE_FILE):
            case {"document": str(document), "version": int(version)}:
                if folder.name == sha256(encode([document, version])).hex():
                    return document, version
    except (OSError, TallystickError) as error:
        raise _damaged(folder) from error
    raise _damaged(folder)


def _damaged(folder: Path) -> Corrupted:
    return Corrupted(
        f"{folder / _PLACE_FILE} is damaged: it does not say whose wraps these are",
        field=_PLACE_FILE,
        hint="Move the folder away; the documents' owners can hand the wraps over again.",
    )
