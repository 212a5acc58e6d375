# SPDX-License-Identifier: Apache-2.0
"""Queries are pages: a form, and an answer that has an address of its own."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from tallystick.console.masking import PERSONAL
from tests.unit.console.conftest import Reader
from tests.unit.console.system_stage import Actor

SYSTEMS = ("charity", "custody", "evidence", "inventory", "justice", "preservation")


@pytest.fixture
def deposit(reader: Reader) -> Any:
    """Give one of the deposits that the node began with."""
    return reader.get("/state/evidence/deposits.json").json()["rows"]["items"][-1]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_query_of_every_system_is_a_page_that_its_application_leads_to(
    actor: Actor, system: str
) -> None:
    """For strangers too, as the node's interface has it."""
    contract = actor.shown(f"/c/{system}")["contract"]
    application = actor.reader.get(f"/app/{system}").text
    names = [one["name"] for one in contract["methods"] if one["kind"] == "query"]
    assert names
    for name in names:
        place = f"/ask/{system}/{name}"
        assert f'href="{place}"' in application
        assert f'action="{place}"' in actor.reader.get(place).text


def test_an_answer_is_shown_in_words_and_can_be_passed_on(reader: Reader, deposit: Any) -> None:
    """By its address, and as a request to the node that answers the same."""
    asked = {"sha256": deposit["sha256"], "ask": "1", "lang": "zh"}
    page = unescape(reader.get("/ask/evidence/by_hash", params=asked).text)
    assert deposit["id"] in page
    contract = reader.get("/c/evidence.json").json()["contract"]
    (label,) = {
        field["label"]["zh"]
        for table in contract["tables"]
        if table["name"] == "deposits"
        for field in table["fields"]
        if field["name"] == "sha256"
    }
    assert f"<dt>{label}</dt>" in page
    answer = reader.get("/ask/evidence/by_hash.json", params=asked).json()["answer"]
    assert deposit["id"] in [one["id"] for one in answer["result"]]
    assert answer["place"] == f"/v1/contracts/evidence/by_hash?sha256={deposit['sha256']}"
    assert f"{answer['place']}'" in page
    asked["sha256"] = "00" * 32
    assert reader.get("/ask/evidence/by_hash.json", params=asked).json()["answer"]["result"] == []


def test_what_cannot_be_answered_is_said_at_the_form(reader: Reader) -> None:
    """An empty control, a record that is not there, and what is no query of the contract."""
    place = "/ask/evidence/show"
    assert reader.get(place).status_code == 200
    for given in ({"id": ""}, {"id": "EV-2020-000001"}):
        answer = reader.get(place, params={"ask": "1", **given})
        assert answer.status_code == 422
        assert 'id="flaws"' in answer.text
        assert f'value="{given["id"]}"' in answer.text
    assert reader.get("/ask/evidence/deposit").status_code == 404
    assert reader.get("/ask/nothing/show").status_code == 404


def test_personal_data_in_an_answer_is_covered_for_strangers(
    reader: Reader, deposit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in records and transactions (ASVS 14.2.6)."""
    monkeypatch.setitem(PERSONAL, "sha256", lambda _: "se***")
    asked = {"id": deposit["id"], "ask": "1"}
    for address in ("/ask/evidence/show", "/ask/evidence/show.json"):
        page = reader.get(address, params=asked).text
        assert "se***" in page
        assert deposit["sha256"] not in page
