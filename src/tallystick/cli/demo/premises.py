# SPDX-License-Identifier: Apache-2.0
"""Where a demonstration lies, and how it ends when somebody stops it."""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tallystick.cli.catalogue import say
from tallystick.errors import DataFolderProblem


@contextmanager
def premises(data: Path | None, prefix: str, *, keep: bool = False) -> Iterator[Path]:
    """Give the folder that was named, or a temporary one, which is kept or removed at the end.

    Raises:
        DataFolderProblem: the folder that was named is not empty.
    """
    if data is not None:
        if data.exists() and any(data.iterdir()):
            raise DataFolderProblem(say("four.not_empty", path=data), field="--data")
        yield data
    elif keep:
        yield Path(tempfile.mkdtemp(prefix=prefix))
    else:
        with tempfile.TemporaryDirectory(prefix=prefix) as name:
            yield Path(name)


@contextmanager
def ended_like_an_interrupt() -> Iterator[None]:
    """Let SIGTERM stop the children first, as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
