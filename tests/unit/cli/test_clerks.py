# SPDX-License-Identifier: Apache-2.0
"""`tally custody put`, `declare`, `commit`, `archive-day`, `show-lines`, `read` at a real node."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tallystick.client import connect
from tallystick.industries.custody import ManifestEntry, business_key, directory_of
from tallystick.merkle import CHUNK_SIZE, SLICE_SIZE
from tests.canaries import canaries_of, search_for
from tests.unit.cli.conftest import Outcome, Tally
from tests.unit.cli.test_keep import CANARY, CLEAR, DAY_MS, IDENTITIES, SETTLING, World, world

__all__ = ["world"]
DAY = "2026-09-21"


class Desk(World):
    """The same node, with what clerks do."""

    def begin(self) -> None:
        """Publish the owner's sealing key, and write a voucher."""
        with connect(self.url, identity=IDENTITIES["owner"]) as net:
            net.call("sealing_keys", "publish", public_key=self.key.public_key)
        self.voucher.write_bytes(CLEAR)

    @property
    def voucher(self) -> Path:
        """A file in clear."""
        return self.folder / "voucher.pdf"

    @property
    def card(self) -> Path:
        """The card of the object."""
        return self.folder / "v1.card.json"

    @property
    def declaring(self) -> tuple[object, ...]:
        """The options of a declaration."""
        nodes = [word for name in ("n0", "n1", "n2") for word in ("--node", name)]
        stated = ("--object", "v1", "--agreement", self.agreement, "--retention", "voucher")
        return (*stated, "--key-id", "key-1", *nodes, "--card", self.card)

    def put_by_command(self) -> Outcome:
        """Seal, upload and declare the voucher."""
        return self.verb("put", self.voucher, *self.declaring, who="owner")

    def stored(self) -> dict[str, Any]:
        """Return the object as the ledger has it."""
        with connect(self.url) as net:
            found: dict[str, Any] = net.query("custody", "show_object", object="v1")["object"]
        return found

    def granted(self, uses: int = 1) -> str:
        """Let the reader's organisation read the object."""
        with connect(self.url, identity=IDENTITIES["owner"]) as net:
            until = (net.status().block_time_ms or 0) + DAY_MS
            terms = {"object": "v1", "reader": SETTLING, "purpose": "audit"}
            done = net.call("custody", "grant_read", **terms, valid_until=until, max_uses=uses)
        assert isinstance(done.result, dict)
        return str(done.result["id"])

    def sources(self, *nodes: str) -> list[object]:
        """Name the folders of keepers as sources."""
        kept = self.folder / "kept"
        return [word for one in nodes for word in ("--source", f"{one}={kept / one}")]

    def lines(self, *numbers: int, terminal: str = "t1") -> list[ManifestEntry]:
        """Return lines of a day, all of the one object."""
        facts = {name: self.stored()[name] for name in ("cid", "size")}
        return [
            ManifestEntry(
                terminal=terminal,
                sequence=number,
                business_key=business_key(b"secret", f"{terminal}/{number}"),
                object="v1",
                **facts,
            )
            for number in numbers
        ]

    def directory(self, lines: list[ManifestEntry]) -> Path:
        """Write the file of a day's lines."""
        path = self.folder / "day.jsonl"
        path.write_bytes(directory_of(lines))
        return path


@pytest.fixture
def desk(world: World) -> Desk:
    """Serve a node; the owner has a sealing key and a voucher."""
    made = Desk.__new__(Desk)
    made.__dict__.update(vars(world))
    made.begin()
    return made


@pytest.fixture
def kept(desk: Desk) -> Desk:
    """Have the voucher kept by three nodes."""
    assert desk.put_by_command().code == 0
    for node in ("n0", "n1", "n2"):
        assert desk.keep(node).code == 0
    assert desk.state() == "STORED"
    return desk


