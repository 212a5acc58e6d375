# SPDX-License-Identifier: Apache-2.0
"""`tally explain` and `tally completion`: help that needs no node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tallystick.cli import codes
from tallystick.contracts import Label
from tallystick.errors import error_classes
from tests.unit.cli.conftest import Tally
from tests.unit.cli.installing import EVIDENCE, SHOP, installed_contracts


def test_a_code_is_explained_with_cause_and_remedy(tally: Tally) -> None:
    """Title, meaning, what to do, who must act."""
    facts = tally("explain", "E_SIG", "--json").json
    assert facts["title"] == "The signature is not valid"
    assert facts["family"] == "Rejected"
    assert facts["exit_code"] == 4
    assert facts["meaning_zh"]


def test_the_explanation_comes_in_chinese(tally: Tally) -> None:
    """All but the code."""
    said = tally("explain", "E_SIG", "--lang", "zh").out
    assert "签名无效" in said
    assert "E_SIG" in said


@pytest.mark.parametrize("typed", ["e_sig", "SIG", "sig"])
def test_codes_are_found_however_they_are_typed(typed: str, tally: Tally) -> None:
    """Case and prefix do not matter."""
    assert tally("explain", typed, "--fields", "code").out == "E_SIG\n"


def test_an_unknown_code_has_a_suggestion(tally: Tally) -> None:
    """Not found is exit code 3."""
    outcome = tally("explain", "E_SIGN")
    assert outcome.code == 3
    assert "tally explain E_SIG?" in outcome.err
    assert "Did you mean" not in tally("explain", "QQQQQQQQQQQQ").err


def test_without_a_code_all_are_listed(tally: Tally) -> None:
    """Every code that this installation knows."""
    listed = {row["code"] for row in tally("explain", "--json").json}
    assert set(error_classes()) == listed


def test_what_contracts_mean_by_a_code_is_shown(tally: Tally) -> None:
    """The evidence contract says what a duplicate is for it."""
    assert any("evidence" in one for one in tally("explain", "E_DUP", "--json").json["contracts"])


def test_a_contract_that_cannot_be_loaded_keeps_nobody_from_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One broken package does not silence the help."""

    class Broken:
        def load(self) -> object:
            raise ImportError

    monkeypatch.setattr(codes, "entry_points", lambda **_: [Broken()])
    assert "E_SIG" in codes.known_codes()
    assert codes.contract_meanings("E_DUP") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_know_the_commands(shell: str, tally: Tally, tmp_path: Path) -> None:
    """Made when it is printed, of what is installed then; bash has nothing against its own.

    Of few contracts: the parser's library reads their sources again for each command.
    """
    with installed_contracts(EVIDENCE, SHOP):
        script = tally("completion", shell).out
    for word in ("timestamp", "evidence", "deposit", "history", "things", "where", "order"):
        assert word in script
    assert "charity" not in script
    if shell == "bash" and shutil.which("bash") is not None:
        file = tmp_path / "tally.bash"
        file.write_text(script, encoding="utf-8")
        subprocess.run(["bash", "-n", str(file)], check=True)


def test_a_contracts_own_code_is_explained(tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign package's refusals are known as soon as it is installed."""
    meaning = Label(zh="贷款已结清", en="The loan is settled")
    monkeypatch.setattr(codes, "contract_codes", lambda: {"LOAN-1"})
    monkeypatch.setattr(codes, "contract_meanings", lambda _: [("loans", meaning)])
    facts = tally("explain", "loan-1", "--json").json
    assert facts["code"] == "LOAN-1"
    assert facts["family"] == "Refused"
    assert facts["contracts"] == ["loans: The loan is settled"]
