# SPDX-License-Identifier: Apache-2.0
"""What is entered into a form becomes the arguments it stands for, or a flaw at its control."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tallystick.console.work.calling import without_row
from tallystick.console.work.entered import Entered, filled

LABEL = {"zh": "项", "en": "field"}


def field(widget: str, name: str = "x", **more: Any) -> dict[str, Any]:
    """Return a field of a form."""
    return {"name": name, "label": LABEL, "widget": widget, "is_required": True, **more}


WHOLE = st.integers(min_value=0, max_value=2**53)
ROWS = st.fixed_dictionaries({"amount": WHOLE, "fund": st.text("abc", min_size=1)})
FORM = [
    field("money", "sum"),
    field("number", "count"),
    field("switch", "public"),
    field("date", "day"),
    field("time", "moment"),
    field("map", "shares", item=field("number", "")),
    field(
        "list",
        "rows",
        item=field("record", "", fields=[field("money", "amount"), field("text", "fund")]),
    ),
]
ARGUMENTS = st.fixed_dictionaries(
    {
        "sum": WHOLE,
        "count": WHOLE,
        "public": st.booleans(),
        "day": st.dates().map(str),
        "moment": st.integers(0, 4_000_000_000_000),
        "shares": st.dictionaries(st.text("abc", min_size=1), WHOLE, max_size=3),
        "rows": st.lists(ROWS, max_size=5),
    }
)


@given(ARGUMENTS)
def test_a_form_that_was_filled_in_gives_back_what_filled_it(arguments: dict[str, Any]) -> None:
    """Filling controls from arguments and reading them again changes nothing."""
    entered = Entered(filled(FORM, arguments))
    assert entered.read(FORM) == arguments
    assert entered.flaws == []


@given(ARGUMENTS, st.data())
def test_a_removed_row_is_gone_and_the_others_stay_in_order(
    arguments: dict[str, Any], data: st.DataObject
) -> None:
    """Taking a row out of the controls takes it out of the arguments, and nothing else."""
    rows = arguments["rows"]
    assume(rows)
    place = data.draw(st.integers(0, len(rows) - 1))
    left = Entered(without_row(filled(FORM, arguments), f"rows.{place}")).read(FORM)
    assert left == {**arguments, "rows": rows[:place] + rows[place + 1 :]}


@pytest.mark.parametrize(
    ("one", "text", "read"),
    [
        (field("money"), "1,234.50", 123450),
        (field("money"), "￥1"[1:], 100),
        (field("money"), "¥ 12", 1200),
        (field("money"), "１２．３", 1230),
        (field("number"), "1 000", 1000),
        (field("choice", choices=[1, 2]), "2", 2),
        (field("time"), "2026-11-22T08:30", 1_795_307_400_000),
        (field("time"), "2026-11-22T00:30+00:00", 1_795_307_400_000),
    ],
)
def test_people_write_numbers_in_their_way(one: dict[str, Any], text: str, read: object) -> None:
    """Grouped, full-width and local forms are read; times without a zone are Beijing's."""
    assert Entered({"x": text}).read([one]) == {"x": read}


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (field("money"), "1.005"),
        (field("money"), "ten"),
        (field("money"), "NaN"),
        (field("money", minimum=1), "0"),
        (field("number"), "1.5"),
        (field("number", maximum=5), "6"),
        (field("time"), "tomorrow"),
        (field("text"), "  "),
        (field("text", size_min=3), "ab"),
        (field("text", size_max=1), "ab"),
        (field("text", pattern="^[0-9]+$"), "ab"),
        (field("choice", choices=["a", "b"]), "c"),
    ],
)
def test_what_cannot_be_read_is_a_flaw_at_its_control(one: dict[str, Any], text: str) -> None:
    """A wrong value is named with its control and a code, and gives no argument."""
    entered = Entered({"x": text})
    assert entered.read([one]) == {}
    assert [(flaw.path, flaw.code) for flaw in entered.flaws] == [("x", "E_ARGUMENT")]


def test_not_set_differs_from_empty() -> None:
    """An optional record is null until it is stated, and then complete."""
    record = field("record", is_required=False, is_nullable=True, fields=[field("text", "a")])
    assert Entered({"x.a": "1"}).read([record]) == {"x": None}
    assert Entered({"x.a": "1", "x.?": "yes"}).read([record]) == {"x": {"a": "1"}}
    optional = field("text", is_required=False)
    assert Entered({"x": ""}).read([optional]) == {}


@pytest.mark.parametrize("row", ["rows", "rows.9", "rows.x", "", "other.0"])
def test_a_row_that_is_not_there_is_not_removed(row: str) -> None:
    """Nonsense in the button's value changes nothing."""
    values = {"rows.#": "1", "rows.0": "a"}
    assert without_row(values, row) == values


def test_a_list_is_bounded() -> None:
    """A form that claims a million rows is read as far as a form may go."""
    assert Entered({"x.#": "1000000"}).count("x") == 200
    assert Entered({"x.#": "-1"}).count("x") == 0
