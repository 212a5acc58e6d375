# SPDX-License-Identifier: Apache-2.0
"""Makes the function of a table's verb: reads a contract's records as the SDK does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from cyclopts import Parameter

from tallystick.cli.answers import Answer
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, PAGE, Address, Output, Page
from tallystick.cli.schema_options import HelpText
from tallystick.cli.table_verbs import TableVerb, columns_of
from tallystick.cli.texts.tables import TABLE_OPTIONS
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.contracts import TableSchema

_CONDITION: Final = re.compile(r"([\w.]+?)(\.null)?(?:(>=|<=|=|>|<)(.*))?", re.DOTALL)
_OPERATORS: Final = {"=": "eq", ">=": "ge", "<=": "le", ">": "gt", "<": "lt"}
_WHERE: Final = "--where"
_CHANGES: Final = ("height", "id", "time", "code", "method", "organization", "sentence")


def table_command_of(verb: TableVerb) -> Callable[..., Answer]:
    """Return the function that the parser calls for a table's verb."""
    make = {"list": _list, "show": _show, "history": _history}[verb.kind]
    tables = {one.name: one for one in verb.tables}
    command = make(verb.contract, tables)
    names = Literal[tuple(tables)]  # type: ignore[valid-type]  # known at run time only
    command.__annotations__["table"] = Annotated[names, Parameter(help=_help("table"))]
    return command


def _list(contract: str, tables: dict[str, TableSchema]) -> Callable[..., Answer]:
    def list_(
        table: str,
        /,
        *,
        where: list[str] | None = None,
        order: str | None = None,
        page: Page = PAGE,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """List the records of a table."""
        from tallystick.cli.linking import open_net, take_page
        from tallystick.cli.results import table_answer

        conditions = read_conditions(where or (), tables[table])
        with open_net(address) as net:
            asked = net.table(f"{contract}.{table}").where(**conditions)
            rows = asked if order is None else asked.order_by(order)
            found = take_page(rows, page)
        return table_answer(tables[table], [one.to_dict() for one in found])

    list_.__annotations__["where"] = Annotated[
        list[str] | None, Parameter(help=_help("where"), negative=())
    ]
    list_.__annotations__["order"] = Annotated[
        str | None, Parameter(help=_help("order"), allow_leading_hyphen=True)
    ]
    return list_


def _show(contract: str, tables: dict[str, TableSchema]) -> Callable[..., Answer]:
    def show(
        table: str,
        /,
        *key: str,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """Show one record of a table."""
        from tallystick.cli.linking import open_net
        from tallystick.cli.results import record_answer

        _check_key(key, tables[table])
        with open_net(address) as net:
            found = net.table(f"{contract}.{table}").get(*key)
        return record_answer(tables[table], found.to_dict())

    return _keyed(show)


def _history(contract: str, tables: dict[str, TableSchema]) -> Callable[..., Answer]:
    def history(
        table: str,
        /,
        *key: str,
        page: Page = PAGE,
        address: Address = ADDRESS,
        _output: Output = OUTPUT,
    ) -> Answer:
        """List the transactions that made and changed a record."""
        from tallystick.cli.linking import listing, open_net

        _check_key(key, tables[table])
        with open_net(address) as net:
            return listing(net.table(f"{contract}.{table}").history(*key), page, _CHANGES)

    return _keyed(history)


def _keyed(command: Callable[..., Answer]) -> Callable[..., Answer]:
    command.__annotations__["key"] = Annotated[str, Parameter(help=_help("key"))]
    return command


def _check_key(key: tuple[str, ...], table: TableSchema) -> None:
    if len(key) != len(table.key):
        expected = " ".join(table.key)
        raise UsageError(say("usage.missing", name="KEY"), field="KEY", expected=expected)


def read_conditions(texts: Iterable[str], table: TableSchema) -> dict[str, Any]:
    """Return conditions as the SDK takes them: `due>=2026-12-31` is `due__ge`.

    Raises:
        UsageError: not a condition, no such column, or a value that the column cannot have.
    """
    return dict(_condition(text, table) for text in texts)


def _condition(text: str, table: TableSchema) -> tuple[str, Any]:
    from tallystick.cli.option_values import read_word

    found = _CONDITION.fullmatch(text)
    column, null, sign, value = found.groups() if found is not None else ("", None, None, "")
    if not column or (sign is None and null is None) or (null and sign not in {None, "="}):
        message = say("table.condition", text=text)
        expected = "COLUMN=VALUE, >=, <=, >, <, COLUMN.null"
        raise UsageError(message, field=_WHERE, expected=expected, found=text)
    columns = columns_of(table)
    if column not in columns:
        message = say("table.no_column", table=table.name, column=column)
        raise UsageError(message, field=_WHERE, expected=", ".join(columns), found=column)
    name = column.replace(".", "__")
    if null:
        return f"{name}__null", value != "false"
    return f"{name}__{_OPERATORS[str(sign)]}", read_word(value, columns[column], _WHERE)


def _help(name: str) -> HelpText:
    text = TABLE_OPTIONS[name]
    return HelpText(text.en, text.zh)
