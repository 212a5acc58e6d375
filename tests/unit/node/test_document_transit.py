# SPDX-License-Identifier: Apache-2.0
"""What is cut off on its way, or too large for one, is refused, and nothing of it is kept."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import to_builtins

from tallystick.api import HttpServer
from tallystick.client import Use
from tallystick.client.document_files import SealedFacts, seal_file
from tallystick.encoding import format_base64url
from tallystick.errors import InvalidProof, LimitExceeded
from tallystick.model import DocumentPlace, Question, sign_request
from tallystick.units import DOCUMENT_BYTES_MAX
from tests.unit.node.test_documents import CLEAR, KEYS, World
from tests.vault import OWNER_ID

PLACE: Final = DocumentPlace("D-1", 1)
UPLOAD: Final = f"{PLACE.path}/upload"
OWN: Final = KEYS[OWNER_ID.organization]
FIVE_GIBIBYTES: Final = 5 * (1 << 30)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return a node where the owner has published a sealing key."""
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    world = World(tmp_path)
    world.publish(OWNER_ID)
    yield world
    world.node.stop()


def registered(world: World, **changed: Any) -> tuple[SealedFacts, bytes]:
    """Register a sealed file; return what stands on the ledger, and its bytes."""
    made = seal_file(
        world.file, world.folder / "out", media_type="text/plain", public_key=OWN.public_key
    )
    facts = {**to_builtins(made.facts), **changed}
    world.call("put", document="D-1", file=facts)
    return made.facts, made.sealed.read_bytes()


@pytest.mark.parametrize("offset", [0, 10])
def test_plaintext_is_refused_at_its_first_bytes_and_nothing_is_left(
    world: World, offset: int
) -> None:
    """A PDF, with scripts or not, that was not sealed: a node keeps nothing that it could read."""
    facts, sealed = registered(world)
    kind = {"content_type": "application/offset+octet-stream", "tus_resumable": "1.0.0"}
    size = str(facts.size)
    world.ask(OWNER_ID, "POST", UPLOAD, tus_resumable="1.0.0", upload_length=size)
    if offset:
        world.ask(OWNER_ID, "PATCH", UPLOAD, sealed[:offset], upload_offset="0", **kind)
    assert world.held()
    plain = b"%PDF-1.7\n".ljust(facts.size - offset, b" ")
    refused = world.ask(OWNER_ID, "PATCH", UPLOAD, plain, upload_offset=str(offset), **kind)
    assert (refused.status_code, refused.json()["code"]) == (400, "E_FORMAT")
    assert "seal" in refused.json()["hint"].lower()
    assert world.held() == []


def test_a_piece_that_is_cut_off_on_its_way_leaves_nothing(world: World) -> None:
    """The connection ends in the middle of it: the upload stands where it stood, and goes on."""
    facts, sealed = registered(world)
    size = str(facts.size)
    world.ask(OWNER_ID, "POST", UPLOAD, tus_resumable="1.0.0", upload_length=size)
    question = Question(world.node.network, "PATCH", UPLOAD, sealed)
    until = world.node._parts.config.clock() + 60_000
    raw = sign_request(question, OWNER_ID.secret, OWNER_ID.organization, valid_until=until)
    head = (
        f"PATCH {UPLOAD} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\n"
        f"Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n"
        f"Content-Length: {size}\r\nTally-Request: {format_base64url(raw)}\r\n\r\n"
    )
    with (
        HttpServer(world.node, port=0) as server,
        socket.create_connection(("127.0.0.1", server.port)) as connection,
    ):
        connection.sendall(head.encode() + sealed[: facts.size // 2])
        connection.shutdown(socket.SHUT_WR)
        assert b"204" not in connection.recv(100)
    shown = world.ask(OWNER_ID, "HEAD", UPLOAD, tus_resumable="1.0.0")
    assert shown.headers["upload-offset"] == "0"
    headers = {
        "tus_resumable": "1.0.0",
        "upload_offset": "0",
        "content_type": "application/offset+octet-stream",
    }
    done = world.ask(OWNER_ID, "PATCH", UPLOAD, sealed, **headers)
    assert done.headers["upload-offset"] == size


def test_a_shorter_file_than_was_declared_is_not_begun(world: World) -> None:
    """The ledger knows the size, so no byte of it is sent."""
    facts, _ = registered(world)
    short = str(facts.size - 1)
    answer = world.ask(OWNER_ID, "POST", UPLOAD, tus_resumable="1.0.0", upload_length=short)
    assert answer.json()["code"] == "E_HASH"
    assert world.held() == []


def test_a_download_that_ends_too_early_is_refused_and_removed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that gives less than the ledger says; neither ciphertext nor plaintext stays."""
    world.put()
    read = world.node.documents.read
    most = len(CLEAR) // 2

    def shortened(copy: Any, start: int, size: int) -> bytes:
        return read(copy, start, size)[: max(0, most - start)]

    monkeypatch.setattr(world.node.documents, "read", shortened)
    with pytest.raises(InvalidProof, match="not the one"):
        world.get(OWNER_ID, Use())
    assert list(world.out.iterdir()) == []
    assert not list((tmp_path / "home").rglob("incoming/*"))


def test_a_file_of_five_gibibytes_is_refused_before_a_byte_is_sent(
    world: World, tmp_path: Path
) -> None:
    """By the client, before it seals or registers anything."""
    height = world.node.status().height
    with world.file.open("wb") as file:
        file.truncate(FIVE_GIBIBYTES)
    with pytest.raises(LimitExceeded):
        world.put()
    assert world.node.status().height == height
    assert not list((tmp_path / "home").rglob("sealed.age"))
    assert FIVE_GIBIBYTES > DOCUMENT_BYTES_MAX


def test_a_declared_size_above_the_limit_is_refused_before_a_byte_is_sent(world: World) -> None:
    """By the node, whatever stands on the ledger."""
    registered(world, size=FIVE_GIBIBYTES)
    size = str(FIVE_GIBIBYTES)
    answer = world.ask(OWNER_ID, "POST", UPLOAD, tus_resumable="1.0.0", upload_length=size)
    assert answer.json()["code"] == "E_LIMIT"
    assert world.held() == []
