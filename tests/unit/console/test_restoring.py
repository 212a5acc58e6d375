# SPDX-License-Identifier: Apache-2.0
"""Kept files brought back in the browser: what `tally custody read`, `drill`, `export-car` do."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tallystick.client import Identity, KeyStore, connect, digest_file
from tallystick.console.audit import read_trail
from tallystick.console.records import Records, records_path
from tallystick.crypto import SealingKey
from tallystick.industries.custody import ManifestEntry, demo, directory_of, plain_commitment
from tallystick.industries.custody.demo_cast import (
    AUDITOR_1,
    AUDITORS,
    OFFICER_1,
    OPERATORS,
    OWNER_HOUSE,
    READER_1,
    TELLER,
)
from tests.canaries import canaries_of, search_for
from tests.networks import free_port
from tests.unit.console.archive_stage import NODES, Clerk, archive_desk
from tests.unit.console.sealing_stage import WithHeads, head_of
from tests.unit.console.test_archive import signed
from tests.unit.console.test_lists import VAULT_KEY

READS: Final = "/archive/custody/read"
DRILLS: Final = "/archive/custody/drill"
CAR: Final = "/archive/custody/car"
CLEAR: Final = b"canary: voucher 8 pays 4,321.00 to nobody but its owner\n" * 40_000
DAY_MS: Final = 86_400_000


@dataclass
class Vaults:
    """A bank's object, in the register and at this node, granted to the auditors."""

    clerk: Clerk
    folder: Path
    sealed: bytes
    key: SealingKey
    manifest: str
    directory: bytes

    def opened_read(self) -> str:
        """Let the reader open a read by a new grant; return the address of its page."""
        terms = {"object": "voucher-8", "reader": AUDITORS, "purpose": "audit", "max_uses": 1}
        until = time.time_ns() // 1_000_000 + DAY_MS
        grant = self.clerk.do(OFFICER_1, "grant_read", valid_until=until, **terms)["id"]
        self.clerk.be(READER_1)
        sent = self.clerk.send(READS, {"grant": grant, "purpose": "audit"})
        assert sent.status_code == 303, sent.text
        return f"{READS}/{signed(self.clerk, sent.headers['location'])['id']}"

    def drawn_drill(self) -> str:
        """Let the auditor draw a drill; return the address of its page."""
        self.clerk.be(AUDITOR_1)
        sent = self.clerk.hand_in("drill", self.directory, manifest=self.manifest)
        assert sent.status_code == 303, sent.text
        return f"{DRILLS}/{signed(self.clerk, sent.headers['location'])['id']}"

    def tried(self, place: str) -> httpx.Response:
        """Hand the day's file in for a drill that was drawn."""
        return self.clerk.hand_in(place.removeprefix("/archive/custody/"), self.directory)

    def upload(self, car: bytes, step: str) -> httpx.Response:
        """Hand a CAR in."""
        return self.clerk.reader.post(
            CAR,
            data={"form_key": self.clerk.key, "step": step},
            files={"file": ("object.car", car)},
        )


def identity_of(folder: Path, member: str) -> Identity:
    """Return the key of somebody of the story."""
    return KeyStore(folder / "node" / "demo-keys").load(member)


def prepare(clerk: Clerk, folder: Path) -> Vaults:
    """Put a file into the register, declare it, grant it, and anchor its day."""
    agreement, key, theirs = clerk.prepare(), SealingKey.generate(), SealingKey.generate()
    for code, own in ((OWNER_HOUSE[0], key), (AUDITORS, theirs)):
        clerk.act(head_of(code), "sealing_keys/publish", public_key=own.public_key)
    clear = folder / "voucher.txt"
    clear.write_bytes(CLEAR)
    identity, trust = identity_of(folder, OFFICER_1), folder / "node" / "trust.json"
    with connect(clerk.url, identity=identity, trust=trust) as net:
        facts = net.documents.put(clear, document="D-8").facts
        known = net.documents.facts("D-8")
        terms: dict[str, Any] = {
            "grantee": AUDITORS,
            "documents": ["D-8"],
            "purpose": "audit",
            "valid_from": time.time_ns() // 1_000_000 - DAY_MS,
            "valid_until": time.time_ns() // 1_000_000 + DAY_MS,
            "max_uses": None,
        }
        net.documents.grant("G-8", terms, [key])
        path = net.documents.download(known, into=folder / "reference")
        sealed, digest = path.read_bytes(), digest_file(path).sha256.hex()
    clear.unlink()
    clerk.do(
        OFFICER_1,
        "declare_object",
        id="voucher-8",
        agreement=agreement,
        cid=facts.cid,
        ciphertext=digest,
        plain=plain_commitment("voucher-8", facts.sha256, b"salt"),
        size=facts.size,
        slices_root=facts.slices_root,
        media_type="text/plain",
        retention="voucher",
        key_id="key-8",
        nodes=NODES,
    )
    for node in NODES:
        clerk.do(node, "pin", object="voucher-8", node=node, cid=facts.cid)
    clerk.do(OFFICER_1, "register_terminal", id="counter-1", branch="示例支行")
    line = ManifestEntry(
        terminal="counter-1",
        sequence=1,
        business_key="ab" * 32,
        object="voucher-8",
        cid=facts.cid,
        size=facts.size,
    )
    directory = directory_of([line])
    clerk.be(OFFICER_1)
    sent = clerk.hand_in("day", directory, day="2026-09-21")
    manifest = str(signed(clerk, sent.headers["location"])["id"])
    return Vaults(clerk, folder, sealed, theirs, manifest, directory)


