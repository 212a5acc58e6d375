# SPDX-License-Identifier: Apache-2.0
"""One box finds everything, whatever it is called; what is not there is said plainly."""

from __future__ import annotations

from hashlib import sha256

import pytest

from tallystick.console.finding.recognizing import Kind, kinds_of, normalize
from tests.factories import COURT
from tests.unit.console.conftest import Reader


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2185", Kind.HEIGHT),
        ("#2185", Kind.HEIGHT),
        ("２１８５", Kind.HEIGHT),
        ("a" * 64, Kind.HASH),
        ("A" * 64, Kind.HASH),
        ("9f3ac21b", Kind.HASH_PREFIX),
        (COURT, Kind.CREDIT_CODE),
        ("EV-2026-000319", Kind.BUSINESS_ID),
        (" AG-2026-0007 ", Kind.BUSINESS_ID),
        ("租赁合同", Kind.WORDS),
    ],
)
def test_a_type_is_recognized_and_never_asked_for(text: str, kind: Kind) -> None:
    """The most certain kind stands first; words it may always be."""
    kinds = kinds_of(normalize(text))
    assert kinds[0] is kind
    assert kinds[-1] is Kind.WORDS


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("1", "/b/1"),
        (COURT, f"/o/{COURT}"),
        ("杭州互联网法院", f"/o/{COURT}"),
        ("hangzhou internet court", f"/o/{COURT}"),
        ("evidence", "/c/evidence"),
        (sha256(b"1").hexdigest(), "/r/"),
    ],
)
def test_what_is_exact_is_gone_to(reader: Reader, text: str, address: str) -> None:
    """One exact hit needs no page of results."""
    answer = reader.get("/search", params={"q": text})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(address)


def test_a_transaction_and_a_record_are_found_by_their_ids(reader: Reader) -> None:
    """A whole transaction id and a business number lead to their pages."""
    item = reader.get("/t.json").json()["transactions"]["items"][0]
    found = reader.get("/search", params={"q": item["id"]})
    assert found.headers["location"] == f"/t/{item['id']}"
    row = reader.get("/state/evidence/deposits.json").json()["rows"]["items"][0]
    found = reader.get("/search", params={"q": row["_key"]})
    assert found.headers["location"] == f"/case/evidence/deposits/{row['_key']}"


@pytest.mark.parametrize("text", ["qwertzuiop", "f" * 64, "999999999", "<script>", "\"' OR 1=1"])
def test_nothing_found_is_a_page_with_help(reader: Reader, text: str) -> None:
    """A text that names nothing gets help, and is written on the page as text."""
    answer = reader.get("/search", params={"q": text})
    assert answer.status_code == 200
    assert "<script>" not in answer.text.replace("<script src", "")
    assert ("/v/hash?" in answer.text) == (text == "f" * 64)


def test_suggestions_are_few_and_end_with_all(reader: Reader) -> None:
    """While somebody types, at most eight hits and the way to all of them are offered."""
    page = reader.get("/search/suggest", params={"q": "court"}).text
    assert f"/o/{COURT}" in page
    assert page.count('role="option"') <= 9
    assert 'role="option"' not in reader.get("/search/suggest").text


def test_every_error_code_is_explained(reader: Reader) -> None:
    """Codes have pages, with the contracts that refuse with them."""
    codes = reader.get("/learn/errors.json").json()["errors"]
    assert len(codes) > 50
    assert reader.get("/learn/errors/E_ROLE").status_code == 200
    assert reader.get("/learn/errors/E_NOTHING").status_code == 404


@pytest.mark.parametrize("path", ["/gov", "/gov/keys", "/nodes", "/learn", "/"])
def test_pages_of_the_network_answer(reader: Reader, path: str) -> None:
    """Governance, keys and nodes are shown where nothing was voted on either."""
    assert reader.get(path).status_code == 200


def test_a_proposal_that_is_not_there_says_so(reader: Reader) -> None:
    """A wrong id is refused; one that names nothing is not found."""
    assert reader.get("/gov/abc").status_code == 400
    assert reader.get(f"/gov/{'0' * 64}").status_code == 404


def test_the_beginning_of_an_id_leads_to_its_transaction(reader: Reader) -> None:
    """In the box and in an address; what begins nothing gets help."""
    item = reader.get("/t.json").json()["transactions"]["items"][0]
    for length in (8, 9, 40):
        beginning = item["id"][:length]
        found = reader.get("/search", params={"q": beginning.upper()})
        assert found.headers["location"] == f"/t/{item['id']}"
        assert reader.get(f"/t/{beginning}").headers["location"] == f"/t/{item['id']}"
    assert reader.get("/t/00000000").headers["location"] == "/search?q=00000000"
    assert "empty-title" in reader.get("/search", params={"q": "deadbeef"}).text


def test_a_credit_code_is_found_in_any_spelling(reader: Reader) -> None:
    """Small letters and full-width forms mean the same organisation."""
    for text in (COURT.lower(), COURT.replace("1", "１"), f"  {COURT} "):
        assert reader.get("/search", params={"q": text}).headers["location"] == f"/o/{COURT}"
