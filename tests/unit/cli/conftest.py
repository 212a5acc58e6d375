# SPDX-License-Identifier: Apache-2.0
"""Runs the command inside the test's process, with a home of its own and, on request, a node."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _pytest import capture

from tallystick.cli import main, serving
from tallystick.cli.demo import history
from tallystick.cli.founding import found_demo
from tallystick.cli.stage import Stage, set_stage
from tallystick.node import Node, NodeConfig
from tests.serving import served_node

VARIABLES = (
    "COLUMNS",
    "FORCE_COLOR",
    "LC_ALL",
    "LC_MESSAGES",
    "NO_COLOR",
    "TALLY_DATA",
    "TALLY_DEBUG",
    "TALLY_KEY",
    "TALLY_LANG",
    "TALLY_PASSPHRASE",
    "TALLY_TRUST",
    "TALLY_URL",
    "XDG_DATA_HOME",
)


@dataclass(frozen=True)
class Outcome:
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
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
    set_stage(Stage())  # tests elsewhere run the command too, and leave theirs behind
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
    """Let all three streams be a terminal, whatever pytest puts in their place."""
    for kind in (capture.CaptureIO, capture.EncodedFile, capture.DontReadFromInput):
        monkeypatch.setattr(kind, "isatty", lambda _stream: True, raising=False)


@dataclass(frozen=True)
class Running:
    """A demonstration network's node, answering."""

    folder: Path
    url: str
    node: Node


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Serve a demonstration network in this process, for the tests of one file."""
    folder = tmp_path_factory.mktemp("served") / "demo"
    found_demo(folder)
    with served_node(NodeConfig(data=folder, workers=False)) as found:
        yield Running(folder, found.url, found.node)


@pytest.fixture
def running(served: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """Let the served node be the one of this machine."""
    monkeypatch.setenv("TALLY_DATA", str(served.folder))
    return served


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nodes work in this process, no child processes; and keep a demonstration's history short.

    Whole histories are told on a ledger in memory, by `test_histories.py`.
    """
    for module in (serving, history):
        monkeypatch.setattr(
            module, "NodeConfig", lambda **given: NodeConfig(workers=False, **given)
        )
    monkeypatch.setattr(history, "DAYS", 2)