def test_a_file_is_sealed_uploaded_and_declared_in_one_act(desk: Desk, tmp_path: Path) -> None:
    """AFC-3, AFC-9: the node has sealed bytes; the salt is in a private card alone."""
    told = desk.put_by_command()
    assert told.code == 0, told.out
    found = desk.stored()
    assert (found["cid"], found["state"]) == (told.json["cid"], "UPLOADING")
    assert stat.S_IMODE(desk.card.stat().st_mode) == 0o600
    card = json.loads(desk.card.read_bytes())
    canaries = [*canaries_of(CANARY), card["salt"].encode(), bytes.fromhex(card["salt"])]
    for place in (tmp_path / "node", tmp_path / "home"):
        search_for(place, canaries)
    for node in ("n0", "n1", "n2"):
        assert desk.keep(node).json["pinned"] == ["v1"]
    assert desk.state() == "STORED"


def test_a_declaration_goes_on_with_its_card_and_refuses_another(
    desk: Desk, tally: Tally, tmp_path: Path
) -> None:
    """What is in the register already is declared by its number; a card of another file is not."""
    with connect(desk.url, identity=IDENTITIES["owner"]) as net:
        net.documents.put(desk.voucher, document="D-7")
    other = tmp_path / "other.card.json"
    salted = {"format": "tallystick.custody-card.v1", "object": "v1", "salt": "00" * 32}
    other.write_text(json.dumps(salted | {"sha256": "11" * 32}))
    refused = desk.verb("declare", "D-7", *desk.declaring[:-1], other, who="owner")
    assert (refused.code, refused.json["error"]["field"]) == (2, "--card")
    other.write_text("{}")
    refused = desk.verb("declare", "D-7", *desk.declaring[:-1], other, who="owner")
    assert refused.json["error"]["code"] == "E_FILE"
    told = desk.verb("declare", "D-7", *desk.declaring, who="owner")
    assert (told.code, told.json["document"]) == (0, "D-7"), told.out
    again = desk.verb("declare", "D-7", *desk.declaring, who="owner")
    assert again.code == 5, "one object has one name and one address"
    missing = desk.verb("declare", "D-8", *desk.declaring, who="owner")
    assert missing.code != 0
    assert tally("custody", "declare", "--help").code == 0


def test_the_card_proves_the_plaintext_and_no_other(desk: Desk) -> None:
    """AFC-8: with file and salt everybody sees that it is what was declared; else exit code 6."""
    assert desk.put_by_command().code == 0
    asked = ("commit", desk.voucher, "--card", desk.card)
    told = desk.verb(*asked, who="")
    assert (told.code, told.json["matches"]) == (0, True), told.out
    desk.voucher.write_bytes(CLEAR + b".")
    told = desk.verb(*asked, who="")
    assert (told.code, told.json["matches"]) == (6, False)
    desk.voucher.write_bytes(CLEAR)
    card = json.loads(desk.card.read_bytes())
    desk.card.write_text(json.dumps(card | {"salt": "00" * 32}))
    assert desk.verb(*asked, who="").code == 6
    desk.card.write_text(json.dumps(card | {"object": "v9"}))
    assert desk.verb(*asked, who="").json["error"]["code"] == "E_NOT_FOUND"


