# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI 3.1 document, made from the route table, the wire records and the contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeAlias

import msgspec

from tallystick.api.answer import (
    BRIEFLY,
    MEDIA_EVENTS,
    MEDIA_JSON,
    MEDIA_PROBLEM,
    Answer,
    compressed,
    json_answer,
)
from tallystick.api.asked import Asked
from tallystick.api.catalogue import Catalogue
from tallystick.api.language import Bilingual
from tallystick.api.openapi_contracts import contract_paths
from tallystick.api.openapi_references import share_repeated
from tallystick.api.openapi_tables import table_paths
from tallystick.api.parameters import (
    CONTRACT_PART,
    IDEMPOTENCY_KEY,
    MIN_HEIGHT,
    NO_CONTRACT,
    TIMEOUT_MS,
    WAIT,
    Parameter,
)
from tallystick.api.problems import Problem, problem_type, status_of
from tallystick.api.table import Lists, Policy, Reply, Route
from tallystick.api.table_filters import LIST_PARAMETERS
from tallystick.contracts import ContractSchema
from tallystick.errors import (
    Behind,
    InvalidArguments,
    LimitExceeded,
    Malformed,
    NotFound,
    Overloaded,
    Rejected,
    TallystickError,
    TooSlow,
    Unavailable,
    UnknownContract,
    WrongMediaType,
    WrongMethod,
)
from tallystick.units import VERSION

Json: TypeAlias = dict[str, Any]

REF_TEMPLATE: Final = "#/components/schemas/{name}"
_BYTES: Final = {"type": "string", "format": "binary"}
_TEXT: Final = {"type": "string"}
_EVENT: Final = {"type": "object", "properties": {"id": _TEXT, "event": _TEXT, "data": _TEXT}}
_SCHEMAS: Final[Mapping[str, Json]] = {
    "text/plain": _TEXT,
    "text/html": _TEXT,
    MEDIA_EVENTS: _EVENT,  # of each event of the stream
}
_ALWAYS: Final = (Rejected, TallystickError, Unavailable)
_WITH_BODY: Final = (Malformed, LimitExceeded, TooSlow, WrongMediaType, Overloaded)
_DESCRIPTION: Final = """\
One node of a consortium ledger. Reading needs no account; writing needs a transaction signed by an
enrolled key, which the ledger checks whoever sends it.

Hashes and bytes are hexadecimal, times stand as RFC 3339 and as unix milliseconds. Every error is a
problem (RFC 9457) with a stable `code`; titles and hints follow `Accept-Language` (en, zh). Every
answer carries `Tally-Request-Id` and `Tally-Height`. Lists are read from views that follow the
newest block within moments; `Tally-Min-Height` waits for one's own writes. Submitting the same
transaction again gives the outcome of the first time.
"""
_TAGS: Final = {
    "ledger": "What was written: blocks, transactions, receipts",
    "submit": "Writing: signed transactions, alone or in batches",
    "contracts": "Calling contracts without a COSE library at hand",
    "network": "Who belongs, and what to trust",
    "governance": "How the network is governed: rules, proposals, votes",
    "records": "Records that contracts keep, as lists with filters",
    "private": "Sealed bytes of private records, for their readers",
    "documents": "Sealed files: uploads by tus 1.0, ranges, and wraps by recorded openings",
    "log": "Proofs and the whole log, for verifiers (C2SP tlog-tiles, RFC 9162)",
    "events": "What happens, as it happens",
    "node": "This node's own state",
}


def openapi_document(
    routes: Iterable[Route], catalogue: Catalogue, contract: str | None = None
) -> Json:
    """Return the document as plain JSON values.

    Args:
        routes: the route table.
        catalogue: the contracts.
        contract: only the paths of this contract; `-` for only those of no contract; all if None.

    Raises:
        UnknownContract: there is no such contract.
    """
    listed = [route for route in routes if not route.is_hidden]
    references, named = _components(listed)
    paths: Json = {}
    if contract in {None, NO_CONTRACT}:
        for route in listed:
            path = route.path.replace(":path}", "}")
            paths.setdefault(path, {})[route.method.lower()] = _operation(route, references)
    if contract is None:
        paths |= _typed_paths(catalogue.schemas)
    elif contract != NO_CONTRACT:
        paths |= _typed_paths([catalogue.contract(contract)])
    used = {tag for path in paths.values() for one in path.values() for tag in one["tags"]}
    paths, components = share_repeated(paths, named)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Tallystick node",
            "version": VERSION,
            "summary": "A consortium ledger whose every transaction has a receipt.",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [],
        "tags": [
            {"name": name, "description": text} for name, text in _TAGS.items() if name in used
        ],
        "paths": paths,
        "components": components,
    }


def _typed_paths(schemas: Sequence[ContractSchema]) -> Json:
    submit = [_parameter(one) for one in (WAIT, TIMEOUT_MS, IDEMPOTENCY_KEY)]
    listing = [_parameter(one) for one in (*LIST_PARAMETERS, MIN_HEIGHT)]
    return contract_paths(schemas, problem_responses, submit) | table_paths(
        schemas, problem_responses, listing
    )


