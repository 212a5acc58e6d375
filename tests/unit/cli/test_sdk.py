# SPDX-License-Identifier: Apache-2.0
"""`tally sdk stubs`: a package of types, from a node or from what is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Tally


def test_the_package_is_written_from_installed_contracts(tally: Tally, tmp_path: Path) -> None:
    """Without a node; writing it again is no problem."""
    folder = tmp_path / "deep" / "ledger_types"
    first, document = (
        tally("sdk", "stubs", "--installed", "--out", folder, "--json").json for _ in range(2)
    )
    assert first == document
    assert document["package"] == "ledger_types"
    assert "evidence v2" in document["contracts"]
    assert document["use"] == "from ledger_types import connect"
    assert {one.name for one in folder.iterdir()} == set(document["files"])
    assert "def deposit(" in (folder / "_evidence.pyi").read_text()


@pytest.mark.usefixtures("running")
def test_the_package_is_written_from_a_nodes_contracts(
    tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the program, under the usual name, unless said otherwise."""
    monkeypatch.chdir(tmp_path)
    outcome = tally("sdk", "stubs")
    assert outcome.code == 0
    assert "from tally_contracts import connect" in outcome.out
    assert (tmp_path / "tally_contracts" / "__init__.pyi").exists()


def test_a_name_that_cannot_be_imported_is_refused(tally: Tally, tmp_path: Path) -> None:
    """Before anything is written; so is a place that cannot be written."""
    for name in ("my-types", "class"):
        outcome = tally("sdk", "stubs", "--installed", "--out", tmp_path / name, "--json")
        assert (outcome.code, outcome.json["error"]["code"]) == (2, "E_USAGE")
        assert not (tmp_path / name).exists()
    (tmp_path / "taken").write_text("")
    outcome = tally("sdk", "stubs", "--installed", "--out", tmp_path / "taken", "--json")
    assert outcome.json["error"]["code"] == "E_FILE"
