# SPDX-License-Identifier: Apache-2.0
"""The outermost edge of the command: tokens in, exit code out.

Nothing heavy is imported before it is known which command runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from tallystick import __version__
from tallystick.cli.stage import build_stage, default_environment, set_stage, stage

if TYPE_CHECKING:
    from inspect import BoundArguments

    from tallystick.cli.answers import Answer
    from tallystick.errors import TallystickError

_FLAGS = frozenset({"--json", "--no-progress", "--no-input"})
_VALUED = frozenset({"--lang", "--color", "--fields"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (see docs/reference/cli.md)."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    if tokens in (["--version"], ["-V"], ["version"]):
        print(f"tally {__version__}")
        return 0
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal without ✔ shows ? instead of failing
            stream.reconfigure(errors="replace")
    set_stage(build_stage(tokens, default_environment(), (sys.stdin, sys.stdout, sys.stderr)))
    sys.excepthook = _report_bug
    return _guarded(lambda: run(tokens))


def _guarded(action: Callable[[], int]) -> int:
    """Run `action`; turn what ends it early into an exit code and a text."""
    from tallystick.cli.exit_codes import ExitCode
    from tallystick.errors import FileProblem, TallystickError

    try:
        code = action()
        sys.stdout.flush()
        return code
    except TallystickError as error:
        return _show(error)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        _forget_answer()
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _show(FileProblem(f"{place}{error.strerror or error}", field="path"))


def _forget_answer() -> None:
    """The reader has left (`tally tx list | head`): let the rest go nowhere, quietly."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except OSError:  # a stream without descriptor: nothing will complain
        pass
    finally:
        os.close(nowhere)


def run(tokens: Sequence[str]) -> int:
    """Parse, run, render; errors rise.

    Raises:
        TallystickError: whatever the command met.
    """
    from tallystick.cli.app import build_app, paths_for
    from tallystick.cli.contract_verbs import nouns_among
    from tallystick.cli.help import help_page, resolve_path
    from tallystick.cli.usage import check_help_options
    from tallystick.errors import UsageError

    words = hoist(tokens)
    if words[:1] == ["help"]:
        words = [*words[1:], "--help"]
    plain = command_words(words)
    app = build_app(nouns_among(plain))
    options = words[: words.index("--")] if "--" in words else words
    path, rest = resolve_path(plain)
    is_command = path in paths_for(plain)
    if {"--help", "-h"} & set(options) or (not rest and not is_command):
        check_help_options(options, is_command=is_command)
        sys.stdout.write(help_page(app, plain))
        return 0
    command, bound = _parse(app, words)
    try:
        answer: Answer | None = command(*bound.args, **bound.kwargs)
        return _finish(answer, bound)
    except UsageError as error:
        if error.hint == UsageError.hint_en:
            error.hint = f"tally {path} --help"
        raise


def _parse(
    app: object, words: Sequence[str]
) -> tuple[Callable[..., Answer | None], BoundArguments]:
    from cyclopts import App, CycloptsError

    from tallystick.cli.usage import usage_error
    from tallystick.errors import invariant

    invariant(isinstance(app, App), "the command tree is an App")
    try:
        command, bound, _ = app.parse_args(  # type: ignore[attr-defined]  # checked above
            words, print_error=False, exit_on_error=False
        )
    except CycloptsError as error:
        raise usage_error(error, words) from error
    return command, bound


def _finish(answer: Answer | None, bound: BoundArguments) -> int:
    from tallystick.cli.options import OUTPUT
    from tallystick.cli.render import render

    if answer is None:  # the command has spoken for itself
        return 0
    output = bound.arguments.get("_output", OUTPUT)
    sys.stdout.write(render(answer, output.fields))
    return int(answer.exit_code)


def hoist(tokens: Sequence[str]) -> list[str]:
    """Move options that every command has behind the command, so they may stand anywhere."""
    end = tokens.index("--") if "--" in tokens else len(tokens)
    kept: list[str] = []
    moved: list[str] = []
    words = iter(tokens[:end])
    for word in words:
        if word in _FLAGS or word.split("=", 1)[0] in _VALUED:
            moved.append(word)
            if word in _VALUED:
                moved.extend(value for value in [next(words, None)] if value is not None)
        else:
            kept.append(word)
    return [*kept, *moved, *tokens[end:]]


def command_words(words: Sequence[str]) -> list[str]:
    """Return the words that may name a command: no options, and no values of those all have."""
    given = iter(words)
    plain = []
    for word in given:
        if word in _VALUED:
            next(given, None)
        elif not word.startswith("-"):
            plain.append(word)
    return plain


def _show(error: TallystickError) -> int:
    from tallystick.cli.exit_codes import exit_code
    from tallystick.cli.failure import error_json, error_text

    if stage().as_json:
        sys.stdout.write(error_json(error))
    else:
        sys.stderr.write(error_text(error))
    return int(exit_code(error))


def _report_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Say that this is our fault; the whole story only where somebody asked for it."""
    from tallystick.errors import TallystickError

    if default_environment().get("TALLY_DEBUG"):
        sys.__excepthook__(kind, error, trace)
        return
    _show(TallystickError(f"{kind.__name__}: {error}", hint="TALLY_DEBUG=1 shows the traceback."))
