# SPDX-License-Identifier: Apache-2.0
"""Each public name of a contract means one thing: what two chapters declare would be lost unseen.

A contract class is often written in chapters, which are joined by inheritance. Python takes the
first it finds of what has the same name and says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tallystick.contracts.contract import Contract, mark_of
from tallystick.contracts.part import Part
from tallystick.contracts.statistics import Statistic
from tallystick.contracts.tables import Table
from tallystick.contracts.warnings import WarningRule
from tallystick.errors import InvalidContract


def check_one_meaning(contract: type[Contract], tables: Iterable[str]) -> None:
    """Refuse a class in which one declaration would hide another.

    What a class declares anew that it inherits, of the same kind, is meant: so a new version
    changes what the earlier one had.

    Args:
        contract: the class.
        tables: the names of all its tables, those of its parts too.

    Raises:
        InvalidContract: one of two that have the same name would be lost.
    """
    seen: dict[str, tuple[str, type]] = {}
    for owner in contract.__mro__[:-1]:  # without `object`
        for name, kind in _declared(owner):
            if name not in seen:
                seen[name] = kind, owner
                continue
            first, hiding = seen[name]
            is_meant = first == kind and issubclass(hiding, owner)
            if not is_meant and (first or kind):
                raise _hidden(contract, name, f"{hiding.__name__} and {owner.__name__}")
    for name, (kind, owner) in seen.items():
        if kind == "statistic" and name in tables:
            raise _hidden(contract, name, f"{owner.__name__} and a table of a part")


def _declared(owner: type) -> Iterator[tuple[str, str]]:
    """Yield the names that a class body gives, with what each is; nothing for what is ordinary."""
    for name, value in vars(owner).items():
        if not name.startswith("__"):
            yield name, _kind(value)


def _kind(value: object) -> str:
    match value:
        case Table():
            return "table"
        case Part():
            return "part"
        case Statistic():
            return "statistic"
        case WarningRule():
            return "warning"
        case _:
            return "" if mark_of(value) is None else "method"


def _hidden(contract: type[Contract], name: str, places: str) -> InvalidContract:
    return InvalidContract(
        f"{contract.__name__}.{name} is declared twice, by {places}: one would hide the other",
        field=f"{contract.__name__}.{name}",
        expected="another name for one of them",
        found=name,
    )
