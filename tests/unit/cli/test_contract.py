# SPDX-License-Identifier: Apache-2.0
"""`tally contract lint`: places as editors know them, advice, and an exit code for scripts."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.conftest import Tally

BAD = "import time\n\n\ndef half(n):\n    return n / 2\n"


def test_what_is_wrong_is_listed_with_place_and_advice(tally: Tally, tmp_path: Path) -> None:
    """For people in both languages and for programs; exit code 1."""
    file = tmp_path / "loans.py"
    file.write_text(BAD)
    outcome = tally("contract", "lint", file)
    assert outcome.code == 1
    assert f"{file}:1:1 TL101\ta clock is read: import time" in outcome.out
    assert f"{file}:5:12 TL203" in outcome.out
    assert "found: 2, files: 1" in outcome.out
    assert "除法" in tally("contract", "lint", file, "--lang", "zh").out
    document = tally("contract", "lint", tmp_path, "--json").json
    assert (document["ok"], document["files"], document["allowed"]) == (False, 1, 0)
    assert [one["code"] for one in document["findings"]] == ["TL101", "TL203"]
    assert document["findings"][1]["advice"].startswith("Divide with `//`")


def test_a_clean_folder_ends_well_and_says_what_is_allowed(tally: Tally, tmp_path: Path) -> None:
    """Allowances are counted, so that they are not forgotten."""
    allowed = "def half(n):\n    return n / 2  # tally: allow TL203 because it is shown only\n"
    (tmp_path / "loans.py").write_text(allowed)
    outcome = tally("contract", "lint", tmp_path)
    assert outcome.code == 0
    assert "nothing found, files: 1" in outcome.out
    assert tally("contract", "lint", tmp_path, "--json").json["allowed"] == 1


def test_nothing_to_lint_is_no_success(tally: Tally, tmp_path: Path) -> None:
    """A mistyped folder must not pass in a script."""
    assert tally("contract", "lint", tmp_path).code == 2
    gone = tally("contract", "lint", tmp_path / "gone", "--json")
    assert (gone.code, gone.json["error"]["code"]) == (1, "E_FILE")


def test_a_code_of_the_linter_is_explained(tally: Tally) -> None:
    """As error codes are, in any case of letters."""
    explained = tally("explain", "tl203", "--json").json
    assert explained["code"] == "TL203"
    assert "//" in explained["what_to_do"]
