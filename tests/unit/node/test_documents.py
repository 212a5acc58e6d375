# SPDX-License-Identifier: Apache-2.0
"""Documents through a real node: what the ledger allows is done, and erased is erased.

The client seals and opens, the node holds; what is looked at is everything the node ever wrote.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tallystick.api import create_app
from tallystick.client import AsyncNet, Identity, Use, connect_async
from tallystick.client.document_files import find_outgoing, outgoing_of, seal_file
from tallystick.client.document_requests import PIECE_BYTES
from tallystick.contracts import Contract
from tallystick.contracts.registers import DocumentRegister, SealingKeys
from tallystick.crypto import SealingKey
from tallystick.encoding import format_base64url
from tallystick.errors import (
    Corrupted,
    Erased,
    HashMismatch,
    NotFound,
    Refused,
    Unavailable,
    UnknownRecord,
    UsageError,
    WrongSealingKey,
)
from tallystick.model import Question, sign_request
from tallystick.node import Node, NodeConfig, create_network, open_node
from tallystick.storage import backup
from tests.canaries import canaries_of, search_for, temporary_folder
from tests.factories import BANK, COURT, LOG_KEY
from tests.vault import AUDITOR, AUDITOR_ID, BANK_ID, GENESIS, OWNER_ID

CANARY = b"canary: nobody outside the grant may read that the dealer sold nothing in March\n"
NAME = "canary-file-name-of-the-dealer.pdf"
CONTRACTS: tuple[type[Contract], ...] = (DocumentRegister, SealingKeys)
DOCUMENTS_GENESIS = msgspec.structs.replace(GENESIS, contracts=("documents", "sealing_keys"))
KEYS = {who: SealingKey.generate() for who in (COURT, BANK, AUDITOR)}
LOAN = Use(grant="G-1", purpose="loan")
CLEAR = CANARY * 2_000
Work = Callable[[AsyncNet], Awaitable[Any]]


class World:
    """A node of one organisation, restarted at will, and its members over HTTP."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "node"
        self.file = folder / NAME
        self.file.write_bytes(CLEAR)
        self.out = folder / "opened"
        self.out.mkdir()
        create_network(self.folder, DOCUMENTS_GENESIS, LOG_KEY)
        self.node = self.started()

    def started(self) -> Node:
        """Return the node, started."""
        self.node = open_node(NodeConfig(data=self.folder, workers=False, contracts=CONTRACTS))
        self.node.start()
        return self.node

    def act(self, identity: Identity | None, work: Work) -> Any:
        """Do something as a member."""

        async def whole() -> Any:
            http = httpx.ASGITransport(app=create_app(self.node))
            async with connect_async("http://localhost", identity=identity, http=http) as net:
                return await work(net)

        return asyncio.run(whole())

    def call(self, method: str, identity: Identity = OWNER_ID, **args: Any) -> Any:
        """Call the register."""
        return self.act(identity, lambda net: net.call("documents", method, **args))

    def publish(self, identity: Identity) -> None:
        """Publish a sealing key."""
        public = KEYS[identity.organization].public_key
        self.act(identity, lambda net: net.call("sealing_keys", "publish", public_key=public))

    def put(self, document: str = "D-1", **options: Any) -> Any:
        """Put the file as its owner."""
        return self.act(
            OWNER_ID, lambda net: net.documents.put(self.file, document=document, **options)
        )

    def grant(self, grant: str = "G-1", grantee: str = BANK, **changed: Any) -> Any:
        """Grant the document."""
        terms = {
            "grantee": grantee,
            "documents": ["D-1"],
            "purpose": "loan",
            "valid_from": 0,
            "valid_until": 2_000_000_000_000,
            **changed,
        }
        keys = [KEYS[COURT]]
        return self.act(OWNER_ID, lambda net: net.documents.grant(grant, terms, keys))

    def get(self, identity: Identity, use: Use = LOAN, **options: Any) -> Any:
        """Fetch and open as a member."""
        keys = [KEYS[identity.organization]]
        target = self.out / f"{len(list(self.out.iterdir()))}"
        return self.act(
            identity, lambda net: net.documents.get("D-1", target, keys, use=use, **options)
        )

    def held(self) -> list[str]:
        """Return the files of documents at the node, without places."""
        found = (self.folder / "documents").rglob("*")
        return sorted(path.name for path in found if path.is_file())

    def ask(
        self, identity: Identity, method: str, path: str, body: bytes = b"", **headers: str
    ) -> httpx.Response:
        """Send one signed request as it is."""
        question = Question(self.node.network, method, path, body)
        until = self.node._parts.config.clock() + 60_000
        raw = sign_request(question, identity.secret, identity.organization, valid_until=until)
        whole = {
            "tally-request": format_base64url(raw),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=create_app(self.node))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
                return await http.request(method, path, content=body, headers=whole)

        return asyncio.run(send())


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return a node where owner and bank have published their sealing keys."""
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    world = World(tmp_path)
    try:
        for identity in (OWNER_ID, BANK_ID):
            world.publish(identity)
        yield world
    finally:
        world.node.stop()


@pytest.fixture
def granted(world: World) -> World:
    """Return it with a document that the bank was granted twice."""
    world.put()
    world.grant(max_uses=2)
    return world


def test_a_grantee_opens_what_the_owner_put_byte_for_byte(granted: World) -> None:
    """With the file's name, and with a verified receipt of the recorded opening."""
    got = granted.get(BANK_ID)
    assert got.path.read_bytes() == CLEAR
    assert got.path.stat().st_mode & 0o077 == 0
    assert got.name == NAME
    assert got.opening.result["grant"] == "G-1"
    assert granted.act(BANK_ID, lambda net: net.documents.verify(got.path, "D-1")).sha256
    got.path.write_bytes(CLEAR + b"!")
    with pytest.raises(HashMismatch):
        granted.act(BANK_ID, lambda net: net.documents.verify(got.path, "D-1"))


