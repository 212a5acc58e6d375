# SPDX-License-Identifier: Apache-2.0
"""Where the engine's socket may be: a path short enough, in a folder that only we enter."""

from __future__ import annotations

import os
import socket
import stat
import sys
from pathlib import Path
from typing import Final

from tallystick.errors import DataFolderProblem, PortInUse, UsageError

SOCKET_PATH_SIZE_MAX: Final = 103 if sys.platform == "darwin" else 107
"""The kernel's address has 104 or 108 bytes, one of them for the end."""


def check_socket_path(path: Path) -> None:
    """Raise `UsageError` if the kernel could not take the path of a unix socket."""
    size = len(os.fsencode(path))
    if size > SOCKET_PATH_SIZE_MAX:
        raise UsageError(
            f"the path of the engine's socket is too long: {path}",
            field="socket",
            expected=f"at most {SOCKET_PATH_SIZE_MAX} bytes",
            found=f"{size} bytes",
            hint="Keep the data folder at a shorter path.",
        )


def listen(path: Path) -> socket.socket:
    """Return a socket that listens at the path, for this user only.

    Raises:
        UsageError: the path is too long.
        DataFolderProblem: others may enter the folder, or something else stands at the path.
        PortInUse: another process listens there.
    """
    check_socket_path(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = stat.S_IMODE(path.parent.stat().st_mode)
    if mode & 0o077:
        raise DataFolderProblem(
            f"others may enter the folder of the engine's socket: {path.parent}",
            expected="mode 0700",
            found=f"mode {mode:04o}",
            hint=f"chmod 700 {path.parent}",
        )
    remove_stale(path)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        door.bind(os.fspath(path))
        path.chmod(0o600)
        door.listen()
    except OSError:
        door.close()
        raise
    return door


def remove_stale(path: Path) -> None:
    """Remove the socket of a process that is no more; it would keep the next one from listening.

    Raises:
        DataFolderProblem: something else stands at the path.
        PortInUse: a process listens there.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise DataFolderProblem(f"{path} is not a socket", expected="nothing, or an old socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        try:
            caller.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise PortInUse(f"another process serves the engine at {path}", field="socket")
