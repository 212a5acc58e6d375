# SPDX-License-Identifier: Apache-2.0
"""The regulator's page: its figures are those of the lists that they lead to, in any period."""

from __future__ import annotations

import json
import re
from datetime import datetime
from html import unescape
from io import BytesIO

import pytest
from openpyxl import load_workbook

from tallystick.console.figures import periods
from tallystick.console.figures.alert_figures import alert_figures, mean
from tallystick.console.figures.notes import Handling
from tallystick.console.figures.periods import DAY_MS, period_names, period_of
from tallystick.console.keeping import FORGOTTEN_MS
from tallystick.console.shown import BEIJING
from tallystick.errors import InvalidArguments
from tallystick.interchange.certificates import FIGURES_FORMAT, attached_files
from tests.factories import COURT
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import form_key
from tests.unit.console.test_drilling import giving

__all__ = ["giving"]

PAGE = "/stats/regulator"
NOON = int(datetime(2026, 11, 28, 12, tzinfo=BEIJING).timestamp() * 1000)


def period_of_gifts(giving: Reader) -> str:
    """Return the month in which the gifts were given."""
    first = giving.get("/alerts.json").json()["alerts"][0]["time_ms"]
    return datetime.fromtimestamp(first / 1000, BEIJING).strftime("%Y-%m")


def test_figures_counted_for_others_are_asked_for_once_more(giving: Reader) -> None:
    """When they are forgotten, by the whole page only: its part that is renewed asks no more.

    The wall's script is handed the same figure.
    """
    after = f"delay:{FORGOTTEN_MS}ms"
    whole, part = (giving.get(PAGE, headers=sent).text for sent in ({}, {"hx-request": "true"}))
    assert [f"load {after}" in one for one in (whole, part)] == [True, False]
    assert f"tally:block from:body {after}" in part
    assert f'data-forgotten-ms="{FORGOTTEN_MS}"' in giving.get("/screen").text


def act(giving: Reader) -> str:
    """Act as the clerk; return what forms carry."""
    key = form_key(giving.get("/act-as").text)
    part = {"form_key": key, "organization": COURT, "member": "clerk", "back": "/"}
    giving.post("/act-as", data=part)
    return key


def day(year: int, month: int, number: int) -> int:
    """Return the midnight in Beijing with which a day begins."""
    return int(datetime(year, month, number, tzinfo=BEIJING).timestamp() * 1000)


@pytest.mark.parametrize(
    ("name", "begin", "end", "before_begin", "before_end"),
    [
        ("7d", (2026, 11, 22), (2026, 11, 29), (2026, 11, 15), (2026, 11, 22)),
        ("90d", (2026, 8, 31), (2026, 11, 29), (2026, 6, 2), (2026, 8, 31)),
        ("2026-11", (2026, 11, 1), (2026, 11, 29), (2026, 10, 1), (2026, 10, 29)),
        ("2026-02", (2026, 2, 1), (2026, 3, 1), (2026, 1, 1), (2026, 1, 29)),
        ("2026-03", (2026, 3, 1), (2026, 4, 1), (2026, 2, 1), (2026, 3, 1)),
        ("2026-Q3", (2026, 7, 1), (2026, 10, 1), (2026, 4, 1), (2026, 7, 1)),
        ("2026-Q4", (2026, 10, 1), (2026, 11, 29), (2026, 7, 1), (2026, 8, 29)),
        ("2026-01", (2026, 1, 1), (2026, 2, 1), (2025, 12, 1), (2026, 1, 1)),
    ],
)
def test_a_period_is_compared_with_as_many_days_before(
    name: str,
    begin: tuple[int, int, int],
    end: tuple[int, int, int],
    before_begin: tuple[int, int, int],
    before_end: tuple[int, int, int],
) -> None:
    """Today is its last day at most; a short month before has all of its days."""
    period = period_of(name, NOON)
    assert period.span == (day(*begin), day(*end))
    assert period.before_span == (day(*before_begin), day(*before_end))
    assert period.days * DAY_MS == period.end_ms - period.begin_ms


