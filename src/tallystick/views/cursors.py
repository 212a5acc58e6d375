# SPDX-License-Identifier: Apache-2.0
"""Cursors: where a list goes on, as text that means nothing to whoever carries it."""

from __future__ import annotations

from typing import Final, Never

from tallystick.encoding import decode, encode, format_base64url, parse_base64url
from tallystick.errors import InvalidArguments, TallystickError
from tallystick.units import INTEGER_MAX

LIMIT_MAX: Final = 500
"""Most rows of a page."""
_CURSOR_CHARACTERS_MAX: Final = 1_000

SortKey = tuple[str | int | bool | None, int]
"""Value of the column sorted by (None when it is the number alone), and the row's number."""


def format_cursor(name: str, key: SortKey) -> str:
    """Return the cursor of list `name` that goes on after `key`."""
    return format_base64url(encode([name, key[0], key[1]]))


def parse_cursor(name: str, text: str | None, *, value_type: type | None) -> SortKey | None:
    """Return where list `name` goes on; None at its beginning.

    `value_type` is the type of the column that the list is sorted by before the number, if any.

    Raises:
        InvalidArguments: not a cursor, or one of another list or order.
    """
    if text is None:
        return None
    if len(text) > _CURSOR_CHARACTERS_MAX:
        _refuse(text)
    try:
        parts = decode(parse_base64url(text, name="cursor"), name="cursor")
    except TallystickError:
        _refuse(text)
    if type(parts) is not list or len(parts) != 3 or parts[0] != name:
        _refuse(text)
    _, value, number = parts
    if not _is_int64(number) or type(value) is not (value_type or type(None)):
        _refuse(text)
    if type(value) is int and not _is_int64(value):
        _refuse(text)
    return value, number  # type: ignore[return-value]  # both were checked


def check_limit(limit: int) -> int:
    """Return the number of rows wanted.

    Raises:
        InvalidArguments: not from 1 to `LIMIT_MAX`.
    """
    if not 1 <= limit <= LIMIT_MAX:
        raise InvalidArguments(
            f"a page has from 1 to {LIMIT_MAX} rows",
            field="limit",
            expected=f"1 to {LIMIT_MAX}",
            found=str(limit)[:20],
        )
    return limit


def _is_int64(number: object) -> bool:
    return type(number) is int and -INTEGER_MAX <= number <= INTEGER_MAX


def _refuse(text: str) -> Never:
    raise InvalidArguments(
        "the cursor does not belong to this list",
        field="cursor",
        expected="the cursor of the page before, with the same order",
        found=text[:40],
        hint="Begin again without a cursor.",
    )
