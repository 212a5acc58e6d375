# SPDX-License-Identifier: Apache-2.0
"""A story's people, and an administrator of each organisation, who publishes its sealing key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tallystick.contracts import Label, Player
from tallystick.industries.preservation import demo
from tallystick.model import ROLE_ADMINISTRATOR

HEADS = tuple(dict.fromkeys(one.code for one in demo.parts()))
"""Organisations of the story of preservation."""


def head_of(organization: str) -> str:
    """Return the administrator of an organisation."""
    return f"head-{organization[-4:].lower()}"


@dataclass(frozen=True)
class WithHeads:
    """A story's people and those."""

    people: Sequence[Player]

    def parts(self) -> list[Player]:
        """Return everybody."""
        first = {one.code: one for one in reversed(self.people)}
        name = Label(zh="机构管理员", en="Head")
        heads = [
            replace(one, member=head_of(code), name=name, role=ROLE_ADMINISTRATOR)
            for code, one in first.items()
        ]
        return [*self.people, *heads]
