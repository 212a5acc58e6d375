# SPDX-License-Identifier: Apache-2.0
"""Everybody in the demonstration: the people of evidence, and those of every industry's story."""

from __future__ import annotations

from importlib.metadata import entry_points
from types import ModuleType
from typing import Final

from tallystick.cli.demo.consortium import CONSORTIUM, Cast, Person
from tallystick.model import Member, Name, Organization

STORIES: Final = "tallystick.demos"
"""Entry points of stories."""


def stories() -> dict[str, ModuleType]:
    """Return the story of every installed industry, by name."""
    found = sorted(entry_points(group=STORIES), key=lambda one: one.name)
    return {one.name: one.load() for one in found}


def whole_cast() -> Cast:
    """Return everybody; an organisation in two stories is one, under its first name."""
    organizations = {one.id: one for one in CONSORTIUM.organizations}
    people = list(CONSORTIUM.people)
    for name, story in stories().items():
        for part in story.parts():
            shown = Name(zh=part.organization.zh, en=part.organization.en)
            organizations.setdefault(part.code, Organization(id=part.code, name=shown))
            member = Member(
                organization=part.code,
                id=part.member,
                name=Name(zh=part.name.zh, en=part.name.en),
                roles=(part.role,),
            )
            people.append(Person(key_name(name, part.member), member))
    return Cast(tuple(organizations.values()), tuple(people))


def key_name(story: str, member: str) -> str:
    """Return the name in the key store of somebody who plays in a story."""
    return f"{story}-{member}"
