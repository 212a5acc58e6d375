# SPDX-License-Identifier: Apache-2.0
"""Finds the contracts of installed packages: built-in and foreign ones use the same door."""

from __future__ import annotations

from collections.abc import Container, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from tallystick.contracts import Contract
from tallystick.errors import InvalidContract
from tallystick.execution.digests import contract_digest
from tallystick.execution.shelf import Shelf

ENTRY_POINT_GROUP: Final = "tallystick.contracts"


def load_contracts(
    found: Iterable[EntryPoint] | None = None, *, names: Container[str] | None = None
) -> tuple[type[Contract], ...]:
    """Return the contract classes of all installed packages, sorted by name and version.

    With `names` only contracts that are called so: the others are imported, and not looked at.

    A package offers a contract by an entry point of the group `tallystick.contracts`, under any
    name. Tests may pass entry points of their own.

    Raises:
        InvalidContract: an entry point cannot be imported, is no contract, two are the same
            version of one contract, a version cannot read what the one before has kept, or its
            digest does not cover all its sources.
    """
    points = entry_points(group=ENTRY_POINT_GROUP) if found is None else found
    loaded = (_load(point) for point in points)
    classes = Shelf(one for one in loaded if names is None or one.name in names).classes()
    for contract in classes:
        contract_digest(contract)  # what nobody could vote for is refused before a node runs it
    return classes


def _load(point: EntryPoint) -> type[Contract]:
    try:
        contract = point.load()
    except (ImportError, AttributeError, SyntaxError) as error:
        raise InvalidContract(
            f"the contract {point.name!r} ({point.value}) cannot be imported: {error}",
            field=point.name,
            expected="an importable `module:Class`",
            found=point.value,
        ) from error
    if not (isinstance(contract, type) and issubclass(contract, Contract)):
        raise InvalidContract(
            f"{point.value} is not a contract",
            field=point.name,
            expected="a class derived from tallystick.contracts.Contract",
            found=point.value,
        )
    return contract
