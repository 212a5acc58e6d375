# SPDX-License-Identifier: Apache-2.0
"""Pages that stay open: they follow the ledger, rows stand still, and a node may go and return."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tallystick.api import Application, Door, HttpServer
from tallystick.cli.founding import found_demo
from tallystick.client import KeyStore, connect, deposit_args, facts_of
from tallystick.console import ConsoleOptions, create_console
from tallystick.node import Node, NodeConfig, open_node
from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

GOES_AWAY = r"ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|Failed to"


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a demonstration of its own: others count what is on the shared one."""
    data = tmp_path_factory.mktemp("live") / "demo"
    found_demo(data)
    return data


@pytest.fixture(scope="module")
def own_node(own_folder: Path) -> Iterator[Node]:
    """Give its node."""
    node = open_node(NodeConfig(data=own_folder, workers=False))
    node.start()
    yield node
    node.stop()


@contextmanager
def serving(node: Node, folder: Path, port: int = 0) -> Iterator[int]:
    """Serve the node with its console; give the port."""

    def pages(door: Door, names: frozenset[str]) -> Application:
        return create_console(door, ConsoleOptions(data=folder, hosts=names))

    with HttpServer(node, port=port, pages=pages) as server:
        yield server.port


def put_on_record(url: str, folder: Path, *names: str) -> None:
    """Make a deposit for each name, one block each."""
    identity = KeyStore(folder / "demo-keys").load("demo-wang-fang")
    with connect(url, identity=identity, trust=folder / "trust.json") as net:
        for name in names:
            net.call("evidence", "deposit", **deposit_args(facts_of(name.encode()), {}))


def first_row(page: Page) -> str:
    """Return the text of the row on top."""
    return page.locator("#transactions tbody tr").first.inner_text()


def after_height(shown: str) -> str:
    """Return what a height that was shown as `#7` is five blocks later."""
    return f"{int(shown.lstrip('#').replace(',', '')) + 5:,}"


def test_an_open_overview_follows_and_its_rows_stand_still(
    window: Open, own_node: Node, own_folder: Path
) -> None:
    """Five deposits: figures and height change by themselves, rows only when one asks for them."""
    with serving(own_node, own_folder) as port:
        url = f"http://localhost:{port}"
        put_on_record(url, own_folder, "before")
        page = window(url).go("/explorer")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        row, height = first_row(page), page.locator(".live-height").inner_text()
        count = page.locator("#figures .h1").nth(1)
        after = str(int(count.inner_text()) + 5)
        page.locator("#activity summary").click()
        total = page.locator("#steps tfoot td").nth(1)
        counted = str(int(total.inner_text()) + 5)
        place = page.locator("#transactions tbody tr").first.bounding_box()
        put_on_record(url, own_folder, *(f"live {number}" for number in range(5)))
        news = page.locator(".card:has(#transactions) .news a")
        expect(news).to_contain_text("5 new")
        expect(page.locator(".card:has(#blocks) .news a")).to_contain_text("5 new")
        expect(page.locator(".live-height")).not_to_have_text(height)
        expect(count).to_have_text(after)
        expect(total).to_have_text(counted)
        expect(page.locator("#nodes tbody td").nth(2)).to_have_text(after_height(height))
        assert first_row(page) == row
        assert page.locator("#transactions tbody tr").first.bounding_box() == place
        news.click()
        expect(page.locator(".news a")).to_have_count(0)
        expect(page.locator("#transactions tbody tr").first).not_to_contain_text(row)


def test_a_node_that_goes_and_returns_is_caught_up_with(
    window: Open, own_node: Node, own_folder: Path
) -> None:
    """The page says that it has lost the node, and then what came meanwhile, without a reload."""
    with serving(own_node, own_folder) as port:
        url = f"http://localhost:{port}"
        put_on_record(url, own_folder, "early")
        here = window(url)
        here.expect(GOES_AWAY)
        page = here.go("/t")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        page.evaluate("document.body.dataset.kept = 'yes'")
    expect(page.locator("#live")).to_have_attribute("data-state", "reconnecting")
    with serving(own_node, own_folder, port) as again:
        assert again == port
        put_on_record(url, own_folder, "late 1", "late 2")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        expect(page.locator(".news a")).to_contain_text("2 new")
        expect(page.locator("body")).to_have_attribute("data-kept", "yes")


def test_a_page_that_is_not_looked_at_drops_its_line(window: Open, served: str) -> None:
    """And takes it up again when somebody looks."""
    page = window(served).go("/explorer")
    chip = page.locator("#live")
    expect(chip).to_have_attribute("data-state", "live")
    for hidden, state in ((True, "paused"), (False, "live")):
        page.evaluate(
            """hidden => {
              Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            hidden,
        )
        expect(chip).to_have_attribute("data-state", state)