@pytest.mark.parametrize(
    "name", ["", "8d", "2026-13", "2026-Q5", "2026-12", "2027-Q1", "0001-01", "9999-01", "x", "２d"]
)
def test_no_period_is_a_typed_error(name: str) -> None:
    """What is to come has no figures either."""
    with pytest.raises(InvalidArguments) as caught:
        period_of(name, NOON)
    assert caught.value.field == "period"


def test_months_and_quarters_are_offered_newest_first() -> None:
    """All of them can be asked for."""
    offered = period_names(NOON)
    assert offered["months"][:2] == ["2026-11", "2026-10"]
    assert offered["months"][-1] == "2025-12"
    assert offered["quarters"] == ["2026-Q4", "2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4"]
    for name in (*offered["months"], *offered["quarters"]):
        assert period_of(name, NOON).name == name


def handled(*notes: tuple[str, int]) -> Handling:
    """Return work on an alert: steps, each with its time."""
    state = {"close": "closed", "acknowledge": "acknowledged", "reopen": "new"}
    history = tuple({"action": action, "at": at, "until": None} for action, at in notes)
    return Handling(state[notes[-1][0]] if notes else "new", history)


def test_alerts_are_counted_as_by_hand() -> None:
    """Raised, untouched and the mean time until people closed them, beside the period before."""
    period = period_of("7d", NOON)
    begin, before = period.begin_ms, period.before_begin_ms

    def alert(time_ms: int, closed: int | None = None) -> dict[str, int | None]:
        return {"time_ms": time_ms, "closed_time_ms": closed}

    alerts = [
        (alert(before), handled()),
        (alert(before + 1, begin + 1), handled()),
        (alert(before + 2), handled(("acknowledge", begin - 1))),
        (alert(begin - 10), handled(("close", begin + 20))),
        (alert(begin), handled(("close", begin + 5), ("reopen", begin + 6))),
        (alert(begin + 1), handled(("close", begin + 5), ("reopen", begin + 6), ("close", NOON))),
        (alert(before - 5), handled(("close", before + 3))),
    ]
    figures = alert_figures(alerts, period, NOON)
    assert figures["raised"] == {"value": 2, "before": 4}
    assert figures["untouched"] == {"value": 2, "before": 3}
    took = [30, NOON - begin - 1]
    assert figures["handling_ms"] == {"value": sum(took) // 2, "before": 8}
    assert mean([]) is None


def test_every_figure_is_as_long_as_the_list_that_it_leads_to(giving: Reader) -> None:
    """Transactions, alerts and the counted events: numbers equal list totals."""
    shown = giving.get(f"{PAGE}.json?period={period_of_gifts(giving)}").json()
    tiles = {one["label"]: one for one in shown["tiles"]}
    for label, key in (("Transactions", "transactions"), ("Alerts", "alerts")):
        address = tiles[label]["address"].replace("?", ".json?")
        listed = giving.get(address).json()[key]
        rows = listed if isinstance(listed, list) else listed["items"]
        assert len(rows) == tiles[label]["value"] > 0
    (largest,) = [one for one in shown["figures"] if one["name"] == "largest"]
    (behind,) = largest["behind"]
    events = giving.get(behind["address"].replace("?", ".json?")).json()["events"]["items"]
    assert max(one["fields"]["amount"] for one in events) == largest["value"] == 1_500
    assert sum(one["value"] or 0 for one in shown["trend"]) == 1_500
    untouched = giving.get(f"{tiles['Not handled now']['address']}").text
    assert untouched.count("/alerts/notes/") == tiles["Not handled now"]["value"]


def test_people_are_not_counted_day_by_day(giving: Reader) -> None:
    """What says who is counted stands aside, with a link to its own page."""
    shown = giving.get(f"{PAGE}.json", params={"system": "notes"}).json()
    assert [one["name"] for one in shown["figures"]] == ["largest"]
    assert [one["address"] for one in shown["others"]] == ["/stats/notes/raised"]
    assert 'href="/stats/notes/raised"' in giving.get(f"{PAGE}?system=notes").text


def test_what_is_chosen_stays_in_the_address_and_the_form(giving: Reader) -> None:
    """System, period and figure; what there is not is an error that says what there is."""
    query = "system=notes&period=7d&figure=notes.largest"
    page = giving.get(f"{PAGE}?{query}").text
    for chosen in ("notes", "7d", "notes.largest"):
        assert f'value="{chosen}" selected' in page
    assert f'href="{PAGE}/report?{query.replace("&", "&amp;")}"' in page
    assert giving.get(f"{PAGE}?system=nothing").status_code == 404
    for wrong in ("period=8d", "only=province:1", "only=x"):
        answer = giving.get(f"{PAGE}?{wrong}")
        assert (answer.status_code, "E_ARGUMENT" in answer.text) == (400, True)


def test_an_alert_is_acknowledged_on_the_page(giving: Reader) -> None:
    """Who may act finds the step beside it, and comes back to where they were."""
    address = f"{PAGE}?period={period_of_gifts(giving)}"
    assert 'name="action"' not in giving.get(address).text
    key = act(giving)
    page = giving.get(address).text
    form = re.search(
        r'action="(/alerts/notes/\d+)">.*?name="back" value="([^"]+)"', page, re.DOTALL
    )
    assert form is not None
    step = {"form_key": key, "action": "acknowledge", "back": unescape(form[2])}
    answer = giving.post(form[1], data=step)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{address}#warnings")
    after = giving.get(address.replace("?", ".json?")).json()
    assert "acknowledged" in {one["handling"] for one in after["alerts"]}
    away = giving.post(form[1], data={**step, "back": "//elsewhere.example"})
    assert away.headers["location"] == "/"


def test_the_overview_is_taken_away(giving: Reader) -> None:
    """As a workbook, as CSV, and as a PDF that has the same figures inside."""
    shown = giving.get(f"{PAGE}.json").json()
    book = load_workbook(BytesIO(giving.get(f"{PAGE}.xlsx").content))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    labels = [row[1] for row in rows]
    for one in (*shown["tiles"], *shown["figures"]):
        assert rows[labels.index(one["label"])][2] == one["shown"]
    assert "Largest" in giving.get(f"{PAGE}.csv").text
    answer = giving.get(f"{PAGE}/report?period={period_of_gifts(giving)}")
    assert answer.headers["content-type"] == "application/pdf"
    (inside,) = attached_files(answer.content).values()
    report = json.loads(inside)
    assert report["format"] == FIGURES_FORMAT
    assert [one[2] for one in report["figures"] if one[1] == "Largest"] == ["15.00"]


def test_the_whole_page_is_chinese(giving: Reader) -> None:
    """The other language says the same."""
    giving.get("/language?to=zh")
    page = giving.get(PAGE).text
    assert "监管总览" in page
    assert "最大一笔" in page
    assert periods.DEFAULT == "30d"


def test_a_category_narrows_every_figure_that_knows_it(reader: Reader) -> None:
    """The cells of an organisation add up to the whole, and an empty one has nothing."""
    whole = reader.get(f"{PAGE}.json", params={"system": "evidence"}).json()
    (group,) = whole["categories"]
    assert group["field"] == "organization"
    sums: dict[str, int] = {}
    for one in group["values"]:
        query = {"system": "evidence", "only": one["only"]}
        narrow = reader.get(f"{PAGE}.json", params=query).json()
        for figure in narrow["figures"]:
            sums[figure["name"]] = sums.get(figure["name"], 0) + figure["value"]
            for behind in figure["behind"]:
                address = behind["address"].replace("?", ".json?")
                if figure["value"]:
                    assert reader.get(address).json()["events"]["items"]
    assert sums == {one["name"]: one["value"] for one in whole["figures"]}
    assert sums["deposits_one_by_one"] > 0
