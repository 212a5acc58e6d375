# SPDX-License-Identifier: Apache-2.0
"""Where the command plays: the language of its texts, the form of its answer, its terminal.

Set once, at the outermost edge (`main`), from options and environment; read by whoever renders.
Data never depends on it: codes and JSON are the same in every language.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, TextIO

Language = Literal["zh", "en"]
_FALSE = frozenset({"", "0", "no", "false", "off"})


@dataclass(frozen=True, slots=True)
class Stage:
    """How this run of the command speaks."""

    language: Language = "en"
    as_json: bool = False
    """One JSON document on standard output, errors too."""
    answer_is_terminal: bool = False
    """Standard output is a terminal: tables are drawn; otherwise tab-separated text."""
    answer_color: bool = False
    talk_color: bool = False
    progress: bool = False
    """Progress bars may be drawn on standard error."""
    prompts: bool = False
    """A person sits at both ends and may be asked."""


_STAGE: ContextVar[Stage] = ContextVar("stage", default=Stage())  # noqa: B039  # frozen


def stage() -> Stage:
    """Return how this run speaks."""
    return _STAGE.get()


def set_stage(value: Stage) -> None:
    """Say how this run speaks, from now on."""
    _STAGE.set(value)


def build_stage(
    tokens: Sequence[str],
    environment: Mapping[str, str],
    streams: tuple[TextIO, TextIO, TextIO],
) -> Stage:
    """Return the stage that options and environment ask for, before anything is parsed.

    Errors of parsing itself must already come in the right language and form, so this looks only
    for the words it knows and leaves their checking to the parser.
    """
    given, answer, talk = streams
    words = list(tokens[: tokens.index("--")] if "--" in tokens else tokens)
    as_json = "--json" in words
    color = _value_of("--color", words) or "auto"
    talk_is_terminal = talk.isatty()
    return Stage(
        language="en" if as_json else choose_language(_value_of("--lang", words), environment),
        as_json=as_json,
        answer_is_terminal=answer.isatty(),
        answer_color=_wants_color(color, answer, environment),
        talk_color=_wants_color(color, talk, environment),
        progress=talk_is_terminal and "--no-progress" not in words and not as_json,
        prompts=given.isatty() and talk_is_terminal and "--no-input" not in words,
    )


def choose_language(asked: str | None, environment: Mapping[str, str]) -> Language:
    """Return the language: option, then TALLY_LANG, then the locale, then English."""
    locale = ("LC_ALL", "LC_MESSAGES", "LANG")
    candidates = [asked, environment.get("TALLY_LANG")]
    candidates += [next((environment[name] for name in locale if environment.get(name)), None)]
    chosen = next((one for one in candidates if one), "en")
    return "zh" if chosen.lower().startswith("zh") else "en"


def _value_of(option: str, words: Sequence[str]) -> str | None:
    for place, word in enumerate(words):
        if word.startswith(f"{option}="):
            return word.split("=", 1)[1]
        if word == option and place + 1 < len(words):
            return words[place + 1]
    return None


def _wants_color(asked: str, stream: TextIO, environment: Mapping[str, str]) -> bool:
    if asked in {"always", "never"}:
        return asked == "always"
    if environment.get("NO_COLOR") or environment.get("TERM") == "dumb":
        return False
    if environment.get("FORCE_COLOR", "").lower() not in _FALSE:
        return True
    return stream.isatty()


def default_environment() -> Mapping[str, str]:
    """Return the process's environment (one place, so that tests can see what is read)."""
    return os.environ
