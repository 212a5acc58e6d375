# SPDX-License-Identifier: Apache-2.0
"""Run by path in a fresh interpreter: becomes the engine, after asking to die with its parent.

Linux kills the engine when the thread that started it ends, however the node ends; elsewhere the
engine ends by itself when the node's socket is gone. It asks here, and not between fork and exec
of the node, because there no Python code is safe while the node has threads.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def main(parent: int, command: list[str]) -> None:
    """Become the command, unless the parent is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606  # a list of arguments, no shell


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
