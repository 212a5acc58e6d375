# SPDX-License-Identifier: Apache-2.0
"""The kinds of rows of the route table: from one row come routing, checks, OpenAPI and the docs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any, TypeAlias

from tallystick.api.answer import MEDIA_JSON, Answer, Stream
from tallystick.api.asked import Asked
from tallystick.api.language import Bilingual
from tallystick.api.parameters import Parameter
from tallystick.encoding import learn_type
from tallystick.errors import TallystickError

Reader: TypeAlias = Callable[[Asked], Answer | Stream]
"""A handler that reads: it runs in a thread and may block."""
Taker: TypeAlias = Callable[[Asked], Awaitable[Answer | Stream]]
"""A handler that waits for others: it runs on the event loop and must not block."""


class Policy(StrEnum):
    """Who may use a route. There is no default: a route without a policy cannot be written."""

    PUBLIC = "public"
    """Anyone who reaches the port: consortium data is for its members' network."""
    SIGNED = "signed"
    """Whoever carries a transaction; the ledger checks its signature and signer, not the caller."""
    MEMBER = "member"
    """Active members: their key signs the request itself, `Tally-Request`."""


class Lists(Enum):
    """Whether an answer is read from the views, and so may lag behind the newest block."""

    NO = "no"
    YES = "yes"
    """Honours Tally-Min-Height, and its Tally-Height is the views' height."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One way a route answers when all is well."""

    status: int
    description: str
    schema: Any = None
    """A wire record type, for JSON; None for other media."""
    media_types: tuple[str, ...] = (MEDIA_JSON,)
    example: object = None


@dataclass(frozen=True, slots=True)
class RequestBody:
    """What a route reads."""

    media_types: tuple[str, ...]
    size_max: int
    schema: Any = None
    """A wire record type, for JSON."""
    description: str = ""
    example: object = None

    def __post_init__(self) -> None:
        """Make its record known while there is one thread."""
        if self.schema is not None:
            learn_type(self.schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method at one path."""

    method: str
    path: str
    """Template; a `{name}` is one segment, `{name:path}` may hold slashes."""
    name: str
    """Operation id."""
    tag: str
    policy: Policy
    summary: Bilingual
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: RequestBody | None = None
    replies: tuple[Reply, ...]
    errors: tuple[type[TallystickError], ...] = ()
    """Beside those that any route may raise."""
    lists: Lists = Lists.NO
    reader: Reader | None = None
    taker: Taker | None = None
    is_open: bool = False
    """Whether query parameters beyond those listed are taken (a contract query's arguments)."""
    is_hidden: bool = field(default=False)
    """Pages and files for people, left out of the OpenAPI document."""
