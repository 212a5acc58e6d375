# SPDX-License-Identifier: Apache-2.0
"""Draws a workflow: states in columns by how far they are from the first, moves as arrows; pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from tallystick.console.ledger import Json

_WIDTH_MIN: Final = 132
_LETTER: Final = 7
"""Width of a Latin letter, about; a Chinese one takes two."""
_HEIGHT: Final = 36
_BETWEEN: Final = 58
_DOWN: Final = 64
_MARGIN: Final = 12
_LOOP: Final = 44
"""How far an arrow that leads back bends below the boxes."""


@dataclass(frozen=True, slots=True)
class Box:
    """A state."""

    state: str
    label: dict[str, str] | None
    x: int
    y: int
    is_first: bool
    width: int
    height: int = _HEIGHT


@dataclass(frozen=True, slots=True)
class Arrow:
    """A move from one state to another."""

    path: str
    """As SVG writes it."""
    label: dict[str, str]


@dataclass(frozen=True, slots=True)
class Diagram:
    """A workflow with places for its states."""

    name: str
    label: dict[str, str]
    moves: list[Json]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int


def state_field(table: Json, workflow: Json) -> str | None:
    """Return the field of a table's records that holds a state of the workflow, if one does."""
    states = list(workflow["states"])
    for field in table["fields"]:
        if list(field["type"].get("choices") or ()) == states:
            return str(field["name"])
    return None


def draw_standing(contract: Json, table: Json, row: Json | None) -> list[tuple[Diagram, str]]:
    """Return the workflows of a table, each with the state in which a record stands."""
    found = [(flow, state_field(table, flow)) for flow in contract.get("workflows", [])]
    return [
        (draw(flow), str(row[name]))
        for flow, name in found
        if name is not None and row is not None and row.get(name) is not None
    ]


def draw(workflow: Json) -> Diagram:
    """Return the diagram of a workflow of a contract's schema."""
    columns = _columns(workflow)
    labels = workflow.get("state_labels", {})
    width = _width([text for label in labels.values() for text in label.values()])
    across = width + _BETWEEN
    boxes = {
        state: Box(
            state,
            labels.get(state),
            _MARGIN + column * across,
            _MARGIN + place * _DOWN,
            is_first=state == workflow["initial"],
            width=width,
        )
        for column, states in enumerate(columns)
        for place, state in enumerate(states)
    }
    arrows = [
        Arrow(_path(boxes[before], boxes[move["after"]]), move["label"])
        for move in workflow["moves"]
        for before in move["before"]
    ]
    tallest = max(len(states) for states in columns)
    return Diagram(
        name=workflow["name"],
        label=workflow["label"],
        moves=workflow["moves"],
        boxes=tuple(boxes.values()),
        arrows=tuple(arrows),
        width=_MARGIN * 2 + (len(columns) - 1) * across + width,
        height=_MARGIN * 2 + (tallest - 1) * _DOWN + _HEIGHT + _LOOP,
    )


def _width(texts: list[str]) -> int:
    """Return how wide boxes must be so that the longest of their texts fits."""
    letters = [sum(1 if one.isascii() else 2 for one in text) for text in texts]
    return max([_WIDTH_MIN, *(count * _LETTER + 2 * _MARGIN for count in letters)])


def _columns(workflow: Json) -> list[list[str]]:
    """Return the states by their distance from the first; those out of reach come last."""
    follows: dict[str, list[str]] = defaultdict(list)
    for move in workflow["moves"]:
        for before in move["before"]:
            follows[before].append(move["after"])
    distance = {workflow["initial"]: 0}
    waiting = [workflow["initial"]]
    for state in waiting:  # grows while it is walked
        for after in follows[state]:
            if after not in distance:
                distance[after] = distance[state] + 1
                waiting.append(after)
    last = max(distance.values()) + 1
    columns: list[list[str]] = [[] for _ in range(last + 1)]
    for state in workflow["states"]:
        columns[distance.get(state, last)].append(state)
    return [states for states in columns if states]


def _path(start: Box, end: Box) -> str:
    if end.x > start.x:
        x1, y1 = start.x + start.width, start.y + start.height // 2
        x2, y2 = end.x, end.y + end.height // 2
        bend = (x2 - x1) // 2
        return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    x1, y1 = start.x + start.width // 2, start.y + start.height
    x2, y2 = end.x + end.width // 2 + (18 if end is start else 0), end.y + end.height
    return f"M{x1} {y1}C{x1} {y1 + _LOOP} {x2} {y2 + _LOOP} {x2} {y2}"
