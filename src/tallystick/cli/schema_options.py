# SPDX-License-Identifier: Apache-2.0
"""Command-line options from a contract's schema: an argument of a method is an option, by itself.

A record becomes one option for each of its fields (`--collector-device`); times are RFC 3339;
choices are checked by the parser. What the command finds out itself (the hash of a file) keeps an
option too, so that nothing the contract takes is out of reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, make_dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Annotated, Any, Final, Literal, Self

from cyclopts import Parameter

from tallystick.cli.catalogue import say
from tallystick.cli.times import parse_time
from tallystick.contracts import (
    ContractSchema,
    FieldSchema,
    ValueType,
    schema_of,
)
from tallystick.errors import UnknownContract

_TIMESTAMP: Final = "timestamp-ms"
_KINDS: Final[Mapping[str, type]] = {"integer": int, "boolean": bool}


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

    @property
    def name(self) -> str:
        """Name of the attribute that holds the option's value."""
        return "_".join(self.path)

    @property
    def flag(self) -> str:
        """The option as it is written."""
        return "--" + self.name.replace("_", "-")

    @property
    def help(self) -> HelpText:
        """What the contract's author says about it."""
        label, more = self.field.label, self.field.help
        if more is None:
            return HelpText(label.en, label.zh)
        return HelpText(f"{label.en}: {more.en}", f"{label.zh}：{more.zh}")

    def hint(self) -> object:
        """Return the type the parser converts to."""
        value_type = self.field.type
        if value_type.choices:
            return Literal[value_type.choices]
        return _KINDS.get("" if value_type.format == _TIMESTAMP else value_type.kind, str)

    def read(self, value: object) -> object:
        """Return the argument's value for an option's value."""
        if self.field.type.format == _TIMESTAMP and isinstance(value, str):
            return parse_time(value, self.flag)
        return value


@cache
def installed_schema(contract: str) -> ContractSchema:
    """Return the schema of an installed contract.

    Raises:
        UnknownContract: it is not installed here.
    """
    for point in entry_points(group="tallystick.contracts"):
        if point.name == contract:
            return schema_of(point.load())
    raise UnknownContract(say("contract.not_installed", contract=contract), found=contract)


def argument_options(contract: str, method: str) -> list[ArgumentOption]:
    """Return an option for each argument of a method, records taken apart."""
    arguments = installed_schema(contract).method(method).arguments
    return [option for argument in arguments for option in _options((), argument)]


def _options(outer: tuple[str, ...], field: FieldSchema) -> Iterator[ArgumentOption]:
    path = (*outer, field.name)
    if _is_record(field.type):
        for inner in field.type.fields:
            yield from _options(path, inner)
    else:
        yield ArgumentOption(path, field)


def _is_record(value_type: ValueType) -> bool:
    return value_type.kind == "record" and bool(value_type.fields)


def options_class(
    name: str, options: list[ArgumentOption], flags: Mapping[str, tuple[str, ...]]
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
                Parameter(name=flags.get(option.name, (option.flag,)), help=option.help),
            ],
            None,
        )
        for option in options
    ]
    made = make_dataclass(name, members, frozen=True, kw_only=True)
    made.__module__ = __name__  # the parser resolves the annotations there
    return Parameter(name="*")(made)


def given_arguments(options: list[ArgumentOption], values: object) -> dict[str, Any]:
    """Return the arguments that were given on the command line, records put together again."""
    arguments: dict[str, Any] = {}
    by_name = {option.name: option for option in options}
    for member in fields(values):  # type: ignore[arg-type]  # an instance of `options_class`
        value = getattr(values, member.name)
        if value is None:
            continue
        *outer, last = by_name[member.name].path
        place = arguments
        for part in outer:
            place = place.setdefault(part, {})
        place[last] = by_name[member.name].read(value)
    return arguments
