# SPDX-License-Identifier: Apache-2.0
"""The engine's program: found where people put it, and refused when it is another one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tallystick.consensus.cometbft import check_engine, find_engine
from tallystick.consensus.cometbft.binary import ENGINE_VERSION, INSTALL_COMMAND
from tallystick.errors import EngineMissing, EngineVersion
from tests.architecture.source import PROJECT

RIGHT = {"cometbft": "0.39.0", "abci": "2.0.0", "block_protocol": 11, "p2p_protocol": 8}


def program(folder: Path, output: str = json.dumps(RIGHT), *, note: str = "") -> Path:
    """Make a program that prints a version; the note stands where Go's linker leaves its own."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "cometbft"
    mark = f"mod\tgithub.com/cometbft/cometbft\t{note}\th1:=\n" if note else ""
    path.write_text(f"#!/bin/sh\nprintf '%s' '{output}'\nexit 0\n{mark}")
    path.chmod(0o755)
    return path


def test_the_program_is_looked_for_in_order(tmp_path: Path) -> None:
    """The variable, then PATH, then where Go installs: $GOBIN, $GOPATH/bin, ~/go/bin."""
    home = program(tmp_path / "home" / "go" / "bin")
    known = {"HOME": str(tmp_path / "home")}
    assert find_engine(known) == home
    known["GOPATH"] = f"{tmp_path / 'nothing'}:{tmp_path / 'gopath'}"
    gopath = program(tmp_path / "gopath" / "bin")
    assert find_engine(known) == gopath
    known["GOBIN"] = str(tmp_path / "gobin")
    gobin = program(tmp_path / "gobin")
    assert find_engine(known) == gobin
    known["PATH"] = str(tmp_path / "path")
    on_path = program(tmp_path / "path")
    assert find_engine(known) == on_path
    named = program(tmp_path / "named")
    known["TALLY_COMETBFT"] = str(named)
    assert find_engine(known) == named


def test_a_missing_program_is_told_with_the_command_that_installs_it(tmp_path: Path) -> None:
    """In both languages."""
    with pytest.raises(EngineMissing) as caught:
        find_engine({"HOME": str(tmp_path)})
    assert caught.value.hint == INSTALL_COMMAND
    for text in (EngineMissing.hint_en, EngineMissing.hint_zh, EngineVersion.hint_en):
        assert INSTALL_COMMAND in text
    assert INSTALL_COMMAND in EngineVersion.hint_zh


def test_a_variable_that_names_nothing_is_not_passed_over(tmp_path: Path) -> None:
    """Who names a program wants that one."""
    program(tmp_path / "go" / "bin")
    plain = tmp_path / "plain"
    plain.write_text("not executable")
    for wrong in (tmp_path / "absent", plain, tmp_path):
        with pytest.raises(EngineMissing) as caught:
            find_engine({"HOME": str(tmp_path), "TALLY_COMETBFT": str(wrong)})
        assert caught.value.field == "TALLY_COMETBFT"


@pytest.mark.parametrize("note", ["v0.40.0", "v0.40.3", "v0.38.25", "v0.39.4", "(devel)", ""])
def test_a_right_program_is_taken(tmp_path: Path, note: str) -> None:
    """By its protocols; v0.40.0 calls itself 0.39.0, so the module's version is read apart."""
    build = check_engine(program(tmp_path, note=note))
    assert build.software == "0.39.0"
    assert build.module_version == (note if note.startswith("v") else None)


@pytest.mark.parametrize("note", ["v0.38.24", "v0.39.3", "v0.37.9", "v0.41.0", "v1.0.1"])
def test_a_program_with_known_flaws_or_of_another_line_is_refused(
    tmp_path: Path,
    note: str,
) -> None:
    """Even though it speaks the same protocols."""
    with pytest.raises(EngineVersion) as caught:
        check_engine(program(tmp_path, note=note))
    assert caught.value.found == note


@pytest.mark.parametrize(
    "output",
    [
        json.dumps({**RIGHT, "abci": "1.0.0"}),
        json.dumps({**RIGHT, "block_protocol": 12}),
        json.dumps({**RIGHT, "p2p_protocol": 7}),
        "0.34.1",
        "",
    ],
)
def test_a_program_of_other_protocols_is_refused(tmp_path: Path, output: str) -> None:
    """Before it is started on data."""
    with pytest.raises(EngineVersion):
        check_engine(program(tmp_path, output))


def test_a_program_that_cannot_be_run_is_missing(tmp_path: Path) -> None:
    """For example one for another kind of processor."""
    path = tmp_path / "cometbft"
    path.write_bytes(b"\x7fELF nonsense")
    path.chmod(0o755)
    with pytest.raises(EngineMissing, match="cannot be run"):
        check_engine(path)
    failing = program(tmp_path / "failing", "x")
    failing.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(EngineMissing, match="cannot be run"):
        check_engine(failing)


def test_every_place_names_the_same_version() -> None:
    """The error's hint, the script that installs it, and the source of the stubs."""
    script = (PROJECT / "scripts" / "install_engine.sh").read_text()
    stubs = (PROJECT / "scripts" / "make_abci_stubs.py").read_text()
    assert f'version="{ENGINE_VERSION}"' in script
    assert f'VERSION: Final = "{ENGINE_VERSION}"' in stubs
    assert INSTALL_COMMAND.endswith(f"@{ENGINE_VERSION}")


@pytest.mark.engine
def test_the_installed_program_is_the_pinned_one(engine_program: Path) -> None:
    """The version that everything here was tested with."""
    build = check_engine(engine_program)
    assert build.module_version == "v0.40.0"
    assert (build.abci, build.block_protocol, build.p2p_protocol) == ("2.0.0", 11, 8)
