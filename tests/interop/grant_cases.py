# SPDX-License-Identifier: Apache-2.0
"""A campaign's grants of 360Giving for a judge: the spreadsheet and the package that it must be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from tallystick.industries.charity.exports import FILES
from tests.unit.industries.charity.scene import Scene
from tests.unit.industries.charity.test_exports import facts_of, paid_lists

SCHEMA: Final = Path(__file__).parents[1] / "vectors" / "giving360" / "360-giving-schema.json"
LISTS: Final = (7, 5, 2, 3)
"""Payments of each list; the last two are taken together."""
TITLE: Final = '助学 "新未来", 第一期; 2026'
"""With everything that a spreadsheet could take for its own."""
DAY: Final = date(2026, 11, 27)


def grant_files() -> tuple[bytes, bytes]:
    """Return a campaign's grants as a spreadsheet and as a package."""
    scene = Scene()
    campaign = scene.campaign(title=TITLE)
    paid_lists(scene, campaign, *LISTS)
    facts = facts_of(scene, campaign)
    return FILES["360giving-csv"](facts, DAY), FILES["360giving"](facts, DAY)


def altered(spreadsheet: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield copies that say something else, with what was altered."""
    text = spreadsheet.decode("utf-8-sig")
    rows = text.splitlines(keepends=True)
    for what, found in (
        ("amount", text.replace("70.07", "70.08", 1)),
        ("currency", text.replace(",CNY,", ",EUR,", 1)),
        ("day", text.replace("2026-09-21", "2026-09-22", 1)),
        ("recipients", text.replace("7 individual", "8 individual", 1)),
        ("title of a column", text.replace("Amount Awarded", "Amount", 1)),
        ("columns of two titles", text.replace("Funding Org:Name", "Recipient Ind:Name", 1)),
        ("row left out", "".join(rows[:-1])),
        ("row twice", text + rows[-1]),
    ):
        if found == text:
            raise ValueError(f"{what}: nothing was altered")
        yield what, found.encode("utf-8-sig")
