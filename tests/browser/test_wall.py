# SPDX-License-Identifier: Apache-2.0
"""The display for a wall: scenes in turn, at rest while unseen, and after its node came back."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tallystick.node import Node
from tests.browser.conftest import Open
from tests.browser.test_live import GOES_AWAY, own_folder, own_node, put_on_record, serving
from tests.browser.watching import Watched

__all__ = ["own_folder", "own_node"]

pytestmark = pytest.mark.browser

SCREEN: Final = {"width": 1920, "height": 1080}
BROAD: Final = {"width": 3840, "height": 1080}
TURN_MS: Final = 5_000
HOUR_MS: Final = 3_600_000
LOOK: Final = """hidden => {
  Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def scenes(page: Page) -> list[str]:
    """Return the titles of the scenes that are seen."""
    return page.locator("[data-scene]:visible h2").all_inner_texts()


def still(here: Watched) -> Page:
    """Open the wall, and let its time stand still."""
    here.page.clock.install(time=0)
    page = here.go("/screen?seconds=5")
    page.clock.pause_at(HOUR_MS)
    return page


@pytest.mark.parametrize(("viewport", "together"), [(SCREEN, 1), (BROAD, 2)])
def test_a_wall_shows_one_scene_after_the_other_without_scrolling(
    window: Open, viewport: dict[str, int], together: int
) -> None:
    """Two on a wall of two screens; every system comes, none is cut off, and the first is back."""
    here = window(viewport=viewport)
    page = still(here)
    count = page.locator("[data-scene]").count()
    first, seen = scenes(page), set(scenes(page))
    assert len(first) == together
    for _ in range(-(-count // together)):
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        here.shoot(f"wall-{viewport['width']}-{len(seen)}")
        page.clock.run_for(TURN_MS)
        seen |= set(scenes(page))
    assert len(seen) == len(set(page.locator("[data-scene] h2").all_text_contents()))
    page.clock.resume()
    assert here.axe() == []


def test_a_wall_rests_while_nobody_sees_it_and_is_held(window: Open) -> None:
    """A hidden page turns nothing, nor does one that somebody holds."""
    here = window(viewport=SCREEN)
    page = still(here)
    now = scenes(page)
    page.evaluate(LOOK, True)
    page.clock.run_for(3 * TURN_MS)
    assert scenes(page) == now
    page.evaluate(LOOK, False)
    page.clock.run_for(TURN_MS)
    assert scenes(page) != now
    hold = page.get_by_role("button", name="Hold this scene")
    hold.click()
    expect(hold).to_have_attribute("aria-pressed", "true")
    now = scenes(page)
    page.clock.run_for(3 * TURN_MS)
    assert scenes(page) == now


def test_a_wall_goes_on_when_its_node_came_back(
    window: Open, own_node: Node, own_folder: Path
) -> None:
    """The figures stay while the node is away, and are those of today when it is there again."""
    with serving(own_node, own_folder) as port:
        url = f"http://localhost:{port}"
        put_on_record(url, own_folder, "wall early")
        here = window(url)
        here.expect(GOES_AWAY)
        page = here.go("/screen?seconds=300")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        blocks = page.locator(".wall-tile strong").first
        before = blocks.inner_text()
    expect(page.locator("#live")).to_have_attribute("data-state", "reconnecting")
    assert blocks.inner_text() == before
    with serving(own_node, own_folder, port):
        put_on_record(url, own_folder, "wall late")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        expect(blocks).not_to_have_text(before)


def test_a_wall_shows_the_last_block_though_figures_are_counted_for_all_at_once(
    window: Open, own_node: Node, own_folder: Path
) -> None:
    """A block right after a count, and none after it: the wall asks once more."""
    with serving(own_node, own_folder) as port:
        url = f"http://localhost:{port}"
        page = window(url).go("/screen?seconds=300")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        blocks = page.locator(".wall-tile strong").first
        before = blocks.inner_text()
        put_on_record(url, own_folder, "wall last")
        expect(blocks).not_to_have_text(before, timeout=20_000)
        page.close()


def test_a_wall_without_a_script_shows_everything(window: Open) -> None:
    """All scenes on one page, and no button that does nothing."""
    page = window(java_script_enabled=False).go("/screen")
    count = page.locator("[data-scene]").count()
    assert len(scenes(page)) == count > 1
    expect(page.locator("#hold")).to_be_hidden()
