# SPDX-License-Identifier: Apache-2.0
"""From a figure to what it counted, to a transaction and its proof; from an alert to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tallystick.api import create_app
from tallystick.client import Identity, KeyStore
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.figures import alert_pages
from tallystick.console.figures.alert_pages import may_handle
from tallystick.console.figures.figure_texts import plotted, value_text
from tallystick.console.figures.statistic_pages import behind, change_between, plain
from tallystick.console.figures.wall import line_of
from tallystick.console.ledger import Ledger
from tallystick.console.names import Names
from tallystick.console.visit import Person
from tallystick.model import ROLE_SUPERVISOR
from tests.factories import CLERK, COURT
from tests.unit.api.gifts import giving_node
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import form_key

STATISTIC = "/stats/notes/raised"


@pytest.fixture
def giving(tmp_path: Path) -> Iterator[Reader]:
    """Return a reader of a demonstration on whose ledger there are gifts and alerts."""
    node = giving_node(tmp_path)
    KeyStore(tmp_path / "cast").save("clerk", Identity(COURT, "clerk", CLERK))
    options = ConsoleOptions(data=tmp_path, demonstration_keys=tmp_path / "cast")
    transport = httpx.ASGITransport(app=create_console(create_app(node), options))
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        yield Reader(client, runner)
        runner.run(client.aclose())
    node.close()


def test_a_figure_leads_to_events_transactions_and_a_proof(giving: Reader) -> None:
    """The sum of the list is the figure, and each line has a receipt."""
    page = giving.get(STATISTIC).text
    address = f"{STATISTIC}/events?{urlencode({'province': '滇'})}"
    assert address in page
    events = giving.get(address.replace("?", ".json?")).json()["events"]["items"]
    assert sum(one["fields"]["amount"] for one in events) == 7_500
    listed = giving.get(address).text
    assert f"/t/{events[0]['transaction']}" in listed
    assert giving.get(f"/t/{events[0]['transaction']}").status_code == 200
    assert giving.get(f"/t/{events[0]['transaction']}/receipt").json()["format"]


def test_what_is_hidden_leads_nowhere(giving: Reader) -> None:
    """Neither by a link nor by an address that somebody writes."""
    page = giving.get(STATISTIC).text
    assert page.count("/events?") == 2  # the one published cell, in the table and in the chart
    hidden = giving.get(f"{STATISTIC}/events", params={"province": "藏"})
    assert hidden.status_code == 404
    assert "E_WITHHELD" in hidden.text
    assert giving.get("/stats/notes/nothing/events").status_code == 404


def test_a_maximum_of_a_month_leads_to_its_events(giving: Reader) -> None:
    """The period goes along, and stands on the page."""
    (period,) = giving.get("/stats/notes/largest.json").json()["statistic"]["periods"]
    page = giving.get("/stats/notes/largest/events", params={"period": period}).text
    assert period in page
    assert "empty-title" not in page


def test_each_kind_of_figure_says_where_it_leads() -> None:
    """Ratios to nothing, refused calls to transactions, values as addresses write them."""
    cell = {"cell": {"on_time": True, "who": None}, "hidden": None}
    statistic = {"shown_period": "2026-11", "cells": [cell]}
    declared = {"name": "n", "kind": "count", "event": "E"}
    assert behind("c", declared, statistic, cell) == (
        "/stats/c/n/events?period=2026-11&on_time=true&who="
    )
    assert behind("c", {**declared, "kind": "ratio"}, statistic, cell) is None
    refused = behind("c", {**declared, "event": "RefusedCall"}, statistic, cell)
    assert refused == "/t?contract=c&code=refused"
    hidden = {"shown_period": "", "cells": [{**cell, "hidden": "small"}]}
    assert behind("c", declared, hidden, {"cell": {}, "hidden": None}) is None
    assert [plain(one) for one in (False, 7, "x")] == ["false", "7", "x"]


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        (12, 10, {"more": 2, "percent": 20}),
        (5, 10, {"more": -5, "percent": -50}),
        (5, 0, {"more": 5, "percent": None}),
        (None, 5, None),
        (5, None, None),
    ],
)
def test_a_period_is_compared_with_the_one_before(
    now: int | None, before: int | None, change: dict[str, int | None] | None
) -> None:
    """Nothing is said of what is hidden, and no percentage of nothing."""
    assert change_between({"value": now}, {"value": before}) == change
    assert change_between({"value": now}, None) is None


@pytest.mark.parametrize(
    ("declared", "value", "text", "height"),
    [
        ({"kind": "sum", "value": "paid"}, 123_450, "1,234.50", 1234.5),
        ({"kind": "ratio", "per": 10_000}, -1_250, "-12.50 %", -12.5),
        ({"kind": "count"}, 1_000, "1,000", 1_000),
    ],
)
def test_bars_and_differences_are_in_the_unit_that_is_written(
    declared: dict[str, str | int], value: int, text: str, height: float
) -> None:
    """Money in its major unit, shares in per cent: beside one another they are of one size."""
    fields = {"paid": {"type": {"kind": "integer", "format": "amount"}}}
    assert value_text(fields, declared, value) == text
    assert plotted(fields, declared, value) == height
    assert plotted(fields, declared, None) is None


def assigned(state: str) -> bool:
    """Tell whether an alert in this state is somebody's after it was given away."""
    return state in {"assigned", "silenced"}


