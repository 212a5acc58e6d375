# SPDX-License-Identifier: Apache-2.0
"""What the command says about contract versions: before a vote, during it, and on a machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.cli.answers import Mark
from tallystick.cli.doctor import machine
from tallystick.cli.doctor.node import check_needed
from tallystick.client import KeyStore
from tallystick.errors import InvalidContract
from tallystick.execution import contract_digest
from tallystick.industries.evidence import Evidence
from tests.unit.cli.conftest import Tally
from tests.unit.cli.governing_world import Governed, governed_node, keep_keys

DIGEST = contract_digest(Evidence).hex()
OTHER = "ab" * 32


@pytest.fixture
def governed(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Governed]:
    """Serve a governed network; the user holds everybody's key."""
    with governed_node(tmp_path / "node") as found:
        monkeypatch.setenv("TALLY_DATA", str(found.folder))
        assert home.exists()
        keep_keys(KeyStore())
        yield found


PROPOSE = ("governance", "propose", "contract", "evidence", "--as", "governor-0", "--json")


def test_a_proposal_carries_the_digest_of_the_package_on_the_node(
    tally: Tally, governed: Governed
) -> None:
    """The second vote decides; from then on the digest stands in the status."""
    opened = tally(*PROPOSE, "--contract-version", 2, "--height", 50).json
    assert opened["action"]["digest"] == DIGEST
    assert {"what": "sources of evidence", "before": None, "after": DIGEST} in opened["changes"]
    decided = tally("governance", "vote", opened["id"], "--approve", "--as", "governor-1", "--json")
    assert decided.json["state"] == "executed"
    assert "not installed" not in decided.err
    (shown,) = tally("governance", "status", "--json").json["contracts"]
    assert (shown["version"], shown["digest"], shown["migration"]) == (2, DIGEST, None)
    assert f"evidence v2 @50 {DIGEST[:16]}…" in tally("governance", "status").out
    assert governed.node.contract_desk.needed() == []


def test_who_votes_for_what_the_node_has_not_installed_is_warned(
    tally: Tally, governed: Governed
) -> None:
    """And doctor says it, until the height at which the node would stop."""
    words = ("--contract-version", 2, "--height", 50, "--digest", OTHER, "--migrate-from", 1)
    opened = tally(*PROPOSE, *words).json
    assert any("moved from version 1" in str(one["after"]) for one in opened["changes"])
    voted = tally("governance", "vote", opened["id"], "--approve", "--as", "governor-1", "--json")
    assert "it stops at block 50" in voted.err
    url = str(governed.url)
    found = check_needed(url)
    assert (found.mark, OTHER in found.evidence) == (Mark.FAILED, True)
    (shown,) = tally("governance", "status", "--json").json["contracts"]
    assert shown["migration"] == {"from_version": 1, "moved": 0, "finished_at": None}


@pytest.mark.parametrize("words", [(), ("--digest", "ab"), ("--digest", "x" * 64)])
def test_a_version_without_a_digest_is_not_proposed(
    tally: Tally, governed: Governed, words: tuple[str, ...]
) -> None:
    """A digest that nobody has would stop the network."""
    refused = tally(*PROPOSE, "--contract-version", 9, "--height", 50, *words)
    assert (refused.code, refused.json["error"]["field"]) == (2, "--digest")
    assert governed.node.status().height == 0


def test_a_contract_whose_records_stand_still_is_not_migrated(
    tally: Tally, governed: Governed
) -> None:
    """The refusal is the ledger's."""
    refused = tally("governance", "migrate", "evidence", "--as", "admin-0", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (5, "E_STATE")
    assert check_needed(str(governed.url)).mark is Mark.OK


def test_installed_contracts_are_listed_with_their_digests(tally: Tally) -> None:
    """So that two operators can compare them."""
    listed = tally("contract", "digest", "--json").json
    assert {"name": "evidence", "version": 2, "digest": DIGEST, "migrates_from": []} in listed
    assert tally("contract", "digest", "evidence", "--json").json[0]["digest"] == DIGEST
    assert tally("contract", "digest", "nothing", "--json").code == 3


def test_doctor_names_versions_and_what_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that lacks a migration keeps the node from starting; doctor says why."""
    assert f"evidence 2 ({DIGEST[:16]}…)" in machine.check_contracts().evidence
    assert check_needed("http://localhost:9").mark is Mark.WARNING

    def broken() -> None:
        raise InvalidContract("no migration", expected="one")

    monkeypatch.setattr(machine, "find_installed_contracts", broken)
    found = machine.check_contracts()
    assert (found.mark, found.evidence, found.advice) == (Mark.FAILED, "no migration", "one")
