# SPDX-License-Identifier: Apache-2.0
"""Turns what the parser says about a wrong command line into one typed error, with a suggestion."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, get_args, get_origin

from tallystick.cli.app import TREE, paths_for
from tallystick.cli.catalogue import say
from tallystick.cli.installed import contract_names
from tallystick.cli.options import Output, field_names
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from cyclopts.argument import Argument
    from cyclopts.exceptions import CycloptsError

_NEAR = 0.6


def usage_error(error: CycloptsError, tokens: Sequence[str]) -> UsageError:
    """Return the error to show for what the parser found in `tokens`."""
    from cyclopts import exceptions as wrong

    path = " ".join(error.command_chain or ())
    hint = _help_of(path)
    shown = UsageError(str(error), hint=hint)
    match error:
        case wrong.UnknownCommandError():
            shown = unknown_command(path, (error.unused_tokens or list(tokens) or ["?"])[0])
        case wrong.UnknownOptionError():
            typed = (error.token.keyword or error.token.value).split("=", 1)[0]
            names = [name for one in error.argument_collection if one.parse for name in one.names]
            shown = _unknown_option(path, typed, names)
        case wrong.MissingArgumentError() if error.argument is not None:
            shown = _missing(path, error.argument, error.keyword)
        case wrong.CoercionError() if error.token is not None:
            shown = _not_convertible(path, error)
        case wrong.ValidationError() if error.argument is not None:
            shown = _not_allowed(path, error.argument)
        case wrong.RepeatArgumentError():
            name = str(error.token.keyword)
            shown = UsageError(say("usage.repeated", name=name), hint=hint)
        case wrong.UnusedCliTokensError():
            extra = " ".join(error.unused_tokens or ())
            shown = UsageError(say("usage.extra", words=extra), hint=hint)
    return shown


def unknown_command(path: str, word: str) -> UsageError:
    """Return the error for a word that is not a command below `path`, with the nearest one."""
    below = f"{path} " if path else ""
    known = paths_for(path.split())
    here = sorted({one[len(below) :].split(" ")[0] for one in known if one.startswith(below)})
    if not path:
        here = sorted({*here, *contract_names()})
    found = difflib.get_close_matches(word, here, n=1, cutoff=_NEAR)
    if found:
        suggestion: str | None = f"{below}{found[0]}"
    else:  # the right verb without its noun: `tally deposit`
        suggestion = next((one for one in TREE if one.split(" ")[-1] == word), None)
    hint = say("usage.did_you_mean", near=f"tally {suggestion}") if suggestion else _help_of(path)
    return UsageError(
        say("usage.unknown_command", word=f"{below}{word}"),
        expected=None if suggestion else ", ".join(here),
        hint=hint,
    )


def check_help_options(options: Sequence[str], *, is_command: bool) -> None:
    """Refuse a mistyped option where no command follows that could refuse it.

    Raises:
        UsageError: an option that no command has.
    """
    shared = {f"--{name.replace('_', '-')}" for name in field_names(Output)}
    shared |= {"--help", "-h", "--version"}
    for word in options:
        typed = word.split("=", 1)[0]
        if not is_command and typed.startswith("-") and typed not in shared:
            raise _unknown_option("", typed, shared)


def _unknown_option(path: str, typed: str, names: Iterable[str]) -> UsageError:
    known = sorted({name for name in names if name.startswith("-")} | {"--help"})
    near = difflib.get_close_matches(typed, known, n=1, cutoff=_NEAR)
    hint = say("usage.did_you_mean", near=near[0]) if near else _help_of(path)
    return UsageError(say("usage.unknown_option", name=typed), field=typed, hint=hint)


def _missing(path: str, argument: Argument, keyword: str | None) -> UsageError:
    name = keyword or argument.name
    given = keyword is not None and keyword.startswith("-")
    key = "usage.needs_value" if given else "usage.missing"
    return UsageError(say(key, name=name), field=name, hint=_help_of(path))


def _not_convertible(path: str, error: CycloptsError) -> UsageError:
    token = error.token  # type: ignore[attr-defined]  # the caller matched a CoercionError
    argument = error.argument
    name = token.keyword or (argument.name if argument is not None else "")
    choices = choices_of(argument.hint) if argument is not None else ()
    near = difflib.get_close_matches(token.value, choices, n=1, cutoff=_NEAR)
    return UsageError(
        say("usage.value", name=name, value=token.value),
        field=name,
        expected=", ".join(choices) or kind_of(argument.hint if argument is not None else str),
        hint=say("usage.did_you_mean", near=near[0]) if near else _help_of(path),
    )


def _not_allowed(path: str, argument: Argument) -> UsageError:
    from cyclopts.validators import Number

    validators = argument.parameter.validator
    ranges = [
        one
        for one in (validators if isinstance(validators, tuple) else (validators,))
        if isinstance(one, Number)
    ]
    return UsageError(
        say("usage.value", name=argument.name, value=argument.tokens[0].value),
        field=argument.name,
        expected=", ".join(f"{one.gte} to {one.lte}" for one in ranges) or None,
        hint=_help_of(path),
    )


def choices_of(hint: object) -> tuple[str, ...]:
    """Return the values an annotation allows, if it lists them."""
    if get_origin(hint) is Literal:
        return tuple(str(value) for value in get_args(hint))
    return tuple(choice for part in get_args(hint) for choice in choices_of(part))


def kind_of(hint: object) -> str:
    """Return one word for what an annotation takes: TEXT, NUMBER, PATH or FLAG."""
    if get_origin(hint) is not None:
        parts = [part for part in get_args(hint) if part not in {type(None), ...}]
        is_choice = get_origin(hint) is Literal
        return "|".join(choices_of(hint)) if is_choice else kind_of(parts[0] if parts else str)
    if not inspect.isclass(hint):
        return "TEXT"
    names = {"bool": "FLAG", "int": "NUMBER", "float": "SECONDS", "Path": "PATH"}
    return names.get(hint.__name__, "TEXT")


def _help_of(path: str) -> str:
    return f"{' '.join(('tally', *path.split()))} --help"
