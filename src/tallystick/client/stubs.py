# SPDX-License-Identifier: Apache-2.0
"""A typed package written from contracts' schemas, for editors and type checkers.

A program imports `connect` from it in place of `tallystick`; at run time it is the same function.
Each contract has a file of types; `Net` has its contracts as attributes.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from tallystick.client.async_net import AsyncNet
from tallystick.client.method_help import given_type, is_positional, record_name, taken_type
from tallystick.client.net import Net
from tallystick.client.problems import class_of_code
from tallystick.client.schema import (
    ContractSchema,
    FieldSchema,
    MethodSchema,
    RefusalSchema,
    ValueType,
    python_name,
)
from tallystick.client.typed_values import TypedItem
from tallystick.errors import Refused

STUBS_PACKAGE: Final = "tally_contracts"
"""What the package is called unless somebody says otherwise."""

_HEAD: Final = "# Written by `tally sdk stubs` from the schemas of contracts; do not edit.\n"
_RUNTIME: Final = (
    _HEAD + '"""A network with typed contracts: `connect` is that of `tallystick`."""\n'
    "\nfrom tallystick.client import AsyncNet, Net, connect, connect_async\n"
    '\n__all__ = ["AsyncNet", "Net", "connect", "connect_async"]\n'
)
_IMPORTS: Final = """\
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NotRequired, TypedDict, overload

from tallystick import errors as _errors
from tallystick.client import (
    ActionResult,
    AsyncContractDesk,
    AsyncPendingAction,
    AsyncTableQuery,
    ContractDesk,
    ContractErrors,
    Money,
    PendingAction,
    TableQuery,
    TypedItem,
)
"""
_NET_IMPORTS: Final = """\
from pathlib import Path
from typing import Any, Literal, overload

from tallystick import client as _client
from tallystick.client import (
    AsyncContractDesk,
    AsyncTableQuery,
    ContractDesk,
    Identity,
    TableQuery,
    TypedItem,
)
"""
_CONNECT: Final = """\
def {name}(
    url: str | None = None,
    *,
    identity: Identity | str | None = None,
    trust: Any = None,
    passphrase: str | None = None,
    home: Path | None = None,
    http: Any = None,
) -> {net}: ...
"""
_TAKEN: Final = frozenset(
    {"events", "evidence", "governance", "private", *dir(Net), *dir(AsyncNet)}
)
"""Attributes of a net that no contract's name replaces."""
_DESK: Final = frozenset({"errors", "method", "schema", "table"})


def stub_package(schemas: Iterable[ContractSchema]) -> dict[str, str]:
    """Return the package's files by name."""
    ordered = sorted(schemas, key=lambda schema: schema.name)
    files = {"__init__.py": _RUNTIME, "py.typed": "", "__init__.pyi": _text(_package(ordered))}
    return files | {f"{_module(one)}.pyi": _text(_contract(one)) for one in ordered}


def _text(lines: Iterable[str]) -> str:
    return _HEAD + "\n".join(lines) + "\n"


def _module(schema: ContractSchema) -> str:
    return "_" + python_name(schema.name).replace(".", "_")


# --- the net


def _package(schemas: list[ContractSchema]) -> Iterator[str]:
    yield _NET_IMPORTS
    yield from (f"from . import {_module(one)}" for one in schemas)
    for prefix in ("", "Async"):
        yield from _names(schemas, "", prefix)
        yield ""
        yield f"class {prefix}Net(_client.{prefix}Net):"
        yield from _words(schemas, "", prefix)
        yield from _overloads(schemas, prefix)
        yield ""
    yield _CONNECT.format(name="connect", net="Net")
    yield _CONNECT.format(name="connect_async", net="AsyncNet")


def _names(schemas: list[ContractSchema], above: str, prefix: str) -> Iterator[str]:
    """Yield a class for each word that several dotted names begin with, deepest first."""
    for word in sorted(_below(schemas, above)):
        path = f"{above}.{word}" if above else word
        if _below(schemas, path):
            yield from _names(schemas, path, prefix)
            own = next((one for one in schemas if python_name(one.name) == path), None)
            base = "" if own is None else f"({_module(own)}.{prefix}Desk_)"
            yield f"\nclass {prefix}Names_{path.replace('.', '_')}{base}:"
            yield from _words(schemas, path, prefix)


def _words(schemas: list[ContractSchema], above: str, prefix: str) -> Iterator[str]:
    words = sorted(_below(schemas, above) - (_TAKEN if not above else frozenset()))
    for word in words:
        path = f"{above}.{word}" if above else word
        flat = path.replace(".", "_")
        known = _below(schemas, path)
        yield f"    {word}: " + (f"{prefix}Names_{flat}" if known else f"_{flat}.{prefix}Desk_")
    if not words:
        yield "    ..."


def _below(schemas: list[ContractSchema], path: str) -> set[str]:
    start = f"{path}." if path else ""
    names = [python_name(one.name) for one in schemas]
    return {name[len(start) :].partition(".")[0] for name in names if name.startswith(start)}


