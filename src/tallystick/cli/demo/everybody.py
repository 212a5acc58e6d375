# SPDX-License-Identifier: Apache-2.0
"""Everybody in the demonstration: the people of evidence, and those of every industry's story."""

from __future__ import annotations

from importlib.metadata import entry_points
from types import ModuleType
from typing import Final

from tallystick.cli.demo.consortium import CONSORTIUM, Cast, Person
from tallystick.model import ROLE_ADMINISTRATOR, Member, Name, Organization

STORIES: Final = "tallystick.demos"
"""Entry points of stories."""
ADMINISTRATOR: Final = "administrator"
_ADMINISTRATOR_NAME: Final = Name(zh="管理员", en="Administrator")


def stories() -> dict[str, ModuleType]:
    """Return the story of every installed industry, by name."""
    found = sorted(entry_points(group=STORIES), key=lambda one: one.name)
    return {one.name: one.load() for one in found}


def whole_cast() -> Cast:
    """Return everybody; an organisation in two stories is one, under its first name.

    Each has an administrator, who publishes its keys and votes.
    """
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
    headed = {one.member.organization for one in people if is_administrator(one.member)}
    people += [_administrator(code) for code in organizations if code not in headed]
    return Cast(tuple(organizations.values()), tuple(people))


def is_administrator(member: Member) -> bool:
    """Return whether a member may act for the whole organisation."""
    return ROLE_ADMINISTRATOR in member.roles


def _administrator(organization: str) -> Person:
    member = Member(
        organization=organization,
        id=ADMINISTRATOR,
        name=_ADMINISTRATOR_NAME,
        roles=(ROLE_ADMINISTRATOR,),
    )
    return Person(key_name(organization, ADMINISTRATOR), member)


def key_name(story: str, member: str) -> str:
    """Return the name in the key store of somebody in a story, or of an organisation's own."""
    return f"{story}-{member}"
