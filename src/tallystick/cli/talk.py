# SPDX-License-Identifier: Apache-2.0
"""What the command says while it works: on standard error, never mixed into the answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from tallystick.cli.answers import Mark
from tallystick.cli.render import SIGNS, STYLES
from tallystick.cli.stage import stage

Advance = Callable[[int], None]
"""Says that so much more is done."""

_CODES: Final = {"red": "31;1", "dim": "2", "bold": "1", "cyan": "36"}


def paint(text: str, style: str) -> str:
    """Return `text` in a colour, if standard error may have colours."""
    return _styled(text, _CODES[style])


def _styled(text: str, style: str) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if stage().talk_color else text


def note(text: str = "") -> None:
    """Say one line."""
    print(text, file=sys.stderr, flush=True)


def step(text: str, *, mark: Mark = Mark.OK, took_s: float | None = None) -> None:
    """Say that a step ended, how, and how long it took."""
    time = (
        paint(f"  {took_s:.1f} s" if took_s >= 1 else f"  {took_s * 1000:.0f} ms", "dim")
        if took_s is not None
        else ""
    )
    note(f"{_styled(SIGNS[mark], STYLES[mark])} {text}{time}")


def warn(text: str) -> None:
    """Say that something deserves attention."""
    step(text, mark=Mark.WARNING)


@contextmanager
def progress(label: str, total: int | None, *, is_bytes: bool = False) -> Iterator[Advance]:
    """Show a bar while work goes on; nothing at all when standard error is not a terminal."""
    if not stage().progress:
        yield lambda _more: None
        return
    from rich import progress as bars
    from rich.console import Console

    columns: tuple[bars.ProgressColumn, ...] = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(bar_width=24),
        bars.DownloadColumn() if is_bytes else bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(compact=True),
    )
    console = Console(stderr=True, no_color=not stage().talk_color)
    with bars.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda more: bar.advance(task, more)


@contextmanager
def waiting(label: str) -> Iterator[None]:
    """Show a spinner while waiting for something of unknown length, on a terminal only."""
    if not stage().progress:
        yield
        return
    from rich.console import Console

    console = Console(stderr=True, no_color=not stage().talk_color)
    with console.status(label):
        yield
