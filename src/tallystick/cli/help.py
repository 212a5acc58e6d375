# SPDX-License-Identifier: Apache-2.0
"""Help pages: one line, a few examples, then the options; read off the commands themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tallystick.cli.app import GROUPS, TREE, paths_for
from tallystick.cli.catalogue import option_text, pick, say
from tallystick.cli.contract_verbs import text_at
from tallystick.cli.installed import contract_names
from tallystick.cli.layout import column_width, hanging, terminal_width, text_width, wrap
from tallystick.cli.options import Address, Output, Page, Place, field_names
from tallystick.cli.stage import Language, stage
from tallystick.cli.texts.options import OPTIONS
from tallystick.cli.texts.words import Text
from tallystick.cli.usage import choices_of, kind_of, unknown_command
from tallystick.errors import invariant

if TYPE_CHECKING:
    from cyclopts import App
    from cyclopts.argument import Argument

_SHARED = {Output: "output", Address: "address", Place: "place", Page: "page"}
_WIDTH_MAX = 100
_HEAD_MAX = 30


@dataclass(frozen=True, slots=True)
class OptionHelp:
    """One argument or option of a command."""

    names: tuple[str, ...]
    kind: str
    """FLAG, TEXT, NUMBER, PATH, or the choices."""
    text: str
    default: str = ""
    is_argument: bool = False
    is_required: bool = False
    section: str = "options"
    """`arguments`, `options`, or the shared group it comes from."""

    @property
    def head(self) -> str:
        """The name and the kind of its value."""
        names = ", ".join(self.names)
        return names if self.is_argument or self.kind == "FLAG" else f"{names} {self.kind}"


def help_page(app: App, tokens: Sequence[str]) -> str:
    """Return the help page for the command that `tokens` name."""
    words = [token for token in tokens if not token.startswith("-")]
    path, rest = resolve_path(words)
    is_noun = path not in paths_for(words)
    if rest and is_noun:
        raise unknown_command(path, rest[0])
    if not path:
        return _root_page()
    return _noun_page(path) if is_noun else _command_page(app, path)


def resolve_path(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the longest known command at the start of `words`, and the rest."""
    path, rest = "", list(words)
    known = paths_for(words)
    while rest:
        longer = f"{path} {'list' if rest[0] == 'ls' else rest[0]}".strip()
        if not any(one == longer or one.startswith(f"{longer} ") for one in known):
            break
        path = longer
        rest.pop(0)
        if path in known:
            break
    return path, rest


def option_helps(app: App, path: str, language: Language | None = None) -> list[OptionHelp]:
    """Return the arguments and options of a command, in the order of its function."""
    command = app
    for word in path.split():
        command = command[word]
    collection = command.assemble_argument_collection()
    return [
        _option_help(argument, path, language)
        for argument in collection
        if argument.parse and argument.names != ("*",)
    ]


def _section(path: str, name: str, *, is_argument: bool) -> str:
    """Return where an option stands; one that a command explains itself is the command's own."""
    if is_argument:
        return "arguments"
    if f"{path}:{name}" in OPTIONS:
        return "options"
    groups = (label for kind, label in _SHARED.items() if name in field_names(kind))
    return next(groups, "options")


def _option_help(argument: Argument, path: str, language: Language | None) -> OptionHelp:
    is_argument = not any(name.startswith("-") for name in argument.names)
    long = max(argument.names, key=len)
    name = argument.field_info.name.strip("_")
    text = _text(path, name, argument)
    default: object = argument.field_info.default
    is_plain = type(default) in {str, int, float}
    many = argument.field_info.kind is argument.field_info.VAR_POSITIONAL
    return OptionHelp(
        names=(f"{long}..." if many else long,)
        if is_argument
        else tuple(sorted(argument.names, key=len, reverse=True)),
        kind="|".join(choices_of(argument.hint)) or kind_of(argument.hint),
        text=pick(text, language),
        default=str(default) if is_plain else "",
        is_argument=is_argument,
        is_required=bool(argument.required),
        section="options"
        if _of_contract(argument) and not is_argument
        else _section(path, name, is_argument=is_argument),
    )