@pytest.fixture(scope="module")
def vaults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vaults]:
    """Give the bank's object; one node's place is a closed port, another's this node by name."""
    folder = tmp_path_factory.mktemp("restoring")
    (folder / "served").mkdir()
    (folder / "served" / "console.toml").write_text(
        f'[storage_nodes]\n{NODES[0]} = "http://localhost:9"\n', "utf-8"
    )
    with archive_desk(folder, WithHeads(demo.parts())) as clerk:
        yield prepare(clerk, folder)


def test_afc_1_a_read_is_opened_fetched_sealed_and_reported(vaults: Vaults) -> None:
    """The silent node is passed over, the file is the owner's byte for byte, and has no clear."""
    clerk, place = vaults.clerk, vaults.opened_read()
    assert clerk.reader.get(f"{place}/sealed").status_code == 404
    assert clerk.send(place, {"step": "report"}).status_code == 404
    assert clerk.send(place, {"step": "fetch"}).status_code == 303
    found = clerk.shown(place)["found"]
    told = [(one["holder"], one["place"], one["answer"]) for one in found["asked"]]
    assert told == [(NODES[0], "http://localhost:9", "none"), (NODES[1], "", "right")]
    assert found["asked"][0]["operator"] == OPERATORS[0][0]
    given = clerk.reader.get(f"{place}/sealed")
    assert given.content == vaults.sealed
    assert "voucher-8.age" in given.headers["content-disposition"]
    sent = clerk.send(place, {"step": "report"})
    done = signed(clerk, sent.headers["location"])
    assert (done["node"], done["object"]) == (NODES[1], "voucher-8")
    page = clerk.reader.get(place).text
    assert "tally document get" in page
    assert "Preview the report" not in page
    kept = clerk.shown(READS)["reads"]
    assert place in [one["address"] for one in kept]
    canaries = set(canaries_of(CLEAR[:50])) - {VAULT_KEY}
    search_for(vaults.folder, list(canaries))
    lying = vaults.folder / "served" / "console" / "restored"
    before = set(lying.iterdir())
    assert clerk.send(place, {"step": "forget"}).status_code == 303
    assert clerk.reader.get(f"{place}/sealed").status_code == 404
    assert {path.suffix for path in before - set(lying.iterdir())} == {".age", ".json"}


def test_a_read_is_its_organisations_and_needs_the_role(vaults: Vaults) -> None:
    """Others do not see it; a colleague without the role has no node asked."""
    clerk, place = vaults.clerk, vaults.opened_read()
    clerk.be(OFFICER_1)
    assert clerk.reader.get(place).status_code == 404
    assert clerk.send(place, {"step": "fetch"}).status_code == 404
    assert clerk.shown(READS)["reads"] == []
    clerk.be(AUDITOR_1)
    refused = clerk.send(place, {"step": "fetch"})
    assert (refused.status_code, "E_ROLE" in refused.text) == (400, True)
    assert clerk.shown(place)["found"] is None
    led = clerk.reader.get(f"{READS}?read={place.rpartition('/')[2]}")
    assert led.headers["location"] == place
    wrong = clerk.send(READS, {"grant": "", "purpose": "audit"})
    assert wrong.status_code == 422


