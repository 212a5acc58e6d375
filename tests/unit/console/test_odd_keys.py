# SPDX-License-Identifier: Apache-2.0
"""Records whose keys have slashes, percent signs, question marks or Chinese characters."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

import msgspec
import pytest

from tallystick.console import ConsoleOptions
from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.account.sessions import SESSION_COOKIE, begin_session
from tallystick.console.explorer import state_pages
from tallystick.console.records import Records, records_path
from tallystick.model import network_id
from tallystick.node import Node, NodeConfig, open_node
from tests.console_theatre import form_key
from tests.factories import COURT, LIFETIME, sign
from tests.networks import now, wait_until
from tests.unit.console.conftest import Reader, reading
from tests.unit.console.odd_keys import Store
from tests.unit.node.node_kit import GENESIS, found

ODD: Final = ("a/b", "50%", "%2F", "甲/乙 号", "what?x=1#y", "a&b+c", 'q"<u>')
GONE: Final = "丙%2F1/旧"
STORE: Final = msgspec.structs.replace(GENESIS, contracts=("store",))


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Run a node whose ledger has a record of each key, alone and as a part of two.

    Those of one more key were removed again.
    """
    folder = tmp_path_factory.mktemp("odd") / "node"
    found(folder, "solo", STORE)
    node = open_node(NodeConfig(data=folder, workers=False, contracts=(Store,)))
    network = network_id(STORE.name, STORE.encode())
    try:
        node.start()
        steps = [*(("place", key) for key in (*ODD, GONE)), ("clear", GONE)]
        for number, (method, key) in enumerate(steps):
            signed = sign(
                method,
                {"shelf": key, "spot": key},
                nonce=number,
                contract="store",
                network=network,
                valid_until=now() + LIFETIME // 2,
            )
            node.submit([signed]).result(30)
        wait_until(lambda: node.status().views_height == node.status().height, "views")
        yield node
    finally:
        node.stop()


@pytest.fixture
def store(odd: Node, tmp_path: Path) -> Iterator[Reader]:
    """Return a reader of its console."""
    with reading(odd, ConsoleOptions(data=tmp_path)) as reader:
        yield reader


@pytest.mark.parametrize("key", ODD)
def test_whatever_a_key_is_search_leads_to_its_record(store: Reader, key: str) -> None:
    """The whole key is an exact hit, and the page that it leads to is there."""
    found = store.get("/search", params={"q": key})
    assert found.headers["location"] == f"/case/store/shelves/{quote(key)}"
    assert store.get(found.headers["location"]).status_code == 200
    shown = store.get("/search/suggest", params={"q": key, "lang": "en"}).text
    assert f'href="/case/store/shelves/{quote(key)}"' in shown
    assert ">Record</span>" in shown


@pytest.mark.parametrize("table", ["shelves", "places"])
def test_links_of_a_table_lead_to_its_records(store: Reader, table: str) -> None:
    """From the table to the record, to its proof, and on to how it stood at a block."""
    page = store.get(f"/state/store/{table}").text
    links = re.findall(rf'<a href="(/state/store/{table}/[^"]+)"', page)
    assert len(links) == len(ODD)
    for link in map(html.unescape, links):
        record = store.get(link)
        assert record.status_code == 200, link
        proofs = re.findall(r'href="(/v1/state/store/[^"]+/proof)"', record.text)
        assert proofs, link
        heights = re.findall(r'href="([^"]+\?height=[0-9]+)"', record.text)
        assert heights, link
        for then in map(html.unescape, heights):
            assert store.get(then).status_code == 200, then
    shown = {unquote(link.rpartition("/")[2]) for link in map(html.unescape, links)}
    assert len(shown) > 1


def test_a_transaction_leads_to_the_records_that_it_wrote(store: Reader) -> None:
    """Its table of changes links each of them, also those that a later one removed."""
    for one in store.get("/t.json").json()["transactions"]["items"]:
        page = store.get(f"/t/{one['id']}").text
        changed = page[page.index('id="changes"') :]
        links = re.findall(r'<a href="(/state/store/[^"]+)"', changed)
        assert len(links) == 2
        assert {store.get(html.unescape(link)).status_code for link in links} == {200}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_record_that_was_removed_says_so_and_when(store: Reader, lang: str) -> None:
    """In both languages, with its history and the proof of its absence; heights show it."""
    place = _cleared(store)
    told = store.get(f"{place}.json").json()
    assert told["row"] is None
    removed, made = told["history"]["items"]
    assert (removed["method"], made["method"]) == ("clear", "place")
    assert told["removal"] == {name: removed[name] for name in ("id", "height", "time_ms")}
    page = store.get(place, params={"lang": lang}).text
    assert {"en": "This record is no longer there", "zh": "该记录已不存在"}[lang] in page
    assert f'href="/t/{removed["id"]}"' in page
    assert "height=/v1" not in page
    for height, is_there in ((made["height"], True), (removed["height"], False)):
        then = store.get(f"{place}.json", params={"height": height}).json()
        assert (then["row"] is not None, then["removal"]) == (is_there, None)
        assert store.get(place, params={"height": height, "lang": lang}).status_code == 200


def test_later_pages_of_its_history_say_when_it_was_removed(
    store: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The removal is the newest of all, not the first of a page."""
    monkeypatch.setattr(state_pages, "_PAGE", 1)
    place = _cleared(store)
    first = store.get(f"{place}.json").json()
    cursor = first["history"]["next_cursor"]
    second = store.get(f"{place}.json", params={"cursor": cursor}).json()
    assert second["history"]["items"][0]["method"] == "place"
    assert second["removal"] == first["removal"]


def test_a_record_that_never_was_is_not_found(store: Reader) -> None:
    """Neither now nor at a height."""
    for place in ("/state/store/places/x/y", "/state/store/shelves/x?height=1"):
        assert store.get(place).status_code == 404


def test_who_watches_a_record_that_was_removed_learns_it_and_lets_go(
    store: Reader, tmp_path: Path
) -> None:
    """Its case leads to the page that says so; what is left of it can be watched no longer."""
    place = _cleared(store)
    case = place.replace("/state/", "/case/")
    part = {"contract": "store", "table": "places", "key": unquote(place).split("/", 4)[4]}
    _enter(store, tmp_path)
    key = form_key(store.get("/watching").text)
    sent = store.post("/watch", data={**part, "form_key": key, "step": "watch"})
    assert (sent.status_code, sent.headers["location"]) == (303, case)
    led = store.get(case)
    assert (led.status_code, led.headers["location"]) == (303, place)
    assert store.get(f"{case}x").status_code == 404
    (row,) = store.get("/watching.json").json()["rows"]
    assert (row["is_removed"], row["news"]) == (True, 0)
    assert 'value="unwatch"' in store.get("/watching").text
    store.post("/watch", data={**row["place"], "form_key": key, "step": "unwatch"})
    assert store.get("/watching.json").json()["rows"] == []


def _enter(store: Reader, folder: Path) -> None:
    """Sign somebody in."""
    records = Records(records_path(folder))
    account = NewAccount(login="w", name="W", organization=COURT, member="clerk")
    now_ms = now()
    session = begin_session(records, add_account(records, account, now_ms), "b", now_ms)
    store.cookies.set(SESSION_COOKIE, session)


def _cleared(store: Reader) -> str:
    """Return the page of the place that was removed, as its transaction names it."""
    (clearing,) = store.get("/t.json?method=clear").json()["transactions"]["items"]
    changes = store.get(f"/t/{clearing['id']}.json").json()["changes"]
    (key,) = (one["key"] for one in changes if one["table"] == "places")
    return f"/state/store/places/{quote(key)}"
