# SPDX-License-Identifier: Apache-2.0
"""The plug-in in runs of pytest of its own: fixtures, options, what a failure shows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONTRACT = '''
from tallystick.contracts import (ANY_MEMBER, BoundedText, Context, Contract, Label, Record, Table,)
from tallystick.contracts import (action, query,)


class Note(Record):
    """A note."""

    id: str
    text: BoundedText


class Notes(Contract, name="notes", version=1):
    """Notes."""

    notes = Table(Note, key="id")

    @action(role="writer", label=Label(zh="写", en="Write"))
    def write(self, ctx: Context, text: BoundedText) -> Note:
        """Write a note."""
        return self.notes.add(Note(id=ctx.next_id("NO"), text=text))

    @action(role=ANY_MEMBER, label=Label(zh="混", en="Mix"))
    def mix(self, ctx: Context) -> list[str]:
        """Return texts in the order of a set."""
        return list({f"item {number}" for number in range(200)})
'''


def run_pytest(folder: Path, text: str, *options: str) -> tuple[int, str]:
    """Run a test file in a project of its own; return exit status and output."""
    (folder / "notes.py").write_text(CONTRACT, encoding="utf-8")
    (folder / "test_notes.py").write_text(text, encoding="utf-8")
    (folder / "pytest.ini").write_text(
        "[pytest]\naddopts = --strict-markers -p no:cacheprovider\nfilterwarnings = error\n"
        "pythonpath = .\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_fixture_has_the_contracts_of_the_mark(tmp_path: Path) -> None:
    """A fresh ledger for each test; a module may name its contracts by a fixture instead."""
    status, output = run_pytest(
        tmp_path,
        """
import pytest
from notes import Notes
from tallystick.testing import with_contracts

@with_contracts(Notes)
@pytest.mark.parametrize("number", [1, 2])
def test_by_mark(net, number):
    assert net.org("core").notes.write(str(number)).id.endswith("-000001")

def test_all_that_are_installed(net):
    assert "assets" in net.definitions

class TestOverride:
    @pytest.fixture
    def contracts(self):
        return [Notes]

    def test_by_fixture(self, net):
        assert list(net.definitions) == ["notes"]
""",
    )
    assert (status, "4 passed" in output) == (0, True), output


def test_a_failure_shows_the_calls(tmp_path: Path) -> None:
    """In a section of the report; a test that passes shows nothing."""
    status, output = run_pytest(
        tmp_path,
        """
from notes import Notes
from tallystick.testing import with_contracts

pytestmark = with_contracts(Notes)

def test_fails(net):
    note = net.org("core").notes.write("hello")
    assert note.text == "bye"

def test_passes(net):
    net.org("core").notes.write("quiet")

def test_has_a_net_of_its_own(monkeypatch):
    net = 3
    assert net == 4
""",
    )
    assert status == 1
    assert "- calls on the net -" in output
    assert "core/clerk notes.write(text='hello')  [block 1]" in output
    assert "+ notes.notes NO-" in output
    assert "quiet" not in output.replace('write("quiet")', "")
    assert output.count("- calls on the net -") == 1


MIXING = """
from notes import Notes
from tallystick.testing import with_contracts

@with_contracts(Notes)
def test_mixes(net):
    net.org("core").notes.mix()
"""


def test_actions_are_executed_twice_unless_told_otherwise(tmp_path: Path) -> None:
    """`--hash-seeds off` runs them once."""
    status, output = run_pytest(tmp_path, MIXING)
    assert (status, "came to different results" in output) == (1, True), output
    status, output = run_pytest(tmp_path, MIXING, "--hash-seeds", "off")
    assert (status, "1 passed" in output) == (0, True), output


def test_a_contract_that_cannot_be_executed_twice_is_named(tmp_path: Path) -> None:
    """At the end of the run, as a notice: nothing fails for it."""
    text = """
from tallystick.contracts import *
from tallystick.testing import Net, with_contracts

def make():
    class Local(Contract, name="local", version=1):
        "Local."
        @action(role=ANY_MEMBER, label=Label(zh="一", en="One"))
        def one(self, ctx: Context) -> int:
            "One."
            return 1
    return Local

class Here(Contract, name="here", version=1):
    "In the test module, under whatever name pytest imports it."
    @action(role=ANY_MEMBER, label=Label(zh="混", en="Mix"))
    def mix(self, ctx: Context) -> list[str]:
        "Mix."
        return list({f"item {number}" for number in range(200)})

@with_contracts(make())
def test_local(net):
    assert net.org("core").local.one().result == 1

@with_contracts(Here)
def test_here(net):
    net.org("core").here.mix()
"""
    status, output = run_pytest(tmp_path, text, "--import-mode=importlib")
    assert status == 1
    assert "1 failed, 1 passed" in output
    assert "here.mix came to different results" in output
    assert "tallystick: local: not executed twice:" in output


def test_the_plug_in_loads_nothing_of_the_platform_before_a_test_asks(tmp_path: Path) -> None:
    """Whoever runs other tests on the same machine does not wait for us."""
    status, output = run_pytest(
        tmp_path,
        """
import sys

def test_nothing_is_loaded(pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("tallystick")
    loaded = {name for name in sys.modules if name.startswith("tallystick.")}
    ours = {"tallystick.errors", "tallystick.testing"}
    assert {".".join(name.split(".")[:2]) for name in loaded} <= ours
    assert "msgspec" not in sys.modules
""",
        *("-p", "no:hypothesispytest", "-p", "no:anyio"),
    )
    assert (status, "1 passed" in output) == (0, True), output


def test_without_the_engine_the_slow_net_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason, and what to do."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TALLY_COMETBFT", str(tmp_path / "nothing"))
    status, output = run_pytest(tmp_path, MIXING, "--slow-net", "-rs")
    assert (status, "1 skipped" in output) == (0, True), output
    assert "make engine" in output