def test_a_day_is_anchored_from_its_lines_and_its_audit_is_shown(kept: Desk) -> None:
    """AFC-7: numbers go on, a hole needs a cause, a terminal without lines is named too."""
    for name in ("t1", "t2"):
        kept.act("owner", "register_terminal", id=name, branch="网点")
    path = kept.directory(kept.lines(1, 2, 5))
    asked = ("archive-day", DAY, "--directory", path)
    refused = kept.verb(*asked, who="owner")
    assert refused.json["error"]["code"] == "E_MISSING"
    assert "3" in refused.json["error"]["message"]
    told = kept.verb(*asked, "--gap", "t1:3-4=作废", who="owner")
    assert told.code == 0, told.out
    assert (told.json["entries"], told.json["gaps"]) == (3, 1)

    lines = kept.lines(1, 2, 5)
    keys = [lines[1].business_key]
    audit = kept.act("auditor", "draw_audit", manifest=told.json["manifest"], asked=keys)["id"]
    other = kept.folder / "other.jsonl"
    other.write_bytes(directory_of(lines[:2]))
    refused = kept.verb("show-lines", audit, "--directory", other, who="owner")
    assert refused.json["error"]["code"] == "E_HASH"
    shown = kept.verb("show-lines", audit, "--directory", path, who="owner")
    assert (shown.code, shown.json["state"]) == (0, "PASSED"), shown.out
    again = kept.verb("show-lines", audit, "--directory", path, who="owner")
    assert (again.code, again.json["shown"]) == (0, 0)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--gap", "t1=3"), "E_USAGE"),
        (("--gap", "t1:4-3=x"), "E_USAGE"),
        (("--gap", "t1:2=x"), "E_FORMAT"),
    ],
    ids=["form", "backwards", "not missing"],
)
def test_a_gap_of_another_form_is_refused(kept: Desk, words: tuple[str, ...], code: str) -> None:
    """Before anything is on the ledger."""
    kept.act("owner", "register_terminal", id="t1", branch="网点")
    path = kept.directory(kept.lines(1, 2))
    told = kept.verb("archive-day", DAY, "--directory", path, *words, who="owner")
    assert told.json["error"]["code"] == code, told.out
    days = ("archive-day", "yesterday", "--directory", path)
    assert kept.verb(*days, who="owner").code == 2
    path.write_bytes(path.read_bytes() + b"none\n")
    told = kept.verb("archive-day", DAY, "--directory", path, who="owner")
    assert told.json["error"]["code"] == "E_FORMAT"


def test_a_read_gives_only_the_right_bytes_and_reports_the_others(
    kept: Desk, tmp_path: Path
) -> None:
    """AFC-1: verified by the CID, taken from another node, the damaged one asked at once."""
    sealed, out = kept.bytes_at("n1").read_bytes(), tmp_path / "object.age"
    damaged = bytearray(sealed)
    damaged[700_000] ^= 1
    kept.bytes_at("n0").chmod(0o600)
    kept.bytes_at("n0").write_bytes(bytes(damaged))
    asked = ("read", kept.granted(), "--purpose", "audit", "--out", out)
    told = kept.verb(*asked, *kept.sources("n0", "n1"), who="reader")
    assert told.code == 0, told.out
    assert out.read_bytes() == sealed
    assert told.json["holder"] == "n1"
    ((node, index),) = [tuple(one.values()) for one in told.json["corrupted"]]
    assert (node, index * SLICE_SIZE // CHUNK_SIZE) == ("n0", 700_000 // CHUNK_SIZE)
    with connect(kept.url) as net:
        (challenge,) = net.table("custody.challenges")
        assert challenge.to_dict()["node"] == "n0"
    again = kept.verb(*asked, *kept.sources("n1"), who="reader")
    assert again.json["error"]["code"] == "E_LIMIT", "one use was granted"


def test_a_read_that_finds_nothing_saves_nothing_and_goes_on_without_another_use(
    kept: Desk, tmp_path: Path
) -> None:
    """Whole or not at all; the grant's only use is not lost."""
    out = tmp_path / "out" / "object.age"
    out.parent.mkdir()
    asked = ("read", kept.granted(), "--purpose", "audit", "--out", out)
    nowhere = [word for one in ("n0", "n1", "n2") for word in ("--source", f"{one}={tmp_path}/x")]
    told = kept.verb(*asked, *nowhere, who="reader")
    assert told.json["error"]["code"] == "E_NOT_FOUND"
    assert list(out.parent.iterdir()) == []
    told = kept.verb(*asked, *kept.sources("n2"), who="reader")
    assert told.code == 0, told
    assert (told.code, told.json["holder"], told.json["corrupted"]) == (0, "n2", []), told.out
    assert [one.name for one in out.parent.iterdir()] == ["object.age"]
    other = kept.verb("read", "GR-9", "--purpose", "x", "--out", out, who="reader")
    assert other.code != 0