def _overloads(schemas: list[ContractSchema], prefix: str) -> Iterator[str]:
    """Yield `contract` and `table` for every name that is known, and for any other."""
    start = "async def" if prefix else "def"
    for schema in schemas:
        desk = f"{_module(schema)}.{prefix}Desk_"
        name = _literal(schema.name)
        yield f"    @overload\n    {start} contract(self, name: {name}) -> {desk}: ..."
    if schemas:
        any_desk = f"{prefix}ContractDesk"
        yield f"    @overload\n    {start} contract(self, name: str) -> {any_desk}: ..."
    tables = [(schema, table) for schema in schemas for table in schema.tables]
    for schema, table in tables:
        row = f"{_module(schema)}.{record_name(table.record)}"
        name = _literal(f"{schema.name}.{table.name}")
        yield f"    @overload\n    def table(self, name: {name}) -> {prefix}TableQuery[{row}]: ..."
    if tables:
        any_table = f"{prefix}TableQuery[TypedItem]"
        yield f"    @overload\n    def table(self, name: str) -> {any_table}: ..."


def _literal(text: str) -> str:
    return f'Literal["{text}"]'


# --- a contract


def _contract(schema: ContractSchema) -> Iterator[str]:
    yield _IMPORTS
    for name, record in _records(schema).items():
        yield from _record(name, record)
    for refusal in schema.refusals:
        yield from _error(refusal)
    yield "\nclass Errors_(ContractErrors):"
    yield from _attributes((one.name, f"type[{one.name}]") for one in schema.refusals)
    for prefix in ("", "Async"):
        yield from _desk(schema, prefix)


def _records(schema: ContractSchema) -> Mapping[str, ValueType]:
    """Return every record that is mentioned, by name."""
    found: dict[str, ValueType] = {}
    for refusal in schema.refusals:
        _collect(ValueType(kind="record", fields=refusal.fields), found)
    for table in schema.tables:
        _collect(table.type, found)
    for method in schema.methods:
        for argument in method.arguments:
            _collect(argument.type, found)
        if method.result is not None:
            _collect(method.result, found)
    return found


def _collect(value_type: ValueType, found: dict[str, ValueType]) -> None:
    if value_type.kind == "record" and value_type.name:
        found.setdefault(value_type.name, value_type)
    for inner in value_type.fields:
        _collect(inner.type, found)
    if value_type.items is not None:
        _collect(value_type.items, found)


def _record(name: str, record: ValueType) -> Iterator[str]:
    """Yield a class for what comes back, and one for what may be given in its place."""
    yield f"\nclass {record_name(name)}(TypedItem):"
    shown = [one for one in record.fields if not hasattr(TypedItem, one.name)]
    yield from _attributes((one.name, taken_type(one.type)) for one in shown)
    yield f"\nclass {name}Fields(TypedDict):"
    yield from _attributes((one.name, _member(one)) for one in record.fields)
    yield f"\n{name}Given = {name}Fields | {record_name(name)}"


def _member(field: FieldSchema) -> str:
    given = given_type(field.type)
    return given if field.is_required else f"NotRequired[{given}]"


def _error(refusal: RefusalSchema) -> Iterator[str]:
    family = class_of_code(refusal.code)
    is_shared = family is not None and issubclass(family, Refused)
    base = family.__name__ if family is not None and is_shared else Refused.__name__
    yield f"\nclass {refusal.name}(_errors.{base}):"
    yield from _attributes((one.name, taken_type(one.type)) for one in refusal.fields)


def _attributes(found: Iterable[tuple[str, str]]) -> Iterator[str]:
    lines = [f"    {name}: {kind}" for name, kind in found if not keyword.iskeyword(name)]
    yield from lines or ["    ..."]


def _desk(schema: ContractSchema, prefix: str) -> Iterator[str]:
    yield f"\nclass {prefix}Desk_({prefix}ContractDesk):"
    yield "    @property"
    yield "    def errors(self) -> Errors_: ..."
    for method in schema.methods:
        if not keyword.iskeyword(method.name) and method.name not in _DESK:
            yield from _method(method, prefix)


def _method(method: MethodSchema, prefix: str) -> Iterator[str]:
    start = "    async def" if prefix else "    def"
    result = taken_type(method.result)
    names = {one.name for one in method.arguments}
    if method.kind == "query" or "wait" in names:
        answer = result if method.kind == "query" else f"ActionResult[{result}]"
        yield f"{start} {method.name}({_parameters(method)}) -> {answer}: ..."
        return
    waits = _parameters(method, "wait: Literal[True] = ...")
    yield "    @overload"
    yield f"{start} {method.name}({waits}) -> ActionResult[{result}]: ..."
    yield "    @overload"
    leaves = _parameters(method, "wait: Literal[False]")
    yield f"{start} {method.name}({leaves}) -> {prefix}PendingAction[{result}]: ..."


def _parameters(method: MethodSchema, more: str = "") -> str:
    placed = [one for one in method.arguments if is_positional(one, method)]
    named = [one for one in method.arguments if one not in placed]
    listed = [_parameter(one) for one in named if not keyword.iskeyword(one.name)]
    if more:
        listed.append(more)
    star = ["*"] if listed else []
    return ", ".join(["self", *(_parameter(one) for one in placed), *star, *listed])


def _parameter(argument: FieldSchema) -> str:
    absent = "" if argument.is_required else " = ..."
    return f"{argument.name}: {given_type(argument.type)}{absent}"
