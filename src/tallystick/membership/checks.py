# SPDX-License-Identifier: Apache-2.0
"""Rules of single values that several methods apply."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tallystick.errors import InvalidValue
from tallystick.model import ROLE_GOVERNOR, ROLE_OPERATOR, Name
from tallystick.units import MEMBER_ROLES_MAX, NAME_CHARACTERS_MAX

_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_ROLE = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*")
_ROLE_CHARACTERS_MAX = 63
_APART = frozenset({ROLE_GOVERNOR, ROLE_OPERATOR})


def check_member_id(member_id: str) -> None:
    """Raise `InvalidValue` unless a member may have this id."""
    if not _IDENTIFIER.fullmatch(member_id):
        raise InvalidValue("not a member id", field="id", expected="a-z, 0-9, hyphen")


def check_name(name: Name) -> None:
    """Raise `InvalidValue` unless there is a name in both languages."""
    if not all(0 < len(text) <= NAME_CHARACTERS_MAX for text in (name.zh, name.en)):
        raise InvalidValue("a name in both languages is needed", field="name")


def check_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """Return the roles sorted, without duplicates.

    Raises:
        InvalidValue: not role names, too many, or governor and operator together: who operates
            the network's software does not also decide on it.
    """
    found = sorted(set(roles))
    if len(found) > MEMBER_ROLES_MAX or not all(map(_is_role, found)):
        raise InvalidValue("not role names", field="roles", expected="a-z, 0-9, hyphen, dot")
    if set(found) >= _APART:
        raise InvalidValue(
            "governor and operator exclude each other", field="roles", found="governor, operator"
        )
    return tuple(found)


def check_period(valid_from: int, valid_until: int) -> None:
    """Raise `InvalidValue` unless a key could act in this period."""
    if not 0 <= valid_from < valid_until:
        raise InvalidValue("the period is empty", field="valid_until", expected="> valid_from")


def _is_role(role: str) -> bool:
    """Return whether a text is the name of a role, for example `governor` or `charity.officer`."""
    return len(role) <= _ROLE_CHARACTERS_MAX and _ROLE.fullmatch(role) is not None
