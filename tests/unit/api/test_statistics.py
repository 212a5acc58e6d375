# SPDX-License-Identifier: Apache-2.0
"""Statistics and alerts over HTTP: hidden cells, filters, pages, CSV in two languages."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from msgspec.structs import fields

from tallystick import views
from tallystick.api import create_app, figure_ports
from tests.unit.api.caller import Caller
from tests.unit.api.gifts import giving_node


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    """Return a caller of a node that has gifts."""
    node = giving_node(tmp_path)
    with asyncio.Runner() as runner:
        yield Caller(create_app(node), runner)
    node.close()


def rows_of(text: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


def test_all_statistics_are_listed_with_their_totals(caller: Caller) -> None:
    """Labels in both languages, and the height that they reflect."""
    answer = caller.get("/v1/contracts/notes/statistics")
    raised, largest = answer.json["items"]
    assert (raised["name"], raised["label"]["zh"], raised["by"]) == (
        "raised",
        "募集金额",
        ["province"],
    )
    assert (raised["total"]["value"], raised["total"]["shown"]) == (12_000, "12000")
    assert (largest["total"]["value"], largest["period"]) == (1_500, "month")
    assert answer.headers["tally-height"] == "15"


def test_small_cells_are_shown_as_such(caller: Caller) -> None:
    """Four donors read `<5`, and the next smallest cell is withheld with them."""
    answer = caller.get("/v1/contracts/notes/statistics/raised").json
    shown = {one["cell"]["province"]: (one["shown"], one["value"]) for one in answer["cells"]}
    assert shown == {"川": ("withheld", None), "滇": ("7500", 7_500), "藏": ("<5", None)}
    assert (answer["subjects_min"], answer["shown_period"], answer["periods"]) == (5, "", [])
    assert answer["total"]["subjects"] == 15


def test_a_statistic_is_a_table_in_csv(caller: Caller) -> None:
    """By Accept or by parameter; the last row is the total."""
    by_accept = caller.get("/v1/contracts/notes/statistics/raised", accept="text/csv")
    assert by_accept.headers["content-type"].startswith("text/csv")
    rows = rows_of(by_accept.body)
    assert [(row["province"], row["value"]) for row in rows][-2:] == [("藏", "<5"), ("", "12000")]
    by_parameter = caller.get("/v1/contracts/notes/statistics/raised?form=csv")
    assert by_parameter.body == by_accept.body
    either = caller.get("/v1/contracts/notes/statistics/raised?form=json", accept="text/csv")
    assert either.json["name"] == "raised"


def test_a_statistic_of_periods_lists_and_shows_them(caller: Caller) -> None:
    """A period that there is not has nothing in it."""
    path = "/v1/contracts/notes/statistics/largest"
    (period,) = caller.get(path).json["periods"]
    assert caller.get(f"{path}?period={period}").json["total"]["value"] == 1_500
    nothing = caller.get(f"{path}?period=1999-01").json
    assert (nothing["total"]["shown"], nothing["cells"]) == ("—", [])


def test_alerts_cite_rule_version_and_transactions(caller: Caller) -> None:
    """Newest first, in pages; the cited transactions can be looked up."""
    first = caller.get("/v1/contracts/notes/alerts?limit=3").json
    assert [one["about"]["donor"] for one in first["items"]] == ["=滇5", "=滇4", "=滇3"]
    second = caller.get(f"/v1/contracts/notes/alerts?limit=3&cursor={first['next_cursor']}").json
    assert [one["number"] for one in second["items"]] == [2, 1]
    alert = second["items"][-1]
    assert (alert["rule"], alert["version"], alert["level"]) == ("GIFT-W1", 3, "warning")
    assert alert["closed_time"] is None
    assert alert["sentence"] == {"zh": "=滇1 捐赠 11.00", "en": "=滇1 gave 11.00"}
    (cited,) = alert["transactions"]
    assert cited == alert["first_transaction"] == alert["last_transaction"]
    found = caller.get(f"/v1/transactions/{cited}").json
    assert found["args"]["donor"] == alert["about"]["donor"]


def test_alerts_are_filtered(caller: Caller) -> None:
    """By rule, level and state; a level that there is not is refused."""
    count = {
        query: len(caller.get(f"/v1/contracts/notes/alerts?{query}").json["items"])
        for query in ("rule=GIFT-W1", "rule=NONE", "state=closed", "level=warning&state=open")
    }
    assert count == {
        "rule=GIFT-W1": 5,
        "rule=NONE": 0,
        "state=closed": 0,
        "level=warning&state=open": 5,
    }
    assert caller.get("/v1/contracts/notes/alerts?level=loud").code == "E_REQUEST"


def test_alerts_in_csv_speak_the_language_of_the_caller(caller: Caller) -> None:
    """And no text of theirs is run by a spreadsheet."""
    path = "/v1/contracts/notes/alerts?form=csv"
    english = rows_of(caller.get(path, accept_language="en").body)
    chinese = rows_of(caller.get(path, accept_language="zh").body)
    assert english[0]["sentence"] == "'=滇5 gave 15.00"
    assert chinese[0]["sentence"] == "'=滇5 捐赠 15.00"
    assert english[0]["about"] == "donor==滇5"


def test_what_there_is_not_is_not_found(caller: Caller) -> None:
    """No such statistic, no such contract."""
    assert caller.get("/v1/contracts/notes/statistics/none").code == "E_NOT_FOUND"
    assert caller.get("/v1/contracts/none/statistics").code == "E_CONTRACT"
    assert caller.get("/v1/contracts/none/alerts").status == 404


def test_the_filter_has_the_fields_of_the_views_own() -> None:
    """It is passed by shape, so the shapes must be equal."""
    ours = [field.name for field in fields(figure_ports.AlertFilter)]
    assert ours == [field.name for field in fields(views.AlertFilter)]


def test_a_cell_leads_to_its_events_and_they_to_transactions(caller: Caller) -> None:
    """Numbers equal the list: six gifts of 7,500, each with its transaction."""
    path = "/v1/contracts/notes/statistics/raised/events"
    first = caller.get(f"{path}?province={quote('滇')}&limit=4").json
    second = caller.get(f"{path}?province={quote('滇')}&limit=4&cursor={first['next_cursor']}").json
    events = [*first["items"], *second["items"]]
    assert sum(one["fields"]["amount"] for one in events) == 7_500
    found = caller.get(f"/v1/transactions/{events[0]['transaction']}").json
    assert found["events"][0]["fields"] == events[0]["fields"]
    assert caller.get(path.replace("raised", "largest")).json["items"] != []


def test_hidden_cells_and_their_total_have_no_list(caller: Caller) -> None:
    """What is not published as a number is not published as a list."""
    path = "/v1/contracts/notes/statistics/raised/events"
    for query in (f"?province={quote('藏')}", f"?province={quote('川')}", ""):
        answer = caller.get(f"{path}{query}")
        assert (answer.status, answer.code) == (404, "E_WITHHELD")
    assert caller.get(f"{path}?county=x").code == "E_ARGUMENT"


def test_a_statistic_over_any_time_comes_in_equal_stretches(caller: Caller) -> None:
    """The stretches add up to the whole time, and the list of a stretch has what it counted."""
    path = "/v1/contracts/notes/statistics/largest"
    listed = caller.get(f"{path}/events?limit=500").json["items"]
    times = sorted(one["time_ms"] for one in listed)
    begin, end = times[0], times[-1] + 1
    answer = caller.get(f"{path}/stretches?from={begin}&to={end}&stretches=2").json
    assert [one["begin_ms"] for one in answer["items"]] == [begin, begin + (end - begin) // 2]
    assert sum(one["count"] for one in answer["items"]) == answer["total"]["count"] == len(times)
    assert max(one["value"] or 0 for one in answer["items"]) == answer["total"]["value"] == 1_500
    first = answer["items"][0]
    page = caller.get(f"{path}/events?from={first['begin_ms']}&to={first['end_ms']}&limit=500")
    assert len(page.json["items"]) == first["count"]


def test_people_are_not_counted_over_any_time(caller: Caller) -> None:
    """Two times that overlap would tell what one donor gave."""
    answer = caller.get("/v1/contracts/notes/statistics/raised/stretches?from=0&to=99")
    assert (answer.status, answer.json["code"]) == (404, "E_WITHHELD")
    short = caller.get("/v1/contracts/notes/statistics/largest/stretches?from=0&to=9")
    assert (short.status, short.json["field"]) == (422, "to")
