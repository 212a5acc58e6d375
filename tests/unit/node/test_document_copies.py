# SPDX-License-Identifier: Apache-2.0
"""Copies among nodes: what another node gives is checked chunk by chunk, or is not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tallystick.api import HttpServer
from tallystick.client import Challenged, DocumentFacts, Identity, Use
from tallystick.client.document_copies import QUESTIONS_DEFAULT
from tallystick.encoding import Cid, format_base64url, parse_base64url
from tallystick.errors import (
    Corrupted,
    InvalidProof,
    NotAMember,
    NotFound,
    RoleMissing,
    Unavailable,
    UsageError,
)
from tallystick.merkle import CHUNK_SIZE, ChunkHashes, draw_slice
from tallystick.model import DocumentPlace, Question, ShownSlice
from tallystick.node.peer_api import PeerApi
from tests.factories import BANK, COURT, LOG_KEY
from tests.unit.node.test_documents import World
from tests.vault import AUDITOR_ID, OWNER_ID

MEDIA_BYTES = "application/octet-stream"
PLACE = DocumentPlace("D-1", 1)
CLEAR = bytes(range(256)) * 10_000
NODE = Identity(COURT, "node", LOG_KEY)
Change = Callable[[str, bytes], bytes | None]


class Other:
    """Another organisation's node: has a copy, and gives what `change` makes of each answer."""

    def __init__(self, world: World, change: Change = lambda _, data: data) -> None:
        self.change = change
        self.asked: list[str] = []
        self._world = world
        depot = world.node.documents._parts.depot
        (cid,) = depot.cids()
        self._content = b"".join(depot.read(cid))
        self._hashes = depot.hashes(cid).to_bytes()

    def fetch(self, path: str, headers: Mapping[str, str], size_max: int) -> bytes | None:
        """Answer as a node does, for a request that a node's own key signed."""
        signed = parse_base64url(headers["Tally-Request"], name="signed")
        question = Question(self._world.node.network, "GET", path)
        private = self._world.node.private
        assert private.organization_of(signed, question, is_for_nodes=True) == COURT
        wanted = headers.get("Range", "")
        self.asked.append(wanted or path.rpartition("/")[2])
        data = self._hashes
        if wanted:
            first, last = wanted.removeprefix("bytes=").split("-")
            data = self._content[int(first) : int(last) + 1]
        assert len(data) <= size_max
        return self.change(path.rpartition("/")[2], data)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return a node with a document of three chunks; pieces are a chunk."""
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tallystick.node.copy_desk.UPLOAD_PIECE_BYTES_MAX", CHUNK_SIZE)
    world = World(tmp_path)
    world.file.write_bytes(CLEAR)
    world.publish(OWNER_ID)
    world.put()
    yield world
    world.node.stop()


def known(world: World) -> DocumentFacts:
    """Return what the ledger says of the document."""
    found: DocumentFacts = world.act(None, lambda net: net.documents.facts("D-1"))
    return found


def lose(world: World) -> None:
    """Take the sealed file away from the node; its wraps stay."""
    depot = world.node.documents._parts.depot
    for cid in depot.cids():
        depot.remove(cid)


def damage(world: World) -> Path:
    """Change the last byte of the copy in the store."""
    (stored,) = (world.folder / "documents" / "store").rglob("baf*")
    stored.write_bytes(stored.read_bytes()[:-1] + b"\0\0")
    return stored


def know(world: World, *sources: Other) -> None:
    """Let the node know other nodes."""
    object.__setattr__(world.node.copies._parts, "sources", sources)


def fetch(world: World, identity: Identity = OWNER_ID, **options: Any) -> Any:
    """Have the node fetch the document."""
    return world.act(identity, lambda net: net.documents.fetch("D-1", **options))


def sealed_files(world: World) -> list[str]:
    """Return uploads and copies at the node, without wraps."""
    return [name for name in world.held() if name.startswith("b")]


def test_a_lost_copy_is_fetched_from_another_node_and_opens(world: World) -> None:
    """Piece by piece, with progress; asked again there is nothing left to do."""
    other, seen = Other(world), []
    lose(world)
    know(world, other)
    fetch(world, progress=lambda done, _: seen.append(done))
    assert seen == [CHUNK_SIZE, 2 * CHUNK_SIZE, known(world).size]
    assert other.asked.count("chunks") == 1
    assert world.get(OWNER_ID, Use()).path.read_bytes() == CLEAR
    fetch(world)
    assert len(other.asked) == 1 + len(seen)


def test_opening_falls_back_to_the_other_holders(world: World) -> None:
    """By one command; the node has the copy from then on."""
    other = Other(world)
    lose(world)
    know(world, other)
    assert world.get(OWNER_ID, Use()).path.read_bytes() == CLEAR
    assert len(sealed_files(world)) == 2


def _other_chunk(kind: str, data: bytes) -> bytes:
    return data if kind == "chunks" else b"\0" + data[1:]


def _other_hashes(kind: str, data: bytes) -> bytes:
    return data[:8] + b"\0" + data[9:] if kind == "chunks" else data


def _other_roots(kind: str, data: bytes) -> bytes:
    """Right digests, so the content address is right; another root over the slices."""
    if kind != "chunks":
        return data
    hashes = ChunkHashes.from_bytes(data)
    return ChunkHashes(hashes.size, hashes.digests, hashes.roots[::-1]).to_bytes()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda _kind, _data: None, id="no answer"),
        pytest.param(lambda _kind, data: data[:-1], id="cut off"),
        pytest.param(_other_chunk, id="other chunk"),
        pytest.param(_other_hashes, id="other hashes"),
        pytest.param(_other_roots, id="other slices"),
        pytest.param(lambda kind, data: data if kind == "chunks" else b"", id="nothing"),
    ],
)
def test_wrong_answers_are_not_kept_and_the_next_node_is_asked(
    world: World, change: Change
) -> None:
    """With no other left it is not found, and nothing is left behind."""
    wrong, right = Other(world, change), Other(world)
    lose(world)
    know(world, wrong)
    with pytest.raises(NotFound, match="other nodes"):
        fetch(world)
    assert sealed_files(world) == []
    know(world, wrong, right)
    fetch(world)
    assert world.get(OWNER_ID, Use()).path.read_bytes() == CLEAR


def test_a_fetch_goes_on_at_another_node(world: World) -> None:
    """The first gives one chunk and is gone."""
    first, second = Other(world), Other(world)
    first.change = lambda _, data: data if len(first.asked) <= 2 else None
    lose(world)
    know(world, first, second)
    fetch(world)
    assert second.asked[0].startswith(f"bytes={CHUNK_SIZE}-")
    assert world.get(OWNER_ID, Use()).path.read_bytes() == CLEAR


SEALED_HEAD = b"age-encryption.org/v1\n"
"""How sealed bytes begin; nothing else is taken."""


def test_what_an_upload_left_that_was_wrong_is_fetched_anew(world: World) -> None:
    """The whole does not have the address then: it is removed, and comes from the other node."""
    other = Other(world)
    lose(world)
    know(world, other)
    path = f"{PLACE.path}/upload"
    length = str(known(world).size)
    world.ask(OWNER_ID, "POST", path, tus_resumable="1.0.0", upload_length=length)
    kind = "application/offset+octet-stream"
    headers = {"tus_resumable": "1.0.0", "upload_offset": "0", "content_type": kind}
    assert world.ask(OWNER_ID, "PATCH", path, SEALED_HEAD + b"x" * 10, **headers).status_code == 204
    fetch(world)
    assert other.asked[1].startswith("bytes=0-")
    assert world.get(OWNER_ID, Use()).path.read_bytes() == CLEAR


def test_two_fetches_at_a_time_do_not_hinder_each_other(world: World) -> None:
    """Who comes second with a piece is told where the fetch stands."""
    other = Other(world)
    lose(world)
    know(world, other)

    def meanwhile(kind: str, data: bytes) -> bytes:
        if kind == "content" and len(other.asked) == 2:
            world.node.copies.fetch(COURT, PLACE)
        return data

    other.change = meanwhile
    state = world.node.copies.fetch(COURT, PLACE)
    assert state.offset == CHUNK_SIZE
    fetch(world)
    assert world.get(OWNER_ID, Use()).path.read_bytes() == CLEAR


def test_a_damaged_copy_is_replaced_once_another_is_there(world: World) -> None:
    """Until then it stays: most of it may be good."""
    other, stored = Other(world), damage(world)
    with pytest.raises(Corrupted):
        world.get(OWNER_ID, Use())
    assert stored.exists()
    know(world, other)
    assert world.get(OWNER_ID, Use()).path.read_bytes() == CLEAR


def test_who_has_no_grant_makes_no_node_fetch_and_gets_no_hashes(world: World) -> None:
    """Nor does a node ask for others."""
    other = Other(world)
    know(world, other)
    answer = world.ask(AUDITOR_ID, "GET", f"{PLACE.path}/chunks")
    assert answer.json()["code"] == "E_ROLE"
    lose(world)
    with pytest.raises(RoleMissing):
        fetch(world, AUDITOR_ID)
    object.__setattr__(world.node.documents._parts.rights, "is_alone", False)
    object.__setattr__(world.node.documents._parts.rights, "organization", lambda: "nobody")
    with pytest.raises(NotFound, match="not held here"):
        world.get(OWNER_ID, Use())
    assert other.asked == []


def test_a_nodes_own_key_reads_ciphertext_and_nothing_else(world: World) -> None:
    """A log key in force, in its own organisation's name."""
    hashes = world.ask(NODE, "GET", f"{PLACE.path}/chunks")
    assert ChunkHashes.from_bytes(hashes.content).address.cid == Cid.parse(known(world).cid)
    assert world.ask(NODE, "GET", f"{PLACE.path}/content").status_code == 200
    refused = [
        world.ask(NODE, "GET", f"{PLACE.path}/openings/1"),
        world.ask(NODE, "POST", f"{PLACE.path}/fetch"),
        world.ask(NODE, "PUT", f"{PLACE.path}/wraps/{COURT}", b"x", content_type=MEDIA_BYTES),
        world.ask(Identity(BANK, "node", LOG_KEY), "GET", f"{PLACE.path}/content"),
    ]
    assert {one.json()["code"] for one in refused} == {NotAMember.code}


