# SPDX-License-Identifier: Apache-2.0
"""Packing in a real browser: it puts the originals in, and whoever gets the file checks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tallystick.cli.case_bundles import pack_case
from tallystick.cli.evidence_packing import originals_in
from tallystick.client import KeyStore, connect
from tests.browser.conftest import Open
from tests.browser.received import recording
from tests.browser.walking import faint_in_the_dark, too_wide, what_is_wrong
from tests.browser.watching import Watched
from tests.console_theatre import form_key
from tests.unit.console.packing_stage import MATTER, case_of, put_on_matter, served, tally, tell
from tests.unit.interchange.zips import unpacked

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

JUDGE: Final = "judge-fang"
READY: Final = "#packing a[download]:not([hidden])"


@dataclass(frozen=True)
class Chambers:
    """The story of the court, served; and what reached its console."""

    folder: Path
    url: str
    received: list[bytearray] = field(default_factory=list)

    @property
    def files(self) -> list[Path]:
        """All originals, with the proofs beside them."""
        return sorted((self.folder / "originals").iterdir())

    def enter(self, here: Watched) -> None:
        """Be the judge in a window."""
        request = here.context.request
        key = form_key(request.get(f"{self.url}/act-as").text())
        organization = KeyStore(self.folder / "demo-keys").load(JUDGE).organization
        part = {"form_key": key, "organization": organization, "member": JUDGE}
        assert request.post(f"{self.url}/act-as", form={**part}, max_redirects=0).status == 303

    def checks(self, command: str, path: Path) -> bool:
        """Tell whether the command line takes a file for good, without asking the node."""
        trust = ("--offline", "--trust", self.folder / "trust.json")
        return tally(self.folder.parent / "home", *command.split(), path, *trust)


@pytest.fixture(scope="module")
def chambers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chambers]:
    """Tell the story and serve it."""
    folder = tmp_path_factory.mktemp("packing") / "story"
    tell(folder)
    received: list[bytearray] = []
    with served(folder, recording(received)) as url:
        yield Chambers(folder, url, received)


def saved(page: Page, folder: Path, selector: str) -> Path:
    """Return the file behind a link or button of the page."""
    with page.expect_download() as download:
        page.locator(selector).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_case_packed_in_the_browser_is_good_for_the_command_and_the_portal(
    window: Open, chambers: Chambers, tmp_path: Path
) -> None:
    """File by file what the command packs; no byte of an original was sent for it."""
    case = case_of(chambers.folder)
    here = window(chambers.url, reduced_motion="reduce")
    chambers.enter(here)
    page = here.go(f"/case/justice/cases/{case}")
    page.locator('a[href^="/pack/"]').click()
    button = page.locator("#packing button")
    expect(button).to_be_disabled()
    other = tmp_path / "other.txt"
    other.write_text("no original of any case")
    page.locator("#packing-files").set_input_files([other])
    expect(page.locator("#packing [data-problem]")).to_contain_text("None of these files")
    assert what_is_wrong(here, "en-GB") == []
    page.locator("#packing-files").set_input_files(chambers.files)
    expect(page.locator("#packing [role=status]")).to_contain_text("4 of 4")
    expect(page.locator("#originals td[data-place]", has_text="here")).to_have_count(4)
    button.click()
    expect(page.locator(READY)).to_be_focused()
    assert [*here.axe(), *too_wide(here), *faint_in_the_dark(here)] == []
    here.shoot("packing-case")
    bundle = saved(page, tmp_path, READY)
    assert bundle.name == f"justice-{case}.zip"
    assert chambers.checks("justice check-bundle", bundle)
    command = tmp_path / "command.zip"
    originals = originals_in([chambers.folder / "originals"])
    with connect(chambers.url, trust=chambers.folder / "trust.json") as net:
        pack_case(net, "justice", case, originals, command)
    assert unpacked(bundle.read_bytes()) == unpacked(command.read_bytes())
    contents = [path.read_bytes() for path in originals.values()]
    assert not [one for one in chambers.received for content in contents if content in one]

    page = here.go("/v")
    page.locator("#files").set_input_files([bundle])
    expect(page.locator("article.result").first).to_be_visible()
    expect(page.locator("article.result-yes").first).to_be_visible()
    expect(page.locator("article.result-no")).to_have_count(0)
    page.close()


def test_chosen_deposits_are_packed_and_their_chain_of_custody_is_given(
    window: Open, chambers: Chambers, tmp_path: Path
) -> None:
    """In Chinese: what is ticked needs its original; what is not is left out."""
    files = sorted(put_on_matter(chambers.folder, chambers.url).iterdir())
    count = len(files)
    here = window(chambers.url, locale="zh-CN", reduced_motion="reduce")
    chambers.enter(here)
    page = here.go(f"/evidence-package?matter={quote(MATTER)}")
    expect(page.locator("#originals tbody tr")).to_have_count(count)
    button = page.locator("#packing button")
    page.locator("#packing-files").set_input_files(files[:1])
    expect(button).to_be_disabled()
    page.locator("#packing-files").set_input_files(files[1:])
    expect(button).to_be_enabled()
    page.locator("#originals input[type=checkbox]").first.uncheck()
    expect(page.locator("#packing [role=status]")).to_contain_text(f"{count - 1}／{count - 1}")
    assert what_is_wrong(here, "zh-CN") == []
    button.click()
    package = saved(page, tmp_path, READY)
    assert [*faint_in_the_dark(here), *too_wide(here)] == []
    here.shoot("packing-deposits")
    assert len([name for name in unpacked(package.read_bytes()) if name.startswith("data/")]) == (
        count - 1
    )
    assert chambers.checks("verify", package)
    custody = saved(page, tmp_path, '#packing-form button[type="submit"]')
    assert custody.read_bytes().count(b"exhibitNumber") == count - 1
    page.close()


def test_without_script_the_page_says_the_command_and_gives_the_chain(
    window: Open, chambers: Chambers, tmp_path: Path
) -> None:
    """No control that does nothing: the list, the command, and the download by a plain form."""
    here = window(chambers.url, java_script_enabled=False)
    chambers.enter(here)
    page = here.go(f"/pack/justice/{case_of(chambers.folder)}")
    expect(page.locator("noscript code")).to_contain_text("tally justice bundle")
    expect(page.locator("#packing")).to_be_hidden()
    page = here.go("/state/evidence/deposits")
    number = page.locator("tbody a").first.inner_text()
    here.go(f"/evidence-package?deposit={number}")
    custody = saved(page, tmp_path, '#packing-form button[type="submit"]')
    assert custody.read_bytes().count(b"exhibitNumber") == 1
    page.close()