def _text(path: str, name: str, argument: Argument) -> Text:
    """Return a command's own text, else what the contract's author says, else the shared text."""
    own = OPTIONS.get(f"{path}:{name}")
    if own is None and _of_contract(argument):
        english = argument.parameter.help or ""
        return Text(english, getattr(english, "zh", english))
    text = own or option_text(path, name) or Text("", "")
    invariant(text.en, f"option {path}:{name} has no text")
    return text


def _of_contract(argument: Argument) -> bool:
    """Say whether an option was made from a contract's schema, which brings its text along."""
    return bool(argument.parameter.help)


def _root_page() -> str:
    lines = [_bold("tally") + f" — {pick(text_at('').summary)}", ""]
    lines += [f"{_bold(say('help.usage'))}  tally {say('help.command')}", ""]
    for group, names in GROUPS.items():
        lines.append(_bold(say(f"help.group.{group}")))
        lines += _columns((f"  {name}", pick(text_at(name).summary)) for name in names)
        lines.append("")
    others = [name for name in contract_names() if name not in TREE and not _is_ours(name)]
    if others:
        lines.append(_bold(say("help.contracts")))
        lines += _columns((f"  {name}", say("help.contract", name=name)) for name in others)
        lines.append("")
    lines += _examples("")
    lines += [say("help.more"), say("help.exit_codes")]
    return "\n".join(lines) + "\n"


def _is_ours(noun: str) -> bool:
    return any(path.startswith(f"{noun} ") for path in TREE)


def _noun_page(path: str) -> str:
    text = text_at(path)
    lines = [_bold(f"tally {path}") + f" — {pick(text.summary)}", ""]
    if text.details:
        lines += [*wrap(pick(text.details), _width()), ""]
    lines += [f"{_bold(say('help.usage'))}  tally {path} {say('help.command')}", ""]
    below = [one for one in paths_for(path.split()) if one.startswith(f"{path} ")]
    rows = ((f"  {one[len(path) + 1 :]}", pick(text_at(one).summary)) for one in below)
    lines += [_bold(say("help.commands")), *_columns(rows), ""]
    lines += _examples(path)
    return "\n".join(lines).rstrip() + "\n"


def _command_page(app: App, path: str) -> str:
    text = text_at(path)
    options = option_helps(app, path)
    lines = [_bold(f"tally {path}") + f" — {pick(text.summary)}", ""]
    lines += [f"{_bold(say('help.usage'))}  {usage_line(path, options)}", ""]
    if text.details:
        lines += [*_paragraphs(pick(text.details)), ""]
    lines += _examples(path)
    for section in ("arguments", "options", "page", "address", "place", "output"):
        rows = [(f"  {one.head}", _described(one)) for one in options if one.section == section]
        if rows:
            lines += [_bold(say(f"help.{section}")), *_columns(rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def usage_line(path: str, options: Sequence[OptionHelp]) -> str:
    """Return how the command is written."""
    arguments = (
        one.names[0] if one.is_required else f"[{one.names[0]}]"
        for one in options
        if one.is_argument
    )
    return " ".join((f"tally {path}", *arguments, say("help.options_word")))


def _paragraphs(text: str) -> list[str]:
    return [line for one in text.split("\n") for line in wrap(one, _width())]


def _described(option: OptionHelp) -> str:
    default = say("help.default", value=option.default) if option.default else ""
    return f"{option.text}{default}"


def _examples(path: str) -> list[str]:
    examples = text_at(path).examples
    if not examples:
        return []
    return [_bold(say("help.examples")), *(f"  {one}" for one in examples), ""]


def _columns(rows: Iterable[tuple[str, str]]) -> list[str]:
    rows = list(rows)
    left = min(column_width(head for head, _ in rows), _HEAD_MAX) + 2
    lines: list[str] = []
    for head, text in rows:
        if text_width(head) + 2 > left:
            lines += [head, *hanging("", text, left, _width())]
        else:
            lines += hanging(head, text, left, _width())
    return lines


def _width() -> int:
    return min(terminal_width(), _WIDTH_MAX)


def _bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m" if stage().answer_color else text
