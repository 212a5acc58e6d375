# SPDX-License-Identifier: Apache-2.0
"""Answers as text: tables for people, tabs for pipes, one document for programs."""

from __future__ import annotations

import json

import pytest

from tallystick.cli.answers import Document, Line, Listing, Mark, Report, Section, Sheet
from tallystick.cli.render import cell, local_time, render, visible
from tallystick.cli.stage import Stage, set_stage
from tallystick.errors import UsageError

LISTING = Listing(
    (
        {"id": "EV-1", "title": "采购合同", "size": 3, "collector": {"device": "cam"}},
        {"id": "EV-2", "title": "a\tb\nc", "size": None, "collector": None},
    ),
    ("id", "title"),
)
SHEET = Sheet(
    {"id": "EV-1", "time": "2026-11-22T00:30:04.000Z", "roles": ["a", "b"]}, ("id", "time")
)
REPORT = Report(
    (
        Section(
            Mark.FAILED,
            "NO MATCH",
            (
                Line(Mark.OK, "format", "fine"),
                Line(Mark.FAILED, "hash", "differs", "use the original"),
                Line(Mark.SKIPPED, "time", "not checked"),
            ),
            ("read this",),
        ),
    ),
    {"ok": False},
)


def on_terminal(color: bool = False) -> None:
    """Let the answer go to a terminal."""
    set_stage(Stage(answer_is_terminal=True, answer_color=color))


def as_json() -> None:
    """Let the answer be JSON."""
    set_stage(Stage(as_json=True))


def test_a_piped_listing_is_tab_separated_and_whole() -> None:
    """One line for each row whatever the cells hold; nothing is cut."""
    assert render(LISTING) == "EV-1\t采购合同\nEV-2\ta\\tb\\nc\n"
    assert render(LISTING, "size,id,collector.device") == "3\tEV-1\tcam\n\tEV-2\t\n"


def test_a_column_that_no_row_has_is_empty() -> None:
    """A batch in which nothing failed has no reasons to show."""
    listing = Listing(({"path": "a.txt", "status": "deposited"},), ("path", "status", "reason"))
    assert render(listing) == "a.txt\tdeposited\t\n"


def test_a_listing_on_a_terminal_is_a_table_with_headings() -> None:
    """People see headings in their language, columns aligned for wide characters."""
    on_terminal()
    lines = render(LISTING, width=60).splitlines()
    assert lines[0].split() == ["id", "title"]
    assert "采购合同" in lines[2]
    assert "\x1b" not in "".join(lines)


def test_a_long_cell_is_cut_on_a_terminal_only() -> None:
    """A table keeps its width; the pipe gets everything."""
    long = Listing(({"id": "x" * 200},), ("id",))
    on_terminal()
    assert "…" in render(long, width=40)
    set_stage(Stage())
    assert render(long) == "x" * 200 + "\n"


def test_an_empty_listing_is_an_empty_list_and_a_sentence() -> None:
    """Nothing found is an answer: [] for programs, nothing for pipes, words for people."""
    empty = Listing((), ("id",))
    assert render(empty) == ""
    on_terminal()
    assert render(empty) == "Nothing found.\n"
    as_json()
    assert json.loads(render(empty)) == []


def test_an_unknown_field_is_refused_with_the_nearest_one() -> None:
    """`--fields` never silently gives nothing."""
    with pytest.raises(UsageError) as caught:
        render(LISTING, "titl")
    assert caught.value.hint == "Did you mean title?"


def test_fields_choose_keys_of_json_too() -> None:
    """The same names work for tables and programs."""
    as_json()
    assert json.loads(render(LISTING, "id"))[0] == {"id": "EV-1"}
    assert json.loads(render(SHEET, "id")) == {"id": "EV-1"}
    assert json.loads(render(SHEET))["roles"] == ["a", "b"]


def test_a_sheet_is_name_and_value_on_each_line() -> None:
    """Piped, the times stay as programs read them."""
    assert render(SHEET) == "id\tEV-1\ntime\t2026-11-22T00:30:04.000Z\n"
    assert render(SHEET, "id,roles") == 'EV-1\t["a","b"]\n'


def test_a_sheet_on_a_terminal_shows_local_time_and_plain_lists() -> None:
    """People read times with their own offset."""
    on_terminal()
    shown = render(SHEET, "time,roles", width=80)
    assert "a, b" in shown
    assert local_time("2026-11-22T00:30:04Z") in shown


def test_a_report_lists_checks_and_ends_with_its_verdict() -> None:
    """Piped: mark, name, evidence; the verdict last."""
    lines = render(REPORT).splitlines()
    assert lines[1] == "failed\thash\tdiffers"
    assert lines[-1] == "failed\tresult\tNO MATCH"


def test_a_report_on_a_terminal_has_signs_advice_and_remarks() -> None:
    """A status is never only a colour."""
    on_terminal()
    shown = render(REPORT, width=80)
    assert "✖ NO MATCH" in shown
    assert "→ use the original" in shown
    assert shown.rstrip().endswith("read this")
    on_terminal(color=True)
    assert "\x1b[" in render(REPORT, width=80)
    as_json()
    assert json.loads(render(REPORT)) == {"ok": False}


def test_a_document_is_printed_as_it_is() -> None:
    """Scripts and keys are not reformatted; JSON stays JSON."""
    assert render(Document("a\nb\n")) == "a\nb\n"
    as_json()
    assert json.loads(render(Document('{"a": 1}'))) == {"a": 1}
    assert json.loads(render(Document("plain"))) == {"text": "plain"}


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\u202egnp", "\x07", "\x9b31m", "\u2066x"])
def test_text_from_strangers_cannot_steer_the_terminal(hostile: str) -> None:
    """Escape sequences and direction overrides are shown, not obeyed."""
    on_terminal()
    for shown in (
        visible(hostile),
        render(Listing(({"id": hostile},), ("id",)), width=60),
        render(Sheet({"id": hostile}), width=60),
        render(Report((Section(Mark.OK, hostile, (Line(Mark.OK, hostile, hostile),)),)), width=60),
    ):
        assert not set(shown) & set("\x1b\u202e\x07\x9b\u2066")


def test_cells_show_plain_values_plainly() -> None:
    """Booleans and numbers read as in JSON; nested values are compact JSON."""
    assert [cell(value) for value in (None, True, False, 3, 1.5)] == [
        "",
        "true",
        "false",
        "3",
        "1.5",
    ]
    assert cell({"a": ["文", "\x1b"]}) == '{"a":["文","\\u001b"]}'
