# SPDX-License-Identifier: Apache-2.0
"""The list of transactions is narrowed down by a form, goes on by pages, and goes out whole."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from openpyxl import load_workbook

from tallystick.console.explorer import transaction_lists
from tallystick.console.moments import moment_in, written
from tests.factories import BANK, COURT
from tests.unit.console.conftest import Reader


def listed(reader: Reader, **chosen: str) -> list[dict[str, Any]]:
    """Return the rows that a choice leaves."""
    shown = reader.get("/t.json", params=chosen).json()["transactions"]["items"]
    assert isinstance(shown, list)
    return shown


def test_each_control_of_the_form_narrows_the_list(reader: Reader) -> None:
    """Contract, method, organisation, outcome, time and words, each alone and together."""
    rows = listed(reader)
    assert rows
    first, last = rows[-1]["time_ms"], rows[0]["time_ms"]
    assert len(listed(reader, contract="evidence", method="deposit")) == len(rows)
    assert listed(reader, contract="governance") == []
    assert listed(reader, method="register") == []
    assert listed(reader, organization=BANK) == []
    assert len(listed(reader, organization=COURT, code="ok")) == len(rows)
    assert listed(reader, code="refused") == []
    since, until = written(first), written(last + 60_000)
    assert len(listed(reader, **{"from": since, "to": until})) == len(rows)
    assert listed(reader, to=since) == []
    assert listed(reader, **{"from": until}) == []
    assert listed(reader, q="no such word") == []


def test_the_form_keeps_what_was_chosen_and_needs_no_script(reader: Reader) -> None:
    """It is sent by GET; an empty answer says so; what is no time is refused."""
    chosen = {"contract": "evidence", "code": "E_DUP", "from": "2026-11-22T08:30", "q": '"<x>'}
    page = reader.get("/t", params={**chosen, "lang": "en"}).text
    form = page[page.index('id="filters"') : page.index("</form>", page.index('id="filters"'))]
    assert re.search(r'method="get" action="/t"', page)
    assert '<option value="evidence" selected>' in form
    assert '<option value="E_DUP" selected>' in form
    assert 'value="2026-11-22T08:30"' in form
    assert html.escape('"<x>', quote=True).replace("&quot;", "&#34;") in form
    assert "empty-title" in page
    assert reader.get("/t", params={"from": "yesterday"}).status_code == 400
    assert reader.get("/t/news", params={"from": "yesterday"}).status_code == 400


def test_a_page_leads_to_the_next_one_of_the_same_choice(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row twice, none left out, and the choice stays in the address."""
    monkeypatch.setattr(transaction_lists, "_SHOWN", 2)
    place, seen = "/t?organization=" + COURT, []
    while place:
        path, _, query = place.partition("?")
        page = reader.get(f"{path}.json?{query}").json()["transactions"]
        seen += [one["id"] for one in page["items"]]
        links = re.findall(r'rel="next" href="([^"]*)"', reader.get(place).text)
        place = html.unescape(links[0]) if links else ""
        assert not place or parse_qs(urlsplit(place).query)["organization"] == [COURT]
    monkeypatch.undo()
    assert seen == [one["id"] for one in listed(reader, organization=COURT)]


def test_the_list_is_taken_away_as_it_is_filtered(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All pages of it, in each form, by the links on the page."""
    monkeypatch.setattr(transaction_lists, "PAGE", 2)
    page = reader.get("/t", params={"organization": COURT, "cursor": ""}).text
    links = [html.unescape(one) for one in re.findall(r'href="(/t\.[^"]*)" download', page)]
    assert len(links) == 3
    ids = [one["id"] for one in listed(reader, organization=COURT)]
    for link in links:
        answer = reader.get(link)
        assert answer.headers["content-disposition"].startswith("attachment"), link
        if ".json" in link:
            found = [row["id"] for row in json.loads(answer.content)["rows"]]
        elif ".csv" in link:
            lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
            found = [line[-1] for line in lines[1:]]
        else:
            book = load_workbook(io.BytesIO(answer.content))
            found = [row[-1].value for row in book.worksheets[0].iter_rows(min_row=2)]
        assert found == ids, link
    empty = reader.get("/t.csv", params={"organization": BANK})
    assert len(empty.content.decode("utf-8-sig").splitlines()) == 1


def test_a_transaction_tells_who_endorsed_it(reader: Reader) -> None:
    """The organisations that signed its block, each with its key."""
    item = listed(reader)[0]
    page = reader.get(f"/t/{item['id']}", params={"lang": "zh"}).text
    part = page[page.index('id="endorsements"') :]
    signed = reader.get(f"/t/{item['id']}.json").json()["signed"]["signatures"]
    assert signed
    for one in signed:
        assert one["public_key"] in part
        assert f"/o/{one['organization']}" in part


def test_events_are_told_field_by_field_in_words(reader: Reader) -> None:
    """By the labels of the contract, in the reader's language."""
    item = listed(reader, contract="evidence", method="deposit", code="ok")[0]
    shown = reader.get(f"/t/{item['id']}.json").json()
    (event,) = shown["transaction"]["events"]
    fields = {one["name"]: one["label"] for one in shown["event_fields"][event["name"]]}
    assert set(event["fields"]) <= set(fields)
    for language in ("zh", "en"):
        page = reader.get(f"/t/{item['id']}", params={"lang": language}).text
        part = page[page.index('id="events"') : page.index('id="endorsements"')]
        for name in (one for one, value in event["fields"].items() if value is not None):
            assert f"<dt>{fields[name][language]}</dt>" in html.unescape(part), name


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("", None),
        ("1970-01-01T08:01", 60_000),
        ("1970-01-01T00:01:00+00:00", 60_000),
        ("1970-01-01", -8 * 3_600_000),
    ],
)
def test_moments_without_a_zone_are_of_beijing(text: str, moment: int | None) -> None:
    """As controls of a form send them; and they are shown again as they were."""
    assert moment_in(text, "from") == moment
    assert written(60_000) == "1970-01-01T08:01"