def test_a_log_key_that_was_revoked_or_whose_organisation_left_reads_nothing(
    world: World,
) -> None:
    """As members' keys do."""
    register = world.node._parts.application.ledger.register
    path = f"{PLACE.path}/content"
    key = register.log_keys[LOG_KEY.public_key]
    register.log_keys[LOG_KEY.public_key] = structs.replace(key, revoked_at=1)
    assert world.ask(NODE, "GET", path).json()["code"] == NotAMember.code
    register.log_keys[LOG_KEY.public_key] = key
    organization = register.organizations[COURT]
    register.organizations[COURT] = structs.replace(organization, active=False)
    assert world.ask(NODE, "GET", path).json()["code"] == NotAMember.code


def test_a_node_that_does_not_get_on_is_not_asked_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client gives up; so does one that is told that it goes backwards."""
    lose(world)
    place = world.node.copies
    monkeypatch.setattr(
        place, "fetch", lambda *_: world.node.documents.begin(COURT, PLACE, known(world).size)
    )
    with pytest.raises(Unavailable, match="does not get on"):
        fetch(world)


def challenge(world: World, identity: Identity = OWNER_ID, **options: Any) -> Challenged:
    """Have the node prove that it has the document."""
    found: Challenged = world.act(identity, lambda net: net.documents.challenge("D-1", **options))
    return found


def test_a_node_that_has_a_document_shows_slices_by_chance(world: World) -> None:
    """Each at the place that seed, address and node ask for; who may hold it may ask."""
    done = challenge(world, count=3, node=COURT)
    assert (done.node, len(done.slices)) == (COURT, 3)
    assert len(challenge(world).slices) == QUESTIONS_DEFAULT
    seed = bytes(range(32))
    shown = world.ask(NODE, "GET", f"{PLACE.path}/possession/{seed.hex()}").json()
    address = bytes(Cid.parse(known(world).cid))
    assert shown["index"] == draw_slice(seed, COURT.encode(), address, known(world).size)
    with pytest.raises(RoleMissing):
        challenge(world, AUDITOR_ID)
    with pytest.raises(UsageError):
        challenge(world, count=0)


def test_a_node_that_lost_or_changed_a_document_passes_no_challenge(world: World) -> None:
    """It says so itself if it is honest."""
    (stored,) = (world.folder / "documents" / "store").rglob("baf*")
    stored.write_bytes(bytes(stored.stat().st_size))
    with pytest.raises(Corrupted):
        challenge(world, count=1)
    stored.unlink()
    with pytest.raises(Corrupted, match="lost"):
        challenge(world, count=1)
    lose(world)
    with pytest.raises(NotFound):
        challenge(world, count=1)


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(lambda one: replace(one, data=b"\0" * len(one.data)), id="other slice"),
        pytest.param(lambda one: replace(one, data=b""), id="no slice"),
        pytest.param(lambda one: replace(one, path=one.path[::-1]), id="other path"),
        pytest.param(lambda one: replace(one, path=(b"short",)), id="no path"),
        pytest.param(lambda one: replace(one, node=BANK), id="in another's name"),
    ],
)
def test_a_node_that_lies_passes_no_challenge(
    world: World, monkeypatch: pytest.MonkeyPatch, lie: Callable[[ShownSlice], ShownSlice]
) -> None:
    """What it shows is checked here, against the ledger."""
    prove = world.node.copies.prove
    monkeypatch.setattr(world.node.copies, "prove", lambda *asked: lie(prove(*asked)))
    with pytest.raises(InvalidProof):
        challenge(world, count=16)  # one slice could be the right one by chance


def test_another_node_than_the_one_that_was_meant_passes_no_challenge(world: World) -> None:
    """Its answer would be right for itself."""
    with pytest.raises(InvalidProof, match="another node"):
        challenge(world, node=BANK)


def test_another_nodes_http_is_asked_with_bounds(world: World) -> None:
    """More than asked for, an error and silence are no answer."""
    path, size = f"{PLACE.path}/content", known(world).size
    question = Question(world.node.network, "GET", path)
    signed = format_base64url(world.node.consortium.sign_request(question))
    headers = {"Tally-Request": signed, "Range": "bytes=1-9"}
    with HttpServer(world.node, port=0) as server:
        peer = PeerApi(f"http://localhost:{server.port}/")
        assert peer.fetch(path, headers, 9) == sealed(world)[1:10]
        assert peer.fetch(path, headers, 8) is None
        assert peer.fetch(path, {"Tally-Request": signed}, size) == sealed(world)
        assert peer.fetch(path, {}, size) is None
    assert peer.fetch(path, headers, 9) is None


def sealed(world: World) -> bytes:
    """Return the ciphertext as the node has it."""
    depot = world.node.documents._parts.depot
    return b"".join(depot.read(Cid.parse(known(world).cid)))
