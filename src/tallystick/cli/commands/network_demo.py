# SPDX-License-Identifier: Apache-2.0
"""`tally network demo`: four organisations on this machine, and what a network of them bears."""

from __future__ import annotations

import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import OUTPUT, Output
from tallystick.cli.talk import note
from tallystick.errors import DataFolderProblem


def demo(*, data: Path | None = None, keep: bool = False, _output: Output = OUTPUT) -> Answer:
    """Tell the story; every process that it starts ends with it.

    Raises:
        EngineMissing: the consensus engine is not installed; the message has the command.
        DataFolderProblem: the folder is not empty.
        Unverified: something did not go as it must.
    """
    from tallystick.cli.demo.four import tell

    note(say("four.title"))
    with _ended_like_an_interrupt(), _folder(data, keep=keep) as base:
        facts = tell(base)
        if data is not None or keep:
            facts["data"] = str(base)
        return Sheet(facts)


@contextmanager
def _folder(data: Path | None, *, keep: bool) -> Iterator[Path]:
    if data is not None:
        if data.exists() and any(data.iterdir()):
            raise DataFolderProblem(say("four.not_empty", path=data), field="--data")
        yield data
    elif keep:
        yield Path(tempfile.mkdtemp(prefix="tally-four-"))
    else:
        with tempfile.TemporaryDirectory(prefix="tally-four-") as name:
            yield Path(name)


@contextmanager
def _ended_like_an_interrupt() -> Iterator[None]:
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
