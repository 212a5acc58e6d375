# SPDX-License-Identifier: Apache-2.0
"""The node as the console sees it: its HTTP interface, asked inside the same process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import httpx
import msgspec

from tallystick.client import Problem, error_from_problem
from tallystick.errors import NotFound, TallystickError, Unavailable

Json: TypeAlias = Any
"""A JSON document of the API; its shape is the API's, described in docs/reference/http.md."""

_BASE: Final = "http://localhost"


class Ledger:
    """Asks the node; every answer is a JSON document of the API."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Ask through this client."""
        self._client = client

    async def get(self, path: str, /, **query: str | int | None) -> Json:
        """Return what a GET answers; parameters that are None are left out.

        Raises:
            TallystickError: the node refused, or there is no such thing; of the code it said.
            Unavailable: it did not answer at all.
        """
        wanted = {name: value for name, value in query.items() if value is not None}
        return await self.ask("GET", path, params=wanted)

    async def find(self, path: str, /, **query: str | int | None) -> Json | None:
        """Return what a GET answers, or None where there is no such thing; else raises as `get`."""
        try:
            return await self.get(path, **query)
        except NotFound:
            return None

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
            raise _error(response)
        return response


def in_process(application: Any) -> Ledger:  # noqa: ANN401 # an ASGI application
    """Return the ledger behind an ASGI application of this process: no socket, no second port."""
    transport = httpx.ASGITransport(app=application)
    return Ledger(httpx.AsyncClient(transport=transport, base_url=_BASE))


def at(*parts: str | int) -> str:
    """Return a path of the API from its segments, quoted: `at("blocks", 7)` is /v1/blocks/7."""
    return "/v1/" + "/".join(quote(str(part), safe="") for part in parts)


def record_at(contract: str, table: str, key: str) -> str:
    """Return the path of a record; the slashes of its key stay."""
    return f"{at('contracts', contract, 'tables', table)}/{quote(key)}"


def table_of(contract: Json, name: str) -> Json:
    """Return a table of a contract's schema.

    Raises:
        NotFound: the contract has no such table.
    """
    found = find_table(contract, name)
    if found is None:
        raise NotFound("this contract has no such table", field="table", found=name[:80])
    return found


def find_table(contract: Json, name: str) -> Json | None:
    """Return a table of a contract's schema, or None if there is no such table."""
    tables = contract.get("tables", [])
    return next((table for table in tables if table["name"] == name), None)


def _error(response: httpx.Response) -> TallystickError:
    """Return what the node's problem document (RFC 9457) stands for."""
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except msgspec.DecodeError:
        return Unavailable(f"the node answered {response.status_code} {response.reason_phrase}")
    return error_from_problem(problem, response.status_code)


def text_in(label: Mapping[str, str] | None, language: str) -> str:
    """Return a bilingual text of the API in one language; none is an empty text."""
    return "" if label is None else (label.get(language) or label.get("en") or "")
