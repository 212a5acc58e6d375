# SPDX-License-Identifier: Apache-2.0
"""Where the sockets between a node and its engine are: a folder that only this user can enter."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from tallystick.crypto import sha256
from tallystick.errors import DataFolderProblem

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
        name = f"tally-{sha256(os.fsencode(data.absolute())).hex()[:16]}"
        folder = Path(tempfile.gettempdir()) / name
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
