# SPDX-License-Identifier: Apache-2.0
"""Language and theme: kept in cookies, changed by links that lead back to where one was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.responses import RedirectResponse, Response

from tallystick.console.access import Access, Page
from tallystick.console.visit import THEMES, Visit
from tallystick.interchange.languages import LANGUAGES

_YEAR_S: Final = 365 * 86_400
_SEE_OTHER: Final = 303


async def choose_language_page(visit: Visit) -> Response:
    """Answer GET /language: keep the language, go back."""
    return _kept(visit, "tally_lang", LANGUAGES)


async def choose_theme_page(visit: Visit) -> Response:
    """Answer GET /theme: keep the theme, go back."""
    return _kept(visit, "tally_theme", THEMES)


def _kept(visit: Visit, cookie: str, choices: tuple[str, ...]) -> Response:
    response = RedirectResponse(safe_return(visit.query.get("back", "/")), _SEE_OTHER)
    wanted = visit.query.get("to", "")
    if wanted in choices:
        _keep(response, cookie, wanted)
    return response


def choose_on(visit: Visit, wish: str) -> Callable[[Response], Response]:
    """Take a wish such as `language:en` or `theme:dark` for this visit; return what keeps it."""
    name, _, wanted = wish.partition(":")
    if name == "language" and wanted in LANGUAGES:
        visit.language = wanted
        return lambda response: _keep(response, "tally_lang", wanted)
    if name == "theme" and wanted in THEMES:
        visit.theme = wanted
        return lambda response: _keep(response, "tally_theme", wanted)
    return lambda response: response


def _keep(response: Response, cookie: str, wanted: str) -> Response:
    response.set_cookie(cookie, wanted, max_age=_YEAR_S, httponly=True, samesite="lax", path="/")
    return response


def safe_return(address: str) -> str:
    """Return an address of this console, or `/`: nobody is led elsewhere by a link to here."""
    if not address.startswith("/") or address[1:2] in {"/", "\\"} or not address.isprintable():
        return "/"
    return address


PAGES: Final = (
    Page(path="/language", name="language", access=Access.PUBLIC, handler=choose_language_page),
    Page(path="/theme", name="theme", access=Access.PUBLIC, handler=choose_theme_page),
)