def test_alerts_of_a_contract_are_for_those_with_a_role_in_it() -> None:
    """Any of its roles, the network's supervisors, this console's administrators; else nobody."""
    methods = [{"roles": ["notes.writer"]}, {"roles": ["network.governor"]}, {}]
    names = Names(Ledger(None), _systems=[{"name": "notes", "methods": methods}])
    visit: Any = SimpleNamespace(names=names)
    member = Person(account=1, name="", organization=COURT, member="clerk")
    for roles, may in (
        (set(), False),
        ({"notes.writer"}, True),
        ({"other.writer", "network.governor"}, False),
        ({ROLE_SUPERVISOR}, True),
    ):
        person = replace(member, roles=frozenset(roles))
        assert may_handle(visit, person, "notes") is may
    assert may_handle(visit, replace(member, is_administrator=True), "notes")
    assert may_handle(visit, member, "without roles")


def test_whose_business_an_alert_is_not_changes_nothing(
    giving: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No form on the page, 403 for who sends it anyway, and nothing in the history."""
    key = form_key(giving.get("/act-as").text)
    part = {"form_key": key, "organization": COURT, "member": "clerk", "back": "/"}
    giving.post("/act-as", data=part)
    place = f"/alerts/notes/{giving.get('/alerts.json').json()['alerts'][0]['number']}"
    assert 'name="action"' in giving.get(place).text
    monkeypatch.setattr(alert_pages, "may_handle", lambda *_: False)
    assert 'name="action"' not in giving.get(place).text
    sent = giving.post(place, data={"form_key": key, "action": "acknowledge"})
    assert sent.status_code == 403
    assert giving.get(f"{place}.json").json()["history"] == []


def test_an_alert_is_acknowledged_assigned_silenced_and_closed(giving: Reader) -> None:
    """Each step with its reason stands in the history; the ledger's own alert is untouched."""
    key = form_key(giving.get("/act-as").text)
    part = {"form_key": key, "organization": COURT, "member": "clerk", "back": "/"}
    giving.post("/act-as", data=part)
    number = giving.get("/alerts.json").json()["alerts"][0]["number"]
    place = f"/alerts/notes/{number}"
    tomorrow = datetime.fromtimestamp(time.time() + 86_400, UTC).isoformat(timespec="minutes")
    for step, more, state in (
        ("acknowledge", {}, "acknowledged"),
        ("assign", {"assignee": "clerk"}, "assigned"),
        ("silence", {"reason": "复核中", "until": tomorrow}, "silenced"),
        ("close", {"reason": "业务高峰"}, "closed"),
    ):
        sent = giving.post(place, data={"form_key": key, "action": step, **more})
        assert sent.status_code == 303, sent.text
        assert giving.get(f"{place}.json").json()["handling"] == state
        listed = giving.get("/alerts.json?mine=1").json()["alerts"]
        assert [one["number"] for one in listed] == ([number] if assigned(state) else [])
        page = giving.get("/alerts?mine=1&contract=notes", headers={"accept-language": "zh"}).text
        rows = page.partition('id="alerts"')[2].partition("</main>")[0]
        assert ("#user" in rows) == assigned(state)
        assert 'type="hidden" name="contract" value="notes"' in page
    history = giving.get(f"{place}.json").json()["history"]
    assert [one["member"] for one in history] == [None, "clerk", None, None]
    assert [one["action"] for one in history] == ["acknowledge", "assign", "silence", "close"]
    assert "业务高峰" in giving.get(place).text
    assert giving.get("/alerts.json?state=open").json()["alerts"][0]["number"] == number
    listed = giving.get("/alerts", params={"handling": "closed"}).text
    assert place in listed
    for flaw in (
        {"action": "close"},
        {"action": "assign", "reason": "somebody"},
        {"action": "assign", "assignee": "nobody-here"},
        {"action": "silence", "reason": "x", "until": "soon"},
    ):
        assert giving.post(place, data={"form_key": key, **flaw}).status_code in {400, 422}


def test_a_wall_shows_scenes_and_takes_its_pace_from_the_address(giving: Reader) -> None:
    """Each system is a scene or more; a pace out of range is the usual one."""
    page = giving.get("/screen/notes").text
    assert page.count("data-scene") == 1
    assert "<polyline" in page
    assert giving.get("/screen").text.count("data-scene") == 2  # the whole network, and the gifts
    assert giving.get("/screen/nothing").status_code == 404
    assert 'data-seconds="15"' in page
    assert 'data-seconds="30"' in giving.get("/screen/notes?seconds=30").text
    for odd in ("1", "x", "99999"):
        assert 'data-seconds="15"' in giving.get(f"/screen/notes?seconds={odd}").text


def test_a_wall_shows_nothing_of_persons_whoever_opened_it(giving: Reader) -> None:
    """Alerts and acts name donors in their sentences; a wall tells only what they are called."""
    assert "川0" in giving.get("/t").text
    key = form_key(giving.get("/act-as").text)
    part = {"form_key": key, "organization": COURT, "member": "clerk", "back": "/"}
    giving.post("/act-as", data=part)
    for path in ("/screen", "/screen/notes", "/screen.json"):
        answer = giving.get(path).text
        assert "Large gift" in answer
        assert "Give" in answer
        for personal in ("川0", "滇5", "clerk"):
            assert personal not in answer


def test_a_line_of_days_has_its_highest_and_none_without_days() -> None:
    """The highest day touches the top, nothing is drawn of a single day, and zeros lie flat."""
    line = line_of("l", [(0, "0", "d1"), (4, "4", "d2"), (2, "2", "d3")])
    assert line is not None
    assert line["points"] == "0.0,120.0 300.0,8.0 600.0,64.0"
    assert (line["highest"], line["highest_day"], line["last_day"]) == ("4", "d2", "d3")
    assert line_of("l", [(0, "0", "d1")]) is None
    flat = line_of("l", [(0, "0", "d1"), (0, "0", "d2")])
    assert flat is not None
    assert flat["points"] == "0.0,120.0 600.0,120.0"
