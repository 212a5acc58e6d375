# SPDX-License-Identifier: Apache-2.0
"""Private data through a real node: readers read, nobody else does, and erased is erased.

The client seals and opens, the node holds; what is looked at is everything the node ever wrote.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tallystick.api import create_app
from tallystick.client import AsyncNet, Identity, PrivatePlace, connect_async, seal_record
from tallystick.client.exchange import Flow
from tallystick.crypto import SealingKey, seal, sha256, unseal
from tallystick.errors import (
    Corrupted,
    Erased,
    HashMismatch,
    InvalidProof,
    LimitExceeded,
    NotFound,
    RoleMissing,
    Unavailable,
    UnknownRecord,
    UsageError,
    WrongSealingKey,
)
from tallystick.model import SEALED_BYTES_MAX, PrivatePackage, WrapSecret, decode_entry
from tallystick.node import Node, NodeConfig, create_network, open_node
from tallystick.storage import backup, check_storage
from tests.factories import BANK, COURT, LOG_KEY
from tests.vault import AUDITOR, AUDITOR_ID, BANK_ID, CONTRACTS, GENESIS, OWNER_ID

PLACE = PrivatePlace("vault", "secrets", "P/1 中")
CANARY = b"canary: the dealer sold nothing in March, and nobody may know"
KEYS = {who: SealingKey.generate() for who in (COURT, BANK, AUDITOR)}

Work = Callable[[AsyncNet], Awaitable[Any]]


class World:
    """A node of one organisation, restarted at will, and its members over HTTP."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        create_network(folder, GENESIS, LOG_KEY)
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

    def publish(self, identity: Identity, key: SealingKey | None = None) -> None:
        """Publish a sealing key."""
        public = (key or KEYS[identity.organization]).public_key
        self.act(identity, lambda net: net.call("sealing_keys", "publish", public_key=public))

    def declare(self, *recipients: str, record: str = PLACE.record) -> PrivatePackage:
        """Seal the canary for recipients, declare it, and return the package."""

        async def work(net: AsyncNet) -> PrivatePackage:
            made = await net.private.seal(record, CANARY, recipients)
            await net.call(
                "vault",
                "declare",
                record=record,
                sealed=made.declaration,
                recipients=list(recipients),
            )
            return made.package

        package: PrivatePackage = self.act(OWNER_ID, work)
        return package

    def put(self, package: PrivatePackage, identity: Identity = OWNER_ID) -> None:
        """Hand over."""
        self.act(identity, lambda net: net.private.put(PLACE, package))

    def get(self, identity: Identity, *keys: SealingKey) -> bytes:
        """Fetch and open, with the organisation's key or others."""
        used = keys or (KEYS[identity.organization],)
        opened: bytes = self.act(identity, lambda net: net.private.get(PLACE, used))
        return opened

    def erase(self) -> None:
        """Erase on the ledger."""
        self.act(OWNER_ID, lambda net: net.call("vault", "erase", record=PLACE.record))

    def bytes_on_disk(self) -> Iterator[tuple[Path, bytes]]:
        """Yield every file of the node."""
        for path in self.folder.rglob("*"):
            if path.is_file():
                yield path, path.read_bytes()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return a node where owner and bank have published their sealing keys."""
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    made = World(tmp_path / "node")
    try:
        made.publish(OWNER_ID)
        made.publish(BANK_ID)
        yield made
    finally:
        made.node.stop()


def test_owner_and_recipient_read_what_was_sealed(world: World) -> None:
    """Checked against the commitment on the ledger, by each with its own key."""
    world.put(world.declare(BANK))
    assert world.get(OWNER_ID) == world.get(BANK_ID) == CANARY


def test_who_is_no_recipient_gets_nothing_and_opens_nothing(world: World) -> None:
    """Not from the node; and with the bytes in hand, not without a key."""
    package = world.declare(BANK)
    world.put(package)
    with pytest.raises(RoleMissing):
        world.get(AUDITOR_ID)
    with pytest.raises(WrongSealingKey):
        world.get(BANK_ID, KEYS[AUDITOR])
    with pytest.raises(UsageError):
        world.act(None, lambda net: net.private.get(PLACE, [KEYS[BANK]]))


def test_a_recipient_added_later_can_read(world: World) -> None:
    """Once the ledger names it and a reader has wrapped the key for it."""
    world.put(world.declare(BANK))
    world.publish(AUDITOR_ID)

    def share(net: AsyncNet) -> Awaitable[PrivatePackage]:
        return net.private.share(PLACE, [KEYS[COURT]], AUDITOR)

    with pytest.raises(RoleMissing):
        world.act(OWNER_ID, share)
    added = {"record": PLACE.record, "recipient": AUDITOR}
    world.act(OWNER_ID, lambda net: net.call("vault", "add", **added))
    with pytest.raises(NotFound, match="no wrap"):
        world.get(AUDITOR_ID)
    with pytest.raises(RoleMissing):  # a recipient does not wrap for others
        world.act(BANK_ID, lambda net: net.private.share(PLACE, [KEYS[BANK]], AUDITOR))
    package = world.act(OWNER_ID, share)
    assert set(package.wraps) == {AUDITOR}
    assert world.get(AUDITOR_ID) == CANARY


def test_after_a_rotation_a_reader_takes_a_record_to_its_new_key(world: World) -> None:
    """The old key reads it until then; the owner seals to the new one from now on."""
    world.put(world.declare(BANK))
    newer = SealingKey.generate()
    world.publish(BANK_ID, newer)
    with pytest.raises(WrongSealingKey):
        world.get(BANK_ID, newer)
    world.act(BANK_ID, lambda net: net.private.share(PLACE, [KEYS[BANK], newer], BANK))
    assert world.get(BANK_ID, newer) == CANARY
    with pytest.raises(WrongSealingKey):
        world.get(BANK_ID, KEYS[BANK])


def test_nothing_is_sealed_to_an_organisation_without_a_key(world: World) -> None:
    """Neither before it published one nor after it retired it."""
    with pytest.raises(UnknownRecord, match=AUDITOR):
        world.declare(AUDITOR)
    world.act(BANK_ID, lambda net: net.call("sealing_keys", "retire"))
    with pytest.raises(UnknownRecord, match=BANK):
        world.declare(BANK)


def test_other_bytes_than_declared_are_refused(world: World) -> None:
    """By hash; nothing is kept of them."""
    package = world.declare(BANK)
    other = PrivatePackage(package.sealed + b"x", package.wraps)
    with pytest.raises(HashMismatch):
        world.put(other)
    assert not list((world.folder / "private").rglob("*.sealed"))


def test_bytes_and_wraps_are_taken_from_readers_only(world: World) -> None:
    """From the owner all wraps, from a recipient its own; for nobody who is no reader."""
    package = world.declare(BANK)
    with pytest.raises(RoleMissing):
        world.put(PrivatePackage(package.sealed, {}), AUDITOR_ID)
    with pytest.raises(RoleMissing):
        world.put(package, BANK_ID)
    with pytest.raises(RoleMissing):
        world.put(PrivatePackage(package.sealed, {AUDITOR: b"wrap"}))
    world.put(PrivatePackage(package.sealed, {BANK: package.wraps[BANK]}), BANK_ID)
    assert world.get(BANK_ID) == CANARY


def test_what_the_ledger_does_not_know_is_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node may be behind, so the client asks again for a moment; other parts do not exist."""
    monkeypatch.setattr("tallystick.client.private_data._BEHIND_PAUSES_MS", (1, 1))
    package = PrivatePackage(b"sealed", {})
    with pytest.raises(UnknownRecord):
        world.put(package)
    with pytest.raises(UnknownRecord):
        world.get(OWNER_ID)
    elsewhere = PrivatePlace("vault", "other", "P")
    with pytest.raises(NotFound, match="no such part"):
        world.act(OWNER_ID, lambda net: net.private.put(elsewhere, package))
    no_private_record = PrivatePlace("sealing_keys", "x", "P")
    with pytest.raises(UnknownRecord):
        world.act(OWNER_ID, lambda net: net.private.facts(no_private_record))


