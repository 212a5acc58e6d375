# SPDX-License-Identifier: Apache-2.0
"""JSON as signed documents need it: one object, each member once, numbers that are numbers."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Final, NoReturn

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def read_object(data: bytes) -> dict[str, Any]:
    """Return a JSON object.

    Raises:
        ValueError: it is something else, nested without end, or has a member twice.
    """
    try:
        found = json.loads(
            data.decode(), object_pairs_hook=_members, parse_constant=_refuse_constant
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  # of data, not of our own types
    return found


def read_base64url(text: str) -> bytes:
    """Return what unpadded base64url stands for, in its one canonical spelling.

    Raises:
        ValueError: it is something else.
    """
    if _BASE64URL.fullmatch(text) is None:
        raise ValueError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if write_base64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


def write_base64url(data: bytes) -> str:
    """Return unpadded base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
