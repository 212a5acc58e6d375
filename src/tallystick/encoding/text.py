# SPDX-License-Identifier: Apache-2.0
"""Text forms of bytes and records, parsed strictly: base64, hex, JSON."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re

from tallystick.errors import LimitExceeded, Malformed

JSON_DEPTH_MAX = 64
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")


def format_base64(data: bytes) -> str:
    """Return standard base64 with padding (RFC 4648 section 4)."""
    return base64.b64encode(data).decode("ascii")


def parse_base64(text: str, *, name: str = "base64") -> bytes:
    """Return the bytes of standard base64; refuse every other spelling of them."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Malformed(f"{name}: not base64", field=name, expected="base64") from error
    if format_base64(data) != text:
        raise Malformed(f"{name}: base64 with stray bits", field=name, expected="canonical base64")
    return data


def format_base64url(data: bytes) -> str:
    """Return URL-safe base64 without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def parse_base64url(text: str, *, name: str = "base64url") -> bytes:
    """Return the bytes of unpadded URL-safe base64; refuse every other spelling."""
    standard = text.replace("-", "+").replace("_", "/")
    data = parse_base64(standard + "=" * (-len(standard) % 4), name=name)
    if format_base64url(data) != text:
        raise Malformed(f"{name}: not unpadded base64url", field=name, expected="base64url")
    return data


def parse_hex(text: str, *, size: int | None = None, name: str = "hex") -> bytes:
    """Return the bytes of hexadecimal `text` (either case), of exactly `size` bytes if given."""
    expected = "hexadecimal digits" if size is None else f"{2 * size} hexadecimal digits"
    try:
        data = bytes.fromhex(text) if not any(c.isspace() for c in text) else None
    except ValueError:
        data = None
    if data is None or (size is not None and len(data) != size):
        raise Malformed(
            f"{name}: expected {expected}", field=name, expected=expected, found=text[:80]
        )
    return data


def format_json(value: object, *, indent: int | None = None) -> str:
    """Return JSON with characters as they are (Chinese stays readable) and no NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)


def parse_json(text: str | bytes, *, name: str = "JSON") -> object:
    """Return the value of JSON; refuse duplicate keys, NaN, infinities and deep nesting.

    Raises:
        Malformed: not JSON, or ambiguous.
        LimitExceeded: nested deeper than `JSON_DEPTH_MAX`.
    """
    try:
        source = text.decode("utf-8") if isinstance(text, bytes) else text
        _check_depth(source, name)
        return json.loads(
            source,
            object_pairs_hook=_without_duplicates,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise Malformed(
            f"{name}: not valid JSON: {error}", field=name, expected="JSON (RFC 8259)"
        ) from error


def _check_depth(source: str, name: str) -> None:
    """Bound nesting before the recursive parser runs; brackets inside strings do not count."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", source)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > JSON_DEPTH_MAX:
        raise LimitExceeded(
            f"{name}: nested too deeply", field=name, expected=f"at most {JSON_DEPTH_MAX} levels"
        )


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large")
    return number


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
