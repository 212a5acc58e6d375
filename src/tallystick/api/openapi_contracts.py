# SPDX-License-Identifier: Apache-2.0
"""One set of paths for each contract method, so that clients are generated with typed arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

import msgspec

from tallystick.api.answer import MEDIA_JSON
from tallystick.api.calls import PrepareRequest
from tallystick.contracts import (
    ContractSchema,
    FieldSchema,
    MethodSchema,
    json_schema,
    value_json_schema,
)
from tallystick.errors import (
    IdempotencyConflict,
    InvalidArguments,
    InvalidSignature,
    LimitExceeded,
    Malformed,
    NotFound,
    Overloaded,
    Refused,
    Rejected,
    TallystickError,
    TooSlow,
    Unavailable,
    UnknownContract,
    WrongMediaType,
)

Json: TypeAlias = dict[str, Any]
ProblemResponses: TypeAlias = Callable[[Iterable[type[TallystickError]]], Json]

_READ_ERRORS: Final = (
    Rejected,
    InvalidArguments,
    UnknownContract,
    NotFound,
    Refused,
    TallystickError,
    Unavailable,
)
_BODY_ERRORS: Final = (*_READ_ERRORS, Malformed, LimitExceeded, TooSlow, WrongMediaType, Overloaded)
_SUBMIT_ERRORS: Final = (*_BODY_ERRORS, InvalidSignature, IdempotencyConflict)


def contract_paths(
    schemas: Iterable[ContractSchema], problems: ProblemResponses, submit_parameters: list[Json]
) -> Json:
    """Return the paths of every method of contracts.

    Args:
        schemas: the contracts.
        problems: gives the responses for errors.
        submit_parameters: what every submission takes beside its body, described.
    """
    paths: Json = {}
    for schema in schemas:
        for method in schema.methods:
            path = f"/v1/contracts/{schema.name}/{method.name}"
            if method.kind == "query":
                paths[path] = {"get": _query(schema, method, problems)}
            else:
                paths[path] = {
                    "post": _call(schema, method, problems) | {"parameters": submit_parameters}
                }
                paths[f"{path}/prepare"] = {"post": _prepare(schema, method, problems)}
    return paths


def arguments_schema(method: MethodSchema) -> Json:
    """Return the JSON Schema of a method's arguments, to stand inside another document."""
    schema = dict(json_schema(method))
    schema.pop("$schema", None)
    return schema


def _described(schema: ContractSchema, method: MethodSchema, verb: str) -> Json:
    suffix = f"_{verb}" if verb else ""
    roles = f"\n\nNeeds one of the roles: {', '.join(method.roles)}." if method.roles else ""
    return {
        "operationId": f"{schema.name}_{method.name}{suffix}",
        "tags": ["contracts"],
        "summary": f"{schema.label.en}: {method.label.en}" + (f" ({verb})" if verb else ""),
        "x-summary-zh": f"{schema.label.zh}：{method.label.zh}",
        "x-policy": "signed" if method.kind == "action" and not verb else "public",
        "description": method.description.en + roles,
    }


def _query(schema: ContractSchema, method: MethodSchema, problems: ProblemResponses) -> Json:
    answer = {
        "type": "object",
        "required": ["result", "height"],
        "properties": {
            "result": value_json_schema(method.result),
            "height": {"type": "integer", "minimum": 0},
        },
    }
    return {
        **_described(schema, method, ""),
        "parameters": [_query_parameter(argument) for argument in method.arguments],
        "responses": {
            "200": {
                "description": "What the query returned.",
                "content": {MEDIA_JSON: {"schema": answer}},
            },
            **problems(_READ_ERRORS),
        },
    }


def _query_parameter(argument: FieldSchema) -> Json:
    schema = value_json_schema(argument.type)
    found: Json = {
        "name": argument.name,
        "in": "query",
        "required": argument.is_required,
        "description": argument.label.en,
    }
    if argument.type.kind in {"list", "map", "record"}:
        found["content"] = {MEDIA_JSON: {"schema": schema}}
    else:
        found["schema"] = schema
    return found


def _prepare(schema: ContractSchema, method: MethodSchema, problems: ProblemResponses) -> Json:
    # Not by allOf, which documentation pages show as if the arguments were any object.
    request = msgspec.json.schema_components([PrepareRequest])[1][PrepareRequest.__name__]
    body = {
        **request,
        "title": f"Prepare {schema.name}.{method.name}",
        "properties": {**request["properties"], "args": arguments_schema(method)},
        "required": ["args", *request["required"]],
    }
    return {
        **_described(schema, method, "prepare"),
        "requestBody": {"required": True, "content": {MEDIA_JSON: {"schema": body}}},
        "responses": {
            "200": _json_response("The bytes to sign.", "PreparedCall"),
            **problems(_BODY_ERRORS),
        },
    }


def _call(schema: ContractSchema, method: MethodSchema, problems: ProblemResponses) -> Json:
    own = {code: schema.refusal(code) for code in method.refusals}
    refusals = "".join(f"\n- `{code}`: {one.template.en}" for code, one in own.items() if one)
    operation = {
        **_described(schema, method, ""),
        "requestBody": {
            "required": True,
            "content": {MEDIA_JSON: {"schema": {"$ref": "#/components/schemas/SignedCall"}}},
        },
        "responses": {
            "201": _json_response("Committed.", "Submitted"),
            "202": _json_response("Taken, not final yet.", "Submitted"),
            **problems(_SUBMIT_ERRORS),
        },
    }
    if refusals:
        operation["description"] += f"\n\nRefusals of its own:{refusals}"
    return operation


def _json_response(description: str, schema: str) -> Json:
    content = {MEDIA_JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": description, "content": content}
