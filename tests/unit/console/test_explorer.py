# SPDX-License-Identifier: Apache-2.0
"""The explorer shows every kind of thing that a ledger has, and links them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.console.diagram import draw
from tests.factories import COURT
from tests.unit.console.conftest import Reader


def test_a_block_leads_to_its_transactions_and_they_to_their_records(reader: Reader) -> None:
    """From a block over a transaction and its contract to the table, every link answers."""
    item = reader.get("/t.json").json()["transactions"]["items"][0]
    for path in (
        f"/b/{item['height']}",
        f"/t/{item['id']}",
        f"/t/{item['id']}/receipt",
        f"/o/{item['organization']}",
        f"/c/{item['contract']}",
        f"/state/{item['contract']}/deposits",
    ):
        assert reader.get(path).status_code == 200, path


def test_a_list_is_filtered_by_its_address(reader: Reader) -> None:
    """Filters stand in the address, and an empty answer says that it is empty."""
    mine = reader.get("/t.json", params={"organization": COURT}).json()["transactions"]["items"]
    assert mine
    assert {one["organization"] for one in mine} == {COURT}
    assert "empty-title" in reader.get("/t", params={"contract": "nothing"}).text
    assert "empty-title" in reader.get("/state/evidence/deposits", params={"kind": "audio"}).text


def test_a_table_that_is_not_there_is_said_so(reader: Reader) -> None:
    """A contract without such a table answers 404."""
    assert reader.get("/state/evidence/nothing").status_code == 404


STATES = st.lists(st.sampled_from("ABCDEFG"), min_size=1, max_size=7, unique=True)


@st.composite
def workflows(draw_from: st.DrawFn) -> dict[str, Any]:
    """Return a workflow of any shape, loops and islands too."""
    states = draw_from(STATES)
    moves = draw_from(
        st.lists(
            st.fixed_dictionaries(
                {
                    "name": st.just("move"),
                    "label": st.just({"zh": "流转", "en": "move"}),
                    "before": st.lists(st.sampled_from(states), min_size=1, max_size=3),
                    "after": st.sampled_from(states),
                }
            ),
            max_size=8,
        )
    )
    label = {"zh": "流程", "en": "flow"}
    return {
        "name": "flow",
        "label": label,
        "states": states,
        "initial": states[0],
        "moves": moves,
    }


@given(workflows())
def test_a_diagram_has_a_place_of_its_own_for_each_state(workflow: dict[str, Any]) -> None:
    """No state is lost, none covers another, and all lie inside the frame."""
    drawn = draw(workflow)
    assert sorted(box.state for box in drawn.boxes) == sorted(workflow["states"])
    assert len({(box.x, box.y) for box in drawn.boxes}) == len(drawn.boxes)
    assert all(box.x + box.width <= drawn.width for box in drawn.boxes)
    assert all(box.y + box.height <= drawn.height for box in drawn.boxes)


@pytest.mark.parametrize("path", ["/", "/explorer", "/b", "/t", "/o", "/c", "/v", "/c/evidence"])
def test_a_chinese_page_has_no_english_sentence(reader: Reader, path: str) -> None:
    """What a reader sees on a Chinese page is Chinese, apart from names and codes."""
    page = reader.get(path, params={"lang": "zh"}).text
    for english in ("Overview", "Latest", "Transactions", "Choose files", "Sign in", "Search"):
        assert english not in page


def test_choices_are_read_as_words_and_asked_for_as_they_are(reader: Reader) -> None:
    """A list's choices and a record's values are words; the filter's value is the ledger's."""
    page = reader.get("/state/evidence/deposits", params={"lang": "zh"}).text
    assert re.search(r'<option value="web_page">\s*网页\s*</option>', page)
    assert re.search(r'<span class="badge bg-blue-lt" title="document">\s*文件\s*</span>', page)
    form = reader.get("/do/evidence/deposit", params={"lang": "zh"}).text
    assert re.search(r'<option value="system">\s*系统自动采集\s*</option>', form)


def test_boxes_are_as_wide_as_their_words() -> None:
    """A state's long name stays inside its box."""
    label = {"zh": "已解除并注销登记", "en": "discharged, registration cancelled"}
    flow = {"name": "f", "label": label, "states": ["A"], "initial": "A", "moves": []}
    assert draw(flow).boxes[0].width < draw({**flow, "state_labels": {"A": label}}).boxes[0].width