def test_a_drill_is_drawn_fetched_and_reported(vaults: Vaults) -> None:
    """AFC-7: what the ledger drew comes back from a node, and the report says from which."""
    clerk = vaults.clerk
    clerk.be(AUDITOR_1)
    other = clerk.hand_in("drill", vaults.directory * 2, manifest=vaults.manifest)
    assert (other.status_code, "E_HASH" in other.text) == (422, True)
    assert clerk.hand_in("drill", b"", manifest=vaults.manifest).status_code == 422
    place = vaults.drawn_drill()
    assert place in [one["address"] for one in clerk.shown(DRILLS)["drills"]]
    assert clerk.hand_in(place.removeprefix("/archive/custody/"), b"").status_code in {200, 422}
    tried = vaults.tried(place)
    assert tried.status_code == 200, tried.text
    assert "http://localhost:9" in tried.text
    assert "It came back whole" in tried.text
    (report,) = {part.split('"')[0] for part in tried.text.split('href="')[1:] if "/sign/" in part}
    done = signed(clerk, report)
    assert (done["state"], done["node"], done["object"]) == ("PASSED", NODES[1], "voucher-8")
    assert "This drill has ended" in clerk.reader.get(place).text


def test_a_drill_with_another_file_or_without_the_role_asks_nobody(vaults: Vaults) -> None:
    """The lines must be those of the day, and the reader somebody who reports drills."""
    clerk, place = vaults.clerk, vaults.drawn_drill()
    part = place.removeprefix("/archive/custody/")
    wrong = clerk.hand_in(part, b"{}\n")
    assert (wrong.status_code, "E_HASH" in wrong.text) == (422, True)
    assert "/sign/" not in wrong.text
    clerk.be(READER_1)
    assert vaults.tried(place).status_code == 400
    assert clerk.reader.get(f"{DRILLS}/DR-999").status_code == 404
    assert clerk.reader.get(f"{DRILLS}?drill=DR-1").headers["location"] == f"{DRILLS}/DR-1"


def test_an_object_is_taken_away_as_a_car_and_comes_back_out_of_it(vaults: Vaults) -> None:
    """The archive has the sealed file; one wrong byte in it, or an unknown file, is refused."""
    clerk = vaults.clerk
    clerk.be(OFFICER_1)
    taken = clerk.send(CAR, {"step": "export", "object": "voucher-8"})
    assert "voucher-8.car" in taken.headers["content-disposition"], taken.text
    checked = vaults.upload(taken.content, "check")
    assert (checked.status_code, "voucher-8" in checked.text) == (200, True)
    assert vaults.upload(taken.content, "save").content == vaults.sealed
    broken = taken.content[:-1] + bytes((taken.content[-1] ^ 1,))
    refused = vaults.upload(broken, "save")
    assert (refused.status_code, "E_CAR" in refused.text) == (400, True), refused.text
    assert vaults.upload(b"no archive", "check").status_code == 400
    assert clerk.send(CAR, {"step": "export", "object": "voucher-0"}).status_code == 404
    assert clerk.send(CAR, {"step": "export", "object": ""}).status_code == 400
    assert (
        f'href="{CAR}?object=voucher-8"' in clerk.reader.get("/case/custody/objects/voucher-8").text
    )


def test_who_may_not_hold_it_gets_nothing_and_is_told_where_it_was_asked(vaults: Vaults) -> None:
    """A node gives nothing to an organisation that the register does not let hold the document."""
    clerk = vaults.clerk
    clerk.be(TELLER)
    missed = clerk.send(CAR, {"step": "export", "object": "voucher-8"})
    assert missed.status_code == 200
    assert "Nobody gave the right bytes" in missed.text
    assert "storage_nodes" in missed.text


def test_where_nodes_were_asked_is_in_the_audit_trail(vaults: Vaults) -> None:
    """Who had which file asked for, at which address, and what came."""
    vaults.clerk.be(READER_1)
    place = vaults.opened_read()
    assert vaults.clerk.send(place, {"step": "fetch"}).status_code == 303
    records = Records(records_path(vaults.folder / "served"))
    try:
        rows = read_trail(records, {"kind": "fetched"})
    finally:
        records.close()
    assert f"{NODES[0]}@http://localhost:9=none" in rows[0]["subject"]
    assert rows[0]["organization"] == AUDITORS


