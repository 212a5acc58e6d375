# SPDX-License-Identifier: Apache-2.0
"""Puts the console together: the page table, the node behind it, problems as pages."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
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

from tallystick.console import (
    account,
    choices,
    explorer,
    figures,
    finding,
    governing,
    home,
    signing,
    verify,
    work,
)
from tallystick.console.access import Access, Page
from tallystick.console.account.cast import admit_cast
from tallystick.console.account.people import find_person
from tallystick.console.account.sessions import SESSION_COOKIE, find_session
from tallystick.console.cookies import set_private_cookie
from tallystick.console.forgery import VISITOR_COOKIE, new_visitor
from tallystick.console.headers import PAGE_HEADERS, STATIC_HEADERS
from tallystick.console.languages import choose_language
from tallystick.console.ledger import Ledger, NodeProblem, in_process
from tallystick.console.names import Names
from tallystick.console.painting import STATIC, TemplatePainter
from tallystick.console.proving import ProofCheck, Prover, no_proof_check
from tallystick.console.records import Records
from tallystick.console.signing.vault import Vault
from tallystick.console.visit import THEMES, Person, Visit
from tallystick.errors import NotFound, TallystickError, Unavailable

PAGES: Final[tuple[Page, ...]] = (
    *choices.PAGES,
    *home.PAGES,
    *account.PAGES,
    *signing.PAGES,
    *work.PAGES,
    *verify.PAGES,
    *figures.PAGES,
    *finding.PAGES,
    *governing.PAGES,
    *explorer.PAGES,
)
"""Every page there is."""

_PROBLEM_FIELDS: Final = (
    *("status", "code", "title", "title_zh", "detail", "hint"),
    *("field", "expected", "found", "request_id"),
)
_LOG: Final = logging.getLogger("tallystick.console")
TRUST_FILE: Final = "trust.json"
_SEE_OTHER: Final = 303
_INCIDENT: Final = {
    "status": 500,
    "code": "E_INTERNAL",
    "title": "Something went wrong here",
    "title_zh": "服务器内部出错",
}
_FORBIDDEN: Final = {
    "status": 403,
    "title": "This page is for administrators of this console",
    "title_zh": "本页仅供本控制台管理员使用",
    "hint": "/me",
}
_GZIP_FROM_BYTES: Final = 1_000
_JSON_SUFFIX: Final = ".json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleOptions:
    """How a console runs."""

    data: Path
    """Folder of the node; the console keeps its accounts in it."""
    hosts: frozenset[str] = frozenset()
    """Names by which callers may know this server; empty means any."""
    trust: Path | None = None
    """The trust file against which proofs are checked; by default the folder's own."""
    check_proof: ProofCheck | None = None
    """Checks a proof that a reader hands in; without it only hashes are checked."""
    demonstration_keys: Path | None = None
    """Folder of a demonstration's keys: then anybody may act as their owners."""


class Console:
    """What all pages share."""

    def __init__(self, ledger: Ledger, options: ConsoleOptions) -> None:
        """Stand before a node."""
        self.ledger = ledger
        self.options = options
        self.names = Names(ledger)
        self.painter = TemplatePainter()
        self.prover = Prover(ledger, options.trust or options.data / TRUST_FILE)
        self.records = Records(options.data / "console" / "console.sqlite")
        self.vault = Vault(self.records, options.data / "console" / "vault.key")
        if options.demonstration_keys is not None:
            admit_cast(self.records, self.vault, options.demonstration_keys)

    def person(self, request: Request) -> Person | None:
        """Return who has signed in."""
        token = request.cookies.get(SESSION_COOKIE)
        if token is None:
            return None
        account = find_session(self.records, token, time.time_ns() // 1_000_000)
        return None if account is None else find_person(self.records, account)

    def open_visit(self, request: Request) -> Visit:
        """Return the visit of a request."""
        theme = request.cookies.get("tally_theme", THEMES[0])
        return Visit(
            request=request,
            ledger=self.ledger,
            names=self.names,
            language=choose_language(
                request.query_params.get("lang"),
                request.cookies.get("tally_lang"),
                request.headers.get("accept-language", ""),
            ),
            theme=theme if theme in THEMES else THEMES[0],
            painter=self.painter,
            person=self.person(request),
            visitor=request.cookies.get(VISITOR_COOKIE) or new_visitor(),
            records=self.records,
            vault=self.vault,
            check_hash=self.prover.check_hash,
            check_proof=self.options.check_proof or no_proof_check,
            is_demonstration=self.options.demonstration_keys is not None,
            wants_json=bool(request.scope.get("wants_json")),
        )


def create_console(application: Any, options: ConsoleOptions) -> Starlette:  # noqa: ANN401 # ASGI
    """Return the console before a node's API, which it asks inside this process.

    Args:
        application: the API, an ASGI application.
        options: where it keeps things, and by which names it is known.
    """
    console = Console(in_process(application), options)
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
            Middleware(GZipMiddleware, minimum_size=_GZIP_FROM_BYTES),
            Middleware(_JsonAddresses),
        ],
        exception_handlers={404: _missing(console)},
    )


