# SPDX-License-Identifier: Apache-2.0
"""Each system from its first form to a verified certificate, in a real browser, in both languages.

The first act of every member is done by hand: typed, previewed, confirmed, one in English and the
next in Chinese. What follows goes through the same forms without the screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tallystick.cli.export_verbs import kinds_of
from tallystick.console.work.entered import COUNT, IS_SET, filled
from tallystick.contracts import ExtractTakeAway, digest_of
from tallystick.industries.preservation import demo_cast as preservation
from tests.browser.acting import act_as
from tests.browser.conftest import Open
from tests.browser.watching import Watched
from tests.console_theatre import (
    ConsoleTheatre,
    found_with_seal,
    open_console_theatre,
    unhurried,
)

pytestmark = pytest.mark.browser

SYSTEMS: Final = ("charity", "custody", "inventory", "justice", "preservation")
LOCALES: Final = ("en-GB", "zh-CN")
ROWS_BY_HAND: Final = 3
NOT_BY_HAND: Final = frozenset({"inventory.bank-officer", "justice.bank", "justice.court-node"})
"""The other bank's officer only looks; no debtor here lets a bank debit an account; what a court's
node says of each exhibit is a longer list than is filled in by hand."""


class Stage(ConsoleTheatre):
    """A story of which every member is seen on the screen, each once."""

    windows: Sequence[Watched] = ()
    certified: tuple[str, str, str]
    """Who last took an extract away, which kind, and the page of its case."""

    @cached_property
    def seen(self) -> set[str]:
        """Return who has acted on the screen, which grows."""
        return set()

    def act(self, member: str, method: str, **arguments: Any) -> Any:
        """Do a member's first act by hand."""
        place, fields = self.form_of(method)
        controls = filled(fields, arguments)
        seen = self.seen
        rows = [int(text) for path, text in controls.items() if path.endswith(COUNT)]
        if member in seen or max(rows, default=0) > ROWS_BY_HAND:
            return super().act(member, method, **arguments)
        seen.add(member)
        window = self.windows[len(seen) % len(self.windows)]
        self.enter(window, member)
        window.page.goto(f"{window.base}{place}")
        fill(window.page, controls)
        window.page.locator("#form .card-footer button").first.click()
        sign = window.page.locator('form[action^="/sign/"] button')
        sign.wait_for()
        window.shoot(f"story-{self.contract}-{len(seen):02d}-{method}-preview")
        sign.click()
        link = window.page.locator('main a[href^="/t/"]').first
        name = str(link.get_attribute("href")).rpartition("/")[2]
        return self.note(member, self.client.get(f"/t/{name}.json").json()["transaction"])

    def take_away(self, member: str, kind: str, subject: str) -> Mapping[str, Any]:
        """Take a file away as the story does, and remember what can be certified."""
        offered = kinds_of(self.contract).get(kind)  # or it is another contract's: with a dot
        if isinstance(offered, ExtractTakeAway):
            self.certified = member, kind, f"/case/{self.contract}/{offered.table}/{subject}"
        return super().take_away(member, kind, subject)

    def certificate(self, window: Watched) -> Path:
        """Get the sealed certificate of the last extract by its link on the page of the case."""
        member, kind, case = self.certified
        self.enter(window, member)
        page = window.go(case)
        with page.expect_download() as download:
            page.locator(f'a[href^="/certificate/{self.contract}/{kind}/"]').click()
        path = self.folder / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def enter(self, window: Watched, member: str) -> None:
        """Be somebody in a window of the browser."""
        act_as(window, self.organization_of(member), member)


def complete(stage: Stage, told: Mapping[str, Any]) -> None:
    """Let those act who have no part in the story that is told to newcomers."""
    if stage.contract == "charity":
        stage.act("auditor-lin", "disclose", campaign=told["campaign"])
    elif stage.contract == "inventory":
        stage.act("rules-qin", "change_parameters", parameters={"price_age_s": 172_800})
    elif stage.contract == "justice":
        (fact, *_) = stage.client.get("/state/justice/credits.json").json()["rows"]["items"]
        stage.act("credit-tang", "note_credit", credit=fact["id"])
    elif stage.contract == "preservation":
        stage.act(
            "lawyer-jiang",
            "file_application",
            court=preservation.COURT,
            is_pre_suit=True,
            amount=1_000_000,
            applicant_party=digest_of("party", "a client"),
            respondent_party=digest_of("party", "another"),
            payee=digest_of("payee", "a client"),
        )


def fill(page: Page, controls: Mapping[str, str]) -> None:
    """Fill a form in as a person does: lists row by row, then every control."""
    for path, text in controls.items():
        if path.endswith(f".{COUNT}"):
            listed = path.removesuffix(f".{COUNT}")
            for _ in range(int(text) - int(page.locator(f'[name="{path}"]').input_value())):
                page.locator(f'button[name="add-row"][value="{listed}"]').click()
    for path, text in controls.items():
        control = page.locator(f'[name="{path}"]')
        kind = control.first.get_attribute("type") if control.count() else "hidden"
        if kind == "hidden":
            continue
        if kind == "radio":
            page.locator(f'[name="{path}"][value="{text}"]').check()
        elif kind == "checkbox" or path.endswith(IS_SET):
            control.set_checked(text == "yes")
        elif control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(text)
        else:
            control.fill(text)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_from_its_first_form_to_a_verified_certificate(
    window: Open, system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As every role; the sealed certificate of the outcome is dropped on the portal: good."""
    (point,) = entry_points(group="tallystick.demos", name=system)
    story = point.load()
    unhurried(story, monkeypatch)
    found_with_seal(tmp_path, story)
    with open_console_theatre(tmp_path, story, Stage) as stage:
        base = str(stage.client.base_url).rstrip("/")
        stage.windows = [window(base, locale=locale) for locale in LOCALES]
        complete(stage, story.tell(stage))
        silent = {one.role for one in story.parts() if one.member not in stage.seen}
        assert silent <= NOT_BY_HAND
        stage.count_verified()
        certificate = stage.certificate(stage.windows[0])
        for locale, here in zip(LOCALES, stage.windows, strict=True):
            page = here.go("/v")
            page.locator("#files").set_input_files([certificate, stage.receipts[-1]])
            expect(page.locator("article.result")).to_have_count(2)
            here.shoot(f"story-{system}-verified-{locale}")
            expect(page.locator("article.result-yes")).to_have_count(2)
            page.close()  # before the server ends, which would be a fault of the page
