# SPDX-License-Identifier: Apache-2.0
"""Path, query and header parameters: declared once, checked strictly, described for OpenAPI.

A parameter that is not declared is refused rather than ignored: a filter with a typing error in
its name would otherwise show everything.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

from tallystick.api.limits import (
    CURSOR_CHARACTERS_MAX,
    PAGE_SIZE_DEFAULT,
    PAGE_SIZE_MAX,
    QUERY_FIELDS_MAX,
    TEXT_PARAMETER_CHARACTERS_MAX,
)
from tallystick.api.wire_types import parse_time
from tallystick.encoding import parse_hex
from tallystick.errors import Malformed, Rejected
from tallystick.units import HASH_SIZE, INTEGER_MAX

_ANY_TEXT: Final = "^[^\\u0000-\\u001f\\u007f-\\u009f]+$"
"""Without control characters."""

Given: TypeAlias = str | int | bytes
"""A checked value: text, a number, or the bytes of a hash."""


class Place(StrEnum):
    """Where a parameter stands."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"


class Kind(StrEnum):
    """How a parameter's text is read."""

    TEXT = "text"
    INTEGER = "integer"
    HASH = "hash"
    """32 bytes as 64 hexadecimal digits of either case; the value is bytes."""
    TIME = "time"
    """RFC 3339 with a zone, or unix milliseconds; the value is milliseconds."""
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a route."""

    name: str
    place: Place = Place.QUERY
    kind: Kind = Kind.TEXT
    description: str
    is_required: bool = False
    minimum: int = 0
    maximum: int = INTEGER_MAX
    size_max: int = TEXT_PARAMETER_CHARACTERS_MAX
    pattern: str = _ANY_TEXT
    """For the description only: what other text cannot name anything."""
    choices: tuple[str, ...] = ()
    default: str | int | None = None
    example: str | int | None = None

    def read(self, text: str) -> Given:
        """Return the value of the parameter's text.

        Raises:
            Rejected: of the wrong form or out of range.
        """
        if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
            raise self._refuse("text without control characters", ascii(text))
        match self.kind:
            case Kind.INTEGER:
                return self._read_integer(text)
            case Kind.HASH:
                return self._read_hash(text)
            case Kind.TIME:
                return self._read_time(text)
            case Kind.CHOICE if text not in self.choices:
                raise self._refuse(" or ".join(self.choices), text)
            case _ if len(text) > self.size_max or not text:
                raise self._refuse(f"1 to {self.size_max} characters", text)
            case _:
                return text

    def json_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the parameter."""
        schema: dict[str, Any]
        match self.kind:
            case Kind.INTEGER:
                schema = {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}
            case Kind.HASH:
                schema = {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"}
            case Kind.TIME:
                schema = {
                    "anyOf": [
                        {"type": "string", "format": "date-time"},
                        {"type": "integer", "minimum": 0, "maximum": 253_402_300_799_999},
                    ]
                }
            case Kind.CHOICE:
                schema = {"type": "string", "enum": list(self.choices)}
            case _:
                schema = {
                    "type": "string",
                    "pattern": self.pattern,
                    "minLength": 1,
                    "maxLength": self.size_max,
                }
        if self.default is not None:
            schema["default"] = self.default
        return schema

    def _read_integer(self, text: str) -> int:
        expected = f"an integer from {self.minimum} to {self.maximum}"
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(INTEGER_MAX)):
            raise self._refuse(expected, text)
        number = int(text)
        if not self.minimum <= number <= self.maximum:
            raise self._refuse(expected, text)
        return number

    def _read_hash(self, text: str) -> bytes:
        try:
            return parse_hex(text, size=HASH_SIZE, name=self.name)
        except Malformed as error:
            raise self._refuse(f"{2 * HASH_SIZE} hexadecimal digits", text) from error

    def _read_time(self, text: str) -> int:
        milliseconds = parse_time(text)
        if milliseconds is None:
            raise self._refuse("RFC 3339 with a zone, or unix milliseconds", text)
        return milliseconds

    def _refuse(self, expected: str, found: str) -> Rejected:
        return Rejected(
            f"{self.name} should be {expected}",
            field=self.name,
            expected=expected,
            found=found[:80],
        )


