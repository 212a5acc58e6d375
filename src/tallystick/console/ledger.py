# SPDX-License-Identifier: Apache-2.0
"""The node as the console sees it: its HTTP interface, asked inside the same process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import httpx

from tallystick.errors import Unavailable

Json: TypeAlias = Any
"""A JSON document of the API; its shape is the API's, described in docs/reference/http.md."""

_BASE: Final = "http://localhost"
_JSON: Final = "application/json"
_SERVER_ERROR: Final = 500


class NodeProblem(Exception):
    """The node answered with a problem document (RFC 9457)."""

    def __init__(self, document: dict[str, Json]) -> None:
        """Keep the document: code, title, title_zh, status, detail, hint, field, request_id."""
        super().__init__(document.get("detail") or document.get("title"))
        self.document = document

    @property
    def status(self) -> int:
        """The HTTP status."""
        return int(self.document.get("status", _SERVER_ERROR))

    @property
    def code(self) -> str:
        """The stable code, such as E_NOT_FOUND."""
        return str(self.document.get("code", ""))


class Ledger:
    """Asks the node; every answer is a JSON document of the API."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Ask through this client."""
        self._client = client

    async def get(self, path: str, /, **query: str | int | None) -> Json:
        """Return what a GET answers; parameters that are None are left out.

        Raises:
            NodeProblem: the node refused, or there is no such thing.
            Unavailable: it did not answer at all.
        """
        wanted = {name: value for name, value in query.items() if value is not None}
        return await self.ask("GET", path, params=wanted)

    async def post(self, path: str, body: Json) -> Json:
        """Return what a POST of a JSON document answers; raises as `get`."""
        return await self.ask("POST", path, json=body)

    async def raw(self, path: str, accept: str) -> bytes:
        """Return an answer's bytes, for downloads; raises as `get`."""
        response = await self._send("GET", path, headers={"accept": accept})
        return response.content

    async def ask(self, method: str, path: str, **options: Any) -> Json:  # noqa: ANN401 # httpx's
        """Return the JSON answer of one request; raises as `get`."""
        response = await self._send(method, path, **options)
        return response.json()

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        try:
            response = await self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise Unavailable(f"the node did not answer: {error}") from error
        if response.is_error:
            raise NodeProblem(_problem(response))
        return response


def in_process(application: Any) -> Ledger:  # noqa: ANN401 # an ASGI application
    """Return the ledger behind an ASGI application of this process: no socket, no second port."""
    transport = httpx.ASGITransport(app=application)
    return Ledger(httpx.AsyncClient(transport=transport, base_url=_BASE))


def at(*parts: str | int) -> str:
    """Return a path of the API from its segments, each quoted: `at("blocks", 7)` is /v1/blocks/7."""
    return "/v1/" + "/".join(quote(str(part), safe="") for part in parts)


def _problem(response: httpx.Response) -> dict[str, Json]:
    kind = response.headers.get("content-type", "")
    if kind.startswith(("application/problem+json", _JSON)):
        document: dict[str, Json] = response.json()
        return document
    return {"status": response.status_code, "title": response.reason_phrase}


def text_in(label: Mapping[str, str] | None, language: str) -> str:
    """Return a bilingual text of the API in one language; none is an empty text."""
    return "" if label is None else (label.get(language) or label.get("en") or "")
