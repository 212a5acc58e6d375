# SPDX-License-Identifier: Apache-2.0
"""The linter finds what breaks determinism or hides it, and nothing in a good contract."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick import contracts
from tallystick.contracts import parts
from tallystick.errors import FileProblem
from tallystick.linting import RULES, lint_paths, lint_source
from tallystick.linting.outside import FACES
from tests.unit.linting.planted import PLANTED, TRY, planted

ROOT = Path(__file__).resolve().parents[3]


def codes(text: str, package: str = "") -> list[str]:
    """Return the codes that are found in a text."""
    found, _ = lint_source(text, package=package)
    return [one.code for one in found]


@pytest.mark.parametrize(("code", "what"), PLANTED, ids=lambda one: one[:40])
def test_a_planted_violation_is_found(code: str, what: str) -> None:
    """By its own code, and nothing else is wrong with the contract around it."""
    assert set(codes(planted(what))) == {code}


def test_there_are_enough_plants_and_every_rule_has_one() -> None:
    """At least sixty, each another; a rule that finds nothing would not be noticed otherwise."""
    assert len(set(PLANTED)) == len(PLANTED) >= 60
    assert {code for code, _ in PLANTED} == set(RULES)


def test_the_contract_without_a_plant_is_clean() -> None:
    """Otherwise the plants would show nothing."""
    assert codes(planted("pass")) == []


def test_the_contracts_of_this_package_are_clean() -> None:
    """They are what authors copy from; what tells their history calls them from outside."""
    industries = sorted((ROOT / "src/tallystick/industries").rglob("*.py"))
    contracts_of = [one for one in industries if one.name != "history.py"]
    linted = lint_paths([*contracts_of, ROOT / "examples"])
    assert linted.findings == ()
    assert linted.files > 4


@pytest.mark.parametrize("face", [contracts, parts], ids=lambda one: str(one.__name__))
def test_the_linter_knows_every_name_of_a_face(face: ModuleType) -> None:
    """A lower-case name that it did not list would be taken for a module behind the face."""
    listed = {name for name in face.__all__ if name.islower()}
    assert FACES[face.__name__] == listed
    for name in face.__all__:
        assert codes(f"from {face.__name__} import {name}\n") == []


def test_both_faces_may_be_imported_whole_and_nothing_that_is_called_alike() -> None:
    """`from tallystick.contracts import parts` names a face; `contracts_inner` is none."""
    assert codes("from tallystick.contracts import parts\n") == []
    assert codes("import tallystick.contracts.parts\n") == []
    assert codes("from tallystick.contracts.parts.outbox import Outbox\n") == ["TL501"]
    assert codes("from tallystick.contracts_inner import Table\n") == ["TL501"]


GOOD = (
    "for one in sorted(set(names)):\n            ctx.emit(one)",
    "total = sum(len(one) for one in set(names))",
    "known = {one for one in set(names)}\n        return 'a' in known",
    "while amount < 9 and names:\n            amount += 1",
    "while len(names) > amount:\n            names.pop()",
    "for _ in range(min(amount, 9)):\n            pass",
    "half = amount // 2",
    TRY + "ValueError as error:\n            raise KeyError from error",
    TRY + "KeyError as error:\n            return isinstance(error, KeyError)",
    "id = names[0]\n        return len(id)",
    "names.pop()",
    "x = amount / 3  # tally: allow TL203 because the number is only shown",
    "# tally: allow TL203 because the number is only shown\n        x = amount / 3",
    "^from collections.abc import Mapping\nRATES: Mapping[str, int] = {'a': 1}",
    "^from collections import abc\nfrom typing import Final\nON: Final[abc.Mapping[str, int]] = {}",
    "^RATES = (1, 2)\nKNOWN = frozenset('ab')",
    "^__all__ = ['Loans']",
    "^from math import isqrt\nROOT = isqrt(9)",
    "^from itertools import repeat\nTWICE = tuple(repeat(1, 2))",
    "^from .records import Other",
    "^from datetime import date\nDAY = date(2026, 1, 1)",
    "^import tallystick.contracts",
    "^def down(n):\n    return n\n\n\ndef twice(n):\n    return down(down(n))",
    "^def add(to=None, count=1):\n    return to or count",
)


@pytest.mark.parametrize("what", GOOD, ids=lambda one: one[:40])
def test_good_code_is_left_alone(what: str) -> None:
    """What looks similar and is the same on every node."""
    assert codes(planted(what)) == []


def test_the_own_package_may_be_imported() -> None:
    """Its files are the contract; a stranger's are not."""
    text = planted("^from loans.records import Rate")
    assert codes(text, "loans") == []
    assert codes(text) == ["TL108"]


def test_places_and_counts_are_told(tmp_path: Path) -> None:
    """Line and column of what stands there, by file, and how much was allowed."""
    folder = tmp_path / "loans"
    folder.mkdir()
    (folder / "__init__.py").write_text("from loans.rules import half\n")
    (folder / "rules.py").write_text(
        "def half(n):\n"
        "    return n / 2\n\n\n"
        "def third(n):\n"
        "    return n / 3  # tally: allow TL203 because nobody keeps it\n"
    )
    for left_out in (".cache/bad.py", "tests/helper.py", "test_rules.py", "conftest.py"):
        (folder / left_out).parent.mkdir(exist_ok=True)
        (folder / left_out).write_text("import os\n")
    assert len(lint_paths([folder / "conftest.py"]).findings) == 1
    linted = lint_paths([folder])
    assert (linted.files, linted.allowed) == (2, 1)
    (finding,) = linted.findings
    assert (finding.path, finding.line, finding.column) == (folder / "rules.py", 2, 12)
    assert (finding.code, finding.what) == ("TL203", "n / 2")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A path that is not there, bytes that are no text, and a file that is no contract's size."""
    with pytest.raises(FileProblem, match="there is no"):
        lint_paths([tmp_path / "nothing.py"])
    wrong = tmp_path / "wrong.py"
    wrong.write_bytes(b"\xff")
    with pytest.raises(FileProblem, match="UTF-8"):
        lint_paths([wrong])
    wrong.write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    with pytest.raises(FileProblem, match="too large"):
        lint_paths([wrong])


def test_every_rule_says_what_to_do_in_both_languages() -> None:
    """And codes are in order."""
    assert list(RULES) == sorted(RULES)
    for rule in RULES.values():
        for text in (*rule.title, *rule.advice):
            assert text.strip()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_linter(text: str) -> None:
    """Whatever is in a file, the answer is a list."""
    found, allowed = lint_source(text)
    assert allowed >= 0
    assert all(one.code in RULES for one in found)
