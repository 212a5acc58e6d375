# SPDX-License-Identifier: Apache-2.0
"""What the linter found, as a section of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tallystick.cli.answers import Line, Mark, Section
from tallystick.cli.catalogue import say
from tallystick.cli.stage import stage

if TYPE_CHECKING:
    from tallystick.linting import Finding, Linted


def lint_section(linted: Linted) -> Section:
    """Return the findings, each with its place and advice, or that there are none."""
    lines = tuple(_line(one) for one in linted.findings)
    facts = {"files": linted.files, "count": len(lines)}
    remarks = (say("lint.allowed", count=linted.allowed),) if linted.allowed else ()
    if lines:
        return Section(Mark.FAILED, say("lint.found", **facts), lines, remarks)
    return Section(Mark.OK, say("lint.clean", **facts), lines, remarks)


def _line(finding: Finding) -> Line:
    """Return a line that begins as editors and terminals know places."""
    from tallystick.linting import RULES

    rule, language = RULES[finding.code], stage().language
    return Line(
        Mark.FAILED,
        f"{finding.path}:{finding.line}:{finding.column} {finding.code}",
        f"{rule.title.get(language)}: {finding.what}",
        rule.advice.get(language),
        finding.code,
    )