def test_each_opening_is_counted_and_one_more_than_granted_is_refused(granted: World) -> None:
    """Also the owner's own are recorded."""
    granted.get(BANK_ID)
    granted.get(BANK_ID)
    with pytest.raises(Refused) as refused:
        granted.get(BANK_ID)
    assert refused.value.code == "E_LIMIT"
    known = granted.act(None, lambda net: net.documents.facts("D-1"))
    assert known.openings == 3  # with the owner's, to make the grant's wrap


def test_a_wrap_is_let_out_only_by_an_opening_of_ones_own_that_is_fresh(granted: World) -> None:
    """Not by a number made up, not by another's, not by one of yesterday."""
    path = "/v1/documents/D-1/1/openings"
    assert granted.ask(BANK_ID, "GET", f"{path}/9").json()["code"] == "E_NOT_FOUND"
    assert granted.ask(BANK_ID, "GET", f"{path}/1").json()["code"] == "E_NOT_FOUND"
    assert granted.ask(OWNER_ID, "GET", f"{path}/1").status_code == 200
    desk = granted.node.documents._parts
    object.__setattr__(desk, "clock", lambda: granted.node._parts.config.clock() + 11 * 60_000)
    assert granted.ask(OWNER_ID, "GET", f"{path}/1").json()["code"] == "E_EXPIRED"


def test_who_has_no_grant_gets_neither_ciphertext_nor_wrap(granted: World) -> None:
    """Though anybody may read what the ledger says."""
    granted.publish(AUDITOR_ID)
    for method, path in (("GET", "content"), ("GET", "upload"), ("POST", "upload")):
        where = f"/v1/documents/D-1/1/{path}"
        answer = granted.ask(AUDITOR_ID, method, where, tus_resumable="1.0.0", upload_length="1")
        assert answer.json()["code"] == "E_ROLE"
    with pytest.raises(Refused):
        granted.get(AUDITOR_ID)
    for asker, whose in ((BANK_ID, COURT), (OWNER_ID, AUDITOR)):
        path, kind = f"/v1/documents/D-1/1/wraps/{whose}", "application/octet-stream"
        answer = granted.ask(asker, "PUT", path, b"x", content_type=kind)
        assert answer.json()["code"] == "E_ROLE"


