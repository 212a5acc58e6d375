# SPDX-License-Identifier: Apache-2.0
"""Records of the client as the command's JSON: times in milliseconds, no internal names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tallystick.cli.answers import Plain, Row

_MICROSECONDS: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{3})?\d*(Z|\+00:00)")


def plain_row(fields: Mapping[str, Any]) -> Row:
    """Return a record's fields for JSON.

    Times of contract records come as milliseconds with their text beside them (`_times`): the text
    takes the name, the number gets `_ms`, as everywhere else.
    """
    times = fields.get("_times") or {}
    row: dict[str, Plain] = {}
    for name, value in fields.items():
        if name in times:
            row[name] = times[name]
            row[f"{name}_ms"] = value
        elif not name.startswith("_"):
            row[name] = _plain(value)
    leaf = fields.get("_created_leaf")
    if isinstance(leaf, int):
        row["leaf_index"] = leaf
    return row


def _plain(value: Any) -> Plain:  # noqa: ANN401  # whatever JSON holds
    if isinstance(value, str):
        found = _MICROSECONDS.fullmatch(value)
        return f"{found[1]}{found[2] or '.000'}Z" if found else value
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    answer: Plain = value
    return answer
