# SPDX-License-Identifier: Apache-2.0
"""The overview: how much happened lately, what part was refused, each node, and what came last."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tallystick.console.explorer.overview import SPANS, ends_of
from tallystick.console.node_rows import rows_of_nodes
from tallystick.errors import Unavailable
from tallystick.node import Node
from tests.unit.console.conftest import Reader

NOON = 1_795_924_800_000 + 4 * 3_600_000 + 61_000
"""2026-11-29, a minute after noon in Beijing."""
OWN = {
    "organization": "A",
    "height": 10,
    "engine": None,
    "peers": [],
}


def peer(height: int | None, *, connected: bool = True) -> dict[str, object]:
    """Return what the API says of another node."""
    return {
        "organization": "B",
        "node_id": "b" * 40,
        "connected": connected,
        "height": height,
        "disk_free_bytes": None,
        "disk_size_bytes": None,
    }


@pytest.mark.parametrize(("name", "count"), [("24h", 24), ("7d", 7), ("30d", 30)])
def test_a_span_is_told_step_by_step_and_sums_up(reader: Reader, name: str, count: int) -> None:
    """The node's deposits of today are in each span, in the chart and in the table beside it."""
    shown = reader.get("/explorer.json", params={"span": name}).json()
    total = shown["status"]["log_size"]
    assert len(shown["steps"]) == count
    assert sum(one["transactions"] for one in shown["steps"]) == shown["sums"]["transactions"]
    assert shown["sums"]["transactions"] == total
    page = reader.get("/explorer", params={"span": name, "lang": "en"}).text
    table = page[page.index('id="steps"') :]
    assert table[: table.index("</tbody>")].count("<tr><td>") == count


def test_a_step_leads_to_its_transactions(reader: Reader) -> None:
    """The link of a bar and of a row lists just as many."""
    steps = reader.get("/explorer.json").json()["steps"]
    full = next(one for one in steps if one["transactions"])
    path, _, query = full["address"].partition("?")
    listed = reader.get(f"{path}.json?{query}").json()["transactions"]["items"]
    assert len(listed) == full["transactions"]


def test_the_period_before_stands_beside_when_it_is_asked_for(reader: Reader) -> None:
    """As many steps, of which the first ends where the span begins."""
    shown = reader.get("/explorer.json", params={"span": "7d", "compare": "1"}).json()
    assert len(shown["before"]) == 7
    assert shown["before"][-1]["end_ms"] == shown["steps"][0]["begin_ms"]
    assert reader.get("/explorer.json", params={"span": "7d"}).json()["before"] == []


@pytest.mark.parametrize("span", SPANS, ids=lambda one: one.name)
def test_steps_begin_at_full_hours_and_days_in_beijing(span: object) -> None:
    """The last step is the one of now."""
    (found,) = (one for one in SPANS if one is span)
    begin, end = ends_of(found, NOON)
    step_ms = found.step // timedelta(milliseconds=1)
    assert end - begin == found.count * step_ms
    assert end - step_ms <= NOON < end
    assert (begin + 8 * 3_600_000) % step_ms == 0


def test_parts_follow_the_chain_and_lists_say_how_much_is_new(reader: Reader) -> None:
    """Figures, nodes and the table are drawn anew at each block; rows of lists stand still."""
    page = reader.get("/explorer", params={"span": "7d"}).text
    (follows,) = re.findall(r'<div id="figures"[^>]*>', page)
    assert 'hx-trigger="tally:block from:body"' in follows
    assert 'hx-get="/explorer?span=7d"' in follows
    assert 'hx-select-oob="#nodes,#steps"' in follows
    assert {"/t/news", "/b/news"} == set(re.findall(r'hx-get="(/[tb]/news)\?', page))
    assert 'id="blocks"' in page


def test_an_engine_that_is_silent_hides_the_nodes_alone(
    reader: Reader, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything else of the overview is there."""

    def silent() -> None:
        raise Unavailable("the engine does not answer")

    monkeypatch.setattr(node, "network_report", silent)
    page = reader.get("/explorer", params={"lang": "en"})
    assert page.status_code == 200
    assert "The engine does not answer" in page.text
    assert 'id="blocks"' in page.text


def test_each_node_has_a_row_with_height_lag_room_and_state() -> None:
    """Far behind is said, a node that is gone too, and what nobody knows is a dash."""
    status = {"disk_free_bytes": 30, "disk_size_bytes": 100}
    others = [peer(12), peer(11), peer(8), peer(None), peer(12, connected=False)]
    rows = rows_of_nodes({**OWN, "peers": others}, status)
    assert [row["lag"] for row in rows] == [2, 0, 1, 4, None, 0]
    states = ["in-step", "in-step", "in-step", "behind", "in-step", "away"]
    assert [row["state"] for row in rows] == states
    assert rows[0]["disk_used_percent"] == 70
    assert rows[1]["disk_used_percent"] is None
    catching_up = {**OWN, "engine": {"catching_up": True, "node_id": "a" * 40}}
    assert rows_of_nodes(catching_up, status)[0]["state"] == "behind"


def test_the_page_of_nodes_tells_of_room_on_disks(reader: Reader) -> None:
    """Of this node from its status, in a row as for the others."""
    page = reader.get("/nodes", params={"lang": "en"}).text
    assert "this node" in page[page.index('id="standing"') :]
    assert re.search(r"[0-9.]+ [GT]iB free", page)
    assert reader.get("/nodes.json").json()["rows"][0]["disk_used_percent"] is not None
