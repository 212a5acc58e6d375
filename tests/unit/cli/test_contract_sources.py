# SPDX-License-Identifier: Apache-2.0
"""`tally contract show` and `schema` of sources: what follows from a class, without a node."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Tally

LOANS = '''
from tallystick.contracts import Contract, Label, query


class {name}(Contract, name="{contract}", version=3, label=Label(zh="借用", en="Loans")):
    """en: Lends.

    zh: 借用。
    """

    @query(label=Label(zh="数", en="Count"))
    def count(self, start: int) -> int:
        """en: Counts.

        zh: 计数。
        """
        return start
'''
LENDING = LOANS.format(name="Lending", contract="lending")
RENTING = LOANS.format(name="Renting", contract="renting")


@pytest.fixture(autouse=True)
def _own_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test imports is gone after it, and so are its folders on Python's path."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield
    for name in [one for one in sys.modules if one.startswith("sources_")]:
        del sys.modules[name]


def test_sources_are_shown_without_a_node(tally: Tally, tmp_path: Path) -> None:
    """As a page for people, and as a schema for programs, by a folder or by a file."""
    (tmp_path / "sources_shown.py").write_text(LENDING)
    page = tally("contract", "show", tmp_path, "--url", "http://localhost:9")
    assert (page.code, "lending v3" in page.out, "count" in page.out) == (0, True, True)
    file = tmp_path / "sources_shown.py"
    assert tally("contract", "schema", file).json["version"] == 3
    arguments = tally("contract", "schema", file, "--output-format", "json-schema").json
    assert arguments["count"]["properties"]["start"]["type"] == "integer"


def test_several_contracts_are_not_chosen_among(tally: Tally, tmp_path: Path) -> None:
    """Which one is meant is for the author to say."""
    (tmp_path / "sources_several.py").write_text(LENDING + RENTING)
    error = tally("contract", "schema", tmp_path, "--json").json["error"]
    assert (error["code"], error["field"]) == ("E_USAGE", "NAME")
    assert error["expected"] == "lending, renting"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def broken(:\n", "sources_broken.py:1"),
        ("import nothing_of_this_name\n", "sources_broken.py:1: ModuleNotFoundError"),
        (LENDING.replace("start: int", "start: float"), "float"),
    ],
)
def test_sources_that_cannot_be_loaded_say_where(
    tally: Tally, tmp_path: Path, source: str, words: str
) -> None:
    """With file and line where the author's own code raised."""
    (tmp_path / "sources_broken.py").write_text(source)
    error = tally("contract", "show", tmp_path, "--json").json["error"]
    assert error["code"] == "E_DEFINITION"
    assert words in error["message"]


def test_a_path_with_nothing_is_no_name(tally: Tally, tmp_path: Path) -> None:
    """A mistyped folder is not looked for among the contracts of a node."""
    assert tally("contract", "show", tmp_path / "gone", "--json").json["error"]["code"] == "E_FILE"
    assert tally("contract", "schema", tmp_path, "--json").json["error"]["code"] == "E_USAGE"
