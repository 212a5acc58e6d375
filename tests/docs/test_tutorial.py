# SPDX-License-Identifier: Apache-2.0
"""The newcomer's tutorials work as written, with real commands and a real node."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "docs/newcomer/first-receipt.md",
    "docs/zh-CN/first-receipt.md",
    pytest.param("docs/newcomer/first-document.md", marks=pytest.mark.slow),
    pytest.param("docs/zh-CN/first-document.md", marks=pytest.mark.slow),
)
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_EXIT = re.compile(r"#\s*exit (\d+)\s*$")
_COMMAND_SECONDS = 240


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Return a folder and an environment of a newcomer's own; no node is left behind."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    scripts = Path(sys.executable).parent
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "TALLY_HOME": str(tmp_path / "keys"),
        "TALLY_URL": f"http://localhost:{port}",
        "PATH": f"{scripts}:{os.environ['PATH']}",
        "TUTORIAL_PORT": str(port),
    }
    yield tmp_path, environment
    subprocess.run(
        ["tally", "down", "--data", str(tmp_path / "demo")],  # the command under test
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
        timeout=_COMMAND_SECONDS,
    )


def commands(page: str) -> list[str]:
    """Return the commands of a page's console blocks, in order."""
    text = (ROOT / page).read_text()
    return [
        line.removeprefix("$ ")
        for block in _BLOCK.findall(text)
        for line in block.splitlines()
        if line.startswith("$ ")
    ]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", PAGES)
def test_the_tutorial_works_as_written(page: str, place: tuple[Path, dict[str, str]]) -> None:
    """Each command ends as the page says: with exit 0, 6 where a check must fail."""
    folder, environment = place
    listed = commands(page)
    assert len(listed) > 5
    for line in listed:
        expected = _EXIT.search(line)
        command = _EXIT.sub("", line).strip()
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            environment[name] = value.replace("$PWD", str(folder))
            continue
        if command.startswith("tally up"):
            command += f" --port {environment['TUTORIAL_PORT']}"
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_COMMAND_SECONDS,
        )
        must_fail = "altered.txt --receipt" in command
        wanted = int(expected.group(1)) if expected else 6 if must_fail else 0
        assert done.returncode == wanted, f"{command}\n{done.stdout}\n{done.stderr}"
