# SPDX-License-Identifier: Apache-2.0
"""Records as plain canonical values."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from tallystick.encoding import Value


def to_value(record: Struct) -> Value:
    """Return a record as plain canonical values (bytes stay bytes, tuples become lists)."""
    return _with_lists(msgspec.to_builtins(record, builtin_types=(bytes,)))


def _with_lists(value: object) -> Value:
    if isinstance(value, dict):
        return {key: _with_lists(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_with_lists(child) for child in value]
    return value  # type: ignore[return-value]  # to_builtins leaves plain scalars
