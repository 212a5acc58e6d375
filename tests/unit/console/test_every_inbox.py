# SPDX-License-Identifier: Apache-2.0
"""The inbox of everybody in the whole demonstration, after its ninety days of history."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from tallystick.api import create_app
from tallystick.cli.demo.whole import found_whole_demo
from tallystick.console import ConsoleOptions, create_console
from tallystick.node import NodeConfig, open_node
from tests.networks import wait_until
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import form_key

pytestmark = pytest.mark.slow

SYSTEMS: Final = ("charity", "custody", "inventory", "justice", "preservation")


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Return somebody before the demonstration."""
    folder = tmp_path_factory.mktemp("whole") / "demo"
    assert found_whole_demo(folder).history.faults == ()
    node = open_node(NodeConfig(data=folder, workers=False))
    node.start()
    wait_until(lambda: node.status().views_height == node.status().height, "views")
    options = ConsoleOptions(data=folder, demonstration_keys=folder / "demo-keys")
    transport = httpx.ASGITransport(app=create_console(create_app(node), options))
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        yield Reader(client, runner)
        runner.run(client.aclose())
    node.stop()


def people_of(visitor: Reader, system: str) -> Iterator[dict[str, Any]]:
    """Give everybody who has a part in a system."""
    for group in visitor.get(f"/act-as.json?system={system}").json()["groups"]:
        yield from group["people"]


def first_of_each_kind(tasks: list[dict[str, Any]]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return one task for each table and state, so that each way on is followed once."""
    kinds: dict[tuple[str, str, str], dict[str, Any]] = {}
    for task in tasks:
        kinds.setdefault((task["contract"], task["table"], task["state"]), task)
    return kinds


@pytest.mark.timeout(600)
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_role_has_something_to_do_or_is_told_why_not(visitor: Reader, system: str) -> None:
    """Check 3: a record that waits leads to its case and there to a form; nothing is explained."""
    key = form_key(visitor.get("/act-as").text)
    busy = set[str]()
    for one in people_of(visitor, system):
        part = {"organization": one["organization"]["id"], "member": one["member"]["id"]}
        assert visitor.post("/act-as", data={"form_key": key, **part}).status_code == 303
        tasks = visitor.get("/inbox.json").json()["tasks"]
        assert all(task["moves"] for task in tasks)
        page = visitor.get("/inbox?lang=en").text
        assert ("No record of your organisation waits for one of your roles" in page) != bool(tasks)
        if tasks:
            busy.update(one["member"]["roles"])
        for kind, task in first_of_each_kind(tasks).items():
            shown = visitor.get(f"/case/{kind[0]}/{kind[1]}/{task['key']}.json").json()
            assert task["state"] == shown["state"]
            assert shown["actions"], (one["member"]["roles"], kind, task["key"], task["moves"])
            form = visitor.get(shown["actions"][0]["address"])
            assert form.status_code == 200
            assert "You do not have the role" not in form.text
        for tab in ("done", "started"):
            assert visitor.get(f"/inbox?tab={tab}").status_code == 200
    assert busy, "nobody of the system has anything to do"
