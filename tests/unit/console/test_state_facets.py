# SPDX-License-Identifier: Apache-2.0
"""Tables are narrowed down by what their columns hold, and sorted, by links that keep the rest."""

from __future__ import annotations

import html
import re

import pytest

from tests.factories import COURT
from tests.unit.console.conftest import Reader

PLACE = "/state/evidence/deposits"


def links(page: str, part: str) -> list[str]:
    """Return where the links of a part of a page lead."""
    found = re.search(part, page, flags=re.DOTALL)
    assert found is not None
    return [html.unescape(one) for one in re.findall(r'<a href="([^"]+)"', found[0])]


def of(page: str) -> list[str]:
    """Return the links of the card of facets."""
    return links(page, r'<section class="card mb-3" id="facets".*?</section>')


def test_each_count_leads_to_as_many_records(reader: Reader) -> None:
    """A value's link gives the records that were counted; chosen, it leads back."""
    facets = reader.get(f"{PLACE}.json").json()["facets"]["items"]
    assert {"kind", "organization"} <= {one["field"]["name"] for one in facets}
    for facet in facets:
        for value in facet["values"]:
            listed = reader.get(value["address"].replace("?", ".json?", 1)).json()
            assert len(listed["rows"]["items"]) == value["count"], value
            (chosen,) = [
                one
                for again in listed["facets"]["items"]
                if again["field"]["name"] == facet["field"]["name"]
                for one in again["values"]
            ]
            assert chosen["is_chosen"]
            assert chosen["address"].rstrip("?") == PLACE


def test_filters_narrow_the_counts_and_are_kept(reader: Reader) -> None:
    """Words, order and other columns stay in the address; where one begins does not."""
    page = reader.get(PLACE, params={"organization": COURT, "order": "oldest", "q": "1"}).text
    for address in of(page):
        assert "order=oldest" in address
        assert "q=1" in address
    nothing = reader.get(PLACE, params={"q": "no such words"})
    assert nothing.status_code == 200
    assert "empty-title" in nothing.text
    assert reader.get(PLACE, params={"nothing": "1"}).status_code == 422


def test_the_form_of_filters_keeps_what_links_chose(reader: Reader) -> None:
    """Its hidden fields are the order and the columns it has no control for, and no place."""
    chosen = {"order": "oldest", "kind.eq": "1", "organization": COURT, "q": "", "limit": "1"}
    facets = reader.get(f"{PLACE}.json").json()["facets"]["items"]
    kind = next(one for one in facets if one["field"]["name"] == "kind")["values"][0]["value"]
    page = reader.get(PLACE, params={**chosen, "kind.eq": str(kind)}).text
    form = re.search(r'<form class="card mb-3" method="get">.*?</form>', page, flags=re.DOTALL)
    assert form is not None
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
    assert hidden == {"order": "oldest", "kind.eq": str(kind)}
    again = reader.get(PLACE, params={**hidden, "organization": COURT, "q": "no such words"})
    assert 'name="order" value="oldest"' in again.text


def test_columns_with_an_index_are_sorted_by_their_heading(reader: Reader) -> None:
    """Once rising, then falling; the heading says which, and the rows stand so."""
    head = r"<thead>.*?</thead>"
    found = links(reader.get(PLACE).text, head)
    assert found
    for address in found:
        rising = reader.get(address)
        assert rising.status_code == 200
        assert 'aria-sort="ascending"' in rising.text
        (falling,) = [one for one in links(rising.text, head) if "order=-" in one]
        assert 'aria-sort="descending"' in reader.get(falling).text
    up, down = (
        [
            one["_key"]
            for one in reader.get(f"{PLACE}.json", params={"order": order}).json()["rows"]["items"]
        ]
        for order in ("oldest", "newest")
    )
    assert up == down[::-1]


def test_a_table_of_the_past_has_no_counts(reader: Reader) -> None:
    """They are of now; nothing is shown that is of another moment than the rows."""
    page = reader.get(PLACE, params={"height": "1"}).text
    assert 'id="facets"' not in page
    assert "aria-sort" not in page


@pytest.mark.parametrize("path", [PLACE, "/b/1", "/t"])
def test_they_are_whole_in_chinese(reader: Reader, path: str) -> None:
    """No English words of the console."""
    page = reader.get(path, params={"lang": "zh"}).text
    for english in ("Newest", "Oldest", "without", "bytes", "Member", "Narrow"):
        assert english not in page


def test_transactions_are_found_by_who_signed(reader: Reader) -> None:
    """From a transaction's page to all of its member and of its key; a wrong key is refused."""
    item = reader.get("/t.json").json()["transactions"]["items"][-1]
    page = reader.get(f"/t/{item['id']}").text
    found = [html.unescape(one) for one in re.findall(r'href="(/t\?(?:org[^"]*|key=[^"]*))"', page)]
    assert len(found) == 2
    for address in found:
        listed = reader.get(address.replace("/t?", "/t.json?")).json()["transactions"]["items"]
        assert item["id"] in {one["id"] for one in listed}
        assert "since" in reader.get(address).text
    assert reader.get("/t", params={"key": "nonsense"}).status_code == 400
    assert "empty-title" in reader.get("/t", params={"member": "nobody-here"}).text


def test_a_time_stands_in_full_and_a_block_can_be_taken(reader: Reader) -> None:
    """Beijing time, UTC and how long ago; the bytes of the block are one link away."""
    page = reader.get("/b/1", params={"lang": "en"}).text
    assert re.search(r"\+08:00</time> <span[^>]*>\(\d{4}-\d\d-\d\dT[\d:]+Z; \d+ \w+ ago\)", page)
    assert '/v1/blocks/1/raw" download' in page
