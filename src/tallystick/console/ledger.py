# SPDX-License-Identifier: Apache-2.0
"""The node as the console sees it: its HTTP interface, asked inside the same process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import msgspec

from tallystick.client import Problem, error_from_problem
from tallystick.console.inside import Reply, ask_inside
from tallystick.console.keeping import Kept
from tallystick.errors import NotFound, TallystickError, Unavailable

Json: TypeAlias = Any
"""A JSON document of the API; its shape is the API's, described in docs/reference/http.md."""

_CBOR: Final = "application/cbor"
_OF_JSON: Final = ((b"content-type", b"application/json"),)
_ERRORS_FROM: Final = 400
_SCHEMAS: Final = 64
"""How many schemas of contracts are kept as they were read."""


class Ledger:
    """Asks the node; every answer is a JSON document of the API."""

    def __init__(self, application: Any) -> None:  # noqa: ANN401 # ASGI
        """Ask the API of this process."""
        self._application = application
        self.kept = Kept()
        """What was worked out from answers a moment ago, and is the same for all readers."""

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

    async def schema(self, contract: str) -> Json:
        """Return a contract's schema; raises as `get`.

        It is long, so it is read once and shared by all pages while the node says the same of it.
        Nobody changes it.
        """
        return _document((await self._ask("GET", at("contracts", contract))).body)

    async def contracts(self) -> Json:
        """Return all contracts with their schemas, as GET /v1/contracts does; raises as `get`.

        A megabyte and more, so it is kept as `schema` keeps one.
        """
        return _document((await self._ask("GET", at("contracts"))).body)

    async def post(self, path: str, body: Json) -> Json:
        """Return what a POST of a JSON document answers; raises as `get`."""
        return await self.ask("POST", path, json=body)

    async def raw(self, path: str, accept: str) -> bytes:
        """Return an answer's bytes, for downloads; raises as `get`."""
        reply = await self._ask("GET", path, headers=[(b"accept", accept.encode("ascii"))])
        return reply.body

    async def signed(
        self,
        method: str,
        path: str,
        *,
        request: str,
        body: bytes = b"",
        about: Mapping[str, str] = MappingProxyType({}),
        query: Mapping[str, str] | None = None,
    ) -> bytes:
        """Return the bytes that a request answers which a member's key signed; raises as `get`.

        `about` are its further headers; without a type of its own the body is CBOR. What `query`
        says is not signed.
        """
        said = {"accept": _CBOR, **({"content-type": _CBOR} if body else {}), **about}
        said["tally-request"] = request
        headers = [(name.encode("ascii"), text.encode("ascii")) for name, text in said.items()]
        return (await self._ask(method, path, query=query, headers=headers, body=body)).body

    async def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Json = None,
    ) -> Json:
        """Return the JSON answer of one request; raises as `get`."""
        if json is None:
            reply = await self._ask(method, path, query=params)
        else:
            body = msgspec.json.encode(json)
            reply = await self._ask(method, path, query=params, headers=_OF_JSON, body=body)
        return msgspec.json.decode(reply.body)

    async def _ask(self, method: str, path: str, **options: Any) -> Reply:  # noqa: ANN401
        reply = await ask_inside(self._application, method, path, **options)
        if reply.status >= _ERRORS_FROM:
            raise _error(reply)
        return reply


@lru_cache(maxsize=_SCHEMAS)
def _document(body: bytes) -> Json:
    return msgspec.json.decode(body)


def at(*parts: str | int) -> str:
    """Return a path of the API from its segments, quoted: `at("blocks", 7)` is /v1/blocks/7."""
    return "/v1/" + "/".join(quote(str(part), safe="") for part in parts)


def record_at(contract: str, table: str, key: str) -> str:
    """Return the path of a record; the slashes of its key stay."""
    return f"{at('contracts', contract, 'tables', table)}/{quote(key)}"


def case_at(contract: str, table: str, key: str) -> str:
    """Return the page of a record; the slashes of its key stay."""
    return f"/case/{quote(contract)}/{quote(table)}/{quote(key)}"


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


def _error(reply: Reply) -> TallystickError:
    """Return what the node's problem document (RFC 9457) stands for."""
    try:
        problem = msgspec.json.decode(reply.body, type=Problem)
    except msgspec.DecodeError:
        return Unavailable(f"the node answered {reply.status}")
    return error_from_problem(problem, reply.status)


def text_in(label: Mapping[str, str] | None, language: str) -> str:
    """Return a bilingual text of the API in one language; none is an empty text."""
    return "" if label is None else (label.get(language) or label.get("en") or "")
