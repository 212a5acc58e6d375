# SPDX-License-Identifier: Apache-2.0
"""Wrong command lines: what is wrong is named, and the nearest right word."""

from __future__ import annotations

import pytest

from tallystick.cli.answers import Answer
from tallystick.cli.exit_codes import ExitCode, exit_code, exit_code_of
from tallystick.cli.installed import installed_schema
from tallystick.cli.schema_options import argument_options, given_arguments, options_class
from tallystick.cli.times import format_time, parse_time
from tallystick.cli.usage import choices_of, kind_of
from tallystick.client import Placed, Problem
from tallystick.errors import (
    Halted,
    InvalidProof,
    NotAMember,
    NotFinal,
    NotFound,
    Overloaded,
    RoleMissing,
    TallystickError,
    TooFarAhead,
    UnknownContract,
    UsageError,
    WrongState,
)
from tests.unit.cli.conftest import Tally


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("evidance",), "Did you mean tally evidence?"),
        (("evidence", "depost"), "Did you mean tally evidence deposit?"),
        (("deposit", "file"), "Did you mean tally evidence deposit?"),
        (("xyzzy",), "expected  assets, backup, block"),
        (("version", "--jsn"), "Did you mean --json?"),
        (("--jsn",), "Did you mean --json?"),
        (("tx", "--jsn"), "Did you mean --json?"),
        (("version", "--zzz"), "tally version --help"),
        (("version", "more"), "unexpected: more"),
        (("version", "--lang"), "--lang needs a value"),
        (("version", "--color", "alwys"), "Did you mean always?"),
        (("version", "--lang", "fr"), "expected  zh, en"),
        (("completion",), "SHELL is missing"),
        (("block", "show", "one"), "expected  NUMBER"),
        (("tx", "list", "--code", "a", "--code", "b"), "--code is given twice"),
        (("tx", "show", "beef"), '"beef" does not fit TRANSACTION'),
        (("tx", "wait", "0", "--timeout", "soon"), "expected  SECONDS"),
        (("evidence", "list", "-n", "0"), "expected  >= 1"),
        (("up", "--demo", "--port", "0"), "expected  1 … 65535"),
        (("down", "--timeout", "nan"), '"nan" does not fit --timeout'),
        (("evidence", "list", "--since", "yesterday"), '"yesterday" is not a time'),
        (("up", "--once"), "--once needs --demo"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(words: tuple[str, ...], says: str, tally: Tally) -> None:
    """Exit code 2, nothing on standard output, and what to type instead."""
    outcome = tally(*words)
    assert outcome.code == 2
    assert outcome.out == ""
    assert says in outcome.err


def test_a_wrong_line_is_json_when_json_was_asked(tally: Tally) -> None:
    """Parsing errors keep to the form that was asked for."""
    error = tally("version", "--jsn", "--json").json["error"]
    assert error["code"] == "E_USAGE"
    assert error["field"] == "--jsn"


def test_other_complaints_of_the_parser_are_usage_errors_too(tally: Tally) -> None:
    """Nothing of the parser reaches the user as a traceback."""
    outcome = tally("version", "--json=maybe")
    assert outcome.code == 2
    assert "--json" in outcome.err


def test_kinds_are_one_word() -> None:
    """What an option takes is said in one word, or as its choices."""
    assert kind_of(int | None) == "NUMBER"
    assert kind_of(bool) == "FLAG"
    assert kind_of(tuple[int, ...]) == "NUMBER"
    assert kind_of(None) == "TEXT"
    assert choices_of(str) == ()


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (UsageError, ExitCode.USAGE),
        (NotFound, ExitCode.NOT_FOUND),
        (UnknownContract, ExitCode.NOT_FOUND),
        (NotAMember, ExitCode.PERMISSION),
        (RoleMissing, ExitCode.PERMISSION),
        (WrongState, ExitCode.REFUSED),
        (InvalidProof, ExitCode.NOT_VERIFIED),
        (Overloaded, ExitCode.UNREACHABLE),
        (NotFinal, ExitCode.NOT_FINAL),
        (Halted, ExitCode.FAILURE),
        (TooFarAhead, ExitCode.FAILURE),
        (TallystickError, ExitCode.FAILURE),
    ],
)
def test_exit_codes_follow_the_families(kind: type[TallystickError], code: ExitCode) -> None:
    """Scripts can tell who must act."""
    assert exit_code_of(kind) is code
    assert exit_code(kind("said")) is code


def test_a_recorded_refusal_is_one_of_a_rule_whatever_its_code() -> None:
    """Contracts use codes of other families too (JUD-1 is E_EARLY)."""
    error = TooFarAhead("said")
    vars(error)["problem"] = Problem(code="E_EARLY", transaction=Placed(id="ab"))
    assert exit_code(error) is ExitCode.REFUSED
    missing = RoleMissing("said")
    vars(missing)["problem"] = Problem(code="E_ROLE", transaction=Placed(id="ab"))
    assert exit_code(missing) is ExitCode.PERMISSION


def test_every_argument_of_a_deposit_has_an_option() -> None:
    """What the contract takes can be said on the command line (ux.md D8)."""
    from tallystick.cli.commands.deposit import ARGUMENTS, FLAGS

    schema = installed_schema("evidence").method("deposit")
    reached = {option.path[0] for option in ARGUMENTS}
    assert reached == {argument.name for argument in schema.arguments}
    collector = next(one for one in schema.arguments if one.name == "collector").type
    inner = {option.path[1] for option in ARGUMENTS if option.path[0] == "collector"}
    assert inner == {field.name for field in collector.fields}
    assert set(FLAGS) <= {option.name for option in ARGUMENTS}


def test_every_argument_shows_in_the_help_in_both_languages(tally: Tally) -> None:
    """Labels come from the contract's author."""
    english, chinese = (
        tally("evidence", "deposit", "--help", "--lang", one).out for one in ("en", "zh")
    )
    for word in ("--case", "--title", "--collector-device", "--captured-at", "--previous", "--sm3"):
        assert word in english
        assert word in chinese
    assert "案号" in chinese


def test_options_become_arguments_again() -> None:
    """Records are put together, times become milliseconds, what is absent stays absent."""
    options = argument_options("evidence", "deposit")
    made = options_class("Made", options, {})
    values = made(collector_device="cam", size=3, captured_at="2026-01-01T08:00:00+08:00")
    assert given_arguments(options, values) == {
        "size": 3,
        "collector": {"device": "cam"},
        "captured_at": 1767225600000,
    }


def test_a_contract_that_is_not_installed_is_named() -> None:
    """The schema must come from somewhere."""
    with pytest.raises(UnknownContract, match="nothing-of-the-kind"):
        installed_schema("nothing-of-the-kind")


def test_times_are_read_with_their_offset_and_written_in_utc() -> None:
    """A time without an offset is this machine's."""
    assert parse_time("2026-01-01T08:00:00+08:00", "--since") == 1767225600000
    assert parse_time("2026-01-01T00:00:00Z", "--since") == 1767225600000
    assert format_time(1767225600001) == "2026-01-01T00:00:00.001Z"
    with pytest.raises(UsageError) as caught:
        parse_time("noon", "--since")
    assert caught.value.field == "--since"


def test_answers_are_the_only_thing_commands_return() -> None:
    """The type of a command's answer is closed, so `render` can be complete."""
    assert {one.__name__ for one in Answer.__args__} == {"Listing", "Sheet", "Document", "Report"}