def problem_responses(errors: Iterable[type[TallystickError]]) -> Json:
    """Return the responses that tell of these errors, by status."""
    by_status: dict[int, list[type[TallystickError]]] = {}
    for error in errors:
        found = by_status.setdefault(status_of(error), [])
        if error not in found:
            found.append(error)
    return {
        str(status): {
            "description": "; ".join(f"`{one.code}` {one.title_en}" for one in found),
            "content": {
                MEDIA_PROBLEM: {
                    "schema": {"$ref": REF_TEMPLATE.format(name=Problem.__name__)},
                    "example": _problem_example(found[0], status),
                }
            },
        }
        for status, found in sorted(by_status.items())
    }


def errors_of(route: Route) -> tuple[type[TallystickError], ...]:
    """Return every error that a route may answer with."""
    found: list[type[TallystickError]] = [*_ALWAYS, *route.errors]
    if "{" in route.path:
        # A template may meet a path of another route, which offers other methods.
        found += [NotFound, WrongMethod]
    if route.body is not None:
        found.extend(_WITH_BODY)
    if route.lists is Lists.YES:
        found += [InvalidArguments, Behind]
    return tuple(dict.fromkeys(found))


def parameters_of(route: Route) -> tuple[Parameter, ...]:
    """Return a route's parameters, with the header that lists honour."""
    return (*route.parameters, MIN_HEIGHT) if route.lists is Lists.YES else route.parameters


def _components(routes: list[Route]) -> tuple[dict[int, Json], Json]:
    """Return schema references by the id of their type, and the definitions they refer to."""
    types: list[Any] = [Problem]
    for route in routes:
        bodies = () if route.body is None else (route.body.schema,)
        types += [one for one in (*bodies, *(r.schema for r in route.replies)) if one is not None]
    distinct = list({id(one): one for one in types}.values())
    references, components = msgspec.json.schema_components(distinct, ref_template=REF_TEMPLATE)
    return {id(one): ref for one, ref in zip(distinct, references, strict=True)}, components


def _operation(route: Route, schemas: dict[int, Json]) -> Json:
    operation: Json = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary.en,
        "x-summary-zh": route.summary.zh,
        "x-policy": route.policy.value,
        "description": route.description + _policy_note(route.policy),
        "responses": {
            **{str(r.status): _response(r, schemas) for r in route.replies},
            **problem_responses(errors_of(route)),
        },
    }
    parameters = [_parameter(one) for one in parameters_of(route)]
    if route.is_open:
        parameters.append(_free_arguments())
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = _request_body(route, schemas)
    return operation


def _response(reply: Reply, schemas: dict[int, Json]) -> Json:
    content: Json = {}
    for media_type in reply.media_types:
        name = media_type.partition(";")[0]
        media: Json = {}
        if name != MEDIA_JSON:
            media["schema"] = _SCHEMAS.get(name, _BYTES)
        elif reply.schema is not None:
            media["schema"] = schemas[id(reply.schema)]
        if reply.example is not None and name == MEDIA_JSON:
            media["example"] = reply.example
        content[name] = media
    return {"description": reply.description, "content": content}


def _request_body(route: Route, schemas: dict[int, Json]) -> Json:
    body = route.body
    if body is None:
        return {}
    media: Json = {"schema": _BYTES if body.schema is None else schemas[id(body.schema)]}
    if body.example is not None:
        media["example"] = body.example
    described = f"{body.description} At most {body.size_max:,} bytes.".strip()
    return {
        "required": True,
        "description": described,
        "content": dict.fromkeys(body.media_types, media),
    }


def _parameter(parameter: Parameter) -> Json:
    found: Json = {
        "name": parameter.name,
        "in": parameter.place.value,
        "required": parameter.is_required,
        "description": parameter.description,
        "schema": parameter.json_schema(),
    }
    if parameter.example is not None:
        found["example"] = parameter.example
    return found


def _free_arguments() -> Json:
    return {
        "name": "arguments",
        "in": "query",
        "required": False,
        "description": "The query's own arguments, each a field of the query string; lists and "
        "records as JSON.",
        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        "style": "form",
        "explode": True,
    }


def _policy_note(policy: Policy) -> str:
    if policy is Policy.SIGNED:
        return "\n\nThe transaction carries its signature; the request needs no other credentials."
    if policy is Policy.MEMBER:
        return "\n\nAn active member's key signs the request: `Tally-Request`."
    return ""


def _problem_example(error: type[TallystickError], status: int) -> Json:
    return {
        "type": problem_type(error.code),
        "title": error.title_en,
        "title_zh": error.title_zh,
        "status": status,
        "code": error.code,
        "detail": HTTPStatus(status).phrase,
        "hint": error.hint_en,
        "instance": "/v1/...",
        "request_id": "5f0c2a91-1f",
    }


def document_route(routes: Callable[[], tuple[Route, ...]]) -> Route:
    """Return the route; `routes` gives the whole table, this route included."""

    def show_document(asked: Asked) -> Answer:
        """Answer GET /openapi.json."""
        part = asked.text(CONTRACT_PART.name)
        document = openapi_document(routes(), asked.server.catalogue, part)
        return compressed(json_answer(document, headers=(BRIEFLY,)), asked.accept_encoding)

    return Route(
        method="GET",
        path="/openapi.json",
        name="show_document",
        tag="node",
        policy=Policy.PUBLIC,
        summary=Bilingual(en="This description", zh="接口描述"),
        parameters=(CONTRACT_PART,),
        replies=(Reply(200, "OpenAPI 3.1."),),
        errors=(UnknownContract,),
        reader=show_document,
    )
