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
from tallystick.model import network_id
from tallystick.node import Node, NodeConfig, open_node
from tests.factories import LIFETIME, sign
from tests.networks import now, wait_until
from tests.unit.console.conftest import Reader, reading
from tests.unit.console.odd_keys import Store
from tests.unit.node.node_kit import GENESIS, found

ODD: Final = ("a/b", "50%", "%2F", "甲/乙 号", "what?x=1#y", "a&b+c", 'q"<u>')
STORE: Final = msgspec.structs.replace(GENESIS, contracts=("store",))


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Run a node whose ledger has a record of each key, alone and as a part of two."""
    folder = tmp_path_factory.mktemp("odd") / "node"
    found(folder, "solo", STORE)
    node = open_node(NodeConfig(data=folder, workers=False, contracts=(Store,)))
    network = network_id(STORE.name, STORE.encode())
    try:
        node.start()
        for number, key in enumerate(ODD):
            placed = sign(
                "place",
                {"shelf": key, "spot": key},
                nonce=number,
                contract="store",
                network=network,
                valid_until=now() + LIFETIME // 2,
            )
            node.submit([placed]).result(30)
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
    """Its table of changes links each of them."""
    for one in store.get("/t.json").json()["transactions"]["items"]:
        page = store.get(f"/t/{one['id']}").text
        changed = page[page.index('id="changes"') :]
        links = re.findall(r'<a href="(/state/store/[^"]+)"', changed)
        assert len(links) == 2
        assert {store.get(html.unescape(link)).status_code for link in links} == {200}
