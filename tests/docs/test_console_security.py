# SPDX-License-Identifier: Apache-2.0
"""What the console's page says of ASVS names tests that exist; its figures are the code's."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tallystick.console import paces
from tallystick.console.audit import KEPT_MS
from tallystick.console.masking import PERSONAL
from tallystick.console.settings import read_settings

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = (ROOT / "docs" / "operator" / "console.md").read_text("utf-8")
TABLE: Final = PAGE.partition("## What ASVS asks for")[2].partition("\n## ")[0]
NAMED: Final = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
LINES: Final = [line for line in TABLE.splitlines() if re.match(r"\| \d", line)]


@cache
def claims_in(path: str) -> frozenset[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split(" | ")[0].strip("| "))
def test_each_requirement_names_a_test_that_exists(line: str) -> None:
    """Otherwise the page promises what nobody shows."""
    (named,) = NAMED.findall(line)
    assert named[1] in claims_in(named[0])


def test_the_chapters_that_concern_a_console_are_there() -> None:
    """Front end, passwords, sessions, access, OpenID Connect, cryptography, data, logs."""
    chapters = {int(re.findall(r"\d+", line)[0]) for line in LINES}
    assert chapters >= {2, 3, 6, 7, 8, 10, 11, 14, 16}


def test_limits_and_retention_are_as_the_page_says() -> None:
    """Figures that are written down twice would part."""
    assert f"{paces.SIGN_IN.count} tries of signing in" in PAGE
    assert paces.SIGN_IN.within_s == paces.JOIN.within_s == paces.RESET.within_s == 15 * 60
    assert f"| {paces.JOIN.count} in a quarter of an hour" in PAGE
    assert f"| {paces.UPLOAD.count} in ten minutes" in PAGE
    assert (paces.JOIN.count, paces.UPLOAD.count) == (paces.RESET.count, paces.EXPORT.count)
    assert KEPT_MS == 3 * 365 * 86_400_000
    assert all(f"`{meaning}`" in PAGE for meaning in PERSONAL)


def test_the_settings_of_the_page_are_taken(tmp_path: Path) -> None:
    """The example is complete: it states each setting, and differs from the defaults."""
    (example,) = re.findall(r"```toml\n(address.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "console.toml").write_text(example)
    found = read_settings(tmp_path)
    assert found.second_factor == "administrators"
    assert found.sign_with_passkey
    assert [one.name for one in found.providers] == ["office"]
    assert found.providers[0].client_secret_file == str(tmp_path / "office.secret")
