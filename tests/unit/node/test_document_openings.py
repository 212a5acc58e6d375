# SPDX-License-Identifier: Apache-2.0
"""An opening is recorded last: what is missing, or breaks off, costs no use of a grant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.errors import FileProblem, NotFound, Refused
from tests.factories import BANK, COURT
from tests.unit.node.test_documents import CLEAR, KEYS, LOAN, World
from tests.vault import AUDITOR, AUDITOR_ID, BANK_ID, OWNER_ID


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return a node with a document, where owner and bank have sealing keys."""
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    world = World(tmp_path)
    for identity in (OWNER_ID, BANK_ID):
        world.publish(identity)
    world.put()
    yield world
    world.node.stop()


@pytest.fixture
def granted(world: World) -> World:
    """Return it with the document granted to the bank, for two openings."""
    world.grant(max_uses=2)
    return world


def openings_of(world: World, version: int) -> int:
    """Return how many openings of a version the ledger has."""
    known = world.act(None, lambda net: net.documents.facts("D-1", version=version))
    return int(known.openings)


def test_a_version_that_was_not_shared_yet_costs_no_use_of_the_grant(world: World) -> None:
    """Nothing is recorded; once it is shared the only use that was granted opens it."""
    world.grant(max_uses=1)
    world.file.write_bytes(CLEAR + b"second")
    world.put(version=2)
    with pytest.raises(NotFound) as refused:
        world.get(BANK_ID)
    assert "tally document share" in (refused.value.hint or "")
    assert openings_of(world, 2) == 0
    world.act(OWNER_ID, lambda net: net.documents.share("D-1", BANK, [KEYS[COURT]]))
    assert world.get(BANK_ID).path.read_bytes() == CLEAR + b"second"


def test_what_cannot_be_fetched_or_written_costs_no_use_of_the_grant(
    granted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place that is taken, a download that breaks off, a copy that is not there."""
    before = openings_of(granted, 1)
    taken, keys = granted.out / "taken", [KEYS[BANK]]
    missing = granted.out / "missing" / "file"
    taken.write_bytes(b"")
    with pytest.raises(FileProblem, match="exists"):
        granted.act(BANK_ID, lambda net: net.documents.get("D-1", taken, keys, use=LOAN))
    with pytest.raises(FileProblem, match="no such folder"):
        granted.act(BANK_ID, lambda net: net.documents.get("D-1", missing, keys, use=LOAN))
    monkeypatch.setattr("tallystick.client.document_copies.PIECE_BYTES", 64 * 1024)

    class Broken(Exception):
        """The client dies."""

    def die(done: int, _: int) -> None:
        if done >= 128 * 1024:
            raise Broken

    with pytest.raises(Broken):
        granted.get(BANK_ID, progress=die)
    seen: list[int] = []
    granted.get(BANK_ID, progress=lambda done, _: seen.append(done))
    assert (len(seen), openings_of(granted, 1)) == (1, before + 1)
    depot = granted.node.documents._parts.depot
    depot.remove(depot.cids()[0])
    with pytest.raises(NotFound, match="not held here"):
        granted.get(BANK_ID)
    assert openings_of(granted, 1) == before + 1


def test_ciphertext_that_no_grant_opens_any_more_does_not_stay_with_the_grantee(
    granted: World, tmp_path: Path
) -> None:
    """Used up: the ledger refuses, and what was fetched for it is removed."""
    granted.get(BANK_ID)
    granted.get(BANK_ID)
    with pytest.raises(Refused):
        granted.get(BANK_ID)
    assert not list((tmp_path / "home").rglob("incoming/*"))


def test_only_owner_and_grantee_are_told_whether_a_wrap_is_here(granted: World) -> None:
    """And nobody is given it that way."""
    path = "/v1/documents/D-1/1/wraps"
    for asker in (OWNER_ID, BANK_ID):
        told = granted.ask(asker, "GET", f"{path}/{BANK}")
        assert told.json() == {"document": "D-1", "version": 1, "organization": BANK}
    for asker, whose in ((BANK_ID, COURT), (OWNER_ID, AUDITOR), (AUDITOR_ID, AUDITOR)):
        assert granted.ask(asker, "GET", f"{path}/{whose}").json()["code"] == "E_ROLE"
