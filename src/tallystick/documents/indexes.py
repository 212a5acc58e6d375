# SPDX-License-Identifier: Apache-2.0
"""Index files of a depot: the chunk hashes of what it holds, and marks of what it is removing.

FOLDER/<content address>.chunks     SHA-256 of what follows, size, hashes of the chunks
FOLDER/<content address>.removing   the same, while the store forgets the content
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from tallystick.crypto import sha256
from tallystick.disk import (
    failing_storage,
    make_private_folder,
    remove_files,
    sync_folder,
    write_file,
)
from tallystick.documents.verified import damaged
from tallystick.encoding import Cid
from tallystick.errors import Malformed, NotFound
from tallystick.merkle import ChunkHashes
from tallystick.units import HASH_SIZE

_HELD: Final = ".chunks"
_REMOVING: Final = ".removing"
_PRIVATE_FILE: Final = 0o600


class Indexes:
    """A folder of indexes."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; it is made when something is written."""
        self._folder = folder

    def write(self, cid: Cid, hashes: ChunkHashes) -> None:
        """Write an index: from now on the document is held."""
        make_private_folder(self._folder)
        body = hashes.to_bytes()
        write_file(self._path(cid, _HELD), sha256(body) + body, mode=_PRIVATE_FILE)

    def read(self, cid: Cid) -> ChunkHashes:
        """Return an index that is whole and that of this address.

        Raises:
            NotFound: the document is not held here.
            Corrupted: the index is damaged.
        """
        try:
            data = self._path(cid, _HELD).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("the document is not held here", field="cid", found=str(cid)) from error
        if sha256(data[HASH_SIZE:]) == data[:HASH_SIZE]:
            with contextlib.suppress(Malformed):
                hashes = ChunkHashes.from_bytes(data[HASH_SIZE:])
                if hashes.address.cid == cid:
                    return hashes
        raise damaged(cid, "its index is not what it was")

    def holds(self, cid: Cid) -> bool:
        """Say whether there is an index."""
        return self._path(cid, _HELD).is_file()

    def is_removing(self, cid: Cid) -> bool:
        """Say whether a removal has begun and not ended."""
        return self._path(cid, _REMOVING).is_file()

    def begin_removal(self, cid: Cid) -> None:
        """Turn an index into the mark of a removal: the document is no longer held."""
        with failing_storage(f"removing {cid}"):
            self._path(cid, _HELD).replace(self._path(cid, _REMOVING))
            sync_folder(self._folder)

    def end_removal(self, cid: Cid) -> None:
        """Take the mark away."""
        remove_files(self._folder, [self._path(cid, _REMOVING)])

    def held(self) -> list[Cid]:
        """Return what there is an index of, in order of the addresses' texts."""
        return self._all(_HELD)

    def removing(self) -> list[Cid]:
        """Return what is being removed."""
        return self._all(_REMOVING)

    def _path(self, cid: Cid, suffix: str) -> Path:
        return self._folder / f"{cid}{suffix}"

    def _all(self, suffix: str) -> list[Cid]:
        paths = sorted(self._folder.glob(f"b*{suffix}")) if self._folder.is_dir() else []
        return [Cid.parse(path.stem) for path in paths]
