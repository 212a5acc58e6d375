# SPDX-License-Identifier: Apache-2.0
"""Problem answers (RFC 9457) back into the errors they were made of, by code."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from tallystick import errors
from tallystick.client.wording import MESSAGE_MAX, shown
from tallystick.errors import NotFound, Overloaded, Refused, Rejected, TallystickError, Unavailable

_CLASS_BY_CODE: Final[dict[str, type[TallystickError]]] = {
    found.code: found
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, TallystickError)
}
"""This package's own classes; a contract's codes become their family."""
BUSY_STATUSES: Final = frozenset({429, 502, 503, 504})
"""The node, or a proxy before it, asks to come again later."""


class Placed(Struct, frozen=True, kw_only=True):
    """A submitted transaction and where it ended up."""

    id: str
    """64 hex digits."""
    level: str = ""
    """`accepted` < `committed` < `witnessed`; empty if it was not taken."""
    height: int | None = None
    index: int | None = None
    """Place in its block."""
    leaf_index: int | None = None
    """Place in the log."""
    code: str | None = None
    """`ok`, or the code of the refusal; None while it is only accepted."""


class Problem(Struct, frozen=True, kw_only=True):
    """What a node said when it did not do as asked."""

    code: str
    status: int = 0
    title: str = ""
    title_zh: str = ""
    detail: str = ""
    hint: str | None = None
    request_id: str | None = None
    field: str | None = None
    expected: str | None = None
    found: str | None = None
    facts: object = None
    """What the contract said about its refusal."""
    transaction: Placed | None = None
    """Present when the refusal is recorded in the ledger."""


def problem_of(error: TallystickError) -> Problem | None:
    """Return the node's problem answer that `error` was made of, None for errors made here."""
    found = vars(error).get("problem")
    return found if isinstance(found, Problem) else None


def class_of_code(code: str) -> type[TallystickError] | None:
    """Return this package's class of a code; None for a contract's own."""
    return _CLASS_BY_CODE.get(code)


def error_of(status: int, content_type: str, body: bytes) -> TallystickError:
    """Return the error that an answer with a status of 400 or above stands for."""
    problem = None
    if "problem+json" in content_type:
        try:
            problem = msgspec.json.decode(body, type=Problem)
        except (msgspec.DecodeError, RecursionError):
            problem = None
    if problem is None:
        return _without_problem(status)
    return error_from_problem(problem, status)


def error_from_problem(problem: Problem, status: int | None = None) -> TallystickError:
    """Return the error of a problem: the class of its code, else its family by status."""
    family = _CLASS_BY_CODE.get(problem.code)
    if problem.transaction is not None and not (family and issubclass(family, Refused)):
        family = None  # a recorded refusal is a rule's, even under a code that the door uses too
    error_class = family or _family(status or problem.status)
    error = error_class(
        shown(problem.detail or problem.title or problem.code, characters_max=MESSAGE_MAX),
        field=_shown(problem.field),
        expected=_shown(problem.expected),
        found=_shown(problem.found),
        hint=_shown(problem.hint),
    )
    # On the instance, so that a contract's own code is seen although it has no class here.
    vars(error)["problem"] = problem
    if family is None:
        vars(error).update(
            code=problem.code,
            title_en=_shown(problem.title) or error_class.title_en,
            title_zh=_shown(problem.title_zh) or error_class.title_zh,
        )
    if problem.request_id:
        error.add_note(f"request id {shown(problem.request_id)}")
    return error


def _shown(text: str | None) -> str | None:
    return None if text is None else shown(text, characters_max=MESSAGE_MAX)


def _family(status: int) -> type[TallystickError]:
    if status == 404:
        return NotFound
    if status == 409:
        return Refused
    if status in BUSY_STATUSES:
        return Unavailable
    return Rejected if status < 500 else TallystickError


def _without_problem(status: int) -> TallystickError:
    """Return the error for an answer that is not a node's own: from a proxy, or not a node."""
    if status == 429:
        return Overloaded("too many requests", found="HTTP 429")
    return Unavailable(
        f"the answer is HTTP {status} without a problem description",
        expected="a Tallystick node",
        found=f"HTTP {status}",
        hint="Check the address: a proxy or another program may be answering.",
    )
