# SPDX-License-Identifier: Apache-2.0
"""Command-line options from a contract's schema: an argument of a method is an option, by itself.

A record becomes one option for each of its fields (`--collector-device`); simple lists are options
that repeat; an amount has a second option for its smallest unit. What the command finds out itself
(the hash of a file) keeps an option too, so that nothing the contract takes is out of reach.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, make_dataclass, replace
from typing import Annotated, Any, Final, Literal, Self

from cyclopts import Parameter

from tallystick.cli.catalogue import say
from tallystick.cli.installed import installed_schema
from tallystick.cli.option_values import AMOUNT, TIMESTAMP, has_parts, read_value
from tallystick.contracts import FieldSchema, ValueType
from tallystick.encoding import Value
from tallystick.errors import UsageError

_KINDS: Final[Mapping[str, type]] = {"integer": int, "boolean": bool}
_READ_BY_US: Final = frozenset({TIMESTAMP, AMOUNT})
_MINOR: Final = "minor"
RESERVED: Final = frozenset(
    {
        *("as", "color", "dry-run", "fields", "help", "json", "lang", "no-input", "no-progress"),
        *("no-wait", "passphrase-file", "save-receipt", "timeout", "url", "version"),
    }
)
"""Options that every verb of a contract has; an argument of such a name gets `--arg-` in front."""


class HelpText(str):
    """An option's text as the parser keeps it: English, with the Chinese beside it."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str) -> Self:
        """Make the English text, knowing the Chinese."""
        made = super().__new__(cls, en)
        made.zh = zh
        return made


@dataclass(frozen=True, slots=True)
class ArgumentOption:
    """One option and the place in the arguments that it fills."""

    path: tuple[str, ...]
    """Names from the outermost argument inwards."""
    field: FieldSchema
    is_required: bool = False
    """Whether every call needs it; a field of an optional record is never so."""
    is_minor: bool = False
    """Whether it takes an amount in its smallest unit."""

    @property
    def name(self) -> str:
        """Name of the attribute that holds the option's value."""
        return "_".join((*self.path, _MINOR) if self.is_minor else self.path)

    @property
    def flag(self) -> str:
        """The option as it is written."""
        word = self.name.replace("_", "-").strip("-")
        return f"--arg-{word}" if word in RESERVED else f"--{word}"

    @property
    def help(self) -> HelpText:
        """What the contract's author says about it, and how it is written."""
        label, more = self.field.label, self.field.help
        text = HelpText(label.en, label.zh)
        if more is not None:
            text = HelpText(f"{label.en}: {more.en}", f"{label.zh}：{more.zh}")
        for en, zh in self._how():
            text = HelpText(f"{text} ({en})", f"{text.zh}（{zh}）")
        return text

    def hint(self) -> object:
        """Return the type the parser converts to."""
        value_type = self.field.type
        items = value_type.items
        if value_type.kind == "list" and items is not None and not has_parts(value_type):
            return list[_hint(items)]  # type: ignore[misc]  # a type at run time
        return int if self.is_minor else _hint(value_type)

    def parameter(self, flags: tuple[str, ...]) -> Parameter:
        """Return what the parser has to know of it."""
        kind = self.field.type.kind
        return Parameter(
            name=flags,
            help=self.help,
            negative=tuple(f"--no-{flag[2:]}" for flag in flags) if kind == "boolean" else (),
            allow_leading_hyphen=kind == "integer",
        )

    def read(self, value: object) -> Value:
        """Return the argument's value for an option's value.

        Raises:
            UsageError: it is not of the argument's kind.
            FileProblem: the file that it names cannot be read.
        """
        return read_value(value, self.field.type, self.flag, read_rows)

    def _how(self) -> Iterator[tuple[str, str]]:
        value_type = self.field.type
        if self.is_required:
            yield _HOW["required"]
        if self.is_minor:
            yield _HOW["exact"]
        elif value_type.format == AMOUNT:
            yield _HOW["amount"]
        elif has_parts(value_type):
            yield _HOW["rows" if value_type.kind == "list" else "parts"]
        elif value_type.kind == "list":
            yield _HOW["repeat"]


_HOW: Final[Mapping[str, tuple[str, str]]] = {
    "required": ("required", "必填"),
    "amount": ("in major units, as 1200.50", "以主单位计，如 1200.50"),
    "exact": ("in the smallest unit, an integer", "以最小单位计，整数"),
    "repeat": ("may be repeated", "可重复"),
    "rows": ("JSON, @FILE.csv or @FILE.json", "JSON、@文件.csv 或 @文件.json"),
    "parts": ("JSON or @FILE.json", "JSON 或 @文件.json"),
}


def argument_options(contract: str, method: str) -> list[ArgumentOption]:
    """Return an option for each argument of a method of an installed contract.

    For commands written by hand, which know themselves what they need and find out.

    Raises:
        UnknownContract: it is not installed here, or has no such method.
    """
    options = options_of(installed_schema(contract).method(method).arguments)
    return [replace(option, is_required=False) for option in options]


