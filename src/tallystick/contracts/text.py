# SPDX-License-Identifier: Apache-2.0
"""Rules that every value meets before a contract sees it, whatever its declared type.

Texts are in normalisation form NFC, so that what looks the same is the same; newline is the only
control character; direction overrides and isolates (U+202A to U+202E, U+2066 to U+2069), with
which a name can be made to read backwards, are refused. Chinese and emoji pass. Integers fit into
64 bits; there are no floats. What NFC means follows the Unicode tables of Python's minor version,
which is a parameter of the network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Never
from unicodedata import is_normalized

from tallystick.contracts.values import INTEGER_MIN
from tallystick.encoding import Value
from tallystick.errors import InvalidArguments, InvalidValue
from tallystick.units import INTEGER_MAX

_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
_EMPTY = type(None)


def check_arguments(values: Mapping[str, Value]) -> None:
    """Refuse texts and numbers that no contract accepts; the hot path of every call.

    Raises:
        InvalidValue: a text breaks the rules above.
        InvalidArguments: an integer beyond 64 bits, or a value of a kind ledgers do not hold.
    """
    for name, value in values.items():
        kind = type(value)
        if kind is str:
            # Two C calls settle the usual case: printable ASCII.
            if not (value.isprintable() and value.isascii()):  # type: ignore[union-attr]
                check_text(value, name)  # type: ignore[arg-type]
        elif kind is int:
            if not INTEGER_MIN <= value <= INTEGER_MAX:  # type: ignore[operator]
                _refuse_integer(name)
        elif kind is not bool and kind is not bytes and kind is not _EMPTY:
            _check_container(value, name)


def check_text(text: str, field: str) -> None:
    """Refuse one text that is not as described above.

    Raises:
        InvalidValue: it is not NFC, or holds a control or direction character.
    """
    # A printable text (in Python's sense) holds none of the forbidden characters.
    found = None if text.isprintable() else _FORBIDDEN.search(text)
    if found is not None:
        raise InvalidValue(
            f"{field}: the character U+{ord(found[0]):04X} is not allowed",
            field=field,
            expected="text without control characters (newline apart) and direction overrides",
            found=f"U+{ord(found[0]):04X}",
        )
    if not is_normalized("NFC", text):
        raise InvalidValue(
            f"{field}: the text is not in Unicode normalisation form NFC",
            field=field,
            expected="NFC",
        )


def _check_container(value: Value, field: str) -> None:
    if isinstance(value, list):
        for index, item in enumerate(value):
            check_arguments({f"{field}[{index}]": item})
    elif isinstance(value, dict):
        for key in value:
            check_text(key, f"{field} (key)")
        check_arguments({f"{field}.{key}": item for key, item in value.items()})
    else:
        raise InvalidArguments(
            f"{field}: {type(value).__name__} is not allowed in ledger data",
            field=field,
            expected="null, boolean, integer, bytes, text, list or map",
            found=type(value).__name__,
        )


def _refuse_integer(field: str) -> Never:
    raise InvalidArguments(
        f"{field}: the integer does not fit into 64 bits",
        field=field,
        expected="-2^63 to 2^63-1",
    )