def test_a_registered_document_is_declared_with_its_own_digests(vaults: Vaults) -> None:
    """AFC-3: address, size and hash of the sealed bytes are the register's; the card binds it."""
    clerk = vaults.clerk
    key = SealingKey.generate()
    head = head_of(OWNER_HOUSE[0])
    clerk.act(head, "sealing_keys/publish", public_key=key.public_key)
    clear = vaults.folder / "second.txt"
    clear.write_bytes(CLEAR[::-1])
    identity, trust = identity_of(vaults.folder, OFFICER_1), vaults.folder / "node" / "trust.json"
    with connect(clerk.url, identity=identity, trust=trust) as net:
        facts = net.documents.put(clear, document="D-9").facts
        known = net.documents.facts("D-9")
        path = net.documents.download(known, into=vaults.folder / "reference")
        digest = digest_file(path).sha256.hex()
    clear.unlink()
    clerk.catch_up()
    clerk.be(OFFICER_1)
    place = "/archive/custody/declare"
    shown = clerk.shown(f"{place}?document=D-9")
    assert shown["sha256"] == facts.sha256
    assert set(shown["documents"]) >= {"D-8", "D-9"}
    assert clerk.reader.get(f"{place}?document=D-0").status_code == 404
    agreement = clerk.shown("/state/custody/agreements")["rows"]["items"][0]["id"]
    stated = {
        "id": "voucher-9",
        "agreement": agreement,
        "retention": "voucher",
        "key_id": "key-9",
        "nodes.#": str(len(NODES)),
        **{f"nodes.{row}": node for row, node in enumerate(NODES)},
    }
    plain = plain_commitment("voucher-9", facts.sha256, b"s" * 32)
    lacking = clerk.send(place, {**stated, "document": "D-9"})
    assert (lacking.status_code, "Take the card first." in lacking.text) == (422, True)
    sent = clerk.send(place, {**stated, "document": "D-9", "plain": plain})
    assert sent.status_code == 303, sent.text
    row = signed(clerk, sent.headers["location"])
    told = (row["cid"], row["size"], row["slices_root"], row["plain"])
    assert told == (facts.cid, facts.size, facts.slices_root, plain)
    with connect(clerk.url, trust=trust) as net:
        kept = net.table("custody.files_versions").get("voucher-9", 1)
    assert kept["sha256"] == digest
    clerk.be(READER_1)
    assert clerk.send(place, {**stated, "document": "D-9", "plain": plain}).status_code == 400
    assert clerk.shown(place)["documents"] == []


class _Spoiling(BaseHTTPRequestHandler):
    """A node that hands on what another says, and spoils a byte of every sealed file."""

    url = ""

    def do_GET(self) -> None:
        """Hand on."""
        self._hand_on("GET")

    def do_POST(self) -> None:
        """Hand on."""
        self._hand_on("POST")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _hand_on(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        kept = {name: text for name, text in self.headers.items() if name.lower() != "host"}
        answer = httpx.request(method, f"{self.url}{self.path}", content=body, headers=kept)
        data = answer.content
        if self.path.endswith("/content"):
            data = bytes((*data[:5_000], data[5_000] ^ 1, *data[5_001:]))
        self.send_response(answer.status_code)
        self.send_header("content-type", answer.headers.get("content-type", ""))
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def test_afc_1_a_node_that_gives_other_bytes_is_shown_and_challenged(tmp_path: Path) -> None:
    """Its bytes are not kept, the first slice that differs is told, and the report names both."""
    port = free_port()
    server = ThreadingHTTPServer(("localhost", port), _Spoiling)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "console.toml").write_text(
        f'[storage_nodes]\n"{OPERATORS[0][0]}" = "http://localhost:{port}"\n', "utf-8"
    )
    try:
        with archive_desk(tmp_path, WithHeads(demo.parts())) as clerk:
            _Spoiling.url = clerk.url
            vaults = prepare(clerk, tmp_path)
            place = vaults.opened_read()
            assert clerk.send(place, {"step": "fetch"}).status_code == 303
            found = clerk.shown(place)["found"]
            told = [(one["holder"], one["answer"]) for one in found["asked"]]
            assert told == [(NODES[0], "other"), (NODES[1], "right")], found
            assert clerk.reader.get(f"{place}/sealed").content == vaults.sealed
            sent = clerk.send(place, {"step": "report"})
            assert signed(clerk, sent.headers["location"])["node"] == NODES[1]
            (asked,) = clerk.shown("/state/custody/challenges")["rows"]["items"]
            assert asked["node"] == NODES[0]
            assert "other bytes" in clerk.reader.get(place).text
    finally:
        server.shutdown()
        server.server_close()
