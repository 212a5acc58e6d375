# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of a contract's folder: the linter first, then pytest in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from tallystick.cli.catalogue import say
from tallystick.cli.contract_project import ContractProject
from tallystick.errors import UsageError

_NO_TESTS: Final = 5
"""Pytest's exit code when it collected nothing."""


@dataclass(frozen=True, slots=True)
class TestsRun:
    """What pytest reported."""

    code: int
    """Its exit code."""
    count: int
    failed: tuple[tuple[str, str], ...]
    """Name of each test that failed, and the first line of why."""
    seconds: float


def run_tests(project: ContractProject, paths: Path) -> TestsRun:
    """Run pytest; what it says goes to standard error.

    Raises:
        UsageError: pytest is not installed, or there is no test.
    """
    if importlib.util.find_spec("pytest") is None:
        raise UsageError(say("test.no_pytest"), hint="pip install pytest")
    with tempfile.TemporaryDirectory() as made:
        report = Path(made) / "report.xml"
        words = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", str(paths)]
        done = subprocess.run(  # pytest, on the author's own tests
            words,
            cwd=project.folder,
            env=os.environ | {"PYTHONPATH": _python_path(project)},
            stdout=sys.stderr.fileno(),
            check=False,
        )
        if done.returncode == _NO_TESTS:
            raise UsageError(say("test.none", path=paths), field="PATH", found=str(paths))
        return _read(report, done.returncode)


def _python_path(project: ContractProject) -> str:
    known = os.environ.get("PYTHONPATH")
    return os.pathsep.join([str(project.sources), *([known] if known else [])])


def _read(report: Path, code: int) -> TestsRun:
    if not report.is_file():  # it ended before it ran anything
        return TestsRun(code, 0, (), 0.0)
    # The report was written by the process that we started.
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314
    if suite is None:
        return TestsRun(code, 0, (), 0.0)
    failed = []
    for case in suite.iter("testcase"):
        for kind in ("failure", "error"):
            found = case.find(kind)
            if found is not None:
                why = (found.get("message") or "").partition("\n")[0]
                failed.append((f"{case.get('classname')}::{case.get('name')}", why))
    count = int(suite.get("tests") or 0)
    return TestsRun(code, count, tuple(failed), float(suite.get("time") or 0))
