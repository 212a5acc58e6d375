# SPDX-License-Identifier: Apache-2.0
"""Events, versions, signers, and how much is new: what the explorer's lists say beside rows."""

from __future__ import annotations

import pytest

from tallystick.console.masking import PERSONAL
from tests.factories import COURT
from tests.unit.console.conftest import Reader
from tests.unit.console.test_transaction_kinds import governed, site

__all__ = ["governed", "site"]

NOBODY = "53110000MADEM1010Y"
"""An organisation of another network: other tests act here as those of this one."""


def test_events_are_filtered_by_contract_name_organization_and_day(reader: Reader) -> None:
    """Filters stand in the address; what fits nothing says so; a wrong day is refused."""
    events = reader.get("/events.json").json()["events"]["items"]
    assert len(events) >= 3
    day = events[0]["time"][:10]
    for query, has in (
        ({"contract": "evidence"}, True),
        ({"name": "evidence.Deposited", "organization": COURT}, True),
        ({"organization": NOBODY}, False),
        ({"contract": "governance"}, False),
        ({"day": "2001-01-01"}, False),
    ):
        page = reader.get("/events", params=query).text
        assert ("empty-title" not in page) == has, query
    assert reader.get("/events", params={"day": day}).status_code == 200
    assert reader.get("/events", params={"day": "yesterday"}).status_code == 400


def test_personal_data_of_events_are_covered_for_strangers(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in records and transactions: on the page and in its JSON (ASVS 14.2.6)."""
    contract = reader.get("/c/evidence.json").json()["contract"]
    deposited = next(one for one in contract["events"] if one["name"] == "evidence.Deposited")
    field = next(one for one in deposited["fields"] if one["type"].get("format") == "sha256")
    events = reader.get("/events.json", params={"name": "evidence.Deposited"}).json()["events"]
    plain = str(events["items"][0]["fields"][field["name"]])
    monkeypatch.setitem(PERSONAL, field["type"]["format"], lambda _: "se***")
    for address in ("/events", "/events.json"):
        assert plain not in reader.get(address, params={"name": "evidence.Deposited"}).text
    assert "se***" in reader.get("/events.json", params={"name": "evidence.Deposited"}).text


def test_a_list_says_how_much_is_new_and_leads_there(reader: Reader) -> None:
    """Counted from what the list has: none, or all; the filters of the list count too."""
    for path, since in (("/t/news", 0), ("/b/news", 0)):
        page = reader.get(path, params={"since": since, "lang": "en"}).text
        assert "new: show" in page
        assert 'hx-trigger="tally:block from:body"' in page
    none = reader.get("/t/news", params={"since": 10**6}).text
    assert "<a " not in none
    other = reader.get("/t/news", params={"since": 0, "contract": "none"}).text
    assert "<a " not in other
    elsewhere = reader.get("/t/news", params={"since": 0, "back": "//evil.example"}).text
    assert 'evil.example"' not in elsewhere.replace("back=%2F%2Fevil.example", "")
    assert reader.get("/t/news", params={"since": "x"}).status_code == 400
    assert "/t/news?" in reader.get("/explorer").text


def test_a_block_names_who_signed_it_and_shows_itself_raw(reader: Reader) -> None:
    """Where one node orders, its organisation; the JSON of the node is one link away."""
    page = reader.get("/b/1", params={"lang": "zh"}).text
    assert "杭州互联网法院" in page[page.index('id="signatures"') :]
    assert 'href="/v1/blocks/1"' in page


def test_a_contract_lists_its_versions_with_what_decided_them(site: Reader, reader: Reader) -> None:
    """Founded, or voted with height and transaction; each installed version has its schema."""
    founded = reader.get("/c/evidence/history", params={"lang": "en"}).text
    assert "at the founding" in founded
    voted = site.get("/c/evidence/history").text
    assert "1,000" in voted[voted.index('id="versions"') :]
    version = reader.get("/c/evidence.json").json()["contract"]["version"]
    assert f"/v1/contracts/evidence?version={version}" in founded


@pytest.mark.parametrize(
    "path", ["/nodes", "/events", "/b/1", "/c/evidence", "/c/evidence/history"]
)
def test_pages_are_whole_in_chinese(reader: Reader, path: str) -> None:
    """No English words of the console on them."""
    page = reader.get(path, params={"lang": "zh"}).text
    for english in ("Who signed", "Versions", "Validators", "newest", "No events"):
        assert english not in page
