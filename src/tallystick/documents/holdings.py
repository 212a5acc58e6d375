# SPDX-License-Identifier: Apache-2.0
"""Holdings: the sealed bytes of private records and their wraps, in a folder of their own each.

    FOLDER/<SHA-256 of the place>/place.json          which record it is
                                  <ORGANISATION>.wrap its data key, sealed to that organisation
                                  <SHA-256>.sealed    the sealed bytes; written last

- A record's folder is its own, not shared with others of the same bytes: whoever declares another
  record with the same digest must get nothing by it, and destroying theirs must not destroy this.
- The sealed bytes are written last, and each file whole, so a crash leaves a holding or none.
- Destroying removes wraps first: without them the sealed bytes open for nobody. What a crash left
  of a holding is no holding any more, and `tidy` removes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from tallystick.crypto import sha256
from tallystick.disk import failing_storage, remove_files, sync_folder, write_file
from tallystick.encoding import encode, format_json, parse_json
from tallystick.errors import Corrupted, NotFound, TallystickError

_PLACE_FILE: Final = "place.json"
_SEALED: Final = re.compile(r"[0-9a-f]{64}\.sealed")
_WRAP_SUFFIX: Final = ".wrap"
_FOLDER_NAME: Final = re.compile(r"[0-9a-f]{64}")
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600


class Place(NamedTuple):
    """Which private record: the same three parts as in its key of the state."""

    contract: str
    table: str
    record: str

    @property
    def state_key(self) -> bytes:
        """The key under which the ledger keeps it."""
        return "/".join(self).encode()


@dataclass(frozen=True, slots=True)
class Holding:
    """Sealed bytes and, for one organisation, the wrap that opens them."""

    sealed: bytes
    wrap: bytes | None
    """None if none was handed over for it."""


class Holdings:
    """A folder of holdings; one process at a time, which locks."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when something is kept."""
        self._folder = folder

    def places(self) -> Iterator[Place]:
        """Yield the place of each holding, in no order."""
        for folder in self._folders():
            if _sealed_file(folder) is not None:
                yield _read_place(folder)

    def tidy(self) -> None:
        """Remove what a crash left of holdings.

        Raises:
            StorageFailed: the system refused.
        """
        for folder in list(self._folders()):
            if _sealed_file(folder) is None:
                _remove(folder)

    def keep(self, place: Place, sealed: bytes, wraps: Mapping[str, bytes]) -> None:
        """Keep sealed bytes and wraps; both are on disk when this returns.

        Raises:
            StorageFailed: the system refused; there is a whole holding or none.
        """
        folder = self._of(place)
        with failing_storage("making a holding"):
            if not folder.is_dir():
                folder.mkdir(parents=True, mode=_PRIVATE_FOLDER)
                sync_folder(folder.parent.parent)
                sync_folder(folder.parent)
        _write(folder / _PLACE_FILE, format_json(place._asdict()).encode())
        self._write_wraps(folder, wraps)
        _write(folder / f"{sha256(sealed).hex()}.sealed", sealed)

    def add_wraps(self, place: Place, wraps: Mapping[str, bytes]) -> None:
        """Keep more wraps of a holding, or others in their place.

        Raises:
            NotFound: it is not held here.
            StorageFailed: the system refused.
        """
        self._require(place)
        self._write_wraps(self._of(place), wraps)

    def holds(self, place: Place) -> bool:
        """Say whether the sealed bytes of a record are here."""
        return _sealed_file(self._of(place)) is not None

    def get(self, place: Place, organization: str) -> Holding:
        """Return the sealed bytes and the wrap of an organisation.

        Raises:
            NotFound: they are not held here.
            Corrupted: the bytes are not what they were.
            StorageFailed: the system refused.
        """
        path = self._require(place)
        with failing_storage("reading a holding"):
            found = Holding(path.read_bytes(), _read_wrap(path.parent, organization))
        if f"{sha256(found.sealed).hex()}.sealed" != path.name:
            raise Corrupted("the sealed bytes are damaged", field=path.name)
        return found

    def wrap(self, place: Place, organization: str) -> bytes | None:
        """Return the wrap of an organisation, None if none was handed over for it.

        Raises:
            NotFound: the sealed bytes are not held here.
            StorageFailed: the system refused.
        """
        path = self._require(place)
        with failing_storage("reading a wrap"):
            return _read_wrap(path.parent, organization)

    def destroy(self, place: Place) -> bool:
        """Remove a holding, or what is left of one; return whether there was anything.

        Raises:
            StorageFailed: the system refused; run it again.
        """
        folder = self._of(place)
        if not folder.is_dir():
            return False
        _remove(folder)
        return True

    def _write_wraps(self, folder: Path, wraps: Mapping[str, bytes]) -> None:
        for organization, wrap in wraps.items():
            _write(folder / f"{organization}{_WRAP_SUFFIX}", wrap)

    def _require(self, place: Place) -> Path:
        path = _sealed_file(self._of(place))
        if path is None:
            raise NotFound(
                "the sealed bytes are not held here",
                field="record",
                found=place.record[:80],
                hint="Its owner, or another reader, hands them over: `tally private put`.",
            )
        return path

    def _of(self, place: Place) -> Path:
        return self._folder / sha256(encode(list(place))).hex()

    def _folders(self) -> Iterator[Path]:
        found = self._folder.iterdir() if self._folder.is_dir() else ()
        return (path for path in found if _FOLDER_NAME.fullmatch(path.name))


def _write(path: Path, data: bytes) -> None:
    write_file(path, data, mode=_PRIVATE_FILE)


def _read_wrap(folder: Path, organization: str) -> bytes | None:
    path = folder / f"{organization}{_WRAP_SUFFIX}"
    return path.read_bytes() if path.is_file() else None


def _sealed_file(folder: Path) -> Path | None:
    found = folder.iterdir() if folder.is_dir() else ()
    return next((path for path in found if _SEALED.fullmatch(path.name)), None)


def _read_place(folder: Path) -> Place:
    try:
        fields = parse_json((folder / _PLACE_FILE).read_bytes(), name=_PLACE_FILE)
        place = Place(**fields)  # type: ignore[arg-type]  # checked by its digest
        if folder.name == sha256(encode(list(place))).hex():
            return place
    except (OSError, TypeError, TallystickError) as error:
        raise _damaged(folder) from error
    raise _damaged(folder)


def _damaged(folder: Path) -> Corrupted:
    return Corrupted(
        f"{folder / _PLACE_FILE} is damaged: it does not say whose sealed bytes these are",
        field=_PLACE_FILE,
        hint="Move the folder away; its owner, or another reader, can hand the bytes over again.",
    )


def _remove(folder: Path) -> None:
    """Remove a holding: wraps, then the sealed bytes, then the rest; each step is on disk."""
    paths = sorted(folder.iterdir(), key=_order_of_removal)
    for stage in range(3):
        remove_files(folder, [path for path in paths if _order_of_removal(path) == stage])
    with failing_storage("removing a holding"):
        folder.rmdir()
        sync_folder(folder.parent)


def _order_of_removal(path: Path) -> int:
    if _WRAP_SUFFIX in path.name:  # one that was half written too
        return 0
    return 1 if _SEALED.fullmatch(path.name) else 2
