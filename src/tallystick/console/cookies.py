# SPDX-License-Identifier: Apache-2.0
"""Cookies that no script reads and no other site sends."""

from __future__ import annotations

from starlette.responses import Response


def set_private_cookie(response: Response, name: str, value: str, origin: str) -> None:
    """Set a cookie for as long as the browser runs; over HTTPS only where the page is."""
    is_secure = origin.startswith("https:")
    response.set_cookie(name, value, httponly=True, samesite="lax", secure=is_secure, path="/")
