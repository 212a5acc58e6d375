# SPDX-License-Identifier: Apache-2.0
"""A statistic's columns and cells are called as the events it counts call their fields."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tallystick.console.figures.counted_fields import cell_word, counted_fields, heading
from tallystick.contracts import schema_of
from tallystick.industries.justice import Justice

CONTRACT: dict[str, Any] = msgspec.to_builtins(schema_of(Justice))


def declared(name: str) -> dict[str, Any]:
    """Return a statistic of the contract."""
    return next(one for one in CONTRACT["statistics"] if one["name"] == name)


def test_a_cell_is_read_in_words() -> None:
    """The column by its field's label, a choice by its word, anything else as it is."""
    fields = counted_fields(CONTRACT, declared("items_checked"))
    assert heading(fields, "verdict", "zh") == "核验结论"
    assert cell_word(fields, "verdict", "CONSISTENT", "zh") == "一致"
    assert cell_word(fields, "verdict", "CONSISTENT", "en") == "consistent"
    assert cell_word(fields, "platform", "ACME", "zh") == "ACME"
    assert (heading({}, "verdict", "zh"), cell_word({}, "verdict", 7, "zh")) == ("verdict", "7")


@pytest.mark.parametrize("name", [one["name"] for one in CONTRACT["statistics"]])
def test_every_statistic_knows_the_fields_of_its_cells(name: str) -> None:
    """A ratio's cells are those of its parts."""
    fields = counted_fields(CONTRACT, declared(name))
    assert set(declared(name).get("by", [])) <= set(fields) | {"organization"}


def test_a_statistic_of_what_is_gone_has_no_words() -> None:
    """Its part or its event may be of another version; its numbers are shown all the same."""
    gone = {"kind": "ratio", "numerator": "gone"}
    assert counted_fields(CONTRACT, gone) == {}
    assert counted_fields(CONTRACT, {"kind": "count", "event": "Gone"}) == {}
