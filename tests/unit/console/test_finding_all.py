# SPDX-License-Identifier: Apache-2.0
"""Blocks by hash, members, keys, proposals and alerts are found too, each with its kind."""

from __future__ import annotations

import html
from typing import Any

import pytest

from tallystick.console.finding.hits import Hit
from tallystick.console.finding.search_page import few_of_each
from tallystick.node import Node
from tests.factories import CLERK, COURT, LOG_KEY
from tests.unit.console.conftest import Reader
from tests.unit.console.test_drilling import giving
from tests.unit.console.test_transaction_kinds import governed, site

__all__ = ["giving", "governed", "site"]


def hits(reader: Reader, text: str, group: str) -> list[dict[str, Any]]:
    """Return what was found of one kind."""
    shown = reader.get("/search.json", params={"q": text}).json()["hits"]
    return [one for one in shown if one["group"] == group]


def test_a_block_is_found_by_its_hash_and_by_its_beginning(reader: Reader) -> None:
    """Exact either way, in letters of any size."""
    for block in reader.get("/b.json").json()["blocks"]["items"]:
        for text in (block["hash"], block["hash"][:10].upper()):
            found = reader.get("/search", params={"q": text})
            assert found.headers["location"] == f"/b/{block['height']}"
    assert hits(reader, "0" * 64, "block") == []


def test_a_member_is_found_by_name_and_by_id(reader: Reader) -> None:
    """The hit leads to the line of the organisation's page where the member stands."""
    page = reader.get(f"/o/{COURT}").text
    for text in ("clerk", f"{COURT}/clerk"):
        (found,) = hits(reader, text, "member")
        assert found["is_exact"]
        assert found["address"] == f"/o/{COURT}#member-clerk"
        assert 'id="member-clerk"' in page
    assert hits(reader, "cle", "member")[0]["is_exact"] is False
    assert hits(reader, "nobody at all", "member") == []


def test_keys_of_members_and_of_the_network_are_found(reader: Reader) -> None:
    """Whole or by eight digits; what belongs to it stands beside."""
    key = CLERK.public_key.hex()
    for text in (key, key[:8]):
        assert reader.get("/search", params={"q": text}).headers["location"] == (
            f"/o/{COURT}#member-clerk"
        )
    (log,) = hits(reader, LOG_KEY.public_key.hex(), "key")
    assert log["address"] == "/gov/keys"
    assert "log" in log["about"]


def test_a_proposal_is_found_by_id_and_by_what_it_is_about(
    site: Reader, governed: tuple[Node, dict[str, str]]
) -> None:
    """Its id is that of a transaction, which both are found by."""
    proposal = governed[1]["proposal"]
    for text in (proposal, proposal[:9], "evidence"):
        assert [one["address"] for one in hits(site, text, "proposal")] == [f"/gov/{proposal}"]
    assert hits(site, proposal, "transaction")
    assert hits(site, "nothing of the kind", "proposal") == []


def test_an_alert_is_found_by_what_it_says_and_what_it_is_about(giving: Reader) -> None:
    """Its page is one click away."""
    alert = giving.get("/alerts.json").json()["alerts"][0]
    address = f"/alerts/{alert['contract']}/{alert['number']}"
    words = [alert["rule"], alert["sentence"]["zh"][:6], alert["sentence"]["en"].upper()[:9]]
    for text in (*words, *(str(value) for value in alert["about"].values())):
        assert address in [one["address"] for one in hits(giving, text, "alert")], text
    assert hits(giving, "no such finding", "alert") == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_suggestions_and_results_name_the_kind(reader: Reader, language: str) -> None:
    """In the reader's language, beside each."""
    words = {"zh": ("成员", "公钥"), "en": ("Member", "Public key")}[language]
    titles = {"成员": "成员", "公钥": "密钥", "Member": "Members", "Public key": "Keys"}
    for text, word in zip(("clerk", CLERK.public_key.hex()[:9]), words, strict=True):
        params = {"q": text, "lang": language}
        suggested = html.unescape(reader.get("/search/suggest", params=params).text)
        assert f">{word}</span>" in suggested
        page = reader.get("/search", params={**params, "all": "1"}).text
        assert f'card-title">{titles[word]}<' in page


def test_one_kind_pushes_out_no_other() -> None:
    """Three of a kind are suggested, in their order."""
    many = [Hit("transaction", f"/t/{number}", "t") for number in range(9)]
    other = Hit("organization", "/o/1", "o")
    assert few_of_each([*many, other]) == [*many[:3], other]
