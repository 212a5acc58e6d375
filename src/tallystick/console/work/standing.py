# SPDX-License-Identifier: Apache-2.0
"""Where a record stands in its workflow, and what somebody may do with it; pure.

A table belongs to a workflow when its field of states has that workflow's states. A method acts on
a record when one of its arguments is called as the record or its table is: `agreement` for an
`Agreement`; or when the contract says that the record says an argument (its `of`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tallystick.console.days import DUE
from tallystick.console.diagram import state_field
from tallystick.console.ledger import Json

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Standing:
    """The states of a table's records."""

    table: Json
    workflow: Json
    field: str
    """Of the record, that holds the state."""

    @property
    def labels(self) -> dict[str, dict[str, str]]:
        """What the states are called."""
        return dict(self.workflow.get("state_labels", {}))

    def next_moves(self, state: str, roles: frozenset[str] | None = None) -> list[Json]:
        """Return the moves that lead on from a state: all of them, or those of some roles."""
        return [
            move
            for move in self.workflow["moves"]
            if state in move["before"] and (roles is None or roles & set(move.get("roles", [])))
        ]

    def waiting_states(self, roles: frozenset[str]) -> list[str]:
        """Return the states in which somebody of these roles is to act, in the workflow's order."""
        return [state for state in self.workflow["states"] if self.next_moves(state, roles)]


def standings_of(contract: Json) -> list[Standing]:
    """Return the tables of a contract that have a workflow."""
    return [
        Standing(table, workflow, name)
        for table in contract.get("tables", [])
        for workflow in contract.get("workflows", [])
        if (name := state_field(table, workflow)) is not None
    ]


def standing_of(contract: Json, table: str) -> Standing | None:
    """Return the workflow of one table, if it has one."""
    return next((one for one in standings_of(contract) if one.table["name"] == table), None)


def actions_on(contract: Json, table: Json, roles: frozenset[str]) -> list[tuple[Json, str]]:
    """Return what somebody may do with a record: methods, and the argument that names it."""
    return [
        (method, name)
        for method in contract["methods"]
        if method["kind"] == "action" and may_call(method, roles)
        for name in [argument_for(table, method.get("arguments", []))]
        if name is not None
    ]


def argument_for(table: Json, arguments: list[Json]) -> str | None:
    """Return the argument that names a record of a table by its whole key, if there is one."""
    stated = {one["name"] for one in arguments}
    called = next((name for name in names_of(table) if name in stated), None)
    if called is not None:
        return called
    whole = (
        name
        for name, said in said_by(table, arguments)
        if [said.get("field")] == list(table["key"]) and not said.get("found_in")
    )
    return next(whole, None)


def said_by(table: Json, arguments: list[Json]) -> list[tuple[str, Json]]:
    """Return the arguments that a record of a table says, each with where it is found."""
    return [
        (one["name"], said)
        for one in arguments
        for said in one.get("of", ())
        if said["table"] == table["name"]
    ]


def may_call(method: Json, roles: frozenset[str]) -> bool:
    """Tell whether somebody of these roles may call a method; one without roles is everybody's."""
    needed = set(method.get("roles", []))
    return not needed or bool(needed & roles)


def names_of(table: Json) -> tuple[str, str]:
    """Return what methods call a record of a table: `loss_claim` or `claim` for claims."""
    return _WORD.sub("_", table["record"]).lower(), table["name"].removesuffix("s")


def concerns(row: Json, organization: str) -> bool:
    """Tell whether a record names an organisation anywhere in it, or a person of it.

    Contracts write a person as `organization/member`.
    """
    if isinstance(row, dict):
        return any(concerns(value, organization) for value in row.values())
    if isinstance(row, list):
        return any(concerns(value, organization) for value in row)
    return isinstance(row, str) and (row == organization or row.startswith(f"{organization}/"))


def due_at(table: Json, row: Json) -> int | None:
    """Return when a record is due, if it says so: the nearest of its times with such a name.

    A time of 0 is one that is not set yet.
    """
    times = [
        row[field["name"]]
        for field in table["fields"]
        if field["name"] in DUE and field["type"].get("format") == "timestamp-ms"
    ]
    return min((time for time in times if time), default=None)
