# SPDX-License-Identifier: Apache-2.0
"""Every way from the code on a paper to the page of its record, in a real browser."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import segno
from playwright.sync_api import Page, expect

from tallystick.api import Application, Door, HttpServer
from tallystick.cli.console_certificates import certificate_kinds, certificates_of
from tallystick.cli.demo.consortium import PLATFORM, SEAL_KEEPER
from tallystick.cli.demo.whole import found_whole_demo
from tallystick.cli.first_seal import FirstSeal, note_first_seal, publish_first_seal
from tallystick.client import read_extract
from tallystick.console import ConsoleOptions, create_console
from tallystick.interchange.certificates import (
    CERTIFICATE_FILE,
    EXTRACT_FILE,
    link_of,
    read_link,
    read_sealed,
)
from tallystick.model import parse_checkpoint
from tallystick.node import NodeConfig, open_node
from tests.browser.conftest import Open
from tests.networks import free_port, wait_until

pytestmark = pytest.mark.browser

LETTER: Final = "LG-2026-000001"
CAMERA: Final = """
navigator.mediaDevices.getUserMedia = async () => {
  const picture = new Image();
  picture.src = "data:image/png;base64,%s";
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height;
  const draw = () => canvas.getContext("2d").drawImage(picture, 0, 0);
  draw();
  setInterval(draw, 50);
  return canvas.captureStream(20);
};
"""
"""A camera that sees one picture."""


@dataclass(frozen=True)
class Paper:
    """A letter of guarantee as a sealed certificate of a console."""

    console: str
    code: str
    """The address that its code says, and its link leads to."""

    @property
    def picture(self) -> bytes:
        """Return its code as a picture."""
        drawn = io.BytesIO()
        segno.make(self.code, error="m", micro=False).save(drawn, kind="png", scale=6, border=4)
        return drawn.getvalue()

    @property
    def text(self) -> str:
        """Return what a program reads of it."""
        return f"tallystick:{self.code.partition('tallystick:')[2]}"


def address_on(certificate: bytes) -> str:
    """Return the address that a certificate's code says, by the files inside it."""
    sealed = read_sealed(certificate)
    extract = read_extract(sealed.files[EXTRACT_FILE])
    portal = json.loads(sealed.files[CERTIFICATE_FILE])["portal"]
    place = {name: getattr(extract, name) for name in ("contract", "kind", "subject")}
    head = parse_checkpoint(extract.checkpoint)
    return link_of({**place, "network": head.origin, "height": head.height}, extract.facts, portal)


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    """Serve the whole demonstration, and make a certificate of one of its letters."""
    folder = tmp_path_factory.mktemp("papers") / "demo"
    found_whole_demo(folder)
    port = free_port()
    url = f"http://localhost:{port}"

    def pages(door: Door, names: frozenset[str]) -> Application:
        options = ConsoleOptions(data=folder, hosts=names, certificate_kinds=certificate_kinds)
        return create_console(door, options)

    node = open_node(NodeConfig(data=folder, workers=False))
    try:
        node.start()
        with HttpServer(node, port=port, pages=pages):
            wait_until(lambda: node.status().views_height == node.status().height, "views")
            first = FirstSeal(PLATFORM.id, PLATFORM.name.zh, SEAL_KEEPER.key_name)
            note_first_seal(folder, first)
            publish_first_seal(folder, url, folder / "trust.json")
            seal = certificates_of(folder, url)
            assert seal is not None
            yield Paper(url, address_on(seal.make("preservation", "letter", LETTER, url)))
    finally:
        node.stop()


def expect_letter(page: Page, paper: Paper) -> None:
    """Wait for the page of the letter."""
    expect(page).to_have_url(paper.code)
    expect(page.locator("main")).to_contain_text(LETTER)


@pytest.mark.timeout(300)
def test_the_link_on_the_paper_opens_the_record_without_script(window: Open, paper: Paper) -> None:
    """Any telephone: small, readable, in the reader's language."""
    assert read_link(paper.code).subject == LETTER
    for locale, word in (("en-GB", "Letter of guarantee"), ("zh-CN", "担保函")):
        here = window(
            paper.console,
            locale=locale,
            java_script_enabled=False,
            viewport={"width": 390, "height": 844},
        )
        page = here.go(paper.code.removeprefix(paper.console))
        expect_letter(page, paper)
        expect(page.locator("main")).to_contain_text(word, ignore_case=True)


def test_the_page_of_a_record_is_readable_on_a_telephone(window: Open, paper: Paper) -> None:
    """Nothing is wider than the screen, and nothing hinders a reader."""
    here = window(paper.console, viewport={"width": 390, "height": 844})
    page = here.go(paper.code.removeprefix(paper.console))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert here.axe() == []
    here.shoot("paper-phone")


def test_a_picture_of_the_code_leads_there(window: Open, paper: Paper, tmp_path: Path) -> None:
    """Dropped on the portal: the picture is no original, its code is read."""
    picture = tmp_path / "letter.png"
    picture.write_bytes(paper.picture)
    page = window(paper.console).go("/v")
    page.locator("#files").set_input_files(picture)
    page.locator("#results").get_by_role("link", name=LETTER).click()
    expect_letter(page, paper)


def test_the_camera_leads_there(window: Open, paper: Paper) -> None:
    """Held before the camera; a code of something else is said to be none of ours."""
    here = window(paper.console)
    encoded = base64.b64encode(paper.picture).decode()
    here.page.add_init_script(CAMERA % encoded)
    page = here.go("/v")
    page.locator("#scan").click()
    expect_letter(page, paper)


def test_the_camera_says_that_a_foreign_code_is_none_of_ours(window: Open, paper: Paper) -> None:
    """It goes on looking."""
    here = window(paper.console)
    foreign = Paper(paper.console, "https://elsewhere.example/menu")
    here.page.add_init_script(CAMERA % base64.b64encode(foreign.picture).decode())
    page = here.go("/v")
    page.locator("#scan").click()
    expect(page.locator("#camera-note")).to_contain_text("of nothing here")
    expect(page.locator("#camera-view")).to_be_visible()


def test_a_pasted_text_leads_there(window: Open, paper: Paper) -> None:
    """Into either box of the page, bare or with its address."""
    page = window(paper.console).go("/v")
    for box, text in (("#number", paper.text), ("#hash", paper.code)):
        page.goto(f"{paper.console}/v")
        page.locator(box).fill(text)
        page.locator(box).press("Enter")
        expect_letter(page, paper)


def test_codes_of_older_papers_lead_there(window: Open, paper: Paper) -> None:
    """They begin with /verify#; also when the page is open already."""
    here = window(paper.console)
    page = here.go(f"/verify#{paper.text}")
    expect_letter(page, paper)
    here.go("/verify")
    page.evaluate("text => { location.hash = text; }", paper.text)
    expect_letter(page, paper)
