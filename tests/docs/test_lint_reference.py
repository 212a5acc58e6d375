# SPDX-License-Identifier: Apache-2.0
"""The page about the linter's rules is written from the rules."""

from __future__ import annotations

from scripts import generate_lint_reference
from tallystick.linting import RULES


def test_the_page_lists_every_rule_as_it_is() -> None:
    """`make docs` refreshes it."""
    fresh = generate_lint_reference.page()
    for code in RULES:
        assert f"| `{code}` |" in fresh
    assert generate_lint_reference.PAGE.read_text(encoding="utf-8") == fresh
