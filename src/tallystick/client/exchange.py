# SPDX-License-Identifier: Apache-2.0
"""Requests and answers without a network: what to ask, when to ask again, what an answer means.

A *flow* is a generator that yields `Ask` and `Pause` and returns a result; `Net` and `AsyncNet`
drive the same flows, so there is one logic and two colours. The driver sends each `Answer` in, or
throws `Unavailable` where the node cannot be reached.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from tallystick.client.problems import BUSY_STATUSES, error_of, problem_of
from tallystick.errors import Halted, NotFinal, TallystickError, Unavailable

MEDIA_JSON: Final = "application/json"
MEDIA_CBOR: Final = "application/cbor"
MEDIA_COSE: Final = "application/cose"
TIMEOUT_MS_DEFAULT: Final = 30_000
_RETRY_PAUSES_MS: Final = (100, 400, 1_600)
"""Everything this package asks may be asked again: reading, or the same transaction's bytes."""
_PAUSE_MS_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to the node."""

    method: str
    path: str
    """With its leading slash, percent-encoded."""
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    content_type: str | None = None
    accept: str = MEDIA_JSON
    headers: tuple[tuple[str, str], ...] = ()
    timeout_ms: int = TIMEOUT_MS_DEFAULT
    """How long the node may take to answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes = b""
    content_type: str = ""
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before the next request."""

    duration_ms: int


Step = Ask | Pause
Outcome = TypeVar("Outcome")
Flow = Generator[Step, Answer, Outcome]
Shape = TypeVar("Shape")


def fetch(ask: Ask) -> Flow[Answer]:
    """Ask, and ask again while the node is busy or cannot be reached; return a success.

    Raises:
        TallystickError: of the code in the node's problem answer, or `Unavailable`.
    """
    pauses = iter(_RETRY_PAUSES_MS)
    while True:
        pause_ms = next(pauses, None)
        try:
            answer = yield ask
        except Unavailable:
            if pause_ms is None:
                raise
        else:
            if answer.status < 400:
                return answer
            error = error_of(answer.status, answer.content_type, answer.body)
            if pause_ms is None or not _may_pass(answer.status, error):
                raise error
            pause_ms = max(pause_ms, _retry_after_ms(answer))
        yield Pause(pause_ms)


def fetch_json(ask: Ask, shape: type[Shape]) -> Flow[Shape]:
    """Fetch a JSON answer of a known shape; fields that this version does not know are ignored.

    Raises:
        Unavailable: what answers does not speak as a node does.
        TallystickError: as `fetch`.
    """
    answer = yield from fetch(ask)
    return read_json(answer.body, shape, ask.path)


def read_json(body: bytes, shape: type[Shape], path: str) -> Shape:
    """Return the record in a JSON body; raises `Unavailable` for anything else."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, RecursionError) as error:
        raise not_a_node(path, str(error)) from error


def not_a_node(path: str, found: str) -> Unavailable:
    """Return the error for an answer that no node gives."""
    return Unavailable(
        f"{path}: the answer is not a node's",
        expected="a Tallystick node",
        found=found[:200],
        hint="Check the address: something else may be listening there.",
    )


def _may_pass(status: int, error: TallystickError) -> bool:
    """Say whether asking again in a moment may help: busy or behind, not stopped or not a node."""
    if isinstance(error, Halted | NotFinal):
        return False
    is_said = isinstance(error, Unavailable) and problem_of(error) is not None
    return is_said or status in BUSY_STATUSES


def _retry_after_ms(answer: Answer) -> int:
    """Return how long the node asked to be left alone (RFC 9110: whole seconds), within reason."""
    text = answer.retry_after
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    return min(seconds * 1000, _PAUSE_MS_MAX)
