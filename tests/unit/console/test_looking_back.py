# SPDX-License-Identifier: Apache-2.0
"""State as it stood after a block: tables and records, with proofs; and where a record stands."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tallystick.api import create_app
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.diagram import draw_standing, state_field
from tallystick.node import NodeConfig, open_node
from tests.factories import LIFETIME
from tests.networks import now, wait_until
from tests.unit.console.conftest import Reader
from tests.unit.node.node_kit import deposit, found

PLACE = "/state/evidence/deposits"


def test_a_table_then_has_what_was_made_by_then(reader: Reader) -> None:
    """After the newest block all records, each as it is; its links keep the height."""
    height = reader.get("/explorer.json").json()["status"]["height"]
    now = reader.get(f"{PLACE}.json").json()["rows"]["items"]
    then = reader.get(f"{PLACE}.json", params={"height": height}).json()["rows"]["items"]
    assert {one["_key"] for one in then} == {one["_key"] for one in now[:25]}
    page = reader.get(PLACE, params={"height": height}).text
    assert f"{then[0]['_key']}?height={height}" in page
    assert 'name="q"' not in page.split('id="content"')[1]


def test_a_record_has_its_proof_at_the_height(reader: Reader) -> None:
    """The value of that block, and the proof of that block."""
    key = reader.get(f"{PLACE}.json").json()["rows"]["items"][0]["_key"]
    height = reader.get(f"{PLACE}/{key}.json").json()["history"]["items"][-1]["height"]
    shown = reader.get(f"{PLACE}/{key}.json", params={"height": height}).json()
    assert shown["row"]["id"] == key
    assert shown["proof"].endswith(f"/proof?height={height}")
    page = reader.get(f"{PLACE}/{key}", params={"height": height, "lang": "en"}).text
    assert "has a proof under its signed checkpoint" in page
    assert f"?height={height}" in reader.get(f"{PLACE}/{key}").text


@pytest.fixture
def two_days(tmp_path: Path) -> Iterator[Reader]:
    """Return a reader of a node with two deposits, one after the other."""
    found(tmp_path / "node", "solo")
    node = open_node(NodeConfig(data=tmp_path / "node", workers=False))
    try:
        node.start()
        end = now() + LIFETIME // 2
        for number in range(2):
            node.submit([deposit(number, valid_until=end)]).result(30)
        wait_until(lambda: node.status().views_height == node.status().height, "views")
        transport = httpx.ASGITransport(
            app=create_console(create_app(node), ConsoleOptions(data=tmp_path))
        )
        with asyncio.Runner() as runner:
            client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
            yield Reader(client, runner)
            runner.run(client.aclose())
    finally:
        node.stop()


def test_before_it_was_written_a_record_was_not_there(two_days: Reader) -> None:
    """Absence is proved as presence is, and said in words; the table then had the other only."""
    newest, oldest = two_days.get(f"{PLACE}.json").json()["rows"]["items"]
    page = two_days.get(f"{PLACE}/{newest['_key']}", params={"height": 1, "lang": "en"}).text
    assert "It was not there" in page
    (row,) = two_days.get(f"{PLACE}.json", params={"height": 1}).json()["rows"]["items"]
    assert row["_key"] == oldest["_key"]


def test_a_height_that_is_none_or_to_come_is_said_so(reader: Reader) -> None:
    """As everywhere: 400 for what is no height, 404 for a block that is not there yet."""
    for height, status in (("x", 400), ("0", 400), ("-1", 400), ("999999999", 404)):
        assert reader.get(PLACE, params={"height": height}).status_code == status


def test_a_record_marks_its_state_in_the_workflow() -> None:
    """The field that has the workflow's states says where it stands; other tables have none."""
    label = {"zh": "流程", "en": "flow"}
    move = {"name": "close", "label": label, "before": ["OPEN"], "after": "CLOSED"}
    flow = {
        "name": "flow",
        "label": label,
        "moves": [move],
        "states": ["OPEN", "CLOSED"],
        "initial": "OPEN",
    }
    state = {"name": "state", "type": {"kind": "choice", "choices": ["OPEN", "CLOSED"]}}
    table = {"fields": [{"name": "id", "type": {"kind": "text"}}, state]}
    contract = {"workflows": [flow]}
    assert state_field(table, flow) == "state"
    ((_, found),) = draw_standing(contract, table, {"state": "CLOSED"})
    assert found == "CLOSED"
    assert draw_standing(contract, table, None) == []
    assert draw_standing(contract, {"fields": []}, {"state": "OPEN"}) == []


def test_a_whole_table_of_the_past_is_refused_and_not_given_of_today(reader: Reader) -> None:
    """No form of it: neither its buttons on the page nor its address."""
    height = reader.get("/explorer.json").json()["status"]["height"]
    for address in (f"{PLACE}.csv", f"{PLACE}.xlsx", f"{PLACE}.json?all=1"):
        assert reader.get(address).status_code == 200
        refused = reader.get(address, params={"height": height, "all": 1})
        assert refused.status_code == 400
        assert "height" in refused.text
    assert f"{PLACE}.xlsx" in reader.get(PLACE).text
    assert f"{PLACE}.xlsx" not in reader.get(PLACE, params={"height": height}).text