def options_of(arguments: Iterable[FieldSchema]) -> list[ArgumentOption]:
    """Return an option for each field, records taken apart.

    A record whose options would be called as others are stays one option, in JSON.
    """
    listed = tuple(arguments)
    own = {argument.name for argument in listed}
    made: list[ArgumentOption] = []
    taken: set[str] = set()
    for argument in listed:
        apart = list(_options((), argument, is_needed=True))
        if {one.name for one in apart} & (taken | (own - {argument.name})):
            apart = [ArgumentOption((argument.name,), argument, argument.is_required)]
        made += apart
        taken |= {one.name for one in apart}
    return made


def _options(
    outer: tuple[str, ...], field: FieldSchema, *, is_needed: bool
) -> Iterator[ArgumentOption]:
    path = (*outer, field.name)
    is_needed = is_needed and field.is_required
    if field.type.kind == "record" and field.type.fields:
        for inner in field.type.fields:
            yield from _options(path, inner, is_needed=is_needed)
        return
    yield ArgumentOption(path, field, is_needed)
    if field.type.format == AMOUNT and field.type.kind == "integer":
        yield ArgumentOption(path, field, is_minor=True)


def options_class(
    name: str, options: Sequence[ArgumentOption], flags: Mapping[str, tuple[str, ...]]
) -> type[Any]:
    """Return a dataclass that the parser fills: every option absent (None) unless given.

    Args:
        name: of the class.
        options: from `argument_options`.
        flags: other spellings by option name, where the usual word is shorter.
    """
    members = [
        (
            option.name,
            Annotated[
                option.hint() | None,  # type: ignore[operator]  # types at run time
                option.parameter(flags.get(option.name, (option.flag,))),
            ],
            None,
        )
        for option in options
    ]
    made = make_dataclass(name, members, frozen=True, kw_only=True)
    made.__module__ = __name__  # the parser resolves the annotations there
    return Parameter(name="*")(made)


def given_arguments(options: Sequence[ArgumentOption], values: object) -> dict[str, Any]:
    """Return the arguments that were given on the command line, records put together again.

    Raises:
        UsageError: a value is not of its argument's kind, or an amount is given twice.
        FileProblem: a file that is named cannot be read.
    """
    given = {
        member.name: getattr(values, member.name)
        for member in fields(values)  # type: ignore[arg-type]  # an instance of `options_class`
    }
    return _put_together(options, given)


def check_complete(options: Iterable[ArgumentOption], arguments: Mapping[str, Any]) -> None:
    """Check that every argument that the method needs is there.

    Raises:
        UsageError: one is missing; the first is named.
    """
    for option in options:
        if option.is_required and not _is_there(option.path, arguments):
            raise UsageError(say("usage.missing", name=option.flag), field=option.flag)


def read_rows(text: str, record: ValueType, flag: str) -> list[Value]:
    """Return records of a CSV text; columns are called as the options of the record's fields are.

    Raises:
        UsageError: an unknown column, or a cell that does not fit; the line is named.
    """
    options = options_of(record.fields)
    by_name = {option.name: option for option in options}
    reader = csv.DictReader(io.StringIO(text))
    for column in reader.fieldnames or ():
        if _plain(column) not in by_name:
            message = say("csv.unknown_column", option=flag, column=column)
            raise UsageError(message, field=flag, expected=", ".join(by_name), found=column)
    return [_row(options, cells, f"{flag} ({reader.line_num})") for cells in reader]


def _row(
    options: Sequence[ArgumentOption], cells: Mapping[str | None, Any], place: str
) -> dict[str, Any]:
    given = {_plain(name or ""): cell for name, cell in cells.items() if cell}
    if "" in given:  # more cells than columns
        raise UsageError(say("csv.row", place=place, reason=given[""]), field=place)
    try:
        record = _put_together(options, given)
        check_complete(options, record)
    except UsageError as error:
        message = say("csv.row", place=place, reason=error.message)
        raise UsageError(message, field=place, expected=error.expected) from error
    return record


def _put_together(options: Sequence[ArgumentOption], given: Mapping[str, object]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for option in options:
        value = given.get(option.name)
        if value is None:
            continue
        *outer, last = option.path
        place = arguments
        for part in outer:
            place = place.setdefault(part, {})
        if last in place:
            exact = option.flag.removesuffix(f"-{_MINOR}")
            raise UsageError(say("usage.not_both", one=exact, other=option.flag), field=exact)
        place[last] = int(str(value)) if option.is_minor else option.read(value)
    return arguments


def _is_there(path: Sequence[str], arguments: Mapping[str, Any]) -> bool:
    place: Any = arguments
    for part in path:
        if not isinstance(place, Mapping) or part not in place:
            return False
        place = place[part]
    return True


def _plain(column: str) -> str:
    """Return a column's heading as an option's name: `collector.device` is `collector_device`."""
    return column.strip().replace(".", "_").replace("-", "_").replace(" ", "_").lower()


def _hint(value_type: ValueType) -> object:
    if value_type.choices:
        return Literal[value_type.choices]
    plain = "" if value_type.format in _READ_BY_US else value_type.kind
    return _KINDS.get(plain, str)
