# SPDX-License-Identifier: Apache-2.0
"""The SDK's page: it names everything that is public, and its examples are Python that runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tallystick
from tallystick import client
from tallystick.client import Net
from tests.unit.client.mock_node import MockNode
from tests.unit.client.world import make_world

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "python.md"
FENCES = re.findall(r"```python(| run)\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_every_public_name_is_on_the_page() -> None:
    """Of the package and of the client room."""
    words = set(re.findall(r"\w+", PAGE.read_text()))
    assert {*tallystick.__all__, *client.__all__} - {"__version__"} <= words


def test_every_method_of_a_net_is_on_the_page() -> None:
    """As `net.name(`; what is only written in code fences does not count."""
    text = PAGE.read_text()
    desk = [f"evidence.{name}" for name in dir(MockNode().net().evidence) if name[0] != "_"]
    methods = [name for name in dir(Net) if name[0] != "_" and callable(getattr(Net, name))]
    for name in {*methods, *desk} - {"close"}:
        assert f"`net.{name}(" in text, name


@pytest.mark.parametrize("code", [code for _, code in FENCES])
def test_every_example_is_python(code: str) -> None:
    """Spelled right, imports included."""
    compile(code, str(PAGE), "exec")
    for line in code.splitlines():
        if line.startswith("from tallystick"):
            exec(line, {})  # noqa: S102  # our own page


def test_the_first_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Against a node made of a hand-built ledger."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    Path("contract.pdf").write_bytes(b"a contract")
    node = MockNode(make_world()[0])
    monkeypatch.setattr(tallystick, "connect", node.net)
    ((_, code),) = [fence for fence in FENCES if fence[0]]
    exec(code, {})  # noqa: S102  # our own page
    printed = capsys.readouterr().out
    assert printed.startswith("EV-2023-000008 9\n")
    assert "✔ MATCH · Hangzhou Internet Court" in printed
    assert Path("contract.pdf.receipt.json").exists()