def test_after_revocation_the_grantee_gets_nothing_and_the_copy_before_is_destroyed(
    granted: World,
) -> None:
    """The owner still opens it, as the next version, with the same content."""
    granted.publish(AUDITOR_ID)
    granted.grant("G-2", AUDITOR)
    before = granted.held()
    revoked = granted.act(
        OWNER_ID,
        lambda net: net.documents.revoke("G-1", [KEYS[COURT]], others=[AUDITOR, BANK]),
    )
    assert revoked.rotated == {"D-1": 2}
    granted.node.documents.destroy_noted()
    assert len([name for name in granted.held() if name.endswith(".chunks")]) == 1
    assert set(before) & {name for name in granted.held() if name.endswith(".chunks")} == set()
    with pytest.raises(Refused):
        granted.get(BANK_ID)
    assert granted.ask(BANK_ID, "GET", "/v1/documents/D-1/2/content").json()["code"] == "E_ROLE"
    assert granted.get(OWNER_ID, Use()).path.read_bytes() == CLEAR
    other = granted.get(AUDITOR_ID, Use(grant="G-2", purpose="loan"))
    assert other.path.read_bytes() == CLEAR
    with pytest.raises(Erased, match="sealed anew"):
        granted.get(OWNER_ID, Use(), version=1)


def test_without_rotation_revocation_still_destroys_the_grantees_wrap(granted: World) -> None:
    """Which the node does by itself, on the event."""
    assert f"{BANK}.wrap" in granted.held()
    granted.act(OWNER_ID, lambda net: net.documents.revoke("G-1", [KEYS[COURT]], is_rotated=False))
    granted.node.documents.destroy_noted()
    assert f"{BANK}.wrap" not in granted.held()
    assert f"{COURT}.wrap" in granted.held()


def test_erasure_destroys_every_sealed_byte_and_the_receipts_still_verify(granted: World) -> None:
    """The tombstone says who; a copy that turns up can still be compared."""
    got = granted.get(BANK_ID)
    done = granted.call("erase", document="D-1")
    granted.node.documents.destroy_noted()
    assert granted.held() == []
    with pytest.raises(Erased, match="erased"):
        granted.get(BANK_ID)
    answer = granted.ask(BANK_ID, "GET", "/v1/documents/D-1/1/content")
    assert (answer.status_code, answer.json()["code"]) == (410, "E_ERASED")
    receipt = granted.act(None, lambda net: net.receipt(done.transaction.id))
    assert receipt
    assert granted.act(None, lambda net: net.receipt(got.opening.transaction.id))
    known = granted.act(None, lambda net: net.documents.verify(got.path, "D-1"))
    assert known.erased_by == f"{COURT}/clerk"


def test_a_node_that_was_stopped_obeys_when_it_starts(
    granted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was noted and not yet done is compared with the ledger."""
    monkeypatch.setattr(granted.node.documents, "note", lambda _: None)
    granted.call("erase", document="D-1")
    assert granted.held()
    granted.node.stop()
    granted.started()
    assert granted.held() == []


def test_an_upload_goes_on_after_client_and_node_were_restarted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the byte where it broke off; the registration is not repeated."""
    monkeypatch.setattr("tallystick.client.document_delivery.PIECE_BYTES", 64 * 1024)

    class Broken(Exception):
        """The client dies."""

    def die(done: int, _: int) -> None:
        if done >= 128 * 1024:
            raise Broken

    with pytest.raises(Broken):
        world.put(progress=die)
    world.node.stop()
    world.started()
    seen: list[int] = []
    again = world.put(progress=lambda done, _: seen.append(done))
    assert again.committed is None
    assert seen[0] > 128 * 1024
    assert world.get(OWNER_ID, Use()).path.read_bytes() == CLEAR
    folder = outgoing_of(world.node.network, "D-1", 1)
    assert find_outgoing(folder) is None


def test_another_file_is_not_mixed_into_an_upload_that_broke_off(world: World) -> None:
    """Nor is one id used for two."""

    def die(*_: int) -> None:
        raise Unavailable("gone")

    with pytest.raises(Unavailable):
        world.put(progress=die)
    world.file.write_bytes(b"another")
    with pytest.raises(UsageError, match="another file"):
        world.put()
    world.file.write_bytes(CLEAR)
    world.put()
    with pytest.raises(UsageError, match="another document"):
        world.put()
    assert len(CLEAR) < PIECE_BYTES


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"tus_resumable": "0.2.2"}, "E_PROTOCOL", id="another tus"),
        pytest.param({"upload_offset": "7"}, "E_OFFSET", id="wrong offset"),
        pytest.param({"upload_offset": "-1"}, "E_FORMAT", id="no number"),
        pytest.param({"content_type": "text/plain"}, "E_MEDIA_TYPE", id="not a piece"),
    ],
)
def test_a_piece_that_does_not_fit_is_refused_with_its_code(
    world: World, change: dict[str, str], code: str
) -> None:
    """And the upload stands where it stood."""
    size, path = _begun(world)
    headers = {
        "tus_resumable": "1.0.0",
        "upload_offset": "0",
        "content_type": "application/offset+octet-stream",
    }
    answer = world.ask(OWNER_ID, "PATCH", path, b"x", **{**headers, **change})
    assert answer.json()["code"] == code
    shown = world.ask(OWNER_ID, "HEAD", path, tus_resumable="1.0.0")
    assert shown.headers["upload-offset"] == "0"
    assert shown.headers["upload-length"] == str(size)
    assert shown.headers["cache-control"] == "no-store"
    assert "upload-expires" in shown.headers


