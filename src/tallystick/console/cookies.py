# SPDX-License-Identifier: Apache-2.0
"""Cookies that no script reads and no other site sends.

Over HTTPS their names begin with `__Host-`: browsers take such a cookie from this very host only,
over HTTPS, for all its paths, so neither a neighbour's host nor a page in clear can plant one
(RFC 6265bis). Over plain HTTP, on this machine or a local network, browsers would refuse that
name; there the bare one is used, and it counts for nothing where HTTPS is.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

_HOST_ONLY: Final = "__Host-"


def set_private_cookie(response: Response, name: str, value: str, origin: str) -> None:
    """Set a cookie for as long as the browser runs; over HTTPS only where the page is."""
    response.set_cookie(
        cookie_name(name, origin),
        value,
        httponly=True,
        samesite="lax",
        secure=_is_secure(origin),
        path="/",
    )


def private_cookie(request: Request, name: str, origin: str) -> str | None:
    """Return a cookie that `set_private_cookie` set for the same origin."""
    return request.cookies.get(cookie_name(name, origin))


def drop_private_cookie(response: Response, name: str, origin: str) -> None:
    """Let the browser forget a cookie."""
    response.delete_cookie(
        cookie_name(name, origin),
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_secure(origin),  # without it browsers leave a `__Host-` cookie as it is
    )


def cookie_name(name: str, origin: str) -> str:
    """Return what a cookie is called where pages are reached by this origin."""
    return f"{_HOST_ONLY}{name}" if _is_secure(origin) else name


def _is_secure(origin: str) -> bool:
    return origin.startswith("https:")
