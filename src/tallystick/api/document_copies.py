# SPDX-License-Identifier: Apache-2.0
"""Copies of documents: hashes to check one by, proofs that it is there, one from another node."""

from __future__ import annotations

from msgspec import Struct

from tallystick.api.answer import MEDIA_BYTES, NO_STORE, Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.api.signed import signer_of
from tallystick.encoding import format_base64url
from tallystick.model import DocumentPlace


class Fetched(Struct, frozen=True):
    """How far a fetch is."""

    offset: int
    size: int


class Shown(Struct, frozen=True):
    """A slice of a sealed file, which proves that the node could get at it just now."""

    document: str
    version: int
    node: str
    """Code of its organisation, which is part of the question."""
    index: int
    slice: str
    """Base64url without padding."""
    path: list[str]
    """SHA-256 in hexadecimal, from the slice up."""


def give_chunk_hashes(asked: Asked) -> Answer:
    """Answer GET /v1/documents/{document}/{version}/chunks."""
    asker, place = signer_of(asked, is_for_nodes=True), _place(asked)
    hashes = asked.server.node.copies.chunk_hashes(asker, place)
    return Answer(200, hashes, MEDIA_BYTES, (NO_STORE,))


def fetch_piece(asked: Asked) -> Answer:
    """Answer POST /v1/documents/{document}/{version}/fetch: one piece, from another node."""
    state = asked.server.node.copies.fetch(signer_of(asked), _place(asked))
    return json_answer(Fetched(state.offset, state.size), headers=(NO_STORE,))


def show_slice(asked: Asked) -> Answer:
    """Answer GET /v1/documents/{document}/{version}/possession/{seed}."""
    asker, place = signer_of(asked, is_for_nodes=True), _place(asked)
    found = asked.server.node.copies.prove(asker, place, asked.required_hash("seed"))
    shown = Shown(
        document=place.document,
        version=place.version,
        node=found.node,
        index=found.index,
        slice=format_base64url(found.data),
        path=[one.hex() for one in found.path],
    )
    return json_answer(shown, headers=(NO_STORE,))


def _place(asked: Asked) -> DocumentPlace:
    return DocumentPlace(asked.required_text("document"), asked.required_integer("version"))
