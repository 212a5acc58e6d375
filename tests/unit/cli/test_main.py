# SPDX-License-Identifier: Apache-2.0
"""The outermost edge: exit codes, errors on both channels, speed that cannot be lost unnoticed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tallystick import __version__
from tallystick.cli import main, stage
from tallystick.cli.main import hoist
from tallystick.errors import NotFinal, TallystickError
from tests.unit.cli.conftest import Tally

EDGE = sys.modules["tallystick.cli.main"]  # the face's function has the same name


def modules_after(*words: str) -> set[str]:
    """Return what a fresh interpreter has loaded when the command is done."""
    probe = (
        "import sys\nfrom tallystick.cli import main\n"
        "code = main(sys.argv[1:])\n"
        "print(*sorted(sys.modules), file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, *words], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_the_version_is_one_line(tally: Tally) -> None:
    """`tally --version` and `tally version` say the same."""
    assert tally("--version").out == tally("version").out == f"tally {__version__}\n"
    assert tally("version", "--json").json["version"] == __version__


def test_the_version_loads_neither_parser_nor_libraries() -> None:
    """What takes time is imported only by what needs it (under 150 ms)."""
    loaded = modules_after("--version")
    assert "tallystick.cli.main" in loaded
    assert not loaded & {"cyclopts", "rich", "msgspec", "httpx", "tallystick.client"}


@pytest.mark.parametrize("words", [("--help",), ("version",), ("evidence", "--help")])
def test_help_loads_no_server_client_or_terminal_library(words: tuple[str, ...]) -> None:
    """Help comes at once (under 300 ms)."""
    assert not modules_after(*words) & {"rich.table", "httpx", "starlette", "lmdb", "sqlalchemy"}


def test_a_wrong_command_is_a_usage_error_with_a_suggestion(tally: Tally) -> None:
    """The nearest command is named, on standard error, with exit code 2."""
    outcome = tally("evidance")
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Did you mean tally evidence?" in outcome.err


def test_an_error_is_one_json_document_on_standard_output(tally: Tally) -> None:
    """Programs read errors where they read answers, with the same exit code."""
    outcome = tally("explain", "E_NOPE_NOPE", "--json")
    assert outcome.code == 3
    assert outcome.err == ""
    error = outcome.json["error"]
    assert error["code"] == "E_NOT_FOUND"
    assert error["exit_code"] == 3


def test_json_is_the_same_in_every_language(tally: Tally) -> None:
    """Codes, keys and texts of JSON are not translated."""
    words = ("explain", "E_NOPE_NOPE", "--json")
    assert tally(*words, "--lang", "zh").json == tally(*words, "--lang", "en").json


def test_texts_come_in_chinese_when_asked(tally: Tally) -> None:
    """`--lang zh` changes what people read."""
    outcome = tally("--lang", "zh", "evidance")
    assert outcome.code == 2
    assert "您是否想输入 tally evidence？" in outcome.err


def test_common_options_may_stand_before_the_command(tally: Tally) -> None:
    """`tally --json version` is what people type."""
    assert tally("--json", "version").json == tally("version", "--json").json


def test_hoisting_leaves_what_follows_two_dashes_alone() -> None:
    """A file may be named --json."""
    assert hoist(["--json", "verify", "--", "--json"]) == ["verify", "--json", "--", "--json"]
    assert hoist(["--lang", "zh", "x", "--lang"]) == ["x", "--lang", "zh", "--lang"]
    assert hoist(["--fields=a", "x"]) == ["x", "--fields=a"]


def raising(error: BaseException) -> object:
    """Return a stand-in for `run` that fails."""

    def run(_tokens: object) -> int:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFinal("not yet"), 8),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 0),
        (PermissionError(13, "Permission denied", "/x"), 1),
        (TallystickError("ours"), 1),
    ],
)
def test_every_way_to_end_early_has_its_exit_code(
    error: BaseException, code: int, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that can be expected ends in a traceback."""
    monkeypatch.setattr(EDGE, "run", raising(error))
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    outcome = tally("version", "--fields", "version")
    assert outcome.code == code
    assert "Traceback" not in outcome.err


def test_a_bug_is_reported_without_a_traceback_unless_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody expected names itself, and TALLY_DEBUG shows the whole story."""
    monkeypatch.setattr(EDGE, "run", raising(ZeroDivisionError("1/0")))
    with pytest.raises(ZeroDivisionError) as caught:
        main(["doctor"])
    sys.excepthook(caught.type, caught.value, caught.tb)
    assert "error[E_INTERNAL] ZeroDivisionError: 1/0" in capsys.readouterr().err
    monkeypatch.setenv("TALLY_DEBUG", "1")
    sys.excepthook(caught.type, caught.value, caught.tb)
    assert "Traceback" in capsys.readouterr().err


def test_the_words_of_the_process_are_the_default(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without arguments `main` reads sys.argv."""
    monkeypatch.setattr(sys, "argv", ["tally", "version"])
    assert main() == 0
    assert capsys.readouterr().out == f"tally {__version__}\n"


def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    """`tally explain | head -1` prints no complaint."""
    script = f"{sys.executable} -m tallystick.cli explain --json | head -c 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_the_stage_knows_options_before_anything_is_parsed() -> None:
    """Errors of parsing are already in the right language and form."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    built = stage.build_stage(["x", "--lang=zh", "--color", "always"], {}, streams)
    assert (built.language, built.answer_color, built.as_json) == ("zh", True, False)
    assert stage.build_stage(["x", "--json", "--lang=zh"], {}, streams).language == "en"
    assert not stage.build_stage(["x", "--", "--json"], {}, streams).as_json
    assert stage.default_environment() is os.environ


@pytest.mark.parametrize(
    ("asked", "environment", "language"),
    [
        (None, {}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        (None, {"LANG": "zh_CN.UTF-8", "TALLY_LANG": "en"}, "en"),
        ("zh", {"TALLY_LANG": "en"}, "zh"),
    ],
)
def test_the_language_is_option_then_variable_then_locale(
    asked: str | None, environment: dict[str, str], language: str
) -> None:
    """The nearest wish wins."""
    assert stage.choose_language(asked, environment) == language


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("words", "environment", "has_color"),
    [
        ((), {}, True),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"TERM": "dumb"}, False),
        (("--color", "never"), {}, False),
        (("--color=always",), {"NO_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1"}, True),
    ],
)
def test_colours_respect_option_variable_and_terminal(
    words: tuple[str, ...], environment: dict[str, str], has_color: bool
) -> None:
    """NO_COLOR is respected, an explicit option is stronger."""
    built = stage.build_stage(words, environment, (sys.stdin, sys.stdout, sys.stderr))
    assert built.answer_color is has_color
    assert built.progress
    assert built.prompts
