# SPDX-License-Identifier: Apache-2.0
"""Finds in a contract's source what would break determinism, or hide that it is broken."""

from tallystick.linting.check import lint_paths, lint_source
from tallystick.linting.findings import Finding, Linted, Rule, Wording
from tallystick.linting.rules import RULES

__all__ = ["RULES", "Finding", "Linted", "Rule", "Wording", "lint_paths", "lint_source"]
