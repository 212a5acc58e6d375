# SPDX-License-Identifier: Apache-2.0
"""What the linter says: rules with their advice, and places where one is broken."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Wording(NamedTuple):
    """A text in the two languages that authors read."""

    en: str
    zh: str

    def get(self, language: str) -> str:
        """Return the text in `zh` or, for any other language, in English."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a contract must not do."""

    code: str
    """`TL` and three digits; never changes its meaning."""
    title: Wording
    advice: Wording
    """What to do instead."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A place where a rule is broken."""

    path: Path
    line: int
    """From 1."""
    column: int
    """From 1."""
    code: str
    what: str
    """What stands there, as the author wrote it."""


@dataclass(frozen=True, slots=True)
class Linted:
    """What became of some files."""

    files: int
    findings: tuple[Finding, ...]
    """By place."""
    allowed: int
    """Places that the author allowed, with a reason."""


class Found(NamedTuple):
    """A finding that does not know its file yet."""

    node: ast.AST
    code: str
    what: str
