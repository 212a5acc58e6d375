# SPDX-License-Identifier: Apache-2.0
"""A demonstration says what it is on every page, and has a tour; elsewhere there is neither."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tallystick.api import create_app
from tallystick.client import Identity, KeyStore
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.tour.pages import STOPS
from tallystick.execution import load_contracts
from tallystick.node import Node
from tests.factories import CLERK, COURT
from tests.unit.console.conftest import Reader


@pytest.fixture
def visitor(node: Node, tmp_path: Path) -> Iterator[Reader]:
    """Return a reader of a demonstration."""
    KeyStore(tmp_path / "cast").save("clerk", Identity(COURT, "clerk", CLERK))
    options = ConsoleOptions(data=tmp_path, demonstration_keys=tmp_path / "cast")
    transport = httpx.ASGITransport(app=create_console(create_app(node), options))
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        yield Reader(client, runner)
        runner.run(client.aclose())


@pytest.mark.parametrize(("language", "says"), [("en", "DEMO"), ("zh", "此处一切均为虚构")])
@pytest.mark.parametrize("path", ["/", "/b", "/v", "/act-as", "/tour", "/nothing-here"])
def test_every_page_says_that_it_is_a_demonstration(
    visitor: Reader, path: str, language: str, says: str
) -> None:
    """So that nobody takes it for a ledger of consequence; problems too."""
    page = visitor.get(f"{path}?lang={language}").text
    assert says in page
    assert 'href="/tour"' in page


def test_the_tour_leads_to_records_that_are_there(visitor: Reader) -> None:
    """To the newest deposit; a system without a record in the state leads to its own page."""
    shown = visitor.get("/tour.json").json()["stops"]
    assert set(shown) == set(STOPS) & set(shown)
    (deposit,) = shown["evidence"]
    assert visitor.get(deposit["address"]).status_code == 200
    assert deposit["key"] in deposit["address"]
    for contract, stops in shown.items():
        if contract != "evidence":
            assert {one["address"] for one in stops} == {f"/app/{contract}"}


@pytest.mark.parametrize(("language", "word"), [("en", "administer"), ("zh", "管理员")])
def test_administrators_are_told_of_backups_and_webhooks(
    visitor: Reader, language: str, word: str
) -> None:
    """The tour leads to the help, which names both in the reader's language, and the command."""
    tour = visitor.get(f"/tour?lang={language}").text
    assert 'href="/learn#administrators"' in tour
    assert word in tour
    told = visitor.get(f"/learn?lang={language}").text.partition('id="administrators"')[2]
    assert "tally backup" in told
    assert "Webhook" in told
    assert 'href="/admin/' not in told  # who is no administrator would be refused there


def test_each_stop_is_a_table_of_its_contract_and_a_state_of_it() -> None:
    """A contract that renames one finds the tour here."""
    contracts = {one.name: one for one in load_contracts()}
    for contract, stops in STOPS.items():
        for stop in stops:
            assert hasattr(contracts[contract], stop.table), (contract, stop)


def test_the_cast_is_offered_by_system_with_what_each_may_do(visitor: Reader) -> None:
    """One sentence each, from the actions that the roles open; one system alone is offered too."""
    shown = visitor.get("/act-as.json").json()
    (group,) = [one for one in shown["groups"] if one["contract"]["name"] == "evidence"]
    (clerk,) = group["people"]
    assert (clerk["member"]["id"], clerk["organization"]["id"]) == ("clerk", COURT)
    assert {"zh": "存证", "en": "Deposit"} in clerk["may"]
    alone = visitor.get("/act-as?system=evidence").text
    assert "May:" in alone
    assert visitor.get("/act-as.json?system=charity").json()["groups"] == []


def test_where_there_is_no_demonstration_there_is_no_tour(reader: Reader) -> None:
    """And nothing says DEMO."""
    assert reader.get("/tour").status_code == 404
    assert "DEMO" not in reader.get("/").text
