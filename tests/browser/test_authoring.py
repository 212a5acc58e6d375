# SPDX-License-Identifier: Apache-2.0
"""An author at work: what a save of the contract changes in the console of `tally dev`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tallystick.cli.contract_new import write_contract
from tests.browser.conftest import Open
from tests.networks import free_port
from tests.unit.cli.test_dev import Author

pytestmark = pytest.mark.browser

PLACE = "/do/gear/register"
ARGUMENT = 'title: Annotated[Name, Label(zh="名称", en="Title")]'
MORE = """title: Annotated[Name, Label(zh="名称", en="Title")],
        weight: Annotated[int, Label(zh="重量", en="Weight in grams")],"""


@pytest.fixture
def author(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Author]:
    """Give an author of a new contract whose node serves."""
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    write_contract("gear", tmp_path / "gear")
    with Author(tmp_path / "gear", tmp_path / "data", free_port()) as desk:
        desk.wait_for("save a file and it takes over")
        yield desk


def test_a_new_argument_is_a_new_control_of_the_form(window: Open, author: Author) -> None:
    """Check 29: in both languages after the save; a broken save leaves the form as it was."""
    here = window(author.url)
    page = here.go(PLACE)
    controls = page.locator("#form .card-body").locator("input:not([type=hidden])")
    expect(controls).to_have_count(1)
    author.change("contract.py", ARGUMENT, MORE)
    author.wait_for("reloaded gear v1")
    here.go(PLACE)
    expect(controls).to_have_count(2)
    expect(page.get_by_label("Weight in grams")).to_be_visible()
    here.go(f"{PLACE}?lang=zh")
    expect(page.get_by_label("重量")).to_be_visible()
    assert here.axe() == []
    author.change("contract.py", "class Gear(", "MISSING = NOWHERE\n\n\nclass Gear(")
    author.wait_for("the last good version goes on")
    here.go(PLACE)
    expect(controls).to_have_count(2)