def _endpoint(console: Console, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        visit = console.open_visit(request)
        try:
            await console.names.refresh()
            if visit.person is not None:
                roles = await console.names.roles(visit.person.organization, visit.person.member)
                visit.person = replace(visit.person, roles=roles)
            response = await _admitted(visit, page)
        except NodeProblem as problem:
            response = problem_page(visit, problem.document)
        except TallystickError as error:
            response = problem_page(visit, document_of(error))
        except Exception:  # the outermost edge of a page: the reader must get an answer
            incident = secrets.token_hex(8)
            _LOG.exception("incident %s at %s", incident, ascii(request.url.path[:200]))
            response = problem_page(visit, {**_INCIDENT, "request_id": incident})
        finally:
            await request.close()  # files of a form are gone when it is answered
        response.headers.update(
            {name: value for name, value in PAGE_HEADERS.items() if name not in response.headers}
        )
        if VISITOR_COOKIE not in request.cookies:
            set_private_cookie(response, VISITOR_COOKIE, visit.visitor, request)
        return response

    return answer


async def _admitted(visit: Visit, page: Page) -> Response:
    """Let those in who may open the page; send strangers to sign in, and back afterwards."""
    person = visit.person
    if page.access is Access.PUBLIC:
        return await page.handler(visit)
    if person is None:
        return RedirectResponse(f"/sign-in?{urlencode({'back': visit.here})}", _SEE_OTHER)
    if page.access is Access.ADMINISTRATOR and not person.is_administrator:
        return problem_page(visit, _FORBIDDEN)
    return await page.handler(visit)


def document_of(error: TallystickError) -> dict[str, Any]:
    """Return the problem document of an error raised in this process."""
    status = 503 if isinstance(error, Unavailable) else 404 if isinstance(error, NotFound) else 400
    return {
        "status": status,
        "code": error.code,
        "title": str(error),
        "title_zh": str(error),
        "detail": str(error),
        "hint": getattr(error, "hint", None),
    }


def problem_page(visit: Visit, document: dict[str, Any]) -> Response:
    """Answer with a problem: what happened, its code, what to do."""
    problem = {**dict.fromkeys(_PROBLEM_FIELDS), **document}
    return visit.page(
        "layout/problem.html", http_status=int(document.get("status", 500)), problem=problem
    )


def _missing(console: Console) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, _: Exception) -> Response:
        visit = console.open_visit(request)
        document = {
            "status": 404,
            "code": "",
            "title": "There is no such page",
            "title_zh": "没有这个页面",
            "detail": "",
            "hint": None,
        }
        response = problem_page(visit, document)
        response.headers.update(PAGE_HEADERS)
        return response

    return answer


class _JsonAddresses:
    """Takes `.json` off an address and notes that data is wanted."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401 # ASGI
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.endswith(_JSON_SUFFIX) and path[:8] != "/static/":
            bare = path.removesuffix(_JSON_SUFFIX)
            scope = {**scope, "path": bare, "raw_path": None, "wants_json": True}
        await self._app(scope, receive, send)


class _Static(StaticFiles):
    """The files of the pages; their addresses carry a digest, so they are kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(STATIC_HEADERS)
        return response
