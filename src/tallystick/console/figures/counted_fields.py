# SPDX-License-Identifier: Apache-2.0
"""What a statistic's cells are called: the fields of the events it counts, and their words."""

from __future__ import annotations

from collections.abc import Mapping

from tallystick.console.ledger import Json, text_in


def counted_fields(contract: Json, declared: Json) -> dict[str, Json]:
    """Return the fields of the events that a statistic counts; a ratio's are its parts'."""
    if declared["kind"] == "ratio":
        parts = contract.get("statistics", [])
        part = next((one for one in parts if one["name"] == declared["numerator"]), None)
        return {} if part is None else counted_fields(contract, part)
    full = f"{contract['name']}.{declared['event']}"
    for event in contract.get("events", []):
        if event["name"] == full:
            return {field["name"]: field for field in event.get("fields", [])}
    return {}


def heading(fields: Mapping[str, Json], name: str, language: str) -> str:
    """Return what a column of a statistic is called."""
    return text_in(fields[name]["label"], language) if name in fields else name


def cell_word(fields: Mapping[str, Json], name: str, value: object, language: str) -> str:
    """Return a cell's value in the reader's words; as it is when it has none."""
    kind = fields[name]["type"] if name in fields else {}
    return text_in(kind.get("choice_labels", {}).get(str(value)), language) or str(value)
