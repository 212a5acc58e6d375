# SPDX-License-Identifier: Apache-2.0
"""What operations repeat is said once, and nothing that was said is lost."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tallystick.api.application import describe_api
from tallystick.api.door import Door
from tallystick.api.openapi_references import share_repeated
from tests.unit.api.references import resolved

NOTES = st.fixed_dictionaries(
    {}, optional={"title": st.sampled_from(["Lot", "a lot"]), "default": st.sampled_from([1, 2])}
)
PLAIN = st.sampled_from(
    [
        {"type": "integer", "minimum": 0, "maximum": 9_223_372_036_854_775_807},
        {"type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"},
        {"type": "string", "format": "sha256", "pattern": "^[0-9a-f]{64}$", "minLength": 64},
        {"type": "string", "enum": ["OPEN", "CLOSED", "WITHDRAWN", "EXPIRED", "CANCELLED"]},
        {"type": ["integer", "null"], "description": "A number that may be absent from it."},
        {"type": "boolean"},
        {},
    ]
)


def larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return schemas that hold others."""
    names = st.sampled_from(["amount", "due", "of/a"])
    return st.one_of(
        st.builds(lambda one: {"type": "array", "items": one}, inner),
        st.builds(lambda one: {"type": "object", "additionalProperties": one}, inner),
        st.builds(lambda one: {"anyOf": [one, {"type": "null"}]}, inner),
        st.builds(
            lambda fields: {"type": "object", "properties": fields},
            st.dictionaries(names, inner, max_size=3),
        ),
    )


def noted(schemas: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return schemas with what one use says of them."""
    return st.builds(lambda schema, notes: {**schema, **notes}, schemas, NOTES)


SCHEMAS = noted(st.recursive(noted(PLAIN), lambda inner: noted(larger(inner)), max_leaves=6))
PARAMETERS = st.builds(
    lambda name, schema: {"name": name, "in": "query", "schema": schema},
    st.sampled_from(["due.ge", "q", "Tally-Min-Height"]),
    SCHEMAS,
)
RESPONSES = st.builds(
    lambda text, schema: {
        "description": text,
        "content": {"application/json": {"schema": schema, "example": {"schema": {}}}},
    },
    st.sampled_from(["Done.", "Not done, because of something that takes a while to tell."]),
    SCHEMAS,
)
OPERATIONS = st.builds(
    lambda parameters, responses, body: {
        "operationId": "something",
        **parameters,
        **({} if body is None else {"requestBody": body}),
        "responses": responses,
    },
    st.one_of(
        st.just({}), st.builds(lambda one: {"parameters": one}, st.lists(PARAMETERS, max_size=4))
    ),
    st.dictionaries(st.sampled_from(["200", "400"]), RESPONSES),
    st.one_of(st.none(), RESPONSES),
)
PATHS = st.dictionaries(
    st.sampled_from(
        ["/v1/blocks", "/v1/contracts/shop/sell", "/v1/contracts/shop/tables/lots/{key}"]
    ),
    st.dictionaries(st.sampled_from(["get", "post"]), OPERATIONS),
)


@given(PATHS)
def test_sharing_changes_nothing_of_what_is_said(paths: dict[str, Any]) -> None:
    """With its references followed, the document is what it was; nor are the paths touched."""
    before = json.dumps(paths)
    shared, components = share_repeated(paths, {"text-64": {"type": "string"}})
    assert resolved({"paths": shared, "components": components}) == paths
    assert json.dumps(paths) == before
    assert components["schemas"]["text-64"] == {"type": "string"}


@given(PATHS)
def test_sharing_never_makes_it_longer(paths: dict[str, Any]) -> None:
    """Nothing is a reference whose own text would be shorter."""
    shared, components = share_repeated(paths, {})
    for section in components.values():
        for name, content in section.items():
            assert len(json.dumps(content)) > len(name)
    assert len(json.dumps(shared)) <= len(json.dumps(paths))


def test_no_parameter_and_no_answer_of_a_node_is_written_twice(app: Door) -> None:
    """So that a dozen contracts do not make megabytes of the same answers to errors."""
    document = describe_api(app.state)
    parts: Counter[str] = Counter()
    for verbs in document["paths"].values():
        for operation in verbs.values():
            for part in (*operation.get("parameters", ()), *operation["responses"].values()):
                if "$ref" not in part:
                    parts[json.dumps(part)] += 1
    assert [part for part, uses in parts.items() if uses > 1 and len(part) > 90] == []
    assert document["components"].keys() == {"schemas", "parameters", "responses"}


def test_a_record_is_called_after_its_contract(app: Door) -> None:
    """A generated client then has a class of that name."""
    assert "evidence.Deposit" in describe_api(app.state)["components"]["schemas"]
