# SPDX-License-Identifier: Apache-2.0
"""What a node that joins asks the engines of others: headers, and who signed them.

The engine's own interface stays on its machine, for it has no authentication and many powers.
This relays a few of its questions, whose answers the asking engine verifies by itself. It speaks
the engine's JSON-RPC, because an engine is what asks.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from tallystick.api.answer import MEDIA_JSON, NO_STORE, Answer
from tallystick.api.asked import Asked
from tallystick.api.calls import read_body
from tallystick.errors import Rejected

_PARAMETERS: Final = frozenset({"height", "page", "per_page"})


class EngineQuestion(Struct, frozen=True):
    """A question in JSON-RPC 2.0."""

    method: str
    id: int = 0
    jsonrpc: str = "2.0"
    params: dict[str, str | int | None] = {}


def relay_to_engine(asked: Asked) -> Answer:
    """Answer POST /v1/engine."""
    question = read_body(asked.body, EngineQuestion)
    unknown = question.params.keys() - _PARAMETERS
    if unknown:
        raise Rejected(
            "the question has parameters that are not relayed",
            field="params",
            expected=", ".join(sorted(_PARAMETERS)),
            found=", ".join(sorted(unknown))[:80],
        )
    params = {name: str(value) for name, value in question.params.items() if value is not None}
    answer = asked.server.node.consortium.ask_engine(question.method, params, question.id)
    return Answer(200, answer, MEDIA_JSON, (NO_STORE,))
