# SPDX-License-Identifier: Apache-2.0
"""Reads what a person typed for an argument, by the argument's type, into the ledger's value.

Money is written in major units (`1200.50`), times as RFC 3339, bytes in hexadecimal; what has
parts is JSON, or a file: `@list.csv`, `@terms.json`, `@-` for standard input.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from tallystick.cli.catalogue import say
from tallystick.cli.times import parse_time
from tallystick.contracts import FieldSchema, Label, MethodSchema, ValueType, arguments_from_json
from tallystick.encoding import Value, parse_hex, parse_json
from tallystick.errors import FileProblem, InvalidArguments, Malformed, Unverified, UsageError
from tallystick.model import NETWORK_PROOF_FORMAT, network_proof, parse_receipt

TIMESTAMP: Final = "timestamp-ms"
AMOUNT: Final = "amount"
AMOUNT_DIGITS: Final = 2
"""Decimal places of the major unit: an amount is in fen or cents."""
FILE_SIGN: Final = "@"
_AMOUNT: Final = re.compile(rf"(-?)(\d{{1,17}})(?:\.(\d{{1,{AMOUNT_DIGITS}}}))?")
_INTEGER: Final = re.compile(r"-?\d{1,19}")
_TRUTHS: Final[Mapping[str, bool]] = {"true": True, "false": False}
_PARTS: Final = frozenset({"record", "map"})

Rows = Callable[[str, ValueType, str], list[Value]]
"""Makes records of a CSV text: text, type of the records, option."""


def has_parts(value_type: ValueType) -> bool:
    """Say whether a value is too rich for a plain word: a map, a record, a list of such."""
    if value_type.kind == "list":
        return value_type.items is None or value_type.items.kind in {*_PARTS, "list"}
    return value_type.kind in _PARTS


def read_value(value: object, value_type: ValueType, flag: str, read_rows: Rows) -> Value:
    """Return the ledger's value for what was given to an option or stands in a cell.

    Raises:
        UsageError: it is not of the argument's kind.
        FileProblem: the file that it names cannot be read.
    """
    if isinstance(value, list):
        items = value_type.items or value_type
        return [read_value(one, items, flag, read_rows) for one in value]
    if not isinstance(value, str):
        return value  # type: ignore[return-value]  # a number or a truth, made by the parser
    if value == "" and value_type.is_nullable:
        return None
    if has_parts(value_type):
        return _document(value, value_type, flag, read_rows)
    return read_word(value, value_type, flag)


def read_word(text: str, value_type: ValueType, flag: str) -> Value:
    """Return the value that one word means.

    Raises:
        UsageError: it is not of this kind.
    """
    numbers = bool(value_type.choices) and isinstance(value_type.choices[0], int)
    kind = "integer" if numbers else value_type.kind
    reader = _READERS.get(value_type.format or "") or _READERS.get(kind)
    return text if reader is None else reader(text, flag)


def parse_amount(text: str, flag: str) -> int:
    """Return an amount in its smallest unit.

    Raises:
        UsageError: not a decimal with so many places.
    """
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise _unfit(text, flag, "1200, 1200.50")
    sign, whole, places = found.groups()
    minor = int(whole) * 10**AMOUNT_DIGITS + int((places or "").ljust(AMOUNT_DIGITS, "0"))
    return -minor if sign else minor


def format_amount(minor: int) -> str:
    """Return an amount in major units, with all its places."""
    whole, places = divmod(abs(minor), 10**AMOUNT_DIGITS)
    return f"{'-' if minor < 0 else ''}{whole}.{places:0{AMOUNT_DIGITS}}"


def read_text(source: str, flag: str) -> str:
    """Return the text of a file; `-` is standard input. A byte order mark is left out.

    Raises:
        FileProblem: it cannot be read, or is not UTF-8.
    """
    try:
        if source == "-":
            return sys.stdin.read()
        return Path(source).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise FileProblem(f"{source}: {reason}", field=flag, found=source) from error


def read_arguments(text: str | None, method: MethodSchema, flag: str) -> dict[str, Value]:
    """Return a method's arguments from a JSON object, or from `@file`.

    Raises:
        UsageError: not a JSON object, or arguments that the method does not take.
        FileProblem: the file cannot be read.
    """
    if text is None:
        return {}
    is_file = text.startswith(FILE_SIGN)
    data = _parsed(read_text(text[1:], flag) if is_file else text, flag)
    if not isinstance(data, dict):
        raise _unfit(text[:80], flag, '{"name": value}')
    return arguments_from_json(method, data)


def _document(text: str, value_type: ValueType, flag: str, read_rows: Rows) -> Value:
    """Return a value with parts, from JSON, or from a JSON or CSV file."""
    if not text.startswith(FILE_SIGN):
        return _typed(_parsed(text, flag), value_type, flag)
    source = text.removeprefix(FILE_SIGN)
    content = read_text(source, flag)
    items = value_type.items
    if source.lower().endswith(".csv") and items is not None and items.kind == "record":
        return list(read_rows(content, items, flag))
    return _typed(_parsed(content, flag), value_type, flag)


def _parsed(text: str, flag: str) -> object:
    try:
        return parse_json(text, name=flag)
    except Malformed as error:
        raise _unfit(text[:80], flag, "JSON, @FILE.json, @FILE.csv") from error


def _typed(data: object, value_type: ValueType, flag: str) -> Value:
    """Return JSON's data as the ledger's: bytes are hexadecimal there."""
    name = flag.lstrip("-")
    field = FieldSchema(name=name, type=value_type, label=_NOWHERE)
    holder = MethodSchema(
        name=name, kind="query", label=_NOWHERE, description=_NOWHERE, arguments=(field,)
    )
    try:
        return arguments_from_json(holder, {name: data})[name]
    except InvalidArguments as error:
        raise UsageError(error.message, field=flag, expected=error.expected) from error


def _timestamp(text: str, flag: str) -> int:
    return parse_time(text, flag)


def _date(text: str, flag: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise _unfit(text, flag, "2026-12-31") from error


def _bytes(text: str, flag: str) -> bytes:
    if text.startswith(FILE_SIGN):
        try:
            return Path(text[1:]).read_bytes()
        except OSError as error:
            raise FileProblem(f"{text[1:]}: {error.strerror}", field=flag) from error
    try:
        return parse_hex(text, name=flag)
    except Malformed as error:
        raise _unfit(text[:80], flag, "0a1b2c…, @FILE") from error


def _network_proof(text: str, flag: str) -> bytes:
    """Return what another network is shown; a receipt file is brought into its form."""
    data = _bytes(text, flag)
    if not data.lstrip().startswith(b"{"):
        return data
    try:
        return network_proof(parse_receipt(data)).encode()
    except Unverified as error:
        raise _unfit(text[:80], flag, "@FILE.receipt.json") from error


def _integer(text: str, flag: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise _unfit(text, flag, "123")
    return int(text)


def _truth(text: str, flag: str) -> bool:
    if text.lower() not in _TRUTHS:
        raise _unfit(text, flag, ", ".join(_TRUTHS))
    return _TRUTHS[text.lower()]


def _unfit(text: str, flag: str, expected: str) -> UsageError:
    return UsageError(say("usage.value", name=flag, value=text), field=flag, expected=expected)


_NOWHERE: Final = Label(zh="", en="")
_READERS: Final[Mapping[str, Callable[[str, str], Value]]] = {
    TIMESTAMP: _timestamp,
    AMOUNT: parse_amount,
    "integer": _integer,
    "boolean": _truth,
    "bytes": _bytes,
    NETWORK_PROOF_FORMAT: _network_proof,
    "date": _date,
}