def test_bytes_that_are_not_the_declared_ones_are_refused_and_nothing_is_left(
    world: World,
) -> None:
    """Neither in the store nor among the uploads; more bytes than declared are not taken."""
    size, path = _begun(world)
    headers = {"tus_resumable": "1.0.0", "upload_offset": "0"}
    kind = {"content_type": "application/offset+octet-stream"}
    sealed = b"age-encryption.org/v1\n".ljust(size, b"x")
    long = world.ask(OWNER_ID, "PATCH", path, sealed + b"x", **headers, **kind)
    assert long.json()["code"] == "E_LIMIT"
    wrong = world.ask(OWNER_ID, "PATCH", path, sealed, **headers, **kind)
    assert wrong.json()["code"] == "E_HASH"
    assert world.held() == []
    again = world.ask(OWNER_ID, "POST", path, upload_length=str(size + 1), tus_resumable="1.0.0")
    assert again.json()["code"] == "E_HASH"


def test_an_upload_that_nobody_goes_on_with_is_given_up(world: World) -> None:
    """A day after its last piece."""
    _begun(world)
    assert world.held()
    desk = world.node.documents
    object.__setattr__(desk._parts, "clock", lambda: 4_000_000_000_000)
    desk.give_up_idle()
    assert world.held() == []


def test_ranges_of_the_ciphertext_are_those_asked_for(granted: World) -> None:
    """First bytes, last bytes, the whole; beyond the end is refused; the ETag is the address."""
    known = granted.act(None, lambda net: net.documents.facts("D-1"))
    path = "/v1/documents/D-1/1/content"
    whole = granted.ask(BANK_ID, "GET", path)
    assert (whole.status_code, len(whole.content)) == (200, known.size)
    assert whole.headers["etag"] == f'"{known.cid}"'
    assert whole.content.startswith(b"age-encryption.org/v1")
    for wanted, expected in (
        ("bytes=0-9", whole.content[:10]),
        ("bytes=-5", whole.content[-5:]),
        ("bytes=100-", whole.content[100:]),
    ):
        part = granted.ask(BANK_ID, "GET", path, range=wanted)
        assert (part.status_code, part.content) == (206, expected)
        assert part.headers["content-range"].endswith(f"/{known.size}")
    for wanted in (f"bytes={known.size}-", "bytes=9-3", "bytes=-0"):
        assert granted.ask(BANK_ID, "GET", path, range=wanted).status_code == 416
    other = granted.ask(BANK_ID, "GET", path, range="bytes=0-9", if_range='"other"')
    assert other.status_code == 200
    assert granted.ask(BANK_ID, "GET", path, range="lines=1-2").status_code == 200


def test_damaged_bytes_are_never_given_out(granted: World) -> None:
    """The chunk is checked before a byte of it leaves."""
    (stored,) = [
        path for path in (granted.folder / "documents" / "store").rglob("*") if path.is_file()
    ]
    stored.write_bytes(b"\x00" + stored.read_bytes()[1:])
    with pytest.raises(Corrupted):
        granted.get(BANK_ID)


