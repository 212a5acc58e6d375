# SPDX-License-Identifier: Apache-2.0
"""Where a node and its engine meet: folders that only this user can enter."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tallystick.crypto import sha256
from tallystick.errors import DataFolderProblem
from tallystick.storage import Footing, file_system_kind, footing

_PATH_BYTES_MAX: Final = 90
"""The system allows 107 for a socket's path; names in the folder are short."""
_FOLDER: Final = "run"


def socket_folder(data: Path) -> Path:
    """Return the folder of a data folder's sockets, made if it is not there.

    It is inside the data folder, or, where that path is too long for a socket, beside other
    programs' temporary files, named by the hash of the data folder's path.

    Raises:
        DataFolderProblem: it cannot be made, or belongs to somebody else.
    """
    inside = data.absolute() / _FOLDER
    folder = inside
    if len(os.fsencode(inside)) > _PATH_BYTES_MAX:
        folder = Path(tempfile.gettempdir()) / _name(data, "tally")
    return _private(folder)


def memory_folder(data: Path, *, places: Sequence[Path] | None = None) -> Path:
    """Return a folder in memory for what must not reach the disk, made if it is not there.

    Raises:
        DataFolderProblem: this machine has no such place, or the folder belongs to somebody else.
    """
    for place in _memory_places() if places is None else places:
        if place.is_dir() and footing(file_system_kind(place)) is Footing.VOLATILE:
            return _private(place / _name(data, "tally-keys"))
    raise DataFolderProblem(
        "there is no folder in memory for the engine's keys while it starts",
        expected="$RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR or the shared memory folder, on tmpfs",
        hint="Use a remote signer, or take the passphrase off: `tally key unprotect`.",
    )


def _memory_places() -> list[Path]:
    named = (os.environ.get(name) for name in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"))
    return [*(Path(one) for one in named if one), Path("/dev/shm")]  # noqa: S108  # not a file


def _name(data: Path, prefix: str) -> str:
    return f"{prefix}-{sha256(os.fsencode(data.absolute())).hex()[:16]}"


def _private(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise DataFolderProblem(f"{folder} cannot be used: {error.strerror}") from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise DataFolderProblem(
            f"{folder} is open to others",
            expected="a folder of this user that nobody else can enter",
            hint=f"Remove it, or run: chmod 700 {folder}",
        )
    return folder
