# SPDX-License-Identifier: Apache-2.0
"""The route that answers with the OpenAPI document, whole or a contract's part of it."""

from __future__ import annotations

from collections.abc import Callable

from tallystick.api.answer import BRIEFLY, Answer, compressed, json_answer
from tallystick.api.asked import Asked
from tallystick.api.language import Bilingual
from tallystick.api.openapi import openapi_document
from tallystick.api.parameters import CONTRACT_PART
from tallystick.api.table import Policy, Reply, Route
from tallystick.errors import UnknownContract


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
