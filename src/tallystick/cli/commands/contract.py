# SPDX-License-Identifier: Apache-2.0
"""`tally contract lint`: what in a contract's source would break determinism, or hide it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.cli.answers import Answer, Report
from tallystick.cli.catalogue import say
from tallystick.cli.exit_codes import ExitCode
from tallystick.cli.lint_report import lint_section
from tallystick.cli.options import OUTPUT, Output
from tallystick.cli.stage import stage
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.linting import Finding


def lint(*paths: Path, _output: Output = OUTPUT) -> Answer:
    """Lint files and folders.

    Raises:
        UsageError: there is no Python file.
        FileProblem: a path does not exist, or a file cannot be read.
    """
    from tallystick.linting import lint_paths

    linted = lint_paths(paths or (Path(),))
    if not linted.files:
        raise UsageError(say("lint.nothing"), field="PATHS")
    return Report(
        (lint_section(linted),),
        {
            "ok": not linted.findings,
            "files": linted.files,
            "allowed": linted.allowed,
            "findings": [_plain(one) for one in linted.findings],
        },
        ExitCode.FAILURE if linted.findings else ExitCode.OK,
    )


def _plain(finding: Finding) -> dict[str, str | int]:
    from tallystick.linting import RULES

    rule, language = RULES[finding.code], stage().language
    return {
        "path": str(finding.path),
        "line": finding.line,
        "column": finding.column,
        "code": finding.code,
        "what": finding.what,
        "title": rule.title.get(language),
        "advice": rule.advice.get(language),
    }