def test_a_plaintext_that_is_not_what_was_committed_to_is_told(world: World) -> None:
    """The owner declared one thing and sealed another: the reader learns it, with a code."""
    data_key = SealingKey.generate()
    sealed = seal(b"something else", [data_key.public_key])
    secret = WrapSecret(data_key.text, bytes(32)).encode()
    package = PrivatePackage(sealed, {COURT: seal(secret, [KEYS[COURT].public_key])})

    async def declare(net: AsyncNet) -> None:
        made = await net.private.seal(PLACE.record, CANARY, ())
        stated = {
            **made.declaration,
            "ciphertext": sha256(sealed).hex(),
            "size": len(sealed),
        }
        await net.call("vault", "declare", record=PLACE.record, sealed=stated, recipients=[])

    world.act(OWNER_ID, declare)
    world.put(package)
    with pytest.raises(InvalidProof) as caught:
        world.get(OWNER_ID)
    assert caught.value.field == "plaintext"


def test_a_node_that_sends_other_bytes_is_found_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is opened, by the digest that the state proves."""
    world.put(world.declare(BANK))
    other = PrivatePackage(b"other", {})
    monkeypatch.setattr(world.node.private, "get", lambda *_, **_given: other)
    with pytest.raises(InvalidProof) as caught:
        world.get(BANK_ID)
    assert caught.value.field == "sealed"
    broken = type("Broken", (), {"encode": lambda _: b"no package"})()
    monkeypatch.setattr(world.node.private, "get", lambda *_, **_given: broken)
    with pytest.raises(Unavailable, match="not a node's"):
        world.get(BANK_ID)


def test_a_table_of_other_records_is_told_from_private_ones(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what is in it."""

    def other(*_: object) -> Flow[SimpleNamespace]:
        yield from ()
        return SimpleNamespace(value={"id": "P"})

    monkeypatch.setattr("tallystick.client.private_data.fetch_proven", other)
    with pytest.raises(UnknownRecord, match="no private record"):
        world.act(OWNER_ID, lambda net: net.private.facts(PLACE))


