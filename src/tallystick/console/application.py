# SPDX-License-Identifier: Apache-2.0
"""Puts the console together: a route for each page, who may open it, problems as pages."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from tallystick.console.access import Access, Page
from tallystick.console.audit import Kind, note
from tallystick.console.cookies import set_private_cookie
from tallystick.console.forgery import VISITOR_COOKIE
from tallystick.console.headers import PAGE_HEADERS, STATIC_HEADERS
from tallystick.console.ledger import Ledger
from tallystick.console.options import ConsoleOptions
from tallystick.console.paces import EXPORT
from tallystick.console.painting import STATIC
from tallystick.console.problems import (
    FORBIDDEN,
    INCIDENT,
    MISSING,
    TOO_OFTEN,
    document_of,
    problem_page,
)
from tallystick.console.sharing import Console
from tallystick.console.site_map import PAGES
from tallystick.console.spreadsheets import SPREADSHEETS
from tallystick.console.visit import Person, Visit
from tallystick.errors import TallystickError

_LOG: Final = logging.getLogger("tallystick.console")
_OK: Final = 200
_SEE_OTHER: Final = 303
_OWN_ACCOUNT: Final = "/account"
_GZIP_FROM_BYTES: Final = 1_000
_FORMS: Final = frozenset({"json", *SPREADSHEETS})
_GZIP_LEVEL: Final = 4
"""A third of the time of the highest, for a twentieth more bytes."""


def create_console(application: Any, options: ConsoleOptions) -> Starlette:  # noqa: ANN401 # ASGI
    """Return the console before a node's API, which it asks inside this process.

    Args:
        application: the API, an ASGI application.
        options: where it keeps things, and by which names it is known.
    """
    console = Console(Ledger(application), options)
    link = console.first_link()
    if link is not None and options.on_first_link is not None:
        options.on_first_link(link)
    routes = [
        Route(page.path, _endpoint(console, page), methods=[page.method], name=page.name)
        for page in PAGES
    ]
    static = Mount("/static", _Static(directory=STATIC), name="static")
    hosts = sorted(options.hosts) or ["*"]
    return Starlette(
        routes=[static, *routes],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False),
            Middleware(GZipMiddleware, minimum_size=_GZIP_FROM_BYTES, compresslevel=_GZIP_LEVEL),
            Middleware(_Endings),
        ],
        exception_handlers={404: _missing(console)},
    )


def _endpoint(console: Console, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        visit = console.open_visit(request)
        try:
            await console.names.refresh()
            if visit.person is not None:
                visit.person = await _known(console, visit.person, visit.language)
            response = await _paced(console, visit, page)
        except TallystickError as error:
            response = problem_page(visit, document_of(error, visit.language))
        except Exception:  # the outermost edge of a page: the reader must get an answer
            incident = secrets.token_hex(8)
            _LOG.exception("incident %s at %s", incident, ascii(request.url.path[:200]))
            response = problem_page(visit, {**INCIDENT, "request_id": incident})
        finally:
            await request.close()  # files of a form are gone when it is answered
        response.headers.update(
            {name: value for name, value in PAGE_HEADERS.items() if name not in response.headers}
        )
        if visit.private_cookie(VISITOR_COOKIE) is None:
            set_private_cookie(response, VISITOR_COOKIE, visit.visitor, visit.origin)
        return response

    return answer


async def _known(console: Console, person: Person, language: str) -> Person:
    """Return who has signed in with the roles of the ledger; a demonstration's cast by name."""
    place = person.organization, person.member
    roles = await console.names.roles(*place)
    if not person.is_demonstration:
        return replace(person, roles=roles)
    return replace(person, roles=roles, name=await console.names.member(*place, language))


async def _paced(console: Console, visit: Visit, page: Page) -> Response:
    """Answer, unless the same came too often from one network address; exports are noted."""
    is_export = _is_export(visit, page)
    pace = EXPORT if is_export else page.pace
    wait_s = console.paces.wait_s(pace, visit.caller, time.monotonic()) if pace else 0
    if wait_s:
        response = problem_page(visit, TOO_OFTEN)
        response.headers["retry-after"] = str(wait_s)
        return response
    response = await _admitted(visit, page)
    if is_export and response.status_code == _OK:
        form = f" ({visit.wanted_form})" if visit.wanted_form else ""
        await note(visit, Kind.EXPORTED, f"{visit.here}{form}")
    return response


def _is_export(visit: Visit, page: Page) -> bool:
    """Tell whether somebody takes away more than a page: a whole list, a case, a certificate."""
    is_json = visit.wanted_form == "json"
    is_whole = is_json and ("all" in visit.query or page.access is Access.ADMINISTRATOR)
    return is_whole or visit.wanted_form in SPREADSHEETS or page.pace is EXPORT


async def _admitted(visit: Visit, page: Page) -> Response:
    """Let those in who may open the page; send strangers to sign in, and back afterwards."""
    person = visit.person
    if page.access is Access.PUBLIC:
        return await page.handler(visit)
    if person is None:
        return RedirectResponse(f"/sign-in?{urlencode({'back': visit.here})}", _SEE_OTHER)
    if page.access is Access.ADMINISTRATOR and not person.is_administrator:
        await note(visit, Kind.REFUSED, visit.here)
        return problem_page(visit, FORBIDDEN)
    if person.lacks_factor and not page.path.startswith(_OWN_ACCOUNT):
        return RedirectResponse(_OWN_ACCOUNT, _SEE_OTHER)
    return await page.handler(visit)


def _missing(console: Console) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, _: Exception) -> Response:
        visit = console.open_visit(request)
        response = problem_page(visit, MISSING)
        response.headers.update(PAGE_HEADERS)
        return response

    return answer


class _Endings:
    """Takes `.json`, `.csv` or `.xlsx` off an address and notes that data is wanted."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 # ASGI
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        bare, _, ending = scope.get("path", "").rpartition(".")
        if scope["type"] == "http" and ending in _FORMS and not bare.startswith("/static/"):
            scope = {**scope, "path": bare, "raw_path": None, "wanted_form": ending}
        await self._app(scope, receive, send)


class _Static(StaticFiles):
    """The files of the pages; their addresses carry a digest, so they are kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(STATIC_HEADERS)
        return response
