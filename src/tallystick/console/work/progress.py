# SPDX-License-Identifier: Apache-2.0
"""How far a record has come: its states, who moved it, and who may move it on; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tallystick.console.ledger import Json
from tallystick.console.work.standing import Standing, concerns


@dataclass(frozen=True, slots=True)
class Step:
    """A state that a record came to, and by whom."""

    state: str
    transaction: Json
    """As lists show it."""


def steps_of(standing: Standing, timeline: list[Json]) -> list[Step]:
    """Return the states a record went through, oldest first.

    Args:
        standing: of the record's table.
        timeline: transactions, newest first, each with its `change` of the record or None.
    """
    steps: list[Step] = []
    for item in reversed(timeline):
        after = (item["change"] or {}).get("after")
        state = None if after is None else after.get(standing.field)
        if state is not None and (not steps or steps[-1].state != state):
            steps.append(Step(state, item))
    return steps


def movers(row: Json, roles: set[str], members: dict[str, list[Json]]) -> Iterator[dict[str, str]]:
    """Yield who may move a record on: members with one of the roles.

    Those of organisations that the record names go before all others; the others are yielded only
    where the record names nobody who could.
    """
    able = {
        code: [one for one in found if one["active"] and roles & set(one["roles"])]
        for code, found in members.items()
    }
    named = {code: found for code, found in able.items() if found and concerns(row, code)}
    for code, found in (named or able).items():
        for one in found:
            yield {"organization": code, "member": one["id"], "name": one["name"]}
