# SPDX-License-Identifier: Apache-2.0
"""`tally contract new` and `test`: a folder that is good from its first minute."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import tallystick
from tallystick.cli.contract_project import find_project, load_project
from tallystick.errors import FileProblem, InvalidContract, UsageError
from tests.unit.cli.conftest import Tally


@pytest.fixture
def made(tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a new contract."""
    monkeypatch.chdir(tmp_path)
    assert tally("contract", "new", "gear.loans", "gear").code == 0
    return tmp_path / "gear"


def tally_outside(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own: pytest does not run inside itself."""
    command = [sys.executable, "-m", "tallystick.cli", *(str(word) for word in words)]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=kept | environment
    )


def test_a_new_folder_has_everything(made: Path) -> None:
    """Package, entry point, texts in two languages, tests; no place is left unfilled."""
    names = {str(one.relative_to(made)) for one in made.rglob("*") if one.is_file()}
    assert names == {
        *(".gitignore", "README.md", "README.zh-CN.md", "pyproject.toml"),
        *(f"src/gear_loans/{name}.py" for name in ("__init__", "contract", "records")),
        "tests/test_gear_loans.py",
    }
    for name in names:
        assert "${" not in (made / name).read_text(encoding="utf-8"), name
    assert '"gear.loans" = "gear_loans:GearLoans"' in (made / "pyproject.toml").read_text()


def test_a_new_folder_lints_clean_and_its_tests_pass(made: Path) -> None:
    """Without being installed; the answer is short, what pytest says is talk."""
    done = tally_outside("contract", "test", made, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "ok": True,
        "lint": {"findings": 0},
        "tests": {"count": 4, "failed": [], "exit_code": 0},
    }
    assert "4 passed" in done.stderr


def test_a_new_contract_calls_its_role_in_both_languages(made: Path) -> None:
    """Nobody who acts sees a name of the code."""
    done = tally_outside("contract", "schema", made, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["role_labels"] == {"keeper": {"zh": "保管员", "en": "Keeper"}}


def test_a_test_that_fails_is_named(made: Path) -> None:
    """Exit code 1, the test and the first line of why."""
    file = made / "tests" / "test_gear_loans.py"
    file.write_text(file.read_text() + "\n\ndef test_wrong():\n    assert 1 == 2\n")
    done = tally_outside("contract", "test", made)
    assert done.returncode == 1
    assert "failed\ttests.test_gear_loans::test_wrong\tassert 1 == 2" in done.stdout
    assert "tests failed: 1 of 5" in done.stdout


def test_what_the_linter_finds_ends_it_before_the_tests(made: Path, tally: Tally) -> None:
    """A contract that reads a clock need not be tested."""
    (made / "src" / "gear_loans" / "clock.py").write_text("import time\n")
    outcome = tally("contract", "test", made, "--json")
    assert outcome.code == 1
    assert outcome.json == {"ok": False, "lint": {"findings": 1}}


def test_no_tests_and_no_pytest_are_no_success(
    made: Path, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistyped folder must not pass in a script."""
    (made / "tests" / "test_gear_loans.py").unlink()
    assert tally_outside("contract", "test", made).returncode == 2
    (made / "tests" / "conftest.py").write_text("raise SystemExit(3)\n")
    assert tally_outside("contract", "test", made).returncode == 1
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert "pip install pytest" in tally("contract", "test", made).err


def test_a_folder_is_never_written_over(made: Path, tally: Tally) -> None:
    """Exit code 2, and nothing changes."""
    outcome = tally("contract", "new", "gear.loans", made)
    assert outcome.code == 2
    assert "exists already" in outcome.err


@pytest.mark.parametrize(("name", "code"), [("json", 2), ("Loans", 1), ("membership", 1)])
def test_names_that_cannot_be_are_refused(
    name: str, code: int, tally: Tally, tmp_path: Path
) -> None:
    """Python's own modules, other forms, the platform's names."""
    assert tally("contract", "new", name, tmp_path / "made").code == code
    assert not (tmp_path / "made").exists()


def test_a_name_of_ours_is_warned_of(tally: Tally, tmp_path: Path) -> None:
    """Its verbs would hide behind our commands."""
    outcome = tally("contract", "new", "block", tmp_path / "made")
    assert outcome.code == 0
    assert "tally has a command block" in outcome.err


CONTRACT = """
from tallystick.contracts import (Contract, query,)

class Tiny(Contract, name="tiny", version=1):
    @query
    def one(self) -> int:
        return 1
"""


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put Python's path back afterwards."""
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.mark.usefixtures("path")
def test_a_contract_is_found_in_a_file_a_folder_or_a_project(tmp_path: Path, made: Path) -> None:
    """The entry points of the project say which; else the Python files do."""
    file = tmp_path / "tiny_contract_file.py"
    file.write_text(CONTRACT)
    (tmp_path / "test_tiny.py").write_text("")
    assert [one.name for one in load_project(find_project(file))] == ["tiny"]
    assert find_project(tmp_path).modules == ("tiny_contract_file",)
    assert find_project(tmp_path).files() == [file]
    project = find_project(made)
    assert [one.name for one in project.points] == ["gear.loans"]
    assert project.sources == made / "src"
    assert [one.name for one in load_project(project)] == ["gear.loans"]
    for name in [one for one in sys.modules if one.startswith("gear_loans")]:
        del sys.modules[name]


@pytest.mark.usefixtures("path")
def test_what_is_no_project_of_contracts_is_refused(tmp_path: Path) -> None:
    """Nothing there, nothing in it, a broken project file, an entry point that is no contract."""
    with pytest.raises(FileProblem):
        find_project(tmp_path / "gone")
    with pytest.raises(UsageError):
        find_project(tmp_path)
    (tmp_path / "no_contract_here.py").write_text("x = 1\n")
    with pytest.raises(InvalidContract):
        load_project(find_project(tmp_path))
    table = '[project.entry-points."tallystick.contracts"]\n'
    (tmp_path / "pyproject.toml").write_text(f'{table}x = "json:dumps"\n')
    with pytest.raises(InvalidContract, match="not a contract"):
        load_project(find_project(tmp_path))
    (tmp_path / "pyproject.toml").write_text("[")
    with pytest.raises(FileProblem):
        find_project(tmp_path)


@pytest.mark.slow
def test_a_new_contract_installs_and_gets_verbs(made: Path, tmp_path: Path) -> None:
    """`pip install -e` in an environment of its own; then `tally NAME` is there."""
    place = tmp_path / "environment"
    venv.create(place, with_pip=True)
    own = next(place.glob("lib/python*/site-packages"))
    ours = next(one for one in sys.path if one.endswith("site-packages"))
    sources = Path(tallystick.__file__).parents[1]
    (own / "ours.pth").write_text(f"{ours}\n{sources}\n")
    python = place / "bin" / "python"
    words = [
        "pip",
        "install",
        "--no-build-isolation",
        "--no-deps",
        "--no-index",
        "-q",
        "-e",
        str(made),
    ]
    subprocess.run([str(python), "-m", *words], check=True, capture_output=True)
    page = subprocess.run(
        [python, "-m", "tallystick.cli", "gear.loans", "hand-over", "--help"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "--to" in page.stdout
