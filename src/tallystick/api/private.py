# SPDX-License-Identifier: Apache-2.0
"""Sealed bytes of private records: in from a reader, out to a reader. Nothing here is in clear."""

from __future__ import annotations

from msgspec import Struct

from tallystick.api.answer import MEDIA_CBOR, NO_STORE, Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.api.parameters import SIGNED_REQUEST
from tallystick.encoding import parse_base64url
from tallystick.errors import InvalidSignature
from tallystick.model import PrivatePackage, PrivatePlace, Question


class Kept(Struct, frozen=True):
    """What a node has on disk now."""

    contract: str
    part: str
    record: str
    wraps: list[str]
    """Organisations whose wraps came with the request."""


def keep_sealed(asked: Asked) -> Answer:
    """Answer PUT /v1/private/{contract}/{part}/{record}."""
    asker, place = _signer(asked), _place(asked)
    package = PrivatePackage.decode(asked.body)
    asked.server.node.private.put(asker, place, package)
    return json_answer(Kept(*place, sorted(package.wraps)))


def give_sealed(asked: Asked) -> Answer:
    """Answer GET /v1/private/{contract}/{part}/{record}: the bytes, and the asker's own wrap."""
    asker, place = _signer(asked), _place(asked)
    found = asked.server.node.private.get(asker, place)
    return Answer(200, found.encode(), MEDIA_CBOR, (NO_STORE,))


def _signer(asked: Asked) -> str:
    """Return whose member signed this very request."""
    if not asked.signed_request:
        raise InvalidSignature(
            "a member's key must sign this request",
            field=SIGNED_REQUEST.name,
            expected="a COSE_Sign1 in base64url",
            hint="Use the SDK or `tally private`: docs/spec/private-data.md section 4.",
        )
    node = asked.server.node
    signed = parse_base64url(asked.signed_request, name=SIGNED_REQUEST.name)
    question = Question(node.network, asked.method, asked.path, asked.body)
    return node.private.organization_of(signed, question)


def _place(asked: Asked) -> PrivatePlace:
    return PrivatePlace(
        asked.required_text("contract"), asked.required_text("part"), asked.required_text("record")
    )
