# SPDX-License-Identifier: Apache-2.0
"""Runs the command inside the test's process, with a home and an environment of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tallystick.cli import main
from tallystick.cli.stage import Stage, set_stage

VARIABLES = (
    "TALLY_AS",
    "TALLY_DATA",
    "TALLY_DEBUG",
    "TALLY_LANG",
    "TALLY_TRUST",
    "TALLY_URL",
    "XDG_DATA_HOME",
    "NO_COLOR",
    "FORCE_COLOR",
    "LC_ALL",
    "LC_MESSAGES",
    "COLUMNS",
)


@dataclass(frozen=True)
class Outcome:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        """The one document on standard output."""
        return json.loads(self.out)


Tally = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test an empty home, the English language and the hook it started with."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("TALLY_HOME", str(folder / "keys-and-pins"))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    hook = sys.excepthook
    yield folder
    sys.excepthook = hook
    set_stage(Stage())


@pytest.fixture
def tally(capsys: pytest.CaptureFixture[str]) -> Tally:
    """Return a function that runs the command with the words given."""

    def run(*words: object) -> Outcome:
        capsys.readouterr()
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all three streams be a terminal."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
