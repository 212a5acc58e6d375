# SPDX-License-Identifier: Apache-2.0
"""Where records stand, whose turn it is, and what one may do: read from a contract's schema."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from msgspec import to_builtins

from tallystick.console.work.standing import (
    actions_on,
    argument_for,
    concerns,
    due_at,
    may_call,
    said_by,
    standing_of,
    standings_of,
)
from tallystick.contracts import schema_of

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
    assert concerns({"imported_by": f"{BANK}/officer"}, BANK)
    assert not concerns({"imported_by": f"x/{BANK}", "note": f"{BANK}0"}, BANK)


def test_the_nearest_time_is_what_a_record_is_due_at() -> None:
    """Only times that are called so count, and are set; an amount that is due is no time."""
    time = {"kind": "integer", "format": "timestamp-ms"}
    names = ("due", "sue_by", "grace_until", "made_at")
    table = {"fields": [{"name": name, "type": time} for name in names]}
    row = {"due": 5, "sue_by": 3, "grace_until": 0, "made_at": 1}
    assert due_at(table, row) == 3
    assert due_at(table, {**row, "due": None, "sue_by": None}) is None
    owed = {"fields": [{"name": "due", "type": {"kind": "integer", "format": "amount"}}]}
    assert due_at(owed, {"due": 5}) is None


def test_an_argument_that_the_record_says_leads_to_the_form() -> None:
    """A mark of the whole key names the record; one of another field only says an argument."""
    table = {**contract()["tables"][0], "key": ["number"]}
    whole = {"name": "paper", "of": [{"table": "cases", "field": "number"}]}
    part = {"name": "clerk", "of": [{"table": "cases", "field": "clerk"}]}
    other = {"name": "paper", "of": [{"table": "others", "field": "number"}]}
    assert argument_for(table, [whole]) == "paper"
    assert argument_for(table, [part]) is None
    assert argument_for(table, [other]) is None
    assert said_by(table, [whole, part, other]) == [
        ("paper", {"table": "cases", "field": "number"}),
        ("clerk", {"table": "cases", "field": "clerk"}),
    ]


def test_whoever_may_move_a_record_finds_a_form_at_it() -> None:
    """Of all contracts: each move by a role has a method of that role which acts on such records.

    A method that is called as a move, for those who may make it, acts on the moved record, unless
    it is another's that happens to have the word: a withdrawal of money moves no object.
    """
    lost = []
    for entry in entry_points(group="tallystick.contracts"):
        schema = to_builtins(schema_of(entry.load()))
        methods = [one for one in schema["methods"] if one["kind"] == "action"]
        for standing in standings_of(schema):
            for move in standing.workflow["moves"]:
                roles = set(move.get("roles", ()))
                mine = [one for one in methods if set(one.get("roles", ())) & roles]
                acting = [one["name"] for one in mine if acts_on(standing.table, one)]
                is_called_so = any(one["name"] == move["name"] for one in mine)
                named_so = (schema["name"], standing.table["name"], move["name"])
                if roles and (
                    not acting
                    or (
                        is_called_so
                        and move["name"] not in acting
                        and named_so not in OTHER_MEANINGS
                    )
                ):
                    lost.append(named_so)
    assert lost == []


OTHER_MEANINGS = {("custody", "objects", "withdraw")}


def acts_on(table: dict[str, Any], method: dict[str, Any]) -> bool:
    """Tell whether a method acts on the records of a table."""
    arguments = list(method.get("arguments", ()))
    return argument_for(table, arguments) is not None or bool(said_by(table, arguments))
