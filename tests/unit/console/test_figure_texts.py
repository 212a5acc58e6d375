# SPDX-License-Identifier: Apache-2.0
"""A figure is read in the unit that people know: yuan, per cent, days."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tallystick.console.figures.figure_texts import figure_text, unit_text
from tallystick.console.visit import Visit

FIELDS = {
    "amount": {"name": "amount", "type": {"kind": "integer", "format": "amount"}},
    "cases": {"name": "cases", "type": {"kind": "integer"}},
}


class Speaker:
    """Says everything in capitals, as a reader's language would say it otherwise."""

    def say(self, text: str) -> str:
        """Return the text."""
        return text.upper()


VISIT = cast("Visit", Speaker())


@pytest.mark.parametrize(
    ("declared", "value", "said"),
    [
        ({"kind": "sum", "value": "amount"}, 489_600, "4,896.00"),
        ({"kind": "maximum", "value": "amount"}, 5, "0.05"),
        ({"kind": "histogram", "value": "amount"}, 1_200, "1,200"),
        ({"kind": "sum", "value": "cases"}, 12_000, "12,000"),
        ({"kind": "count"}, 0, "0"),
        ({"kind": "ratio", "per": 10_000}, 8_512, "85.12 %"),
        ({"kind": "ratio"}, 7_272, "72.72 %"),
        ({"kind": "ratio", "per": 1}, 3, "3"),
        ({"kind": "gauge", "value": "amount"}, None, "—"),
    ],
)
def test_a_figure_is_said_in_its_unit(declared: Any, value: int | None, said: str) -> None:
    """Money and shares are not read as whole numbers; what counts stays a count."""
    cell = {"hidden": None, "shown": str(value), "value": value}
    assert figure_text(VISIT, FIELDS, declared, cell) == said


def test_what_is_hidden_is_said_in_the_readers_language() -> None:
    """A small one says how small; one that would give another away, only that it is withheld."""
    small = {"hidden": "small", "shown": "<5", "value": None}
    withheld = {"hidden": "withheld", "shown": "withheld", "value": None}
    assert figure_text(VISIT, FIELDS, {"kind": "count"}, small) == "<5"
    assert figure_text(VISIT, FIELDS, {"kind": "count"}, withheld) == "WITHHELD"


def test_a_duration_names_its_unit_and_other_figures_none() -> None:
    """In words of the reader."""
    assert unit_text(VISIT, "day") == "DAYS"
    assert unit_text(VISIT, None) == ""