def test_a_key_that_it_was_not_sealed_to_opens_nothing(granted: World) -> None:
    """And no plaintext, not a part of it, is left."""
    wrong = [SealingKey.generate()]
    with pytest.raises(WrongSealingKey):
        granted.act(
            BANK_ID,
            lambda net: net.documents.get("D-1", granted.out / "x", wrong, use=LOAN),
        )
    assert list(granted.out.iterdir()) == []


def test_what_the_ledger_does_not_know_is_not_found(world: World) -> None:
    """Neither here nor at the node."""
    with pytest.raises(UnknownRecord):
        world.get(OWNER_ID, Use())
    assert world.ask(OWNER_ID, "GET", "/v1/documents/D-9/1/content").json()["code"] == "E_MISSING"
    with pytest.raises(UsageError, match="name a key"):
        world.act(None, lambda net: net.documents.put(world.file))


def test_a_new_version_is_put_beside_the_old(granted: World) -> None:
    """Both open, each with its own content."""
    granted.file.write_bytes(b"second")
    granted.put(version=2)
    assert granted.get(OWNER_ID, Use()).path.read_bytes() == b"second"
    assert granted.get(OWNER_ID, Use(), version=1).path.read_bytes() == CLEAR
    with pytest.raises(NotFound):  # nobody has wrapped it for the bank yet
        granted.get(BANK_ID)


def test_a_sealed_file_can_be_handed_to_a_node_that_lost_it(granted: World) -> None:
    """The same bytes, checked against the ledger like the first time."""
    known = granted.act(None, lambda net: net.documents.facts("D-1"))
    whole = granted.ask(BANK_ID, "GET", "/v1/documents/D-1/1/content").content
    copy = granted.out / "copy"
    copy.write_bytes(whole)
    desk = granted.node.documents
    desk._parts.depot.remove(desk._parts.depot.cids()[0])
    with pytest.raises(NotFound):
        granted.get(BANK_ID)
    granted.act(BANK_ID, lambda net: net.documents.hand_over("D-1", copy, version=known.version))
    assert granted.get(BANK_ID).path.read_bytes() == CLEAR


def test_no_plaintext_name_or_key_is_in_any_byte_of_the_node_its_log_or_its_backup(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Canaries are looked for raw and in the encodings that a log or a file might use."""
    with temporary_folder(tmp_path / "temporary") as temporary, caplog.at_level(logging.DEBUG):
        world.put()
        world.grant()
        world.get(BANK_ID)
        world.act(OWNER_ID, lambda net: net.documents.revoke("G-1", [KEYS[COURT]]))
        with pytest.raises(Refused):
            world.get(BANK_ID)
        world.node.stop()
        backup(world.folder, tmp_path / "backup")
        canaries = canaries_of(
            CANARY[:32], NAME.encode(), *(key.text.encode() for key in KEYS.values())
        )
        search_for(world.folder, canaries)
        search_for(tmp_path / "backup", canaries)
        search_for(tmp_path / "home" / "documents", canaries)
        world.started()
        world.call("erase", document="D-1")
        world.node.documents.destroy_noted()
        search_for(world.folder, canaries)
        temporary.search_for(canaries)
    assert world.held() == []
    assert not [needle for needle in canaries if needle.decode("latin-1") in caplog.text]


def _begun(world: World) -> tuple[int, str]:
    """Register a document and begin its upload; return its size and path."""
    made: dict[str, Any] = {}

    async def work(net: AsyncNet) -> None:
        folder = outgoing_of(world.node.network, "D-1", 1)
        sealed = seal_file(
            world.file, folder, media_type="text/plain", public_key=KEYS[COURT].public_key
        )
        made["size"] = sealed.facts.size
        await net.call("documents", "put", document="D-1", file=msgspec.to_builtins(sealed.facts))

    world.act(OWNER_ID, work)
    path = "/v1/documents/D-1/1/upload"
    answer = world.ask(
        OWNER_ID, "POST", path, tus_resumable="1.0.0", upload_length=str(made["size"])
    )
    assert (answer.status_code, answer.headers["location"]) == (201, path)
    return made["size"], path
