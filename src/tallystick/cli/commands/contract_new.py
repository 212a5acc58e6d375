# SPDX-License-Identifier: Apache-2.0
"""`tally contract new` and `test`: begin a contract, and see whether it keeps its promises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.cli.answers import Answer, Line, Mark, Report, Section, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.lint_report import lint_section
from tallystick.cli.options import OUTPUT, Output
from tallystick.cli.talk import note, warn

if TYPE_CHECKING:
    from tallystick.cli.contract_tests import TestsRun


def new(name: str, folder: Path | None = None, /, *, _output: Output = OUTPUT) -> Answer:
    """Write the folder of a new contract.

    Raises:
        InvalidContract: a contract cannot be called so.
        UsageError: the folder exists already.
        FileProblem: it cannot be written.
    """
    from tallystick.cli.app import TREE
    from tallystick.cli.contract_new import write_contract

    place = folder or Path(name)
    files = write_contract(name, place)
    if any(path.split(" ")[0] == name for path in TREE):
        warn(say("new.shadowed", name=name))
    for words in (f"tally contract test {place}", f"tally dev {place}"):
        note(f"→ {words}")
    return Sheet(
        {
            "contract": name,
            "path": str(place),
            "files": [str(one.relative_to(place)) for one in files],
        }
    )


def check(path: Path = Path(), /, *, _output: Output = OUTPUT) -> Answer:
    """Lint the contracts of a folder, then run its tests.

    Raises:
        FileProblem: there is no such folder.
        UsageError: it has no contract or no test, or pytest is not installed.
    """
    from tallystick.cli.contract_project import find_project
    from tallystick.cli.contract_tests import run_tests
    from tallystick.linting import lint_paths

    project = find_project(path)
    linted = lint_paths(project.files())
    sections = [lint_section(linted)]
    document: dict[str, object] = {"lint": {"findings": len(linted.findings)}}
    is_clean = not linted.findings
    if is_clean:
        done = run_tests(project, path.expanduser().absolute())
        sections.append(_tests_section(done))
        failed = [name for name, _ in done.failed]
        document["tests"] = {"count": done.count, "failed": failed, "exit_code": done.code}
        is_clean = done.code == 0
    code = ExitCode.OK if is_clean else ExitCode.FAILURE
    return Report(tuple(sections), {"ok": is_clean, **document}, code)  # type: ignore[dict-item]


def _tests_section(done: TestsRun) -> Section:
    lines = tuple(Line(Mark.FAILED, name, why) for name, why in done.failed)
    facts = {"count": done.count, "failed": len(lines), "seconds": f"{done.seconds:.1f}"}
    if done.code == 0:
        return Section(Mark.OK, say("test.passed", **facts), lines)
    return Section(Mark.FAILED, say("test.failed", **facts), lines)
