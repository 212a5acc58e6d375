# SPDX-License-Identifier: Apache-2.0
"""Draw docs/images/demo.svg and demo.zh-CN.svg: what `make demo` prints, from a real run."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 118
_SHOWN_LINES = 30
_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_TEXT_LENGTH = re.compile(r' textLength="[^"]*"')
"""Counts a Chinese character as one of two cells, and so squeezes what it is set for."""


def run_demo(language: str, folder: Path) -> str:
    """Return what the demonstration says on a terminal of its own."""
    command = [
        *(sys.executable, "-m", "tallystick.cli", "--lang", language, "--color", "always"),
        *("up", "--demo", "--once", "--data", str(folder / "demo")),
    ]
    environment = {**os.environ, "HOME": str(folder), "COLUMNS": str(WIDTH)}
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment, timeout=120
    )
    return done.stderr.replace(str(folder), "~")


def draw(text: str, target: Path) -> None:
    """Write terminal output as an SVG picture."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    lines = text.splitlines()[:_SHOWN_LINES]
    console.print(Text.from_ansi("\n".join(["$ make demo", *lines])))
    target.parent.mkdir(parents=True, exist_ok=True)
    picture = _TEXT_LENGTH.sub("", console.export_svg(title="Tallystick"))
    # The reader's own monospace font will do: a picture must not fetch anything.
    target.write_text(_FONT_FACE.sub("", picture).replace("Fira Code", "monospace"))


def main() -> None:
    """Draw both languages."""
    for language, name in (("en", "demo.svg"), ("zh", "demo.zh-CN.svg")):
        with tempfile.TemporaryDirectory() as folder:
            draw(run_demo(language, Path(folder)), ROOT / "docs" / "images" / name)


if __name__ == "__main__":
    main()
