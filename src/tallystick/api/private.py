# SPDX-License-Identifier: Apache-2.0
"""Sealed bytes of private records: in from a reader, out to a reader. Nothing here is in clear."""

from __future__ import annotations

from msgspec import Struct

from tallystick.api.answer import MEDIA_CBOR, NO_STORE, Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.api.signed import signer_of
from tallystick.model import PrivatePackage, PrivatePlace


class Kept(Struct, frozen=True):
    """What a node has on disk now."""

    contract: str
    part: str
    record: str
    wraps: list[str]
    """Organisations whose wraps came with the request."""


def keep_sealed(asked: Asked) -> Answer:
    """Answer PUT /v1/private/{contract}/{part}/{record}."""
    asker, place = signer_of(asked), _place(asked)
    package = PrivatePackage.decode(asked.body)
    asked.server.node.private.put(asker, place, package)
    return json_answer(Kept(*place, sorted(package.wraps)))


def give_sealed(asked: Asked) -> Answer:
    """Answer GET /v1/private/{contract}/{part}/{record}: the bytes, and the asker's own wrap."""
    asker, place = signer_of(asked), _place(asked)
    is_whole = asked.text("only") is None
    found = asked.server.node.private.get(asker, place, is_whole=is_whole)
    return Answer(200, found.encode(), MEDIA_CBOR, (NO_STORE,))


def _place(asked: Asked) -> PrivatePlace:
    return PrivatePlace(
        asked.required_text("contract"), asked.required_text("part"), asked.required_text("record")
    )
