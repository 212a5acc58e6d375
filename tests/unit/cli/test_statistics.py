# SPDX-License-Identifier: Apache-2.0
"""`tally contract statistics` and `alerts`: hidden over HTTP, full on the node's own machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tallystick.api import HttpServer, create_app
from tallystick.client import connect_async
from tallystick.errors import NotFound
from tallystick.views import Views
from tests.unit.api.fake_node import FakeNode
from tests.unit.api.gifts import giving_node
from tests.unit.cli.conftest import Tally


@pytest.fixture
def node(tmp_path: Path) -> Iterator[FakeNode]:
    """Return a node that has gifts; its folder looks like a node's."""
    folder = tmp_path / "node"
    folder.mkdir()
    (folder / "format.json").touch()
    node = giving_node(folder)
    yield node
    node.close()


@pytest.fixture
def url(node: FakeNode) -> Iterator[str]:
    """Serve the node."""
    with HttpServer(node, port=0) as server:
        yield f"http://localhost:{server.port}"


def test_statistics_are_listed_with_totals(tally: Tally, url: str) -> None:
    """In the language of the reader."""
    rows = tally("contract", "statistics", "notes", "--url", url, "--json").json
    assert [(row["name"], row["label"], row["shown"]) for row in rows] == [
        ("raised", "Raised", "12000"),
        ("largest", "Largest", "1500"),
    ]
    assert "募集金额" in tally("contract", "statistics", "notes", "--url", url, "--lang", "zh").out


def test_cells_are_hidden_for_whoever_asks_and_full_on_the_spot(
    tally: Tally, url: str, tmp_path: Path
) -> None:
    """A data folder is only read by those who hold it."""
    asked = ("contract", "statistics", "notes", "raised")
    public = tally(*asked, "--url", url, "--json").json
    assert [row["shown"] for row in public] == ["withheld", "7500", "<5", "12000"]
    full = tally(*asked, "--full", "--data", tmp_path / "node", "--json").json
    assert [row["shown"] for row in full] == ["1500", "7500", "3000", "12000"]
    assert "<5" in tally(*asked, "--url", url).out


def test_a_period_is_of_one_statistic(tally: Tally, url: str) -> None:
    """Without the statistic neither a period nor full figures mean anything."""
    asked = ("contract", "statistics", "notes")
    shown = tally(*asked, "largest", "--period", "1999-01", "--url", url, "--json").json
    assert [row["shown"] for row in shown] == ["—"]
    assert tally(*asked, "--period", "1999-01", "--url", url).code == 2
    assert tally(*asked, "--full").code == 2
    assert tally(*asked, "none", "--url", url).code == 3


def test_a_statistic_over_any_time_comes_in_equal_stretches(tally: Tally, url: str) -> None:
    """As many as were asked for, oldest first; their counts are those of a stretch of them all."""
    asked = ("contract", "statistics", "notes", "largest", "--url", url)
    since, until = ("--since", "1970-01-01T00:00:00Z"), ("--until", "2100-01-01T00:00:00Z")
    rows = tally(*asked, *since, *until, "--stretches", 3, "--json").json
    assert [one["end"] for one in rows[:2]] == [one["begin"] for one in rows[1:]]
    (whole,) = tally(*asked, *since, *until, "--stretches", 1, "--json").json
    assert sum(one["count"] for one in rows) == whole["count"] == 15
    assert len(tally(*asked, *since, *until, "--json").json) == 24
    assert "1500" in tally(*asked, *since, *until).out


def test_a_time_that_is_none_or_half_is_refused(tally: Tally, url: str) -> None:
    """Both ends, one kind of time, a name and a value; who is counted is not told."""
    asked = ("contract", "statistics", "notes", "largest", "--url", url)
    since, until = ("--since", "1970-01-01T00:00:00Z"), ("--until", "2100-01-01T00:00:00Z")
    assert tally(*asked, *since).code == 2
    assert tally(*asked, *until).code == 2
    assert tally(*asked, *since, "--until", "tomorrow").code == 2
    assert tally(*asked, *since, *until, "--period", "1999-01").code == 2
    for cell in ("province", "stretches=2", "from_=0"):
        assert tally(*asked, *since, *until, "--cell", cell).code == 2
    assert "E_ARGUMENT" in tally(*asked, *since, *until, "--cell", "name=x").err
    assert tally("contract", "statistics", "notes", *since, *until, "--url", url).code == 2
    withheld = tally("contract", "statistics", "notes", "raised", "--url", url, *since, *until)
    assert "E_WITHHELD" in withheld.err
    assert "E_ARGUMENT" in tally(*asked, *since, *until, "--cell", "county=x").err


def test_alerts_are_listed_and_filtered(tally: Tally, url: str) -> None:
    """With the version of the rule."""
    asked = ("contract", "alerts", "notes", "--url", url)
    rows = tally(*asked, "--rule", "GIFT-W1", "--state", "open", "-n", 2, "--json").json
    assert [(row["rule"], row["version"]) for row in rows] == [("GIFT-W1", 3), ("GIFT-W1", 3)]
    assert tally(*asked, "--level", "critical", "--json").json == []
    assert "捐赠" in tally(*asked, "--lang", "zh").out


def test_the_asynchronous_client_reads_the_same(node: FakeNode) -> None:
    """Statistics, one of them, alerts; what there is not is `NotFound`."""
    node.now = time.time_ns() // 1_000_000

    async def work() -> None:
        http = httpx.ASGITransport(app=create_app(node))
        async with connect_async("http://localhost", http=http) as net:
            assert [one["name"] async for one in net.statistics("notes")] == ["raised", "largest"]
            assert (await net.statistic("notes", "raised"))["total"]["value"] == 12_000
            over = await net.statistic_stretches("notes", "largest", from_=0, to=node.now + 1)
            assert (len(over["items"]), over["total"]["count"]) == (24, 15)
            assert len([one async for one in net.alerts("notes", level="warning")]) == 5
            with pytest.raises(NotFound):
                await net.statistic("notes", "none")

    asyncio.run(work())


def test_views_hand_out_full_figures(node: FakeNode, tmp_path: Path) -> None:
    """What `--full` prints is what the views say."""
    assert node.views.height() == 15
    with closing(Views(f"sqlite:///{tmp_path / 'node' / 'views.sqlite'}")) as views:
        table = views.statistic_table("notes", "raised", is_full=True)
    assert [one.subjects for one in table.cells] == [5, 6, 4]
