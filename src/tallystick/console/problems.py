# SPDX-License-Identifier: Apache-2.0
"""What went wrong, as a page: the same code, field and advice as from the API."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from tallystick.client import problem_of
from tallystick.console.problem_texts import CHINESE_TEXTS
from tallystick.console.visit import Visit
from tallystick.errors import (
    NotFound,
    Rejected,
    TallystickError,
    Unavailable,
    Unverified,
    in_english,
)

_FIELDS: Final = (
    *("status", "code", "title", "title_zh", "detail", "hint"),
    *("field", "expected", "found", "request_id"),
)
_STATUS_BY_FAMILY: Final = (
    (NotFound, 404),
    (Unavailable, 503),
    (Rejected, 400),
    (Unverified, 422),
)
_OTHERWISE: Final = 500
FORBIDDEN: Final = {
    "status": 403,
    "title": "This page is for administrators of this console",
    "title_zh": "本页仅供本控制台管理员使用",
}
FORBIDDEN_ROLE: Final = {
    "status": 403,
    "title": "This is for members with a role in the application",
    "title_zh": "仅限在该应用中有角色的成员",
}
INCIDENT: Final = {
    "status": 500,
    "code": "E_INTERNAL",
    "title": "Something went wrong here",
    "title_zh": "服务器内部出错",
}
TOO_OFTEN: Final = {
    "status": 429,
    "title": "Too many requests came from this network address",
    "title_zh": "来自该网络地址的请求过多",
}
MISSING: Final = {"status": 404, "title": "There is no such page", "title_zh": "没有这个页面"}


def status_of(error: TallystickError) -> int:
    """Return the HTTP status of an error: the node's, or that of its family."""
    answer = problem_of(error)
    if answer is not None and answer.status:
        return answer.status
    found = (status for family, status in _STATUS_BY_FAMILY if isinstance(error, family))
    return next(found, _OTHERWISE)


def document_of(error: TallystickError, language: str) -> dict[str, Any]:
    """Return what a page says of an error, for readers of one language."""
    answer = problem_of(error)
    said = CHINESE_TEXTS.said(error) if language == "zh" else in_english(error)
    return {
        "status": status_of(error),
        "code": error.code,
        "title": error.title_en,
        "title_zh": error.title_zh,
        "detail": said.message,
        "hint": said.hint,
        "field": error.field,
        "expected": said.expected,
        "found": error.found,
        "request_id": None if answer is None else answer.request_id,
    }


def problem_page(visit: Visit, document: dict[str, Any]) -> Response:
    """Answer with a problem: what happened, its code, what to do."""
    problem = {**dict.fromkeys(_FIELDS), **document}
    if not visit.wants_json:
        visit.wanted_form = ""  # a problem is no list
    return visit.page(
        "layout/problem.html", http_status=int(document.get("status", _OTHERWISE)), problem=problem
    )