def read_parameters(
    declared: Iterable[Parameter],
    *,
    path: Mapping[str, str],
    query: Mapping[str, str],
    is_open: bool,
) -> dict[str, Given]:
    """Return the checked values of path and query parameters by name, defaults filled in.

    Raises:
        Rejected: one missing, unknown, of the wrong form, or out of range.
    """
    found: dict[str, Given] = {}
    by_place = {place: {p.name: p for p in declared if p.place is place} for place in Place}
    unknown = query.keys() - by_place[Place.QUERY].keys()
    if unknown and not is_open:
        name = min(unknown)
        raise Rejected(
            "there is no such parameter here",
            field=name[:80],
            expected=", ".join(by_place[Place.QUERY]) or "no query parameters",
            found=name[:80],
        )
    for place, given in ((Place.PATH, path), (Place.QUERY, query)):
        for name, parameter in by_place[place].items():
            if name in given:
                found[name] = parameter.read(given[name])
            elif parameter.default is not None:
                found[name] = parameter.default
            elif parameter.is_required:
                raise Rejected(f"{name} is missing", field=name, expected=name)
    return found


def split_query(query_string: bytes) -> dict[str, str]:
    """Return the fields of a query string; each name once.

    Raises:
        Rejected: not percent-encoded UTF-8, too many fields, or a name twice.
    """
    if not query_string:
        return {}
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=QUERY_FIELDS_MAX,
        )
    except ValueError as error:
        raise Rejected(
            "the query string is not percent-encoded UTF-8, or has too many fields", field="query"
        ) from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Rejected("a query parameter is given twice", field="query")
    return fields


NAME_PATTERN: Final = "^[a-z][a-z0-9_]*$"


def path_text(
    name: str,
    description: str,
    example: str | int | None = None,
    *,
    pattern: str = _ANY_TEXT,
) -> Parameter:
    """Return a required path parameter of text."""
    return Parameter(
        name=name,
        place=Place.PATH,
        description=description,
        is_required=True,
        example=example,
        pattern=pattern,
    )


def path_hash(name: str, description: str) -> Parameter:
    """Return a required path parameter of 32 bytes."""
    return Parameter(
        name=name, place=Place.PATH, kind=Kind.HASH, description=description, is_required=True
    )


NO_CONTRACT: Final = "-"
"""Asks for the description of what every node answers, without the paths of contracts."""
CONTRACT_PART: Final = Parameter(
    name="contract",
    description="Only the paths of this contract; `-` for those of no contract.",
    example=NO_CONTRACT,
)
CURSOR: Final = Parameter(
    name="cursor",
    size_max=CURSOR_CHARACTERS_MAX,
    description="`next_cursor` of the page before; opaque.",
)
LIMIT: Final = Parameter(
    name="limit",
    kind=Kind.INTEGER,
    minimum=1,
    maximum=PAGE_SIZE_MAX,
    default=PAGE_SIZE_DEFAULT,
    description="Most items in one answer.",
)
FROM: Final = Parameter(
    name="from",
    kind=Kind.TIME,
    description="Not before this time: RFC 3339 with a zone, or unix milliseconds.",
    example="2026-11-22T00:00:00Z",
)
TO: Final = Parameter(
    name="to",
    kind=Kind.TIME,
    description="Before this time: RFC 3339 with a zone, or unix milliseconds.",
    example="2026-11-23T00:00:00Z",
)
ORDER: Final = Parameter(
    name="order",
    description="`newest` or `oldest` first, by their making; or a column that has an index, "
    "`-column` for falling values: records without a value in it are then left out.",
    example="newest",
)
SEARCH: Final = Parameter(
    name="q", size_max=200, description="Only with this text in it; the case of letters is ignored."
)
MIN_HEIGHT: Final = Parameter(
    name="Tally-Min-Height",
    place=Place.HEADER,
    kind=Kind.INTEGER,
    description="Answer only when lists reflect this height, to read one's own writes; waits up "
    "to three seconds, then 412.",
)
WAIT: Final = Parameter(
    name="wait",
    kind=Kind.CHOICE,
    choices=("committed", "accepted"),
    default="committed",
    description="Answer when it is durable and final, or as soon as the node has taken it: its "
    "fate is then to be looked up, a refusal at the door may still come.",
)
TIMEOUT_MS: Final = Parameter(
    name="timeout_ms",
    kind=Kind.INTEGER,
    maximum=86_400_000,
    description="How long to wait for `committed`, 10 seconds if absent, a minute at most; then "
    "the level is `accepted`.",
)
IDEMPOTENCY_KEY: Final = Parameter(
    name="Idempotency-Key",
    place=Place.HEADER,
    size_max=255,
    description="Any text of the caller's choice, printable ASCII. The same key and body again "
    "give the same answer for 24 hours; another body is refused. The newest 10,000 keys of a node "
    "are remembered. Not needed for safety: the same transaction always has the same outcome.",
)
SIGNED_REQUEST: Final = Parameter(
    name="Tally-Request",
    place=Place.HEADER,
    is_required=True,
    size_max=2_000,
    pattern="^[A-Za-z0-9_-]+$",
    description="A member's signature over network, method, path and body, good for a minute: a "
    "COSE_Sign1 in base64url without padding (docs/spec/private-data.md section 4).",
)
