# SPDX-License-Identifier: Apache-2.0
"""The storage process: writes the flushes that a node sends it.

Run as `python -m tallystick.storage.writer DATA NETWORK MAP_BYTES PARENT`; reads frames from
standard input, answers on standard output. It ends at the end of its input, after any error, and
when its parent is gone, whoever else may hold the pipe. A flush that has not come in completely
is forgotten: the node will replay its blocks.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from pathlib import Path

from tallystick.disk import write_all
from tallystick.errors import TallystickError
from tallystick.storage.environment import WriterLock, open_for_writing, read_head
from tallystick.storage.flush import (
    Answer,
    Failed,
    Finish,
    Request,
    Written,
    apply_messages,
    decode_request,
)
from tallystick.storage.frames import encode_frame, read_frame
from tallystick.storage.layout import STATE_FOLDER

STDIN, STDOUT = 0, 1
LOOK_EVERY_S = 2.0


def main(arguments: list[str]) -> int:
    """Serve flushes until the input ends; return the exit code."""
    data, network, map_bytes, parent = arguments
    # Ctrl-C and service managers reach the whole group; the node decides when its writer stops.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        _serve(Path(data), network, int(map_bytes), int(parent))
    except TallystickError as error:
        _answer(Failed(error.code, error.message, error.hint))
        return 1
    except BrokenPipeError:
        return 0  # the node is gone; what was answered is on disk all the same
    return 0


def _serve(data: Path, network: str, map_bytes: int, parent: int) -> None:
    lock = WriterLock(data / STATE_FOLDER)
    environment = open_for_writing(data, network, map_bytes)
    height, _ = read_head(environment, network)
    _answer(Written(height))
    while (messages := _read_flush(parent)) is not None:
        _answer(Written(apply_messages(environment, iter(messages), network)))
    environment.close()
    lock.close()


def _read_flush(parent: int) -> list[Request] | None:
    messages: list[Request] = []
    while not messages or not isinstance(messages[-1], Finish):
        frame = read_frame(STDIN, wait=lambda: _wait(parent))
        if frame is None:
            return None
        messages.append(decode_request(frame))
    return messages


def _wait(parent: int) -> bool:
    """Wait for input; False when the parent is gone."""
    while not select.select([STDIN], [], [], LOOK_EVERY_S)[0]:
        if os.getppid() != parent:
            return False
    return True


def _answer(answer: Answer) -> None:
    frame = bytearray()
    encode_frame(answer, frame)
    write_all(STDOUT, frame)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
