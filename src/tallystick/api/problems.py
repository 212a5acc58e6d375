# SPDX-License-Identifier: Apache-2.0
"""Errors as HTTP answers: the one table from error class to status, and problem+json (RFC 9457).

Titles and hints are in the caller's language, the Chinese title always beside them; codes are the
same everywhere (`tally explain CODE`, docs/reference/errors.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from tallystick import errors
from tallystick.api.answer import MEDIA_PROBLEM, NO_STORE, Answer, HeaderPair
from tallystick.api.language import Bilingual
from tallystick.api.represent import show_fields
from tallystick.api.wire_types import Code, Count, Hash, Json, Level
from tallystick.contracts import Refusal
from tallystick.errors import CHINESE_TEXTS, TallystickError, error_classes, in_english
from tallystick.interchange.languages import Language

STATUS_BY_ERROR: Final[Mapping[type[TallystickError], int]] = {
    TallystickError: 500,
    errors.Rejected: 400,
    errors.InvalidSignature: 403,
    errors.NotAMember: 403,
    errors.UnknownContract: 404,
    errors.ContractMigrating: 409,
    errors.WrongMethod: 405,
    errors.TooSlow: 408,
    errors.WrongProtocol: 412,
    errors.WrongOffset: 409,
    errors.RangeNotSatisfiable: 416,
    errors.Replayed: 409,
    errors.IdempotencyConflict: 409,
    errors.WrongOffset: 409,
    errors.Refused: 409,
    errors.LimitExceeded: 413,
    errors.HistoryTooLong: 422,  # nothing that was sent is too large
    errors.WrongMediaType: 415,
    errors.WrongNetwork: 422,
    errors.Expired: 422,
    errors.TooFarAhead: 422,
    errors.InvalidArguments: 422,
    errors.NotFound: 404,
    errors.Erased: 410,
    errors.Unverified: 422,
    errors.Corrupted: 500,  # the node's own stored bytes, not the caller's
    errors.InvalidBlock: 422,
    errors.Unavailable: 503,
    errors.Behind: 412,
    errors.NotWitnessed: 412,  # what the caller asked for, not a fault of the node
    errors.Halted: 503,
}
"""The nearest class in an error's ancestry decides; a recorded refusal is always 409."""

RECORDED_REFUSAL_STATUS: Final = 409
_RETRY_AFTER: Final[HeaderPair] = (b"retry-after", b"1")
_SHOWN_CHARACTERS_MAX: Final = 300


class Placed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A submitted transaction and where it ended up."""

    id: Hash
    level: Level
    height: Count | None = None
    """Absent while the level is `accepted`."""
    index: Count | None = None
    leaf_index: Count | None = None
    code: Code | None = None


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not done, for programs (`code`) and for people (the rest)."""

    type: Annotated[str, Meta(description="`/v1/errors/` and the code; it can be fetched.")]
    title: Annotated[str, Meta(description="What kind of error, in the language asked for.")]
    title_zh: str
    status: Annotated[int, Meta(ge=400, le=599)]
    code: Annotated[str, Meta(description="Stable; never changes its meaning.")]
    detail: Annotated[str, Meta(description="What happened this time.")]
    hint: Annotated[str, Meta(description="What to do now, in the language asked for.")]
    instance: Annotated[str, Meta(description="The path that was asked for.")]
    request_id: str
    field: Annotated[str, Meta(description="The argument or field at fault.")] | None = None
    expected: str | None = None
    found: str | None = None
    facts: Json | None = None
    """What the contract said about its refusal."""
    transaction: Placed | None = None
    """Present when the refusal is recorded in the ledger."""


def status_of(error_class: type[TallystickError]) -> int:
    """Return the HTTP status of an error class."""
    for ancestor in error_class.__mro__:
        status = STATUS_BY_ERROR.get(ancestor)
        if status is not None:
            return status
    return STATUS_BY_ERROR[TallystickError]


def problem_of(
    error: TallystickError, *, instance: str, request_id: str, language: Language
) -> Problem:
    """Return the problem that tells of `error`."""
    kind = type(error)
    said = CHINESE_TEXTS.said(error) if language == "zh" else in_english(error)
    return Problem(
        type=problem_type(kind.code),
        title=kind.title_zh if language == "zh" else kind.title_en,
        title_zh=kind.title_zh,
        status=status_of(kind),
        code=kind.code,
        detail=_shown(said.message) or "",
        hint=said.hint,
        instance=instance,
        request_id=request_id,
        field=_shown(error.field),
        expected=_shown(said.expected),
        found=_shown(error.found),
        facts=show_fields(error.values()) if isinstance(error, Refusal) else None,
    )


def _shown(text: str | None) -> str | None:
    """Return text that may hold what the caller sent, short and writable as UTF-8."""
    if text is None:
        return None
    return text[:_SHOWN_CHARACTERS_MAX].encode(errors="replace").decode()


def recorded_problem(
    placed: Placed,
    facts: object,
    said_by_contract: Bilingual,
    *,
    instance: str,
    request_id: str,
    language: Language,
) -> Problem:
    """Return the problem that tells of a refusal that stands in the ledger."""
    code = placed.code or errors.Refused.code
    kind = error_classes().get(code, errors.Refused)
    named = facts if isinstance(facts, dict) else {}
    texts = {
        name: value
        for name in ("field", "expected", "found")
        if isinstance(value := named.get(name), str)
    }
    return Problem(
        type=problem_type(code),
        title=kind.title_zh if language == "zh" else kind.title_en,
        title_zh=kind.title_zh,
        status=RECORDED_REFUSAL_STATUS,
        code=code,
        detail=said_by_contract.read_in(language),
        hint=kind.hint_zh if language == "zh" else kind.hint_en,
        instance=instance,
        request_id=request_id,
        facts=facts,
        transaction=placed,
        **texts,
    )


def problem_type(code: str) -> str:
    """Return the reference that names a kind of problem."""
    return f"/v1/errors/{code}"


def problem_answer(
    problem: Problem, language: Language, headers: tuple[HeaderPair, ...] = ()
) -> Answer:
    """Return a problem as an answer; who may try again is told when."""
    retry = (_RETRY_AFTER,) if problem.status == 503 else ()  # RFC 9110
    spoken = (b"content-language", b"zh-CN" if language == "zh" else b"en")
    body = msgspec.json.encode(problem)
    return Answer(problem.status, body, MEDIA_PROBLEM, (NO_STORE, spoken, *retry, *headers))
