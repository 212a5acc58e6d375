# SPDX-License-Identifier: Apache-2.0
"""The five systems through forms: every action can be filled in, and whole stories be told."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from tallystick.cli.demo.theatre import found
from tallystick.console.work.entered import IS_SET, Entered, filled
from tallystick.contracts import form_of, schema_of
from tests.console_theatre import ConsoleTheatre, open_console_theatre, unhurried
from tests.unit.console.system_stage import Actor

SYSTEMS: Final = ("charity", "custody", "inventory", "justice", "preservation")


def actions_of(system: str) -> list[dict[str, Any]]:
    """Return the forms of all actions of a system."""
    (point,) = entry_points(group="tallystick.contracts", name=system)
    schema = schema_of(point.load())
    return [
        msgspec.to_builtins(form_of(schema, method))
        for method in schema.methods
        if method.kind == "action"
    ]


def example_of(field: dict[str, Any]) -> Any:
    """Return a value that suits a control; of a pattern nothing general can be said."""
    if field["widget"] == "record":
        return {one["name"]: example_of(one) for one in field["fields"]}
    if field["widget"] == "list":
        return [example_of(field["item"])] * max(1, field.get("size_min", 0))
    return field.get("example") or field.get("default") or "1" * max(1, field.get("size_min", 1))


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_action_of_every_role_has_a_form_that_can_be_filled_in(system: str) -> None:
    """Controls filled with examples are read as those examples; a flaw may only be a pattern's."""
    forms = actions_of(system)
    roles = {role for form in forms for role in form.get("roles", [])}
    assert len(roles) > 3
    for form in forms:
        fields = form.get("fields", [])
        args = {one["name"]: example_of(one) for one in fields}
        entered = Entered(filled(fields, args))
        read = entered.read(fields)
        flawed = {flaw.path for flaw in entered.flaws}
        assert all(flaw.text == "This does not have the right form." for flaw in entered.flaws)
        if not flawed:
            assert read == args, form["method"]


@pytest.mark.slow
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_whole_story_is_told_through_forms(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each member does its whole part in the console; every receipt is verified offline."""
    (point,) = entry_points(group="tallystick.demos", name=system)
    story = point.load()
    unhurried(story, monkeypatch)
    found(tmp_path, story)
    with open_console_theatre(tmp_path, story, ConsoleTheatre) as theatre:
        assert story.tell(theatre)
        assert theatre.count_verified() == len(theatre.receipts) > 10


def test_every_form_with_lists_or_records_is_a_page(actor: Actor) -> None:
    """With one row in each list, so that every control is there."""
    for system in SYSTEMS:
        for form in actions_of(system):
            fields = form.get("fields", [])
            if not {one["widget"] for one in fields} & {"list", "map", "record"}:
                continue
            args = {one["name"]: example_of(one) for one in fields}
            place = f"/do/{system}/{form['method']}"
            page = actor.reader.get(place, params=filled(fields, args))
            assert page.status_code == 200, place
            for name in (one for one in filled(fields, args) if not one.endswith(IS_SET)):
                assert f'name="{name}"' in page.text, (place, name)
