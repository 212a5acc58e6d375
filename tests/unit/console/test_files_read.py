# SPDX-License-Identifier: Apache-2.0
"""A row of a file says what a filled-in form says."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.console.work.file_columns import columns_of, read_rows
from tallystick.interchange.tables import write_csv, write_xlsx

FORM: list[dict[str, Any]] = [
    {"name": "sum", "widget": "money", "is_required": True},
    {"name": "day", "widget": "date"},
    {"name": "public", "widget": "switch"},
    {
        "name": "kind",
        "widget": "choice",
        "choices": ["A", "B"],
        "choice_labels": {"A": {"zh": "甲", "en": "first"}, "B": {"zh": "乙", "en": "second"}},
    },
    {"name": "names", "widget": "list", "item": {"name": "", "widget": "text"}},
    {
        "name": "guardian",
        "widget": "record",
        "is_nullable": True,
        "fields": [{"name": "name", "widget": "text", "is_required": True}],
    },
    {
        "name": "rows",
        "widget": "list",
        "item": {
            "name": "",
            "widget": "record",
            "fields": [{"name": "amount", "widget": "money", "is_required": True}],
        },
    },
]


def labelled(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return fields with labels."""
    return [
        {
            **one,
            "label": {"zh": f"中{one['name']}", "en": f"The {one['name']}"},
            **({"fields": labelled(one["fields"])} if "fields" in one else {}),
            **({"item": labelled([one["item"]])[0]} if "item" in one else {}),
        }
        for one in fields
    ]


FIELDS = labelled(FORM)
HEADER = ["sum", "day", "public", "kind", "names", "guardian.name", "rows"]
GOOD = ["1,234.50", "2026/11/22", "是", "second", "a; b；c", "李雷", '[{"amount": 100}]']


@pytest.mark.parametrize("write", [write_csv, lambda *given: write_xlsx("x", *given)])
@pytest.mark.parametrize("language", ["path", "zh", "en"])
def test_a_row_becomes_the_arguments_that_it_says(write: Any, language: str) -> None:
    """Under labels of either language or paths, in either kind of file."""
    header = HEADER
    if language != "path":
        header = [one.titles[language] for one in columns_of(FIELDS)]
    (row,) = read_rows(write(header, [GOOD]), FIELDS)
    assert row.flaws == []
    assert row.args == {
        "sum": 123450,
        "day": "2026-11-22",
        "public": True,
        "kind": "B",
        "names": ["a", "b", "c"],
        "guardian": {"name": "李雷"},
        "rows": [{"amount": 100}],
    }


@pytest.mark.parametrize(
    ("place", "cell", "code", "chinese"),
    [
        (0, "", "CELL_REQUIRED", "缺少必填内容"),
        (0, "ten", "E_ARGUMENT", "金额"),
        (1, "22.11.2026", "CELL_NOT_DATE", "不是有效日期"),
        (2, "perhaps", "E_ARGUMENT", "是"),
        (3, "third", "E_ARGUMENT", "格式"),
        (6, "{", "E_ARGUMENT", "JSON"),
        (6, '["x"]', "E_ARGUMENT", "JSON"),
    ],
)
def test_a_wrong_cell_is_named_and_kept(place: int, cell: str, code: str, chinese: str) -> None:
    """With its path and code, in both languages; what stood there stays for the error file."""
    cells = [*GOOD[:place], cell, *GOOD[place + 1 :]]
    (row,) = read_rows(write_csv(HEADER, [cells]), FIELDS)
    assert [(flaw.path, flaw.code) for flaw in row.flaws] == [(HEADER[place], code)]
    assert chinese in row.flaws[0].texts["zh"]
    assert row.cells[place] == cell


def test_an_optional_record_that_is_not_there_is_not_stated() -> None:
    """Its cells are empty, so it is null."""
    (row,) = read_rows(write_csv(HEADER, [[*GOOD[:5], "", ""]]), FIELDS)
    assert (row.args["guardian"], row.args["rows"]) == (None, [])


def test_a_title_that_two_columns_have_stands_for_neither() -> None:
    """Then the paths tell them apart."""
    same = [{**one, "label": {"zh": "同", "en": "same"}} for one in FIELDS[:2]]
    (row,) = read_rows(write_csv(["sum", "day"], [["1", "2026-11-22"]]), same)
    assert row.args == {"sum": 100, "day": "2026-11-22"}