def test_what_is_too_large_for_a_private_record_is_refused_before_it_is_declared() -> None:
    """Larger things are documents."""
    with pytest.raises(LimitExceeded):
        seal_record("P", bytes(SEALED_BYTES_MAX), {COURT: KEYS[COURT].public_key})


def test_after_erasure_nobody_gets_or_opens_it_and_the_chain_still_verifies(
    world: World,
) -> None:
    """The node's copies are gone, the answer says why, receipts and log hold as before."""
    world.put(world.declare(BANK))
    done = world.act(OWNER_ID, lambda net: net.call("vault", "erase", record=PLACE.record))
    with pytest.raises(Erased):  # at once, before the copies are gone
        world.get(BANK_ID)
    world.node.private.destroy_noted()
    assert not list((world.folder / "private").rglob("*.*"))
    with pytest.raises(Erased):
        world.put(PrivatePackage(b"sealed", {}))

    async def verify(net: AsyncNet) -> None:
        receipt = await net.receipt(done.transaction.id)
        assert receipt.verification.ok
        assert await net.check_log() is not None
        facts = await net.private.facts(PLACE)
        assert facts.erased_by == f"{COURT}/clerk"

    world.act(OWNER_ID, verify)
    world.node.stop()
    assert not [one for one in check_storage(world.folder) if one.severity.name == "ERROR"]
    assert world.started().status().height > 0


def test_what_was_erased_while_the_node_did_not_look_is_destroyed_at_its_start(
    world: World,
) -> None:
    """As after a crash between the tombstone and the destruction, or a copy that came back."""
    world.put(world.declare(BANK))
    private = world.folder / "private"
    kept = {path: path.read_bytes() for path in private.rglob("*") if path.is_file()}
    world.erase()
    world.node.stop()
    for path, data in kept.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    world.started()
    assert not list(private.rglob("*.*"))


def test_the_upkeep_of_a_running_node_destroys_by_itself(world: World) -> None:
    """Within moments; nobody has to ask."""
    world.put(world.declare(BANK))
    world.erase()
    for _ in range(200):
        if not list((world.folder / "private").iterdir()):
            break
        asyncio.run(asyncio.sleep(0.05))
    assert not list((world.folder / "private").iterdir())


def test_no_plaintext_nonce_or_key_reaches_node_log_or_backup(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Every byte that the node wrote is looked through, before and after erasure."""
    caplog.set_level(logging.DEBUG)
    package = world.declare(BANK)
    world.put(package)
    assert world.get(BANK_ID) == CANARY
    secret = WrapSecret.decode(_opened(package))
    canaries = [
        *(CANARY, CANARY.hex().encode(), base64.b64encode(CANARY)),
        *(secret.nonce, secret.nonce.hex().encode(), secret.data_key.encode()),
        *(key.text.encode() for key in KEYS.values()),
    ]
    canaries += [canary.lower() for canary in canaries]
    for step in ("held", "erased"):
        target = tmp_path / f"{step}.tar"
        backup(world.folder, target)
        seen = [*world.bytes_on_disk(), (target, target.read_bytes())]
        seen.append((Path("log"), caplog.text.encode()))
        for path, data in seen:
            assert not any(canary in data for canary in canaries), path
        assert package.sealed not in target.read_bytes()
        if step == "held":
            assert any(package.sealed in data for _, data in seen)
            world.erase()
            world.node.private.destroy_noted()
    assert not any(package.sealed in data for _, data in world.bytes_on_disk())
    wraps = package.wraps.values()
    assert not any(wrap in data for _, data in world.bytes_on_disk() for wrap in wraps)


def test_a_node_that_cannot_tell_what_it_holds_does_not_start(world: World) -> None:
    """It might give out what was erased."""
    world.put(world.declare(BANK))
    world.node.stop()
    next((world.folder / "private").rglob("place.json")).write_text("{}")
    with pytest.raises(Corrupted, match=r"place\.json"):
        world.started()


def test_an_event_of_another_contract_destroys_nothing(world: World) -> None:
    """What counts is the ledger's record, not what an event says."""
    world.put(world.declare(BANK))
    world.declare(BANK, record="P-2")
    world.act(OWNER_ID, lambda net: net.call("vault", "erase", record="P-2"))
    world.node.private.destroy_noted()
    assert world.get(BANK_ID) == CANARY
    block = world.node.block(world.node.status().height)
    assert decode_entry(block.entries[0]).outcome.events


def _opened(package: PrivatePackage) -> bytes:
    return unseal(package.wraps[BANK], [KEYS[BANK]])
