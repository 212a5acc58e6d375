# SPDX-License-Identifier: Apache-2.0
"""Where records stand, whose turn it is, and what one may do: read from a contract's schema."""

from __future__ import annotations

from typing import Any

from tallystick.console.work.standing import (
    actions_on,
    argument_for,
    concerns,
    due_at,
    may_call,
    standing_of,
    standings_of,
)

LABEL = {"zh": "案", "en": "case"}
BANK = "91350100M000100Y43"


def contract() -> dict[str, Any]:
    """Return a contract with one table of cases that go from OPEN over SENT to DONE."""
    states = ["OPEN", "SENT", "DONE"]
    text = {"kind": "text"}
    return {
        "name": "post",
        "methods": [
            {
                "name": "send",
                "kind": "action",
                "roles": ["post.clerk"],
                "arguments": [{"name": "letter_case", "type": text}],
            },
            {"name": "show", "kind": "query", "arguments": [{"name": "letter_case", "type": text}]},
            {"name": "tick", "kind": "action", "arguments": []},
        ],
        "tables": [
            {
                "name": "cases",
                "record": "LetterCase",
                "label": LABEL,
                "fields": [
                    {"name": "state", "type": {"kind": "choice", "choices": states}},
                    {"name": "kind", "type": {"kind": "choice", "choices": ["a", "b"]}},
                ],
            },
            {"name": "others", "record": "Other", "label": LABEL, "fields": []},
        ],
        "workflows": [
            {
                "name": "flow",
                "label": LABEL,
                "states": states,
                "initial": "OPEN",
                "moves": [
                    {
                        "name": "send",
                        "label": LABEL,
                        "before": ["OPEN"],
                        "after": "SENT",
                        "roles": ["post.clerk"],
                    },
                    {"name": "arrive", "label": LABEL, "before": ["SENT"], "after": "DONE"},
                ],
            }
        ],
    }


CLERK = frozenset({"post.clerk"})
OTHER = frozenset({"post.other"})


def test_a_table_has_the_workflow_whose_states_it_holds() -> None:
    """Other choices, and tables without a state, have none."""
    found = standings_of(contract())
    assert [(one.table["name"], one.field) for one in found] == [("cases", "state")]
    assert standing_of(contract(), "others") is None


def test_a_state_waits_for_those_who_may_move_it_on() -> None:
    """What the contract does by itself waits for nobody."""
    standing = standing_of(contract(), "cases")
    assert standing is not None
    assert standing.waiting_states(CLERK) == ["OPEN"]
    assert standing.waiting_states(OTHER) == []
    assert [move["name"] for move in standing.next_moves("SENT")] == ["arrive"]
    assert standing.next_moves("DONE") == []


def test_actions_on_a_record_are_those_that_name_it_and_are_mine() -> None:
    """Queries, actions of other roles, and actions on other things are left out."""
    table = contract()["tables"][0]
    assert argument_for(table, [{"name": "letter_case"}]) == "letter_case"
    assert argument_for(table, [{"name": "case"}]) == "case"
    assert argument_for(table, [{"name": "paper"}]) is None
    assert [one["name"] for one, _ in actions_on(contract(), table, CLERK)] == ["send"]
    assert actions_on(contract(), table, OTHER) == []
    assert may_call(contract()["methods"][2], frozenset())


def test_a_record_concerns_whoever_it_names_anywhere() -> None:
    """Organisations are found in lists and in records inside the record."""
    assert concerns({"parties": [{"organization": BANK}]}, BANK)
    assert not concerns({"parties": [{"organization": "x"}], "n": 1}, BANK)


def test_the_nearest_time_is_what_a_record_is_due_at() -> None:
    """Only times that are called so count."""
    assert due_at({"due": 5, "deadline": 3, "made_at": 1}) == 3
    assert due_at({"made_at": 1, "due": "tomorrow"}) is None
