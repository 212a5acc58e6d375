# SPDX-License-Identifier: Apache-2.0
"""The server's half of `tally custody put` in the browser: kept, registered, uploaded, declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tallystick.client import KeyStore, connect
from tallystick.crypto import SealingKey, seal, sha256
from tallystick.industries.custody import demo, plain_commitment
from tallystick.industries.custody.demo_cast import OFFICER_1, OWNER_HOUSE, READER_1
from tallystick.model import DocumentSecret
from tests.canaries import canaries_of, search_for
from tests.unit.console.archive_stage import NODES, Clerk, archive_desk
from tests.unit.console.sealing_stage import WithHeads, head_of
from tests.unit.console.test_lists import VAULT_KEY

PLACE: Final = "/archive/custody/put"
CLEAR: Final = b"canary: voucher 7 pays 1,234.56 to nobody but its owner\n" * 100_000
SALT: Final = bytes(range(32))


@dataclass
class Counter:
    """A bank's counter before the page."""

    clerk: Clerk
    folder: Path
    agreement: str
    key: SealingKey

    def hand_in(self, name: str, **changed: str) -> httpx.Response:
        """Send what a browser makes of the voucher."""
        own = SealingKey.generate()
        sealed = seal(CLEAR, [own.public_key])
        wrap = seal(DocumentSecret(own.text, "voucher.pdf").encode(), [self.key.public_key])
        digest = sha256(CLEAR).hex()
        fields = {
            "id": name,
            "agreement": self.agreement,
            "retention": "voucher",
            "key_id": "key-1",
            "nodes.#": str(len(NODES)),
            **{f"nodes.{row}": node for row, node in enumerate(NODES)},
            "sha256": digest,
            "plain_size": str(len(CLEAR)),
            "media_type": "application/pdf",
            "plain": plain_commitment(name, digest, SALT),
            **changed,
        }
        self.clerk.be(OFFICER_1)
        return self.clerk.reader.post(
            PLACE,
            data={"form_key": self.clerk.key, **fields},
            files={"sealed": ("sealed", sealed), "wrap": ("wrap", wrap)},
        )

    def signed(self, place: str) -> Any:
        """Confirm what is previewed; return its transaction."""
        assert self.clerk.send(place).status_code == 303
        self.clerk.catch_up()
        return self.clerk.shown(place)["transaction"]

    @property
    def kept(self) -> list[Path]:
        """What waits in the console's folder."""
        return sorted((self.folder / "served" / "console" / "uploads").glob("*"))


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """Give a counter whose bank has a sealing key."""
    folder, key = tmp_path_factory.mktemp("files"), SealingKey.generate()
    with archive_desk(folder, WithHeads(demo.parts())) as clerk:
        agreement = clerk.prepare()
        clerk.be(OFFICER_1)
        assert "no sealing key in force" in clerk.reader.get(PLACE).text
        head = head_of(OWNER_HOUSE[0])
        clerk.act(head, "sealing_keys/publish", public_key=key.public_key)
        yield Counter(clerk, folder, agreement, key)


def test_a_sealed_file_is_registered_uploaded_and_declared(
    counter: Counter, tmp_path: Path
) -> None:
    """AFC-3: the owner opens what the node got; no folder has it in clear, and nothing waits.

    The sealed bytes leave the console with the step that gives them to the node; what was noted
    beside them leaves with the next step, not by looking.
    """
    clerk = counter.clerk
    sent = counter.hand_in("voucher-1")
    assert sent.status_code == 303, sent.text
    assert counter.signed(sent.headers["location"])["code"] == "ok"
    (waiting,) = clerk.shown(PLACE)["waiting"]
    assert (waiting["object"], waiting["is_registered"]) == ("voucher-1", True)
    step = {"step": "declare", "document": waiting["document"]}
    declared = clerk.send(PLACE, step)
    assert declared.status_code == 303, declared.text
    again = clerk.send(PLACE, step)
    assert again.status_code == 303, "the declaration was not signed yet"
    assert [path.suffix for path in counter.kept] == [".json"]
    assert counter.signed(declared.headers["location"])["code"] == "ok"
    row = clerk.shown("/state/custody/objects/voucher-1")["row"]
    assert row["plain"] == plain_commitment("voucher-1", sha256(CLEAR).hex(), SALT)
    noted = counter.kept
    assert (clerk.shown(PLACE)["waiting"], counter.kept) == ([], noted)
    assert clerk.send(PLACE, step).status_code == 404
    assert counter.kept == []
    identity = KeyStore(counter.folder / "node" / "demo-keys").load(OFFICER_1)
    trust = counter.folder / "node" / "trust.json"
    with connect(clerk.url, identity=identity, trust=trust) as net:
        got = net.documents.get(waiting["document"], tmp_path, [counter.key])
    assert (got.name, got.path.read_bytes()) == ("voucher.pdf", CLEAR)
    assert got.facts.cid == row["cid"]
    canaries = set(canaries_of(CLEAR[:50])) - {VAULT_KEY}
    search_for(counter.folder, list(canaries))


def test_what_was_not_signed_waits_for_its_owner_alone_and_can_be_forgotten(
    counter: Counter,
) -> None:
    """The page leads on with it after the tab was closed; nobody else sees it."""
    clerk = counter.clerk
    assert counter.hand_in("voucher-2").status_code == 303
    (waiting,) = clerk.shown(PLACE)["waiting"]
    assert not waiting["is_registered"]
    early = clerk.send(PLACE, {"step": "declare", "document": waiting["document"]})
    assert early.status_code == 409
    again = clerk.send(PLACE, {"step": "register", "document": waiting["document"]})
    assert again.headers["location"].startswith("/sign/")
    clerk.be(READER_1)
    assert clerk.shown(PLACE)["waiting"] == []
    step = {"step": "forget", "document": waiting["document"]}
    assert clerk.send(PLACE, step).status_code == 404
    clerk.be(OFFICER_1)
    assert clerk.send(PLACE, step).status_code == 303
    assert (clerk.shown(PLACE)["waiting"], counter.kept) == ([], [])


@pytest.mark.parametrize("step", ["", "declare"])
def test_a_form_without_a_sealed_file_is_refused(counter: Counter, step: str) -> None:
    """Neither a page without a script nor a made-up number leaves anything behind."""
    clerk = counter.clerk
    clerk.be(OFFICER_1)
    assert clerk.send(PLACE, {"step": step, "document": "D-none"}).status_code in {404, 422}
    assert counter.hand_in("").status_code == 422
    assert counter.kept == []
