# SPDX-License-Identifier: Apache-2.0
"""Texts: complete, in both languages, used, and the help pages made of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import generate_cli_reference
from tallystick import cli, errors
from tallystick.cli.app import GROUPS, TREE, build_app
from tallystick.cli.catalogue import command_text, option_text, pick, say, title
from tallystick.cli.codes import known_codes
from tallystick.cli.help import help_page, option_helps, resolve_path
from tallystick.cli.stage import Stage, set_stage
from tallystick.cli.texts.commands import COMMANDS
from tallystick.cli.texts.messages import MESSAGES
from tallystick.cli.texts.options import OPTIONS
from tallystick.cli.texts.words import Text
from tallystick.errors import CAUSES_ZH, Halted
from tests.unit.cli.conftest import Tally

CHINESE = re.compile("[\u4e00-\u9fff]")
PLACES = re.compile(r"\{(\w+)\}")
SOURCE = Path(cli.__file__).parent
TEXTS = {**MESSAGES, **{f"option {name}": text for name, text in OPTIONS.items()}}
SAME = {
    "field.python",
    "field.sha256",
    "field.sm3",
    "doctor.python",
    "demo.title",
    "four.title",
    "help.more",
}
"""Texts that are names, or deliberately hold the other language."""
DYNAMIC = (
    *("field.", "help.", "error.", "expiry.", "doctor.", "log.", "verify.", "health."),
    *("bundle.check_", "bundle.token_", "bundle.authorities_"),
)
"""Families of messages whose keys are put together at run time."""


def test_every_text_is_written_in_both_languages() -> None:
    """A Chinese text has Chinese characters, an English one has none."""
    for key, text in TEXTS.items():
        if key not in SAME and not PLACES.fullmatch(text.zh) and CHINESE.search(text.zh + "中"):
            assert not CHINESE.search(text.en), key
            assert CHINESE.search(text.zh) or text.zh == text.en or PLACES.search(text.zh), key


def test_both_languages_fill_in_the_same_values() -> None:
    """A translation loses no fact."""
    for key, text in TEXTS.items():
        assert set(PLACES.findall(text.en)) == set(PLACES.findall(text.zh)), key


def test_every_command_has_a_summary_and_examples() -> None:
    """Help is one line, then lines to copy."""
    nouns = {
        " ".join(words[:count])
        for words in (path.split(" ") for path in TREE)
        for count in range(1, len(words))
    }
    assert set(COMMANDS) == {"", *nouns, *TREE}
    for path, text in COMMANDS.items():
        assert text.examples, path
        assert all(one.startswith("tally") for one in text.examples), path
        assert CHINESE.search(text.summary.zh), path
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted({path.split(" ")[0] for path in TREE})


@pytest.mark.parametrize("path", TREE)
def test_every_option_of_every_command_is_explained(path: str) -> None:
    """No option without a text, in either language."""
    app = build_app()
    for language in ("en", "zh"):
        set_stage(Stage(language=language))
        for option in option_helps(app, path, language):
            assert option.text, option.names


def test_no_text_is_left_over() -> None:
    """What nobody says any more is deleted."""
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in SOURCE.rglob("*.py")
        if path.parent.name != "texts"
    )
    unused = [key for key in MESSAGES if not key.startswith(DYNAMIC) and f'"{key}"' not in source]
    assert not unused
    app = build_app()
    named: set[str] = set()
    for path in TREE:
        app_of = app
        for word in path.split():
            app_of = app_of[word]
        for argument in app_of.assemble_argument_collection():
            name = argument.field_info.name.strip("_")
            named |= {name, f"{path}:{name}"}
    assert set(OPTIONS) <= named


def test_every_error_code_has_a_cause_in_chinese() -> None:
    """`tally explain` says why in both languages."""
    known = known_codes()
    platform = {code for code, one in known.items() if errors.__name__ in one.__module__}
    assert platform == set(CAUSES_ZH)
    assert all(CHINESE.search(text) for text in CAUSES_ZH.values())


def test_messages_are_chosen_by_language_and_filled_in() -> None:
    """A missing message is our mistake, not the user's."""
    assert say("node.stopped") == "node stopped"
    set_stage(Stage(language="zh"))
    assert say("node.stopped") == "节点已停止"
    assert pick(Text("a", "b"), "en") == "a"
    assert title("height") == "高度"
    assert title("no_such_field") == "no_such_field"
    with pytest.raises(Halted):
        say("no.such.message")
    with pytest.raises(Halted):
        command_text("no such command")


def test_an_option_of_a_command_may_have_its_own_text() -> None:
    """Its own text wins over the shared one."""
    own, shared = option_text("down", "timeout"), option_text("tx wait", "timeout")
    assert own is not None
    assert shared is not None
    assert own != shared
    assert option_text("status", "nothing") is None


def test_the_first_help_page_lists_every_command(tally: Tally) -> None:
    """`tally`, `tally --help` and `tally help` are the same page."""
    page = tally().out
    assert page == tally("--help").out == tally("help").out
    for name in {path.split(" ")[0] for path in TREE}:
        assert re.search(rf"^  {name} ", page, re.MULTILINE), name


@pytest.mark.parametrize("words", [("evidence",), ("evidence", "--help"), ("help", "evidence")])
def test_a_noun_alone_lists_its_verbs(words: tuple[str, ...], tally: Tally) -> None:
    """Nothing is guessed; the verbs are shown."""
    outcome = tally(*words)
    assert outcome.code == 0
    assert "deposit" in outcome.out


def test_a_command_page_has_summary_usage_examples_and_options(tally: Tally) -> None:
    """In this order."""
    page = tally("verify", "--help").out
    order = [
        page.index(word) for word in ("tally verify —", "Usage", "Examples", "\nOptions", "--json")
    ]
    assert order == sorted(order)
    assert "[WHAT...]" in page
    assert "用法" in tally("verify", "-h", "--lang", "zh").out


@pytest.mark.usefixtures("terminal")
def test_headings_are_bold_on_a_terminal_only(
    tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is piped has no escapes."""
    assert "\x1b[1m" in tally("--help").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in tally("--help").out


def test_paths_are_resolved_word_by_word() -> None:
    """Arguments of a command are not commands; `ls` is `list`."""
    assert resolve_path(["tx", "show", "show"]) == ("tx show", ["show"])
    assert resolve_path(["tx", "ls"]) == ("tx list", [])
    assert resolve_path(["nothing"]) == ("", ["nothing"])


def test_help_for_a_wrong_command_is_an_error(tally: Tally) -> None:
    """With the nearest command."""
    assert tally("evidence", "depost", "--help").code == 2
    assert "tally evidence deposit" in tally("help", "evidence", "depost").err


def test_the_reference_page_is_what_the_commands_say(capsys: pytest.CaptureFixture[str]) -> None:
    """docs/reference/cli.md is generated; `make docs` renews it."""
    page = generate_cli_reference.PAGE.read_text(encoding="utf-8")
    assert page == generate_cli_reference.page()
    assert not capsys.readouterr().err


def test_help_pages_never_exceed_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long heads stand on a line of their own, texts are wrapped."""
    monkeypatch.setenv("COLUMNS", "80")
    app = build_app()
    for path in TREE:
        page = help_page(app, path.split())
        for line in page.splitlines():
            is_example = line.lstrip().startswith("tally")
            assert len(line) <= 80 or is_example or line.lstrip().startswith("--"), line
